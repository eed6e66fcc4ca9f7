"""A user's own list of second-opinion programs."""

import csv
from pathlib import Path

import pytest

from finder.errors import SourceError
from finder.programs import PROGRAM_COLUMNS
from finder.tables import DATA
from ingest.files import InputFile
from ingest.sources.base import Level, head_of
from ingest.sources.opinion_programs import SOURCE

A_ROW = {
    "program_id": "fictional", "name": "Fictional opinion", "institution": "Fictional Hospital",
    "price_usd": "100", "price_kind": "flat", "clock_starts": "order", "needs_local_doctor": "no",
    "collects_records": "yes", "rereads_pathology": "no", "rereads_radiology": "not_published",
    "source_url": "example.org", "source_kind": "own", "seen_at": "2026-11-22", "confidence": "A",
    "is_history": "no",
}  # fmt: skip


def a_list(folder: Path, *changes: dict[str, str], columns: tuple[str, ...] = PROGRAM_COLUMNS) -> InputFile:
    path = folder / "our programs.csv"
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(A_ROW | change for change in changes)
    return InputFile.of(path)


def test_the_shipped_list_has_the_layout_that_is_recognised_and_read_whole() -> None:
    file = InputFile.of(DATA / "programs.csv")
    assert SOURCE.recognises(head_of(file))
    found = list(SOURCE.read(file))
    with (DATA / "programs.csv").open(newline="") as lines:
        expected = len(list(csv.DictReader(lines)))
    assert sum(b.rows_read for b in found) == sum(b.records for b in found) == expected


def test_a_row_that_breaks_a_rule_is_rejected_with_field_and_reason(tmp_path: Path) -> None:
    file = a_list(tmp_path, {}, {"price_kind": "cheap"}, {"states_included": "XX"}, {"price_kind": "cheap"})
    found = list(SOURCE.read(file))
    rejected = [(i.row, i.field) for b in found for i in b.issues if i.level is Level.REJECTED]
    assert sorted(rejected) == [(3, "price_kind"), (4, "states_included"), (5, "price_kind")]
    assert (sum(b.rows_read for b in found), sum(b.records for b in found)) == (4, 1)


def test_a_missing_column_stops_the_file(tmp_path: Path) -> None:
    columns = tuple(c for c in PROGRAM_COLUMNS if c != "confidence")
    with pytest.raises(SourceError, match="field confidence"):
        list(SOURCE.read(a_list(tmp_path, {}, columns=columns)))
