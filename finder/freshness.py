"""How long ago each source's newest file came, measured by the rhythm in which its publisher gives it out.

What counts is when a file of other bytes came into a run, not the date in its name: some yearly files are
two years behind on the day they appear.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

from finder.sources import SourceInfo

# Own rule, 2026-11-28: late is later than the rhythm, very late is later than twice the rhythm.
LATE_CADENCES, VERY_LATE_CADENCES = 1, 2

Arrivals = Mapping[str, Mapping[str, Any]]


class Freshness(StrEnum):
    """How a source stands."""

    GREEN = "green"
    """Its newest file came within its rhythm."""
    AMBER = "amber"
    """Nothing new for longer than its rhythm."""
    RED = "red"
    """Nothing new for longer than twice its rhythm."""
    NO_CADENCE = "no cadence"
    """Its publisher has no rhythm, so that it is never late."""


@dataclass(frozen=True, slots=True)
class SourceAge:
    """One source: when its newest file came (UTC), how many whole days ago, and how that stands."""

    name: str
    title: str
    arrived: str
    age_days: int
    cadence_days: int | None
    state: Freshness

    def says(self) -> str:
        """Get it in a line for the admin."""
        rhythm = f"comes every {self.cadence_days} days" if self.cadence_days else "comes without a rhythm"
        return f"{self.name}: newest file {self.age_days} days ago, {rhythm}: {self.state.value}"


class Told(Protocol):
    """A run's record, of which only what it carries matters."""

    @property
    def detail(self) -> Mapping[str, Any]: ...


def source_ages(infos: Mapping[str, SourceInfo], arrived: Arrivals, now: datetime) -> tuple[SourceAge, ...]:
    """Get every source that ever came, the latest ones to complain about first, then by name.

    `arrived` is what `newest_arrivals` gives; a source that is not among `infos` is told under its own name.
    """
    found = [_age(name, infos.get(name), str(told["at"]), now) for name, told in arrived.items()]
    return tuple(sorted(found, key=lambda each: (_ORDER.index(each.state), each.name)))


_ORDER = (Freshness.RED, Freshness.AMBER, Freshness.GREEN, Freshness.NO_CADENCE)


def _age(name: str, info: SourceInfo | None, at: str, now: datetime) -> SourceAge:
    days = max(0, (now.astimezone(UTC) - datetime.fromisoformat(at).astimezone(UTC)).days)
    cadence = info.cadence_days if info else None
    return SourceAge(name, info.title if info else name, at, days, cadence, _state(days, cadence))


def _state(age_days: int, cadence_days: int | None) -> Freshness:
    if cadence_days is None:
        return Freshness.NO_CADENCE
    if age_days > VERY_LATE_CADENCES * cadence_days:
        return Freshness.RED
    return Freshness.AMBER if age_days > LATE_CADENCES * cadence_days else Freshness.GREEN


def newest_arrivals(records: Iterable[Told]) -> Arrivals:
    """Get what the newest run that read files tells of arrivals; `records` are the newest first."""
    return next((each.detail["arrived"] for each in records if each.detail.get("arrived")), {})


def arrivals(files: Iterable[tuple[str, str]], known: Arrivals, at: str) -> dict[str, dict[str, Any]]:
    """Get by source the checksums of its files and when they came: `at` (UTC) unless an earlier run had them.

    `files` are (source, checksum) of this run. A source without a file keeps what is known, and so ages on.
    """
    now: dict[str, set[str]] = {}
    for source, checksum in files:
        now.setdefault(source, set()).add(checksum)
    found = {name: dict(told) for name, told in known.items()}
    for source, checksums in now.items():
        if not checksums <= set(known.get(source, {}).get("files", ())):
            found[source] = {"at": at}
        found[source] = {**found[source], "files": sorted(checksums)}
    return found
