"""A source turns amber after its rhythm and red after twice; what counts is when other bytes came."""

from datetime import UTC, datetime, timedelta

import pytest

from finder.freshness import Freshness, arrivals, newest_arrivals, source_ages
from finder.runs import RunRecord
from finder.sources import load_sources

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
INFOS = load_sources()


def at(days: float) -> str:
    return (NOW - timedelta(days=days)).isoformat(timespec="seconds")


@pytest.mark.parametrize(
    ("source", "days", "state"),
    [
        ("clinicians", 0, Freshness.GREEN),
        ("clinicians", 31, Freshness.GREEN),
        ("clinicians", 32, Freshness.AMBER),
        ("clinicians", 62, Freshness.AMBER),
        ("clinicians", 63, Freshness.RED),
        ("health_systems", 300, Freshness.GREEN),
        ("rosters", 5000, Freshness.NO_CADENCE),
        ("of_nobody", 5000, Freshness.NO_CADENCE),
    ],
)
def test_the_state_follows_the_publishers_rhythm(source: str, days: int, state: Freshness) -> None:
    (found,) = source_ages(INFOS, {source: {"at": at(days), "files": ["a"]}}, NOW)
    assert (found.state, found.age_days) == (state, days)
    assert state.value in found.says()


def test_what_is_worst_comes_first() -> None:
    told = {name: {"at": at(100)} for name in ("hospitals", "clinicians", "procedures", "rosters")}
    assert [each.name for each in source_ages(INFOS, told, NOW)] == [
        "clinicians", "hospitals", "procedures", "rosters",
    ]  # fmt: skip


def test_only_other_bytes_are_an_arrival_and_a_missing_source_ages_on() -> None:
    first = arrivals([("nppes", "a"), ("trials", "t")], {}, at(40))
    same = arrivals([("nppes", "a")], first, at(20))
    assert {name: told["at"] for name, told in same.items()} == {"nppes": at(40), "trials": at(40)}
    more = arrivals([("nppes", "a"), ("nppes", "weekly")], same, at(10))
    fewer = arrivals([("nppes", "weekly")], more, at(5))
    assert more["nppes"]["at"] == fewer["nppes"]["at"] == at(10)
    assert fewer["nppes"]["files"] == ["weekly"]


def test_runs_that_read_nothing_tell_nothing() -> None:
    def record(**detail: object) -> RunRecord:
        return RunRecord("r", "failed", at(0), None, None, None, detail)

    told = {"nppes": {"at": at(1), "files": ["a"]}}
    assert newest_arrivals([record(), record(arrived={}), record(arrived=told)]) == told
    assert newest_arrivals([]) == {}
