"""A value as shown with its source and date: ids of sources become titles, old dates are marked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finder.sources import SourceInfo

OLD_YEARS = 2  # own choice, 2026-11-23: the yearly sources are published about two years behind


@dataclass(frozen=True, slots=True)
class Cited:
    """One value with its source; `is_old` marks dates more than OLD_YEARS before today."""

    text: str
    source: str
    source_url: str | None
    as_of: str | None
    is_old: bool


class Citing:
    """Turns the ids of sources into titles, and dates into a mark when they are old."""

    def __init__(self, sources: Mapping[str, SourceInfo], this_year: int) -> None:
        self._sources = sources
        self._this_year = this_year

    def cited(self, text: str, sources: str | Sequence[str], as_of: str | None) -> Cited:
        """Get a text with the titles of its sources (ids, several joined by `; ` or in a list)."""
        ids = sources.split("; ") if isinstance(sources, str) else list(sources)
        known = [self._sources[each] for each in ids if each in self._sources]
        titles = "; ".join(self._sources[each].title if each in self._sources else each for each in ids)
        year = as_of[:4] if as_of else ""
        is_old = year.isdigit() and self._this_year - int(year) > OLD_YEARS
        return Cited(text, titles, known[0].url if len(known) == 1 else None, as_of, is_old)
