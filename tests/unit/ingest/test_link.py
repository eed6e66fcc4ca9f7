"""What a merge looks up, from staged tables: centers once, crowded telephones and faxes."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from ingest.files import InputFile
from ingest.link import MAX_PEOPLE_ON_ONE_PHONE, Reference, reference
from ingest.organizations import organizations
from ingest.sources import SOURCES
from ingest.sources.base import Batch, Source
from ingest.staging import Staging

TABLES = {table: columns for source in SOURCES for table, columns in source.tables.items()}


def reference_of(folder: Path, table: str, rows: list[dict[str, str]]) -> Reference:
    columns = [*TABLES[table], *(() if "as_of" in TABLES[table] else ("as_of",))]
    frame = pd.DataFrame([dict.fromkeys(columns) | row for row in rows], columns=columns, dtype="str")

    def read(file: InputFile) -> Iterator[Batch]:
        yield Batch({table: frame}, [], 1, 1)

    source = Source("tests", {**TABLES, table: tuple(columns)}, lambda head: True, read)
    (folder / "file.csv").write_text("x")
    with Staging(folder / "s.duckdb", [source]) as staging:
        staging.stage(InputFile.of(folder / "file.csv"), source)
        return reference(staging)


def test_a_center_that_two_years_list_is_one_organization_as_the_newer_says(tmp_path: Path) -> None:
    center = {"name": "Example Center", "zip": "21287"}
    found = reference_of(
        tmp_path,
        "nci_centers",
        [
            center | {"as_of": "2026", "center_type": "Comprehensive"},
            center | {"as_of": "2020", "center_type": "Clinical", "name": "EXAMPLE Center"},
            center | {"as_of": "2020", "zip": "20010"},
        ],
    )
    made = list(organizations(found, is_demonstration=False))
    assert [o.id for o in made] == [
        "cancer_center:example-center-20010",
        "cancer_center:example-center-21287",
    ]
    assert made[1].facts["designation"].best.value == "Comprehensive"


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("nppes_people", "phone"),
        ("nppes_people", "fax"),
        ("nppes_locations", "phone"),
        ("nppes_locations", "fax"),
        ("clinicians", "phone"),
    ],
)
def test_a_number_of_too_many_people_is_crowded_wherever_it_is_listed(
    tmp_path: Path, table: str, column: str
) -> None:
    few = [{"npi": str(n), column: "4105550101"} for n in range(MAX_PEOPLE_ON_ONE_PHONE)]
    many = [{"npi": str(n), column: "4105550102"} for n in range(MAX_PEOPLE_ON_ONE_PHONE + 1)]
    assert reference_of(tmp_path, table, few + many).crowded_phones == {"4105550102"}
