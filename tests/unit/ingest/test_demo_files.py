"""The files of the demonstration world: publishers' headers, the same bytes for a seed, sums that agree."""

import csv
import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.demo import generate as files
from ingest.demo.generate import DemoReport, generate

PEOPLE = 300


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoReport:
    """A small world on disk."""
    return generate(PEOPLE, tmp_path_factory.mktemp("demo"), seed=3)


def rows(demo: DemoReport, name: str) -> list[dict[str, str]]:
    """All rows of one CSV file."""
    with (demo.folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def header(path: Path) -> list[str]:
    """The first line of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file under the folder."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def the_truth(demo: DemoReport) -> dict[str, Any]:
    """The truth file."""
    found: dict[str, Any] = json.loads(gzip.decompress((demo.folder / files.TRUTH).read_bytes()))
    return found


def studies(demo: DemoReport) -> Iterator[dict[str, Any]]:
    """The studies, one after the other."""
    for line in gzip.decompress((demo.folder / files.STUDIES).read_bytes()).splitlines():
        yield json.loads(line)["protocolSection"]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(
    demo: DemoReport, tmp_path: Path
) -> None:
    generate(PEOPLE, tmp_path / "again", seed=3)
    generate(PEOPLE, tmp_path / "other", seed=4)
    first, again, other = (
        checksums(folder) for folder in (demo.folder, tmp_path / "again", tmp_path / "other")
    )
    assert first == again
    assert first[files.REGISTRY] != other[files.REGISTRY]


@pytest.mark.parametrize(
    ("name", "real"),
    [
        (files.REGISTRY, "nppes/HEADER_ONLY_npidata_pfile_20250608_V2.csv"),
        ("Hospital_General_Information.csv", "cms_hospital/Hospital_General_Information.csv"),
        ("chsp-compendium-2023.csv", "ahrq/HEADER_ONLY_chsp-compendium-2023.csv"),
        ("chsp-hospital-linkage-2023.csv", "ahrq/HEADER_ONLY_chsp-hospital-linkage-2023.csv"),
        (
            "NCI_CancerCenter_Address_demo.csv",
            "institutions/NCI_CancerCenter_Address_fall2024.DERIVED_from_dbf.csv",
        ),
    ],
)
def test_headers_are_the_publishers_own(demo: DemoReport, shared_data: Path, name: str, real: str) -> None:
    assert header(demo.folder / name) == header(shared_data / real)


def test_further_places_too_have_the_publishers_header_and_no_file_without_rows(
    demo: DemoReport, shared_data: Path
) -> None:
    written = {name: next(csv.reader([head])) for name, head, _rows in files.BY_PERSON}
    assert written[files.LOCATIONS] == header(shared_data / "nppes/HEADER_ONLY_pl_pfile_20250608.csv")
    assert not (demo.folder / files.LOCATIONS).exists()  # nobody of so small a world has a second place


@pytest.mark.parametrize(
    ("name", "title"),
    [
        (files.CLINICIANS, "## DAC_NationalDownloadableFile.csv"),
        (files.FACILITIES, "## Facility_Affiliation.csv"),
    ],
)
def test_clinician_headers_follow_the_described_layout(
    demo: DemoReport, shared_data: Path, name: str, title: str
) -> None:
    text = (shared_data / "cms_dac" / "SCHEMA_current_DAC_and_Facility_Affiliation.md").read_text(
        encoding="utf-8"
    )
    parts = text.split(title)[1].split("\n\n")
    names = next(part[part.index("NPI, Ind_PAC_ID") :] for part in parts if "NPI, Ind_PAC_ID" in part)
    assert header(demo.folder / name) == [column.strip() for column in names.replace("\n", " ").split(",")]


def test_packed_files_carry_no_time_of_writing(demo: DemoReport) -> None:
    for name in (files.STUDIES, files.TRUTH):
        assert (demo.folder / name).read_bytes()[4:8] == bytes(4), name


def test_every_row_has_as_many_fields_as_its_header(demo: DemoReport) -> None:
    for path in demo.folder.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            widths = {len(row) for row in csv.reader(file)}
        assert len(widths) == 1, path.name


def test_the_report_counts_the_rows_of_every_file(demo: DemoReport) -> None:
    for path in demo.folder.rglob("*.csv"):
        name = str(path.relative_to(demo.folder))
        assert demo.files[name] == len(rows(demo, name)), name
    assert demo.files[files.STUDIES] == len(list(studies(demo)))
    assert demo.files[files.PROVIDERS] == len(json.loads((demo.folder / files.PROVIDERS).read_bytes()))


def test_taxonomies_stand_in_any_slot_and_given_up_numbers_are_blank(demo: DemoReport) -> None:
    found = rows(demo, files.REGISTRY)
    switches = {row["Healthcare Provider Primary Taxonomy Switch_1"] for row in found}
    assert {"Y", "N", "X", ""} <= switches
    gone = [row for row in found if not row["Entity Type Code"]]
    assert gone
    assert all(row["NPI Deactivation Date"] and not row["Provider Last Name (Legal Name)"] for row in gone)


def test_no_service_row_carries_a_description_or_a_small_count(demo: DemoReport) -> None:
    found = rows(demo, files.SERVICES)
    assert found
    assert all(row["HCPCS_Desc"] == "" and int(row["Tot_Benes"]) >= 11 for row in found)


def test_a_missing_group_number_is_missing_in_every_file(demo: DemoReport) -> None:
    hidden = {p["npi"] for p in the_truth(demo)["people"] if "missing_group" in p["noise"] and p["group"]}
    assert hidden
    assert all(not row["org_pac_id"] for row in rows(demo, files.CLINICIANS) if row["NPI"] in hidden)
    rates = json.loads((demo.folder / files.RATES).read_bytes())
    for reference in rates["provider_references"]:
        for group in reference["provider_groups"]:
            assert group["tin"]["type"] == "npi" or not hidden & {str(npi) for npi in group["npi"]}
    for path in demo.folder.glob("rosters/*.csv"):
        for row in rows(demo, f"rosters/{path.name}"):
            assert row["npi"] not in hidden or (row["practice_group"], row["sole_practice"]) == ("", "")


def test_the_groups_of_the_truth_are_those_of_the_clinician_file(demo: DemoReport) -> None:
    numbers = {row["NPI"]: row["org_pac_id"] for row in rows(demo, files.CLINICIANS)}
    known = [p for p in the_truth(demo)["people"] if p["published"]["group"] == "known"]
    assert len(known) > PEOPLE / 2
    assert all(numbers[p["npi"]] == p["group"]["id"] for p in known)


def test_same_group_pairs_of_the_truth_share_a_group_number(demo: DemoReport) -> None:
    truth, numbers = the_truth(demo), {row["NPI"]: row["org_pac_id"] for row in rows(demo, files.CLINICIANS)}
    pairs = [tie for tie in truth["ties"] if tie[truth["tie_columns"].index("kind")] == "same_group"]
    assert pairs
    assert all(numbers[a] == numbers[b] != "" for a, b, *_ in pairs)


def test_studies_name_their_investigators_at_their_own_hospital(demo: DemoReport) -> None:
    people = {p["npi"]: p for p in the_truth(demo)["people"]}
    of_study = {trial: p for p in people.values() for trial in p["trials"]}
    for study in studies(demo):
        number = study["identificationModule"]["nctId"]
        names = [
            c["name"] for place in study["contactsLocationsModule"]["locations"] for c in place["contacts"]
        ]
        assert number.startswith("NCT9")
        assert any(of_study[number]["first"] in name for name in names)
        assert study["contactsLocationsModule"]["overallOfficials"][0]["name"] in names


def test_an_earlier_demonstration_is_replaced_and_a_foreign_folder_refused(tmp_path: Path) -> None:
    generate(60, tmp_path / "demo", seed=1)
    (tmp_path / "demo" / "rosters" / "demo-roster-nowhere.csv").write_text("old", encoding="utf-8")
    generate(60, tmp_path / "demo", seed=2)
    assert not (tmp_path / "demo" / "rosters" / "demo-roster-nowhere.csv").exists()
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "letter.txt").write_text("keep me", encoding="utf-8")
    with pytest.raises(ValueError, match="holds other files"):
        generate(60, tmp_path / "foreign", seed=1)


def test_progress_ends_at_the_total(tmp_path: Path) -> None:
    seen: dict[str, tuple[int, int]] = {}
    generate(60, tmp_path, seed=1, progress=lambda step, done, total: seen.update({step: (done, total)}))
    assert list(seen) == ["people", "studies", "networks", "truth"]
    assert all(done == total for done, total in seen.values())
