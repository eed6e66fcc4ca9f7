"""The first page over several systems, the reasons to ask, and the surgeon named for every solid cancer."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from finder import search
from finder.answers import SearchResults
from finder.criteria import SearchCriteria
from finder.documents import EvidenceKind, Specialist
from finder.search import load_context
from finder.vocabulary import resolve
from tests.factories import a_specialist, an_evidence, an_npi, serving

TODAY = date(2026, 11, 23)
CONTEXT = load_context()
WORDS = "bile duct cancer"
LADDER = resolve(WORDS, CONTEXT.vocabulary).ladder
CLOSE = next(s for s in LADDER[0].specialties if s not in CONTEXT.surgical)
SURGICAL = next(s for s in LADDER[0].specialties if s in CONTEXT.surgical)
READER = "pathology"
CONCEPTS = ("bile_duct_cancer", *CONTEXT.vocabulary.ancestors("bile_duct_cancer"))


def an_expert(number: int, system: str, value: float = 0.5, **changes: Any) -> Specialist:
    fields: dict[str, Any] = {
        "specialties": (CLOSE,),
        "concepts": CONCEPTS,
        "evidence": (an_evidence("bile_duct_cancer", value=value),),
        "tie_keys": (f"group:own{number}", f"system:{system}"),
    }
    return a_specialist(number, **{**fields, **changes})


def the_people() -> list[Specialist]:
    """Thirty of one system first, then one each of two others; a surgeon, two readers, a trial's leader."""
    surgeon = {"specialties": (SURGICAL,), "roles": ("surgery",)}
    reader = {"specialties": (READER,), "roles": ("pathology",), "evidence": (), "concepts": ()}
    recruiting = [an_evidence("bile_duct_cancer", kind, 1.0) for kind in (EvidenceKind.RECRUITING,)]
    return [
        *(an_expert(n, "a", 0.9 - n / 100) for n in range(1, 31)),
        an_expert(31, "b", 0.1),
        an_expert(32, "c", 0.05),
        an_expert(33, "a", 0.01, **surgeon),
        an_expert(34, "a", 0.01, **reader),
        an_expert(35, "a", evidence=recruiting),
        an_expert(36, "d", 0.03, tie_keys=("group:own36", "system:d", "phone:p")),
        a_specialist(40, is_candidate=False, tie_keys=("group:seen", "phone:p")),
    ]


@pytest.fixture(scope="module")
def home(engine: Elasticsearch, prefix: str) -> Iterator[str]:
    with serving(engine, f"{prefix}_composed", the_people()) as own:
        yield own


@pytest.fixture
def find(engine: Elasticsearch, home: str) -> Any:
    def found(words: str = WORDS, **args: Any) -> SearchResults:
        criteria = SearchCriteria.from_args({"words": words, **args})
        return search.find_specialists(engine, home, criteria, CONTEXT, TODAY)

    return found


def numbers(results: SearchResults) -> list[int]:
    return [int(result.npi[4:9]) for result in results.results]


def test_the_first_five_come_from_three_systems_though_the_second_begins_behind_the_page(find: Any) -> None:
    results = find(size=10)
    assert numbers(results)[:6] == [1, 2, 3, 31, 32, 4]
    moved = {int(r.npi[4:9]): r.moved_for for r in results.results if r.moved_for}
    assert moved == {31: "system", 32: "system"}


def test_pages_after_a_moved_hit_show_everybody_once_and_keep_the_total(find: Any) -> None:
    results = find(size=10)
    total, seen, ranks = results.total, numbers(results), [r.rank for r in results.results]
    while results.next:
        results = find(size=10, next=results.next)
        assert results.total == total
        seen += numbers(results)
        ranks += [r.rank for r in results.results]
    assert len(seen) == len(set(seen)) == total == 36
    assert ranks == list(range(1, total + 1))


def test_the_plain_order_is_kept_where_it_is_asked_for(find: Any) -> None:
    results = find(size=10, diverse="no")
    assert numbers(results)[:5] == [1, 2, 3, 4, 5]
    assert not any(r.moved_for for r in results.results)


def test_options_bring_different_kinds_of_doctor_among_the_first_five(find: Any) -> None:
    results = find(why="options", size=10)
    assert {33, 34} <= set(numbers(results)[:5])
    assert {r.moved_for for r in results.results[3:5]} == {"role"}


def test_doubt_brings_the_readers_of_tissue_first(find: Any) -> None:
    assert numbers(find(why="doubt"))[0] == 34


def test_an_operation_brings_the_surgeon_first(find: Any) -> None:
    results = find(why="surgery")
    assert (numbers(results)[0], results.profile) == (33, "surgery")
    assert find(role="surgery").profile == "surgery"
    assert find("Whipple procedure").profile == "surgery"
    assert find().profile == "expert_first"


def test_the_search_for_a_trial_brings_who_leads_one_that_takes_patients(find: Any) -> None:
    assert numbers(find(why="trial"))[0] == 35


def test_a_solid_cancer_names_the_surgeon_and_one_of_the_blood_does_not(find: Any) -> None:
    surgeon = find(size=5, role="medical").surgeon
    assert (surgeon.npi, surgeon.rank) == (an_npi(33), None)
    assert surgeon.reasons[0].startswith("Cancer surgeon")
    assert find(size=5).surgeon == surgeon
    assert find(size=5, role="surgery").surgeon.rank == 1
    assert find(size=100).surgeon.rank in range(1, 37)
    assert find("chronic lymphocytic leukemia").surgeon is None
    assert find(never=[an_npi(33)]).surgeon is None


def test_a_loose_tie_ranks_below_independence_at_equal_fit(find: Any) -> None:
    plain = numbers(find(size=100, diverse="no"))
    assert plain.index(36) < plain.index(33)
    tied = find(size=100, seen=an_npi(40), diverse="no")
    scores = {int(r.npi[4:9]): r for r in tied.results}
    assert (scores[36].verdict.value, scores[32].verdict.value) == ("some_tie", "independent")
    assert scores[36].score < scores[32].score
    parts = {npi: {part.name: part.value for part in each.parts} for npi, each in scores.items()}
    assert parts[32]["independence"] > parts[32].get("distance", 0.0)
    assert "independence" not in parts[36]
