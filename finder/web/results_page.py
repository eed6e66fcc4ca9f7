"""The results page as one dataclass: what was understood, who was left out, and a card for each person."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from finder.answers import Result, SearchResults, SiteShown
from finder.criteria import DEFAULT_PROFILE, SearchCriteria, SortAsked
from finder.documents import facts_of
from finder.facets import FACETS
from finder.i18n import gettext, mark
from finder.languages import Languages
from finder.ranking import Profile
from finder.reasons import BREADTHS, Words
from finder.web.facts_shown import ACCEPTS, declined
from finder.web.filters import capfirst, day, miles, phone
from finder.web.forms import SearchForm, form_of
from finder.web.language import at
from finder.web.programs_page import ProgramShown, programs_shown
from finder.web.site import Site
from finder.web.site_map import SiteMap
from finder.web.trials_shown import TrialShown, recruiting

MOST_CARDS = 10  # people a page: a phone shows one at a time, and the best ones stand first
MOST_PROGRAMS = 6  # online opinions beside the people; all of them have their own page
MOST_TRIALS = 2  # on a card; all of them are on the page of the person
LEAST_MAPPED = 2  # sites; a single one is found by its address


@dataclass(frozen=True, slots=True)
class Badge:
    """A verdict as shown: `kind` picks the colour, `text` says it (colour is never the only sign)."""

    kind: str
    text: str


# Own wording, 2026-11-23.
BADGES: Mapping[str, tuple[str, str]] = {
    "independent": ("good", mark("Independent")),
    "some_tie": ("warn", mark("Has a loose tie")),
    "not_independent": ("bad", mark("Not independent")),
    "unknown": ("open", mark("Independence not proved")),
}
ACCEPTING: Mapping[str, str] = {"yes": mark("Takes new patients"), "no": mark("Takes no new patients")}
NETWORKS: Mapping[str, str] = {
    "in": mark("Listed by %(plan)s (%(day)s)"),
    "out": mark("Not listed by %(plan)s (%(day)s)"),
}
LOOSENED: Mapping[str, str] = {
    "near": mark("Without the limit on distance"),
    "seen": mark("With doctors who have ties to yours, marked"),
    "together": mark("Without all of these limits"),
}
SAID: Mapping[str, str] = {
    "facts": mark("All facts and sources"),
    "compare": mark("Compare"),
    "gains": mark("What would move this doctor up"),
    "tags": mark("Good to know"),
}
_LABELS = {facet.name: facet.label for facet in FACETS}


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
    """One person on the list; `far`, `call`, `about` and `gaps` are texts of its links and lines."""

    result: Result
    url: str
    badge: Badge | None
    why: Why
    place: str
    tags: tuple[str, ...]
    trials: tuple[TrialShown, ...]
    more_trials: int
    far: str
    call: str
    about: str
    gaps: str


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
    """A change of an empty search: what the form sends for it, its words, how many there are then."""

    name: str
    value: str
    words: str
    found: int


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """Everything that the results page shows; `token` is the sealed search of this page.

    `is_rough` says that some distance is to the middle of a ZIP code. `ordered` says how the list is ordered
    where it is not the usual way, `surgeon` is the best surgeon where
    that is not the first one of the list. `say` are words that every card repeats, looked up once.
    `has_limits` opens the filters; a plan, which most people type into the form, does not.
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
    loosening: tuple[Loosening, ...]
    map: SiteMap | None
    is_rough: bool
    is_nearest: bool
    next_token: str | None
    form: SearchForm
    programs: tuple[ProgramShown, ...]
    has_limits: bool
    say: Mapping[str, str]

    @property
    def can_compare(self) -> bool:
        """Whether there are people to put side by side."""
        return len(self.cards) > 1


def results_page(
    results: SearchResults, criteria: SearchCriteria, token: str, here: Site, plans: Mapping[str, str]
) -> ResultsPage:
    """Get the page for an answer; the next page, too, is a sealed search. `plans` are names by id."""
    further = {**criteria.to_args(), "next": results.next} if results.next else None
    plan = plans.get(criteria.plan, criteria.plan) if criteria.plan else None
    names = {prior.npi: prior.name for prior in results.prior if prior.npi}
    card = partial(_card, token=token, plan=plan, results=results, languages=here.languages)
    return ResultsPage(
        results=results,
        criteria=criteria,
        token=token,
        heading=heading_of(results),
        asked=asked_of(criteria, plan, here),
        ordered=_ordered(results, here.context.profiles),
        mixed=_mixed(results, criteria),
        surgeon=_surgeon(results, card),
        cards=tuple(map(card, results.results)),
        left_out=_left_out(results, here.context.words),
        loosening=tuple(_loosening(results)),
        map=_map(results, here),
        is_rough=any(
            each.distance_miles is not None and each.nearest_site and each.nearest_site.confidence != "source"
            for each in results.results
        ),
        is_nearest=criteria.sort is SortAsked.NEAREST,
        next_token=here.seals.seal(further) if further else None,
        form=form_of(replace(criteria, plan=plan).to_args(), here.languages, names=names),
        programs=programs_shown(results.programs[:MOST_PROGRAMS], here.today()),
        has_limits=any(v.selected for facet in results.facets if facet.name != "plan" for v in facet.values),
        say={name: gettext(text) for name, text in SAID.items()},
    )


def asked_of(criteria: SearchCriteria, plan: str | None, here: Site) -> str:
    """Get what was asked for, with names in the place of ids; `plan` is the name of the plan."""
    code, specialty = criteria.language, criteria.specialty
    label = gettext(here.context.words.specialties.get(specialty, specialty)) if specialty else None
    named = replace(
        criteria, plan=plan, language=here.languages.name(code) if code else None, specialty=label
    )
    return named.describe()


def badge_of(verdict: str) -> Badge:
    """Get the badge of a verdict."""
    kind, text = BADGES[verdict]
    return Badge(kind, gettext(text))


def why_of(result: Result) -> Why:
    """Get the reasons of a result, those for its independence apart: they come last, as many as proved."""
    fits = [_reason(sentence) for sentence in result.fits]
    own = f"{result.specialty}: "
    focus = capfirst(fits[0].text.removeprefix(own)) if fits else ""
    return Why(focus, tuple(fits[1:]), tuple(_reason(sentence) for sentence in result.proofs))


def _reason(sentence: str) -> Reason:
    text, _, note = sentence.rpartition(" (")
    if not text or not note.endswith(")") or ")" in note[:-1]:
        return Reason(sentence)
    note = note[:-1]
    if re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", note):
        return Reason(text, dated=note)
    return Reason(text, note=note)


def heading_of(results: SearchResults) -> Heading:
    """Get what the page of an answer is about."""
    if results.understood.concept_id is None:
        return Heading.CHOOSE if results.understood.choices else Heading.UNKNOWN
    if results.ask:
        return Heading.ASK
    return Heading.LIST if results.total else Heading.EMPTY


def _ordered(results: SearchResults, profiles: Mapping[str, Profile]) -> str | None:
    """How the list is ordered; nothing to say of the usual order and of an empty list."""
    if results.profile == DEFAULT_PROFILE or not results.results:
        return None
    return gettext(profiles[results.profile].says)


def _mixed(results: SearchResults, criteria: SearchCriteria) -> Mixed | None:
    """What to say of a mixed first page; nothing where nobody was moved."""
    if criteria.position or not results.results:
        return None
    moved = [result.moved_for for result in results.results if result.moved_for]
    if not moved and criteria.diverse:
        return None
    return Mixed(len(moved), gettext(BREADTHS[moved[0]]) if moved else "", not criteria.diverse)


def _surgeon(results: SearchResults, card: Callable[[Result], Card]) -> Card | None:
    surgeon = results.surgeon
    return card(surgeon) if surgeon and surgeon.rank != 1 else None


def _card(
    result: Result, *, token: str, plan: str | None, results: SearchResults, languages: Languages
) -> Card:
    open_trials = recruiting(result.trials)
    site, away = result.nearest_site, result.distance_miles
    return Card(
        result=result,
        url=at(f"/results/{token}/specialists/{result.npi}"),
        badge=badge_of(result.verdict.value) if results.prior else None,
        why=why_of(result),
        place=", ".join(address_of(site)) if site else "",
        tags=tuple(_tags(result, plan, languages)),
        trials=open_trials[:MOST_TRIALS],
        more_trials=max(0, len(open_trials) - MOST_TRIALS),
        far="" if away is None else gettext("%(miles)s away", miles=miles(away)),
        call=gettext("Call %(number)s", number=phone(site.phone)) if site and site.phone else "",
        about=gettext("All facts about %(name)s", name=result.name),
        gaps=gettext("What we could not find out (%(count)s)", count=len(result.unknown)),
    )


def _tags(result: Result, plan: str | None, languages: Languages) -> Iterator[str]:
    """The short facts that help to choose; what is not known is told apart."""
    if result.network in NETWORKS:
        name = plan or gettext("your plan")
        yield gettext(NETWORKS[result.network], plan=name, day=day(result.network_as_of))
    if result.accepting in ACCEPTING:
        yield gettext(ACCEPTING[result.accepting])
    if ACCEPTS in result.facts and (no := declined(facts_of({"facts": result.facts}))):
        yield no
    if result.languages:
        spoken = ", ".join(languages.name(code) for code in result.languages)
        yield gettext("Speaks %(languages)s", languages=spoken)


def _map(results: SearchResults, here: Site) -> SiteMap | None:
    """The sites of this page's people on a map; those without a point are not on it."""
    sites = [
        (each.rank or 0, each.name, each.nearest_site.point)
        for each in results.results
        if each.nearest_site and each.nearest_site.point
    ]
    return here.atlas().map_of(sites, results.place) if len(sites) >= LEAST_MAPPED else None


def address_of(site: SiteShown) -> Iterator[str]:
    """Get the parts of an address, without those that are not known."""
    yield from filter(None, (site.name, site.address, site.city))
    if last := " ".join(filter(None, (site.state, site.zip))):
        yield last


def _number(count: int) -> str:
    return f"{count:,}"


def _left_out(results: SearchResults, words: Words) -> LeftOut | None:
    if not results.excluded.total:
        return None
    kinds = words.rules.kinds
    reasons = (
        gettext("same %(kind)s: %(count)s", kind=gettext(kinds[kind].one), count=_number(count))
        for kind, count in results.excluded.by_kind
        if count
    )
    return LeftOut(results.excluded.total, tuple(reasons))


def _loosening(results: SearchResults) -> Iterator[Loosening]:
    for each in results.loosening:
        if each.within:
            words = gettext("Within %(miles)s miles", miles=each.within)
            yield Loosening("within", str(each.within), words, each.without)
            continue
        words = gettext(LOOSENED[each.facet]) if each.facet in LOOSENED else ""
        words = words or gettext(
            "Without the limit “%(label)s”", label=gettext(_LABELS.get(each.facet, each.facet))
        )
        yield Loosening("without", each.facet, words, each.without)
