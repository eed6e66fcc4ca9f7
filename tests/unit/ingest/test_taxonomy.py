from pathlib import Path

import pytest

from ingest.clean import LOST_ZERO
from ingest.files import InputFile
from ingest.sources.base import Level, head_of
from ingest.sources.taxonomy import SOURCE
from tests.unit.ingest.reading import FIXTURES, read_whole, written

CROSSWALK = FIXTURES / "taxonomy" / "medicare-provider-taxonomy-2019.csv"


def test_every_field_of_a_code_lands_in_its_column_and_no_definition_is_kept() -> None:
    found = read_whole(SOURCE, FIXTURES / "taxonomy" / "nucc_taxonomy_251.csv")
    assert found.rows("taxonomy_codes") == [
        {
            "code": "207RX0202X",
            "grouping": "Made-up grouping",
            "classification": "Made-up classification",
            "specialization": "Made-up specialization",
            "display_name": "Made-up display name",
        }
    ]
    assert not found.issues


def test_the_crosswalk_restores_zeros_carries_codes_down_and_drops_footnotes() -> None:
    found = read_whole(SOURCE, CROSSWALK)
    assert [tuple(row.values()) for row in found.rows("cms_crosswalk")] == [
        ("01", "Physician/Made-up Practice", "208D00000X"),
        ("01", "Physician/Made-up Practice", "2086H0002X"),
        ("A4", "Made-up Supplier", "332B00000X"),
        (None, "Made-up Clinic without a code", "261QR1300X"),
    ]
    assert found.said(Level.REPAIRED) == {("medicare_code", LOST_ZERO, 1)}


def test_rows_without_a_taxonomy_and_broken_ones_are_rejected() -> None:
    found = read_whole(SOURCE, CROSSWALK)
    rejected = [(i.row, i.field, i.reason) for i in found.issues if i.level is Level.REJECTED]
    assert rejected == [
        (6, "taxonomy_code", "has no taxonomy code"),
        (7, "taxonomy_code", "is not a taxonomy code"),
    ]


def test_a_row_shifted_by_a_broken_cell_is_rejected(tmp_path: Path) -> None:
    header = CROSSWALK.read_text(encoding="utf-8-sig").splitlines()[0]
    found = read_whole(SOURCE, written(tmp_path, "x.csv", header, "Respiratory;Other;208D00000X;;;;;"))
    assert found.said(Level.REJECTED) == {
        ("medicare_code", "is not a Medicare specialty code of 2 characters", 1)
    }


@pytest.mark.parametrize("header", ["code,name", "Code;Grouping", "zipcode,zcta,lng,lat"])
def test_other_files_with_codes_are_not_claimed(tmp_path: Path, header: str) -> None:
    assert not SOURCE.recognises(head_of(InputFile.of(written(tmp_path, "x.csv", header))))
