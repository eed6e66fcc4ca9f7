"""Request bodies against small expected dicts."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from finder.concepts import LadderStep
from finder.criteria import AcceptingAsked, AgesAsked, Position, RoleAsked, SearchCriteria, VerdictAsked
from finder.documents import EvidenceKind
from finder.evidence_fields import About
from finder.facets import clause_of_verdict
from finder.loosened import emptied_bodies
from finder.query import (
    FOUND,
    REST,
    Question,
    explaining_body,
    facet_bodies,
    further_body,
    specialists_body,
    surgeon_body,
    tied_body,
)
from finder.ranking import PartName, load_profiles
from finder.vocabulary import load_vocabulary
from tests.factories import BALTIMORE, an_npi

PROFILE = load_profiles()["expert_first"]
LADDER = (
    LadderStep(1, "Mainly treats it", ("surgical_oncology", "hepatology"), True, "bile_duct_cancer"),
    LadderStep(2, "Focus on the liver", ("hepatology",), True, "liver_cancers"),
    LadderStep(3, "Cancer specialists", ("medical_oncology",), False),
)
ON_SECOND = {
    "bool": {"filter": [{"terms": {"specialties": ["hepatology"]}}, {"term": {"concepts": "liver_cancers"}}]}
}
BREAKING = {"terms": {"tie_keys": ["group:1", "system:7", "system:8"]}}
CONCEPTS = ("bile_duct_cancer", "klatskin_tumor")
ABOVE = ("liver_cancers", "cancer")
PLAIN = Question(SearchCriteria("x"), LADDER, CONCEPTS, PROFILE, date(2026, 11, 23), above=ABOVE)
ELSEWHERE = {
    "bool": {
        "filter": [{"exists": {"field": "proven_concepts"}}],
        "must_not": [{"term": {f"{which}_concepts": "liver_cancers"}} for which in ("main", "proven")],
    }
}
TIED = replace(
    PLAIN,
    criteria=SearchCriteria("x", seen=(an_npi(1), an_npi(2))),
    prior_npis=(an_npi(1), an_npi(2)),
    excluded_keys={"group": ("group:1",), "owner": (), "system": ("system:7", "system:8"), "hospital": ()},
)
TREATS = {
    "bool": {
        "should": [
            {"term": {"concepts": "bile_duct_cancer"}},
            ON_SECOND,
            {"terms": {"main_specialties": ["medical_oncology"]}},
        ],
        "minimum_should_match": 1,
    }
}


def asking(**changes: Any) -> Question:
    return replace(PLAIN, criteria=replace(PLAIN.criteria, **changes), place=BALTIMORE)


def part(question: Question, name: str) -> dict[str, Any]:
    for clause in specialists_body(question)["query"]["bool"]["should"]:
        kind, body = next(iter(clause.items()))
        if body["_name"] == name:
            return {kind: body}
    raise AssertionError(f"no part {name}")


def test_a_plain_search_filters_candidates_who_treat_it_and_excludes_nobody() -> None:
    query = specialists_body(PLAIN)["query"]["bool"]
    assert query["filter"] == [{"term": {"is_candidate": True}}, TREATS]
    assert "must_not" not in query


@pytest.mark.parametrize(
    ("asked", "clause"),
    [
        (
            {"near": "21287", "within": 30},
            {"geo_distance": {"distance": "30mi", "points": {"lat": BALTIMORE[0], "lon": BALTIMORE[1]}}},
        ),
        ({"plan": "p"}, {"term": {"network_keys": "p"}}),
        ({"state": "MD"}, {"term": {"licence_states": "MD"}}),
        ({"role": RoleAsked.SURGERY}, {"term": {"roles": "surgery"}}),
        ({"language": "es"}, {"term": {"languages": "es"}}),
        ({"virtual": True}, {"terms": {"attributes": ["telehealth", "virtual"]}}),
        ({"specialty": "hepatology"}, {"term": {"specialties": "hepatology"}}),
        ({"accepting": AcceptingAsked.NO}, {"term": {"accepting": "no"}}),
        (
            {"accepting": AcceptingAsked.UNKNOWN},
            {"bool": {"must_not": [{"exists": {"field": "accepting"}}]}},
        ),
        (
            {"ages": AgesAsked.CHILD},
            {
                "bool": {
                    "should": [
                        {"term": {"ages": "child"}},
                        {"bool": {"must_not": [{"exists": {"field": "ages"}}]}},
                    ],
                    "minimum_should_match": 1,
                }
            },
        ),
    ],
)
def test_each_facet_adds_one_filter(asked: dict[str, Any], clause: dict[str, Any]) -> None:
    assert specialists_body(asking(**asked))["query"]["bool"]["filter"][2:] == [clause]


def test_prior_doctors_and_everybody_tied_to_them_are_left_out_and_only_the_tied_are_counted() -> None:
    body, counted = specialists_body(TIED), tied_body(TIED)
    seen = {"ids": {"values": [an_npi(1), an_npi(2)]}}
    assert body["query"]["bool"]["must_not"] == [seen, BREAKING]
    assert counted is not None
    assert counted["query"]["bool"]["must_not"] == [seen]
    assert counted["query"]["bool"]["filter"] == [*body["query"]["bool"]["filter"], BREAKING]
    assert counted["aggs"]["tied"]["filters"]["filters"] == {
        "group": {"terms": {"tie_keys": ["group:1"]}},
        "system": {"terms": {"tie_keys": ["system:7", "system:8"]}},
    }
    assert "aggs" not in body and tied_body(PLAIN) is None


def test_tied_people_stay_where_they_are_to_be_shown_but_never_the_prior_doctors() -> None:
    shown = replace(TIED, criteria=replace(TIED.criteria, show_tied=True))
    body = specialists_body(shown)
    assert body["query"]["bool"]["must_not"] == [{"ids": {"values": [an_npi(1), an_npi(2)]}}]
    assert tied_body(shown) is None


def test_fit_is_the_best_step_and_a_step_that_needs_evidence_asks_for_the_concept() -> None:
    fit = part(PLAIN, "fit")["dis_max"]
    weight = PROFILE.parts[PartName.FIT].weight
    steps = {
        query["_name"]: query.get("positive", {}).get("constant_score", query)
        for query in (next(iter(clause.values())) for clause in fit["queries"])
    }
    assert {name: round(step["boost"] / weight, 6) for name, step in steps.items()} == {
        "why.other": 0.45,
        "why.step1": 1.0,
        "why.step1.partly": 0.97,
        "why.step2": 0.85,
        "why.step2.partly": 0.82,
        "why.step3": 0.7,
        "why.step3.elsewhere": 0.525,
    }
    assert steps["why.step1"]["filter"]["bool"]["filter"] == [
        {"terms": {"specialties": ["hepatology", "surgical_oncology"]}},
        {"term": {"main_concepts": "bile_duct_cancer"}},
    ]
    assert steps["why.step2.partly"]["filter"] == ON_SECOND
    listed = {"terms": {"main_specialties": ["medical_oncology"]}}
    assert steps["why.step3.elsewhere"]["filter"] == listed
    assert steps["why.step3"]["filter"]["bool"] == {"filter": [listed], "must_not": [ELSEWHERE]}
    assert steps["why.other"]["filter"] == {"term": {"main_concepts": "bile_duct_cancer"}}


def test_whoever_has_a_related_concept_has_the_widest_of_them_too() -> None:
    vocabulary = load_vocabulary()
    for concept in vocabulary.concepts:
        below, above = vocabulary.descendants(concept), vocabulary.ancestors(concept)
        subject = replace(PLAIN, concepts=(concept, *below), above=above).subject
        assert subject.widest in subject.related
        for related in subject.related:
            assert subject.widest in (related, *vocabulary.ancestors(related))


def test_partial_evidence_counts_less_for_a_main_focus_on_something_else() -> None:
    partly = [
        clause["boosting"] for clause in part(PLAIN, "fit")["dis_max"]["queries"] if "boosting" in clause
    ]
    assert [clause["_name"] for clause in partly] == ["why.step1.partly", "why.step2.partly"]
    for clause in partly:
        assert (clause["negative"], clause["negative_boost"]) == (ELSEWHERE, 0.75)


def test_partial_evidence_counts_a_little_less_for_a_main_focus_on_a_condition_beside() -> None:
    question = replace(PLAIN, beside=("gallbladder_cancer",))
    clauses = part(question, "fit")["dis_max"]["queries"]
    partly = [clause["boosting"]["positive"] for clause in clauses if "boosting" in clause]
    assert [clause["boosting"]["negative_boost"] for clause in partly] == [0.93, 0.93]
    for clause in partly:
        assert clause["boosting"]["negative"] == {"terms": {"main_concepts": ["gallbladder_cancer"]}}


def test_the_main_specialty_counts_whole_on_the_first_open_step_and_half_on_the_second() -> None:
    ladder = (*LADDER, LadderStep(4, "Surgeons", ("general_surgery",), False))
    found = part(replace(PLAIN, ladder=ladder), "specialty")["dis_max"]["queries"]
    weight = PROFILE.parts[PartName.SPECIALTY].weight
    assert [(c["constant_score"]["filter"], c["constant_score"]["boost"]) for c in found] == [
        ({"terms": {"main_specialties": ["medical_oncology"]}}, weight),
        ({"terms": {"main_specialties": ["general_surgery"]}}, weight / 2),
    ]
    with pytest.raises(AssertionError, match="no part"):
        part(replace(PLAIN, ladder=LADDER[:2]), "specialty")


def test_an_academic_title_scores_only_where_the_concept_is_proved() -> None:
    academic = part(PLAIN, "attributes.academic")["constant_score"]["filter"]["bool"]
    assert academic == {
        "filter": [{"term": {"attributes": "academic"}}, {"term": {"concepts": "bile_duct_cancer"}}]
    }


def test_evidence_of_a_narrower_concept_counts_less() -> None:
    functions = part(PLAIN, "evidence.trial")["nested"]["query"]["function_score"]["functions"]
    narrower = {"bool": {"must_not": [{"term": {"evidence.concept": "bile_duct_cancer"}}]}}
    assert functions[2] == {"filter": narrower, "weight": 0.7}
    alone = replace(PLAIN, concepts=("bile_duct_cancer",))
    assert len(part(alone, "evidence.trial")["nested"]["query"]["function_score"]["functions"]) == 2


def test_evidence_multiplies_its_weight_by_value_and_age_and_the_best_piece_counts() -> None:
    nested = part(PLAIN, "evidence.trial")["nested"]
    assert nested["score_mode"] == "max"
    scored = nested["query"]["function_score"]
    assert scored["boost_mode"] == scored["score_mode"] == "multiply"
    assert scored["query"]["constant_score"]["boost"] == PROFILE.parts[PartName.TRIAL].weight
    about = About(EvidenceKind.TRIAL, "bile_duct_cancer", tuple(PLAIN.broader)).pieces()
    assert scored["query"]["constant_score"]["filter"]["bool"]["filter"] == [about]
    age = {"origin": "2026-11-23", "scale": "1826d", "decay": 0.5}
    assert scored["functions"][1] == {"exp": {"evidence.as_of": age}}


def test_every_scoring_clause_has_the_name_of_a_part_and_distance_only_with_a_place() -> None:
    def names(question: Question) -> set[str]:
        should = specialists_body(question)["query"]["bool"]["should"]
        return {next(iter(clause.values())).get("_name", REST) for clause in should}

    everything = {name.value for name in PROFILE.parts}
    assert names(TIED) == everything - {"distance"}
    assert names(asking()) == everything - {"independence"}
    assert names(PLAIN) == everything - {"distance", "independence"}


def test_what_counts_as_the_role_comes_from_the_profile() -> None:
    doubt = replace(PLAIN, profile=load_profiles()["doubt"])
    should = specialists_body(doubt)["query"]["bool"]["should"]
    (role,) = [clause["constant_score"] for clause in should if "constant_score" in clause
               and clause["constant_score"]["_name"] == "role"]  # fmt: skip
    assert role["filter"] == {"terms": {"roles": ["pathology", "imaging"]}}


def proved(should: list[dict[str, Any]]) -> dict[str, Any]:
    """The clause of the part that scores proved independence."""
    named = [clause["constant_score"] for clause in should if "constant_score" in clause]
    (found,) = [each for each in named if "_name" not in each]
    return dict(found)


def test_only_proved_independence_scores() -> None:
    should = specialists_body(TIED)["query"]["bool"]["should"]
    untied = replace(TIED, excluded_keys={})  # who is tied has been taken out already
    assert proved(should)["filter"] == clause_of_verdict(VerdictAsked.INDEPENDENT, untied.scope())


def test_the_surgeon_is_looked_for_whatever_kind_of_doctor_was_asked_for() -> None:
    question = asking(role=RoleAsked.MEDICAL, specialty="medical_oncology")
    search = specialists_body(question)
    body = surgeon_body(question, search)
    filters = body["query"]["bool"]["filter"]
    assert {"term": {"roles": "surgery"}} in filters
    assert {"term": {"roles": "medical"}} not in filters
    assert {"term": {"specialties": "medical_oncology"}} not in filters
    assert (body["size"], body["query"]["bool"]["should"]) == (1, search["query"]["bool"]["should"])


def test_further_hits_follow_on_the_last_one_without_counting_again() -> None:
    body = further_body(TIED, [0.5, an_npi(1)], 30)
    assert (body["search_after"], body["size"]) == ([0.5, an_npi(1)], 30)
    assert "aggs" not in body
    assert BREAKING in body["query"]["bool"]["must_not"]


def test_the_order_is_score_then_distance_then_npi() -> None:
    assert [next(iter(by)) for by in specialists_body(asking())["sort"]] == ["_score", "_geo_distance", "npi"]
    assert [next(iter(by)) for by in specialists_body(PLAIN)["sort"]] == ["_score", "npi"]


def test_a_later_page_begins_after_the_last_result_shown() -> None:
    position = Position("g", date(2026, 1, 1), "f", 20, (0.5, 3.25, an_npi(1)))
    assert specialists_body(asking(position=position))["search_after"] == [0.5, 3.25, an_npi(1)]
    assert "search_after" not in specialists_body(PLAIN)


def test_who_was_shown_ahead_of_time_is_left_out_of_a_later_page_and_counted_all_the_same() -> None:
    position = Position("g", date(2026, 1, 1), "f", 20, (0.5, an_npi(1)), (an_npi(2),))
    body = specialists_body(asking(position=position))
    assert body["post_filter"] == {"bool": {"must_not": [{"ids": {"values": [an_npi(2)]}}]}}


def test_whole_documents_are_asked_for_since_choosing_fields_costs_the_engine_more() -> None:
    assert "_source" not in specialists_body(TIED) | specialists_body(PLAIN)


def test_facets_are_counted_only_where_asked_for_and_without_the_excluded() -> None:
    assert "aggs" not in specialists_body(PLAIN)
    counted = replace(TIED, criteria=replace(TIED.criteria, facets=True))
    body = specialists_body(counted)
    assert BREAKING in body["query"]["bool"]["must_not"]
    assert {"specialty.terms", "state.terms", "verdict.named", "trials.named"} <= set(body["aggs"])
    assert facet_bodies(counted) == {}


def test_a_facet_that_was_asked_for_is_counted_without_its_own_filter() -> None:
    question = replace(TIED, criteria=replace(TIED.criteria, facets=True, state="MD", language="es"))
    assert "state.terms" not in specialists_body(question)["aggs"]
    bodies = facet_bodies(question)
    assert list(bodies) == ["state", "language"]
    assert bodies["state"]["query"]["bool"]["filter"][2:] == [{"term": {"languages": "es"}}]
    assert bodies["state"]["query"]["bool"]["must_not"][1] == BREAKING
    assert bodies["state"]["aggs"]["state.named"]["filters"]["filters"] == {
        "MD": {"term": {"licence_states": "MD"}}
    }


def test_verdicts_are_counted_only_with_a_prior_doctor() -> None:
    counted = specialists_body(replace(PLAIN, criteria=SearchCriteria("x", facets=True)))
    assert "verdict.named" not in counted["aggs"]


def test_explaining_scores_one_person_and_names_whether_the_search_would_find_that_person() -> None:
    body = explaining_body(TIED, [an_npi(5)])
    assert body["query"]["bool"]["filter"] == [{"ids": {"values": [an_npi(5)]}}]
    found = body["query"]["bool"]["should"][-1]["constant_score"]
    assert (found["_name"], found["boost"]) == (FOUND, 0.0)
    assert found["filter"]["bool"]["must_not"][1] == BREAKING
    assert "post_filter" not in body


def test_an_empty_answer_is_asked_again_without_each_facet_and_without_all() -> None:
    question = replace(TIED, criteria=replace(TIED.criteria, state="MD", language="es"))
    bodies = emptied_bodies(question)
    assert list(bodies) == ["state", "language", "seen", "together"]
    assert {"term": {"licence_states": "MD"}} not in bodies["state"]["query"]["bool"]["filter"]
    assert {"term": {"languages": "es"}} in bodies["state"]["query"]["bool"]["filter"]
    assert len(bodies["seen"]["query"]["bool"]["must_not"]) == 1
    assert bodies["together"]["query"]["bool"]["filter"] == [{"term": {"is_candidate": True}}, TREATS]
    assert emptied_bodies(PLAIN) == {}


def test_only_where_tied_people_are_shown_the_score_looks_for_breaking_ties() -> None:
    shown = replace(TIED, criteria=replace(TIED.criteria, show_tied=True))
    found = [
        BREAKING
        in proved(specialists_body(question)["query"]["bool"]["should"])["filter"]["bool"]["must_not"]
        for question in (TIED, shown)
    ]
    assert found == [False, True]
