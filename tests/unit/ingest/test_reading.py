"""Files that are parsed by processes of their own are staged as those that are parsed here."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from finder.errors import FinderError
from ingest import reading
from ingest.reading import staged_files
from ingest.recognition import recognised
from ingest.sources import SOURCES
from ingest.staging import FileReport, Staging

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
NAMES = ("clinicians", "facility_affiliations", "procedures", "nppes", "qhp", "rosters")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Good files, one of them twice, and one that is cut off in the middle of a row."""
    folder = tmp_path / "data"
    for name in NAMES:
        shutil.copytree(FIXTURES / name, folder / name)
    whole = (FIXTURES / "hospitals" / "Hospital_General_Information.csv").read_bytes()
    (folder / "Hospital_General_Information.csv").write_bytes(whole.rstrip()[:-40])
    shutil.copy(FIXTURES / "rosters" / "roster.csv", folder / "rosters" / "the-same.csv")
    return folder


def told(tmp_path: Path, data: Path, processes: int) -> tuple[list[FileReport], set[str], list[Any]]:
    """Reports, what was said of twins, and what the tables hold, file by file."""
    said: list[FileReport | str] = []
    with Staging(tmp_path / f"{processes}.duckdb", SOURCES) as staging:
        files = recognised(data)[0]
        reports = staged_files(staging, files, processes, lambda rows: None, said.append)
        tables = {table: columns for source in SOURCES for table, columns in source.tables.items()}
        rows = [
            row
            for table, columns in tables.items()
            for row in staging.rows(
                f"SELECT f.name, '{table}', {', '.join(f't.{c}' for c in columns)}"  # noqa: S608 - own names
                f" FROM {table} t JOIN files f ON f.id = t.file_id ORDER BY ALL"
            )
        ]
    assert [each for each in said if not isinstance(each, str)] != []
    return reports, {each for each in said if isinstance(each, str)}, rows


def test_two_processes_stage_what_one_does(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = told(tmp_path, data, 1)
    monkeypatch.setattr(reading, "BYTES_FOR_PROCESSES", 0)
    two = told(tmp_path, data, 2)
    assert two == one
    reports, twins, rows = two
    assert [r.name for r in reports if r.failure] == ["Hospital_General_Information.csv"]
    assert len(twins) == 1
    assert {row[1] for row in rows} >= {"clinicians", "procedures", "qhp_people", "rosters"}


def test_a_reading_process_that_ends_early_is_told(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BYTES_FOR_PROCESSES", 0)
    monkeypatch.setattr(reading, "_serve", os.close)  # fails at once, as a killed one does
    with pytest.raises(FinderError, match="has ended"):
        told(tmp_path, data, 2)
