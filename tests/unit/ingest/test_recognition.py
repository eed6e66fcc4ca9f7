"""Which source reads a file: by its content, else by its publisher's name; the rest has a reason."""

from datetime import date
from pathlib import Path

import pytest

from finder.errors import SourceError
from ingest.files import inspected
from ingest.recognition import is_demonstration, recognised
from ingest.sources import SOURCES
from ingest.sources.base import Source

PUBLISHED = {
    "DAC_NationalDownloadableFile.csv": "NPI",
    "Facility_Affiliation.csv": "NPI",
    "Hospital_General_Information.csv": "Facility ID",
    "chsp-compendium-2023.csv": "health_sys_id",
    "chsp-hospital-linkage-2023.csv": "health_sys_id",
    "MUP_PHY_R26_P05_V10_D24_Prov_Svc.csv": "Rndrng_NPI",
    "npidata_pfile_20050523-20260101.csv": "NPI",
    "pl_pfile_20050523-20260101.csv": "NPI",
    "nucc_taxonomy_251.csv": "Code",
}


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_a_publishers_file_without_its_columns_says_which_is_missing(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("<html>not found</html>\n")
    ((file, source),), unknown = recognised(tmp_path)
    assert unknown == []
    with pytest.raises(SourceError, match=f"{name}, row 1, field {PUBLISHED[name]}: this required column"):
        list(source.read(inspected(file)))


@pytest.mark.parametrize(("day", "is_future"), [("20260302", False), ("20260303", True), ("20270101", True)])
def test_a_file_dated_after_tomorrow_is_refused(tmp_path: Path, day: str, is_future: bool) -> None:
    name = f"npidata_pfile_20050523-{day}.csv"
    (tmp_path / name).write_text("NPI,Entity Type Code\n")
    today = date(2026, 3, 1)
    if is_future:
        with pytest.raises(SourceError, match=f"{name}: is dated .*, which lies in the future"):
            recognised(tmp_path, today)
    else:
        assert len(recognised(tmp_path, today)[0]) == 1


@pytest.mark.parametrize("name", ["providers.json", "Facility_Affiliation.csv", "unknown.csv"])
def test_an_empty_file_is_refused_whatever_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(SourceError, match=f"{name}: is empty: 0 bytes"):
        recognised(tmp_path)


def test_a_format_that_is_known_and_not_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "Practitioner-1.json").write_text('{"resourceType": "Practitioner"}')
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    assert recognised(tmp_path) == (
        [],
        [
            "Practitioner-1.json: FHIR resources (Plan-Net, National Provider Directory) are not read",
            "notes.csv: no source recognises it",
        ],
    )


def test_a_marked_folder_and_each_of_its_files_are_demonstration_data(tmp_path: Path) -> None:
    file = tmp_path / "Facility_Affiliation.csv"
    file.write_text("NPI\n")
    assert not is_demonstration(tmp_path)
    (tmp_path / "DEMONSTRATION.txt").write_text("fictional")
    assert is_demonstration(tmp_path)
    assert is_demonstration(file)


def test_demonstration_data_among_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "DEMONSTRATION.txt").write_text("fictional")
    with pytest.raises(SourceError, match="keep it apart"):
        is_demonstration(tmp_path)


def test_dates_come_from_the_list_of_the_folder_before_the_name(tmp_path: Path) -> None:
    (tmp_path / "Facility_Affiliation.csv").write_text("NPI\n")
    (tmp_path / "chsp-compendium-2023.csv").write_text("health_sys_id\n")
    (tmp_path / "as_of.csv").write_text("file,as_of\nFacility_Affiliation.csv,2026-10\n")
    dates = {file.name: file.as_of for file, _source in recognised(tmp_path)[0]}
    assert dates == {"Facility_Affiliation.csv": "2026-10", "chsp-compendium-2023.csv": "2023"}


def test_a_wrong_date_in_the_list_is_named_by_row(tmp_path: Path) -> None:
    (tmp_path / "as_of.csv").write_text("file,as_of\nFacility_Affiliation.csv,last week\n")
    with pytest.raises(SourceError, match=r"as_of.csv, row 2, field as_of"):
        recognised(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file or folder"):
        recognised(tmp_path / "nowhere")


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: s.name)
def test_table_names_are_not_shared(source: Source) -> None:
    others = {table for other in SOURCES if other is not source for table in other.tables}
    assert others.isdisjoint(source.tables)
