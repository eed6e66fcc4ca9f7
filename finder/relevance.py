"""Scores the production search by judgments: nDCG, the ladder step of the first result, precision.

A judgment is a grade from 0 to 3 for a person and a condition. The ideal order that nDCG compares with is
made only of those whom the filters of the search (distance, ages, role, ties ...) let through, so that it
measures the order and what the words were taken for, and not the filters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ir_measures import Qrel, ScoredDoc, iter_calc, nDCG

from finder.composition import page_of
from finder.context import SearchContext
from finder.criteria import SearchCriteria
from finder.facets import FACETS
from finder.focus import FOCUS_KINDS
from finder.priors import looked_up, question_of
from finder.query import Question, specialists_body
from finder.reads import Client, searches
from finder.results import results_of
from finder.search import find_specialists
from finder.vocabulary import resolve

CUT = 10
FIRST = 3
EXPERT = 3  # the grade of a true expert
GOOD = 2  # the least grade that counts as a hit in the precision
MOST_JUDGED = 10_000  # what one request to the engine can list
EXPONENTIAL = {grade: 2**grade - 1 for grade in range(EXPERT + 1)}


@dataclass(frozen=True, slots=True)
class Judged:
    """A search and the grade (1 to 3, 0 where absent) of everybody judged for it, by NPI.

    `label` says in sure words what `criteria.words` mean, however those are written.
    """

    query_id: str
    criteria: SearchCriteria
    label: str
    grades: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search gave: the people of its first page in order, and what could have stood there.

    `reachable` are the grades of the judged people whom the filters let through, `shown` those of them of
    whom any file shows work on the condition. `steps` are ladder steps of the first result, of the reachable
    experts and of who was asked for, absent where they stand on none, on the ladder of what the judgments are
    about; `steps_as_read` on that of what the words were read as, which may be a broader condition.
    """

    query_id: str
    ranking: tuple[str, ...]
    reachable: Mapping[str, int]
    steps: Mapping[str, int]
    steps_as_read: Mapping[str, int]
    shown: frozenset[str]
    concept_id: str | None

    def experts(self) -> list[str]:
        """Get the true experts whom the filters let through, sorted."""
        return sorted(npi for npi, grade in self.reachable.items() if grade >= EXPERT)

    def is_right_step_first(self) -> bool | None:
        """Whether the first result stands on the closest step that a true expert in reach stands on.

        None where no true expert is in reach; False where they are, but stand on no step at all.
        """
        first, closest = self._first_and_closest(self.steps)
        return first is not None and first == closest if self.experts() else None

    def is_right_step_or_closer_first(self) -> bool | None:
        """Whether it stands there or on a closer step: on that of true experts no file may show any work."""
        first, closest = self._first_and_closest(self.steps)
        return first is not None and closest is not None and first <= closest if self.experts() else None

    def is_right_step_first_as_read(self) -> bool | None:
        """Whether it stands there on the ladder of the words: who asks for bowel inflammation is also right
        with somebody for ulcerative colitis where Crohn's disease is judged.
        """
        first, closest = self._first_and_closest(self.steps_as_read)
        return first is not None and first == closest if self.experts() else None

    def is_right_step_first_where_shown(self) -> bool | None:
        """Like `is_right_step_first`; None as well where no file shows what any true expert in reach does."""
        return self.is_right_step_first() if self.shown.intersection(self.experts()) else None

    def _first_and_closest(self, steps: Mapping[str, int]) -> tuple[int | None, int | None]:
        first = steps.get(self.ranking[0]) if self.ranking else None
        return first, min((steps[npi] for npi in self.experts() if npi in steps), default=None)

    def precision(self) -> float | None:
        """Get the share of grade 2 and 3 among the first three, or fewer where fewer are in reach.

        None where nobody of these grades is in reach.
        """
        good = {npi for npi, grade in self.reachable.items() if grade >= GOOD}
        places = min(FIRST, len(good))
        return len(good & set(self.ranking[:places])) / places if places else None


def question_meant(
    engine: Client, prefix: str, judged: Judged, context: SearchContext, now: date
) -> Question:
    """Get the search as its label means it, everything looked up; of a label asked back, the first choice.

    Raises ValueError for a label that is not understood at all, and what `find_specialists` raises.
    """
    meant = resolve(judged.label, context.vocabulary)
    if meant.concept_id is None and meant.choices:
        meant = resolve(meant.choices[0].label, context.vocabulary)
    if meant.concept_id is None:
        raise ValueError(f"the label {judged.label} is not understood")
    criteria = replace(judged.criteria, words=judged.label)
    generation = context.remembered.served(engine, prefix)
    known = looked_up(engine, generation, criteria, context)
    return question_of(criteria, meant, known, context, now)


def in_reach(question: Question) -> dict[str, Any]:
    """Get the clause of everybody whom the filters and the prior doctors leave, whatever they treat."""
    criteria, scope = question.criteria, question.scope()
    asked = [(facet, getattr(criteria, facet.name)) for facet in FACETS]
    filters = [facet.clause(value, scope) for facet, value in asked if facet.is_asked(value)]
    if question.place and criteria.within:
        lat, lon = question.place
        here = {"distance": f"{criteria.within}mi", "points": {"lat": lat, "lon": lon}}
        filters.append({"geo_distance": here})
    left_out: list[dict[str, Any]] = [{"ids": {"values": list(question.prior_npis)}}]
    left_out.append({"terms": {"tie_keys": question.leaves_out()}})
    return {"bool": {"filter": filters, "must_not": left_out}}


def answered(
    engine: Client,
    prefix: str,
    judged: Judged,
    question: Question,
    context: SearchContext,
    beside: Sequence[str] = (),
) -> Answer:
    """Ask the production search, unchanged; `question` is that of `question_meant`.

    `beside` are NPIs whose steps are wanted as well. Raises what `find_specialists` raises.
    """
    generation = context.remembered.served(engine, prefix)
    found = find_specialists(engine, prefix, judged.criteria, context, question.now)
    ranking = tuple(result.npi for result in found.results)
    clauses = [in_reach(question), {"ids": {"values": sorted(judged.grades)}}]
    who = {"filter": clauses, "should": [_works_on(question.concepts)]}
    reaching = {"size": MOST_JUDGED, "_source": False, "query": {"bool": who}}
    hits = searches(engine, [(generation.specialists, reaching)])[0]["hits"]["hits"]
    reachable = {hit["_id"]: judged.grades[hit["_id"]] for hit in hits}
    shown = frozenset(hit["_id"] for hit in hits if hit.get("matched_queries"))
    answer = Answer(judged.query_id, ranking, reachable, {}, {}, shown, found.understood.concept_id)
    wanted = sorted({*answer.experts(), *ranking[:1], *beside})
    if not wanted:
        return answer
    steps = as_read = _steps(engine, generation.specialists, question, wanted, context)
    if answer.concept_id not in (None, question.concepts[0]):
        known = looked_up(engine, generation, judged.criteria, context)
        read = question_of(judged.criteria, found.understood, known, context, question.now)
        as_read = _steps(engine, generation.specialists, read, wanted, context)
    return replace(answer, steps=steps, steps_as_read=as_read)


def _works_on(concepts: Sequence[str]) -> dict[str, Any]:
    """The named clause of those who have any evidence of work on one of the concepts, however weak."""
    kinds = sorted(kind.value for kind in FOCUS_KINDS)
    about = [{"terms": {"evidence.concept": list(concepts)}}, {"terms": {"evidence.kind": kinds}}]
    return {"nested": {"_name": "shown", "path": "evidence", "query": {"bool": {"filter": about}}}}


def _steps(
    engine: Client, index: str, question: Question, npis: Sequence[str], context: SearchContext
) -> dict[str, int]:
    """The step of each as a result would show it, by the production query; who stands on none is absent."""
    plain = replace(question.criteria, facets=False, size=len(npis))
    body = specialists_body(replace(question, criteria=plain))
    only = {"ids": {"values": list(npis)}}
    body["query"] = {"bool": {"must": [body["query"]], "filter": [only]}}
    hits = searches(engine, [(index, body)])[0]["hits"]["hits"]
    shown = results_of(question, page_of(hits), (), context.words)
    return {result.npi: result.ladder_step for result in shown if result.ladder_step}


def ndcg(
    rankings: Mapping[str, Sequence[str]],
    grades: Mapping[str, Mapping[str, int]],
    gains: Mapping[int, int] | None = None,
) -> dict[str, float]:
    """Get nDCG of the first ten by query id, 0 for a query without an answer.

    The gain of a person is the grade itself, the default of ir-measures, or what `gains` gives for it.
    Queries for which nobody has a grade are left out: no order is better than another.
    """
    judged = {query: found for query, found in grades.items() if any(found.values())}
    qrels = [Qrel(q, npi, grade) for q, found in judged.items() for npi, grade in found.items()]
    run = [
        ScoredDoc(query, npi, -place) for query in judged for place, npi in enumerate(rankings.get(query, ()))
    ]
    measure = nDCG(gains=dict(gains)) @ CUT if gains else nDCG @ CUT
    found = dict.fromkeys(judged, 0.0)
    if run:
        found |= {metric.query_id: float(metric.value) for metric in iter_calc([measure], qrels, run)}
    return found
