"""Gates: what is measured against which limit."""

from dataclasses import replace
from pathlib import Path

import pytest

from ingest.build import _COVERED, Built
from ingest.gates import (
    _against,
    _at_least,
    _at_most,
    _not_older,
    _rejected_gates,
    dates_by_source,
    gate_sets,
    rows_by_source,
)
from ingest.joins import _JOINS, orphan_shares
from ingest.staging import FileReport
from tests.unit.ingest.staged_frames import frame, staged

REPORT = FileReport("a.csv", "nppes", "", 1, None, 1000, 1000, 0, 0, 0, None, False)
BUILT = Built(
    {}, {"specialists": 90}, {}, {"specialists": 90, "with phone": 45}, {}, {}, "", "", Path(), 90, True, None
)  # fmt: skip
LIMITS = {"max_shrink": 0.2, "max_growth": 0.2, "max_source_shrink": 0.1, "max_fill_drop": 0.3}


def test_a_share_of_rejected_rows_counts_over_all_files_of_a_source() -> None:
    reports = [REPORT, replace(REPORT, name="b.csv", records=900, rejected=100)]
    (gate,) = _rejected_gates({"nppes": 0.04}, reports)
    assert gate.measured == 0.05
    assert not gate.holds
    (gate,) = _rejected_gates({"nppes": 0.05}, reports)
    assert gate.holds


def test_limits_are_inclusive_and_said() -> None:
    assert _at_least("people", 5, 5).holds
    assert not _at_least("people", 4, 5).holds
    assert _at_most("shrink", 0.3, 0.3).holds
    assert _at_most("shrink", 0.31, 0.3).limit == "at most 0.3"


def test_shares_of_a_set_are_ones_that_a_build_measures() -> None:
    for name, limits in gate_sets().items():
        assert set(limits["min_share"]) <= set(_COVERED), name


def test_every_join_has_a_limit_in_every_set() -> None:
    for name, limits in gate_sets().items():
        assert set(limits["orphans"]) == {join[0] for join in _JOINS}, name


def test_what_is_lost_since_the_served_generation_is_told_by_source_and_field() -> None:
    before = {"specialists": 100, "rows": {"nppes": 2500, "gone": 5}, "coverage": {"with phone": 80}}
    gates = {g.name: g for g in _against(before, LIMITS, BUILT, rows_by_source([REPORT]))}
    assert gates["shrink against the served generation"].measured == 0.1
    assert gates["growth against the served generation"].holds
    assert gates["share of nppes rows lost"].measured == 0.6
    assert not gates["share of nppes rows lost"].holds
    assert gates["share of gone rows lost"].measured == 1.0
    assert gates["drop of specialists with phone"].measured == 0.375
    assert not gates["drop of specialists with phone"].holds


@pytest.mark.parametrize(
    ("before", "now", "is_older"),
    [
        ("2026-01", "2025-12-31", True),
        ("2026-01-05", "2026-01", False),
        ("2026-01", "2026-01-01", False),
        ("2026", "2025-12", True),
        ("2025-06-30", "2025", False),
        ("2025-06-30", None, False),
    ],
)
def test_a_source_older_than_the_served_one_is_named(before: str, now: str | None, is_older: bool) -> None:
    dates = dates_by_source([replace(REPORT, as_of=now), replace(REPORT, as_of="2020")])
    gate = _not_older({"dates": {"nppes": before, "gone": "2026"}}, dates if now else {})
    assert gate.holds is not is_older
    assert ("(nppes)" in gate.name) is is_older


def test_ids_without_a_partner_are_counted_where_both_sides_have_rows(tmp_path: Path) -> None:
    frames = {
        "facility_affiliations": frame(
            "facility_affiliations",
            {"npi": "1", "ccn": "990001", "facility_type": "Hospital"},
            {"npi": "2", "ccn": "990002", "facility_type": "Hospital"},
            {"npi": "3", "ccn": "999999", "facility_type": "Hospice"},
        ),
        "hospitals": frame("hospitals", {"ccn": "990001", "name": "A"}),
        "clinicians": frame("clinicians", {"npi": "1"}, {"npi": "2"}),
    }
    with staged(tmp_path, frames) as staging:
        found = orphan_shares(staging)
    assert found == {
        "hospitals of affiliations in no hospital file": 0.5,
        "affiliated people in no clinician file": 1 / 3,
    }
