"""The real extracts of the public files: every figure is counted from the file itself by the csv module."""

import csv
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from ingest.clean import DECIMAL, LOST_ZERO, ROUNDED
from ingest.files import InputFile
from ingest.sources import SOURCES
from ingest.sources.base import Level, head_of
from tests.unit.ingest.reading import Whole, whole

READ = {
    "nppes/HEADER_ONLY_npidata_pfile_20250608_V2.csv": "nppes",
    "nppes/HEADER_ONLY_pl_pfile_20250608.csv": "nppes",
    "nppes/npidata_20050523-20150308FileHeader.csv": "nppes",
    "nppes/npidata_2016_first41cols.csv": "nppes",
    "nppes/npidata_20181204_individuals_CT_MA_RI.csv": "nppes",
    "nppes/npidata_20181204_organizations_40.csv": "nppes",
    "nppes/npidata_202112_organizations.csv": "nppes",
    "nppes/npidata_2025_v2header_pandas.csv": "nppes",
    "nppes/npidata_pfile_fixture_lantern.csv": "nppes",
    "nucc/medicare-provider-taxonomy-2019_crosswalk.csv": "taxonomy",
    "nucc/nucc_provider_taxonomy_2019.csv": "taxonomy",
    "nucc/nucc_taxonomy_251.csv": "taxonomy",
    "cms_dac/DAC_NationalDownloadableFile_2021_excel_resaved.csv": "clinicians",
    "cms_dac/Physician_Compare_National_Downloadable_File_2017_radiology.csv": "clinicians",
    "cms_hospital/Hospital_General_Information.csv": "hospitals",
    "ahrq/HEADER_ONLY_chsp-compendium-2023.csv": "health_systems",
    "ahrq/HEADER_ONLY_chsp-hospital-linkage-2023.csv": "health_systems",
    "ahrq/chsp-compendium-2018.csv": "health_systems",
    "ahrq/chsp-hospital-linkage-2018.csv": "health_systems",
    "medicare_utilization/Medicare_Provider_Utilization_CY2012.txt": "procedures",
    "institutions/NCI_CancerCenter_Address_fall2024.DERIVED_from_dbf.csv": "nci_centers",
}
CSV_SOURCES = {source.name: source for source in SOURCES if source.name in READ.values()}
RADIOLOGY = "cms_dac/Physician_Compare_National_Downloadable_File_2017_radiology.csv"
RESAVED = "cms_dac/DAC_NationalDownloadableFile_2021_excel_resaved.csv"
LINKAGE = "ahrq/chsp-hospital-linkage-2018.csv"
PANDAS = "nppes/npidata_2025_v2header_pandas.csv"


@cache
def counted(path: Path) -> tuple[dict[str, str], ...]:
    file = InputFile.of(path)
    with path.open(encoding="utf-8-sig" if file.encoding == "utf-8" else file.encoding, newline="") as opened:
        first = opened.readline()
        opened.seek(0)
        mark = max(",;\t", key=first.count)
        rows = csv.DictReader(opened, delimiter=mark)
        return tuple({(k or "").strip(): (v or "").strip() for k, v in row.items() if k} for row in rows)


@cache
def read(path: Path, name: str) -> Whole:
    return whole(CSV_SOURCES[name].read(InputFile.of(path)))


@pytest.mark.parametrize(("path", "name"), READ.items(), ids=lambda value: str(value).rsplit("/", 1)[-1])
def test_every_row_is_a_record_or_an_issue(shared_data: Path, path: str, name: str) -> None:
    file = InputFile.of(shared_data / path)
    assert [source.name for source in SOURCES if source.recognises(head_of(file))] == [name]
    found = read(shared_data / path, name)
    assert found.rows_read == len(counted(shared_data / path))
    assert not [i for i in found.issues if i.reason == "unknown column, not read"]
    if not found.rows_read:
        assert (None, "the file has no rows", 1) in found.said(Level.WARNING)


def test_nothing_else_among_the_extracts_is_claimed(shared_data: Path) -> None:
    claimed = set()
    for path in sorted(shared_data.rglob("*")):
        if path.suffix in {".csv", ".txt", ".json"}:
            head = head_of(InputFile(path=path, name=path.name))
            if any(source.recognises(head) for source in CSV_SOURCES.values()):
                claimed.add(path.relative_to(shared_data).as_posix())
    assert claimed == set(READ)


@pytest.mark.parametrize("path", [p for p, name in READ.items() if name == "nppes"])
def test_people_organizations_and_deactivated_npis_are_told_apart(shared_data: Path, path: str) -> None:
    rows = counted(shared_data / path)
    kinds = Counter(row["Entity Type Code"][:1] for row in rows if row.get("NPI"))
    found = read(shared_data / path, "nppes")
    sizes = {name: len(frame) for name, frame in found.tables.items() if len(frame)}
    expected = {"nppes_people": kinds["1"], "nppes_organizations": kinds["2"], "nppes_deactivated": kinds[""]}
    assert sizes == {name: count for name, count in expected.items() if count}


def test_all_taxonomy_slots_of_2018_are_kept_in_order_with_the_switch_x(shared_data: Path) -> None:
    path = shared_data / "nppes/npidata_20181204_individuals_CT_MA_RI.csv"
    people = {row["npi"]: row["taxonomies"] for row in read(path, "nppes").rows("nppes_people")}
    assert len(people) == 1595
    for row in counted(path):
        slots = [
            "|".join((
                row[f"Healthcare Provider Taxonomy Code_{slot}"],
                row[f"Provider License Number State Code_{slot}"],
                row[f"Healthcare Provider Primary Taxonomy Switch_{slot}"],
                row[f"Provider License Number_{slot}"],
            ))
            for slot in range(1, 16)
            if row[f"Healthcare Provider Taxonomy Code_{slot}"]
        ]  # fmt: skip
        assert people[row["NPI"]] == ";".join(slots)
    assert sum("|X|" in str(slots) for slots in people.values()) > 20


def test_the_2025_extract_re_saved_as_floats_is_mended(shared_data: Path) -> None:
    found = read(shared_data / PANDAS, "nppes")
    rows = [row for row in counted(shared_data / PANDAS) if row["Entity Type Code"]]
    column = "Provider Business Practice Location Address Postal Code"
    zips = [row[column].removesuffix(".0") for row in rows]
    short = sum(len(code) in (3, 4, 7, 8) for code in zips)
    repairs = {(field, reason): count for field, reason, count in found.said(Level.REPAIRED)}
    assert repairs["zip", LOST_ZERO] == short > 30
    assert repairs["zip", LOST_ZERO] + repairs["zip", DECIMAL] == len(rows)
    assert repairs["entity", DECIMAL] == len(rows)
    for table in ("nppes_people", "nppes_organizations"):
        assert found.tables[table]["zip"].notna().all()


def test_the_radiology_extract_keeps_people_groups_and_hospitals(shared_data: Path) -> None:
    rows = counted(shared_data / RADIOLOGY)
    frame = read(shared_data / RADIOLOGY, "clinicians").tables["clinicians"]
    assert frame["npi"].nunique() == len({row["NPI"] for row in rows}) == 2082
    assert frame["npi"].value_counts().max() == max(Counter(row["NPI"] for row in rows).values()) == 33
    assert frame["group_id"].notna().sum() == sum(bool(row["Group Practice PAC ID"]) for row in rows)
    expected = [
        ";".join(filter(None, (row[f"Hospital affiliation CCN {place}"] for place in range(1, 6))))
        for row in rows
    ]
    assert frame["hospital_ccns"].fillna("").tolist() == expected
    suppressed = sum(row["Marker of address line 2 suppression"] == "Y" for row in rows)
    assert (frame["street_2_suppressed"] == "Y").sum() == suppressed > 200


def test_the_hospitals_of_the_radiologists_join_the_linkage(shared_data: Path) -> None:
    ccns = read(shared_data / RADIOLOGY, "clinicians").tables["clinicians"]["hospital_ccns"].dropna()
    theirs = {ccn for listed in ccns for ccn in listed.split(";")}
    linked = set(read(shared_data / LINKAGE, "health_systems").tables["system_hospitals"]["ccn"])
    assert (len(theirs & linked), len(theirs)) == (2090, 2230)


def test_the_re_saved_clinicians_of_2021_get_their_zeros_back(shared_data: Path) -> None:
    rows = counted(shared_data / RESAVED)
    found = read(shared_data / RESAVED, "clinicians")
    repairs = {(field, reason): count for field, reason, count in found.said(Level.REPAIRED)}
    assert repairs["pac_id", LOST_ZERO] == sum(len(row["Ind_PAC_ID"]) < 10 for row in rows)
    assert repairs["ccn_1", LOST_ZERO] == sum(len(row["hosp_afl_1"]) == 5 for row in rows)
    assert repairs["zip", LOST_ZERO] == sum(len(row["zip"]) in (3, 4, 7, 8) for row in rows)
    assert ("phone", ROUNDED, sum("E+" in row["phn_numbr"] for row in rows)) in found.said(Level.WARNING)
    assert found.tables["clinicians"]["zip"].notna().all()


def test_linked_hospitals_keep_a_blank_system(shared_data: Path) -> None:
    rows = [row for row in counted(shared_data / LINKAGE) if row["ccn"]]
    frame = read(shared_data / LINKAGE, "health_systems").tables["system_hospitals"]
    assert frame["ccn"].tolist() == [row["ccn"] for row in rows]
    assert frame["system_id"].isna().sum() == sum(not row["health_sys_id"] for row in rows) > 2000


def test_hospitals_keep_letters_in_their_number_and_no_word_for_nothing(shared_data: Path) -> None:
    path = shared_data / "cms_hospital/Hospital_General_Information.csv"
    frame = read(path, "hospitals").tables["hospitals"]
    assert frame["ccn"].tolist() == [row["Facility ID"] for row in counted(path)]
    unrated = sum(row["Hospital overall rating"] == "Not Available" for row in counted(path))
    assert frame["rating"].isna().sum() == unrated > 2000
    assert frame["phone"].notna().all()


def test_the_crosswalk_has_a_code_of_two_characters_for_every_type_that_has_one(shared_data: Path) -> None:
    path = shared_data / "nucc/medicare-provider-taxonomy-2019_crosswalk.csv"
    rows = read(path, "taxonomy").rows("cms_crosswalk")
    codes = [row["MEDICARE SPECIALTY CODE"] for row in counted(path)]
    surgery = counted(path)[codes.index("2") : codes.index("3")]
    general = [row["taxonomy_code"] for row in rows if row["medicare_code"] == "02"]
    assert general == [row["PROVIDER TAXONOMY CODE"] for row in surgery]
    assert len(general) > 20
    assert {len(row["medicare_code"]) for row in rows if row["medicare_code"]} == {2}
    assert not [row for row in rows if "[" in f"{row['medicare_code']}{row['cms_name']}"]


def test_procedures_keep_people_only_and_all_their_counts(shared_data: Path) -> None:
    path = shared_data / "medicare_utilization/Medicare_Provider_Utilization_CY2012.txt"
    people = [row for row in counted(path) if row["nppes_entity_code"] == "I"]
    frame = read(path, "procedures").tables["procedures"]
    assert frame["hcpcs"].tolist() == [row["hcpcs_code"] for row in people]
    assert frame["services"].astype(float).sum() == pytest.approx(
        sum(float(row["line_srvc_cnt"]) for row in people)
    )


def test_cancer_centers_have_state_zip_and_point(shared_data: Path) -> None:
    path = shared_data / "institutions/NCI_CancerCenter_Address_fall2024.DERIVED_from_dbf.csv"
    frame = read(path, "nci_centers").tables["nci_centers"]
    assert frame.drop(columns="url").notna().all(axis=None)
    assert frame["lat"].astype(float).tolist() == pytest.approx([float(r["Latitude"]) for r in counted(path)])
