"""Tie keys of a person: chains of owners, towers, faculty, ends of trials and classes."""

from dataclasses import replace
from typing import Any

import pytest

from finder.documents import OrganizationKind, TieLabel, Trial
from ingest.link import Reference, Referral
from ingest.merge import Person, merged
from ingest.owners import Link
from ingest.ties import ties_of
from tests.unit.ingest.staged_rows import NPI, clinician, nppes, person_rows, roster

EMPTY = Reference({}, {}, {}, {}, {}, {}, {}, (), {}, frozenset(), frozenset())
SYSTEM = Link(OrganizationKind.SYSTEM, "S", "System S", "health_systems", "2023")
OWNER = Link(OrganizationKind.OWNER, "O", "Owner O", "health_systems", "2023", "system:S")
TRIAL = Trial("NCT01", "A trial", "COMPLETED", "principal_investigator", "trials", "2021-02-03")


def ties(*rows: Any, trials: tuple[Trial, ...] = (), **tables: Any) -> dict[str, TieLabel]:
    person = merged(person_rows(*rows))
    assert isinstance(person, Person)
    return ties_of(person, trials, replace(EMPTY, **tables))


def test_each_owner_names_the_step_below_it_down_to_the_group() -> None:
    found = ties(clinician(), group_links={"0042001001": (SYSTEM, OWNER)})
    assert (found["owner:O"].via_key, found["system:S"].via_key) == ("system:S", "group:0042001001")
    assert found["group:0042001001"].via_key is None
    assert found["owner:O"].via == "practice group Example Group PC"


def test_a_tower_is_shown_as_a_building_and_a_suite_in_it_is_an_address_too() -> None:
    tower: dict[str, Any] = {"crowded_buildings": frozenset({"1 example st|21287"})}
    assert "building:1 example st|21287" in ties(nppes(), **tower)
    assert not [key for key in ties(nppes(), **tower) if key.startswith("address:")]
    within = ties(nppes(street_2="Suite 5"), **tower)
    assert {"building:1 example st|21287", "address:1 example st|5|21287"} <= set(within)
    assert within["building:1 example st|21287"].label == "1 Example St, Baltimore"


def test_a_crowded_suite_is_no_address() -> None:
    tables: dict[str, Any] = {
        "crowded_buildings": frozenset({"1 example st|21287"}),
        "crowded_suites": frozenset({"1 example st|5|21287"}),
    }
    found = ties(nppes(street_2="Suite 5"), **tables)
    assert not [key for key in found if key.startswith("address:")]


def test_a_house_of_few_practices_is_an_address_only() -> None:
    found = ties(nppes())
    assert "address:1 example st||21287" in found
    assert not [key for key in found if key.startswith("building:")]


def test_a_chair_at_a_medical_school_ties_to_its_system() -> None:
    found = ties(
        nppes(), roster(academic_institution="Big School of Medicine"),
        school_links={"big school of medicine": (SYSTEM,)},
    )  # fmt: skip
    assert found["system:S"].via == "Big School of Medicine"


def test_trial_and_class_carry_their_own_end() -> None:
    found = ties(
        clinician(school="BIG SCHOOL", graduation_year="2006"),
        trials=(TRIAL,),
        trial_ends={"NCT01": "2020-11"},
    )
    assert found["trial:NCT01"].until == "2020-11"
    assert found["school:big school:2006"].until == "2006"
    assert ties(nppes(), trials=(TRIAL,))["trial:NCT01"].until is None


RESIDENCY = {
    "residency_institution": "EXAMPLE HOSPITAL", "residency_specialty": "Surgery", "residency_year": "2012"
}  # fmt: skip


def test_a_residency_is_a_tie_by_place_field_and_last_year_however_old_the_roster_is() -> None:
    found = ties(clinician(), roster(as_of="2015", **RESIDENCY))
    label = found["residency:example-hospital-surgery-2012"]
    assert (label.label, label.source, label.until) == ("Example Hospital, Surgery, 2012", "rosters", "2012")


@pytest.mark.parametrize("missing", sorted(RESIDENCY))
def test_a_residency_without_place_field_or_year_is_no_tie(missing: str) -> None:
    found = ties(clinician(), roster(**{**RESIDENCY, missing: None}))
    assert not [key for key in found if key.startswith("residency:")]


def test_reviewers_of_one_program_share_its_id_whether_by_id_or_by_name() -> None:
    known: dict[str, Any] = {
        "program_names": {
            "second look": ("demo-look", "Second Look"),
            "demo look": ("demo-look", "Second Look"),
        }
    }
    for text in ("Second Look", "demo-look"):
        assert ties(roster(second_opinion_programs=text), **known)["program:demo-look"].label == "Second Look"
    assert "program:another-one" in ties(roster(second_opinion_programs="Another one"), **known)


def test_a_roster_that_is_history_names_no_reviewer() -> None:
    old = roster(as_of="2015", second_opinion_programs="Second Look")
    assert not [key for key in ties(clinician(), old) if key.startswith("program:")]


def test_referral_partners_share_one_key_that_ends_with_the_day_of_the_statement() -> None:
    told = {NPI: (Referral("1999999984", "Example Hospital", "2024-05-01"),)}
    label = ties(clinician(), referrals=told)["referral:1234567893-1999999984"]
    assert (label.label, label.until) == ("Example Hospital", "2024-05-01")
