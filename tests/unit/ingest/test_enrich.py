"""A person becomes a specialist: specialties, ties, networks, what is settled, who is left out."""

from dataclasses import replace
from typing import Any

import pytest

from finder.documents import OrganizationKind, Specialist
from ingest.enrich import enriched
from ingest.link import Link, Named
from ingest.merge import LeftOut, Person, merged
from ingest.rows import NetworkMember, QhpNetwork
from tests.unit.ingest.known import EMPTY, known, specialist
from tests.unit.ingest.staged_rows import NPI, affiliation, clinician, nppes, payer, person_rows, roster


def system(number: str) -> Link:
    return Link(OrganizationKind.SYSTEM, number, f"System {number}", "health_systems", "2023")


def test_taxonomies_come_first_and_medicare_names_follow() -> None:
    found = specialist(nppes(taxonomies="207RX0202X|MD|Y|1"), clinician(specialty="INTERVENTIONAL RADIOLOGY"))
    assert found.specialties == ("medical_oncology", "interventional_radiology")
    assert found.facts["specialty"].best.source == "nppes"
    assert [v.source for v in found.facts["specialty"].others] == ["clinicians"]


def test_without_nppes_the_specialty_comes_by_crosswalk_and_the_licence_is_unknown() -> None:
    found = specialist(clinician(specialty="INTERVENTIONAL RADIOLOGY"))
    assert found.specialties == ("interventional_radiology",)
    assert found.is_candidate
    assert found.licence_states == ()


def test_a_board_on_the_way_to_a_narrower_one_is_no_main_specialty() -> None:
    found = specialist(nppes(taxonomies="208600000X|MD|Y|1;208G00000X|MD|N|2"))
    assert found.specialties == ("general_surgery", "cardiothoracic_surgery")
    assert found.main_specialties == ("cardiothoracic_surgery",)


def test_payers_agreeing_against_a_lone_source_add_the_specialty_and_alone_they_add_nothing() -> None:
    surgeon = nppes(taxonomies="208600000X|MD|Y|1")
    urology = payer(specialties="Urology")
    one = specialist(surgeon, urology)
    assert (one.specialties, one.facts["specialty"].best.source) == (("general_surgery",), "nppes")
    two = specialist(surgeon, urology, payer(specialties="208800000X", as_of="2024-04-01"))
    assert two.specialties == ("general_surgery", "urology")
    assert two.facts["specialty"].best.source == "qhp_providers"


def test_a_wider_name_of_a_payer_says_nothing_against_the_narrower_specialty() -> None:
    found = specialist(nppes(taxonomies="208G00000X|MD|Y|1"), payer(specialties="General Surgery"))
    assert found.facts["specialty"].others == ()


def test_a_nurse_practitioner_may_be_a_prior_doctor_and_never_a_result() -> None:
    found = specialist(nppes(taxonomies="363L00000X|MD|Y|1"))
    assert not found.is_candidate


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([nppes(taxonomies="183500000X|MD|Y|1")], "not a kind of clinician that is kept"),
        ([nppes(taxonomies=None, credential="PT")], "no specialty known and no physician by credential"),
    ],
)
def test_who_is_left_out_has_a_reason(rows: list[Any], reason: str) -> None:
    person = merged(person_rows(*rows))
    assert isinstance(person, Person)
    assert enriched(person, known()) == LeftOut(reason)


def test_a_physician_without_a_known_specialty_is_kept_as_a_prior_doctor() -> None:
    found = specialist(nppes(taxonomies=None, credential="M.D."))
    assert found.specialties == ()
    assert not found.is_candidate


@pytest.mark.parametrize("said", ["yes", "no", None])
def test_a_no_to_second_opinions_is_no_gap(said: str | None) -> None:
    attributes = specialist(nppes(), roster(accepts_second_opinions=said)).attributes
    assert attributes == {"yes": ("second_opinions",), "no": ("no_second_opinions",), None: ()}[said]


def test_a_stated_sole_practice_is_a_fact_with_its_source() -> None:
    facts = specialist(nppes(), roster(sole_practice="yes")).facts
    assert (facts["sole_practice"].best.value, facts["sole_practice"].best.source) == ("yes", "rosters")
    assert "sole_practice" not in specialist(nppes(), roster(sole_practice="no")).facts


def test_systems_are_reached_through_groups_and_hospitals_and_say_so() -> None:
    reference = replace(
        EMPTY,
        groups={"0042001001": Named("Example Group", None, None, None, None, "clinicians", "2024")},
        group_links={"0042001001": (system("A"),)},
        hospital_links={"990001": (system("B"),)},
    )
    found = specialist(clinician(), affiliation(), reference=reference)
    assert {"group:0042001001", "hospital:990001", "system:A", "system:B"} <= set(found.tie_keys)
    assert found.ties["system:A"].via == "practice group Example Group"
    assert found.tie_kinds_known == ("group", "hospital", "system")


def test_a_person_carries_the_online_programs_of_the_hospitals_and_systems() -> None:
    offered = {
        "system:B": ("b-program", "another"),
        "hospital:990001": ("a-program", "another"),
        "system:C": ("c",),
    }
    reference = replace(EMPTY, hospital_links={"990001": (system("B"),)})
    person = merged(person_rows(clinician(), affiliation()))
    assert isinstance(person, Person)
    found = enriched(person, replace(known(reference), programs=offered))
    assert isinstance(found, Specialist)
    assert found.program_ids == ("a-program", "another", "b-program")
    assert specialist(clinician(), affiliation(), reference=reference).program_ids == ()


@pytest.mark.parametrize(
    ("rows", "links", "settled"),
    [
        ([clinician()], {}, False),
        ([clinician()], {"group_links": {"0042001001": ()}}, True),
        ([clinician(), affiliation()], {"hospital_links": {"990001": ()}}, True),
        ([clinician(), affiliation(), affiliation(ccn="990002")], {"hospital_links": {"990001": ()}}, False),
        ([clinician(group_id=None), affiliation()], {"hospital_links": {"990001": ()}}, True),
        ([clinician(), clinician(group_id="0000000009")], {"group_links": {"0042001001": ()}}, False),
    ],
)
def test_a_system_is_settled_when_every_group_or_every_hospital_is_linked(
    rows: list[Any], links: dict[str, Any], settled: bool
) -> None:
    found = specialist(*rows, reference=replace(EMPTY, **links))
    assert ("system" in found.tie_kinds_known) is settled


def test_a_missing_group_is_unknown_and_a_stated_sole_practice_is_not() -> None:
    assert "group" not in specialist(nppes(sole_proprietor="Y")).tie_kinds_known
    assert "group" in specialist(nppes(), roster(sole_practice="yes")).tie_kinds_known


def test_a_crowded_building_is_no_tie_and_a_suite_in_it_is() -> None:
    crowded = replace(EMPTY, crowded_buildings=frozenset({"1 example st|21287"}))
    without = specialist(nppes(), reference=crowded)
    within = specialist(nppes(street_2="Suite 5"), reference=crowded)
    assert not [k for k in without.tie_keys if k.startswith("address:")]
    assert "address:1 example st|5|21287" in within.tie_keys


def test_a_switchboard_number_is_no_tie() -> None:
    crowded = replace(EMPTY, crowded_phones=frozenset({"4105550100"}))
    assert not [k for k in specialist(nppes(), reference=crowded).tie_keys if k.startswith("phone:")]
    assert "phone:4105550100" in specialist(nppes()).tie_keys


def test_an_outdated_roster_says_where_a_person_was() -> None:
    old = roster(institution_ccn="990009", as_of="2018-01-01")
    assert "hospital:990009" not in specialist(clinician(as_of="2026"), old).tie_keys
    assert "hospital:990009" in specialist(clinician(as_of="2020"), old).tie_keys


def test_each_source_lists_its_own_hospitals_under_its_own_date() -> None:
    listed = clinician(as_of="2022", hospital_ccns="990001;990002")
    hospitals = specialist(listed, affiliation()).facts["hospitals"]
    assert [(v.value, v.source, v.as_of) for v in (hospitals.best, *hospitals.others)] == [
        (["hospital 990001"], "facility_affiliations", "2024"),
        (["hospital 990001", "hospital 990002"], "clinicians", "2022"),
    ]


def in_networks(*rows: QhpNetwork | NetworkMember) -> Specialist:
    given = person_rows(nppes())
    for row in rows:
        if isinstance(row, QhpNetwork):
            given.qhp_networks.append(row)
        else:
            given.network_members.append(row)
    person = merged(given)
    assert isinstance(person, Person)
    found = enriched(person, known())
    assert isinstance(found, Specialist)
    return found


def qhp(plan_id: str, as_of: str) -> QhpNetwork:
    return QhpNetwork(NPI, as_of, plan_id, None, None)


def test_a_plan_that_its_issuer_lists_no_more_has_gone_and_another_issuer_stays() -> None:
    found = in_networks(
        qhp("99001MD0010001", "2022-01-01"),
        qhp("99001MD0010002", "2024-01-01"),
        qhp("99002MD0010001", "2023-01-01"),
    )
    assert found.network_keys == ("99001MD0010002", "99002MD0010001")
    told = found.facts["networks"]
    assert [(v.value, v.as_of) for v in (told.best, *told.others)] == [
        (["99001MD0010002"], "2024-01-01"),
        (["99002MD0010001"], "2023-01-01"),
    ]


def test_networks_are_dated_by_their_own_newest_file() -> None:
    found = in_networks(
        NetworkMember(NPI, "2022-04", "payer:a", "A"),
        NetworkMember(NPI, "2024-04", "payer:a", "A"),
        NetworkMember(NPI, "2023-04", "payer:b", "B"),
    )
    assert found.network_keys == ("payer:a", "payer:b")
    told = found.facts["networks"]
    assert [(v.value, v.as_of) for v in (told.best, *told.others)] == [(["A"], "2024-04"), (["B"], "2023-04")]


def test_a_hospital_that_ahrq_calls_a_major_teaching_one_is_told_with_its_year() -> None:
    named = Named("Example University Hospital", "Towson", "MD", "21204", None, "hospitals", "2026-01-01")
    tables = replace(EMPTY, hospitals={"210001": named}, teaching_hospitals={"210001": "2023"})
    person = merged(person_rows(nppes(), affiliation(ccn="210001")))
    assert isinstance(person, Person)
    found = enriched(person, known(tables))
    assert isinstance(found, Specialist) and "teaching_hospital" in found.attributes
    told = found.facts["teaching_hospital"].best
    assert (told.value, told.source, told.as_of) == (
        ["Example University Hospital"],
        "health_systems",
        "2023",
    )
    assert "teaching_hospital" not in specialist(nppes(), affiliation(ccn="210001")).attributes
