from pathlib import Path

from ingest.clean import LOST_ZERO, ROUNDED
from ingest.sources.base import Level
from ingest.sources.facility_affiliations import SOURCE
from tests.unit.ingest.reading import FIXTURES, read_whole, written

FILE = FIXTURES / "facility_affiliations" / "Facility_Affiliation.csv"


def test_every_field_lands_in_its_column() -> None:
    assert read_whole(SOURCE, FILE).rows("facility_affiliations")[0] == {
        "npi": "1999000007",
        "pac_id": "0123456789",
        "last_name": "Quillfeather",
        "first_name": "Ottoline",
        "facility_type": "Hospital",
        "ccn": "990001",
        "unit_ccn": "99S001",
    }


def test_lost_zeros_are_restored_and_a_row_without_ccn_is_rejected() -> None:
    found = read_whole(SOURCE, FILE)
    assert [row["ccn"] for row in found.rows("facility_affiliations")] == ["990001", "050001"]
    assert found.said(Level.REPAIRED) == {("ccn", LOST_ZERO, 1), ("pac_id", LOST_ZERO, 1)}
    assert found.said(Level.REJECTED) == {("ccn", "the certification number is missing", 1)}
    assert not found.said(Level.WARNING)


def test_a_rounded_ccn_is_rejected_as_what_it_is(tmp_path: Path) -> None:
    header = FILE.read_text().splitlines()[0]
    row = "1999000007,0123456789,Q,O,,,Hospital,3.40E+05,"
    found = read_whole(SOURCE, written(tmp_path, "x.csv", header, row))
    assert (found.records, found.said(Level.REJECTED)) == (0, {("ccn", ROUNDED, 1)})
