"""The sums of the relevance bench: means, pairs, intervals, weakest searches, goals, and their text."""

from typing import Any

import pytest

from finder.criteria import SearchCriteria
from ingest.bench_relevance import held_out_figures
from ingest.demo.data import load_rules
from ingest.relevance_figures import (
    Scored,
    compared,
    figures,
    goals,
    grouped,
    interval,
    misspelling,
    overall_and_by_area,
    weakest,
    worst_seed,
)
from ingest.relevance_queries import Asked, Way
from ingest.relevance_text import relevance_text

MARKET = load_rules().markets[0]


def a_scored(
    ndcg: float | None, *, seed: int = 1, condition: str = "glioma", way: Way = Way.LABEL, **changes: Any
) -> Scored:
    words = changes.pop("words", f"{condition} {way}")
    asked = Asked(f"{condition}/{way}", condition, "cancer", condition, way, SearchCriteria(words), MARKET)
    fields: dict[str, Any] = {
        "ndcg_exponential": ndcg, "is_right_step": None, "is_right_step_or_closer": None,
        "is_right_step_as_read": None, "is_right_step_where_shown": None, "is_expert_first": None,
        "precision": None, "is_empty": False, "best_grade": 3, "concept_id": "glioma", "baselines": {},
    }  # fmt: skip
    nearest = Scored(seed, asked, None if ndcg is None else 0.1, **fields)
    return Scored(seed, asked, ndcg, **{**fields, "baselines": {"distance": nearest}, **changes})


def test_what_does_not_exist_for_a_search_is_left_out_of_the_mean_and_counted() -> None:
    found = figures([a_scored(1.0, is_right_step=True), a_scored(0.5), a_scored(None, is_empty=True)])
    assert (found["searches"], found["ndcg_at_10"]) == (2, 0.75)
    assert (found["right_step_first"], found["searches_with_an_expert"]) == (1.0, 1)
    assert found["zero_results"] == 0.0
    assert found["precision_at_3"] is None


def test_the_worst_seed_is_the_one_with_the_lowest_ndcg() -> None:
    by_seed = grouped([a_scored(0.9, seed=1), a_scored(0.4, seed=2)], lambda one: str(one.seed))
    assert worst_seed(by_seed)["seed"] == 2


def test_searches_with_nobody_to_find_make_no_group() -> None:
    assert list(grouped([a_scored(0.9), a_scored(None, seed=2)], lambda one: str(one.seed))) == ["1"]


def test_misspelling_is_measured_in_pairs_of_one_world_whose_words_differ() -> None:
    found = misspelling(
        [
            a_scored(1.0),
            a_scored(0.6, way=Way.MISSPELT, concept_id="glaucoma"),
            a_scored(1.0, condition="als", words="als"),
            a_scored(0.0, condition="als", way=Way.MISSPELT, words="als"),
            a_scored(0.0, condition="lupus", way=Way.MISSPELT),
        ]
    )
    assert found == {"pairs": 1, "right": 1.0, "misspelt": 0.6, "loss": 0.4, "other_concept": 1.0}


def test_an_interval_holds_the_mean_and_is_the_same_every_time() -> None:
    groups = [[0.1], [0.2, 0.2, 0.2], [0.3], [0.9]]
    low, high = interval(groups)
    assert low < 1.9 / 6 < high
    assert interval(groups) == (low, high)
    assert interval([[0.5], [0.5, 0.5]]) == (0.5, 0.5)


def test_one_search_in_many_worlds_is_one_draw_of_the_interval() -> None:
    alone = compared([a_scored(0.9), a_scored(0.3, condition="als")])["distance"]
    worlds = [
        a_scored(ndcg, seed=seed, condition=condition)
        for seed in range(8)
        for ndcg, condition in ((0.9, "glioma"), (0.3, "als"))
    ]
    assert compared(worlds)["distance"] == alone
    assert alone["gain"] == pytest.approx(0.5)
    assert alone["gain_low"] == pytest.approx(0.2)


def test_a_baseline_has_every_figure_by_area_too() -> None:
    scored = [a_scored(0.9), a_scored(0.7, way=Way.MISSPELT), a_scored(0.3, condition="als")]
    ours, theirs = overall_and_by_area(scored), overall_and_by_area([s.baselines["distance"] for s in scored])
    assert ours["misspelling_by_area"]["cancer"]["loss"] == 0.2
    assert theirs["by_area"]["cancer"]["ndcg_at_10"] == theirs["overall"]["ndcg_at_10"] == 0.1
    assert theirs.keys() == ours.keys()


def test_the_weakest_searches_are_told_with_the_mean_of_their_worlds() -> None:
    rows = weakest([a_scored(0.9), a_scored(0.1, condition="als"), a_scored(0.3, condition="als", seed=2)], 1)
    assert [(row["search"], row["worlds"], row["ndcg_at_10"]) for row in rows] == [("als/label", 2, 0.2)]


def test_a_goal_that_is_missed_or_was_not_measured_does_not_hold() -> None:
    overall = {"ndcg_at_10": 0.9, "right_step_first": None, "zero_results": 0.01}
    baselines = {"distance": {"gain": 0.15, "gain_low": 0.0}}
    assert [row["holds"] for row in goals(overall, baselines)] == [True, False, False, True, False]


def test_held_out_shares_count_those_only_whose_link_went() -> None:
    world = {
        "sampled": 3,
        "struck": 2,
        "before": {50: {"a": 1, "b": 2, "c": None}, 500: {"a": 1, "b": None, "c": None}},
        "after": {50: {"a": 3, "b": None}, 500: {"a": None, "b": None}},
    }
    found = held_out_figures([world])
    assert found["within_50_miles"] == {"before": 1.0, "after": 0.5}
    assert found["within_500_miles"] == {"before": 0.5, "after": 0.0}


def test_the_text_says_which_goal_is_missed() -> None:
    scored = [a_scored(0.5), a_scored(0.4, way=Way.MISSPELT)]
    ours, by_seed = overall_and_by_area(scored), grouped(scored, lambda one: str(one.seed))
    against, theirs = compared(scored), overall_and_by_area([one.baselines["distance"] for one in scored])
    found = {
        "people": 5000, "seeds": 1, "searches_a_world": 2, "gain": "the grade", **ours,
        "worst_seed": worst_seed(by_seed), "by_seed": by_seed, "by_way": by_seed,
        "by_best_grade_in_reach": by_seed,
        "baselines": {"distance": against["distance"] | theirs},
        "held_out_trials": held_out_figures([]), "goals": goals(ours["overall"], against),
        "weakest": weakest(scored),
    }  # fmt: skip
    text = relevance_text(found)
    assert "MISSED: ndcg_at_10 0.45 (at least 0.9)" in text
    assert "holds: zero_results 0.0 (below 0.01)" in text
    assert "distance: cancer" in text
