"""Composes the first page: three systems, or kinds of doctor, among the first five where they exist.

The rule: the first three keep their places. Where the first five do not show three different ones, the best
further hits of a system not yet there take place five, and four as well if one is not enough; everybody else
keeps the order of the engine. Nobody is moved for a system that is not known, and no score changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from finder.ranking import Breadth

FIRST = 5  # places that are looked at
WANTED = 3  # different systems among them
LOOKED_AT = 50  # hits from which somebody may be moved up
_SYSTEM, _GROUP = "system:", "group:"  # how such tie keys begin

Hit = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of hits in the order shown.

    `moved` says for which hits (by id) they stand higher than their score; `last` is the last hit up to which
    all in the engine's order were shown, `skip` the ids of those that were shown from behind it. `is_varied`
    says that the first ones show as many different ones as are wanted.
    """

    hits: tuple[Hit, ...]
    moved: Mapping[str, Breadth]
    last: Hit | None
    skip: tuple[str, ...] = ()
    is_varied: bool = False


def page_of(hits: Sequence[Hit]) -> Page:
    """Get a page in the engine's own order."""
    return Page(tuple(hits), {}, hits[-1] if hits else None)


def composed(hits: Sequence[Hit], breadth: Breadth, size: int) -> Page:
    """Get the first page of `size` hits, from up to LOOKED_AT hits in the engine's order."""
    order, chosen, number = _order(hits, breadth)
    at = {hit["_id"]: place for place, hit in enumerate(hits)}
    shown = order[:size]
    ids = {hit["_id"] for hit in shown}
    seen = next((place for place, hit in enumerate(hits) if hit["_id"] not in ids), len(hits))
    moved = {
        hit["_id"]: breadth
        for place, hit in enumerate(shown)
        if hit["_id"] in chosen and at[hit["_id"]] > place
    }
    skip = tuple(hit["_id"] for hit in shown if at[hit["_id"]] >= seen)
    return Page(tuple(shown), moved, hits[seen - 1] if seen else None, skip, number >= WANTED)


def _order(hits: Sequence[Hit], breadth: Breadth) -> tuple[list[Hit], set[str], int]:
    """The hits in the order of the rule, the ids of those that were chosen for being different, and how many
    different ones the first places show.
    """
    number, head, found = _different(hits[:FIRST], breadth), list(hits[:FIRST]), list[Hit]()
    for moves in range(1, FIRST - WANTED + 1):
        if number >= WANTED:
            break
        kept = list(hits[: FIRST - moves])
        moved = _further(kept, hits[FIRST - moves :], breadth, moves)
        if (more := _different([*kept, *moved], breadth)) > number:
            number, head, found = more, kept, moved
    chosen = {hit["_id"] for hit in found}
    placed = chosen | {hit["_id"] for hit in head}
    return [*head, *found, *(hit for hit in hits if hit["_id"] not in placed)], chosen, number


def _further(head: Sequence[Hit], others: Sequence[Hit], breadth: Breadth, most: int) -> list[Hit]:
    seen = {name for hit in head for name in _names(hit, breadth)}
    found: list[Hit] = []
    for hit in others:
        if len(found) == most:
            break
        names = _names(hit, breadth)
        if names and seen.isdisjoint(names):
            found.append(hit)
            seen |= names
    return found


def _different(hits: Sequence[Hit], breadth: Breadth) -> int:
    """How many hits share nothing with those before them; one of whom nothing is known does not count."""
    seen: set[str] = set()
    count = 0
    for hit in hits:
        names = _names(hit, breadth)
        count += bool(names) and seen.isdisjoint(names)
        seen |= names
    return count


def from_different(hits: Sequence[Hit], wanted: int) -> list[Hit]:
    """Get up to `wanted` hits in their order of which no two share a system, or a group where they belong to
    none; one of whom neither is known is not taken.
    """
    return _further([], hits, Breadth.SYSTEM, wanted)


def parties(hits: Sequence[Hit]) -> frozenset[str]:
    """Get the tie keys by which these hits are told apart."""
    return frozenset(key for hit in hits for key in _names(hit, Breadth.SYSTEM))


def _names(hit: Hit, breadth: Breadth) -> frozenset[str]:
    """What a hit is told apart by: its systems, its groups where it belongs to no system, or its role."""
    source = hit["_source"]
    if breadth is Breadth.ROLE:
        return frozenset(source.get("roles", ())[:1])
    keys = source.get("tie_keys", ())
    systems = [key for key in keys if key.startswith(_SYSTEM)]
    if systems or "system" not in source.get("tie_kinds_known", ()):
        return frozenset(systems)
    return frozenset([key for key in keys if key.startswith(_GROUP)])
