"""The demonstration world as a whole, and its people as rows with names, words and addresses."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import NamedTuple

from ingest.demo.circles import Circles, meet
from ingest.demo.data import Rules, Specialty, load_rules
from ingest.demo.geography import Geography, Place, lay_out
from ingest.demo.identifiers import group_pac_id
from ingest.demo.kinds import draws
from ingest.demo.organizations import Group, Organizations, found
from ingest.demo.people import Missing, Mistyped, People, populate
from ingest.demo.sites import Site
from ingest.demo.trials import Studies, investigate
from ingest.demo.upper import with_upper_levels

CHUNK = 4096
UPPER_TOPIC = 7


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is true here; the files are spoiled copies of it."""

    seed: int
    rules: Rules
    geography: Geography
    organizations: Organizations
    people: People
    studies: Studies
    circles: Circles

    def place_of(self, site: int) -> Place:
        """The real ZIP in which a site stands."""
        return self.geography.places[self.organizations.sites[site].place]


class Person(NamedTuple):
    """One row of the people: the columns of `People` in their order, then the position."""

    npi: int
    market: int
    group: int
    site: int
    second_site: int
    hospitals: list[int]
    track: int
    share: float
    second_track: int
    second_share: float
    is_expert: bool
    specialty: int
    ages: int
    reputation: float
    volume: int
    female: bool
    first: int
    middle: int
    family: int
    second_family: int
    school: int
    graduated: int
    languages: int
    answers: list[int]
    telehealth: bool
    in_clinician_file: bool
    in_medicare: bool
    has_roster: bool
    misled: int
    stale: int
    mistyped: int
    missing: int
    position: int


def build(people: int, seed: int) -> World:
    """The world of that many people. Raises ValueError when there are too few or too many for the
    marked numbers.
    """
    if people < 50:
        raise ValueError("a world needs at least 50 people")
    rules = load_rules()
    geography = lay_out(rules, people, seed)
    below = found(rules, geography, seed)
    organizations = with_upper_levels(below, rules, geography, draws(seed, UPPER_TOPIC))
    columns = populate(rules, geography, organizations, seed)
    studies = investigate(rules, organizations, columns, seed)
    circles = meet(rules, organizations, columns, seed)
    return World(seed, rules, geography, organizations, columns, studies, circles)


def persons(world: World, low: int, high: int) -> list[Person]:
    """The people from position `low` up to `high`, hospitals without the empty places."""
    columns = [getattr(world.people, column.name)[low:high].tolist() for column in fields(world.people)]
    columns[HOSPITALS] = [[h for h in row if h >= 0] for row in columns[HOSPITALS]]
    return [Person(*row) for row in zip(*columns, range(low, high), strict=True)]


HOSPITALS = Person._fields.index("hospitals")


def chunks(world: World) -> Iterator[list[Person]]:
    """All people in order, a few thousand at a time, so that memory does not grow with their number."""
    count = len(world.people.npi)
    for low in range(0, count, CHUNK):
        yield persons(world, low, min(low + CHUNK, count))


def first_name(world: World, person: Person) -> str:
    """An ordinary first name."""
    return world.rules.words["female" if person.female else "male"][person.first]


def middle_name(person: Person) -> str:
    """One letter, or nothing."""
    return chr(ord("A") + person.middle) if person.middle < 26 else ""


def last_name(world: World, person: Person) -> str:
    """A made-up family name, sometimes two with a hyphen."""
    names = world.rules.family_names
    if person.second_family >= 0:
        return f"{names[person.family]}-{names[person.second_family]}"
    return names[person.family]


def mistyped_last_name(world: World, person: Person) -> str:
    """The family name as roster, studies and clinician file spell it: two letters may be swapped."""
    name = last_name(world, person)
    return swapped(name, person.position) if person.mistyped == Mistyped.NAME else name


def swapped(text: str, number: int) -> str:
    """`text` with two unlike neighbouring letters exchanged, never the first; `number` says which pair."""
    places = [n for n in range(1, len(text) - 1) if text[n] != text[n + 1] and text[n : n + 2].isalpha()]
    if not places:
        return text
    n = places[number % len(places)]
    return text[:n] + text[n + 1] + text[n] + text[n + 2 :]


def credential(person: Person) -> str:
    """MD for most, DO for some, a second degree for a few."""
    return ("DO", "MD, PhD", "M.D.", "MD", "MD", "MD", "MD", "MD")[person.position * 7 % 8]


def specialty_of(world: World, person: Person) -> Specialty:
    """The true specialty."""
    return world.rules.specialties[person.specialty]


def group_of(world: World, person: Person) -> Group:
    """The true group; one of size 1 is a sole practice."""
    return world.organizations.groups[person.group]


def group_number(world: World, person: Person) -> str:
    """The group's number as the clinician file has it: empty for a sole practice or where it is missing."""
    shown = group_of(world, person).size > 1 and person.missing != Missing.GROUP
    return group_pac_id(person.group) if shown else ""


def sites_of(world: World, person: Person) -> list[Site]:
    """The true sites, the main one first."""
    numbers = [person.site] if person.second_site < 0 else [person.site, person.second_site]
    return [world.organizations.sites[n] for n in numbers]


def program_name(world: World, number: int) -> str:
    """A made-up second-opinion program."""
    families = world.rules.family_names
    return f"Demo {families[(world.seed + number * 31) % len(families)]} Second Look {number + 1}"


def residency_of(world: World, person: Person) -> tuple[str, str, str]:
    """Hospital, field and last year of the training; empty for those who give none."""
    told = world.circles.residencies.get(person.position)
    if told is None:
        return "", "", ""
    return world.organizations.hospitals[told[0]].name, specialty_of(world, person).name, str(told[1])


def school_name(world: World, person: Person) -> str:
    """A made-up medical school, or empty where the person gives none."""
    if person.school == 0:
        return ""
    families = world.rules.family_names
    return f"Demo Medical College of {families[person.school * 23 % len(families)]}"
