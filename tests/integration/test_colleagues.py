"""Names for a referring physician on the real engine: ties first, exactly this condition, then likeness."""

import json
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from typing import Any

import orjson
import pytest
from elasticsearch import Elasticsearch
from jsonschema import Draft202012Validator

from finder import search
from finder.colleague_answers import Colleagues
from finder.documents import Evidence, EvidenceKind, Fact, Specialist, Trial, Value
from finder.errors import InputErrors
from finder.search import load_context
from tests.factories import NEW_YORK, a_site, a_specialist, an_evidence, an_npi, serving

TODAY = date(2026, 11, 23)
CONTEXT = load_context()
CONCEPT = "bile_duct_cancer"
CONCEPTS = (CONCEPT, *CONTEXT.vocabulary.ancestors(CONCEPT))
ME, PLAIN, OTHER = 1, 2, 3
SMALL, OPEN, LATER = "minimally_invasive", "open_surgery", "surveillance_first"
SCHEMA = json.loads((files("finder") / "contract" / "search.schema.json").read_text(encoding="utf-8"))


def a_way(approach: str, count: int | None = None, of: int | None = None) -> Evidence:
    if count:
        told = {"concepts": {"liver_surgery": count}}
        return Evidence(approach, EvidenceKind.PROCEDURE, 0.8, "2024", told, count, of, "procedures")
    told = {"place": "Demo Clinic", "term": approach.replace("_", " ")}
    return Evidence(approach, EvidenceKind.ROSTER, 1.0, "2026-01-05", told, source="rosters")


def an_expert(number: int, system: str, *ways: str, **changes: Any) -> Specialist:
    fields: dict[str, Any] = {
        "concepts": CONCEPTS,
        "evidence": (an_evidence(CONCEPT),),
        "approach": tuple(a_way(way) for way in ways),
        "tie_keys": (f"group:own{number}", f"system:{system}"),
    }
    return a_specialist(number, **{**fields, **changes})


def stated(value: Any) -> Fact:
    return Fact(Value(value, "rosters", "2026-01-05"))


def the_people() -> list[Specialist]:
    """The physician (minimally invasive), sixty of one system who work openly, and those who matter."""
    counted = (a_way(SMALL, 134, 210), a_way(LATER))
    facts = {
        "institution": stated("Demo Clinic"), "opinion_only": stated("yes"), "calls_back": stated("no"),
        "academic_title": stated("Professor of Surgery"),
    }  # fmt: skip
    trial = Trial("NCT90000001", "A study", "RECRUITING", "principal_investigator", "trials", "2025-11-15")
    return [
        an_expert(ME, "mine", approach=counted),
        a_specialist(PLAIN, tie_keys=("group:plain", "system:plain")),
        an_expert(OTHER, "other", OPEN),
        *(an_expert(number, "a", OPEN) for number in range(10, 70)),
        an_expert(70, "b", approach=(a_way(SMALL, 84, 145),), facts=facts, trials=(trial,)),
        an_expert(71, "c", SMALL, LATER, attributes=("academic", "teaching_hospital")),
        an_expert(72, "d", OPEN, sites=(a_site(NEW_YORK),)),
        an_expert(73, "mine", approach=counted),  # the most alike, of the same system
        an_expert(74, "e", SMALL, LATER, tie_keys=("group:own74", "system:e", "phone:p")),
        an_expert(75, "x", OPEN, tie_keys=("group:own75", "system:x", "phone:p")),
        a_specialist(76, specialties=("internal_medicine",), tie_keys=("group:own76", "system:f"),
                     approach=counted, concepts=CONCEPTS[1:], main_concepts=()),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def home(engine: Elasticsearch, prefix: str) -> Iterator[str]:
    with serving(engine, f"{prefix}_colleagues", the_people()) as own:
        yield own


@pytest.fixture
def find(engine: Elasticsearch, home: str) -> Any:
    def found(me: int = ME, **args: Any) -> Colleagues:
        asked = {"words": "bile duct cancer", "referrer": an_npi(me), **args}
        criteria = search.colleagues_asked(asked)
        return search.find_colleagues(engine, home, criteria, CONTEXT, TODAY)

    return found


def numbers(found: Colleagues) -> list[int]:
    return [int(one.result.npi[4:9]) for one in found.names]


def test_three_names_from_three_systems_those_alike_first(find: Any) -> None:
    found = find()
    assert set(numbers(found)[:2]) <= {70, 71, 74} and len({each.systems for each in found.names}) == 3
    assert [each.result.rank for each in found.names] == [1, 2, 3]
    assert all(each.result.verdict.value == "independent" for each in found.names)
    assert an_npi(73) not in {each.npi for each in found.results.results}


def test_the_engine_is_asked_again_where_the_first_fifty_are_of_one_system(find: Any) -> None:
    alike = find(OTHER)  # works openly, as sixty of one system do
    assert len({each.systems for each in alike.names}) == 3
    assert any(each.result.moved_for == "system" for each in alike.names)


def test_likeness_is_a_named_part_and_the_parts_add_up(find: Any) -> None:
    found = find()
    for result in found.results.results:
        assert sum(part.value for part in result.parts) == pytest.approx(result.score, abs=1e-6)
    shares = {r.npi: {p.name: p.value for p in r.parts} for r in found.results.results}
    assert shares[an_npi(71)]["likeness"] > shares[an_npi(10)]["likeness"] > 0


def test_exactly_this_condition_comes_before_a_practice_that_is_more_alike(find: Any) -> None:
    ranks = [result.npi for result in find().results.results]
    assert an_npi(76) not in ranks  # as alike as can be, and two steps off


def test_a_tie_of_any_kind_stands_below_everybody_without_one(find: Any) -> None:
    found = find(seen=[an_npi(75)])  # shares a telephone with the most alike one
    assert 74 not in numbers(found)
    verdicts = [result.verdict.value for result in found.results.results]
    assert "some_tie" not in verdicts


def test_the_most_alike_of_those_with_a_tie_is_named_apart_and_says_why(find: Any) -> None:
    found = find()
    assert found.tied is not None and found.tied.result.npi == an_npi(73)
    assert found.tied.result.verdict.value == "not_independent" and found.tied.result.rank is None
    assert "works most like you" in (found.pulled_apart or "") and "Demo system:mine" in found.pulled_apart
    assert find(OTHER).pulled_apart is None


def test_what_both_have_in_common_is_told_with_counts_sources_and_dates(find: Any) -> None:
    one = next(each for each in find().names if each.result.npi == an_npi(70))
    (way,) = [each for each in one.common if each.about == "access"]
    assert way.sentence == (
        "Both do mostly minimally invasive surgery (liver surgery): 64 % of 210 and 58 % of 145 counted "
        "procedures"
    )
    assert (way.own.source, way.own.as_of, way.other.as_of) == ("procedures", "2024", "2024")
    open_one = next(each for each in find().others if each.result.npi == an_npi(10))
    (differs,) = open_one.apart
    assert differs.sentence == "You: minimally invasive surgery. This specialist: open surgery"


def test_what_a_physician_weighs_is_published_by_somebody_or_not_published(find: Any) -> None:
    one = next(each for each in find().names if each.result.npi == an_npi(70))
    told = {matter.name: (matter.answer, matter.by) for matter in one.matters}
    assert told["opinion_only"] == ("yes", "Demo Clinic") and told["calls_back"] == ("no", "Demo Clinic")
    assert told["teaching"] == ("yes", "Demo Clinic") and told["trials"][0] == "yes"
    assert told["written_report"] == told["surveillance_first"] == ("not_published", None)


def test_beside_the_names_stand_one_near_home_one_who_teaches_and_programs(find: Any) -> None:
    found = find(near="10065")
    assert found.near_home is None or found.near_home.result.npi == an_npi(72)
    assert an_npi(72) in {found.near_home.result.npi if found.near_home else "", *map(an_npi, numbers(found))}
    assert found.teaching is None or "teaching_hospital" in found.teaching.document["attributes"]
    assert "doctor_to_doctor" in found.programs[0].document["modality"] and found.programs[0].reasons
    assert find().near_home is None


def test_a_disagreement_gives_somebody_independent_of_both(find: Any) -> None:
    assert find().tie_breaker is None
    third = find(seen=[an_npi(OTHER)]).tie_breaker
    assert third is not None and len(third.result.pairs) == 2
    assert third.result.verdict.value == "independent"


def test_a_physician_of_whom_nothing_is_known_gets_names_without_likeness(find: Any) -> None:
    found = find(PLAIN)
    assert found.own is not None and not found.own.is_comparable and found.own.practice == ()
    assert [told.says for _kind, told in found.own.places] == ["Demo group:plain", "Demo system:plain"]
    assert len(found.names) == 3 and all(each.likeness is None for each in found.names)
    assert all(part.name != "likeness" for part in found.names[0].result.parts)


def test_the_answer_fits_the_contract(find: Any) -> None:
    schema = {"$defs": SCHEMA["$defs"], "$ref": "#/$defs/colleagues_answer"}
    for args in ({"near": "10065", "seen": [an_npi(OTHER)]}, {"words": "qqqq zzzz"}, {"me": PLAIN}):
        answer = orjson.loads(orjson.dumps(find(**args).to_json()))
        Draft202012Validator(schema).validate(answer)


def test_a_physician_who_is_not_named_or_not_known_is_a_mistake_of_that_field(find: Any) -> None:
    with pytest.raises(InputErrors, match=r"referrer: give your own NPI"):
        search.colleagues_asked({"words": "bile duct cancer"})
    with pytest.raises(InputErrors, match=r"referrer: NPI .* is not in the directory"):
        find(999)
