"""What free words were understood as: the answer of `vocabulary.resolve`, its choices and its age."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from finder.concepts import Concept, LadderStep
from finder.icd10 import Named
from finder.labels import spoken
from finder.patient_age import HeardAge, PatientAge
from finder.specialties import Ages


class Certainty(StrEnum):
    """Whether the words were understood as they stand, or by correction or a broader reading."""

    SURE = "sure"
    LESS_SURE = "less_sure"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several concepts that the words may mean."""

    concept_id: str
    label: str


@dataclass(frozen=True, slots=True)
class Understood:
    """What free words mean; without a single reading `concept_id` is None and `choices` are asked back.

    `read_as` is the ICD-10-CM code, or the rare disease ("ORPHA:968"), that stood in for the words where our
    own terms did not know them; its concept is then the field of it, and the certainty is never `sure`.
    `also` are conditions that the words name beside it: treated by the same doctors, so that nothing need be
    asked back, or a marker of the cancer. `age` says whether the words tell of a child or an adult; what
    tells it is no part of the condition.
    """

    concept_id: str | None
    label: str | None
    corrected_from: str | None
    codes: tuple[str, ...]
    ladder: tuple[LadderStep, ...]
    certainty: Certainty
    choices: tuple[Choice, ...]
    ignored: tuple[str, ...]
    urgent: str | None
    read_as: Named | None = None
    age: PatientAge | None = None
    also: tuple[Choice, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Get the answer of `understand --json`."""
        return {
            "concept_id": self.concept_id,
            "label": self.label,
            "corrected_from": self.corrected_from,
            "codes": list(self.codes),
            "ladder": [
                {
                    "step": step.step,
                    "label": step.label,
                    "specialties": list(step.specialties),
                    "needs_evidence": step.needs_evidence,
                    "evidence_of": step.evidence_of,
                }
                for step in self.ladder
            ],
            "certainty": str(self.certainty),
            "choices": [{"concept_id": one.concept_id, "label": one.label} for one in self.choices],
            "also": [{"concept_id": one.concept_id, "label": one.label} for one in self.also],
            "ignored": list(self.ignored),
            "urgent": self.urgent,
            "read_as": {"code": self.read_as.code, "title": self.read_as.title} if self.read_as else None,
            "patient_age": {"ages": str(self.age.ages), "said": self.age.said} if self.age else None,
        }


def choices_of(concept_ids: Iterable[str], concepts: Mapping[str, Concept]) -> tuple[Choice, ...]:
    """Get concepts as choices, with their labels in the language that is spoken now."""
    return tuple(Choice(one, spoken(concepts[one].label)) for one in concept_ids)


def with_age(understood: Understood, heard: HeardAge, concepts: Mapping[str, Concept]) -> Understood:
    """Add the age; one that no figure said and that the condition excludes ("my dad has Perthes") is none."""
    age = heard.age
    if age is None and not heard.words:
        return understood
    if age is not None and understood.concept_id and not age.is_figure:
        ages = concepts[understood.concept_id].ages
        age = age if ages in (Ages.ANY, age.ages) else None
    ignored = tuple(word for word in understood.ignored if word not in heard.words)
    return replace(understood, age=age, ignored=ignored)
