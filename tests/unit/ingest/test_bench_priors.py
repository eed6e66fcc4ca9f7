"""The bench of doctors already seen compares each search with itself, and one slow moment says nothing."""

from ingest.bench_priors import Took, _compared


def took(*clock: float) -> list[Took]:
    return [Took(each, each / 2) for each in clock]


def test_of_each_search_the_median_round_counts_so_that_one_slow_round_says_nothing() -> None:
    found = _compared([took(10, 10, 900)], [took(11, 800, 11)])
    assert (found["without_ms"], found["with_ms"], found["added"]) == (10, 11, 0.1)
    assert found["added_as_the_engine_says"] == 0.1


def test_the_share_is_that_of_all_searches_together_and_its_interval_spans_them() -> None:
    found = _compared([took(10), took(30)], [took(20), took(30)])
    assert found["added"] == 0.25
    assert found["added_interval"] == [0.0, 1.0]
