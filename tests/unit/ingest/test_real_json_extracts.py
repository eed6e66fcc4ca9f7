"""The real extracts of the JSON formats: everything that the files hold, counted by the json module."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.clean import is_npi
from ingest.files import InputFile
from ingest.sources import qhp_providers, tic_networks, trials
from ingest.sources.base import Batch, Level, Source, head_of

SOURCES = (trials.SOURCE, qhp_providers.SOURCE, tic_networks.SOURCE)
ROLES = {"PRINCIPAL_INVESTIGATOR", "STUDY_CHAIR", "STUDY_DIRECTOR", "SUB_INVESTIGATOR"}
TRIAL_FILES = (
    "NCT02513394_pallas_breast.json",
    "ctg-studies_cluster_headache_120.json",
    "ctg-studies_diabetes_100.json",
    "ctg-studies_digital_therapeutics_128.json",
    "ctg-studies_nsclc_100.json",
)


def read(source: Source, path: Path) -> list[Batch]:
    return list(source.read(InputFile.of(path)))


def staged(found: list[Batch], table: str) -> int:
    return sum(len(b.tables[table]) for b in found if table in b.tables)


def totals(found: list[Batch]) -> tuple[int, int, int]:
    rejected = sum(i.level is Level.REJECTED for b in found for i in b.issues)
    return sum(b.rows_read for b in found), sum(b.records for b in found), rejected


def test_each_file_is_recognised_by_its_own_source_and_no_other(shared_data: Path) -> None:
    claimed = {
        path.relative_to(shared_data).as_posix(): [s.name for s in SOURCES if s.recognises(head_of(file))]
        for path in sorted(shared_data.rglob("*"))
        if path.suffix in (".json", ".csv", ".txt") and (file := InputFile(path=path, name=path.name))
    }
    assert {name: names for name, names in claimed.items() if names} == {
        **{f"clinicaltrials/{name}": ["trials"] for name in TRIAL_FILES},
        "qhp/cms-data-index.json": ["qhp_providers"],
        "qhp/plans.json": ["qhp_providers"],
        "qhp/providers.json": ["qhp_providers"],
        "tic/bcbst_in_network_2022-04-22.json": ["tic_networks"],
        "tic/in-network-rates-all-negotiated-types-sample.json": ["tic_networks"],
        "tic/in-network-rates-fee-for-service-single-plan-sample.json": ["tic_networks"],
    }


@pytest.mark.parametrize("name", TRIAL_FILES)
def test_every_study_site_and_investigator_of_an_extract_is_staged(shared_data: Path, name: str) -> None:
    path = shared_data / "clinicaltrials" / name
    content = json.loads(path.read_text())
    studies = content if isinstance(content, list) else [content]
    modules = [s["protocolSection"].get("contactsLocationsModule", {}) for s in studies]
    sites = [site for m in modules for site in m.get("locations", [])]
    people = [p for m in modules for p in m.get("overallOfficials", [])]
    people += [p for site in sites for p in site.get("contacts", [])]
    found = read(trials.SOURCE, path)
    assert totals(found) == (len(studies), len(studies), 0)
    assert staged(found, "trial_sites") == len(sites)
    assert staged(found, "trial_people") == sum(p.get("role") in ROLES for p in people)
    points = sum(int(b.tables["trial_sites"]["lat"].notna().sum()) for b in found)
    assert points == sum("geoPoint" in site for site in sites)


def test_the_tennessee_network_gives_all_its_members(shared_data: Path) -> None:
    path = shared_data / "tic" / "bcbst_in_network_2022-04-22.json"
    content: dict[str, Any] = json.loads(path.read_text())
    rates = [rate for item in content["in_network"] for rate in item["negotiated_rates"]]
    groups = [group for rate in rates for group in rate["provider_groups"]]
    listed = {str(npi) for group in groups for npi in group["npi"]}
    found = read(tic_networks.SOURCE, path)
    members = {npi for b in found for npi in b.tables["network_members"]["npi"]}
    assert totals(found) == (len(groups), len(groups), 0)
    assert len(listed) == 29_661
    assert members == {npi for npi in listed if is_npi(npi)} == listed
    pairs = {(str(npi), group["tin"].get("value")) for group in groups for npi in group["npi"]}
    assert staged(found, "network_members") == len(pairs)
    assert {d for b in found for d in b.tables["network_members"]["as_of"]} == {"2022-04-22"}


@pytest.mark.parametrize(
    "name",
    [
        "in-network-rates-all-negotiated-types-sample.json",
        "in-network-rates-fee-for-service-single-plan-sample.json",
    ],
)
def test_the_invalid_numbers_of_the_network_examples_are_rejected(shared_data: Path, name: str) -> None:
    path = shared_data / "tic" / name
    references = json.loads(path.read_text())["provider_references"]
    groups = sum(len(reference["provider_groups"]) for reference in references)
    found = read(tic_networks.SOURCE, path)
    assert totals(found) == (groups, 0, groups)


def test_the_invalid_number_of_the_directory_example_is_rejected_with_reason(shared_data: Path) -> None:
    path = shared_data / "qhp" / "providers.json"
    content = json.loads(path.read_text())
    people = [p for p in content if p["type"] == "INDIVIDUAL"]
    valid = [p for p in people if is_npi(p["npi"])]
    found = read(qhp_providers.SOURCE, path)
    bad = len(people) - len(valid)
    assert totals(found) == (len(content), len(content) - bad, bad)
    assert staged(found, "qhp_people") == len(valid)
    assert staged(found, "qhp_networks") == sum(len(p["plans"]) for p in valid)
    [issue] = [i for b in found for i in b.issues if i.level is Level.REJECTED]
    assert (issue.row, issue.field) == (2, "npi")
    assert "check digit" in issue.reason


def test_the_plans_of_the_directory_example_are_staged(shared_data: Path) -> None:
    path = shared_data / "qhp" / "plans.json"
    found = read(qhp_providers.SOURCE, path)
    assert staged(found, "plans") == len(json.loads(path.read_text()))
