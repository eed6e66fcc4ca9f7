"""Writes the registry files of NPPES (version 2, 330 columns) and of its other practice locations."""

from collections.abc import Iterator

from ingest.demo.identifiers import Holder, npis
from ingest.demo.organizations import Group, Hospital
from ingest.demo.people import Stale
from ingest.demo.published import registry_address
from ingest.demo.table import quoted
from ingest.demo.world import (
    Person,
    World,
    credential,
    first_name,
    group_of,
    last_name,
    middle_name,
    specialty_of,
)

SLOTS = 15
OTHER_IDS = 50
NAME_PARTS = (
    "Last Name",
    "First Name",
    "Middle Name",
    "Name Prefix Text",
    "Name Suffix Text",
    "Credential Text",
)
ADDRESS_PARTS = (
    "City Name",
    "State Name",
    "Postal Code",
    "Country Code (If outside U.S.)",
    "Telephone Number",
    "Fax Number",
)
HOSPITAL_TAXONOMY = "282N00000X"
GROUP_TAXONOMY = "193200000X"
_NO_OTHER_IDS = ',""' * (4 * OTHER_IDS)
_NO_GROUPS = ',""' * SLOTS


def _address_columns(kind: str) -> list[str]:
    lines = [f"Provider {line} Line Business {kind} Address" for line in ("First", "Second")]
    return lines + [f"Provider Business {kind} Address {part}" for part in ADDRESS_PARTS]


def header() -> list[str]:
    """The 330 column names in the publisher's order (NPPES Data Dissemination readme, version 2)."""
    names = [
        f"Provider {part} (Legal Name)" if part == "Last Name" else f"Provider {part}" for part in NAME_PARTS
    ]
    columns = ["NPI", "Entity Type Code", "Replacement NPI", "Employer Identification Number (EIN)"]
    columns += ["Provider Organization Name (Legal Business Name)", *names]
    columns += ["Provider Other Organization Name", "Provider Other Organization Name Type Code"]
    columns += [f"Provider Other {part}" for part in NAME_PARTS] + ["Provider Other Last Name Type Code"]
    columns += _address_columns("Mailing") + _address_columns("Practice Location")
    columns += ["Provider Enumeration Date", "Last Update Date", "NPI Deactivation Reason Code"]
    columns += ["NPI Deactivation Date", "NPI Reactivation Date", "Provider Sex Code"]
    official = ("Last Name", "First Name", "Middle Name", "Title or Position", "Telephone Number")
    columns += [f"Authorized Official {part}" for part in official]
    for n in range(1, SLOTS + 1):
        columns += [f"Healthcare Provider Taxonomy Code_{n}", f"Provider License Number_{n}"]
        columns += [
            f"Provider License Number State Code_{n}",
            f"Healthcare Provider Primary Taxonomy Switch_{n}",
        ]
    for n in range(1, OTHER_IDS + 1):
        columns += [
            f"Other Provider Identifier{part}_{n}" for part in ("", " Type Code", " State", " Issuer")
        ]
    columns += [
        "Is Sole Proprietor",
        "Is Organization Subpart",
        "Parent Organization LBN",
        "Parent Organization TIN",
    ]
    columns += [
        f"Authorized Official {part}" for part in ("Name Prefix Text", "Name Suffix Text", "Credential Text")
    ]
    columns += [f"Healthcare Provider Taxonomy Group_{n}" for n in range(1, SLOTS + 1)]
    return [*columns, "Certification Date"]


def location_header() -> list[str]:
    """The ten column names of the other practice locations, with the publisher's own double space."""
    before = "Provider Secondary Practice Location Address"
    lines = [f"{before}- Address Line 1", f"{before}-  Address Line 2"]
    rest = ("City Name", "State Name", "Postal Code", "Country Code (If outside U.S.)", "Telephone Number")
    parts = [f"{before} - {part}" for part in (*rest, "Telephone Extension")]
    return ["NPI", *lines, *parts, "Provider Practice Location Address - Fax Number"]


def taxonomy_slots(world: World, person: Person, state: str) -> list[tuple[str, str, str, str]]:
    """Code, licence number, licence state and primary switch for each used slot (1 to 15)."""
    specialty, n = specialty_of(world, person), person.position
    states = [state]
    if n * 13 % 100 < world.rules.numbers["second_state_licence_share"] * 100:
        others = sorted(world.rules.states)
        states.append(others[(n * 7 + 3) % len(others)])
    codes = [(specialty.taxonomy, where) for where in dict.fromkeys(states)]
    if specialty.general_taxonomy and n % 3:
        # The primary code stands second for every third of them.
        codes.insert(0 if n % 3 == 1 else 1, (specialty.general_taxonomy, state))
    if n % 997 == 5:
        codes = [*codes, *((specialty.taxonomy, other) for other in sorted(world.rules.states))][:SLOTS]
    primary = next(place for place, (code, _) in enumerate(codes) if code == specialty.taxonomy)
    is_silent = n % 53 == 11
    return [
        (code, f"DEMO{n:07d}", where, "X" if is_silent else "Y" if place == primary else "N")
        for place, (code, where) in enumerate(codes)
    ]


def _date(day: int, year: int) -> str:
    return f"{1 + day % 12:02d}/{1 + day % 28:02d}/{year}"


def _row(
    person_fields: list[str], slots: list[tuple[str, str, str, str]], tail: tuple[str, ...], last: str
) -> str:
    used = "".join(f',"{c}","{number}","{where}","{switch}"' for c, number, where, switch in slots)
    unused = ',""' * (4 * (SLOTS - len(slots)))
    end = "".join(f',"{value}"' for value in tail)
    head = '","'.join(person_fields)
    return f'"{head}"{used}{unused}{_NO_OTHER_IDS}{end}{_NO_GROUPS},"{last}"\n'


def rows(world: World, people: list[Person]) -> Iterator[str]:
    """One line for each person, primary taxonomy in any slot."""
    for person in people:
        n, address = person.position, registry_address(world, person)
        place = address.place
        lines = [
            *address.lines,
            place.city.upper(),
            place.state,
            place.zip + (f"{n % 9999:04d}" if n % 3 else ""),
            "US",
            address.phone,
            address.fax,
        ]
        name = [last_name(world, person).upper(), first_name(world, person).upper(), middle_name(person)]
        head = [
            str(person.npi),
            "1",
            "",
            "",
            "",
            *name,
            "",
            "",
            credential(person),
            *[""] * 9,
            *lines,
            *lines,
        ]
        updated = 2009 + n % 4 if person.stale == Stale.ADDRESS else 2021 + n % 5
        given_up = [_date(n, 2014), _date(n + 5, 2015)] if n % 401 == 7 else ["", ""]
        head += [_date(n, 2005 + n % 4), _date(n * 3, updated), "", *given_up, "F" if person.female else "M"]
        slots = taxonomy_slots(world, person, place.state)
        # A sole proprietor in the tax sense may well belong to a group.
        sole = "Y" if group_of(world, person).size == 1 or n % 9 == 4 else ("N", "N", "X")[n % 3]
        yield _row([*head, *[""] * 5], slots, (sole, "", "", "", "", "", ""), _date(n * 5, 2021 + n % 5))


def location_rows(world: World, people: list[Person]) -> Iterator[str]:
    """One line for each second site."""
    for person in people:
        if person.second_site >= 0:
            site = world.organizations.sites[person.second_site]
            place = world.geography.places[site.place]
            suite = f"SUITE {site.suite}" if site.suite else ""
            line = [site.street.upper(), suite, place.city.upper(), place.state, place.zip, "US", site.phone]
            yield quoted([str(person.npi), *line, "", site.fax])


def institution_npis(world: World) -> tuple[list[int], dict[int, int]]:
    """NPIs of the hospitals in their order, and of the groups with more than one person by position."""
    hospitals = len(world.organizations.hospitals)
    groups = [n for n, group in enumerate(world.organizations.groups) if group.size > 1]
    numbers = npis(0, hospitals + len(groups), Holder.ORGANIZATION).tolist()
    return numbers[:hospitals], dict(zip(groups, numbers[hospitals:], strict=True))


def institution_rows(world: World) -> Iterator[str]:
    """One line for each hospital and each group: organizations, which no reader may take for people."""
    hospital_npis, group_npis = institution_npis(world)
    for number, hospital in zip(hospital_npis, world.organizations.hospitals, strict=True):
        yield _institution(world, number, hospital, hospital.site, HOSPITAL_TAXONOMY)
    for n, number in group_npis.items():
        group = world.organizations.groups[n]
        yield _institution(world, number, group, group.sites[0], GROUP_TAXONOMY)


def _institution(world: World, npi: int, owner: Hospital | Group, site_number: int, taxonomy: str) -> str:
    site, place = world.organizations.sites[site_number], world.place_of(site_number)
    suite = f"SUITE {site.suite}" if site.suite else ""
    lines = [
        site.street.upper(),
        suite,
        place.city.upper(),
        place.state,
        place.zip,
        "US",
        site.phone,
        site.fax,
    ]
    head = [str(npi), "2", "", "<UNAVAIL>", owner.name.upper(), *[""] * 15, *lines, *lines]
    head += ["06/15/2006", "03/01/2024", "", "", "", "", "DEMOVSKY", "ADA", "", "MANAGER", site.phone]
    tail = ("", "N", "", "", "", "", "")
    return _row(head, [(taxonomy, "", "", "Y")], tail, "03/01/2024")


def deactivated_rows(world: World) -> Iterator[str]:
    """Numbers that were given up: all but the number and the date is blank, as the publisher leaves them."""
    living = len(world.people.npi)
    count = max(1, round(living * world.rules.numbers["deactivated_share"]))
    for n, npi in enumerate(npis(living, count, Holder.PERSON).tolist()):
        head = [str(npi), *[""] * 38, _date(n, 2019), *[""] * 7]
        yield _row(head, [], ("",) * 7, "")
