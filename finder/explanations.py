"""Explains: the parts of one specialist's score for a condition, and the verdicts between named people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Any

from finder.answers import Result, Source
from finder.composition import page_of
from finder.context import SearchContext
from finder.criteria import SearchCriteria
from finder.engine import translated
from finder.errors import FieldError, InputErrors, NotFound
from finder.i18n import gettext
from finder.independence import TIE_FIELDS, PairVerdict, Ties, ties_of, verdict
from finder.parameters import npi as checked_npi
from finder.priors import looked_up, question_of
from finder.proof import Proof, proof
from finder.query import FOUND, explaining_body
from finder.ranking import Profile
from finder.reads import Client, documents, searches, served
from finder.reasons import Pair, Sentences, Words, what_would_change, why_independent
from finder.results import results_of, scores_of
from finder.vocabulary import Understood, resolve

MOST_PEOPLE = 20


@dataclass(frozen=True, slots=True)
class Explained:
    """How one specialist scores for a condition; `is_found` says whether the search would show that person.

    `result` is None where the words were not understood. `pairs` are the whole proof beside each doctor or
    organization already seen.
    """

    understood: Understood
    source: Source
    profile: Profile
    result: Result | None = None
    is_found: bool = False
    pairs: tuple["PairShown", ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Get the answer of `explain --json`; $defs/explain_answer of search.schema.json describes it."""
        values = {part.name: part.value for part in self.result.parts} if self.result else {}
        parts = [
            {
                "name": name.value,
                "value": values.get(name.value, 0.0),
                "weight": part.weight,
                "says": part.says,
                "why": part.why,
            }
            for name, part in self.profile.parts.items()
        ]
        return {
            "understood": self.understood.to_json(),
            "profile": self.profile.name,
            "is_found": self.is_found,
            "result": self.result.to_json() if self.result else None,
            "parts": parts if self.result else [],
            "pairs": [pair.to_json() for pair in self.pairs],
            "generation": self.source.generation,
            "as_of": self.source.as_of,
            "demonstration": self.source.is_demonstration,
        }


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Specialists to compare, each as a search shows them."""

    understood: Understood
    source: Source
    prior: tuple[Ties, ...]
    results: tuple[Result, ...] = ()


@dataclass(frozen=True, slots=True)
class PairShown:
    """Two people with their verdict, the sentences that prove it, and the whole proof."""

    one: Ties
    other: Ties
    verdict: PairVerdict
    sentences: tuple[str, ...]
    proof: Proof

    def to_json(self) -> dict[str, Any]:
        """Get the pair under the keys of the contract."""
        npis = [self.one.npi, self.other.npi]
        return {"npis": npis, **self.proof.to_json(), "reasons": list(self.sentences)}


@dataclass(frozen=True, slots=True)
class Compared:
    """Named people and the verdict on each pair of them."""

    people: tuple[Ties, ...]
    pairs: tuple[PairShown, ...]
    source: Source

    def to_json(self) -> dict[str, Any]:
        """Get the answer of `independence --json`; $defs/independence_answer describes it."""
        return {
            "people": [person.to_json() for person in self.people],
            "pairs": [pair.to_json() for pair in self.pairs],
            "generation": self.source.generation,
            "as_of": self.source.as_of,
            "demonstration": self.source.is_demonstration,
        }


@translated()
def explain(
    engine: Client, prefix: str, npi: str, criteria: SearchCriteria, context: SearchContext, now: date
) -> Explained:
    """Get the parts of one specialist's score in a search, each with its weight and reason.

    Raises NotFound for an unknown NPI, InputErrors as `find_specialists`, NotReady, EngineDown.
    """
    understood = resolve(criteria.words, context.vocabulary)
    profile = context.profile_for(criteria, understood)
    generation = served(engine, prefix, criteria.generation)
    known = looked_up(engine, generation, criteria, context)
    told_by = Source(generation.run_id, generation.as_of, generation.is_demonstration)
    explained = Explained(understood, told_by, profile)
    if understood.concept_id is None:
        return explained
    question = question_of(criteria, understood, known, context, now)
    response = searches(engine, [(generation.specialists, explaining_body(question, [npi]))])[0]
    results = results_of(question, page_of(response["hits"]["hits"]), known.priors, context.words)
    if not results:
        raise NotFound(gettext("no specialist with NPI %(npi)s is in the directory", npi=npi))
    scores = scores_of(question, response["hits"]["hits"][0])
    is_found = FOUND in scores
    would_change = what_would_change(Sentences.of(question), scores, None)
    source = response["hits"]["hits"][0]["_source"]
    return replace(
        explained,
        result=_as_found(results[0], is_found)._replace(would_change=would_change),
        is_found=is_found,
        pairs=tuple(pair_shown(prior, ties_of(npi, source), context.words, now) for prior in known.priors),
    )


@translated()
def side_by_side(
    engine: Client,
    prefix: str,
    npis: Sequence[str],
    criteria: SearchCriteria,
    context: SearchContext,
    now: date,
) -> SideBySide:
    """Get these specialists as the search shows them, in the order given, whether or not it finds them.

    Without results where the words, a place or a prior doctor must be asked back. Raises NotFound for an
    unknown NPI, InputErrors as `find_specialists`, NotReady, EngineDown.
    """
    understood = resolve(criteria.words, context.vocabulary)
    generation = context.remembered.served(engine, prefix, criteria.generation)
    known = looked_up(engine, generation, criteria, context)
    source = Source(generation.run_id, generation.as_of, generation.is_demonstration)
    if understood.concept_id is None or known.ask:
        return SideBySide(understood, source, known.priors)
    question = question_of(criteria, understood, known, context, now)
    response = searches(engine, [(generation.specialists, explaining_body(question, npis))])[0]
    hits = response["hits"]["hits"]
    matched = {hit["_id"]: FOUND in hit.get("matched_queries", {}) for hit in hits}
    results = results_of(question, page_of(hits), known.priors, context.words)
    found = {one.npi: _as_found(one, matched[one.npi]) for one in results}
    if missing := [npi for npi in npis if npi not in found]:
        raise NotFound(f"no specialist with NPI {missing[0]} is in the directory")
    return SideBySide(understood, source, known.priors, tuple(found[npi] for npi in npis))


@translated()
def independence(
    engine: Client, prefix: str, npis: Sequence[str], context: SearchContext, now: date
) -> Compared:
    """Get the verdict on every pair of two or more people with its whole proof, as on the day `now`.

    Raises InputErrors on `npi` for fewer than two or more than MOST_PEOPLE different ones and for those that
    are malformed or not in the directory; NotReady, EngineDown.
    """
    wanted = tuple(dict.fromkeys(npis))
    errors = _malformed(wanted)
    if not 2 <= len(wanted) <= MOST_PEOPLE:
        told = gettext("name 2 to %(most)s different people", most=MOST_PEOPLE)
        errors.append(FieldError("npi", told))
    if errors:
        raise InputErrors(errors)
    generation = served(engine, prefix)
    found = documents(engine, {generation.specialists: wanted}, {generation.specialists: TIE_FIELDS})
    people = _people(wanted, found[generation.specialists])
    pairs = tuple(pair_shown(one, other, context.words, now) for one, other in combinations(people, 2))
    source = Source(generation.run_id, generation.as_of, generation.is_demonstration)
    return Compared(people, pairs, source)


def _as_found(result: Result, is_found: bool) -> Result:
    """A result whose network is only known where the search, plan included, finds the person."""
    return result if is_found else result._replace(network="unknown", network_as_of=None)


@translated()
def prove(
    engine: Client,
    prefix: str,
    npis: Sequence[str],
    criteria: SearchCriteria,
    context: SearchContext,
    now: date,
) -> dict[str, tuple[PairShown, ...]]:
    """Get for each of some people, by NPI, the whole proof beside every doctor and organization that a search
    names as already seen: for a list that is printed or sent. In a pair `one` is the doctor already seen.

    Raises InputErrors for people and doctors that are not in the directory; NotReady, EngineDown.
    """
    generation = served(engine, prefix, criteria.generation)
    priors = looked_up(engine, generation, criteria, context).priors
    found = documents(engine, {generation.specialists: npis}, {generation.specialists: TIE_FIELDS})
    people = _people(npis, found[generation.specialists])
    return {
        person.npi or "": tuple(pair_shown(prior, person, context.words, now) for prior in priors)
        for person in people
    }


def _malformed(npis: Sequence[str]) -> list[FieldError]:
    errors = []
    for text in npis:
        try:
            checked_npi(text)
        except ValueError as problem:
            errors.append(FieldError("npi", str(problem)))
    return errors


def _people(npis: Sequence[str], found: Mapping[str, Mapping[str, Any]]) -> tuple[Ties, ...]:
    missing = [
        FieldError("npi", gettext("NPI %(npi)s is not in the directory", npi=npi))
        for npi in npis
        if npi not in found
    ]
    if missing:
        raise InputErrors(missing)
    return tuple(ties_of(npi, found[npi]) for npi in npis)


def pair_shown(one: Ties, other: Ties, words: Words, now: date) -> PairShown:
    """Get two people with the verdict on them and its whole proof, as on the day `now`."""
    found = verdict(one, other, words.rules, now)
    pair = Pair(one, other, found)
    return PairShown(one, other, found, tuple(why_independent([pair], words)), proof(pair, words))
