"""Engine answers to results, sentences and the JSON contract."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from finder.answers import Emptied, Excluded, Result, SearchResults, Source
from finder.composition import Page, page_of
from finder.concepts import LadderStep
from finder.criteria import AgesAsked, Position, SearchCriteria
from finder.documents import Fact, Specialist, TieLabel, Trial, Value
from finder.independence import Verdict, load_rules, ties_of, ties_of_organization
from finder.query import Question
from finder.ranking import Breadth, load_profiles
from finder.reasons import Words
from finder.results import (
    emptied_by,
    excluded_of,
    facet_counts,
    loosening,
    next_token,
    results_of,
    surgeon_of,
)
from finder.vocabulary import Certainty, Choice, Understood
from tests.factories import BALTIMORE, a_site, a_specialist, an_evidence, an_npi

SCHEMA = json.loads((files("finder") / "contract" / "search.schema.json").read_text(encoding="utf-8"))
LADDER = (
    LadderStep(1, "Mainly treats bile duct cancer", ("medical_oncology",), True, "bile_duct_cancer"),
    LadderStep(2, "Cancer specialists", ("medical_oncology",), False),
)
TODAY = date(2026, 11, 23)
PLAIN = Question(SearchCriteria("x"), LADDER, ("bile_duct_cancer",), load_profiles()["expert_first"], TODAY)
WORDS = Words(
    {"medical_oncology": "Medical oncologist"}, {"clinicians": "CMS Doctors and Clinicians"}, load_rules()
)
SCORES = {"fit": 0.53, "why.step1": 0.53, "why.step2": 0.44, "evidence.roster": 0.12}


def a_response(
    *people: Specialist, total: int | None = None, parts: Mapping[str, float] = SCORES
) -> dict[str, Any]:
    score = sum(value for name, value in parts.items() if not name.startswith("why."))
    hits = [
        {
            "_id": p.npi,
            "_score": score,
            "_source": p.to_source(),
            "matched_queries": parts,
            "sort": [score, p.npi],
        }
        for p in people
    ]
    return {"hits": {"total": {"value": len(hits) if total is None else total}, "hits": hits}}


def a_page(response: Mapping[str, Any]) -> Page:
    return page_of(response["hits"]["hits"])


def shown(person: Specialist, *priors: Specialist, question: Question = PLAIN) -> Result:
    ties = [ties_of(prior.npi, prior.to_source()) for prior in priors]
    return results_of(question, a_page(a_response(person)), ties, WORDS)[0]


def test_parts_are_the_named_shares_without_the_steps_inside_fit_and_add_up() -> None:
    result = shown(a_specialist())
    assert [part.name for part in result.parts] == ["fit", "evidence.roster"]
    assert sum(part.value for part in result.parts) == pytest.approx(result.score, abs=1e-6)
    assert result.ladder_step == 1


def test_the_reasons_name_the_step_and_the_best_evidence_about_the_concept() -> None:
    best = an_evidence("bile_duct_cancer", value=0.2, as_of="2025")
    best = replace(best, told={"place": "Demo Hospital", "term": "Klatskin", "rank": 2, "of": 3})
    evidence = (an_evidence("gout"), an_evidence("bile_duct_cancer", value=0.1), best)
    result = shown(a_specialist(evidence=evidence))
    assert result.reasons == (
        "Medical oncologist: mainly treats bile duct cancer (step 1 of 2, 1 is closest)",
        "Demo Hospital lists “Klatskin” as a further clinical focus (2025)",
    )


def test_evidence_without_a_place_on_the_ladder_is_said_to_be_that() -> None:
    result = results_of(PLAIN, a_page(a_response(a_specialist(), parts={"evidence.trial": 0.05})), [], WORDS)[
        0
    ]
    assert result.ladder_step is None
    assert result.reasons == ("Medical oncologist: another specialty, but with evidence of work on this",)


def test_an_independent_result_says_of_whom_and_from_which_sources() -> None:
    result = shown(a_specialist(1), a_specialist(2), a_specialist(3))
    assert result.verdict is Verdict.INDEPENDENT
    assert result.reasons[1:] == tuple(
        f"Works for none of the practice groups, health systems or hospitals of Person {n} Exampleton "
        "(CMS Doctors and Clinicians 2026)"
        for n in (2, 3)
    )


def test_hospitals_that_are_unknown_are_not_claimed() -> None:
    result = shown(a_specialist(1, tie_kinds_known=("group", "system")), a_specialist(2))
    assert result.verdict is Verdict.INDEPENDENT
    assert "none of the practice groups or health systems of Person 2" in result.reasons[1]
    assert result.unknown[0] == "hospitals of this specialist: could not be compared"
    assert result.to_json()["unchecked"] == ["hospital"]


def test_the_worst_pair_decides_and_every_tie_is_said() -> None:
    unknown = a_specialist(2, tie_kinds_known=("hospital", "system"))
    tied = a_specialist(3, tie_keys=("trial:NCT9", "group:own3"))
    result = shown(a_specialist(1, tie_keys=("trial:NCT9",)), unknown, tied)
    assert result.verdict is Verdict.UNKNOWN
    assert result.unknown[0] == "practice group of Person 2 Exampleton: could not be compared"
    assert result.reasons[-1] == (
        "Person 3 Exampleton: both are named as investigators of the trial Demo trial:NCT9 "
        "(CMS Doctors and Clinicians 2026)"
    )
    assert result.to_json()["ties"] == [
        {"kind": "trial", "with_npi": an_npi(3), "label": "Demo trial:NCT9", "source": "clinicians",
         "as_of": "2026-01-01", "with_name": "Person 3 Exampleton", "strength": "weakens"}
    ]  # fmt: skip


def test_without_a_prior_doctor_the_verdict_is_unknown_and_says_why() -> None:
    result = shown(a_specialist())
    assert result.verdict is Verdict.UNKNOWN
    assert "independence: no doctor already seen was named to compare with" in result.unknown


def test_the_nearest_of_several_sites_is_shown_with_its_distance() -> None:
    sites = (
        a_site((40.0, -76.0), city="Far"),
        a_site(None, city="Nowhere"),
        a_site((39.30, -76.60), city="Near"),
    )
    near = replace(PLAIN, criteria=SearchCriteria("x", near="21287", within=50), place=BALTIMORE)
    result = shown(a_specialist(sites=sites), question=near)
    assert result.nearest_site
    assert (result.nearest_site.city, result.nearest_site.confidence) == ("Near", "zip")
    assert result.distance_miles == 0.5
    assert shown(a_specialist(sites=sites)).distance_miles is None


def test_a_person_without_sites_or_points_still_comes_out() -> None:
    near = replace(PLAIN, place=BALTIMORE)
    assert shown(a_specialist(sites=()), question=near).nearest_site is None
    result = shown(a_specialist(sites=(a_site(None, street_2="Suite 5"),)), question=near)
    assert result.nearest_site
    assert (result.nearest_site.address, result.nearest_site.confidence) == (
        "1 Example Street, Suite 5",
        "unknown",
    )
    assert result.distance_miles is None


def test_what_no_source_says_is_listed_and_never_made_up() -> None:
    asked = replace(PLAIN, criteria=SearchCriteria("x", ages=AgesAsked.CHILD))
    result = shown(a_specialist(sites=()), question=asked)
    assert set(result.unknown) >= {
        "whether new patients are taken", "whether second opinions are given", "whether children are seen",
        "whether your insurance plan is taken: no plan was given", "languages spoken", "telephone number",
    }  # fmt: skip
    assert (result.accepting, result.network, result.languages) == ("unknown", "unknown", ())


def test_a_plan_asked_for_is_in_network_with_its_date() -> None:
    asked = replace(PLAIN, criteria=SearchCriteria("x", plan="p"))
    person = a_specialist(network_keys=("p",), facts={"networks": Fact(Value(["p"], "qhp", "2026-02-03"))})
    result = shown(person, question=asked)
    assert (result.network, result.network_as_of) == ("in", "2026-02-03")


def test_pages_go_on_with_the_rank_and_end_without_a_token() -> None:
    people = [a_specialist(n) for n in (1, 2)]
    token = next_token(PLAIN, a_page(a_response(*people)), 3, "20260101t000000abcd")
    assert token
    position = Position.from_token(token)
    assert (position.rank, position.sort[-1], position.today) == (2, people[1].npi, TODAY)
    later = replace(PLAIN, criteria=replace(PLAIN.criteria, position=position))
    last = a_page(a_response(a_specialist(3)))
    assert results_of(later, last, [], WORDS)[0].rank == 3
    assert next_token(later, last, 3, "20260101t000000abcd") is None


def test_who_was_shown_ahead_of_time_is_skipped_on_every_later_page() -> None:
    hits = a_response(*(a_specialist(n) for n in (1, 2)))["hits"]["hits"]
    page = Page(tuple(hits), {}, hits[0], (an_npi(2),))
    token = next_token(PLAIN, page, 9, "20260101t000000abcd")
    position = Position.from_token(token or "")
    assert (position.skip, position.sort[-1]) == ((an_npi(2),), an_npi(1))
    later = replace(PLAIN, criteria=replace(PLAIN.criteria, position=position))
    third = a_page(a_response(a_specialist(3)))
    assert Position.from_token(next_token(later, third, 9, "g") or "").skip == (an_npi(2),)


def test_each_result_says_why_it_stands_above_the_next_and_what_would_raise_it() -> None:
    people = a_response(*(a_specialist(n) for n in (1, 2, 3)))
    best, second, third = people["hits"]["hits"]
    best["matched_queries"] = {**SCORES, "fit": 0.48, "distance": 0.04}
    second["matched_queries"] = third["matched_queries"] = {"fit": 0.40, "distance": 0.03}
    found = results_of(PLAIN, Page((best, second, third), {an_npi(2): Breadth.SYSTEM}, third), [], WORDS)
    assert found[0].above_next == (
        "Above the next one for a statement of the own institution that this condition is a clinical focus "
        "and a specialty closer to exactly this condition"
    )
    assert (found[1].moved_for, found[0].moved_for) == ("system", None)
    assert (found[1].above_next or "").startswith("Moved up, so that the first ones come from different")
    assert found[2].above_next is None
    assert found[2].would_change == (
        "a role as investigator of trials on this condition",
        "more counted procedures for this condition",
    )


def test_a_ladder_that_lost_a_step_still_says_of_how_many() -> None:
    sparse = replace(PLAIN, ladder=(LADDER[0], replace(LADDER[1], step=4)))
    (result,) = results_of(
        sparse, a_page(a_response(a_specialist(), parts={"fit": 0.3, "why.step4": 0.3})), [], WORDS
    )
    assert result.reasons[0].endswith("(step 4 of 4, 1 is closest)")


def test_equals_are_said_to_be_equal() -> None:
    found = results_of(PLAIN, a_page(a_response(a_specialist(1), a_specialist(2))), [], WORDS)
    assert (found[0].above_next or "").startswith("As good as the next one")


def test_the_surgeon_keeps_the_rank_of_the_list_or_has_none() -> None:
    listed = results_of(PLAIN, a_page(a_response(a_specialist(1), a_specialist(2))), [], WORDS)
    on_page, beside = (
        surgeon_of(PLAIN, a_response(a_specialist(number))["hits"]["hits"][0], listed, [], WORDS)
        for number in (2, 3)
    )
    assert (on_page.rank, beside.rank, beside.npi) == (2, None, an_npi(3))


def test_excluded_counts_name_every_breaking_kind() -> None:
    buckets = {"group": {"doc_count": 2}, "system": {"doc_count": 3}}
    response = {"hits": {"total": {"value": 4}}, "aggregations": {"tied": {"buckets": buckets}}}
    assert excluded_of(response, ["group", "owner", "system"]) == Excluded(
        4, (("group", 2), ("owner", 0), ("system", 3))
    )
    assert excluded_of(None, ["group"]) == Excluded(0, (("group", 0),))


def test_facet_values_are_labelled_counted_and_ordered_and_the_chosen_one_is_always_there() -> None:
    question = replace(PLAIN, criteria=SearchCriteria("x", state="WY", facets=True))
    state = {
        "state.terms": {"buckets": [{"key": "MD", "doc_count": 3}, {"key": "VA", "doc_count": 9}]},
        "state.named": {"buckets": {"WY": {"doc_count": 0}}},
    }
    shown = {
        "specialty.terms": {"buckets": [{"key": "medical_oncology", "doc_count": 1}]},
        "role.named": {"buckets": {"surgery": {"doc_count": 0}, "medical": {"doc_count": 1}}},
    }
    counts = facet_counts(question, {"aggregations": shown}, {"state": {"aggregations": state}}, WORDS)
    by_name = {
        facet.name: [(v.value, v.label, v.count, v.selected) for v in facet.values] for facet in counts
    }
    assert by_name["state"] == [("VA", "VA", 9, False), ("MD", "MD", 3, False), ("WY", "WY", 0, True)]
    assert by_name["specialty"] == [("medical_oncology", "Medical oncologist", 1, False)]
    assert [value for value, *_ in by_name["role"]] == ["medical"]
    assert "verdict" not in by_name


def test_the_specialty_shown_is_the_one_on_the_ladder_step_else_the_first() -> None:
    person = a_specialist(specialties=("dermatology", "medical_oncology"))
    assert shown(person).specialty == "Medical oncologist"
    assert shown(person).reasons[0].startswith("Medical oncologist: mainly treats")
    off_ladder = results_of(PLAIN, a_page(a_response(person, parts={"evidence.trial": 0.05})), [], WORDS)[0]
    assert off_ladder.specialty == "dermatology"


def test_a_tie_with_an_organization_has_a_name_and_no_npi() -> None:
    hospital = ties_of_organization("hospital:h1", {"name": "Demo Hospital", "owner_ids": ["system:s1"]})
    person = a_specialist(1, tie_keys=("system:s1",))
    result = results_of(PLAIN, a_page(a_response(person)), [hospital], WORDS)[0].to_json()
    assert result["verdict"] == "not_independent"
    assert [(t["kind"], t["with_npi"], t["with_name"]) for t in result["ties"]] == [
        ("system", None, "Demo Hospital")
    ]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"near": 0, "state": 4, "seen": 9, "together": 20}, Emptied("seen", 9)),
        ({"near": 0, "state": 0, "together": 20}, Emptied("together", 20)),
        ({"near": 0}, None),
        ({}, None),
    ],
)
def test_the_filter_that_emptied_an_answer_is_the_one_that_costs_most(
    counts: dict[str, int], expected: Emptied | None
) -> None:
    assert emptied_by(counts) == expected


def a_full_person() -> Specialist:
    return a_specialist(
        accepting="yes", languages=("en", "es"), program_ids=("demo",), attributes=("second_opinions",),
        trials=(Trial("NCT99", "Demo trial", None, "PRINCIPAL_INVESTIGATOR", "trials", "2026-01-01"),),
        facts={"school": Fact(Value("Demo School", "clinicians", "2026"), (Value("Other", "rosters"),))},
        tie_keys=("group:own1", "phone:1"), ties={"phone:1": TieLabel("4105550100", "nppes")},
    )  # fmt: skip


def an_answer() -> SearchResults:
    understood = Understood(
        concept_id="bile_duct_cancer", label="Bile duct cancer", corrected_from=None, codes=("C22.1",),
        ladder=LADDER, certainty=Certainty.SURE, choices=(Choice("x", "X"),), ignored=(), urgent=None,
    )  # fmt: skip
    prior = a_specialist(2, tie_keys=("phone:1",))
    return SearchResults(
        understood=understood,
        source=Source("20260101t000000abcd", "2026-01-01", True),
        prior=(ties_of(prior.npi, prior.to_source()),),
        total=1,
        excluded=Excluded(2, (("group", 2),)),
        results=(shown(a_full_person(), prior),),
    )


def written(answer: SearchResults) -> Any:
    """The answer as a reader of the JSON gets it."""
    return json.loads(orjson.dumps(answer.to_json()))


def test_the_answer_has_exactly_the_keys_of_the_contract_and_fits_its_schema() -> None:
    answer = written(an_answer())
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(answer)
    assert sorted(answer) == sorted(SCHEMA["required"])
    assert sorted(answer["results"][0]) == sorted(SCHEMA["$defs"]["result"]["required"])
    assert answer["results"][0]["facts"] == {
        "school": {
            "value": "Demo School", "source": "clinicians", "as_of": "2026",
            "others": [{"value": "Other", "source": "rosters"}],
        }
    }  # fmt: skip
    assert answer["prior"][0]["ties_known"] == ["group", "hospital", "system"]


def test_the_schema_refuses_a_renamed_key_and_a_word_outside_its_enumeration() -> None:
    answer = written(an_answer())
    answer["results"][0]["verdict"] = "maybe"
    answer["hits"] = answer.pop("total")
    messages = {error.message for error in Draft202012Validator(SCHEMA).iter_errors(answer)}
    assert any("'total' is a required property" in message for message in messages)
    assert any("'maybe' is not one of" in message for message in messages)


def test_every_change_that_helps_is_listed_wider_distances_first() -> None:
    found = loosening({"near": 9, "language": 0, "plan": 12, "together": 30}, {100: 0, 200: 4, 500: 4})
    assert [(one.facet, one.within, one.without) for one in found] == [
        ("near", 200, 4), ("plan", None, 12), ("near", None, 9), ("together", None, 30),
    ]  # fmt: skip
    assert loosening({"language": 0}, {}) == ()
