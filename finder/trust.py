"""Which of several dated values wins: the newest, then the more trusted source; losing values are kept.

A correction was checked by a person, so it wins over what files compile, for as long as their published
errors last; who speaks for himself later than that wins again.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Protocol

from finder.documents import Fact, Value

CORRECTION = "correction"
# When two values have the same date, the one whose source speaks for itself wins: the institution about its
# people, then the registry that they keep themselves, then what payers and CMS compile about them.
SOURCE_ORDER = (
    CORRECTION, "rosters", "nppes", "clinicians", "facility_affiliations", "qhp_providers", "procedures",
    "trials",
)  # fmt: skip
SELF_STATED = frozenset({"rosters", "nppes"})
# How long a correction stands against later files that only compile: errors of directories were still there
# after about 540 days (AJMC, n = 1,802: 40.3 % still wrong, 13.3 % right).
CORRECTED_DAYS = 540
_RANK = {source: rank for rank, source in enumerate(SOURCE_ORDER)}


class Dated(Protocol):
    """Whatever has a date."""

    @property
    def as_of(self) -> str | None: ...


def by_trust(values: Iterable[Value]) -> list[Value]:
    """Values in the order in which they win: newest date first, unknown dates last, then source order; but
    a correction goes before all that do not outlive it.
    """
    ordered = sorted(values, key=lambda v: (_RANK.get(v.source, len(_RANK)), str(v.value)))
    ordered.sort(key=lambda v: v.as_of or "", reverse=True)
    told = next((v for v in ordered if v.source == CORRECTION), None)
    if told is None:
        return ordered
    return sorted(ordered, key=lambda v: 1 if v is told else 0 if outlives(v.source, v.as_of, told) else 2)


def outlives(source: str, as_of: str | None, correction: Dated) -> bool:
    """Whether what a source says counts again although there is a correction: it is later, and its source
    speaks for itself or it is later by more than CORRECTED_DAYS.
    """
    if source == CORRECTION or not as_of or not correction.as_of or as_of <= correction.as_of:
        return False
    if source in SELF_STATED:
        return True
    day, corrected = first_day(as_of), first_day(correction.as_of)
    return bool(day and corrected and day - corrected > timedelta(days=CORRECTED_DAYS))


def first_day(as_of: str | None) -> date | None:
    """Get the first day that an ISO day, month or year may mean; None where there is none."""
    try:
        return date.fromisoformat(f"{as_of or ''}-01-01"[:10]) if as_of else None
    except ValueError:
        return None


def fact(values: Iterable[Value]) -> Fact | None:
    """The winning value with the differing losers, each value once; None where there is no value."""
    ordered = by_trust(v for v in values if not _is_nothing(v.value))
    if not ordered:
        return None
    best, seen, others = ordered[0], {_same(ordered[0].value)}, []
    for value in ordered[1:]:
        if _same(value.value) not in seen:
            seen.add(_same(value.value))
            others.append(value)
    return Fact(best, tuple(others))


def _is_nothing(value: Any) -> bool:
    return value is None or value in ("", (), [])


def _same(value: Any) -> str:
    return str(value).casefold()
