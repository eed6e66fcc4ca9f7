"""The concepts, their ladders, procedures and urgent words, read from `finder/data` and checked whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from finder.errors import SourceError
from finder.specialties import Ages, Kept, Specialties
from finder.tables import Row, read_table
from finder.text import tokens

A_CONCEPT = "a concept"  # what a cell must name, in the words of the error
CONCEPT_COLUMNS = ("concept_id", "label", "kind", "parent_id", "icd10", "body_system", "ages", "source")
LADDER_COLUMNS = (
    "concept_id",
    "step",
    "label",
    "specialty_ids",
    "needs_evidence",
    "evidence_of",
    "source",
)
PROCEDURE_COLUMNS = ("hcpcs", "concept_id", "weight", "plain_name", "source")
URGENT_COLUMNS = ("words", "label", "advice", "source")


class ConceptKind(StrEnum):
    """What sort of medical idea a concept is."""

    CONDITION = "condition"
    PROCEDURE = "procedure"
    BIOMARKER = "biomarker"
    SUBSPECIALTY = "subspecialty"


class YesNo(StrEnum):
    """A plain yes or no of a table."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Concept:
    """One medical idea; `icd10` holds ICD-10-CM codes and ranges such as `C22.1` and `C15-C26`."""

    concept_id: str
    label: str
    kind: ConceptKind
    parent_id: str | None
    icd10: tuple[str, ...]
    body_system: str
    ages: Ages


@dataclass(frozen=True, slots=True)
class LadderStep:
    """One step of a ladder, 1 being closest to exactly this condition.

    With `needs_evidence` only those specialists stand on the step who have evidence of the concept
    `evidence_of` or of one of its descendants; without, `evidence_of` is None and the specialty suffices.
    """

    step: int
    label: str
    specialties: tuple[str, ...]
    needs_evidence: bool
    evidence_of: str | None = None


@dataclass(frozen=True, slots=True)
class ProcedureMeaning:
    """That a billed procedure points to a concept; `weight` 0 to 1 says how specific it is for it."""

    concept_id: str
    weight: float
    plain_name: str


@dataclass(frozen=True, slots=True)
class UrgentWords:
    """Words that call for help now; `key` are their folded words in order."""

    key: tuple[str, ...]
    label: str
    advice: str


def line(concepts: Mapping[str, Concept], concept_id: str) -> tuple[str, ...]:
    """Get a concept and everything above it, nearest first; raises KeyError for an unknown id."""
    found = [concept_id]
    while parent := concepts[found[-1]].parent_id:
        found.append(parent)
    return tuple(found)


def closest_above(concepts: Mapping[str, Concept], concept_ids: Sequence[str]) -> str | None:
    """Get the closest concept that all of these have on their line to the top; None where there is none."""
    lines = [line(concepts, one) for one in concept_ids]
    return next((one for one in lines[0] if all(one in other for other in lines)), None) if lines else None


def load_concepts(folder: Path) -> Mapping[str, Concept]:
    """Get the concepts of concepts.csv by id; SourceError for an unknown parent or a cycle."""
    rows = read_table(folder / "concepts.csv", CONCEPT_COLUMNS)
    concepts: dict[str, Concept] = {}
    for row in rows:
        concept = Concept(
            concept_id=row.needed("concept_id"),
            label=row.needed("label"),
            kind=row.choice("kind", ConceptKind),
            parent_id=row["parent_id"] or None,
            icd10=tuple(row["icd10"].split()),
            body_system=row.needed("body_system"),
            ages=row.choice("ages", Ages),
        )
        row.needed("source")
        if concept.concept_id in concepts:
            raise row.wrong("concept_id", f"'{concept.concept_id}' is listed twice")
        concepts[concept.concept_id] = concept
    for row in rows:
        _check_line(row, concepts)
    return MappingProxyType(concepts)


def _check_line(row: Row, concepts: Mapping[str, Concept]) -> None:
    seen = {row["concept_id"]}
    parent = row["parent_id"]
    while parent:
        if parent not in concepts:
            raise row.wrong("parent_id", f"'{parent}' is not a concept")
        if parent in seen:
            raise row.wrong("parent_id", f"'{parent}' leads back to itself")
        seen.add(parent)
        parent = concepts[parent].parent_id or ""


def load_ladders(
    folder: Path, concepts: Mapping[str, Concept], specialties: Specialties
) -> Mapping[str, tuple[LadderStep, ...]]:
    """Get the ladders of ladder.csv by concept, steps 1, 2, 3 ... in order, labels with `{concept}` unfilled.

    Raises SourceError for an unknown concept or specialty, a specialty that may not be a result, a gap in the
    steps, and a root concept without a ladder, as every other concept inherits its parent's.
    """
    ladders: dict[str, tuple[LadderStep, ...]] = {}
    for row in read_table(folder / "ladder.csv", LADDER_COLUMNS):
        concept_id = row.one_of("concept_id", concepts, A_CONCEPT)
        steps = ladders.get(concept_id, ())
        if row["step"] != str(len(steps) + 1):
            raise row.wrong("step", f"'{row['step']}' should be {len(steps) + 1}")
        ladders[concept_id] = (*steps, _step(row, len(steps) + 1, concepts, specialties))
    for concept in concepts.values():
        if concept.parent_id is None and concept.concept_id not in ladders:
            reason = f"the concept '{concept.concept_id}' has neither steps nor a parent to inherit them from"
            raise SourceError("ladder.csv", None, "concept_id", reason)
    return MappingProxyType(ladders)


def _step(row: Row, number: int, concepts: Mapping[str, Concept], specialties: Specialties) -> LadderStep:
    row.needed("source")
    names = row.several_of("specialty_ids", specialties.by_id, "a specialty")
    for name in names:
        if specialties.by_id[name].kept is not Kept.CANDIDATE:
            raise row.wrong("specialty_ids", f"'{name}' may not be a result")
    if len(set(names)) != len(names):
        raise row.wrong("specialty_ids", "names a specialty twice")
    needs_evidence = row.choice("needs_evidence", YesNo) is YesNo.YES
    if row["evidence_of"]:
        row.one_of("evidence_of", concepts, A_CONCEPT)
        if not needs_evidence:
            raise row.wrong("evidence_of", "is given although no evidence is needed")
    return LadderStep(number, row.needed("label"), names, needs_evidence, row["evidence_of"] or None)


def load_procedures(
    folder: Path, concepts: Mapping[str, Concept]
) -> Mapping[str, tuple[ProcedureMeaning, ...]]:
    """Get what each HCPCS code of procedures.csv points to; raises SourceError for a bad code or weight."""
    found: dict[str, tuple[ProcedureMeaning, ...]] = {}
    for row in read_table(folder / "procedures.csv", PROCEDURE_COLUMNS):
        code = row.needed("hcpcs")
        if len(code) != 5 or not code.isalnum() or code != code.upper():
            raise row.wrong("hcpcs", f"'{code}' is not five capitals and digits")
        row.needed("source")
        meaning = ProcedureMeaning(
            row.one_of("concept_id", concepts, A_CONCEPT), row.share("weight"), row.needed("plain_name")
        )
        earlier = found.get(code, ())
        if any(one.concept_id == meaning.concept_id for one in earlier):
            raise row.wrong("concept_id", f"'{meaning.concept_id}' is listed twice for {code}")
        found[code] = (*earlier, meaning)
    return MappingProxyType(found)


def load_urgent(folder: Path) -> tuple[UrgentWords, ...]:
    """Get the urgent words of urgent.csv, most words first."""
    found = []
    for row in read_table(folder / "urgent.csv", URGENT_COLUMNS):
        row.needed("source")
        key = tuple(tokens(row.needed("words")))
        found.append(UrgentWords(key, row.needed("label"), row.needed("advice")))
    return tuple(sorted(found, key=lambda one: -len(one.key)))
