"""What the product can do, one function each: find people and programs, show one, explain."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from finder.answers import SearchResults, Source
from finder.colleagues import colleagues_asked, find_colleagues
from finder.composition import FIRST, LOOKED_AT, Page, composed, page_of
from finder.context import SearchContext, load_context
from finder.criteria import SearchCriteria, SortAsked
from finder.documents import shown
from finder.engine import translated
from finder.errors import FieldError, InputErrors
from finder.explanations import explain, independence, prove, side_by_side
from finder.facets import RoleAsked
from finder.gaps import prior_gaps
from finder.i18n import gettext
from finder.lookups import doctors_beginning, plans_beginning
from finder.loosened import emptied_bodies, wider_bodies
from finder.narrowing import (
    Narrowed,
    counted,
    counted_with_tied,
    joined,
    may_narrow,
    narrowed,
    newest_body,
    newest_of,
    told_apart,
)
from finder.offers import Patient
from finder.own_list import left_out_body, left_out_of
from finder.priors import LookedUp, looked_up, question_of, specialists_named
from finder.program_search import (
    ProgramsAsked,
    find_programs,
    offers_of,
    program,
    programs_named,
)
from finder.query import (
    Question,
    facet_bodies,
    further_body,
    shows_surgeons,
    specialists_body,
    surgeon_body,
    tied_body,
)
from finder.ranking import profile_named
from finder.reads import Client, Served, document, documents, searches, served
from finder.referral import kinds_of, packet, packet_from_args
from finder.results import (
    emptied_by,
    excluded_of,
    facet_counts,
    loosening,
    next_token,
    results_of,
    surgeon_of,
    total_of,
)
from finder.shortlist import shortlist
from finder.suggestions import Suggestion
from finder.suggestions import suggest as suggested
from finder.trust import with_standings
from finder.vocabulary import resolve

__all__ = [
    "ProgramsAsked", "SearchContext", "colleagues_asked", "doctors_beginning", "explain", "find_colleagues",
    "find_programs", "find_specialists", "independence", "kinds_of", "load_context", "packet",
    "packet_from_args", "people_by_npi", "plans_beginning", "program", "programs_named", "prove", "shortlist",
    "side_by_side", "specialist", "specialists_named", "suggest",
]  # fmt: skip

SUGGESTED = 8  # suggestions in one answer
# No facet has a name with a dot.
PAGE, ALL, SURGEON, TIED, OWN_LIST = ".page", ".all", ".surgeon", ".tied", ".own_list"
NEWEST = ".newest"

Bodies = Mapping[str, dict[str, Any]]  # of searches, by name


@translated()
def find_specialists(
    engine: Client, prefix: str, criteria: SearchCriteria, context: SearchContext, now: date
) -> SearchResults:
    """Get one page of specialists, best first, with proof of independence and counts of who was left out.

    Words that are not understood, or in two ways, give no results: `understood.choices` says what to ask.
    Nor does a prior doctor whose name fits several people, or a city of several states: `ask` names them.
    `now` is the day from which the age of evidence counts; later pages keep the day of the first one.
    Raises InputErrors for an unknown profile, specialty, place, prior doctor or generation, NotReady when
    nothing is loaded, EngineDown. Sends the engine one look-up and one search request; names of prior doctors
    take another look-up, an empty answer a second search that explains it, a search among many people
    further ones where scoring a few is not enough (`narrowing`) or shows no surgeon, and the first of these
    in a generation one for how new its evidence is.
    """
    if criteria.profile:
        profile_named(criteria.profile, context.profiles)
    if criteria.specialty and criteria.specialty not in context.words.specialties:
        told = gettext("there is no specialty %(name)s", name=criteria.specialty)
        raise InputErrors([FieldError("specialty", told)])
    understood = resolve(criteria.words, context.vocabulary)
    position = criteria.position
    pinned = position.generation if position else criteria.generation
    generation = context.remembered.served(engine, prefix, pinned)
    known = looked_up(engine, generation, criteria, context)
    source = Source(generation.run_id, generation.as_of, generation.is_demonstration)
    gaps = prior_gaps(known.priors, context.words.rules)
    empty = SearchResults(understood, source, known.priors, ask=known.ask, prior_gaps=gaps)
    if understood.concept_id is None or known.ask:
        return empty
    question = question_of(criteria, understood, known, context, position.today if position else now)
    return _answered(engine, question, generation, empty, known, context)


@translated()
def specialist(engine: Client, prefix: str, npi: str, today: date | None = None) -> dict[str, Any]:
    """Get the document of one specialist, and with `today` how sure each address and fact is on that day.

    Raises NotFound, NotReady when nothing is loaded, EngineDown.
    """
    generation = served(engine, prefix)
    missing = gettext("no specialist with NPI %(npi)s is in the directory", npi=npi)
    found = document(engine, generation.specialists, npi, missing)
    return with_standings(shown(found), today) if today else shown(found)


@translated()
def people_by_npi(engine: Client, prefix: str, npis: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Get who somebody is, by NPI: name, specialties and offices; those who are not in the directory are
    absent. Raises NotReady, EngineDown.
    """
    index = served(engine, prefix).specialists
    fields = ("npi", "name", "specialties", "main_specialties", "sites")
    return documents(engine, {index: npis}, {index: fields})[index]


def suggest(prefix: str, context: SearchContext, limit: int = SUGGESTED) -> tuple[Suggestion, ...]:
    """Get up to `limit` conditions and procedures for what was typed so far, best first; asks no engine."""
    return suggested(prefix, context.prompter(), limit)


def _answered(
    engine: Client,
    question: Question,
    generation: Served,
    results: SearchResults,
    known: LookedUp,
    context: SearchContext,
) -> SearchResults:
    criteria, words = question.criteria, context.words
    if criteria.facets:
        words = replace(words, plans=context.remembered.plans(engine, generation))
    is_first = criteria.position is None
    names_surgeon = is_first and context.names_surgeon(results.understood)
    counting = facet_bodies(question) if criteria.facets else {}
    few = _few(engine, question, generation, context)
    got = _asked(engine, question, generation, counting, few, names_surgeon=names_surgeon)
    first, others = got[PAGE], {name: got[name] for name in counting}
    total = total_of(first) + (len(criteria.position.skip) if criteria.position else 0)
    page = _page(engine, question, generation, few, first)
    shown = results_of(question, page, results.prior, words)
    surgeon = _surgeon(engine, question, generation, few, got) if names_surgeon else None
    patient = Patient(criteria.state or known.state, ages=criteria.ages)
    found = replace(
        results,
        total=total,
        next=next_token(question, page, total, generation.run_id),
        excluded=excluded_of(got.get(TIED), words.rules.breaking()),
        own_list_left_out=left_out_of(got.get(OWN_LIST)),
        results=shown,
        facets=facet_counts(question, first, others, words) if criteria.facets else (),
        profile=question.profile.name,
        place=question.place,
        surgeon=surgeon_of(question, surgeon, shown, results.prior, words) if surgeon else None,
        programs=offers_of(engine, generation, results.understood, patient, context) if is_first else (),
    )
    return found if found.total else _with_reason(engine, question, generation, found)


def _asked(
    engine: Client,
    question: Question,
    generation: Served,
    counting: Bodies,
    few: Narrowed | None,
    *,
    names_surgeon: bool,
) -> Mapping[str, Mapping[str, Any]]:
    """The answers of the engine by name: the page, the counts, and what stands beside it."""
    body = specialists_body(question)
    is_beside = names_surgeon and not (few and shows_surgeons(question.criteria))
    surgeon = surgeon_body(question, body) if is_beside else None
    beside = {TIED: tied_body(question), OWN_LIST: left_out_body(question)}
    scored = {name: each for name, each in ((PAGE, body), (SURGEON, surgeon)) if each}
    short = {name: each for name, each in beside.items() if each}
    if few is None:
        return _named(engine, generation, _in_turn(short, scored, counting))
    if TIED not in short or "aggs" in body:
        got = _best(engine, generation, few, scored, {ALL: counted(body), **short}, counting)
        return {**got, PAGE: joined(got[ALL], got[PAGE])}
    # One count tells both: a search of its own for each took a twentieth of the whole (2026-11-29).
    got = _best(
        engine, generation, few, scored, {**short, TIED: counted_with_tied(body, short[TIED])}, counting
    )
    left, tied = told_apart(got[TIED])
    return {**got, TIED: tied, PAGE: joined(left, got[PAGE])}


def _surgeon(
    engine: Client,
    question: Question,
    generation: Served,
    few: Narrowed | None,
    got: Mapping[str, Mapping[str, Any]],
) -> Mapping[str, Any] | None:
    """The hit of the surgeon who fits best, None without one. Among few people the search for it is part of
    the one request. Among many that would take as long as the page, of which it nearly always is the first
    surgeon (in 96 of 96 searches for a cancer, 2026-11-29): only where there is none is it looked for.
    """
    if few and SURGEON not in got:
        hits = got[PAGE]["hits"]["hits"]
        on_page = next((hit for hit in hits if RoleAsked.SURGERY in hit["_source"].get("roles", ())), None)
        if on_page or total_of(got[PAGE]) <= len(hits):
            return on_page
        bodies = {SURGEON: surgeon_body(question, specialists_body(question))}
        got = _best(engine, generation, few, bodies, {}, {})
    return next(iter(got[SURGEON]["hits"]["hits"]), None)


def _in_turn(short: Bodies, scored: Bodies, counting: Bodies) -> Bodies:
    """All searches of one request, by name. The engine begins them in turn: with the short ones first all are
    answered 0.2 of 5.3 ms earlier, as if there were none (5,000 people, 2026-11-29). The counts of facets are
    many and go last.
    """
    return {**short, **scored, **counting}


def _few(engine: Client, question: Question, generation: Served, context: SearchContext) -> Narrowed | None:
    """The way to score fewer; how new evidence is, is asked for once in a generation."""
    if not may_narrow(question, generation.people):
        return None
    key = (generation.specialists, NEWEST)
    newest = context.remembered.get(key)
    if newest is None:
        answer = searches(engine, [(generation.specialists, newest_body())])[0]
        newest = context.remembered.put(key, newest_of(answer))
    return narrowed(question, newest)


def _best(
    engine: Client,
    generation: Served,
    few: Narrowed,
    scored: Bodies,
    short: Bodies,
    counting: Bodies,
) -> dict[str, dict[str, Any]]:
    """The answers by name, with the hits that scoring everybody gives: of a few, and of more while that
    is not sure.
    """
    narrow = {name: few.body(each) for name, each in scored.items()}
    got = _named(engine, generation, _in_turn(short, narrow, counting))
    ways = dict.fromkeys(scored, few)
    while unsure := {name: way for name, way in ways.items() if not way.is_sure(scored[name], got[name])}:
        wider = {name: way.wider(scored[name], got[name]) for name, way in unsure.items()}
        bodies = {name: way.body(scored[name]) if way else scored[name] for name, way in wider.items()}
        got |= _named(engine, generation, bodies)
        ways = {name: way for name, way in wider.items() if way}
    return got


def _named(engine: Client, generation: Served, bodies: Bodies) -> dict[str, dict[str, Any]]:
    """The answers to searches for specialists by name, asked in one request."""
    answers = searches(engine, [(generation.specialists, each) for each in bodies.values()])
    return dict(zip(bodies, answers, strict=True))


def _with_reason(
    engine: Client, question: Question, generation: Served, results: SearchResults
) -> SearchResults:
    """An empty answer with the filter that emptied it, and all that would help."""
    without, wider = emptied_bodies(question), wider_bodies(question)
    bodies = (*without.values(), *wider.values())
    totals = [total_of(each) for each in searches(engine, [(generation.specialists, one) for one in bodies])]
    counts = dict(zip(without, totals, strict=False))
    within = dict(zip(wider, totals[len(without) :], strict=True))
    return replace(results, emptied_by=emptied_by(counts), loosening=loosening(counts, within))


def _page(
    engine: Client, question: Question, generation: Served, few: Narrowed | None, first: Mapping[str, Any]
) -> Page:
    """The hits of one page; the first page is composed, and looks at more hits only where it must."""
    criteria, hits = question.criteria, first["hits"]["hits"]
    is_composed = criteria.diverse and criteria.sort is SortAsked.BEST
    if criteria.position or not is_composed or criteria.size < FIRST or not hits:
        return page_of(hits)
    breadth = question.profile.breadth
    page = composed(hits, breadth, criteria.size)
    if page.is_varied or len(hits) >= min(total_of(first), LOOKED_AT):
        return page
    body = further_body(question, hits[-1]["sort"], LOOKED_AT - len(hits))
    more = {PAGE: body}
    got = _best(engine, generation, few, more, {}, {}) if few else _named(engine, generation, more)
    return composed([*hits, *got[PAGE]["hits"]["hits"]], breadth, criteria.size)
