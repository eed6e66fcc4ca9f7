"""What the product can do, one function each: find specialists, show one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from finder.criteria import SearchCriteria
from finder.engine import translated
from finder.errors import FieldError, InputErrors
from finder.geo import Point
from finder.independence import Ties, breaking_keys, load_rules, ties_of
from finder.query import Question, emptied_bodies, excluded_body, specialists_body
from finder.ranking import Profile, load_profiles, profile_named
from finder.reads import Client, Served, document, documents, searches, served
from finder.reasons import Words
from finder.results import (
    Excluded,
    SearchResults,
    Source,
    emptied_by,
    excluded_of,
    next_token,
    results_of,
    total_of,
)
from finder.sources import SourceInfo, load_sources
from finder.specialties import load_specialties
from finder.vocabulary import Vocabulary, load_vocabulary, resolve

_PRIOR_FIELDS = ("npi", "name", "tie_keys", "tie_kinds_known", "ties")
_PLACE_FIELDS = ("point",)


@dataclass(frozen=True, slots=True)
class SearchContext:
    """What a search needs beside the engine; read from the data files once at start."""

    vocabulary: Vocabulary
    profiles: Mapping[str, Profile]
    words: Words


def load_context() -> SearchContext:
    """Get the vocabulary, the profiles and the rules. Raises SourceError when a data file is wrong."""
    specialties = {s.specialty_id: s.label for s in load_specialties().by_id.values()}
    sources = {name: _named(info) for name, info in load_sources().items()}
    return SearchContext(load_vocabulary(), load_profiles(), Words(specialties, sources, load_rules()))


def _named(source: SourceInfo) -> str:
    """A source as cited behind a sentence: the publisher's abbreviation and the title."""
    short = re.search(r"\(([A-Z]+)\)$", source.publisher)
    return source.title if not short or source.title.startswith(short[1]) else f"{short[1]} {source.title}"


@translated()
def find_specialists(
    engine: Client, prefix: str, criteria: SearchCriteria, context: SearchContext, now: date
) -> SearchResults:
    """Get one page of specialists, best first, with proof of independence and counts of who was left out.

    Words that are not understood, or in two ways, give no results: `understood.choices` says what to ask.
    `now` is the day from which the age of evidence counts; later pages keep the day of the first one.
    Raises InputErrors for an unknown profile, ZIP code, prior doctor or generation, NotReady when nothing is
    loaded, EngineDown. Sends the engine one look-up and one search request; a second one explains an empty
    answer.
    """
    profile = profile_named(criteria.profile, context.profiles)
    understood = resolve(criteria.words, context.vocabulary)
    position = criteria.position
    generation = served(engine, prefix, position.generation if position else criteria.generation)
    place, priors = _looked_up(engine, generation, criteria)
    source = Source(generation.run_id, generation.as_of, generation.is_demonstration)
    if understood.concept_id is None:
        return SearchResults(understood, source, priors)
    question = Question(
        criteria=criteria,
        ladder=understood.ladder,
        concepts=_concepts(understood.concept_id, context.vocabulary),
        profile=profile,
        now=position.today if position else now,
        place=place,
        excluded_keys=breaking_keys(priors, context.words.rules),
    )
    return _answered(engine, question, generation, SearchResults(understood, source, priors), context.words)


@translated()
def specialist(engine: Client, prefix: str, npi: str) -> dict[str, Any]:
    """Get the document of one specialist. Raises NotFound, NotReady when nothing is loaded, EngineDown."""
    generation = served(engine, prefix)
    missing = f"no specialist with NPI {npi} is in the directory"
    return document(engine, generation.specialists, npi, missing)


def _concepts(concept_id: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    return (concept_id, *sorted(set(vocabulary.descendants(concept_id)) - {concept_id}))


def _looked_up(
    engine: Client, generation: Served, criteria: SearchCriteria
) -> tuple[Point | None, tuple[Ties, ...]]:
    """The point of the ZIP code and the ties of every prior doctor; nothing is guessed for a missing one."""
    wanted = {generation.specialists: criteria.seen, generation.places: tuple(filter(None, [criteria.near]))}
    fields = {generation.specialists: _PRIOR_FIELDS, generation.places: _PLACE_FIELDS}
    found = documents(engine, wanted, fields)
    people, places = found[generation.specialists], found[generation.places]
    errors = [
        FieldError("seen", f"NPI {n} is not in the directory") for n in criteria.seen if n not in people
    ]
    place = places.get(criteria.near or "")
    if criteria.near and place is None:
        errors.insert(0, FieldError("near", f"ZIP code {criteria.near} is not known"))
    if errors:
        raise InputErrors(errors)
    point = (float(place["point"]["lat"]), float(place["point"]["lon"])) if place else None
    return point, tuple(ties_of(npi, people[npi]) for npi in criteria.seen)


def _answered(
    engine: Client, question: Question, generation: Served, results: SearchResults, words: Words
) -> SearchResults:
    bodies = [specialists_body(question)]
    leaves_out = bool(question.leaves_out())
    if leaves_out:
        bodies.append(excluded_body(question))
    responses = searches(engine, generation.specialists, bodies)
    kinds = words.rules.breaking()
    nobody = Excluded(0, tuple((kind, 0) for kind in kinds))
    found = replace(
        results,
        total=total_of(responses[0]),
        next=next_token(question, responses[0], generation.run_id),
        excluded=excluded_of(responses[1], kinds) if leaves_out else nobody,
        results=results_of(question, responses[0], results.prior, words),
    )
    if found.total:
        return found
    without = emptied_bodies(question)
    answers = searches(engine, generation.specialists, list(without.values())) if without else []
    counts = {facet: total_of(answer) for facet, answer in zip(without, answers, strict=True)}
    return replace(found, emptied_by=emptied_by(counts))
