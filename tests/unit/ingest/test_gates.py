"""Gates: what is measured against which limit."""

from dataclasses import replace

from ingest.gates import _at_least, _at_most, _rejected_gates, gate_sets
from ingest.staging import FileReport

REPORT = FileReport("a.csv", "nppes", "", 1, None, 1000, 1000, 0, 0, 0, None, False)


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
    measured = {"with point", "with group", "with hospital", "with evidence", "with system", "with networks"}
    for name, limits in gate_sets().items():
        assert set(limits["min_share"]) <= measured, name
