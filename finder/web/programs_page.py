"""The pages of the online second-opinion programs: prices as published, with source, date, confidence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from finder.offers import Available, LeftOut, Offer, price_words
from finder.program_search import FoundPrograms, ProgramsAsked
from finder.programs import Clock, Confidence, LocalDoctor, Modality, Said, Unit
from finder.vocabulary import Understood
from finder.web.filters import capfirst
from finder.web.forms import AGES
from finder.web.programs_form import ProgramsForm, args_of_asked, programs_form_of

NOT_PUBLISHED = "not published"
NO_STATE = "no state was given"  # the reader knows
OLD_DAYS = 366  # a price older than a year is marked
# Own wording, 2026-11-23.
MODALITIES: Mapping[Modality, str] = {
    Modality.WRITTEN: "in writing",
    Modality.PHONE: "by phone",
    Modality.VIDEO: "by video",
    Modality.LIVE: "in a live talk",
    Modality.PANEL: "by a panel of doctors",
    Modality.DOCTOR_TO_DOCTOR: "to your own doctor",
}
LOCAL_DOCTORS: Mapping[LocalDoctor, str] = {
    LocalDoctor.YES: "yes, your own doctor must take part",
    LocalDoctor.NO: "no",
    LocalDoctor.OUTSIDE_HOME_STATE: "yes, if you live outside the program’s own state",
    LocalDoctor.NOT_PUBLISHED: NOT_PUBLISHED,
}
CONFIDENCES: Mapping[Confidence, str] = {
    Confidence.A: "from the program’s own page",
    Confidence.B: "from a good second-hand source",
    Confidence.C: "old or partial",
    Confidence.NONE: "no price was found",
}
CLOCKS: Mapping[Clock, str] = {
    Clock.ORDER: "after you order",
    Clock.RECORDS_COMPLETE: "after all records are there",
    Clock.NOT_PUBLISHED: "from when is not published",
}
AVAILABLE: Mapping[Available, str] = {
    Available.YES: "Open to your state",
    Available.YES_WITH_YOUR_DOCTOR: "Open to your state, with your own doctor",
    Available.NO: "Not open to you",
    Available.UNKNOWN: "Not known if it is open to your state",
}

SIGNS: Mapping[Available, str] = {
    Available.YES: "good",
    Available.YES_WITH_YOUR_DOCTOR: "good",
    Available.NO: "bad",
    Available.UNKNOWN: "open",
}
OPEN_FIRST: Mapping[Available, int] = {
    Available.YES: 0,
    Available.YES_WITH_YOUR_DOCTOR: 0,
    Available.UNKNOWN: 1,
    Available.NO: 2,
}


@dataclass(frozen=True, slots=True)
class PriceShown:
    """One price in words; `dated` is the source's own date, `is_old` marks more than a year."""

    text: str
    dated: str | None
    read: str
    is_old: bool
    confidence: str
    source: str
    extras: str | None
    deposit: int | None
    note: str | None


@dataclass(frozen=True, slots=True)
class ProgramShown:
    """One program with its prices of today, and those of the past apart."""

    id: str
    name: str
    institution: str
    operator: str | None
    available: str
    sign: str
    reasons: tuple[str, ...]
    prices: tuple[PriceShown, ...]
    history: tuple[PriceShown, ...]
    states: str
    how: str
    turnaround: str
    local_doctor: str
    ages: str
    fields: str
    fields_out: str
    collects_records: str
    rereads_pathology: str
    rereads_radiology: str


@dataclass(frozen=True, slots=True)
class ProgramsPage:
    """The programs of one question, those open to the state first, then in the order of the search.

    `token` is the sealed question, None where nothing was asked; `left_out` do not take the condition, each
    with its reason; `has_state` says whether availability was judged.
    """

    form: ProgramsForm
    token: str | None = None
    asked: str = ""
    programs: tuple[ProgramShown, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    understood: Understood | None = None
    has_state: bool = False


@dataclass(frozen=True, slots=True)
class ProgramPage:
    """One program."""

    program: ProgramShown


def programs_page(found: FoundPrograms, token: str | None, today: date) -> ProgramsPage:
    """Get the page of all programs, or of those for one sealed question."""
    asked = found.asked
    in_turn = sorted(found.programs, key=lambda program: OPEN_FIRST[program.available])
    return ProgramsPage(
        form=programs_form_of(args_of_asked(asked)),
        token=token,
        asked=describe(asked),
        programs=programs_shown(in_turn, today),
        left_out=found.left_out,
        understood=found.understood,
        has_state=asked.state is not None,
    )


def describe(asked: ProgramsAsked) -> str:
    """Get what was asked in the reader's words; empty where nothing was."""
    doctor = {True: "with your own doctor", False: "without your own doctor", None: None}
    parts = (
        asked.words,
        f"open to {asked.state}" if asked.state else None,
        f"for {AGES[asked.ages].lower()}" if asked.ages else None,
        doctor[asked.local_doctor],
        "free" if asked.no_charge else None,
    )
    return ", ".join(part for part in parts if part)


def programs_shown(offers: Iterable[Offer], today: date) -> tuple[ProgramShown, ...]:
    """Get programs in words; what a source does not say reads "not published"."""
    return tuple(program_shown(offer, today) for offer in offers)


def program_shown(offer: Offer, today: date) -> ProgramShown:
    """Get one program in words."""
    told = offer.document
    return ProgramShown(
        id=offer.id,
        name=told["name"],
        institution=told["institution"],
        operator=told.get("operator"),
        available=AVAILABLE[offer.available],
        sign=SIGNS[offer.available],
        reasons=tuple(capfirst(reason) for reason in offer.reasons if reason != NO_STATE),
        prices=tuple(_price(price, today) for price in offer.current),
        history=tuple(_price(price, today) for price in told["prices"] if price["is_history"]),
        states=_states(told),
        how=", ".join(MODALITIES[Modality(each)] for each in told.get("modality", ())) or NOT_PUBLISHED,
        turnaround=_turnaround(told.get("turnaround", {})),
        local_doctor=LOCAL_DOCTORS[LocalDoctor(told["needs_treating_doctor"])],
        ages=_ages(told.get("age_min"), told.get("age_max")),
        fields=", ".join(told.get("specialties_in", ())) or NOT_PUBLISHED,
        fields_out=", ".join(told.get("specialties_out", ())),
        collects_records=_said(told["collects_records"]),
        rereads_pathology=_said(told["rereads_pathology"]),
        rereads_radiology=_said(told["rereads_radiology"]),
    )


def _price(price: Mapping[str, Any], today: date) -> PriceShown:
    newest = str(price.get("as_of") or price["seen_at"])
    last_day = newest + {4: "-12-31", 7: "-28", 10: ""}[len(newest)]
    return PriceShown(
        text=price_words(price),
        dated=price.get("as_of"),
        read=price["seen_at"],
        is_old=(today - date.fromisoformat(last_day)).days > OLD_DAYS,
        confidence=CONFIDENCES[Confidence(price["confidence"])],
        source=price.get("source_url") or "no source found",
        extras=price.get("extras"),
        deposit=price.get("deposit_nonrefundable"),
        note=price.get("note"),
    )


def _states(told: Mapping[str, Any]) -> str:
    parts = []
    if "states" in told:
        parts.append(f"only {', '.join(told['states'])}")
    if "excluded_states" in told:
        parts.append(f"not {', '.join(told['excluded_states'])}")
    if "excluded_counties" in told:
        parts.append(f"not the counties {', '.join(told['excluded_counties'])}")
    return "; ".join(parts) or NOT_PUBLISHED


def _turnaround(published: Mapping[str, Any]) -> str:
    numbers = [str(published[each]) for each in ("min", "max") if each in published]
    if not numbers:
        return NOT_PUBLISHED
    unit = "business days" if published.get("unit") == Unit.BUSINESS_DAYS else "days"
    clock = CLOCKS[Clock(published.get("clock_starts", Clock.NOT_PUBLISHED))]
    return f"{' to '.join(dict.fromkeys(numbers))} {unit}; {clock}"


def _ages(youngest: int | None, oldest: int | None) -> str:
    if youngest is None and oldest is None:
        return NOT_PUBLISHED
    if oldest is None:
        return f"{youngest} and older"
    return f"{youngest or 0} to {oldest}"


def _said(answer: str) -> str:
    return NOT_PUBLISHED if answer == Said.NOT_PUBLISHED else answer
