"""Words of the admin pages: times, states, and what a gate that does not hold means and asks for."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from babel.dates import format_timedelta
from flask import Flask
from markupsafe import Markup

from finder.sources import SourceInfo

STATES: Mapping[str, tuple[str, str]] = {  # state -> badge, words
    "running": ("open", "running"),
    "published": ("good", "published"),
    "unchanged": ("good", "unchanged"),
    "refused": ("bad", "refused"),
    "failed": ("bad", "failed"),
    "loaded": ("open", "part loaded"),
}
# Own wording: the name of a gate -> what it says of the files, and what to do.
_GATES: tuple[tuple[str, str, str], ...] = (
    (
        r"share of (?P<source>\w+) rows rejected",
        "{measured:.1%} of the rows of {title} could not be read; the limit is {limit}.",
        "Look at its rejected rows. A new layout or a damaged download is likely; fetch the file again.",
    ),
    (
        r"share of (?P<source>\w+) rows lost",
        "{title} has {measured:.1%} fewer rows than in the served directory; the limit is {limit}.",
        "A file that was cut off, or one part of several, is likely; fetch it again.",
    ),
    (
        r"shrink against the served generation",
        "The new directory has {measured:.1%} fewer people than the served one; the limit is {limit}.",
        "See below which people are gone, and whether a file is missing.",
    ),
    (
        r"growth against the served generation",
        "The new directory has {measured:.1%} more people than the served one; the limit is {limit}.",
        "See below who is new. A file that is read twice, or of another region, is likely.",
    ),
    (
        r"drop of specialists (?P<what>.+)",
        "The share of people {what} fell by {measured:.1%}; the limit is {limit}.",
        "A column may have moved or changed its name: look at the warnings of the files.",
    ),
    (
        r"sources older than the served generation's.*",
        "{measured:.0f} of the files are older than those of the served directory.",
        "Yesterday's files may have been put back by mistake; fetch the newest.",
    ),
    (
        r"share of specialists (?P<what>.+)",
        "{measured:.1%} of the people are {what}; {limit} are needed.",
        "A file that gives this may be missing.",
    ),
    (
        r"specialists",
        "The new directory has {measured:,.0f} people; {limit} are needed.",
        "Files may be missing, or the set of limits is for a larger directory.",
    ),
)  # fmt: skip
_ANY = (
    "{name}: {measured:,} was measured; the limit is {limit}.",
    "Nothing that was loaded can be trusted before this is understood; start the run again with --full.",
)


def add_admin_filters(app: Flask) -> None:
    """Make the filters of the admin pages known to the templates of `app`."""
    for each in (when, aged, lasted):
        app.add_template_filter(each)


@dataclass(frozen=True, slots=True)
class GateShown:
    """One gate: name, what was measured, limit, whether it holds; where not, what that means and asks for."""

    name: str
    measured: str
    limit: str
    holds: bool
    means: str
    asks: str


def gates_shown(gates: Iterable[Mapping[str, Any]], sources: Mapping[str, SourceInfo]) -> list[GateShown]:
    """Get the gates of a run, those that do not hold first."""
    shown = [_gate_shown(gate, sources) for gate in gates]
    return sorted(shown, key=lambda gate: gate.holds)


def _gate_shown(gate: Mapping[str, Any], sources: Mapping[str, SourceInfo]) -> GateShown:
    name, measured, limit = gate["name"], gate["measured"], gate["limit"]
    number = f"{measured:,}" if measured == int(measured) else f"{measured:.2%}"
    means = asks = ""
    if not gate["holds"]:
        found, said, asks = _said(name)
        source = found.get("source", "")
        title = sources[source].title if source in sources else source
        means = said.format(name=name, measured=measured, limit=_limit(limit), title=title, **found)
    return GateShown(name, number, limit, gate["holds"], means, asks)


def _said(name: str) -> tuple[dict[str, str], str, str]:
    for pattern, means, asks in _GATES:
        if match := re.fullmatch(pattern, name):
            return match.groupdict(), means, asks
    return {}, *_ANY


def _limit(limit: str) -> str:
    """`at most 0.02` as `at most 2 %`; whole numbers stay."""
    return re.sub(r"0\.\d+", lambda m: f"{float(m[0]) * 100:g} %", limit)


def when(iso: str | None, now: datetime) -> Markup:
    """Get a UTC time as ISO 8601 and in relative words: `2026-11-28 03:00 UTC (2 hours ago)`."""
    if not iso:
        return Markup("not known")
    at = datetime.fromisoformat(iso)
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    ago = format_timedelta(at - now, add_direction=True, locale="en")
    return Markup('<time datetime="{}">{}</time> <span class="quiet">({})</span>').format(
        at.isoformat(timespec="seconds"), f"{at:%Y-%m-%d %H:%M} UTC", ago
    )


def aged(as_of: str | None, now: datetime) -> str:
    """Get how old a day, month or year is, in words; `date not known` for none."""
    if not as_of:
        return "date not known"
    padded = as_of + "-01-01"[len(as_of) - 4 :] if len(as_of) < 10 else as_of
    return format_timedelta(
        datetime.fromisoformat(padded).replace(tzinfo=UTC) - now, locale="en", threshold=1.5
    )


def lasted(record_started: str, finished: str | None) -> str:
    """Get how long something took, in words; empty while it lasts."""
    if not finished:
        return ""
    span = datetime.fromisoformat(finished) - datetime.fromisoformat(record_started)
    return format_timedelta(span, locale="en", threshold=1.5)
