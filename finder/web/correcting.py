"""The form with which a reader reports a mistake about one person, without account, cookie or third party.

Against floods: the form carries a sealed stamp (for whom, when made, and a number of its own), a field that
people leave empty and programs fill, limits of size, and limits of how many are taken in an hour.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from finder.corrections import Correction, keep, sent_at
from finder.errors import FieldError, InputErrors
from finder.i18n import gettext, mark
from finder.reads import Client
from finder.sealed import Seals
from finder.text import plain_lines
from finder.web.forms import Mistake, Option, mistakes_of, options, trouble_with
from finder.web.throttle import Throttle

# Own choices, 2026-11-28. Nobody reads and writes a report in two seconds; a page may stay open for a day.
LEAST_S, MOST_S = 2, 24 * 3600
MOST_TEXT, MOST_PROOF = 1000, 300  # characters
A_PERSON_AN_HOUR, ALL_AN_HOUR = 5, 100  # reports that one process takes
TRAP = "website"  # named like what programs like to fill; hidden from people
ABOUT: Mapping[str, str] = {
    "address": mark("An address or a phone number"),
    "specialty": mark("The specialty, or what they treat"),
    "ties": mark("Whom they work with: group, hospital, health system"),
    "plan": mark("An insurance plan"),
    "patients": mark("Whether they take new patients"),
    "gone": mark("The doctor has moved, retired or died"),
    "other": mark("Something else"),
}
LABELS = {
    "about": mark("What is wrong"),
    "text": mark("What it should say"),
    "proof": mark("Where we can check it"),
    "stamp": mark("The form"),
}
_OLD = mark("this form is too old or not ours; please send it once more")
_FAST = mark("that was very fast; please send it once more")
_FULL = mark("we got many reports in a short time; please try again in an hour")


@dataclass(frozen=True, slots=True)
class CorrectionForm:
    """The form as shown: for whom, what was typed, what was wrong, and a fresh stamp."""

    npi: str
    stamp: str
    about: tuple[Option, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()

    def mistake(self, name: str) -> str:
        """Get what is wrong with one control; empty where nothing is."""
        return trouble_with(name, self.mistakes)


@dataclass(frozen=True, slots=True)
class CorrectionPage:
    """The form again with its mistakes, or what was kept, about the doctor of this name."""

    name: str
    form: CorrectionForm | None = None
    kept: Correction | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that passed: the report, and the key under which a second sending finds it kept."""

    correction: Correction
    key: str


def correction_form(npi: str, seals: Seals, now: datetime) -> CorrectionForm:
    """Get an empty form about one person, stamped with the time."""
    return CorrectionForm(npi, _stamp(npi, seals, now), options(list(ABOUT.items()), "address"))


def form_again(sent: Mapping[str, str], problem: InputErrors, seals: Seals, now: datetime) -> CorrectionForm:
    """Get the form with what was typed and what was wrong, stamped anew."""
    values = {name: sent.get(name, "")[: MOST_TEXT * 2] for name in ("text", "proof")}
    npi = sent.get("npi", "")
    chosen = sent.get("about", "")
    mistakes = mistakes_of(problem.errors, LABELS)
    return CorrectionForm(
        npi, _stamp(npi, seals, now), options(list(ABOUT.items()), chosen), values, mistakes
    )


def kept(client: Client, prefix: str, sent: Mapping[str, str], report: Sent) -> None:
    """Keep a report, unless the field that people do not see was filled: then the sender need not know.

    Raises InputErrors where too many wait about this person already, EngineDown.
    """
    if sent.get(TRAP):
        return
    if not keep(client, prefix, report.correction, report.key):
        raise InputErrors([FieldError("", gettext(_FULL))])


def about_of(report: Sent) -> str:
    """Get what a report is about, in words."""
    return gettext(ABOUT[report.correction.about])


def sent_of(sent: Mapping[str, str], seals: Seals, now: datetime, throttle: Throttle) -> Sent:
    """Get the report of a sent form. Raises InputErrors with every mistake, also for too many in an hour."""
    npi, about = sent.get("npi", ""), sent.get("about", "")
    text, proof = plain_lines(sent.get("text", "")), plain_lines(sent.get("proof", ""))
    errors = []
    if about not in ABOUT:
        errors.append(FieldError("about", gettext("pick one of the list")))
    if not text:
        errors.append(FieldError("text", gettext("say in a few words what is wrong")))
    for name, value, most in (("text", text, MOST_TEXT), ("proof", proof, MOST_PROOF)):
        if len(value) > most:
            errors.append(FieldError(name, gettext("must have at most %(most)s characters", most=most)))
    if trouble := _trouble_with(sent.get("stamp", ""), npi, seals, now):
        errors.append(FieldError("stamp", gettext(trouble)))
    if not errors and not throttle.take(npi):
        errors.append(FieldError("", gettext(_FULL)))
    if errors:
        raise InputErrors(errors)
    key = hashlib.sha256(sent["stamp"].encode()).hexdigest()[:32]
    return Sent(Correction(npi, about, text, proof, sent_at(now)), key)


def _stamp(npi: str, seals: Seals, now: datetime) -> str:
    return seals.seal({"correction": npi, "at": int(now.timestamp())})


def _trouble_with(stamp: str, npi: str, seals: Seals, now: datetime) -> str:
    try:
        opened: dict[str, Any] = seals.open(stamp)
    except InputErrors:
        return _OLD
    if opened.get("correction") != npi or not isinstance(opened.get("at"), int):
        return _OLD
    age = now.timestamp() - opened["at"]
    if age < LEAST_S:
        return _FAST
    return _OLD if age > MOST_S else ""
