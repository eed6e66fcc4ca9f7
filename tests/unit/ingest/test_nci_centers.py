from pathlib import Path

import pytest

from finder.errors import SourceError
from ingest.files import InputFile
from ingest.sources.base import Level, head_of
from ingest.sources.nci_centers import SOURCE
from tests.unit.ingest.reading import FIXTURES, read_whole, written

FILE = FIXTURES / "nci_centers" / "NCI_CancerCenter_Address_fall2024.csv"
HEADER = FILE.read_text().splitlines()[0]


def test_every_field_lands_in_its_column_and_the_zip_gets_its_zero_back() -> None:
    found = read_whole(SOURCE, FILE)
    assert found.rows("nci_centers") == [
        {
            "name": "Imaginary Cancer Center",
            "street": "3 Fictional Avenue",
            "city": "Nowhereton",
            "state": "MA",
            "zip": "02134",
            "lat": "42.337593",
            "lon": "-71.1059",
            "center_type": "Comprehensive Cancer Center",
            "url": "https://imaginary.example/",
        }
    ]
    assert {i.level for i in found.issues} == {Level.REPAIRED}


@pytest.mark.parametrize(("lat", "expected"), [("95", None), ("north", None), ("", None), ("-0.5", "-0.5")])
def test_a_point_that_is_none_is_dropped(tmp_path: Path, lat: str, expected: str | None) -> None:
    path = written(tmp_path, "cancer.csv", HEADER, f"1,A,,,MA,02134,{lat},-71,,,US,Cancer Center,")
    found = read_whole(SOURCE, path)
    assert found.rows("nci_centers")[0]["lat"] == expected
    assert len(found.said(Level.WARNING)) == (1 if lat in ("95", "north") else 0)


def test_swapped_degrees_stop_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "cancer.csv", HEADER, "1,A,,,MA,02134,-71.1,42.3,,,US,Cancer Center,")
    with pytest.raises(SourceError, match="field Latitude: the columns Latitude and Longitude are swapped"):
        read_whole(SOURCE, path)


def test_places_that_are_not_about_cancer_are_not_claimed(tmp_path: Path) -> None:
    path = written(tmp_path, "places.csv", HEADER, "1,A,,,MA,02134,1,1,,,US,Library,")
    assert not SOURCE.recognises(head_of(InputFile.of(path)))
