"""Tie keys of a person: chains of owners, towers, faculty, ends of trials and classes."""

from dataclasses import replace
from typing import Any

from finder.documents import OrganizationKind, TieLabel, Trial
from ingest.link import Reference
from ingest.merge import Person, merged
from ingest.owners import Link
from ingest.ties import ties_of
from tests.unit.ingest.staged_rows import clinician, nppes, person_rows, roster

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
