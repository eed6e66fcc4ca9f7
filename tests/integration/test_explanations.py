"""Explaining one score and the independence of named people, against the real engine."""

from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from finder import indexes, search
from finder.criteria import SearchCriteria
from finder.errors import InputErrors, NotFound
from finder.explanations import Explained
from finder.independence import ties_of, verdict
from finder.vocabulary import resolve
from tests.factories import a_generation, a_specialist, an_evidence, an_npi, removed

TODAY = date(2026, 11, 23)
CONTEXT = search.load_context()
UNDERSTOOD = resolve("bile duct cancer", CONTEXT.vocabulary)
CONCEPT = UNDERSTOOD.concept_id or ""
PEOPLE = [
    a_specialist(
        1, specialties=(UNDERSTOOD.ladder[0].specialties[0],), evidence=(an_evidence(CONCEPT),),
        concepts=(CONCEPT,), accepting="yes",
    ),
    a_specialist(2, specialties=("dermatology",)),
    a_specialist(3, is_candidate=False, tie_keys=("group:g1", "phone:p1")),
    a_specialist(4, tie_keys=("group:g1",)),
    a_specialist(5, tie_keys=("phone:p1",), tie_kinds_known=("group", "system")),
    a_specialist(6, tie_kinds_known=("group",)),
]  # fmt: skip


@pytest.fixture(scope="module")
def home(engine: Elasticsearch, prefix: str) -> Iterator[str]:
    own = f"{prefix}_explain"
    indexes.flip(engine, own, a_generation(engine, own, PEOPLE))
    yield own
    removed(engine, own)


@pytest.fixture
def explain(engine: Elasticsearch, home: str) -> Any:
    def explained(number: int, **args: Any) -> Explained:
        criteria = SearchCriteria.from_args({"words": "bile duct cancer", **args})
        return search.explain(engine, home, an_npi(number), criteria, CONTEXT, TODAY)

    return explained


def test_the_score_explained_is_the_score_of_the_search(
    explain: Any, engine: Elasticsearch, home: str
) -> None:
    criteria = SearchCriteria.from_args({"words": "bile duct cancer", "near": "21287"})
    found = search.find_specialists(engine, home, criteria, CONTEXT, TODAY).results[0]
    explained = explain(1, near="21287")
    assert explained.is_found
    apart = {"above_next": None, "would_change": ()}  # on its own, nobody is next, and every gain is told
    assert explained.result._replace(**apart) == found._replace(**apart)
    assert explained.result.would_change[:2] == found.would_change


def test_every_part_of_the_profile_is_explained_also_those_that_gave_nothing(explain: Any) -> None:
    answer = explain(1).to_json()
    profile = CONTEXT.profiles["expert_first"]
    assert [part["name"] for part in answer["parts"]] == [name.value for name in profile.parts]
    values = {part["name"]: part["value"] for part in answer["parts"]}
    assert sum(values.values()) == pytest.approx(answer["result"]["score"], abs=1e-6)
    assert values["attributes.academic"] == 0
    assert all(part["why"] for part in answer["parts"])


def test_someone_whom_the_search_would_not_show_is_said_to_be_that(explain: Any) -> None:
    stranger = explain(2)
    assert (stranger.is_found, stranger.result.ladder_step) == (False, None)
    assert stranger.result.reasons[0].endswith("another specialty, and no evidence of work on this")
    assert not explain(3).is_found
    assert not explain(1, near="10065", within=10).is_found


def test_an_unknown_person_is_not_found_and_words_not_understood_explain_nothing(explain: Any) -> None:
    with pytest.raises(NotFound, match=f"no specialist with NPI {an_npi(777)}"):
        explain(777)
    assert explain(1, words="qqqq zzzz").result is None


def test_every_pair_gets_the_verdict_of_the_truth_table(engine: Elasticsearch, home: str) -> None:
    numbers = (3, 4, 5, 6)
    compared = search.independence(engine, home, [an_npi(n) for n in numbers], CONTEXT, TODAY)
    verdicts = {
        (int(p.one.npi[4:9]), int(p.other.npi[4:9])): p.verdict.verdict.value
        for p in compared.pairs
        if p.one.npi and p.other.npi
    }
    assert list(verdicts) == list(combinations(numbers, 2))
    assert (verdicts[3, 4], verdicts[3, 5], verdicts[4, 5]) == ("not_independent", "some_tie", "independent")
    assert verdicts[3, 6] == "unknown"
    by_number = {p.npi: p for p in PEOPLE}
    for pair in compared.pairs:
        one, other = (by_number[each.npi or ""].to_source() for each in (pair.one, pair.other))
        sides = (ties_of(one["npi"], one), ties_of(other["npi"], other))
        expected = verdict(*sides, CONTEXT.words.rules, TODAY)
        assert pair.verdict == expected


def test_ties_and_gaps_of_a_pair_are_named_with_source_and_date(engine: Elasticsearch, home: str) -> None:
    found = search.independence(engine, home, [an_npi(3), an_npi(5)], CONTEXT, TODAY)
    tied = found.to_json()["pairs"][0]
    step = {"id": "phone:p1", "kind": "phone", "label": "Demo phone:p1", "source": "clinicians",
            "as_of": "2026-01-01"}  # fmt: skip
    (tie,) = tied["ties"]
    assert (tie["kind"], tie["strength"], tie["as_of"]) == ("phone", "weakens", "2026-01-01")
    assert [(chain["npi"], chain["steps"]) for chain in tie["chains"]] == [
        (an_npi(3), [step]), (an_npi(5), [step]),
    ]  # fmt: skip
    assert [(gap["kind"], gap["npi"]) for gap in tied["unchecked"]] == [("hospital", an_npi(5))]
    assert any("telephone number: Demo phone:p1" in sentence for sentence in tied["reasons"])


def test_people_to_compare_must_be_two_and_known(engine: Elasticsearch, home: str) -> None:
    with pytest.raises(InputErrors, match="name 2 to 20 different people"):
        search.independence(engine, home, [an_npi(3), an_npi(3)], CONTEXT, TODAY)
    with pytest.raises(InputErrors, match=f"NPI {an_npi(777)} is not in the directory"):
        search.independence(engine, home, [an_npi(3), an_npi(777)], CONTEXT, TODAY)
    with pytest.raises(InputErrors, match="12 is not an NPI"):
        search.independence(engine, home, [an_npi(3), "12"], CONTEXT, TODAY)
