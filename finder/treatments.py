"""What a procedure, drug or marker says about conditions: the shares of `treats.csv`, and how counts pass on.

Who removes stomachs treats stomach cancer, though no code says so: `treats.csv` gives, for each procedure,
drug class and biomarker, the share of such work that is ordinarily about a condition (own judgment,
2026-11-23, where a row names no publisher). What says nothing of any one condition (chemotherapy, a scan to
screen) has no row. A condition above the concept in concepts.csv, and every field above a named condition,
gathers the count by its place in the tree, so neither is listed.

The shares describe counted work, never words: a roster that names an operation names no disease.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from finder.concepts import A_CONCEPT, Concept, ConceptKind, line
from finder.tables import DATA, Row, read_table

TREATS_COLUMNS = ("concept_id", "condition_id", "weight", "source")
Treatments = Mapping[str, tuple[tuple[str, float], ...]]
_DONE = (ConceptKind.PROCEDURE, ConceptKind.BIOMARKER)
_WHOLE = 1 + 1e-9  # sums of shares are not exact


def load_treatments(concepts: Mapping[str, Concept], folder: Path = DATA) -> Treatments:
    """Get the conditions of each procedure, drug class and biomarker of treats.csv, with shares of its work.

    The shares are above 0 and add up to at most 1 for one concept, in the order of the file. Raises
    SourceError with row and field for an unknown id, a concept that is itself a condition, a condition that
    is none or that stands above the concept, two conditions of which one is above the other, a pair listed
    twice, and a wrong share.
    """
    found: dict[str, tuple[tuple[str, float], ...]] = {}
    for row in read_table(folder / "treats.csv", TREATS_COLUMNS):
        row.needed("source")
        concept = concepts[row.one_of("concept_id", concepts, A_CONCEPT)]
        if concept.kind not in _DONE:
            raise row.wrong("concept_id", f"'{concept.concept_id}' is no procedure, drug or marker")
        condition_id = _condition(row, concept, concepts)
        earlier = found.get(concept.concept_id, ())
        _check_apart(row, condition_id, [one for one, _ in earlier], concepts)
        share = row.share("weight")
        if sum(part for _, part in earlier) + share > _WHOLE:
            raise row.wrong("weight", f"the shares of '{concept.concept_id}' add up to more than 1")
        found[concept.concept_id] = (*earlier, (condition_id, share))
    return MappingProxyType(found)


def with_treated(counts: Mapping[str, float], treatments: Treatments) -> dict[str, float]:
    """Get `counts` by concept with those that its procedures, drugs and markers pass on to conditions, by id.

    `counts` are what one HCPCS code stands for (its weights) or what a person did (services), none below 0. A
    condition gets the largest of its own count and of what any one concept passes on: its share of the part
    that is not already counted for another condition of that concept, so that a valve operation whose code
    says "mitral" passes little on to the aortic valve. Nothing is passed twice, nothing grows beyond the
    largest count that leads to it, and a larger count of a procedure never lowers any condition.
    """
    found = dict(counts)
    for concept_id, count in counts.items():
        shares = treatments.get(concept_id, ())
        told = {condition: counts.get(condition, 0.0) for condition, _ in shares}
        for condition, share in shares:
            rest = count - sum(told[other] for other in told if other != condition)
            if rest > 0:
                found[condition] = max(found.get(condition, 0.0), share * rest)
    return dict(sorted(found.items()))


def _condition(row: Row, concept: Concept, concepts: Mapping[str, Concept]) -> str:
    condition = concepts[row.one_of("condition_id", concepts, A_CONCEPT)]
    if condition.kind in _DONE:
        raise row.wrong("condition_id", f"'{condition.concept_id}' is not a condition")
    if condition.concept_id in line(concepts, concept.concept_id)[1:]:
        raise row.wrong("condition_id", f"'{condition.concept_id}' stands above '{concept.concept_id}'")
    return condition.concept_id


def _check_apart(row: Row, condition_id: str, earlier: list[str], concepts: Mapping[str, Concept]) -> None:
    for other in earlier:
        if other == condition_id:
            raise row.wrong("condition_id", f"'{condition_id}' is listed twice")
        if other in line(concepts, condition_id) or condition_id in line(concepts, other):
            raise row.wrong("condition_id", f"'{condition_id}' and '{other}' are broader and narrower")
