"""How pieces of evidence are found by concept: one term for a concept and everything below it.

Each nested piece has a field that is named as its kind, with its concept and every broader one for which no
other piece of the person says more. A whole field such as cancer has 400 concepts below it, and who treats it
has a dozen pieces there, of which one counts. How much a person has at most of each kind is listed too, by
classes, so that looking for those with the strongest evidence asks for no single piece.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from finder.clauses import any_of, term, terms
from finder.concepts import line, load_concepts
from finder.documents import EvidenceKind
from finder.tables import DATA

Piece = Mapping[str, Any]
_UNDATED = "~"  # after every date: what has none does not age
MOST = "evidence_most"
TOP = 20  # the class of the value 1; the lowest one is 0
KEPT = 4_096  # clauses in memory, some 1 kB each
_BELOW, _ITSELF = ":", "="  # on a concept or anything below it, and on the concept itself


class About(NamedTuple):
    """Which evidence counts: of a kind, on a concept or anything below it, and on one of `also` itself; what
    is not on the concept itself for the share `kin` of its value.
    """

    kind: EvidenceKind
    concept: str
    also: tuple[str, ...] = ()
    kin: float = 1.0

    def pieces(self) -> dict[str, Any]:
        """Get the clause of the pieces."""
        below = term(f"evidence.{self.kind.value}", self.concept)
        if not self.also:
            return below
        of_kind = [terms("evidence.concept", self.also), term("evidence.kind", self.kind.value)]
        return any_of(below, {"bool": {"filter": of_kind}})

    @lru_cache(maxsize=KEPT)  # noqa: B019 - of values that compare, not of objects that live on
    def people(self, least: int, most: int = TOP) -> dict[str, Any]:
        """Get the clause of the people whose best piece counts for one of the classes from `least` to `most`.
        It finds some others as well: their piece on something else counts for nearly as much, or their best
        one for more. The clause is kept: whoever takes it must not change it.
        """
        lists = {f"{self.concept}{_ITSELF}": range(least, min(most, TOP) + 1)} if self.kin < 1 else {}
        if self.kin:
            of_kin = range(int(least / self.kin), min(int((most + 1) / self.kin), TOP) + 1)
            lists[f"{self.concept}{_BELOW}"] = of_kin
            lists |= {f"{concept}{_ITSELF}": of_kin for concept in self.also}
        return terms(MOST, [f"{self.kind.value}.{each}{n}" for each, of in lists.items() for n in of])


def class_of(value: float) -> int:
    """The class of a value from 0 to 1: whoever has more is in the same or a higher one."""
    return min(int(value * TOP), TOP)


def with_evidence_fields(source: Mapping[str, Any]) -> dict[str, Any]:
    """Get a specialist's document as built with the fields of its evidence: of each piece by its kind, and of
    the best pieces.
    """
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
    return {**source, "evidence": found, MOST: " ".join(_most(best))}


def _most(best: Mapping[tuple[str, str], Sequence[Piece]]) -> Iterator[str]:
    """The class of the best piece of each kind on or below each concept, and on the concept itself."""
    for (kind, concept), pieces in best.items():
        yield f"{kind}.{concept}{_BELOW}{class_of(max(piece['value'] for piece in pieces))}"
        if itself := [piece["value"] for piece in pieces if piece["concept"] == concept]:
            yield f"{kind}.{concept}{_ITSELF}{class_of(max(itself))}"


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
