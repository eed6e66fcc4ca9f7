"""The scores of a search by judgments: nDCG, the right ladder step, precision; no engine."""

import math
from datetime import date
from typing import Any

import pytest

from finder.context import load_context
from finder.criteria import AgesAsked, SearchCriteria
from finder.query import Question
from finder.relevance import EXPONENTIAL, Answer, in_reach, ndcg
from tests.factories import BALTIMORE

PROFILE = load_context().profiles["expert_first"]


def an_answer(
    ranking: str,
    steps: dict[str, int],
    as_read: dict[str, int] | None = None,
    shown: str = "",
    **reachable: int,
) -> Answer:
    read = steps if as_read is None else as_read
    return Answer("q", tuple(ranking), reachable, steps, read, frozenset(shown), "concept")


def a_question(**asked: Any) -> Question:
    criteria = SearchCriteria("glioma", near="21287", within=50, **asked)
    return Question(criteria, (), ("glioma",), PROFILE, date(2026, 1, 1), place=BALTIMORE)


def test_ndcg_takes_the_grade_as_gain_and_falls_with_the_place() -> None:
    found = ndcg({"q": ["b", "a"]}, {"q": {"a": 3, "b": 1}})
    assert found["q"] == pytest.approx((1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3)))


def test_ndcg_with_exponential_gain_weighs_experts_more() -> None:
    found = ndcg({"q": ["b", "a"]}, {"q": {"a": 3, "b": 1}}, EXPONENTIAL)
    assert found["q"] == pytest.approx((1 + 7 / math.log2(3)) / (7 + 1 / math.log2(3)))


def test_an_empty_answer_scores_zero_and_a_search_without_anybody_to_find_is_left_out() -> None:
    assert ndcg({"q": [], "r": ["a"]}, {"q": {"a": 3}, "r": {}}) == {"q": 0.0}


def test_only_the_first_ten_count() -> None:
    strangers = [f"x{n}" for n in range(10)]
    assert ndcg({"q": [*strangers, "a"]}, {"q": {"a": 3}}) == {"q": 0.0}


def test_the_right_step_is_the_closest_one_that_an_expert_in_reach_stands_on() -> None:
    steps = {"a": 2, "b": 1, "c": 2}
    assert an_answer("a", steps, a=1, c=3).is_right_step_first() is True
    assert an_answer("b", steps, b=1, c=3).is_right_step_first() is False
    assert an_answer("a", steps, a=1, b=3, c=3).is_right_step_first() is False


def test_beside_the_right_step_stand_the_other_readings_of_it() -> None:
    closer = an_answer("b", {"b": 1, "c": 2}, b=1, c=3)
    assert (closer.is_right_step_first(), closer.is_right_step_or_closer_first()) == (False, True)
    assert an_answer("b", {"b": 2, "c": 1}, b=1, c=3).is_right_step_or_closer_first() is False
    broader = an_answer("b", {"b": 2, "c": 1}, {"b": 1, "c": 1}, b=1, c=3)
    assert (broader.is_right_step_first(), broader.is_right_step_first_as_read()) == (False, True)


def test_where_no_file_shows_any_expert_the_reading_for_those_shown_has_nothing_to_say() -> None:
    unshown = an_answer("b", {"b": 1, "c": 2}, shown="b", b=1, c=3)
    assert unshown.is_right_step_first_where_shown() is None
    assert an_answer("b", {"b": 1, "c": 2}, shown="c", b=1, c=3).is_right_step_first_where_shown() is False


def test_without_an_expert_in_reach_there_is_no_right_step() -> None:
    assert an_answer("a", {"a": 1}, a=2).is_right_step_first() is None


def test_experts_who_stand_nowhere_or_an_empty_answer_are_no_right_step() -> None:
    assert an_answer("a", {"a": 1}, b=3).is_right_step_first() is False
    assert an_answer("", {"b": 1}, b=3).is_right_step_first() is False


def test_precision_asks_for_no_more_than_there_are_in_reach() -> None:
    assert an_answer("abc", {}, a=2, b=3, c=2).precision() == 1.0
    assert an_answer("xab", {}, a=2, b=3).precision() == 0.5
    assert an_answer("xyz", {}, a=1).precision() is None


def test_reach_is_what_the_filters_and_the_doctors_seen_leave_and_nothing_about_the_condition() -> None:
    clause = in_reach(a_question(ages=AgesAsked.CHILD))["bool"]
    assert any("geo_distance" in one for one in clause["filter"])
    assert "child" in str(clause["filter"])
    assert "glioma" not in str(clause)
