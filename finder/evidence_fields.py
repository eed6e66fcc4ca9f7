"""How pieces of evidence are found by concept: one term for a concept and everything below it.

Each nested piece has a field that is named as its kind, with its concept and every broader one. A whole field
such as cancer has 400 concepts below it, which would make a list for each kind of evidence.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from finder.clauses import term, terms
from finder.concepts import line, load_concepts
from finder.documents import EvidenceKind
from finder.tables import DATA


def with_evidence_fields(source: Mapping[str, Any]) -> dict[str, Any]:
    """Get a specialist's document as built, each piece of its evidence with the field of its kind."""
    if "evidence" not in source:
        return dict(source)
    lines = _lines()
    pieces = [
        {**piece, piece["kind"]: lines.get(piece["concept"], piece["concept"])}
        for piece in source["evidence"]
    ]
    return {**source, "evidence": pieces}


def evidence_about(kind: EvidenceKind, concept: str, also: Sequence[str] = ()) -> dict[str, Any]:
    """Get the clause of the pieces of a kind on a concept or anything below, or on one of `also` itself."""
    below = term(f"evidence.{kind.value}", concept)
    if not also:
        return below
    itself = {"bool": {"filter": [terms("evidence.concept", also), term("evidence.kind", kind.value)]}}
    return {"bool": {"should": [below, itself], "minimum_should_match": 1}}


@cache
def _lines() -> Mapping[str, str]:
    """Each concept of the vocabulary with every broader one, the broadest first."""
    concepts = load_concepts(DATA)
    return {concept: " ".join(reversed(line(concepts, concept))) for concept in concepts}
