"""Files that contradict the others as a whole."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from ingest import cross_checks
from ingest.cross_checks import swapped_names
from ingest.files import InputFile
from ingest.sources import SOURCES
from ingest.sources.base import Batch, Source
from ingest.staging import Staging

COLUMNS = {table: columns for source in SOURCES for table, columns in source.tables.items()}
PEOPLE = [(f"1000000{n}4", f"FIRST{n}", f"LAST{n}") for n in range(10, 40)]
SWAPPED = [(npi, last, first) for npi, first, last in PEOPLE]


def found(folder: Path, tables: dict[str, list[tuple[str, str, str]]]) -> list[tuple[str, str]]:
    """What is said of files, one for each table, named like it."""
    with Staging(folder / "s.duckdb", SOURCES) as staging:
        for table, people in tables.items():
            rows = [{"npi": npi, "first_name": first, "last_name": last} for npi, first, last in people]
            frame = pd.DataFrame(rows).reindex(columns=list(COLUMNS[table])).astype("str")

            def read(file: InputFile, table: str = table, frame: pd.DataFrame = frame) -> Iterator[Batch]:
                yield Batch({table: frame}, [], len(frame), len(frame))

            (folder / f"{table}.csv").write_text(table)
            source = Source(table, {table: COLUMNS[table]}, lambda head: True, read)
            staging.stage(InputFile.of(folder / f"{table}.csv"), source)
        return list(swapped_names(staging))


def test_files_that_agree_are_fine(tmp_path: Path) -> None:
    assert found(tmp_path, {"nppes_people": PEOPLE, "clinicians": PEOPLE, "procedures": PEOPLE}) == []


def test_the_one_that_disagrees_with_two_others_is_named(tmp_path: Path) -> None:
    told = found(tmp_path, {"nppes_people": PEOPLE, "clinicians": SWAPPED, "procedures": PEOPLE})
    assert told == [
        (
            "clinicians.csv",
            "first and last names stand the other way round than in nppes_people.csv, procedures.csv",
        )
    ]


def test_of_two_that_disagree_both_are_named(tmp_path: Path) -> None:
    told = found(tmp_path, {"nppes_people": PEOPLE, "clinicians": SWAPPED})
    assert [name for name, _ in told] == ["clinicians.csv", "nppes_people.csv"]


def test_a_few_swapped_people_are_no_swapped_columns(tmp_path: Path) -> None:
    mixed = [*SWAPPED[:12], *PEOPLE[12:]]
    assert found(tmp_path, {"nppes_people": PEOPLE, "clinicians": mixed}) == []


def test_too_few_in_common_tell_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, {"nppes_people": PEOPLE, "clinicians": SWAPPED[:19]}) == []


def test_a_tenth_of_a_large_data_set_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cross_checks, "SAMPLED_FROM_ROWS", 60)
    monkeypatch.setattr(cross_checks, "MIN_COMPARED", 3)
    assert len(found(tmp_path, {"nppes_people": PEOPLE, "clinicians": SWAPPED})) == 2
