"""Counts of narrow concepts belong to the broader ones too; told are those that say something new."""

from collections.abc import Iterable, Mapping

Weighted = tuple[tuple[str, float], ...]
Meanings = Mapping[str, Weighted]
Above = Mapping[str, tuple[str, ...]]
_MORE = 1 + 1e-9  # sums of weights are not exact


def widened(named: Iterable[tuple[str, float]], above: Above) -> Weighted:
    """Get the concepts with every broader one, each with the largest weight that leads to it, by id."""
    found: dict[str, float] = {}
    for concept, weight in named:
        for each in (concept, *above[concept]):
            found[each] = max(found.get(each, 0.0), weight)
    return tuple(sorted(found.items()))


def worth_telling(sums: Mapping[str, float], above: Above) -> list[str]:
    """Get the concepts, by id, that gather more than each one just below them; the rest says nothing new."""
    below: dict[str, float] = {}
    for concept, total in sums.items():
        broader = above[concept]
        if broader and total > below.get(broader[0], 0.0):
            below[broader[0]] = total
    return sorted([c for c, total in sums.items() if c not in below or total > below[c] * _MORE])
