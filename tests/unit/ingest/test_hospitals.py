from pathlib import Path

import pytest

from ingest.clean import LOST_ZERO
from ingest.sources.base import Level
from ingest.sources.hospitals import SOURCE
from tests.unit.ingest.reading import FIXTURES, read_whole, written

FILE = FIXTURES / "hospitals" / "Hospital_General_Information.csv"


def test_every_field_lands_in_its_column() -> None:
    assert read_whole(SOURCE, FILE).rows("hospitals")[0] == {
        "ccn": "99A001",
        "name": "Imaginary General Hospital",
        "street": "1 Fictional Avenue",
        "city": "Nowhereton",
        "state": "MA",
        "zip": "02134",
        "phone": "6175550106",
        "hospital_type": "Acute Care Hospitals",
        "ownership": "Voluntary non-profit - Private",
        "rating": "4",
    }


def test_not_available_is_missing_and_no_issue() -> None:
    found = read_whole(SOURCE, FILE)
    second = found.rows("hospitals")[1]
    assert (second["rating"], second["phone"], second["zip"]) == (None, None, "02134")
    assert {(i.level, i.field, i.reason) for i in found.issues} == {(Level.REPAIRED, "zip", LOST_ZERO)}


@pytest.mark.parametrize(
    "header",
    [
        "Provider ID,Hospital Name,City,ZIP Code,State,Hospital Type,Hospital Ownership",
        "Facility ID,Facility Name,City/Town,ZIP Code,State,Hospital Type,Hospital Ownership",
        "facility_id,facility_name,citytown,zip_code,state,hospital_type,hospital_ownership",
    ],
)
def test_the_names_of_each_layout_are_known(tmp_path: Path, header: str) -> None:
    path = written(tmp_path, "x.csv", header, "10001,A Hospital,Nowhereton,36301,AL,Psychiatric,Proprietary")
    (row,) = read_whole(SOURCE, path).rows("hospitals")
    assert (row["ccn"], row["name"], row["city"]) == ("010001", "A Hospital", "Nowhereton")
