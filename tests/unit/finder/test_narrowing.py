"""When scoring a few is tried, whom it leaves out, and when its answer is that of scoring everybody."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from finder.concepts import LadderStep
from finder.criteria import SearchCriteria, SortAsked
from finder.documents import EvidenceKind as Kind
from finder.evidence_fields import MOST, TOP, About, class_of
from finder.narrowing import (
    MANY_PEOPLE,
    WEAK,
    Narrowed,
    counted,
    counted_with_tied,
    joined,
    may_narrow,
    narrowed,
    newest_of,
    told_apart,
)
from finder.query import Question, most_possible, specialists_body, tied_body
from finder.ranking import PartName, load_profiles

PROFILE = load_profiles()["expert_first"]
LADDER = (LadderStep(1, "Mainly treats it", ("hepatology",), True, "bile_duct_cancer"),)
UNDATED = dict.fromkeys(Kind)  # so that age takes nothing off
FIVE_YEARS_AGO = date(2021, 11, 23)
ASKED = Question(SearchCriteria("x"), LADDER, ("bile_duct_cancer",), PROFILE, date(2026, 11, 23))


def hits(*scores: float) -> dict[str, Any]:
    return {"hits": {"hits": [{"_id": str(n), "_score": score} for n, score in enumerate(scores)]}}


def test_a_few_are_scored_only_among_many_people_and_in_the_order_of_the_score() -> None:
    assert may_narrow(ASKED, MANY_PEOPLE)
    assert not may_narrow(ASKED, MANY_PEOPLE - 1)
    assert not may_narrow(replace(ASKED, criteria=SearchCriteria("x", sort=SortAsked.NEAREST)), MANY_PEOPLE)


def test_the_nearer_people_must_be_the_less_evidence_is_asked_for_at_first() -> None:
    radii = (5, 10, 11, 100, 500, None)
    found = [narrowed(replace(ASKED, criteria=SearchCriteria("x", within=miles)), UNDATED) for miles in radii]
    strong = [few.strong for few in found if few]
    assert len(strong) == len(radii) and strong == sorted(strong)
    assert strong[0] == strong[1] < strong[2] == strong[3] < strong[4] < strong[5]


def test_nobody_who_is_left_out_can_score_more_than_is_said() -> None:
    found = narrowed(ASKED, UNDATED)
    assert found
    trial, procedure = (PROFILE.parts[name].weight for name in (PartName.TRIAL, PartName.PROCEDURE))
    assert trial > procedure  # the heaviest two
    rest = most_possible(ASKED) - trial - procedure
    for strong in (1.2, 0.9, 0.5, 0.1):
        few = replace(found, strong=strong)
        assert few.most == pytest.approx(most_possible(ASKED) - trial - procedure * (1 - strong), abs=0.002)
        body = few.body(specialists_body(ASKED))
        left_out = [values for values in GRID if not is_looked_at(body, *values)]
        assert left_out
        assert max(rest + trial * t + procedure * p for t, p in left_out) <= few.most
        assert not is_looked_at(body, 0.0, strong - 0.01)
        assert is_looked_at(body, 0.0, strong) is (strong <= 1)


def test_who_has_more_of_the_heaviest_evidence_needs_less_of_the_next() -> None:
    found = narrowed(ASKED, UNDATED)
    assert found
    body = replace(found, strong=0.9).body(specialists_body(ASKED))
    least = [min(p for t_, p in GRID if t_ == t and is_looked_at(body, t, p)) for t in (0.0, 0.29, 0.4, 0.8)]
    assert least[0] == 0.9 > least[1] > 0.5 > least[2] > 0.3 > least[3] == 0.0


def test_age_takes_off_what_it_takes_off_the_newest_evidence_of_a_kind() -> None:
    fresh, aged = (narrowed(ASKED, newest) for newest in (UNDATED, {**UNDATED, "procedure": FIVE_YEARS_AGO}))
    assert fresh and aged
    procedure = PROFILE.parts[PartName.PROCEDURE].weight
    assert fresh.best - aged.best == pytest.approx(procedure / 2, abs=0.001)  # its half-life is five years
    assert aged.about[1] == (pytest.approx(procedure / 2, abs=0.001), fresh.about[1][1])
    assert narrowed(ASKED, {**UNDATED, "procedure": ASKED.now}) == fresh
    assert narrowed(ASKED, {"trial": None}) is None  # nothing else is known of anybody


def test_everybody_is_scored_where_evidence_decides_little() -> None:
    for name, miles, is_narrow in (
        ("expert_first", 50, True), ("surgery", 50, False), ("surgery", None, True), ("doubt", None, False),
    ):  # fmt: skip
        asked = replace(ASKED, profile=load_profiles()[name], criteria=SearchCriteria("x", within=miles))
        assert bool(narrowed(asked, UNDATED)) is is_narrow


def test_the_newest_day_of_a_kind_is_none_where_some_piece_has_no_date() -> None:
    buckets = [
        {"key": "trial", "newest": {"value": 1_700_000_000_000.0}, "undated": {"doc_count": 0}},
        {"key": "center", "newest": {"value": None}, "undated": {"doc_count": 3}},
    ]
    answer = {"aggregations": {"evidence": {"kinds": {"buckets": buckets}}}}
    assert newest_of(answer) == {"trial": date(2023, 11, 14), "center": None}


GRID = [(t / 100, p / 100) for t in range(101) for p in range(101)]


def is_looked_at(body: Mapping[str, Any], *values: float, is_of_specialty: bool = True) -> bool:
    """Whether the narrowing filter of a body lets somebody through with these strengths of the two kinds."""
    of_kinds = {
        kind: (value, value) for kind, value in zip((Kind.TRIAL, Kind.PROCEDURE), values, strict=True)
    }
    return is_let_through(body, of_kinds, is_of_specialty=is_of_specialty)


def is_let_through(
    body: Mapping[str, Any], of_kinds: Mapping[Kind, tuple[float, float]], *, is_of_specialty: bool = True
) -> bool:
    """The same of strengths by kind on the concept itself, and on or below it; 0 is none."""
    names = {
        f"{kind.value}.bile_duct_cancer{mark}{class_of(value)}"
        for kind, both in of_kinds.items()
        for mark, value in zip("=:", both, strict=True)
        if value > 0
    }

    def holds(clause: Mapping[str, Any]) -> bool:
        if "bool" in clause:
            either = clause["bool"].get("should")
            return any(map(holds, either)) if either else all(map(holds, clause["bool"]["filter"]))
        if "match_none" in clause:
            return False
        return is_of_specialty if MOST not in clause["terms"] else not names.isdisjoint(clause["terms"][MOST])

    return holds(body["query"]["bool"]["filter"][-1])


def test_who_lacks_the_best_specialty_needs_more_evidence_and_cannot_score_more_either() -> None:
    ladder = (
        *LADDER,
        LadderStep(2, "a", ("medical_oncology",), False),
        LadderStep(3, "b", ("surgery",), False),
    )
    asked = replace(ASKED, ladder=ladder)
    found = narrowed(asked, UNDATED)
    assert found
    trial, procedure, specialty = (
        PROFILE.parts[name].weight for name in (PartName.TRIAL, PartName.PROCEDURE, PartName.SPECIALTY)
    )
    assert found.specialty == {"terms": {"main_specialties": ["medical_oncology"]}}
    assert found.lacking == pytest.approx(specialty / 2)
    few = replace(found, strong=0.7)
    body = few.body(specialists_body(asked))
    rest = most_possible(asked) - trial - procedure - specialty / 2
    left_out = [values for values in GRID if not is_looked_at(body, *values, is_of_specialty=False)]
    assert max(rest + trial * t + procedure * p for t, p in left_out) <= few.most
    assert is_looked_at(body, 0.0, 0.75)
    assert not is_looked_at(body, 0.0, 0.75, is_of_specialty=False)


def test_the_most_that_is_possible_is_all_that_is_measured() -> None:
    body = specialists_body(ASKED)
    assert len(body["query"]["bool"]["should"]) < len(PROFILE.parts)
    without_place = sum(
        part.weight
        for name, part in PROFILE.parts.items()
        if name not in (PartName.DISTANCE, PartName.INDEPENDENCE, PartName.UNTIED, PartName.LIKENESS)
    )
    assert 0 < most_possible(ASKED) <= without_place


OF = (About(Kind.TRIAL, "bile_duct_cancer"), About(Kind.PROCEDURE, "bile_duct_cancer"))
HALVES = Narrowed(((0.4, OF[0]), (0.4, OF[1])), 1.0, 0.5)  # who is left out scores 0.4 and the margin at most


@pytest.mark.parametrize(("last", "size", "is_sure"), [(0.41, 2, True), (0.4, 2, False), (0.9, 3, False)])
def test_an_answer_is_sure_where_a_full_page_stands_above_everybody_else(
    last: float, size: int, is_sure: bool
) -> None:
    assert HALVES.is_sure({"size": size}, hits(0.95, last)) is is_sure


def test_after_a_full_page_that_is_not_sure_the_next_one_leaves_nobody_out_who_could_be_as_good() -> None:
    whole = specialists_body(replace(ASKED, criteria=SearchCriteria("x", size=2)))
    way = HALVES.wider(whole, hits(0.5, 0.3))
    assert way and way.is_sure(whole, hits(0.5, 0.3))
    strong = min(p for t, p in GRID if t == 0 and is_looked_at(way.body(whole), t, p))
    assert strong == pytest.approx(0.25 - 1 / TOP)  # the class in which it begins
    assert replace(HALVES, strong=strong).most < 0.3
    assert HALVES.wider(whole, hits(0.5, 0.2)) is None  # nobody at all could be left out
    assert HALVES.wider(whole, hits(0.5)) is None


def test_where_a_page_is_not_full_half_as_much_is_asked_for_until_it_is_little() -> None:
    whole = specialists_body(replace(ASKED, criteria=SearchCriteria("x", size=2)))
    assert replace(HALVES, strong=0.8).wider(whole, hits(0.5)) == replace(HALVES, strong=0.4)
    assert replace(HALVES, strong=2 * WEAK).wider(whole, hits()) is None


KIN = replace(ASKED, concepts=("bile_duct_cancer", "a"))  # what is only below counts partly


def test_evidence_of_something_narrower_must_be_stronger_by_what_it_counts_less() -> None:
    found = narrowed(KIN, UNDATED)
    assert found
    share = PROFILE.standing.kin
    assert [about.kin for _weight, about in found.about] == [share, share]
    trial, procedure = (weight for weight, _about in found.about)
    few = replace(found, strong=0.6)
    body = few.body(specialists_body(KIN))
    levels = [(own / 20, below / 20) for below in range(21) for own in range(below + 1)]
    left_out = [
        (of_trial, of_procedure)
        for of_trial, of_procedure in itertools.product(levels, levels)
        if not is_let_through(body, {Kind.TRIAL: of_trial, Kind.PROCEDURE: of_procedure})
    ]
    rest = most_possible(KIN) - trial - procedure
    best = max(
        rest + trial * max(t, share * t_below) + procedure * max(p, share * p_below)
        for (t, t_below), (p, p_below) in left_out
    )
    assert best <= few.most
    assert is_let_through(body, {Kind.PROCEDURE: (0.6, 0.6)})
    assert not is_let_through(body, {Kind.PROCEDURE: (0.0, 0.8)})  # counts for 0.56
    assert is_let_through(body, {Kind.PROCEDURE: (0.0, 0.9)})


def test_one_count_tells_who_is_left_and_who_is_tied() -> None:
    tied = tied_body(replace(ASKED, excluded_keys={"group": ["group:1"]}))
    assert tied
    whole = specialists_body(ASKED)
    body = counted_with_tied(whole, tied)
    assert body["query"]["bool"]["filter"] == specialists_body(ASKED)["query"]["bool"]["filter"]
    assert body["aggs"]["tied"] == {"filter": {"terms": {"tie_keys": ["group:1"]}}, "aggs": tied["aggs"]}
    later = {**whole, "post_filter": {"b": 2}}  # a later page, which was partly shown
    assert counted_with_tied(later, tied) == {**body, "post_filter": {"b": 2}}
    buckets = {"buckets": {"group": {"doc_count": 4}}}
    answer = {
        "hits": {"total": {"value": 9}},
        "aggregations": {"tied": {"doc_count": 4, "tied": buckets}},
    }
    left, told = told_apart(answer)
    assert left == {"hits": {"total": {"value": 5}}}
    assert told == {"hits": {"total": {"value": 4}}, "aggregations": {"tied": buckets}}


def test_the_counts_are_those_of_everybody_and_the_hits_those_of_the_few() -> None:
    whole = {**specialists_body(ASKED), "aggs": {"a": 1}, "post_filter": {"b": 2}}
    found = narrowed(ASKED, UNDATED)
    assert found
    count, few = counted(whole), found.body(whole)
    assert "should" not in count["query"]["bool"] and (count["size"], count["aggs"]) == (0, {"a": 1})
    assert count["post_filter"] == few["post_filter"] == {"b": 2}
    assert "aggs" not in few and few["track_total_hits"] is True
    assert few["query"]["bool"]["filter"][:-1] == whole["query"]["bool"]["filter"]
    total = {"hits": {"total": {"value": 9}, "hits": []}, "aggregations": {"a": 3}}
    assert joined(total, hits(0.8)) == {
        "hits": {"total": {"value": 9}, "hits": [{"_id": "0", "_score": 0.8}]},
        "aggregations": {"a": 3},
    }
