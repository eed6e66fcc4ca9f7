"""The clauses of the score that the subject of a search alone decides, worked out once and kept.

Who treats the condition, and the parts for fit, specialty, evidence, role, ages, access and attributes: the
same for every place and every doctor already seen. Whoever takes a clause from here must not change it.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from finder.clauses import any_of, constant, term, terms
from finder.concepts import LadderStep
from finder.evidence_fields import About
from finder.ranking import EVIDENCE_PARTS, Part, PartName, Profile
from finder.specialties import Ages

STEP_PREFIX = "why.step"
PARTLY, ELSEWHERE = ".partly", ".elsewhere"  # behind the name of a step: how somebody stands on it
OTHER = "why.other"  # a main focus on the condition, whatever the specialty
DAYS_PER_YEAR = 365.25
KEPT = 512  # subjects in memory, some 10 kB each
_ATTRIBUTE_OF = MappingProxyType({PartName.ACADEMIC: "academic", PartName.SECOND_OPINIONS: "second_opinions"})
_DECIDED = frozenset(
    (PartName.FIT, PartName.SPECIALTY, PartName.ROLE, PartName.AGES, PartName.ACCEPTING)
) | frozenset((*EVIDENCE_PARTS, *_ATTRIBUTE_OF))


class Subject(NamedTuple):
    """What a search is about, as a `query.Question` says it."""

    profile: Profile
    ladder: tuple[LadderStep, ...]
    concepts: tuple[str, ...]
    above: tuple[str, ...]
    broader: tuple[str, ...]
    beside: tuple[str, ...]
    ages: Ages
    now: date

    @property
    def related(self) -> tuple[str, ...]:
        """The concepts of the same field, without the broadest ones, which hold several: who treats cancer of
        the bowel works in the field of the pancreas, who treats skin cancer does not.
        """
        return (*self.concepts, *self.above[:-1])

    @property
    def widest(self) -> str:
        """The broadest of the related concepts. Whoever mainly treats any of them, or is proved to, has it as
        well: documents list the broader concepts of these (`ingest.evidence`).
        """
        return self.above[-2] if len(self.above) > 1 else self.concepts[0]


class BestSpecialty(NamedTuple):
    """Who has the main specialty that counts whole, and how much less others can have for theirs."""

    clause: dict[str, Any]
    lacking: float


class Decided(NamedTuple):
    """The clauses that a subject decides: who `treats` it, and the `parts` of the profile by name, None where
    the subject has nothing to measure one by. `about` is the evidence that a part counts at all,
    `best_specialty` is None where no part counts the specialty.
    """

    treats: dict[str, Any]
    parts: Mapping[PartName, dict[str, Any] | None]
    about: Mapping[PartName, About]
    best_specialty: BestSpecialty | None


@lru_cache(KEPT)
def decided(subject: Subject) -> Decided:
    """Get the clauses that the subject decides."""
    parts = subject.profile.parts.values()
    about = {part.name: _about(part.name, subject) for part in parts if part.name in EVIDENCE_PARTS}
    of_subject = {
        part.name: _evidence(part, subject, about[part.name]) if part.name in about else _part(subject, part)
        for part in parts
        if part.name in _DECIDED
    }
    best = _best_specialty(of_subject.get(PartName.SPECIALTY))
    return Decided(_treats(subject), MappingProxyType(of_subject), MappingProxyType(about), best)


def _treats(subject: Subject) -> dict[str, Any]:
    """Who stands on a step of the ladder, or has evidence of the concept itself."""
    open_steps = [step for step in subject.ladder if not step.needs_evidence]
    broader = [step for step in subject.ladder if step.evidence_of not in (None, *subject.concepts)]
    either = [_evidence_of(subject, None), *(_with_evidence(subject, step) for step in broader)]
    if open_steps:
        specialties = sorted({s for step in open_steps for s in step.specialties})
        either.append(terms("main_specialties", specialties))
    return any_of(*either)


def _part(subject: Subject, part: Part) -> dict[str, Any] | None:
    if part.name is PartName.FIT:
        return _fit(subject) if subject.ladder else None
    if part.name is PartName.SPECIALTY:
        return _specialty(part, subject)
    if part.name is PartName.ROLE:
        return constant(terms("roles", part.roles), part.weight, part.name.value)
    if part.name is PartName.AGES:
        return constant(_sees(subject.ages), part.weight, part.name.value)
    if part.name is PartName.ACCEPTING:
        return constant(term("accepting", "yes"), part.weight, part.name.value)
    attribute = term("attributes", _ATTRIBUTE_OF[part.name])
    # a name in another field says nothing in this one
    wanted = {"bool": {"filter": [attribute, _evidence_of(subject, None)]}}
    return constant(wanted, part.weight, part.name.value)


def _with_evidence(subject: Subject, step: LadderStep, field: str = "concepts") -> dict[str, Any]:
    """Whoever has a specialty of the step and is listed under its concept, or mainly treats it."""
    wanted = terms("specialties", sorted(step.specialties))
    return {"bool": {"filter": [wanted, _evidence_of(subject, step.evidence_of, field)]}}


def _evidence_of(subject: Subject, concept: str | None, field: str = "concepts") -> dict[str, Any]:
    """Documents list the broader concepts of their evidence as well, so that one id finds all below it."""
    return term(field, concept or subject.concepts[0])


def _elsewhere(subject: Subject) -> dict[str, Any]:
    """Whoever is proved to work much on something, and mainly or much on nothing that is related."""
    related = [term(field, subject.widest) for field in ("main_concepts", "proven_concepts")]
    return {"bool": {"filter": [{"exists": {"field": "proven_concepts"}}], "must_not": related}}


def _sees(ages: Ages) -> dict[str, Any]:
    """Whoever is known to see children; for adults, whoever is not known to see only children."""
    if ages is Ages.CHILD:
        return term("ages", Ages.CHILD.value)
    only_children = {
        "bool": {"filter": [term("ages", Ages.CHILD.value)], "must_not": [term("ages", Ages.ADULT.value)]}
    }
    return {"bool": {"must_not": [only_children]}}


def _fit(subject: Subject) -> dict[str, Any]:
    """The best ladder step wins; worse ones add nothing.

    On a step that needs evidence a main focus counts whole and other evidence partly, less beside a main
    focus on a condition next to this one: who mainly treats ulcerative colitis is close to Crohn's disease,
    and mainly treats another. On an open one the main specialty counts. Partial evidence and an open step
    count less for a main focus on something unrelated: a breast cancer specialist is a cancer specialist, and
    no first choice for the pancreas.
    """
    profile = subject.profile
    found = [constant(_evidence_of(subject, None, "main_concepts"), profile.other_specialty_weight(), OTHER)]
    for step in subject.ladder:
        name, at = f"{STEP_PREFIX}{step.step}", step.step - 1
        if step.needs_evidence:
            whole = _with_evidence(subject, step, "main_concepts")
            part = _partly(subject, step, name + PARTLY)
        else:
            listed = terms("main_specialties", sorted(step.specialties))
            whole = {"bool": {"filter": [listed], "must_not": [_elsewhere(subject)]}}
            part = constant(listed, profile.elsewhere_weight(at), name + ELSEWHERE)
        found += [constant(whole, profile.step_weight(at), name), part]
    return {"dis_max": {"_name": PartName.FIT.value, "queries": found}}


def _partly(subject: Subject, step: LadderStep, name: str) -> dict[str, Any]:
    """Who is listed under the concept of a step, less beside a main focus next to it or elsewhere."""
    standing = subject.profile.standing
    listed = constant(_with_evidence(subject, step), subject.profile.partly_weight(step.step - 1), None)
    if subject.beside:
        other = terms("main_concepts", subject.beside)
        listed = {"boosting": {"positive": listed, "negative": other, "negative_boost": standing.beside}}
    less = {"positive": listed, "negative": _elsewhere(subject), "negative_boost": standing.elsewhere}
    return {"boosting": {"_name": name, **less}}


def _specialty(part: Part, subject: Subject) -> dict[str, Any] | None:
    """The main specialty by the open steps of the ladder: whole on the first one, half on the second, a third
    on the third and so on. None for a ladder without open steps.
    """
    open_steps = [step for step in subject.ladder if not step.needs_evidence]
    found = [
        constant(terms("main_specialties", sorted(step.specialties)), part.weight / place, None)
        for place, step in enumerate(open_steps, start=1)
    ]
    return {"dis_max": {"_name": part.name.value, "queries": found}} if found else None


def _best_specialty(clause: Mapping[str, Any] | None) -> BestSpecialty | None:
    """The best of the clauses of `_specialty`."""
    if clause is None:
        return None
    first, *others = (each["constant_score"] for each in clause["dis_max"]["queries"])
    return BestSpecialty(first["filter"], first["boost"] - (others[0]["boost"] if others else 0.0))


def _about(name: PartName, subject: Subject) -> About:
    """The evidence that counts; a center is one for a whole field."""
    also = subject.above if name is PartName.CENTER else subject.broader
    has_kin = name is not PartName.CENTER and len(subject.concepts) + len(subject.broader) > 1
    kin = subject.profile.standing.kin if has_kin else 1.0
    return About(EVIDENCE_PARTS[name], subject.concepts[0], tuple(also), kin)


def _evidence(part: Part, subject: Subject, about: About) -> dict[str, Any]:
    """The best piece of one kind of evidence counts, less with its age or where only a kin concept has it."""
    assert part.half_life_years is not None  # the loader of profiles sees to it
    pieces = {"bool": {"filter": [about.pieces()]}}
    half_life = f"{round(part.half_life_years * DAYS_PER_YEAR)}d"
    age = {"origin": subject.now.isoformat(), "scale": half_life, "decay": 0.5}
    kin = {"bool": {"must_not": [term("evidence.concept", subject.concepts[0])]}}
    functions: list[dict[str, Any]] = [
        {"field_value_factor": {"field": "evidence.value", "missing": 0}},
        {"exp": {"evidence.as_of": age}},  # evidence without a date does not age
    ]
    if about.kin < 1:
        functions.append({"filter": kin, "weight": about.kin})
    scored = {
        # a constant times the functions: boost_mode "replace" would silently drop the weight
        "query": {"constant_score": {"filter": pieces, "boost": part.weight}},
        "functions": functions,
        "score_mode": "multiply",
        "boost_mode": "multiply",
    }
    return {
        "nested": {
            "_name": part.name.value,
            "path": "evidence",
            "score_mode": "max",
            "query": {"function_score": scored},
        }
    }
