"""The filter registry: every facet is a parameter, and clauses of verdicts follow the truth table."""

from dataclasses import fields

import pytest

from finder.criteria import SearchCriteria
from finder.facets import FACETS, Scope, VerdictAsked
from finder.independence import Verdict

BY_NAME = {facet.name: facet for facet in FACETS}
SCOPE = Scope(("c",), ("group:1",), ("phone:2",), "group+system", False, True)


def test_every_facet_is_a_parameter_of_a_search_with_the_same_default_and_has_words() -> None:
    defaults = {field.name: field.default for field in fields(SearchCriteria)}
    for facet in FACETS:
        assert defaults[facet.name] == facet.default
        assert facet.label and facet.help.endswith(".")
        assert bool(facet.counted_field) != bool(facet.choices)
        assert (facet.default is False) == (facet.metavar is None)


def test_every_choice_can_be_read_and_described() -> None:
    for facet in FACETS:
        for value in facet.choices:
            read = facet.parse(value)
            assert facet.is_asked(read)
            assert facet.text(read) == value
            assert facet.describes(read)
        assert facet.text(facet.default) is None


def test_the_verdicts_asked_for_are_those_that_are_given() -> None:
    assert {v.value for v in VerdictAsked} == {v.value for v in Verdict}
    assert set(BY_NAME["verdict"].choices) == {v.value for v in Verdict}


@pytest.mark.parametrize("verdict", ["independent", "some_tie"])
def test_nobody_is_independent_of_a_doctor_of_whom_too_little_is_known(verdict: str) -> None:
    gap = Scope(("c",), ("group:1",), ("phone:2",), "group+system", True, True)
    assert BY_NAME["verdict"].clause(verdict, gap) == {"match_none": {}}
    assert BY_NAME["verdict"].clause("unknown", gap) == {
        "bool": {"must_not": [{"terms": {"tie_keys": ["group:1"]}}]}
    }


def test_independent_means_settled_on_both_sides_and_nothing_shared() -> None:
    assert BY_NAME["verdict"].clause("independent", SCOPE) == {
        "bool": {
            "filter": [{"term": {"tie_kinds_together": "group+system"}}],
            "must_not": [{"terms": {"tie_keys": ["group:1"]}}, {"terms": {"tie_keys": ["phone:2"]}}],
        }
    }


def test_trials_are_those_on_the_condition_itself() -> None:
    about = BY_NAME["trials"].clause(True, SCOPE)["nested"]["query"]["bool"]["filter"]
    assert about == [{"term": {"evidence.trial": "c"}}]


def test_the_chosen_value_is_counted_even_where_it_is_rare() -> None:
    state = BY_NAME["state"]
    assert set(state.counted(SCOPE, None)) == {"terms"}
    assert state.counted(SCOPE, "WY")["named"]["filters"]["filters"] == {
        "WY": {"term": {"licence_states": "WY"}}
    }
