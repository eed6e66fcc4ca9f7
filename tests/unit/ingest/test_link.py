"""What a merge looks up, from staged tables: centers once, crowded telephones and faxes."""

from pathlib import Path

import pytest

from ingest.crowds import MAX_PEOPLE_ON_ONE_PHONE
from ingest.link import Reference, Referral, reference, trial_ends
from ingest.organizations import organizations
from tests.unit.ingest.staged_tables import staged


def reference_of(folder: Path, table: str, rows: list[dict[str, str]]) -> Reference:
    with staged(folder, {table: rows}) as staging:
        return reference(staging)


def test_a_center_that_two_years_list_is_one_organization_as_the_newer_says(tmp_path: Path) -> None:
    center = {"name": "Example Center", "zip": "21287"}
    found = reference_of(
        tmp_path,
        "nci_centers",
        [
            center | {"as_of": "2026", "center_type": "Comprehensive"},
            center | {"as_of": "2020", "center_type": "Clinical", "name": "EXAMPLE Center"},
            center | {"as_of": "2020", "zip": "20010"},
        ],
    )
    made = list(organizations(found, is_demonstration=False))
    assert [o.id for o in made] == [
        "cancer_center:example-center-20010",
        "cancer_center:example-center-21287",
    ]
    assert made[1].facts["designation"].best.value == "Comprehensive"


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("nppes_people", "phone"),
        ("nppes_people", "fax"),
        ("nppes_locations", "phone"),
        ("nppes_locations", "fax"),
        ("clinicians", "phone"),
    ],
)
def test_a_number_of_too_many_people_is_crowded_wherever_it_is_listed(
    tmp_path: Path, table: str, column: str
) -> None:
    few = [{"npi": str(n), column: "4105550101"} for n in range(MAX_PEOPLE_ON_ONE_PHONE)]
    many = [{"npi": str(n), column: "4105550102"} for n in range(MAX_PEOPLE_ON_ONE_PHONE + 1)]
    assert reference_of(tmp_path, table, few + many).crowded_phones == {"4105550102"}


def test_former_names_of_a_group_find_it_under_its_one_number(tmp_path: Path) -> None:
    group = {"group_id": "0042001001", "npi": "1", "as_of": "2023"}
    rows = [group | {"group_name": name} for name in ("NEW NAME PC", "Old Name, P.C.", "new name pc")]
    rows.append(group | {"group_name": "OLDER NAME", "as_of": "2019"})
    found = reference_of(tmp_path, "clinicians", rows)
    (made,) = organizations(found, is_demonstration=False)
    assert {made.name_folded, *made.aliases} == {"new name pc", "old name p c", "older name"}


def test_a_hospital_says_whether_the_linkage_lists_it_with_a_system_or_without(tmp_path: Path) -> None:
    rows = [
        {"ccn": "990001", "hospital_name": "ONE", "system_id": "HSI1", "system_name": "S", "as_of": "2023"},
        {"ccn": "990002", "hospital_name": "TWO", "as_of": "2023"},
    ]
    made = {o.id: o for o in organizations(reference_of(tmp_path, "system_hospitals", rows), False)}
    said = [made[f"hospital:99000{n}"].facts["in_linkage"].best.value for n in (1, 2)]
    assert said == ["with a system", "without a system"]
    assert "in_linkage" not in made["system:HSI1"].facts


def test_a_system_carries_its_acceptance_rule_or_that_none_is_published(tmp_path: Path) -> None:
    row = {"ccn": "090005", "hospital_name": "Sibley", "as_of": "2018", "system_id": "HSI00000531",
           "system_name": "Johns Hopkins Health System"}  # fmt: skip
    made = {o.id: o for o in organizations(reference_of(tmp_path, "system_hospitals", [row]), False)}
    assert made["system:HSI00000531"].facts["sees_own_patients"].best.value == "not published"


def test_a_cancer_center_belongs_to_the_system_that_centers_csv_names(tmp_path: Path) -> None:
    name = "Sidney Kimmel Comprehensive Cancer at Center at Johns Hopkins University"
    found = reference_of(tmp_path, "nci_centers", [{"name": name, "zip": "21231", "as_of": "2024"}])
    (made,) = organizations(found, is_demonstration=False)
    assert made.owner_ids == ("system:HSI00000531",)


def test_the_end_of_a_trial_is_read_from_its_newest_record_for_linked_trials_only(tmp_path: Path) -> None:
    rows = [
        {"nct_number": "NCT1", "end_date": "2020-01", "as_of": "2019-05-01"},
        {"nct_number": "NCT1", "end_date": "2021-06", "as_of": "2020-05-01"},
        {"nct_number": "NCT2", "end_date": "2022-01", "as_of": "2020-05-01"},
        {"nct_number": "NCT3", "as_of": "2020-05-01"},
    ]
    with staged(tmp_path, {"trials": rows}) as staging:
        assert trial_ends(staging, ["NCT1", "NCT3"]) == {"NCT1": "2021-06"}


def test_a_referral_that_one_roster_names_holds_for_both_and_counts_by_its_newest_row(tmp_path: Path) -> None:
    one, other = "1234567893", "1999999984"
    rows = [
        {
            "npi": one,
            "referral_partners": f"{other};{one}",
            "institution": "EXAMPLE HOSPITAL",
            "as_of": "2023",
        },
        {"npi": other, "referral_partners": one, "as_of": "2025"},
        {"npi": other, "referral_partners": "1000000004", "as_of": "2019"},
    ]
    found = reference_of(tmp_path, "rosters", rows).referrals
    assert set(found) == {one, other}
    assert found[one] == (Referral(other, "one of them", "2025"),)
    assert found[other] == (Referral(one, "one of them", "2025"),)
