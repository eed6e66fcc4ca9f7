from pathlib import Path

import pytest

from finder.errors import SourceError
from ingest.files import InputFile
from ingest.sources.base import Level, head_of
from ingest.sources.nppes import SOURCE
from tests.unit.ingest.reading import FIXTURES, Whole, read_whole, written

PEOPLE = FIXTURES / "nppes" / "npidata_pfile_20050523-20250608.csv"
HEADER = (
    "NPI,Entity Type Code,Provider Last Name (Legal Name),"
    "Provider Business Practice Location Address Postal Code,"
    "Provider Business Practice Location Address State Name,NPI Deactivation Date,NPI Reactivation Date"
)


def read_lines(folder: Path, *lines: str, header: str = HEADER) -> Whole:
    return read_whole(SOURCE, written(folder, "npidata_pfile.csv", header, *lines))


def test_every_field_of_a_person_lands_in_its_column() -> None:
    assert read_whole(SOURCE, PEOPLE).rows("nppes_people")[0] == {
        "npi": "1999000007",
        "last_name": "Quillfeather",
        "first_name": "Ottoline",
        "middle_name": "Brisbane",
        "suffix": "III",
        "credential": "M.D., Ph.D.",
        "other_last_name": "Marrowby",
        "other_first_name": "Tilly",
        "sex": "F",
        "street": "12 Imaginary Way",
        "street_2": "Suite 34",
        "city": "Nowhereton",
        "state": "MA",
        "zip": "02134",
        "country": "US",
        "phone": "6175550101",
        "fax": "6175550102",
        "enumerated_on": "2006-05-23",
        "as_of": "2021-07-09",
        "deactivated_on": "2011-03-15",
        "reactivated_on": "2012-04-16",
        "sole_proprietor": "X",
        "taxonomies": "207R00000X|MA|N|L-100;207RX0202X|NH|Y|L-200;207RH0003X|RI|X|L-300;208D00000X||N|",
    }


def test_every_field_of_an_organization_lands_in_its_column() -> None:
    assert read_whole(SOURCE, PEOPLE).rows("nppes_organizations") == [
        {
            "npi": "1999000015",
            "name": 'Imaginary Care Group, "LLC"',
            "other_name": "Imaginary Care",
            "street": "1 Made-Up Square",
            "street_2": None,
            "city": "Fabula",
            "state": "CT",
            "zip": "06001",
            "phone": "8605550103",
            "parent_name": "Imaginary Holdings",
            "taxonomies": "261QM1300X||Y|",
            "as_of": "2020-01-02",
        }
    ]


def test_every_field_of_a_further_location_lands_in_its_column() -> None:
    found = read_whole(SOURCE, FIXTURES / "nppes" / "pl_pfile_20050523-20250608.csv")
    assert found.rows("nppes_locations") == [
        {
            "npi": "1999000007",
            "street": "77 Second Street",
            "street_2": "Floor 9",
            "city": "Otherville",
            "state": "RI",
            "zip": "02901",
            "country": "US",
            "phone": "4015550104",
            "fax": "4015550105",
        }
    ]


def test_all_columns_of_the_2025_layout_are_known() -> None:
    assert not [i for i in read_whole(SOURCE, PEOPLE).issues if "column" in i.reason]


def test_a_wrong_check_digit_is_rejected_with_row_and_content() -> None:
    rejected = [i for i in read_whole(SOURCE, PEOPLE).issues if i.level is Level.REJECTED]
    assert [(i.row, i.field, i.reason) for i in rejected] == [
        (5, "npi", "is not an NPI: the check digit does not fit")
    ]
    assert rejected[0].content == {"npi": "1999000032", "entity": "1", "last_name": "Wrongdigit"}


def test_a_foreign_address_keeps_only_its_country(tmp_path: Path) -> None:
    found = read_whole(SOURCE, PEOPLE)
    abroad = found.rows("nppes_people")[1]
    assert (abroad["city"], abroad["country"]) == ("Sydney", "AU")
    assert (abroad["state"], abroad["zip"], abroad["phone"]) == (None, None, None)
    reason = "a foreign address: its state, postal code and phone are not kept"
    assert found.said(Level.WARNING) == {("country", reason, 1)}


@pytest.mark.parametrize(
    ("row", "table"),
    [
        ("1999000007,,,,,11/21/2024,", "nppes_deactivated"),
        ("1999000007,1,Kept,02134,MA,11/21/2024,", "nppes_deactivated"),
        ("1999000007,1,Back,02134,MA,11/21/2024,11/22/2024", "nppes_people"),
        ("1999000007,1,Same day,02134,MA,11/21/2024,11/21/2024", "nppes_people"),
        ("1999000007,1,Gone again,02134,MA,11/21/2024,03/15/2006", "nppes_deactivated"),
        ("1999000007,2,,02134,MA,,", "nppes_organizations"),
    ],
)
def test_a_deactivated_npi_leaves_and_a_reactivated_one_stays(tmp_path: Path, row: str, table: str) -> None:
    found = read_lines(tmp_path, row)
    assert [name for name, frame in found.tables.items() if len(frame)] == [table]


def test_a_row_without_entity_type_that_was_never_deactivated_is_rejected(tmp_path: Path) -> None:
    found = read_lines(tmp_path, "1999000007,,,,,,", "1999000015,1,Someone,,,,", "1999000023,3,,,,,")
    assert (found.rows_read, found.records) == (3, 1)
    reason = "the entity type is neither 1 (person) nor 2 (organization)"
    assert found.said(Level.REJECTED) == {("entity", reason, 2)}


def test_numbers_that_a_data_frame_turned_into_floats_are_restored(tmp_path: Path) -> None:
    header = f"{HEADER},Healthcare Provider Taxonomy Code_1,Provider License Number_1"
    found = read_lines(tmp_path, "1999000007,1.0,Someone,21345678.0,MA,,,207R00000X,12345.0", header=header)
    (person,) = found.rows("nppes_people")
    assert (person["zip"], person["taxonomies"]) == ("02134", "207R00000X|||12345")
    assert {(field, count) for field, _, count in found.said(Level.REPAIRED)} == {
        ("entity", 1),
        ("zip", 1),
        ("licence_1", 1),
    }


def test_repairs_of_one_kind_are_counted_under_their_first_row(tmp_path: Path) -> None:
    rows = ["1999000007,1,A,02134,MA,,", "1999000015,1,B,2134,MA,,", "1999000023,1,C,2135,MA,,"]
    (repair,) = [i for i in read_lines(tmp_path, *rows).issues if i.level is Level.REPAIRED]
    assert (repair.row, repair.field, repair.count) == (3, "zip", 2)


def test_an_issue_after_a_rejected_row_names_its_own_row(tmp_path: Path) -> None:
    rows = ["1999000008,1,Bad,02134,MA,,", "1999000015,1,A,02134,MA,,", "1999000023,1,B,2134,MA,,"]
    found = read_lines(tmp_path, *rows)
    assert [(i.level, i.row) for i in found.issues if i.field in ("npi", "zip")] == [
        (Level.REJECTED, 2),
        (Level.REPAIRED, 4),
    ]


def test_marks_inside_a_licence_number_do_not_break_the_slots(tmp_path: Path) -> None:
    header = f"{HEADER},Healthcare Provider Taxonomy Code_1,Provider License Number_1"
    found = read_lines(tmp_path, "1999000007,1,A,,,,,207R00000X,A|1;B", header=header)
    assert found.rows("nppes_people")[0]["taxonomies"] == "207R00000X|||A 1 B"


def test_slots_of_different_rows_do_not_mix(tmp_path: Path) -> None:
    header = f"{HEADER},Healthcare Provider Taxonomy Code_1,Healthcare Provider Taxonomy Code_2"
    rows = [
        "1999000007,1,A,,,,,,2",
        "1999000015,1,B,,,,,,",
        "1999000023,1,C,,,,,1,2",
        "1999000031,1,D,,,,,1,",
    ]
    found = read_lines(tmp_path, *rows, header=header)
    assert [p["taxonomies"] for p in found.rows("nppes_people")] == ["2|||", None, "1|||;2|||", "1|||"]


@pytest.mark.parametrize("column", ["Provider Gender Code", "Provider Sex Code"])
def test_the_sex_is_found_under_its_name_of_each_year(tmp_path: Path, column: str) -> None:
    found = read_lines(tmp_path, "1999000007,1,A,,,,,M", header=f"{HEADER},{column}")
    assert found.rows("nppes_people")[0]["sex"] == "M"


def test_names_in_iso_8859_1_are_read_right(tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", HEADER, "1999000007,1,Müñoz,,,,", encoding="latin-1")
    assert read_whole(SOURCE, path).rows("nppes_people")[0]["last_name"] == "Müñoz"


def test_a_header_file_gives_no_records_and_a_warning(tmp_path: Path) -> None:
    found = read_lines(tmp_path)
    assert (found.rows_read, found.records, found.tables) == (0, 0, {})
    assert (None, "the file has no rows", 1) in found.said(Level.WARNING)


def test_a_layout_without_taxonomies_is_read_with_a_warning(tmp_path: Path) -> None:
    found = read_lines(tmp_path, "1999000007,1,A,,,,")
    assert found.rows("nppes_people")[0]["taxonomies"] is None
    (missing,) = [i for i in found.issues if i.reason == "optional column is missing"]
    assert "Healthcare Provider Taxonomy Code_1" in str(missing.field)


def test_a_file_without_the_npi_column_stops(tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", HEADER.replace("NPI,", "Number,", 1), "1,1,,,,,")
    with pytest.raises(SourceError, match="field NPI: this required column is missing"):
        list(SOURCE.read(InputFile.of(path)))


@pytest.mark.parametrize(
    "header",
    [
        "NPI,Endpoint Type,Endpoint",
        "NPI,Provider Other Organization Name,Provider Other Organization Name Type Code",
        "NPI,PECOS_ASCT_CNTL_ID,ENRLMT_ID,PROVIDER_TYPE_CD",
        "REASGN_BNFT_ENRLMT_ID,RCV_BNFT_ENRLMT_ID",
    ],
)
def test_other_files_of_the_same_publisher_are_not_claimed(tmp_path: Path, header: str) -> None:
    assert not SOURCE.recognises(head_of(InputFile.of(written(tmp_path, "x.csv", header))))
