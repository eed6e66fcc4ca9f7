"""The pages of the online second-opinion programs: prices as published, with source, date, confidence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from finder.coverage import CoverageFact
from finder.i18n import gettext, language, mark
from finder.licensing import NO_STATE, Available, StateLaw
from finder.offers import LeftOut, Offer, SortAsked, price_words
from finder.program_kinds import (
    Ages,
    BenefitRoute,
    Clock,
    Confidence,
    LocalDoctor,
    Modality,
    PriceKind,
    Said,
    StatesListed,
    Unit,
)
from finder.program_search import FoundPrograms, ProgramsAsked
from finder.vocabulary import Understood
from finder.web.cited import Cited
from finder.web.filters import day
from finder.web.programs_form import ProgramsForm, args_of_asked, programs_form_of
from finder.web.programs_words import (
    AGE,
    AGES_SAID,
    AVAILABLE,
    CLOCKS,
    COLLECTS,
    CONFIDENCES,
    DOCTOR,
    DOCTORS,
    FIELDS,
    FOR_AGES,
    LAW_NOT_KNOWN,
    LOCAL_DOCTORS,
    MODALITIES,
    NOT_PUBLISHED,
    ORDERS,
    PATHOLOGY,
    RADIOLOGY,
    RECORDS,
    ROUTES,
    SAID,
    SPANS,
    STATES,
)

OLD_DAYS = 366  # a price older than a year is marked
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
    """One price in words; `dated` is the source's own date, `is_old` marks a price of more than a year.

    `host` is the source in short; `when` says both dates, that of the source and the day it was read.
    """

    text: str
    only_for: str | None
    dated: str | None
    read: str
    when: str
    is_old: bool
    confidence: str
    source: str
    host: str
    extras: str | None
    deposit: int | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """What a program says on one matter, each with its label; `silent` labels what it does not say."""

    facts: tuple[tuple[str, str], ...]
    silent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProgramShown:
    """One program with its prices of today, and those of the past apart.

    `pays` says who may pay beside the patient, `place_rule` what it says of places beside states, `who` for
    whom it is, `records` how it deals with records.
    """

    id: str
    name: str
    institution: str
    operator: str | None
    available: str
    sign: str
    reasons: tuple[str, ...]
    prices: tuple[PriceShown, ...]
    history: tuple[PriceShown, ...]
    pays: tuple[str, ...]
    states: str
    place_rule: str | None
    how: str
    turnaround: str
    local_doctor: str
    ages: str
    fields: str
    fields_out: str
    collects_records: str
    rereads_pathology: str
    rereads_radiology: str

    @property
    def who(self) -> Told:
        """For whom it is."""
        return _told(
            (STATES, self.states), (DOCTOR, self.local_doctor), (AGE, self.ages), (FIELDS, self.fields)
        )

    @property
    def records(self) -> Told:
        """Who gets the records, and what is looked at again."""
        return _told(
            (COLLECTS, self.collects_records),
            (PATHOLOGY, self.rereads_pathology),
            (RADIOLOGY, self.rereads_radiology),
        )


@dataclass(frozen=True, slots=True)
class LawShown:
    """What is known of the law of the state, with its source where there is one."""

    text: str
    source: str | None
    when: str


@dataclass(frozen=True, slots=True)
class CoverageShown:
    """One fact or question about who pays; `source` is None for words of our own."""

    text: str
    source: str | None
    when: str


@dataclass(frozen=True, slots=True)
class ProgramsPage:
    """The programs of one question, those open to the state first, then in the order of the search.

    `token` is the sealed question, None where nothing was asked; `left_out` do not take the condition, each
    with its reason; `has_state` says whether availability was judged, `ordered` how the list is ordered;
    `coverage` are the facts on who pays by topic.
    """

    form: ProgramsForm
    token: str | None = None
    asked: str = ""
    programs: tuple[ProgramShown, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    understood: Understood | None = None
    has_state: bool = False
    ordered: str = ""
    law: LawShown | None = None
    coverage: Mapping[str, tuple[CoverageShown, ...]] | None = None


@dataclass(frozen=True, slots=True)
class ProgramPage:
    """One program; `acceptance` is what it publishes of patients of its own health system."""

    program: ProgramShown
    acceptance: tuple[Cited, ...] = ()


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
        ordered=gettext(ORDERS[asked.sort, asked.state is not None]),
        law=law_shown(found.law) if found.law else None,
        coverage=coverage_shown(found.coverage),
    )


def describe(asked: ProgramsAsked) -> str:
    """Get what was asked in the reader's words; empty where nothing was."""
    parts = (
        asked.words,
        gettext("open to %(state)s", state=asked.state) if asked.state else None,
        gettext(FOR_AGES[asked.ages]) if asked.ages else None,
        gettext(DOCTORS[asked.local_doctor]) if asked.local_doctor is not None else None,
        gettext("free") if asked.no_charge else None,
        gettext("paid by a plan or an employer") if asked.through_plan else None,
        gettext("the fastest first") if asked.sort is SortAsked.TURNAROUND else None,
    )
    return ", ".join(part for part in parts if part)


def programs_shown(offers: Iterable[Offer], today: date) -> tuple[ProgramShown, ...]:
    """Get programs in words; what a source does not say reads "not published"."""
    return tuple(program_shown(offer, today) for offer in offers)


def program_shown(offer: Offer, today: date) -> ProgramShown:
    """Get one program in words."""
    return _program_shown(offer, today, language())


@lru_cache(maxsize=2048)  # the offers of a condition are kept, and every page of results shows some
def _program_shown(offer: Offer, today: date, _reader: str) -> ProgramShown:
    told = offer.document
    how = ", ".join(gettext(MODALITIES[Modality(each)]) for each in told.get("modality", ()))
    doctor = LOCAL_DOCTORS[LocalDoctor(told["needs_treating_doctor"])]
    return ProgramShown(
        id=offer.id,
        name=told["name"],
        institution=told["institution"],
        operator=told.get("operator"),
        available=gettext(AVAILABLE[offer.available]),
        sign=SIGNS[offer.available],
        reasons=tuple(str(reason) for reason in offer.why if reason.pattern != NO_STATE),
        prices=tuple(_price(price, today) for price in offer.current),
        history=tuple(_price(price, today) for price in told["prices"] if price["is_history"]),
        pays=tuple(gettext(ROUTES[BenefitRoute(each)]) for each in told.get("benefit_routes", ())),
        states=_states(told),
        place_rule=gettext(told.get("place_rule", "")) or None,
        how=how or gettext(NOT_PUBLISHED),
        turnaround=_turnaround(told.get("turnaround", {})),
        local_doctor=gettext(doctor, home=told.get("home_state")),
        ages=_ages(told.get("age_min"), told.get("age_max"), told.get("ages")),
        fields=", ".join(map(gettext, told.get("specialties_in", ()))) or gettext(NOT_PUBLISHED),
        fields_out=", ".join(map(gettext, told.get("specialties_out", ()))),
        collects_records=gettext(RECORDS[Said(told["collects_records"])]),
        rereads_pathology=gettext(SAID[Said(told["rereads_pathology"])]),
        rereads_radiology=gettext(SAID[Said(told["rereads_radiology"])]),
    )


def law_shown(law: StateLaw) -> LawShown:
    """Get what is known of the law of a state in words."""
    text = gettext(law.says) if law.says else gettext(LAW_NOT_KNOWN, state=law.state)
    if law.says:
        dates = when(law.as_of, law.seen_at)
    else:
        dates = gettext("looked for on %(day)s", day=day(law.seen_at))
    return LawShown(text, law.source_url, dates)


def coverage_shown(facts: Iterable[CoverageFact]) -> dict[str, tuple[CoverageShown, ...]]:
    """Get the facts on who pays by topic, in their order."""
    found: dict[str, tuple[CoverageShown, ...]] = {}
    for fact in facts:
        source = None if fact.source == "own wording" else fact.source
        shown = CoverageShown(gettext(fact.says), source, when(fact.as_of, fact.seen_at))
        found[fact.topic.value] = (*found.get(fact.topic.value, ()), shown)
    return found


def when(as_of: str | None, seen_at: str) -> str:
    """Get the two dates of a fact in words: that of its source, and the day on which it was read."""
    if as_of is None:
        return gettext("date not known, read %(read)s", read=day(seen_at))
    return gettext("from %(day)s, read %(read)s", day=day(as_of), read=day(seen_at))


def _told(*pairs: tuple[tuple[str, str], str]) -> Told:
    silent = gettext(NOT_PUBLISHED)
    return Told(
        facts=tuple((gettext(labels[0]), value) for labels, value in pairs if value != silent),
        silent=tuple(gettext(labels[1]) for labels, value in pairs if value == silent),
    )


def _price(price: Mapping[str, Any], today: date) -> PriceShown:
    newest = str(price.get("as_of") or price["seen_at"])
    last_day = newest + {4: "-12-31", 7: "-28", 10: ""}[len(newest)]
    source = price.get("source_url")
    has_price = price["kind"] not in (PriceKind.NOT_PUBLISHED, PriceKind.QUOTE)
    return PriceShown(
        text=price_words(price),
        only_for=gettext(price.get("only_for", "")) or None,
        dated=price.get("as_of"),
        read=price["seen_at"],
        when=when(price.get("as_of"), price["seen_at"]),
        is_old=has_price and (today - date.fromisoformat(last_day)).days > OLD_DAYS,
        confidence=gettext(CONFIDENCES[Confidence(price["confidence"])]),
        source=source or gettext("no source found"),
        host=", ".join(dict.fromkeys(_host(each) for each in source.split(" ; ")))
        if source
        else gettext("no source found"),
        extras=gettext(price.get("extras", "")) or None,
        deposit=price.get("deposit_nonrefundable"),
        note=gettext(price.get("note", "")) or None,
    )


def _host(source: str) -> str:
    """The site of an address, or a source that is none as it is."""
    first = source.split("/")[0]
    return first if "." in first and " " not in first else source


def _states(told: Mapping[str, Any]) -> str:
    parts = []
    if "states" in told:
        began = told["states_listed"] == StatesListed.FIRST_PHASE
        listed = mark("at first %(states)s") if began else mark("only %(states)s")
        parts.append(gettext(listed, states=", ".join(told["states"])))
    if told["needs_treating_doctor"] == LocalDoctor.OUTSIDE_HOME_STATE:
        parts.append(gettext("%(state)s; elsewhere with your own doctor", state=told["home_state"]))
    if "excluded_states" in told:
        parts.append(gettext("not %(states)s", states=", ".join(told["excluded_states"])))
    if "excluded_counties" in told:
        counties = ", ".join(told["excluded_counties"])
        parts.append(gettext("not the counties %(counties)s", counties=counties))
    return "; ".join(parts) or gettext(NOT_PUBLISHED)


def _turnaround(published: Mapping[str, Any]) -> str:
    least, most = published.get("min"), published.get("max")
    if least is None and most is None:
        return gettext(NOT_PUBLISHED)
    both, one, up_to = SPANS[Unit(published.get("unit", Unit.DAYS))]
    span = up_to if least is None else one if least == most or most is None else both
    days = gettext(span, least=least, most=most if most is not None else least)
    return gettext(CLOCKS[Clock(published.get("clock_starts", Clock.NOT_PUBLISHED))], days=days)


def _ages(youngest: int | None, oldest: int | None, own: str | None) -> str:
    if youngest is None and oldest is None:
        return gettext(AGES_SAID[Ages(own)] if own else NOT_PUBLISHED)
    if oldest is None:
        return gettext("%(years)s and older", years=youngest)
    return gettext("%(youngest)s to %(oldest)s", youngest=youngest or 0, oldest=oldest)
