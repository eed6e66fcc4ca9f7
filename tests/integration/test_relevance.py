"""The production search and the baselines scored by judgments, over a few invented people in the engine."""

from collections.abc import Iterator
from datetime import date
from io import StringIO
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from finder import indexes
from finder.config import Config
from finder.criteria import RoleAsked, SearchCriteria
from finder.documents import Specialist
from finder.reads import served
from finder.relevance import Answer, Judged, answered, question_meant
from finder.search import load_context
from finder.vocabulary import resolve
from ingest import baselines, bench_relevance
from ingest.progress import Reporter
from tests.factories import (
    NEW_YORK,
    a_generation,
    a_site,
    a_specialist,
    an_evidence,
    an_npi,
    removed,
)

TODAY = date(2026, 11, 23)
LABEL = "bile duct cancer"
CONTEXT = load_context()
LADDER = resolve(LABEL, CONTEXT.vocabulary).ladder
CLOSE = LADDER[0].specialties[0]
EXPERT, PLAIN, FAR, STRANGER, PRIOR, TIED = range(1, 7)
GRADES = {an_npi(n): grade for n, grade in ((EXPERT, 3), (PLAIN, 1), (FAR, 3), (PRIOR, 2), (TIED, 2))}


def an_expert(number: int, **changes: Any) -> Specialist:
    concepts = ("bile_duct_cancer", *CONTEXT.vocabulary.ancestors("bile_duct_cancer"))
    evidence = (an_evidence("bile_duct_cancer"),)
    fields = {"specialties": (CLOSE,), "concepts": concepts, "evidence": evidence, "roles": ("surgery",)}
    return a_specialist(number, **{**fields, **changes})


@pytest.fixture(scope="module")
def home(engine: Elasticsearch, prefix: str) -> Iterator[str]:
    """A prefix of this module's own, with one served generation and the index of the baselines."""
    own = f"{prefix}_relevance"
    people = [
        an_expert(EXPERT, taxonomies=("2086X0206X",), tie_keys=("group:own",)),
        a_specialist(PLAIN, specialties=(CLOSE,), tie_keys=("group:plain",)),
        an_expert(FAR, sites=(a_site(NEW_YORK),)),
        a_specialist(STRANGER, specialties=("dermatology",), tie_keys=("group:g3",)),
        an_expert(PRIOR, tie_keys=("group:g1",)),
        an_expert(TIED, tie_keys=("group:g1",)),
    ]
    indexes.flip(engine, own, a_generation(engine, own, people))
    baselines.copy_index(engine, served(engine, own).specialists, f"{own}-baselines", CONTEXT)
    yield own
    engine.indices.delete(index=f"{own}-baselines")
    removed(engine, own)


def an_answer(engine: Elasticsearch, home: str, words: str = LABEL, **asked: Any) -> Answer:
    judged = Judged("q", SearchCriteria(words, near="21287", within=50, **asked), LABEL, GRADES)
    question = question_meant(engine, home, judged, CONTEXT, TODAY)
    return answered(engine, home, judged, question, CONTEXT)


def numbers(npis: Any) -> list[int]:
    return [int(npi[4:9]) for npi in npis]


def test_only_those_whom_distance_and_prior_doctors_leave_are_in_reach(
    engine: Elasticsearch, home: str
) -> None:
    assert sorted(numbers(an_answer(engine, home).reachable)) == [EXPERT, PLAIN, PRIOR, TIED]
    seen = an_answer(engine, home, seen=(an_npi(PRIOR),))
    assert sorted(numbers(seen.reachable)) == [EXPERT, PLAIN]
    assert numbers(an_answer(engine, home, role=RoleAsked.SURGERY, seen=(an_npi(PRIOR),)).reachable) == [
        EXPERT
    ]


def test_the_expert_stands_first_and_on_the_closest_step(engine: Elasticsearch, home: str) -> None:
    answer = an_answer(engine, home, seen=(an_npi(PRIOR),))
    assert numbers(answer.ranking)[0] == EXPERT
    assert answer.steps == answer.steps_as_read == {an_npi(EXPERT): 1}
    assert answer.shown == {an_npi(EXPERT)}
    assert answer.is_right_step_first() is True


def test_words_for_less_than_what_is_judged_have_steps_of_their_own(engine: Elasticsearch, home: str) -> None:
    answer = an_answer(engine, home, words="cancer", seen=(an_npi(PRIOR),))
    assert answer.steps_as_read != answer.steps == {an_npi(EXPERT): 1}


def test_words_that_mean_nothing_give_an_empty_answer_and_the_same_reach(
    engine: Elasticsearch, home: str
) -> None:
    answer = an_answer(engine, home, words="qqqq zzzz")
    assert (answer.ranking, answer.concept_id) == ((), None)
    assert answer.reachable == an_answer(engine, home).reachable
    assert answer.is_right_step_first() is False


def test_each_baseline_orders_the_people_in_reach_by_what_it_knows(engine: Elasticsearch, home: str) -> None:
    criteria = SearchCriteria(LABEL, near="21287", within=50, seen=(an_npi(PRIOR),))
    question = question_meant(engine, home, Judged("q", criteria, LABEL, GRADES), CONTEXT, TODAY)
    found = baselines.rankings(engine, f"{home}-baselines", question, LABEL, ("2086X0206X",))
    assert numbers(found["names"])[0] == EXPERT
    assert numbers(found["taxonomy"]) == [EXPERT]
    assert sorted(numbers(found["distance"])) == [EXPERT, PLAIN, STRANGER]


def test_a_label_that_means_nothing_is_refused(engine: Elasticsearch, home: str) -> None:
    judged = Judged("q", SearchCriteria("qqqq"), "qqqq zzzz", GRADES)
    with pytest.raises(ValueError, match="qqqq zzzz"):
        question_meant(engine, home, judged, CONTEXT, TODAY)


def test_an_interrupted_bench_leaves_no_index_behind(
    engine: Elasticsearch, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def interrupted(bench: bench_relevance.Bench, people: int, seed: int) -> None:
        engine.indices.create(index=bench.copy)
        a_generation(engine, bench.config.index_prefix, [])
        made.append(bench.config.index_prefix)
        raise KeyboardInterrupt

    monkeypatch.setattr(bench_relevance, "_understanding", lambda product: {})
    monkeypatch.setattr(bench_relevance, "_world", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bench_relevance.bench_relevance(engine, config, 1_000, 2, Reporter(StringIO()))
    assert len(made) == 1
    assert not engine.indices.get(index=f"{made[0]}-*")
