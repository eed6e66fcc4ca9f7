"""The results page as one dataclass: what was understood, who was left out, and a card for each person."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from finder.answers import Result, SearchResults, SiteShown
from finder.criteria import DEFAULT_PROFILE, SearchCriteria
from finder.facets import FACETS
from finder.independence import Verdict
from finder.languages import Languages
from finder.ranking import Profile
from finder.reasons import BREADTHS, Words
from finder.web.filters import capfirst, day, plural
from finder.web.forms import SearchForm, form_of_criteria
from finder.web.language import at
from finder.web.programs_page import ProgramShown, programs_shown
from finder.web.site import Site

MOST_PROGRAMS = 6  # online opinions beside the people; all of them have their own page
RECRUITING = ("RECRUITING", "ENROLLING_BY_INVITATION")


@dataclass(frozen=True, slots=True)
class Badge:
    """A verdict as shown: `kind` picks the colour, `text` says it (colour is never the only sign)."""

    kind: str
    text: str


# Own wording, 2026-11-23.
BADGES: Mapping[str, Badge] = {
    "independent": Badge("good", "Independent"),
    "some_tie": Badge("warn", "Has a loose tie"),
    "not_independent": Badge("bad", "Not independent"),
    "unknown": Badge("open", "Independence not proved"),
}
ACCEPTING: Mapping[str, str] = {"yes": "Takes new patients", "no": "Takes no new patients"}
NETWORKS: Mapping[str, str] = {"in": "Listed by", "out": "Not listed by"}
LOOSENED: Mapping[str, str] = {
    **{facet.name: f"the limit “{facet.label}”" for facet in FACETS},
    "near": "the limit on distance",
    "seen": "leaving out doctors with ties",
    "together": "all these limits",
}


class Heading(StrEnum):
    """What the page is about."""

    LIST = "list"
    EMPTY = "empty"
    ASK = "ask"  # which doctor of this name was meant
    CHOOSE = "choose"  # which condition was meant
    UNKNOWN = "unknown"  # the words are not understood


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence with what stood in brackets at its end: a date, or else a note such as its sources."""

    text: str
    dated: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """Why a person is shown: `focus` in one sentence, what else speaks for it, and the independence."""

    focus: str
    fits: tuple[Reason, ...]
    independent: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One person on the list."""

    result: Result
    url: str
    badge: Badge | None
    why: Why
    place: str
    is_point_exact: bool
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mixed:
    """By what the first page was varied: how many stand higher for it, or that the reader turned it off."""

    moved: int
    by: str
    is_off: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many were left out for a tie, and why: `reasons` are counts by kind in words."""

    total: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Loosening:
    """The limit that emptied the answer, in words, and how many there are without it."""

    limit: str
    words: str
    found: int


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """Everything that the results page shows; `token` is the sealed search of this page.

    `ordered` says how the list is ordered where it is not the usual way, `surgeon` is the best surgeon where
    that is not the first one of the list.
    """

    results: SearchResults
    criteria: SearchCriteria
    token: str
    heading: Heading
    asked: str
    ordered: str | None
    mixed: Mixed | None
    surgeon: Card | None
    cards: tuple[Card, ...]
    left_out: LeftOut | None
    loosening: Loosening | None
    next_token: str | None
    form: SearchForm
    programs: tuple[ProgramShown, ...]
    has_limits: bool


def results_page(
    results: SearchResults, criteria: SearchCriteria, token: str, here: Site, plans: Mapping[str, str]
) -> ResultsPage:
    """Get the page for an answer; the next page, too, is a sealed search. `plans` are names by id."""
    further = {**criteria.to_args(), "next": results.next} if results.next else None
    plan = plans.get(criteria.plan, criteria.plan) if criteria.plan else None
    card = partial(_card, token=token, plan=plan, results=results, languages=here.languages)
    return ResultsPage(
        results=results,
        criteria=criteria,
        token=token,
        heading=_heading(results),
        asked=replace(criteria, plan=plan).describe(),
        ordered=_ordered(results, here.context.profiles),
        mixed=_mixed(results, criteria),
        surgeon=_surgeon(results, card),
        cards=tuple(map(card, results.results)),
        left_out=_left_out(results, here.context.words),
        loosening=_loosening(results),
        next_token=here.seals.seal(further) if further else None,
        form=form_of_criteria(replace(criteria, plan=plan), here.languages),
        programs=programs_shown(results.programs[:MOST_PROGRAMS], here.today()),
        has_limits=any(value.selected for facet in results.facets for value in facet.values),
    )


def badge_of(verdict: str) -> Badge:
    """Get the badge of a verdict."""
    return BADGES[verdict]


def why_of(result: Result) -> Why:
    """Get the reasons of a result, those for its independence apart: they come last, as many as proved."""
    proved = (Verdict.INDEPENDENT, Verdict.SOME_TIE)
    count = sum((pair.verdict in proved) + len(pair.ties) for pair in result.pairs)
    at = len(result.reasons) - count
    fits = [_reason(sentence) for sentence in result.reasons[:at]]
    own = f"{result.specialty}: "
    focus = capfirst(fits[0].text.removeprefix(own)) if fits else ""
    return Why(focus, tuple(fits[1:]), tuple(_reason(sentence) for sentence in result.reasons[at:]))


def _reason(sentence: str) -> Reason:
    text, _, note = sentence.rpartition(" (")
    if not text or not note.endswith(")") or ")" in note[:-1]:
        return Reason(sentence)
    note = note[:-1]
    if re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", note):
        return Reason(text, dated=note)
    return Reason(text, note=note)


def _heading(results: SearchResults) -> Heading:
    if results.understood.concept_id is None:
        return Heading.CHOOSE if results.understood.choices else Heading.UNKNOWN
    if results.ask:
        return Heading.ASK
    return Heading.LIST if results.total else Heading.EMPTY


def _ordered(results: SearchResults, profiles: Mapping[str, Profile]) -> str | None:
    """How the list is ordered; nothing to say of the usual order and of an empty list."""
    if results.profile == DEFAULT_PROFILE or not results.results:
        return None
    return profiles[results.profile].says


def _mixed(results: SearchResults, criteria: SearchCriteria) -> Mixed | None:
    """What to say of a mixed first page; nothing where nobody was moved."""
    if criteria.position or not results.results:
        return None
    moved = [result.moved_for for result in results.results if result.moved_for]
    if not moved and criteria.diverse:
        return None
    return Mixed(len(moved), BREADTHS[moved[0]] if moved else "", not criteria.diverse)


def _surgeon(results: SearchResults, card: Callable[[Result], Card]) -> Card | None:
    surgeon = results.surgeon
    return card(surgeon) if surgeon and surgeon.rank != 1 else None


def _card(
    result: Result, *, token: str, plan: str | None, results: SearchResults, languages: Languages
) -> Card:
    return Card(
        result=result,
        url=at(f"/results/{token}/specialists/{result.npi}"),
        badge=badge_of(result.verdict.value) if results.prior else None,
        why=why_of(result),
        place=", ".join(_address(result.nearest_site)) if result.nearest_site else "",
        is_point_exact=bool(result.nearest_site and result.nearest_site.confidence == "source"),
        tags=tuple(_tags(result, plan, languages)),
    )


def _tags(result: Result, plan: str | None, languages: Languages) -> Iterator[str]:
    """The short facts that help to choose; what is not known is told apart."""
    if result.accepting in ACCEPTING:
        yield ACCEPTING[result.accepting]
    if result.network in NETWORKS:
        as_of = f", {day(result.network_as_of)}" if result.network_as_of else ""
        yield f"{NETWORKS[result.network]} {plan or 'your plan'}{as_of}"
    recruiting = sum(1 for trial in result.trials if trial.get("status") in RECRUITING)
    if recruiting:
        yield plural(recruiting, "trial open for patients", "trials open for patients")
    if result.languages:
        yield "Speaks " + ", ".join(languages.labels.get(code, code) for code in result.languages)


def _address(site: SiteShown) -> Iterator[str]:
    yield from filter(None, (site.name, site.address, site.city))
    if last := " ".join(filter(None, (site.state, site.zip))):
        yield last


def _left_out(results: SearchResults, words: Words) -> LeftOut | None:
    if not results.excluded.total:
        return None
    kinds = words.rules.kinds
    reasons = (f"same {kinds[kind].one}: {count:,}" for kind, count in results.excluded.by_kind if count)
    return LeftOut(results.excluded.total, tuple(reasons))


def _loosening(results: SearchResults) -> Loosening | None:
    if results.emptied_by is None:
        return None
    limit = results.emptied_by.facet
    return Loosening(limit, LOOSENED.get(limit, limit.replace("_", " ")), results.emptied_by.without)
