from pathlib import Path

from ingest.clean import DECIMAL
from ingest.sources.base import Level
from ingest.sources.procedures import SOURCE
from tests.unit.ingest.reading import FIXTURES, read_whole, written

FOLDER = FIXTURES / "procedures"


def test_every_field_of_the_text_file_lands_in_its_column() -> None:
    found = read_whole(SOURCE, FOLDER / "Medicare_Provider_Util_Payment_PUF_CY2012.txt")
    assert found.rows("procedures") == [
        {
            "npi": "1999000007",
            "last_name": "QUILLFEATHER",
            "first_name": "OTTOLINE",
            "middle_name": "B",
            "credential": "M.D.",
            "sex": "F",
            "street": "12 IMAGINARY WAY",
            "street_2": "SUITE 34",
            "city": "NOWHERETON",
            "state": "MA",
            "zip": "02134",
            "specialty": "Hematology/Oncology",
            "hcpcs": "G0499",
            "place_of_service": "F",
            "services": "115",
            "beneficiaries": "41",
        }
    ]


def test_every_field_of_the_present_layout_lands_in_its_column() -> None:
    found = read_whole(SOURCE, FOLDER / "MUP_PHY_R26_P05_V10_D24_Prov_Svc.csv")
    (row,) = found.rows("procedures")
    assert (row["last_name"], row["zip"]) == ("Quillfeather", "02134")
    assert row["specialty"] == "Hematology-Oncology"
    assert (row["hcpcs"], row["place_of_service"]) == ("G0499", "O")
    assert (row["services"], row["beneficiaries"]) == ("1084.6", "41")
    assert (row["street"], row["street_2"], row["sex"]) == ("12 Imaginary Way", "Suite 34", None)
    assert not [i for i in found.issues if i.reason.startswith("unknown column")]


def test_the_wording_of_a_code_is_never_kept() -> None:
    for path in sorted(FOLDER.iterdir()):
        text = read_whole(SOURCE, path).tables["procedures"].to_csv()
        assert "wording" not in text


def test_an_organization_is_a_record_that_is_not_staged() -> None:
    found = read_whole(SOURCE, FOLDER / "MUP_PHY_R26_P05_V10_D24_Prov_Svc.csv")
    assert (found.records, len(found.tables["procedures"])) == (2, 1)


def test_the_publishers_notice_among_the_rows_is_rejected() -> None:
    found = read_whole(SOURCE, FOLDER / "Medicare_Provider_Util_Payment_PUF_CY2012.txt")
    assert found.said(Level.REJECTED) == {("npi", "is not an NPI: the check digit does not fit", 1)}


def test_counts_are_numbers_or_missing(tmp_path: Path) -> None:
    header = "Rndrng_NPI,HCPCS_Cd,Tot_Srvcs,Tot_Benes"
    path = written(tmp_path, "x.csv", header, "1999000007,G0499,12.0,*", "1999000015,,1,1")
    found = read_whole(SOURCE, path)
    (row,) = found.rows("procedures")
    assert (row["services"], row["beneficiaries"]) == ("12", None)
    assert found.said(Level.REPAIRED) == {("services", DECIMAL, 1)}
    assert found.said(Level.REJECTED) == {("hcpcs", "the HCPCS code is missing", 1)}
    assert ("beneficiaries", "is not a number", 1) in found.said(Level.WARNING)
