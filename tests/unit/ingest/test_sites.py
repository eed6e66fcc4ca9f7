"""Addresses of a person, and which telephone number counts at each."""

import orjson

from finder.documents import Said
from ingest.sites import sites_of
from tests.unit.ingest.staged_rows import clinician, nppes, payer, person_rows

HERE = {"street": "1 MAIN ST", "street_2": None, "city": "BOSTON", "state": "MA", "zip": "02114"}
THERE = {**HERE, "street": "9 ELM AVE"}
ONE, OTHER = "6175550101", "6175550102"


def listed(place: dict[str, str | None], phone: str) -> str:
    return orjson.dumps([{**place, "phone": phone}]).decode()


def test_a_number_that_another_source_lists_elsewhere_outdoes_one_that_stands_alone() -> None:
    here = clinician(**HERE, phone=ONE, as_of="2026-11-01")
    same = payer(addresses=listed(HERE, OTHER), as_of="2026-11-01")
    alone = sites_of(person_rows(here, same))
    assert (alone[0].phone, alone[0].phone_elsewhere) == (ONE, ())
    helped = sites_of(person_rows(here, same, nppes(**THERE, phone=OTHER, as_of="2026-11-01")))
    site = next(site for site in helped if site.street == "1 Main St")
    assert (site.phone, site.phone_elsewhere) == (OTHER, (Said("nppes", "2026-11-01"),))


def test_who_lists_this_address_does_not_speak_for_its_number_from_another_one() -> None:
    rows = (clinician(**HERE, phone=ONE), clinician(**THERE, phone=ONE))
    assert [site.phone_elsewhere for site in sites_of(person_rows(*rows))] == [(), ()]


def test_an_address_that_its_source_has_replaced_counts_no_more_and_stays_visible() -> None:
    before = nppes(**HERE, phone=ONE, as_of="2026-01-05")
    after = nppes(**THERE, phone=OTHER, as_of="2026-10-05")
    listed_there = clinician(**HERE, phone=ONE, as_of="2026-11-01")
    first, second = sites_of(person_rows(before, after))
    assert (first.street, first.is_unsure) == ("9 Elm Ave", False)
    assert (second.street, second.sources, second.said, second.is_unsure) == (
        "1 Main St",
        ("nppes",),
        (),
        True,
    )
    first, second = sites_of(person_rows(before, after, listed_there))
    assert {first.street: first.said, second.street: second.said} == {
        "9 Elm Ave": (Said("nppes", "2026-10-05"),),
        "1 Main St": (Said("clinicians", "2026-11-01"),),
    }


def test_a_number_that_its_source_has_replaced_is_not_shown_beside_the_new_one() -> None:
    rows = (nppes(**HERE, phone=ONE, as_of="2026-01-05"), nppes(**HERE, phone=OTHER, as_of="2026-10-05"))
    (site,) = sites_of(person_rows(*rows))
    assert (site.phone, site.phone_differs) == (OTHER, ())
