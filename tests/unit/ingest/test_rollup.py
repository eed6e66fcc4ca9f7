"""Narrow counts belong to broader concepts, and only what says something new is told."""

from ingest.rollup import widened, worth_telling

ABOVE = {"a": ("ab", "top"), "b": ("ab", "top"), "ab": ("top",), "top": ()}


def test_a_broader_concept_gets_the_largest_weight_that_leads_to_it_once() -> None:
    assert widened([("a", 0.4), ("b", 0.7)], ABOVE) == (("a", 0.4), ("ab", 0.7), ("b", 0.7), ("top", 0.7))


def test_a_broader_concept_that_gathers_no_more_than_one_below_it_is_not_told() -> None:
    assert worth_telling({"a": 5.0, "ab": 5.0, "top": 5.0}, ABOVE) == ["a"]
    assert worth_telling({"a": 5.0, "b": 1.0, "ab": 6.0, "top": 6.0}, ABOVE) == ["a", "ab", "b"]
    assert worth_telling({"a": 5.0, "ab": 5.0, "top": 9.0}, ABOVE) == ["a", "top"]
