"""When scoring a few is tried, whom it leaves out, and when its answer is that of scoring everybody."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from finder.concepts import LadderStep
from finder.criteria import SearchCriteria, SortAsked
from finder.documents import EvidenceKind as Kind
from finder.evidence_fields import evidence_about
from finder.narrowing import MANY_PEOPLE, STRONG, Narrowed, counted, joined, narrowed
from finder.query import Question, most_possible, specialists_body
from finder.ranking import PartName, load_profiles

PROFILE = load_profiles()["expert_first"]
LADDER = (LadderStep(1, "Mainly treats it", ("hepatology",), True, "bile_duct_cancer"),)
ASKED = Question(SearchCriteria("x"), LADDER, ("bile_duct_cancer",), PROFILE, date(2026, 11, 23))


def hits(*scores: float) -> dict[str, Any]:
    return {"hits": {"hits": [{"_id": str(n), "_score": score} for n, score in enumerate(scores)]}}


def test_a_few_are_scored_only_among_many_people_without_a_radius_in_the_order_of_the_score() -> None:
    assert narrowed(ASKED, MANY_PEOPLE)
    assert narrowed(ASKED, MANY_PEOPLE - 1) is None
    for criteria in (SearchCriteria("x", within=50), SearchCriteria("x", sort=SortAsked.NEAREST)):
        assert narrowed(replace(ASKED, criteria=criteria), MANY_PEOPLE) is None


def test_nobody_who_is_left_out_can_score_more_than_is_said() -> None:
    found = narrowed(ASKED, MANY_PEOPLE)
    assert found
    trial, procedure = (PROFILE.parts[name].weight for name in (PartName.TRIAL, PartName.PROCEDURE))
    assert trial > procedure  # the heaviest two
    assert found.most == pytest.approx(most_possible(ASKED) - trial - procedure * (1 - STRONG), abs=0.002)
    assert found.most > most_possible(ASKED) - trial - procedure * (1 - STRONG)
    rest = most_possible(ASKED) - trial - procedure
    for strong in (STRONG, 0.5, 0.1):
        few = replace(found, strong=strong)
        body = few.body(specialists_body(ASKED))
        left_out = [values for values in GRID if not is_looked_at(body, *values)]
        assert left_out
        assert max(rest + trial * t + procedure * p for t, p in left_out) <= few.most
        assert not is_looked_at(body, 0.0, strong - 0.01) and is_looked_at(body, 0.0, strong)


def test_who_has_more_of_the_heaviest_evidence_needs_less_of_the_next() -> None:
    found = narrowed(ASKED, MANY_PEOPLE)
    assert found
    body = found.body(specialists_body(ASKED))
    least = [min(p for t_, p in GRID if t_ == t and is_looked_at(body, t, p)) for t in (0.0, 0.29, 0.4, 0.6)]
    assert least[0] == 0.85 > least[1] > 0.5 > least[2] > 0.3 > least[3] == 0.0


GRID = [(t / 100, p / 100) for t in range(101) for p in range(101)]
ABOUT = {
    str(evidence_about(kind, "bile_duct_cancer")): place
    for place, kind in enumerate((Kind.TRIAL, Kind.PROCEDURE))
}


def is_looked_at(body: Mapping[str, Any], *values: float) -> bool:
    """Whether the narrowing filter of a body lets somebody through with these strengths of the two kinds."""

    def holds(clause: Mapping[str, Any]) -> bool:
        if "bool" in clause:
            return all(map(holds, clause["bool"]["filter"]))
        about, *ranges = clause["nested"]["query"]["bool"]["filter"]
        value = values[ABOUT[str(about)]]
        return value > 0 and all(value >= each["range"]["evidence.value"]["gte"] for each in ranges)

    return any(map(holds, body["query"]["bool"]["filter"][-1]["bool"]["should"]))


def test_the_most_that_is_possible_is_all_that_is_measured() -> None:
    body = specialists_body(ASKED)
    assert len(body["query"]["bool"]["should"]) < len(PROFILE.parts)
    without_place = sum(
        part.weight
        for name, part in PROFILE.parts.items()
        if name not in (PartName.DISTANCE, PartName.INDEPENDENCE, PartName.UNTIED, PartName.LIKENESS)
    )
    assert 0 < most_possible(ASKED) <= without_place


HALVES = Narrowed(((0.4, []), (0.4, [])), 1.0, 0.5)  # who is left out scores 0.4 and the margin at most


@pytest.mark.parametrize(("last", "size", "is_sure"), [(0.41, 2, True), (0.4, 2, False), (0.9, 3, False)])
def test_an_answer_is_sure_where_a_full_page_stands_above_everybody_else(
    last: float, size: int, is_sure: bool
) -> None:
    assert HALVES.is_sure({"size": size}, hits(0.95, last)) is is_sure


def test_after_an_unsure_answer_the_next_one_leaves_nobody_out_who_could_be_as_good() -> None:
    whole = specialists_body(replace(ASKED, criteria=SearchCriteria("x", size=2)))
    body = HALVES.wider(whole, hits(0.5, 0.3))
    asked = body["query"]["bool"]["filter"][-1]["bool"]["should"][0]["nested"]["query"]["bool"]["filter"]
    strong = asked[-1]["range"]["evidence.value"]["gte"]
    assert 0.2 < strong < 0.25
    assert replace(HALVES, strong=strong).most < 0.3
    assert HALVES.wider(whole, hits(0.5, 0.2)) == whole  # nobody at all could be left out
    assert HALVES.wider(whole, hits(0.5)) == whole


def test_the_counts_are_those_of_everybody_and_the_hits_those_of_the_few() -> None:
    whole = {**specialists_body(ASKED), "aggs": {"a": 1}, "post_filter": {"b": 2}}
    found = narrowed(ASKED, MANY_PEOPLE)
    assert found
    count, few = counted(whole), found.body(whole)
    assert "should" not in count["query"]["bool"] and (count["size"], count["aggs"]) == (0, {"a": 1})
    assert count["post_filter"] == few["post_filter"] == {"b": 2}
    assert "aggs" not in few and few["track_total_hits"] is False
    assert few["query"]["bool"]["filter"][:-1] == whole["query"]["bool"]["filter"]
    total = {"hits": {"total": {"value": 9}, "hits": []}, "aggregations": {"a": 3}}
    assert joined(total, hits(0.8)) == {
        "hits": {"total": {"value": 9}, "hits": [{"_id": "0", "_score": 0.8}]},
        "aggregations": {"a": 3},
    }
