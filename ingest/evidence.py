"""What a person mainly works on, as evidence of each kind: specialty, roster, procedures, trials, center.

Every piece has a concept, a kind, a strength from 0 to 1, a source, a date and, where it is a count, the
count and the total; nothing of it is a claim of ours. The kinds:

- `taxonomy`: a specialty that is about one thing (`focused_specialties.csv`): 1 where it is the first one
  listed, one half elsewhere.
- `roster`: what the own institution names as a focus: the first one 1, the second one half, the third one
  third, and so on, never under 0.26. Only the newest roster counts.
- `procedure`, `volume`: see ingest/counted.py.
- `trial`: share of the own linked trials that are about the concept or anything below it, shrunk by 2.5
  trials of other kinds (finder/focus.py). A principal investigator, study chair or director counts whole, a
  sub-investigator half; a trial that names more than three conditions counts for each by 3 over their number.
  One trial gives at most 0.29.
- `recruiting`: 1 where one of these trials takes patients, by the record's own date.
- `center`: one half for `cancer`, for work at a cancer center designated by NCI: a hospital that certainly is
  one (ingest/cancer_centers.py), or the institution of a roster that has a center's very name.
- `mainly`: that one of the above carries "mainly treats" (finder/focus.py), for the narrowest concept of
  which it is true; the strength is that of roster, procedures and trials together, by FOCUS_SHARES, and the
  sentence names the counts.

The figures are own judgment of 2026-11-23, except where a source is named.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from finder.concepts import ConceptKind
from finder.documents import Evidence, EvidenceKind, Trial, Value
from finder.focus import (
    FIRST_FOCUS,
    FOCUS_KINDS,
    FOCUS_SHARES,
    LISTED,
    LISTED_COUNTED,
    TRIAL_PRIOR,
    carries,
    main_counts,
    strength,
)
from finder.specialties import Role, Specialty
from finder.text import fold
from ingest.counted import counted_evidence
from ingest.investigators import TrialFacts
from ingest.knowledge import Knowledge
from ingest.merge import Person
from ingest.rollup import Above, worth_telling
from ingest.rows import newest
from ingest.ties import hospital_name

ROSTER_LEAST = 0.26
FURTHER_SPECIALTY = 0.5
SUB_INVESTIGATOR = "SUB_INVESTIGATOR"
SUB_INVESTIGATOR_SHARE = 0.5
CONDITIONS_OF_A_TRIAL = 3
RECRUITING = "RECRUITING"
CENTER_VALUE = 0.5
CANCER = "cancer"
# Counts of this strength prove that much of the work is about it, short of a main focus. Own judgment,
# 2026-11-28: on worlds 1 and 2 of finder bench relevance 0.35 to 0.45 gain 0.002 of nDCG@10 over "mainly".
PROVEN = 0.4
COUNTED_SHARES: Mapping[EvidenceKind, float] = {
    kind: FOCUS_SHARES[kind] for kind in (EvidenceKind.PROCEDURE, EvidenceKind.TRIAL)
}


def evidence_of(
    person: Person, coded: Sequence[tuple[Specialty, Value]], known: Knowledge
) -> tuple[tuple[Evidence, ...], tuple[Trial, ...]]:
    """Get all evidence of a person, by concept and kind, and the trials that name the person.

    `coded` are the specialties with where they come from, the first one first.
    """
    is_surgeon = any(specialty.role is Role.SURGERY for specialty, _value in coded)
    found = [
        *_taxonomy_evidence(coded, known),
        *_roster_evidence(person, known),
        *counted_evidence(person.rows.procedures, is_surgeon, known),
        *_trial_evidence(person, known),
        *_center_evidence(person, known),
    ]
    found += _main_focus(found, known)
    return tuple(sorted(found, key=lambda e: (e.concept, e.kind))), _trials(person, known)


def listed_concepts(evidence: Sequence[Evidence], above: Above) -> tuple[str, ...]:
    """Get the concepts under which a person is listed, broader ones included, by id.

    The best piece of each kind speaks for a concept and for everything broader; together, as independent
    witnesses, they must reach LISTED, or counted procedures alone LISTED_COUNTED. So eleven procedures alone
    list nobody.
    """
    together = _strengths(evidence, dict.fromkeys(FOCUS_KINDS, 1.0), above)
    counted = _strengths(evidence, {EvidenceKind.PROCEDURE: 1.0}, above)
    listed = {concept for concept, value in together.items() if value >= LISTED}
    return tuple(sorted(listed | {concept for concept, value in counted.items() if value >= LISTED_COUNTED}))


def main_concepts(evidence: Iterable[Evidence], above: Above) -> tuple[str, ...]:
    """Get the concepts that a person mainly treats (kind `mainly`), broader ones included, by id. Whole
    fields, such as cancer, come only with a narrower one: that is a specialty and no focus.
    """
    return _widened((e.concept for e in evidence if e.kind is EvidenceKind.MAINLY), above)


def proven_concepts(evidence: Iterable[Evidence], known: Knowledge) -> tuple[str, ...]:
    """Get what counts prove to be much of the work, with what these operations, drugs and markers are about.

    Procedures and trials together must reach PROVEN. Who frees pinched nerves works on spinal stenosis and on
    nothing unrelated. What is about no one condition (giving radiation) is left out: it does not say that
    somebody works on something else.
    """
    counted = _strengths(evidence, COUNTED_SHARES, known.above)
    much = [concept for concept, strength in counted.items() if strength >= PROVEN]
    told = [one for one in much if one in known.treated or _is_condition(one, known)]
    return _widened((each for one in told for each in (one, *known.treated.get(one, ()))), known.above)


def _widened(concepts: Iterable[str], above: Above) -> tuple[str, ...]:
    return tuple(sorted({one for each in concepts if above[each] for one in (each, *above[each])}))


def _is_condition(concept: str, known: Knowledge) -> bool:
    return known.vocabulary.concepts[concept].kind is ConceptKind.CONDITION


def _strengths(
    evidence: Iterable[Evidence], shares: Mapping[EvidenceKind, float], above: Above
) -> dict[str, float]:
    best: dict[str, dict[EvidenceKind, float]] = {}
    for each in evidence:
        kind = each.kind
        if (share := shares.get(kind)) is not None:
            value = share * each.value
            for concept in (each.concept, *above[each.concept]):
                kinds = best.get(concept)
                if kinds is None:
                    best[concept] = {kind: value}
                elif value > kinds.get(kind, 0.0):
                    kinds[kind] = value
    return {concept: _together(kinds.values()) for concept, kinds in best.items()}


def _together(values: Iterable[float]) -> float:
    doubt = 1.0
    for value in values:
        doubt *= 1.0 - value
    return 1.0 - doubt


def _main_focus(found: Sequence[Evidence], known: Knowledge) -> list[Evidence]:
    """The kind `mainly`, worked out from the other kinds."""
    carrying = [e for e in found if carries(e.kind, e.value, e.count, e.of)]
    if not carrying:
        return []
    concepts = {e.concept for e in carrying}
    told = []
    for concept in sorted(concepts.difference(*(known.above[one] for one in concepts))):
        pieces = [e for e in found if e.concept == concept or concept in known.above[e.concept]]
        below = {e.concept for e in pieces}
        counts = main_counts((e.to_source() for e in pieces if e.kind in FOCUS_SHARES), below)
        value = _strengths(pieces, FOCUS_SHARES, known.above)[concept]
        as_of = max(e.as_of or "" for e in carrying if e.concept == concept) or None
        told.append(Evidence(concept, EvidenceKind.MAINLY, value, as_of, {"counts": counts}))
    return told


def _taxonomy_evidence(coded: Sequence[tuple[Specialty, Value]], known: Knowledge) -> Iterator[Evidence]:
    told: set[str] = set()
    for position, (specialty, value) in enumerate(coded):
        for concept in known.focused.get(specialty.specialty_id, ()):
            if concept not in told:
                told.add(concept)
                yield Evidence(
                    concept, EvidenceKind.TAXONOMY, FURTHER_SPECIALTY if position else 1.0, value.as_of,
                    {"specialty": specialty.specialty_id}, source=value.source,
                )  # fmt: skip


def _roster_evidence(person: Person, known: Knowledge) -> Iterable[Evidence]:
    found: dict[str, Evidence] = {}
    for roster in newest(person.rows.rosters):
        terms = [t.strip() for t in (roster.clinical_focus or "").split(";") if t.strip()]
        for position, term in enumerate(terms):
            value = max(ROSTER_LEAST, FIRST_FOCUS / (position + 1))
            for concept in known.concepts_in(term):
                if concept not in found or found[concept].value < value:
                    told = {"place": roster.institution, "term": term, "rank": position + 1, "of": len(terms)}
                    found[concept] = Evidence(
                        concept, EvidenceKind.ROSTER, value, roster.as_of, told, source="rosters"
                    )
    return found.values()


def _trials(person: Person, known: Knowledge) -> tuple[Trial, ...]:
    trials = known.investigators.trials
    return tuple(
        Trial(nct, trials[nct].title, trials[nct].status, role.lower(), "trials", trials[nct].as_of)
        for nct, role in known.investigators.by_npi.get(person.npi, ())
    )


def _trial_evidence(person: Person, known: Knowledge) -> Iterator[Evidence]:
    linked = known.investigators.by_npi.get(person.npi, ())
    sums: dict[str, float] = defaultdict(float)
    told: dict[str, list[TrialFacts]] = defaultdict(list)
    whole = 0.0
    for nct, role in linked:
        trial = known.investigators.trials[nct]
        share = SUB_INVESTIGATOR_SHARE if role == SUB_INVESTIGATOR else 1.0
        whole += share
        concepts = {c for words in trial.conditions for c in known.concepts_in(words)}
        share *= min(1.0, CONDITIONS_OF_A_TRIAL / max(1, _conditions(concepts, known)))
        for concept in concepts.union(*(known.above[c] for c in concepts)):
            sums[concept] += share
            told[concept].append(trial)
    for concept in worth_telling(sums, known.above):
        trials, value = told[concept], strength(sums[concept], whole, TRIAL_PRIOR)
        yield Evidence(
            concept, EvidenceKind.TRIAL, value, _newest(trials), {},
            len(trials), len(linked), "trials",
        )  # fmt: skip
        open_now = [trial for trial in trials if trial.status == RECRUITING]
        if open_now:
            yield Evidence(
                concept, EvidenceKind.RECRUITING, 1.0, _newest(open_now), {},
                len(open_now), len(linked), "trials",
            )  # fmt: skip


def _conditions(concepts: set[str], known: Knowledge) -> int:
    """How many conditions a trial names, those only that are not the broader word for another one."""
    broader = {above for concept in concepts for above in known.above[concept]}
    kinds = (known.vocabulary.concepts[concept].kind for concept in concepts - broader)
    return sum(kind is ConceptKind.CONDITION for kind in kinds)


def _newest(trials: Iterable[TrialFacts]) -> str | None:
    return max(trial.as_of or "" for trial in trials) or None


def _center_evidence(person: Person, known: Knowledge) -> Iterator[Evidence]:
    if CANCER not in known.above:
        return
    places = {
        hospital.id: hospital_name(hospital, known.reference)
        for hospital in person.hospitals
        if hospital.id in known.centers
    }
    for roster in newest(person.rows.rosters):
        if roster.institution:
            places[fold(roster.institution)] = roster.institution
    for key in sorted(places.keys() & known.centers.keys()):
        center, as_of = known.centers[key].name, known.centers[key].as_of
        told = {"place": places[key]}
        if fold(center) != fold(places[key]):
            told["center"] = center
        yield Evidence(CANCER, EvidenceKind.CENTER, CENTER_VALUE, as_of, told, source="nci_centers")
        return
