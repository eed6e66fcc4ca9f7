"""The bench of doctors already seen compares each search with itself, and one slow moment says nothing."""

import numpy as np

from ingest.bench_priors import _compared, _medians


def test_of_each_search_the_median_round_counts_so_that_one_slow_round_says_nothing() -> None:
    times = {"without": [[10.0, 10.0, 900.0]], "with": [[11.0, 800.0, 11.0]]}
    assert (_medians(times, "without"), _medians(times, "with")) == ([10], [11])


def test_the_share_is_that_of_all_searches_together_and_its_interval_spans_them() -> None:
    found = _compared([10, 30], [20, 30])
    assert (found["without_ms"], found["with_ms"], found["added"]) == (20, 25, 0.25)
    assert found["added_interval"] == [0.0, 1.0]


def test_of_the_rounds_of_the_engines_account_a_slow_one_says_nothing_either() -> None:
    assert _compared([10, 10, 10], [11, 11, 90], middle=np.median)["added"] == 0.1
