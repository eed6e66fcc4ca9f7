"""What the files say about a person after noise: addresses, group, hospitals, and what they settle."""

from typing import NamedTuple

from ingest.demo.geography import Place
from ingest.demo.organizations import History
from ingest.demo.people import Missing, Mistyped, Stale
from ingest.demo.sites import Site
from ingest.demo.world import Person, World, group_of, persons, swapped

SUITE_SPELLINGS = ("#{}", "UNIT {}", "Ste. {}", "SUITE{}", "Rm {}")


class Address(NamedTuple):
    """One address as a file writes it; `lines` are the first and second address line."""

    lines: tuple[str, str]
    place: Place
    phone: str
    fax: str


def registry_address(world: World, person: Person) -> Address:
    """The practice address in the registry: the one before the last for stale people, a misspelt street
    for some.
    """
    if person.stale == Stale.ADDRESS:
        return former_address(world, person)
    site = world.organizations.sites[person.site]
    street = swapped(site.street, person.position) if person.mistyped == Mistyped.STREET else site.street
    suite = f"SUITE {site.suite}" if site.suite else ""
    return Address((street.upper(), suite), world.geography.places[site.place], site.phone, site.fax)


def former_address(world: World, person: Person) -> Address:
    """Where a stale person worked before: an address and telephone number that nobody else has."""
    market = world.geography.markets[person.market]
    place = world.geography.places[int(market.places[person.position % len(market.places)])]
    phone = f"{place.area_codes[0]}{2_000_000 + person.position}"
    return Address((f"{person.position + 1} FORMER ROAD", ""), place, phone, "")


def clinician_lines(person: Person, site: Site) -> tuple[str, str]:
    """The address lines of the clinician file: another word for suite, or all in one line, where it is
    mistyped.
    """
    street = site.street.upper()
    if not site.suite:
        return street, ""
    if person.mistyped != Mistyped.SUITE:
        return street, f"STE {site.suite}"
    suite = SUITE_SPELLINGS[person.position % len(SUITE_SPELLINGS)].format(site.suite)
    return (f"{street} {suite}", "") if person.position % 2 else (street, suite)


def listed_group(world: World, person: Person) -> int:
    """The position of the group whose number the clinician file shows, or -1."""
    hidden = not person.in_clinician_file or person.missing == Missing.GROUP
    return -1 if hidden or group_of(world, person).size == 1 else person.group


def group_name(world: World, person: Person) -> str:
    """The group's name in the clinician file: rows of renamed and merged groups often keep a former name."""
    group = group_of(world, person)
    if group.history is History.RENAMED and person.position % 2:
        return group.former_names[0]
    if group.history is History.MERGED and former_half(person) >= 0:
        return group.former_names[former_half(person)]
    return group.name


def former_half(person: Person) -> int:
    """Which of two merged groups a person came from, 0 or 1; -1 for those who joined later."""
    return (0, 1, -1)[person.position % 3]


def listed_hospitals(person: Person) -> list[int]:
    """The hospitals in the facility file, or else the one whose roster lists the person."""
    if person.missing == Missing.HOSPITAL:
        return []
    if person.in_clinician_file:
        return person.hospitals
    return person.hospitals[:1] if has_current_roster(person) else []


def has_current_roster(person: Person) -> bool:
    """Whether a roster row with an NPI gives where the person works now."""
    return person.has_roster and person.stale != Stale.ROSTER and person.missing != Missing.NPI


def has_readable_roster(person: Person) -> bool:
    """Whether a roster row with an NPI, new or old, lists the person: training stays true."""
    return person.has_roster and person.missing != Missing.NPI


def listed_partners(world: World, person: Person) -> frozenset[tuple[int, int]]:
    """Pairs of which a current roster row says that they send patients to each other, each in its order."""
    circles = world.circles
    own = circles.partners.get(person.position, ()) if has_current_roster(person) else ()
    others = [n for n in circles.named_by.get(person.position, ()) if has_current_roster(_at(world, n))]
    return frozenset((min(n, person.position), max(n, person.position)) for n in (*own, *others))


def _at(world: World, position: int) -> Person:
    return persons(world, position, position + 1)[0]


def rests_on_roster(person: Person) -> bool:
    """Whether only a roster gives a hospital: readers may differ on whether that is an affiliation."""
    return not person.in_clinician_file and bool(listed_hospitals(person))


def are_sites_listed(person: Person) -> bool:
    """Whether some file writes the present main address as it is."""
    return person.in_clinician_file or (person.stale != Stale.ADDRESS and person.mistyped != Mistyped.STREET)


def listed_faxes(person: Person) -> set[int]:
    """The sites whose fax number the registry gives, with the street or without."""
    main = -1 if person.stale == Stale.ADDRESS else person.site
    return {main, person.second_site} - {-1}


def states_sole_practice(world: World, person: Person) -> bool:
    """Whether a usable roster row says that the person works alone."""
    is_alone = group_of(world, person).size == 1
    return is_alone and has_current_roster(person) and person.missing != Missing.GROUP


def is_group_known(world: World, person: Person) -> bool:
    """Whether the files give a group's number or state a sole practice."""
    return listed_group(world, person) >= 0 or states_sole_practice(world, person)


def is_system_settled(world: World, person: Person) -> bool:
    """Whether the group, or else every listed hospital, is in the yearly linkage (with a system or with
    a blank).
    """
    group = listed_group(world, person)
    if group >= 0 and world.organizations.groups[group].in_linkage:
        return True
    hospitals = listed_hospitals(person)
    return bool(hospitals) and all(world.organizations.hospitals[h].in_linkage for h in hospitals)


def shows_tax_number(world: World, person: Person) -> bool:
    """Whether the linkage shows the tax number of the group that the clinician file gives."""
    group = listed_group(world, person)
    return group >= 0 and world.organizations.groups[group].in_linkage


def listed_systems(world: World, person: Person) -> tuple[set[int], set[int]]:
    """The regional systems that the linkage gives through group and through hospitals."""
    groups, hospitals = world.organizations.groups, world.organizations.hospitals
    group = listed_group(world, person)
    by_group = {groups[group].system} if group >= 0 and groups[group].in_linkage else set()
    by_hospital = {hospitals[h].system for h in listed_hospitals(person) if hospitals[h].in_linkage}
    return by_group - {-1}, by_hospital - {-1}
