"""The searches of the relevance bench and their truth: fixed words, doctors seen of the world at hand."""

from collections import Counter
from dataclasses import replace

import pytest

from finder.criteria import AgesAsked, RoleAsked
from ingest.demo.data import Rules, load_rules
from ingest.relevance_queries import Asked, Truth, Way, asked_of, judged_of, prior_doctor


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


@pytest.fixture(scope="module")
def asked(rules: Rules) -> tuple[Asked, ...]:
    return asked_of(rules)


def test_every_condition_is_asked_in_each_way_and_each_search_has_its_own_id(
    rules: Rules, asked: tuple[Asked, ...]
) -> None:
    assert len(asked) >= 200
    assert Counter(one.way for one in asked) == dict.fromkeys(Way, len(rules.conditions))
    assert len({one.query_id for one in asked}) == len(asked)


def test_the_searches_are_the_same_every_time_and_others_with_another_seed(
    rules: Rules, asked: tuple[Asked, ...]
) -> None:
    assert asked_of(rules) == asked
    assert asked_of(rules, seed=2) != asked


def test_a_misspelt_search_differs_from_its_twin_in_the_words_alone(asked: tuple[Asked, ...]) -> None:
    right = {one.condition_id: one.criteria for one in asked if one.way is Way.LABEL}
    wrong = {one.condition_id: one.criteria for one in asked if one.way is Way.MISSPELT}
    for condition, criteria in wrong.items():
        assert replace(criteria, words=right[condition].words) == right[condition]
    assert sum(wrong[c].words != right[c].words for c in wrong) > 0.9 * len(wrong)


def test_what_only_children_have_is_asked_for_a_child_and_a_role_is_one_that_attends_to_it(
    rules: Rules, asked: tuple[Asked, ...]
) -> None:
    asked_by_role = {one.condition_id: one.criteria for one in asked if one.way is Way.ROLE}
    assert asked_by_role["childhood_leukemia"].ages is AgesAsked.CHILD
    assert asked_by_role["pancreatic_cancer"].role in (
        RoleAsked.SURGERY, RoleAsked.MEDICAL, RoleAsked.RADIATION, RoleAsked.PATHOLOGY,
    )  # fmt: skip


def a_truth(one: Asked, *zips: str) -> Truth:
    people = {f"n{n}": {"sites": [{"zip": zip_code}]} for n, zip_code in enumerate(zips)}
    return Truth(people, {one.condition_id: dict.fromkeys(people, 1)})


def test_the_doctor_seen_treats_the_condition_near_the_place(asked: tuple[Asked, ...]) -> None:
    one = next(one for one in asked if one.way is Way.SEEN)
    there = one.market.zip3[0] + "01"
    assert prior_doctor(one, a_truth(one, "99999", there)) == "n1"
    assert prior_doctor(one, a_truth(one, "99999")) is None


def test_only_the_searches_with_a_doctor_seen_name_one(asked: tuple[Asked, ...]) -> None:
    ours = [one for one in asked if one.condition_id == "glioma"]
    truth = a_truth(ours[0], *(f"{one.market.zip3[0]}01" for one in ours))
    judged = {found.query_id: found for found in judged_of(ours, truth)}
    assert judged["glioma/seen"].criteria.seen
    assert not judged["glioma/label"].criteria.seen
    assert judged["glioma/label"].grades == truth.judgments["glioma"]
