"""All rows of one NPI become one person."""

from itertools import permutations
from typing import Any

import pytest

from ingest.merge import LeftOut, Person, merged
from ingest.rows import NppesDeactivated
from tests.unit.ingest.staged_rows import (
    NPI,
    affiliation,
    clinician,
    nppes,
    payer,
    person_rows,
    procedure,
    roster,
)


def person(*rows: Any) -> Person:
    found = merged(person_rows(*rows))
    assert isinstance(found, Person)
    return found


def test_the_switched_taxonomy_is_primary_wherever_it_stands() -> None:
    found = person(nppes(taxonomies="207R00000X|MD|N|1;207RX0202X|MD|Y|1;207RH0003X|DC|X|2"))
    assert [c.code for c in found.codes] == ["207RX0202X", "207R00000X", "207RH0003X"]


def test_without_a_switch_the_first_slot_is_primary() -> None:
    assert person(nppes(taxonomies="207RX0202X|MD|X|1;207R00000X|MD|X|1")).codes[0].code == "207RX0202X"


def test_the_newest_row_with_taxonomies_gives_them() -> None:
    old = nppes(as_of="2016-01-01", taxonomies="207R00000X|MD|Y|1")
    new_without = nppes(as_of="2025-01-01", taxonomies=None)
    assert [c.code for c in person(old, new_without).codes] == ["207R00000X"]


def test_licence_states_come_from_every_slot() -> None:
    assert person(nppes(taxonomies="207R00000X|MD|Y|1;207R00000X|DC|N|2")).licence_states == ("DC", "MD")


def test_licence_states_come_from_the_row_that_gives_the_codes() -> None:
    old, older = nppes(as_of="2016-01-01"), nppes(as_of="2012-01-01", taxonomies="207R00000X|VA|Y|1")
    assert person(nppes(as_of="2025-01-01", taxonomies=None), old, older).licence_states == ("MD",)


def test_a_deactivated_person_leaves() -> None:
    rows = person_rows(nppes(as_of="2015-01-01"), clinician())
    rows.nppes_deactivated.append(NppesDeactivated(NPI, None, "2020-01-01"))
    assert merged(rows) == LeftOut("deactivated")


@pytest.mark.parametrize(
    ("file_date", "row", "leaves"),
    [
        ("2024-06", {"as_of": "2020-02-01"}, True),
        ("2024-06", {"as_of": "2025-01-01"}, False),
        ("2020-01", {"as_of": "2020-02-01"}, False),
        ("2024-06", {"as_of": "2020-02-01", "reactivated_on": "2020-01-15"}, False),
        ("2024-06", {"as_of": "2020-02-01", "reactivated_on": "2019-01-15"}, True),
    ],
)
def test_a_deactivation_is_as_new_as_the_file_that_states_it(
    file_date: str, row: dict[str, str], leaves: bool
) -> None:
    rows = person_rows(nppes(**row))
    rows.nppes_deactivated.append(NppesDeactivated(NPI, file_date, "2020-01-01"))
    assert (merged(rows) == LeftOut("deactivated")) is leaves


def test_a_reactivated_person_stays() -> None:
    rows = person_rows(nppes(as_of="2015-01-01", deactivated_on="2020-01-01", reactivated_on="2020-03-01"))
    assert isinstance(merged(rows), Person)


def test_nobody_is_made_of_a_number_without_a_name() -> None:
    assert merged(person_rows(payer(last_name=None))) == LeftOut("no source gives a name")


def test_a_name_without_a_letter_is_no_name() -> None:
    nameless = nppes(last_name="--", first_name=".")
    assert merged(person_rows(nameless)) == LeftOut("no source gives a name")
    assert person(nameless, roster()).name == "Jane Doe"


def test_groups_are_those_of_the_newest_clinician_file() -> None:
    found = person(clinician(as_of="2017", group_id="0000000001", group_name="OLD GROUP"), clinician())
    assert [g.id for g in found.groups] == ["0042001001"]
    assert [v.value for v in found.facts["group"].others] == ["Old Group"]


def test_hospitals_of_all_sources_are_joined() -> None:
    found = person(
        clinician(hospital_ccns="990002;990003", hospital_names="TWO|THREE"),
        affiliation(),
        affiliation(ccn="995555", facility_type="Nursing home"),
        roster(institution_ccn="990004"),
    )
    assert [h.id for h in found.hospitals] == ["990001", "990002", "990003", "990004"]


def test_hospitals_of_other_names_count_and_places_that_many_groups_visit_do_not() -> None:
    kinds = ("Long-term care hospital", "Inpatient rehabilitation facility", None, "Hospice",
             "Home health agency", "Dialysis facility", "Nursing home")  # fmt: skip
    rows = [affiliation(ccn=f"99000{n}", facility_type=kind) for n, kind in enumerate(kinds)]
    assert [h.id for h in person(*rows).hospitals] == ["990000", "990001", "990002"]


def test_hospitals_of_a_clinician_file_years_older_than_the_affiliations_are_history() -> None:
    old = clinician(as_of="2017", hospital_ccns="990009")
    assert [h.id for h in person(old, affiliation()).hospitals] == ["990001"]
    assert [h.id for h in person(old, affiliation(as_of="2019")).hospitals] == ["990001", "990009"]
    assert [h.id for h in person(old, nppes(as_of="2024-01-01")).hospitals] == ["990009"]


def test_only_the_newest_current_roster_states_a_sole_practice() -> None:
    alone = roster(as_of="2018-01-01", sole_practice="yes")
    assert person(alone).is_sole_practice
    assert not person(alone, roster(sole_practice="no")).is_sole_practice
    assert not person(alone, clinician()).is_sole_practice


def test_one_address_in_two_spellings_is_one_site_with_both_sources() -> None:
    found = person(nppes(street_2="STE 5", fax="4105550199"), clinician(street_2="# 5"))
    assert len(found.sites) == 1
    assert set(found.sites[0].sources) == {"nppes", "clinicians"}
    assert found.sites[0].fax == "4105550199"


def test_a_site_gets_the_middle_of_its_zip_area_and_says_so() -> None:
    site = person(nppes()).sites[0]
    assert site.point == (39.2975, -76.5927)
    assert site.point_from == "zip"


def test_a_foreign_address_is_no_site() -> None:
    assert person(nppes(country="CA", state=None, zip=None)).sites == ()


def test_any_source_with_a_name_makes_a_person() -> None:
    for row in (clinician(), procedure(), payer(), roster(), affiliation()):
        assert person(row).name == "Jane Doe"


def test_the_order_of_rows_changes_nothing() -> None:
    rows = [
        nppes(), nppes(as_of="2016-01-01", zip="20016"), clinician(),
        clinician(as_of="2017", group_id="0000000001"), roster(languages="es;en"),
    ]  # fmt: skip
    results = [merged(person_rows(*order)) for order in permutations(rows)]
    assert all(isinstance(r, Person) for r in results)
    shown = {repr((r.name, r.codes, r.sites, r.groups, r.facts)) for r in results if isinstance(r, Person)}
    assert len(shown) == 1


def test_a_former_name_can_be_searched() -> None:
    assert "smith" in person(nppes(other_last_name="SMITH")).name_folded.split()
