"""Which of several dated values wins: the newest, then the more trusted source; losing values are kept."""

from collections.abc import Iterable
from typing import Any

from finder.documents import Fact, Value

# When two values have the same date, the one whose source speaks for itself wins: the institution about its
# people, then the registry that they keep themselves, then what payers and CMS compile about them.
SOURCE_ORDER = (
    "rosters", "nppes", "clinicians", "facility_affiliations", "qhp_providers", "procedures", "trials",
)  # fmt: skip
_RANK = {source: rank for rank, source in enumerate(SOURCE_ORDER)}


def by_trust(values: Iterable[Value]) -> list[Value]:
    """Values in the order in which they win: newest date first, unknown dates last, then source order."""
    ordered = sorted(values, key=lambda v: (_RANK.get(v.source, len(_RANK)), str(v.value)))
    return sorted(ordered, key=lambda v: v.as_of or "", reverse=True)


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
