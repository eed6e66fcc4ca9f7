"""Whether a program may give an opinion to somebody in a state, and why: its own rule beside the state's law.

What a program says of places comes from `programs.csv`, what the law or the medical board of a state says of
opinions from other states from `licensing.csv`. Where a source is silent the answer is "unknown", never yes:
a list of the states that are refused is no promise to all others. None of this is legal advice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from finder.geo import is_state
from finder.i18n import gettext, mark
from finder.program_kinds import LocalDoctor, StatesListed
from finder.tables import DATA, Row, read_table

LICENSING_COLUMNS = ("state", "consultation", "says", "source_url", "as_of", "seen_at")


class Available(StrEnum):
    """Whether a program takes a patient from a state."""

    YES = "yes"
    YES_WITH_YOUR_DOCTOR = "yes_with_your_doctor"
    NO = "no"
    UNKNOWN = "unknown"


class Consultation(StrEnum):
    """What the law of a state says of doctors of other states whom a doctor there asks for advice."""

    LIMITED = "limited"
    PROHIBITED = "prohibited"
    UNCLEAR = "unclear"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class StateLaw:
    """What is known of the law of one state; `says` is None where no source was found.

    `as_of` is the date that the source carries, None where it shows none; `seen_at` the day it was read.
    """

    state: str
    consultation: Consultation
    says: str | None
    source_url: str | None
    as_of: str | None
    seen_at: str

    def to_json(self) -> dict[str, Any]:
        """Get it under the keys of the contract."""
        return {
            "state": self.state, "consultation": self.consultation.value, "says": self.says,
            "source_url": self.source_url, "as_of": self.as_of, "seen_at": self.seen_at,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """One whole sentence of our own with its values, apart so that it can be said in another language."""

    pattern: str
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return gettext(self.pattern, **self.values)


# Own wording, 2026-11-28.
AS_TOLD = "%(text)s"  # a sentence of a data file
NO_STATE = mark("You did not name a state.")
NAMES_STATE = mark("It names %(state)s as a state it takes people from.")
REFUSES = mark("It does not take people from %(state)s.")
ONLY_OTHERS = mark("It takes people from these states only: %(states)s.")
BEGAN_ELSEWHERE = mark("It began with these states: %(states)s. It does not say if %(state)s came later.")
NOT_REFUSED = mark(
    "It says no to these states: %(states)s. It does not say that it takes people from %(state)s."
)
SILENT = mark("It does not say which states it takes people from.")
AT_HOME = mark("It is in %(home)s. Only people who live elsewhere need a form from their own doctor.")
ELSEWHERE = mark("People who live outside %(home)s need a form from their own doctor.")
NEEDS_DOCTOR = mark("Your own doctor must take part.")
NO_NEED = mark("You don’t need your own doctor for it.")
COUNTIES = mark("It does not take people from these counties: %(counties)s.")


def load_licensing(path: Path = DATA / "licensing.csv") -> Mapping[str, StateLaw]:
    """Get the law of each state by its code. Raises SourceError naming file, row and field."""
    laws: dict[str, StateLaw] = {}
    for row in read_table(path, LICENSING_COLUMNS):
        law = _law(row)
        if law.state in laws:
            raise row.wrong("state", "is listed twice")
        laws[law.state] = law
    return MappingProxyType(laws)


def availability(
    document: Mapping[str, Any], state: str | None, has_doctor: bool | None, laws: Mapping[str, StateLaw]
) -> tuple[Available, tuple[Reason, ...]]:
    """Get whether a program takes somebody from a state, with its reasons.

    `document` is the program's, `has_doctor` says whether an own doctor takes part, None where that was not
    said. A state that the program itself names is its own word; where it only speaks of every other state, a
    law that forbids such advice makes the answer unknown. The law is a reason where the rule alone says yes.
    """
    answer, reasons = _by_own_rule(document, state, has_doctor)
    law = laws.get(state or "")
    if law and law.says and answer in (Available.YES, Available.YES_WITH_YOUR_DOCTOR):
        reasons = (*reasons, Reason(AS_TOLD, {"text": gettext(law.says)}))
        if law.consultation is Consultation.PROHIBITED and state not in document.get("states", ()):
            answer = Available.UNKNOWN
    if "place_rule" in document:
        reasons = (*reasons, Reason(AS_TOLD, {"text": gettext(document["place_rule"])}))
    return answer, reasons


def _by_own_rule(
    document: Mapping[str, Any], state: str | None, has_doctor: bool | None
) -> tuple[Available, tuple[Reason, ...]]:
    needs = LocalDoctor(document["needs_treating_doctor"])
    if needs is LocalDoctor.OUTSIDE_HOME_STATE and state:
        return _outside_home(document["home_state"], state, has_doctor)
    answer, reason = _of_state(document, state)
    reasons = [reason, *_of_counties(document, state)]
    if needs is LocalDoctor.YES and answer is not Available.NO:
        reasons.append(Reason(NEEDS_DOCTOR))
        if has_doctor is False:
            return Available.NO, tuple(reasons)
        answer = Available.YES_WITH_YOUR_DOCTOR if answer is Available.YES else answer
    elif needs is LocalDoctor.NO:
        reasons.append(Reason(NO_NEED))
    elif needs is LocalDoctor.OUTSIDE_HOME_STATE:
        reasons.append(Reason(ELSEWHERE, {"home": document["home_state"]}))
    return answer, tuple(reasons)


def _outside_home(home: str, state: str, has_doctor: bool | None) -> tuple[Available, tuple[Reason, ...]]:
    if state == home:
        return Available.YES, (Reason(AT_HOME, {"home": home}),)
    answer = Available.NO if has_doctor is False else Available.YES_WITH_YOUR_DOCTOR
    return answer, (Reason(ELSEWHERE, {"home": home}),)


def _of_state(document: Mapping[str, Any], state: str | None) -> tuple[Available, Reason]:
    taken, refused = document.get("states", ()), document.get("excluded_states", ())
    if not state:
        return Available.UNKNOWN, Reason(NO_STATE)
    if state in refused:
        return Available.NO, Reason(REFUSES, {"state": state})
    if state in taken:
        return Available.YES, Reason(NAMES_STATE, {"state": state})
    if taken and document.get("states_listed") == StatesListed.FIRST_PHASE:
        return Available.UNKNOWN, Reason(BEGAN_ELSEWHERE, {"state": state, "states": ", ".join(taken)})
    if taken:
        return Available.NO, Reason(ONLY_OTHERS, {"states": ", ".join(taken)})
    if refused:
        return Available.UNKNOWN, Reason(NOT_REFUSED, {"state": state, "states": ", ".join(refused)})
    return Available.UNKNOWN, Reason(SILENT)


def _of_counties(document: Mapping[str, Any], state: str | None) -> Iterator[Reason]:
    counties = [c for c in document.get("excluded_counties", ()) if c.endswith(f" {state}")]
    if counties:
        yield Reason(COUNTIES, {"counties": ", ".join(counties)})


def _law(row: Row) -> StateLaw:
    state, consultation = row.needed("state"), row.choice("consultation", Consultation)
    if not is_state(state):
        raise row.wrong("state", f"'{state}' is not the code of a state")
    for name in ("says", "source_url"):
        if (consultation is Consultation.NOT_KNOWN) != (not row[name]):
            raise row.wrong(name, "is needed where the law is known, and only there")
    for name in ("seen_at", *(["as_of"] if row["as_of"] else [])):
        try:
            date.fromisoformat(row[name])
        except ValueError:
            raise row.wrong(name, "is not an ISO day") from None
    return StateLaw(
        state, consultation, row["says"] or None, row["source_url"] or None, row["as_of"] or None,
        row["seen_at"],
    )  # fmt: skip
