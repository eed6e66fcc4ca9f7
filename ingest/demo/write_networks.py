"""Writes which people a network holds: QHP provider and plan files, a Transparency-in-Coverage file."""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import orjson

from ingest.demo.identifiers import plan_id, tin
from ingest.demo.people import Missing
from ingest.demo.world import (
    CHUNK,
    Person,
    World,
    chunks,
    first_name,
    group_of,
    last_name,
    middle_name,
    sites_of,
    specialty_of,
)
from ingest.demo.write_nppes import institution_npis

PLAN_NAMES = ("Gold", "Silver", "Bronze", "Platinum")
TIER = "PREFERRED"
RATE_CODES = ("99213", "99214", "99204")
PLANS_OF_NATION = 0  # the plan number whose contracts the Transparency-in-Coverage file lists


def state_of(world: World, person: Person) -> str:
    """The state of the main site: plans are sold by state."""
    return world.place_of(person.site).state


def contracts(world: World, group: int) -> list[int]:
    """The plan numbers of its state that a group has a contract with; fixed by the group's position."""
    plans, share = int(world.rules.numbers["plans_per_state"]), world.rules.numbers["group_in_plan_share"]
    return [plan for plan in range(plans) if (group * 37 + plan * 41) % 100 < share * 100]


def plans_of(world: World, person: Person) -> list[str]:
    """The plans whose network really holds the person; a few people of a contracted group are not
    enrolled.
    """
    if person.position * 29 % 100 >= world.rules.numbers["person_listed_share"] * 100:
        return []
    return [plan_id(state_of(world, person), plan) for plan in contracts(world, person.group)]


def _plans(world: World, plans: list[str]) -> list[dict[str, Any]]:
    years = [world.rules.today.year]
    return [
        {"plan_id_type": "HIOS-PLAN-ID", "plan_id": plan, "network_tier": TIER, "years": years}
        for plan in plans
    ]


def provider_entries(world: World, people: list[Person]) -> Iterator[bytes]:
    """The provider objects of those people who are in a network."""
    for person in people:
        plans = plans_of(world, person)
        if plans:
            accepting = ("accepting in some locations", "not accepting", "accepting")
            spoken = [lan[2] for n, lan in enumerate(world.rules.languages) if person.languages >> n & 1]
            yield orjson.dumps(
                {
                    "npi": str(person.npi),
                    "type": "INDIVIDUAL",
                    "name": {
                        "first": first_name(world, person),
                        "middle": middle_name(person),
                        "last": last_name(world, person),
                    },
                    "addresses": _addresses(world, person),
                    "specialty": [specialty_of(world, person).name],
                    "accepting": accepting[0 if person.position % 23 == 0 else 2 if person.answers[3] else 1],
                    "gender": "Female" if person.female else "Male",
                    "languages": ["English", *spoken],
                    "last_updated_on": f"2025-{1 + person.position % 12:02d}-01",
                    "plans": _plans(world, plans),
                }
            )


def _addresses(world: World, person: Person) -> list[dict[str, str]]:
    found = []
    for site in sites_of(world, person):
        place = world.geography.places[site.place]
        second = {"address_2": f"Suite {site.suite}"} if site.suite else {}
        where = {"city": place.city, "state": place.state, "zip": place.zip, "phone": site.phone}
        found.append({"address": site.street, **second, **where})
    return found


def facility_entries(world: World) -> Iterator[bytes]:
    """The provider objects of hospitals, which are in every plan of their state."""
    numbers, _ = institution_npis(world)
    for number, hospital in zip(numbers, world.organizations.hospitals, strict=True):
        site, place = world.organizations.sites[hospital.site], world.place_of(hospital.site)
        where = {"city": place.city, "state": place.state, "zip": place.zip, "phone": site.phone}
        plans = [plan_id(place.state, plan) for plan in range(int(world.rules.numbers["plans_per_state"]))]
        yield orjson.dumps(
            {
                "npi": str(number),
                "type": "FACILITY",
                "facility_name": hospital.name,
                "facility_type": ["Hospital"],
                "addresses": [{"address": site.street, **where}],
                "last_updated_on": "2025-06-01",
                "plans": _plans(world, plans),
            }
        )


def plan_entries(world: World) -> Iterator[bytes]:
    """The plan objects of every state where somebody works."""
    states = sorted({world.geography.places[site.place].state for site in world.organizations.sites})
    for state in states:
        for plan in range(int(world.rules.numbers["plans_per_state"])):
            yield orjson.dumps(
                {
                    "plan_id_type": "HIOS-PLAN-ID",
                    "plan_id": plan_id(state, plan),
                    "marketing_name": f"Demo Health Plan {PLAN_NAMES[plan]} {state} (demonstration)",
                    "summary_url": "https://demonstration.invalid/summary",
                    "plan_contact": "nobody@demonstration.invalid",
                    "network": [{"network_tier": TIER}],
                    "formulary": [],
                    "last_updated_on": "2025-12-01",
                    "years": [world.rules.today.year],
                }
            )


def json_array(entries: Iterator[bytes]) -> Iterator[bytes]:
    """The entries as one JSON array, an entry a line, without holding them."""
    yield b"["
    separator = b"\n"
    for entry in entries:
        yield separator + entry
        separator = b",\n"
    yield b"\n]\n"


def transparency_file(world: World) -> Iterator[bytes]:
    """The in-network file of one plan: groups by tax number, sole practices and ungrouped people by
    their own NPI.
    """
    head = {
        "reporting_entity_name": "Demo Health Plan (demonstration)",
        "reporting_entity_type": "health insurance issuer",
        "plan_name": "Demo Health Plan Gold (demonstration)",
        "issuer_name": "Demo Health Plan (demonstration)",
        "plan_id_type": "hios",
        "plan_id": "99001",
        "plan_market_type": "individual",
        "last_updated_on": str(world.rules.today),
        "version": "2.0.0",
    }
    yield orjson.dumps(head)[:-1] + b',"provider_references":'
    numbers = itertools.count(1)
    yield from json_array(entry for people in chunks(world) for entry in _references(world, people, numbers))
    yield b',"in_network":'
    yield from json_array(_rates(next(numbers) - 1))
    yield b"}\n"


def _references(world: World, people: list[Person], ids: Iterator[int]) -> Iterator[bytes]:
    members: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for person in people:
        mine = plan_id(state_of(world, person), PLANS_OF_NATION)
        if mine in plans_of(world, person):
            group = group_of(world, person)
            if group.size == 1 or person.missing == Missing.GROUP:
                members["npi", str(person.npi), ""].append(person.npi)
            else:
                members["ein", tin(group.tax), world.organizations.groups[group.tax].name].append(person.npi)
    for (kind, value, name), numbers in members.items():
        number = {"type": kind, "value": value} | ({"business_name": name} if name else {})
        group_entry = {"npi": numbers, "tin": number}
        yield orjson.dumps(
            {
                "provider_group_id": next(ids),
                "network_name": ["Demo Health Plan Gold"],
                "provider_groups": [group_entry],
            }
        )


def _rates(references: int) -> Iterator[bytes]:
    for n, code in enumerate(RATE_CODES):
        for low in range(1, references + 1, CHUNK):
            price = {
                "negotiated_type": "negotiated",
                "negotiated_rate": 100.0 + n,
                "expiration_date": "2026-12-31",
                "service_code": ["11"],
                "billing_class": "professional",
                "setting": "outpatient",
            }
            numbers = list(range(low, min(low + CHUNK, references + 1)))
            yield orjson.dumps(
                {
                    "negotiation_arrangement": "ffs",
                    "name": "Visit",
                    "billing_code_type": "CPT",
                    "billing_code_type_version": "2026",
                    "billing_code": code,
                    "description": "Visit to a doctor's office (made-up rate)",
                    "negotiated_rates": [{"provider_references": numbers, "negotiated_prices": [price]}],
                }
            )
