"""How pieces of evidence are found by concept: one term for a concept and everything below it.

Each nested piece has a field that is named as its kind, with its concept and every broader one for which no
other piece of the person says more. A whole field such as cancer has 400 concepts below it, and who treats it
has a dozen pieces there, of which one counts.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from finder.clauses import any_of, term, terms
from finder.concepts import line, load_concepts
from finder.documents import EvidenceKind
from finder.tables import DATA

Piece = Mapping[str, Any]
_UNDATED = "~"  # after every date: what has none does not age


def with_evidence_fields(source: Mapping[str, Any]) -> dict[str, Any]:
    """Get a specialist's document as built, each piece of its evidence with the field of its kind."""
    if "evidence" not in source:
        return dict(source)
    found: list[dict[str, Any]] = [dict(piece) for piece in source["evidence"]]
    best: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for piece in found:
        kind = piece["kind"]
        for concept in _line(piece["concept"]):
            rivals = best.get((kind, concept))
            if rivals is None:
                best[kind, concept] = [piece]
            elif not any(_outdoes(rival, piece, concept) for rival in rivals):
                left = [rival for rival in rivals if not _outdoes(piece, rival, concept)]
                best[kind, concept] = [*left, piece]
    for (kind, concept), pieces in best.items():
        for piece in pieces:
            piece[kind] = f"{piece[kind]} {concept}" if kind in piece else concept
    return {**source, "evidence": found}


def evidence_about(kind: EvidenceKind, concept: str, also: Sequence[str] = ()) -> dict[str, Any]:
    """Get the clause of the pieces of a kind that count for a concept, on it or anything below, and of those
    on one of `also` itself.
    """
    below = term(f"evidence.{kind.value}", concept)
    if not also:
        return below
    itself = {"bool": {"filter": [terms("evidence.concept", also), term("evidence.kind", kind.value)]}}
    return any_of(below, itself)


def having_evidence(*wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Get the clause of whoever has one piece of evidence that matches all of some clauses."""
    return {"nested": {"path": "evidence", "query": {"bool": {"filter": list(wanted)}}}}


def _outdoes(one: Piece, other: Piece, concept: str) -> bool:
    """Whether a piece counts for a concept at least as much as another one, whatever age and kinship take off
    (`parts.py`): it is as strong, as new, and about the concept itself if the other one is.
    """
    is_as_close = one["concept"] == concept or other["concept"] != concept
    is_as_new = one.get("as_of", _UNDATED) >= other.get("as_of", _UNDATED)
    return is_as_close and is_as_new and bool(one["value"] >= other["value"])


def _line(concept: str) -> Sequence[str]:
    """A concept and every broader one; one that the vocabulary lacks stands alone."""
    return _lines().get(concept, (concept,))


@cache
def _lines() -> Mapping[str, Sequence[str]]:
    concepts = load_concepts(DATA)
    return {concept: line(concepts, concept) for concept in concepts}
