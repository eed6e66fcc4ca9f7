from pathlib import Path

import pytest

from finder.errors import SourceError
from ingest.clean import LOST_ZERO, ROUNDED
from ingest.files import InputFile
from ingest.sources.base import Level, head_of
from ingest.sources.clinicians import SOURCE
from tests.unit.ingest.reading import FIXTURES, read_whole, written

FOLDER = FIXTURES / "clinicians"


def test_every_field_of_the_present_layout_lands_in_its_column() -> None:
    found = read_whole(SOURCE, FOLDER / "DAC_NationalDownloadableFile.csv")
    assert found.rows("clinicians") == [
        {
            "npi": "1999000007",
            "pac_id": "0123456789",
            "enrollment_id": "I20200101000001",
            "last_name": "Quillfeather",
            "first_name": "Ottoline",
            "middle_name": "Brisbane",
            "suffix": "III",
            "sex": "F",
            "credential": "MD",
            "school": "MADE-UP SCHOOL OF MEDICINE",
            "graduation_year": "1998",
            "specialty": "HEMATOLOGY/ONCOLOGY",
            "secondary_specialties": "INTERNAL MEDICINE;HOSPICE/PALLIATIVE CARE",
            "telehealth": "Y",
            "group_name": "IMAGINARY CARE GROUP, LLC",
            "group_id": "9900000001",
            "group_size": "17",
            "street": "12 IMAGINARY WAY",
            "street_2": "SUITE 34",
            "street_2_suppressed": "N",
            "city": "NOWHERETON",
            "state": "MA",
            "zip": "02134",
            "phone": "6175550101",
            "assignment": "M",
            "hospital_ccns": None,
            "hospital_names": None,
        }
    ]
    assert not [i for i in found.issues if i.reason.startswith("unknown column")]


def test_the_layout_of_2017_gives_hospitals_in_order_and_is_read_in_windows_1252() -> None:
    found = read_whole(SOURCE, FOLDER / "Physician_Compare_National_Downloadable_File_2017.csv")
    (row,) = found.rows("clinicians")
    assert row["hospital_ccns"] == "990001;99A002;990004;990005"
    assert row["hospital_names"] == "FIRST   HOSPITAL|SECOND HOSPITAL||FIFTH HOSPITAL"
    assert (row["secondary_specialties"], row["group_id"]) == ("NUCLEAR MEDICINE", "9900000001")
    assert not [i for i in found.issues if i.reason.startswith("unknown column")]


def test_a_suppressed_second_address_line_is_marked() -> None:
    found = read_whole(SOURCE, FOLDER / "Physician_Compare_National_Downloadable_File_2017.csv")
    (row,) = found.rows("clinicians")
    assert (row["street_2"], row["street_2_suppressed"]) == (None, "Y")


def test_a_file_re_saved_by_a_spreadsheet_is_mended_where_certain() -> None:
    found = read_whole(SOURCE, FOLDER / "DAC_NationalDownloadableFile_2021_resaved.csv")
    (row,) = found.rows("clinicians")
    assert (row["pac_id"], row["zip"], row["phone"]) == ("0123456789", "02134", None)
    assert (row["hospital_ccns"], row["hospital_names"]) == ("050001", "LOST ZERO HOSPITAL")
    assert found.said(Level.REPAIRED) == {(name, LOST_ZERO, 1) for name in ("pac_id", "zip", "ccn_1")}
    lost = {line for line in found.said(Level.WARNING) if line[1] == ROUNDED}
    assert lost == {("phone", ROUNDED, 1), ("ccn_2", ROUNDED, 1)}


def test_all_rows_of_one_person_are_kept(tmp_path: Path) -> None:
    rows = [f"1999000007,Quillfeather,PATHOLOGY,Street {number}" for number in range(33)]
    path = written(tmp_path, "x.csv", "npi,provider_last_name,pri_spec,adr_ln_1", *rows)
    assert len(read_whole(SOURCE, path).rows("clinicians")) == 33


def test_a_missing_required_column_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", "NPI,pri_spec", "1999000007,PATHOLOGY")
    with pytest.raises(SourceError, match="field Provider Last Name: this required column is missing"):
        list(SOURCE.read(InputFile.of(path)))


def test_a_procedure_file_is_not_claimed(tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", "npi,provider_type,hcpcs_code")
    assert not SOURCE.recognises(head_of(InputFile.of(path)))


@pytest.mark.parametrize(
    "header",
    [
        "NPI,Last Name,Primary specialty,Organization legal name,Group Practice PAC ID,City,State,Zip Code",
        "NPI, lst_nm, pri_spec, org_nm, org_pac_id, cty, st, zip",
        "NPI,Provider Last Name,pri_spec,Facility Name,org_pac_id,City/Town,State,ZIP Code",
        "npi,provider_last_name,pri_spec,facility_name,org_pac_id,citytown,state,zip_code",
    ],
)
def test_the_names_of_each_layout_are_known(tmp_path: Path, header: str) -> None:
    path = written(tmp_path, "x.csv", header, "1999000007,A,PATHOLOGY,B,9900000001,C,MA,02134")
    (row,) = read_whole(SOURCE, path).rows("clinicians")
    known = {name: value for name, value in row.items() if value}
    assert list(known.values()) == ["1999000007", "A", "PATHOLOGY", "B", "9900000001", "C", "MA", "02134"]
