"""What the product can do, one function each: find specialists and programs, show one, explain."""

from dataclasses import replace
from datetime import date
from typing import Any

from finder.context import SearchContext, load_context
from finder.criteria import SearchCriteria
from finder.engine import translated
from finder.errors import FieldError, InputErrors
from finder.explanations import explain, independence
from finder.offers import Offer, Patient
from finder.priors import LookedUp, looked_up, question_of, specialists_named
from finder.program_search import ProgramsAsked, find_programs, fitting, program, programs_body
from finder.query import Question, emptied_bodies, facet_bodies, specialists_body
from finder.ranking import profile_named
from finder.reads import Client, Served, document, searches, served
from finder.results import (
    SearchResults,
    Source,
    emptied_by,
    excluded_of,
    facet_counts,
    next_token,
    results_of,
    total_of,
)
from finder.vocabulary import Understood, resolve

__all__ = [
    "ProgramsAsked", "SearchContext", "explain", "find_programs", "find_specialists", "independence",
    "load_context", "program", "specialist", "specialists_named",
]  # fmt: skip


@translated()
def find_specialists(
    engine: Client, prefix: str, criteria: SearchCriteria, context: SearchContext, now: date
) -> SearchResults:
    """Get one page of specialists, best first, with proof of independence and counts of who was left out.

    Words that are not understood, or in two ways, give no results: `understood.choices` says what to ask.
    Nor does a prior doctor whose name fits several people: `ask` names them.
    `now` is the day from which the age of evidence counts; later pages keep the day of the first one.
    Raises InputErrors for an unknown profile, specialty, ZIP code, prior doctor or generation, NotReady when
    nothing is loaded, EngineDown. Sends the engine one look-up and one search request; names of prior doctors
    take another look-up, an empty answer a second search that explains it.
    """
    profile_named(criteria.profile, context.profiles)
    if criteria.specialty and criteria.specialty not in context.words.specialties:
        raise InputErrors([FieldError("specialty", f"there is no specialty {criteria.specialty}")])
    understood = resolve(criteria.words, context.vocabulary)
    position = criteria.position
    pinned = position.generation if position else criteria.generation
    generation = context.remembered.served(engine, prefix, pinned)
    known = looked_up(engine, generation, criteria, context)
    source = Source(generation.run_id, generation.as_of, generation.is_demonstration)
    empty = SearchResults(understood, source, known.priors, ask=known.ask)
    if understood.concept_id is None or known.ask:
        return empty
    question = question_of(criteria, understood, known, context, position.today if position else now)
    return _answered(engine, question, generation, empty, known, context)


@translated()
def specialist(engine: Client, prefix: str, npi: str) -> dict[str, Any]:
    """Get the document of one specialist. Raises NotFound, NotReady when nothing is loaded, EngineDown."""
    generation = served(engine, prefix)
    missing = f"no specialist with NPI {npi} is in the directory"
    return document(engine, generation.specialists, npi, missing)


def _answered(
    engine: Client,
    question: Question,
    generation: Served,
    results: SearchResults,
    known: LookedUp,
    context: SearchContext,
) -> SearchResults:
    criteria, words = question.criteria, context.words
    asked = [(generation.specialists, specialists_body(question))]
    counting = facet_bodies(question) if criteria.facets else {}
    asked += [(generation.specialists, body) for body in counting.values()]
    responses = searches(engine, asked)
    first, others = responses[0], dict(zip(counting, responses[1:], strict=False))
    patient = Patient(criteria.state or known.state, ages=criteria.ages)
    found = replace(
        results,
        total=total_of(first),
        next=next_token(question, first, generation.run_id),
        excluded=excluded_of(first, words.rules.breaking()),
        results=results_of(question, first, results.prior, words),
        facets=facet_counts(question, first, others, words) if criteria.facets else (),
    )
    if criteria.position is None:
        found = replace(found, programs=_offers(engine, generation, results.understood, patient, context))
    if found.total:
        return found
    without = emptied_bodies(question)
    answers = searches(engine, [(generation.specialists, body) for body in without.values()])
    counts = {facet: total_of(answer) for facet, answer in zip(without, answers, strict=True)}
    return replace(found, emptied_by=emptied_by(counts))


def _offers(
    engine: Client, generation: Served, understood: Understood, patient: Patient, context: SearchContext
) -> tuple[Offer, ...]:
    """Programs that take the condition and may take the patient; read and sorted once for a generation."""
    key = (generation.programs, understood.concept_id, patient)
    known: tuple[Offer, ...] | None = context.remembered.get(key)
    if known is None:
        (offered,) = searches(engine, [(generation.programs, programs_body())])
        known = context.remembered.put(key, fitting(understood, offered, patient, context))
    return known
