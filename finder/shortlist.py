"""The reader's own list: people and programs that a sealed link carries, with the proof for its search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from finder.answers import Result, Source
from finder.composition import page_of
from finder.context import SearchContext
from finder.criteria import SearchCriteria
from finder.documents import shown
from finder.engine import translated
from finder.explanations import PairShown, pair_shown
from finder.independence import Ties, ties_of
from finder.offers import Offer, Patient, offer_of
from finder.priors import LookedUp, looked_up, question_of
from finder.program_search import about_of
from finder.query import Question, explaining_body
from finder.reads import Client, searches
from finder.results import results_of
from finder.vocabulary import Understood, resolve


@dataclass(frozen=True, slots=True)
class KeptPerson:
    """One person of the list: `document` as carried, and what the search says of that person.

    `result` is None where the words, or a doctor already seen, must be asked back first. `pairs` are
    the proof beside each doctor already seen. `is_listed` says whether the plan asked for lists the person.
    """

    document: Mapping[str, Any]
    result: Result | None
    pairs: tuple[PairShown, ...]
    is_listed: bool


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The list in the order in which it was made; `gone` are ids that the directory has no more."""

    understood: Understood
    source: Source
    prior: tuple[Ties, ...] = ()
    people: tuple[KeptPerson, ...] = ()
    programs: tuple[Offer, ...] = ()
    gone: tuple[str, ...] = ()


@translated()
def shortlist(
    engine: Client, prefix: str, criteria: SearchCriteria, context: SearchContext, now: date
) -> Shortlist:
    """Get what `criteria.kept` names, whether or not the search would find it, as on the day `now`.

    Sends one look-up and one search request, however long the list is; names of prior doctors take another
    look-up. Raises InputErrors as `find_specialists`, NotReady, EngineDown.
    """
    understood = resolve(criteria.words, context.vocabulary)
    generation = context.remembered.served(engine, prefix)  # the newest: a list may be read weeks later
    known = looked_up(engine, generation, criteria, context)
    people, programs = _npis(criteria), _slugs(criteria)
    body, question = _people_body(people, criteria, understood, known, context, now)
    asked = [(generation.specialists, body)] if people else []
    asked += [(generation.programs, _by_id(programs))] if programs else []
    hits = [hit for answer in searches(engine, asked) for hit in answer["hits"]["hits"]]
    persons = [hit for hit in hits if hit["_id"] in people]
    scored = results_of(question, page_of(persons), known.priors, context.words) if question else ()
    results = {result.npi: result for result in scored}
    documents = {hit["_id"]: hit["_source"] for hit in hits}
    patient = Patient(criteria.state or known.state, ages=criteria.ages)
    return Shortlist(
        understood=understood,
        source=Source(generation.run_id, generation.as_of, generation.is_demonstration),
        prior=known.priors,
        people=tuple(
            _person(documents[npi], results.get(npi), criteria.plan, known.priors, context, now)
            for npi in people
            if npi in documents
        ),
        programs=tuple(
            offer_of(slug, documents[slug], patient, about_of(understood, context), context.laws)
            for slug in programs
            if slug in documents
        ),
        gone=tuple(each for each in criteria.kept if each not in documents),
    )


def _npis(criteria: SearchCriteria) -> list[str]:
    return [each for each in criteria.kept if each.isdigit()]


def _slugs(criteria: SearchCriteria) -> list[str]:
    return [each for each in criteria.kept if not each.isdigit()]


def _people_body(
    npis: Sequence[str],
    criteria: SearchCriteria,
    understood: Understood,
    known: LookedUp,
    context: SearchContext,
    now: date,
) -> tuple[dict[str, Any], Question | None]:
    """The body that brings the people, scored where the search is clear; whoever stands on another page of
    it is scored like the others.
    """
    if understood.concept_id is None or known.ask:
        return _by_id(npis), None
    question = question_of(replace(criteria, position=None), understood, known, context, now)
    return explaining_body(question, npis), question


def _by_id(ids: Sequence[str]) -> dict[str, Any]:
    return {"size": len(ids), "query": {"ids": {"values": list(ids)}}}


def _person(
    document: Mapping[str, Any],
    result: Result | None,
    plan: str | None,
    priors: Sequence[Ties],
    context: SearchContext,
    now: date,
) -> KeptPerson:
    own = ties_of(document["npi"], document)
    return KeptPerson(
        document=shown(document),
        result=result,
        pairs=tuple(pair_shown(prior, own, context.words, now) for prior in priors),
        is_listed=plan is not None and plan in document.get("network_keys", ()),
    )
