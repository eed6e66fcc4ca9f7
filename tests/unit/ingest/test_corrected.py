"""Corrections win over what files compile, and give way to a later word of who speaks for himself."""

from typing import Any

import pytest

from finder.documents import Value
from finder.trust import by_trust, fact
from ingest.merge import Person, merged
from ingest.rows import CorrectionRow, PersonRows
from tests.unit.ingest.staged_rows import NPI, affiliation, clinician, nppes, payer, roster


def corrected(field: str, value: str, as_of: str = "2026-06-01") -> CorrectionRow:
    return CorrectionRow(NPI, as_of, field, value)


def person(**tables: list[Any]) -> Person:
    found = merged(PersonRows(NPI, **{"nppes_people": [nppes()], **tables}))
    assert isinstance(found, Person)
    return found


@pytest.mark.parametrize(
    ("source", "as_of", "wins"),
    [
        ("qhp_providers", "2026-05-31", "correction"),
        ("qhp_providers", "2026-11-01", "correction"),
        ("qhp_providers", "2027-11-23", "correction"),
        ("qhp_providers", "2027-11-24", "qhp_providers"),
        ("rosters", "2026-06-01", "correction"),
        ("rosters", "2026-06-02", "rosters"),
        ("nppes", None, "correction"),
    ],
)
def test_a_correction_stands_until_a_better_word(source: str, as_of: str | None, wins: str) -> None:
    said = [Value("yes", source, as_of), Value("no", "correction", "2026-06-01")]
    found = fact(said)
    assert found
    assert found.best.source == wins
    assert len(found.others) == 1
    assert by_trust(said) == by_trust(said[::-1])


def test_a_place_closes_and_another_opens() -> None:
    moved = [
        corrected("site_closed", "1 Example Street; 21287"),
        corrected("site", "2 Example Street; Baltimore; MD; 21287; 4105550123"),
    ]
    found = person(clinicians=[clinician(as_of="2026-10-01")], corrections=moved)
    assert [(s.street, s.phone, s.sources) for s in found.sites] == [
        ("2 Example Street", "4105550123", ("correction",))
    ]
    again = person(nppes_people=[nppes(as_of="2026-09-01")], corrections=moved)
    assert [s.street for s in again.sites] == ["1 Example St", "2 Example Street"]
    assert found.facts["site_closed"].best.value == "1 Example Street, 21287"


def test_a_number_of_one_place_leaves_the_others_alone() -> None:
    rows = [clinician(), clinician(street="9 Other Rd", phone="4105550109")]
    found = person(
        nppes_people=[nppes(phone=None)], clinicians=rows,
        corrections=[corrected("phone", "4105550111; 1 Example St; 21287"), corrected("fax", "4105550112")],
    )  # fmt: skip
    told = {s.street: (s.phone, s.fax) for s in found.sites}
    assert told == {
        "1 Example St": ("4105550111", "4105550112"),
        "9 Other Rd": ("4105550109", "4105550112"),
    }


def test_groups_and_hospitals_are_those_of_the_correction() -> None:
    told = [corrected("groups", "0000000001"), corrected("hospitals", "990009")]
    found = person(clinicians=[clinician()], facility_affiliations=[affiliation()], corrections=told)
    assert [(g.id, g.source) for g in found.groups] == [("0000000001", "correction")]
    assert [(h.id, h.source) for h in found.hospitals] == [("990009", "correction")]
    later = person(
        rosters=[roster(as_of="2026-07-01", institution_ccn="990002")],
        facility_affiliations=[affiliation()],
        corrections=told,
    )
    assert [h.id for h in later.hospitals] == ["990002", "990009"]


def test_yes_no_and_languages_are_facts_of_their_own_source() -> None:
    found = person(
        qhp_people=[payer(accepting="yes", languages="en")],
        corrections=[corrected("accepting", "no"), corrected("languages", "es;fr")],
    )
    best = {name: found.facts[name].best for name in ("accepting", "languages")}
    assert best["accepting"] == Value("no", "correction", "2026-06-01")
    assert best["languages"] == Value(["es", "fr"], "correction", "2026-06-01")
    assert found.facts["accepting"].others == (Value("yes", "qhp_providers", "2024-03-01"),)
