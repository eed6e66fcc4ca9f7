"""Facet counts in the real engine: each equals what the search finds once its value is chosen."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from finder import search
from finder.answers import FacetCount, SearchResults
from finder.criteria import SearchCriteria
from finder.documents import EvidenceKind, Specialist
from finder.errors import InputErrors
from finder.facets import FACETS
from finder.vocabulary import resolve
from tests.factories import a_specialist, an_evidence, an_npi, serving

TODAY = date(2026, 11, 23)
CONTEXT = search.load_context()
UNDERSTOOD = resolve("bile duct cancer", CONTEXT.vocabulary)
CONCEPT = UNDERSTOOD.concept_id or ""
CLOSE = UNDERSTOOD.ladder[0].specialties
CONCEPTS = (CONCEPT, *CONTEXT.vocabulary.ancestors(CONCEPT))
PRIOR = ("group:g1", "system:s1", "phone:p1", "trial:t1")


def the_people() -> list[Specialist]:
    """A hundred candidates whose fields take every value in turn, and two prior doctors."""
    everything = ("group", "hospital", "system")
    shared = [(), ("group:g1",), ("phone:p1",), ("trial:t1", "system:s1"), ("trial:t1",)]
    people = [
        a_specialist(
            n,
            specialties=(CLOSE[n % 3],),
            roles=(("surgery", "medical", "radiation")[n // 2 % 3],),
            concepts=CONCEPTS,
            evidence=(an_evidence(CONCEPT, EvidenceKind.TRIAL if n % 4 == 0 else EvidenceKind.ROSTER),),
            licence_states=(("MD", "VA", "DC")[n // 5 % 3],) if n % 10 else (),
            network_keys=(("plan-a",), ("plan-b", "plan-a"), ())[n // 7 % 3],
            languages=(("en", "es"), ("en",), ())[n // 4 % 3],
            ages=(("adult",), ("child",), ())[n // 11 % 3],
            accepting=("yes", "no", None)[n % 3],
            attributes=(("virtual",), ("telehealth",), (), ())[n % 4],
            tie_keys=(f"group:own{n}", *shared[n % 5]),
            tie_kinds_known=(everything, everything, ("group", "hospital"))[n % 3],
        )
        for n in range(100, 200)
    ]
    known = a_specialist(1, is_candidate=False, tie_keys=PRIOR)
    half_known = a_specialist(2, is_candidate=False, tie_keys=PRIOR, tie_kinds_known=("group",))
    return [*people, known, half_known]


@pytest.fixture(scope="module")
def home(engine: Elasticsearch, prefix: str) -> Iterator[str]:
    with serving(engine, f"{prefix}_facets", the_people()) as own:
        yield own


@pytest.fixture
def find(engine: Elasticsearch, home: str) -> Any:
    def found(**args: Any) -> SearchResults:
        criteria = SearchCriteria.from_args({"words": "bile duct cancer", "size": 100, **args})
        return search.find_specialists(engine, home, criteria, CONTEXT, TODAY)

    return found


def counted(results: SearchResults) -> dict[str, FacetCount]:
    return {facet.name: facet for facet in results.facets}


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"state": "MD", "near": "21287"},
        {"seen": an_npi(1)},
        {"seen": [an_npi(1), an_npi(2)], "language": "es"},
        {"seen": an_npi(1), "show_tied": True, "trials": True},
        {"seen": an_npi(1), "verdict": "independent", "role": "medical"},
    ],
)
def test_every_count_is_what_the_search_finds_with_that_value(find: Any, asked: dict[str, Any]) -> None:
    facets = counted(find(**asked, facets=True))
    assert set(facets) == {f.name for f in FACETS if "seen" in asked or f.name != "verdict"}
    checked = 0
    for facet in facets.values():
        for value in facet.values:
            if value.value == "not_independent" and not asked.get("show_tied"):
                continue
            with_it = find(**{**asked, facet.name: value.value}, size=1)
            assert value.count == with_it.total, (facet.name, value)
            assert value.selected == (facet.name in asked and asked[facet.name] in (value.value, True))
            checked += 1
    assert checked >= 15


@pytest.mark.parametrize("seen", [[an_npi(1)], [an_npi(1), an_npi(2)]])
def test_the_engine_counts_the_verdicts_that_the_truth_table_gives(find: Any, seen: list[str]) -> None:
    results = find(seen=seen, show_tied=True, facets=True)
    verdicts = Counter(result.verdict.value for result in results.results)
    assert len(verdicts) == (2 if an_npi(2) in seen else 4)
    assert {v.value: v.count for v in counted(results)["verdict"].values} == dict(verdicts)


def test_counts_are_those_of_the_documents(find: Any) -> None:
    people = [person for person in the_people() if person.is_candidate]
    facets = counted(find(facets=True)).values()
    found = {facet.name: {v.value: v.count for v in facet.values} for facet in facets}
    assert found["accepting"] == Counter(person.accepting or "unknown" for person in people)
    assert found["state"] == Counter(state for person in people for state in person.licence_states)
    assert found["plan"] == Counter(plan for person in people for plan in person.network_keys)
    assert found["role"] == Counter(person.roles[0] for person in people)
    assert found["virtual"] == {"yes": sum(bool(person.attributes) for person in people)}
    is_trial = [person.evidence[0].kind is EvidenceKind.TRIAL for person in people]
    assert found["trials"] == {"yes": sum(is_trial)}
    unknown_ages = sum(not person.ages for person in people)
    assert found["ages"]["child"] == unknown_ages + sum("child" in person.ages for person in people)


def test_counts_do_not_change_with_the_page_and_are_absent_unless_asked_for(find: Any) -> None:
    first = find(facets=True, size=10)
    assert find(facets=True, size=10, next=first.next).facets == first.facets
    assert find(size=10).facets == ()
    assert find(size=10).to_json()["facets"] == []


def test_who_is_left_out_for_a_tie_is_in_no_count(find: Any) -> None:
    results = find(seen=an_npi(1), facets=True)
    assert results.excluded.total == 40
    states = sum(v.count for v in counted(results)["state"].values)
    assert states < results.total == 100 - 40


def test_labels_are_in_the_readers_words(find: Any) -> None:
    facets = counted(find(facets=True))
    assert {v.value: v.label for v in facets["language"].values} == {"en": "English", "es": "Spanish"}
    titles = {CONTEXT.words.specialties[each] for each in CLOSE[:3]}
    assert {v.label for v in facets["specialty"].values} == titles


def test_a_specialty_that_does_not_exist_is_an_input_error(find: Any) -> None:
    with pytest.raises(InputErrors, match="specialty: there is no specialty witchcraft"):
        find(specialty="witchcraft")
