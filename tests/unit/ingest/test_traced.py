"""Tables note what they are asked for, found or not, and say the same as before."""

from dataclasses import replace

from ingest.traced import common, entries, short, traced
from tests.unit.ingest.known import known


def test_every_kind_of_question_is_noted_and_answered_as_before() -> None:
    before = known()
    reference = replace(
        before.reference, plans={"P1": "Plan"}, crowded_phones=frozenset({"4105550100"}), cms_codes={}
    )
    noting, asked = traced(replace(before, reference=reference))
    assert noting.reference.plans.get("P1") == noting.reference.plans["P1"] == "Plan"
    assert noting.reference.plans.get("P2", "none") == "none"
    assert "4105550100" in noting.reference.crowded_phones
    assert "x" not in noting.reference.cms_codes
    assert asked == {
        ("plans", "P1"), ("plans", "P2"), ("crowded_phones", "4105550100"), ("cms_codes", "x")
    }  # fmt: skip


def test_an_entry_that_says_something_else_differs_and_others_do_not() -> None:
    before = known()
    reference = replace(before.reference, plans={"P1": "Plan", "P2": "Other"})
    first = dict(entries(replace(before, reference=reference)))
    second = dict(
        entries(replace(before, reference=replace(reference, plans={"P1": "Renamed", "P2": "Other"})))
    )
    assert {key for key in first if first[key] != second[key]} == {short("plans", "P1")}


def test_whose_people_are_fictional_concerns_everybody() -> None:
    assert common(known()) != common(replace(known(), is_demonstration=not known().is_demonstration))
