"""People of a generated world whose sources are wrong as often as published, night by night, for measuring.

A source is wrong at its published share and stays so: errors are put right at the published pace, and as many
right entries become wrong again, some as the person moves (all sources then keep the same old value), the
rest each for itself.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import orjson

from finder.correctable import correct_value
from finder.trust import CORRECTED_DAYS, KEPT_NUMBER, Kind, load_rates
from ingest.demo.world import World, build, persons, specialty_of
from ingest.rows import Clinician, CorrectionRow, NppesPerson, PersonRows, QhpPerson

FIRST_NIGHT = date(2026, 1, 1)
# Of errors that were still listed and could be reached after so many days, so many were put right (AJMC).
PUT_RIGHT_A_NIGHT = 1 - (40.3 / (13.3 + 40.3)) ** (1 / CORRECTED_DAYS)
# How many payers list a person, from and to: those in several directories and the others (own assumption).
SEVERAL, FEW = (2, 5), (0, 1)
# The share of people in several: everybody, or as found in the directories of five large insurers (JAMA 2023,
# Butala et al.: 449,282 of 634,914 physicians were in more than one).
ALL_IN_SEVERAL, IN_SEVERAL = 1.0, 449_282 / 634_914
MONTH_DAYS = 30
REGISTRY_DAYS = 900  # entries of the registry were last confirmed up to so long ago (own assumption)
REGISTRY, CLINICIANS, PAYER = "nppes", "clinicians", "qhp_providers"
WORLD_PEOPLE = 2_000
# What a source says at all: payers alone say which plans count.
SAYS_NOTHING_OF = {REGISTRY: {Kind.NETWORK}, CLINICIANS: {Kind.NETWORK}}


class Place(NamedTuple):
    """One office as files write it."""

    street: str
    suite: str
    city: str
    state: str
    zip: str
    phone: str


class Entry:
    """What one source has of one kind in its own records; `value` None stands for the truth."""

    __slots__ = ("changed", "value")

    def __init__(self, changed: date) -> None:
        self.value: int | None = None
        self.changed = changed

    @property
    def is_wrong(self) -> bool:
        """Whether it is not what is true."""
        return self.value is not None


class Rates(NamedTuple):
    """How often things change in a night, of one kind: moves, and errors of a source of its own."""

    wrong: dict[str, float]
    moves: float
    own: dict[str, float]


def rates_of(kind: Kind, shared: float) -> Rates:
    """Get the nightly rates that keep every source at its published share of wrong entries; `shared` is the
    share of the best source's new errors that come from moves.
    """
    wrong = {source: load_rates().of(kind, source) for source in (REGISTRY, CLINICIANS, PAYER)}
    new = {source: share * PUT_RIGHT_A_NIGHT / (1 - share) for source, share in wrong.items()}
    moves = shared * min(new.values())
    return Rates(wrong, moves, {source: rate - moves for source, rate in new.items()})


class Simulated:
    """One person: what is true, what every source has, and what its last file said."""

    def __init__(
        self,
        npi: str,
        truth: dict[Kind, int],
        wrongs: dict[Kind, int],
        in_several: float,
        rng: np.random.Generator,
    ):
        self.npi, self.truth = npi, truth
        self._wrongs, self._rng = wrongs, rng  # how many values of a kind there are to be wrong with
        self._old = {kind: self._other(kind) for kind in Kind}
        low, high = SEVERAL if rng.random() < in_several else FEW
        payers = [f"{PAYER} {n}" for n in range(int(rng.integers(low, high, endpoint=True)))]
        self.payers = len(payers)
        self.sources = [REGISTRY, CLINICIANS, *payers]
        self._day_of_file = {name: int(rng.integers(MONTH_DAYS)) for name in self.sources}
        ages = {name: int(rng.integers(REGISTRY_DAYS)) if name == REGISTRY else 0 for name in self.sources}
        self.entries = {
            (kind, name): Entry(FIRST_NIGHT - timedelta(days=ages[name]))
            for kind in Kind
            for name in self.sources
        }
        # Whether who lists another address lists the same number there, as the number was kept.
        self._kept = {name: bool(rng.random() < KEPT_NUMBER) for name in self.sources}
        self.files: dict[str, tuple[date, dict[Kind, int]]] = {}
        self.corrections: list[CorrectionRow] = []

    def begin(self, rates: dict[Kind, Rates]) -> None:
        """Draw which entries are wrong on the first night, and read every file once."""
        for (kind, name), entry in self.entries.items():
            source, of_kind = name.split()[0], rates[kind]
            if self._rng.random() < of_kind.wrong[source]:
                is_old = self._rng.random() < of_kind.moves / (of_kind.moves + of_kind.own[source])
                entry.value = self._old[kind] if is_old else self._other(kind)
        for name in self.sources:
            self._publish(name, FIRST_NIGHT - timedelta(days=self._day_of_file[name]))

    def live(self, night: date, rates: dict[Kind, Rates]) -> bool:
        """Live through one night; True where a file about the person came in."""
        chances = iter(self._rng.random(2 * len(self.entries) + len(Kind)).tolist())
        for kind in Kind:
            if next(chances) < rates[kind].moves:
                self._move(kind)
        for (kind, name), entry in self.entries.items():
            put_right, becomes_wrong = next(chances), next(chances)
            if entry.is_wrong and put_right < PUT_RIGHT_A_NIGHT:
                entry.value, entry.changed = None, night
            elif not entry.is_wrong and becomes_wrong < rates[kind].own[name.split()[0]]:
                entry.value, entry.changed = self._other(kind), night
        number = (night - FIRST_NIGHT).days
        due = [name for name in self.sources if (number + self._day_of_file[name]) % MONTH_DAYS == 0]
        for name in due:
            self._publish(name, night)
        return bool(due)

    def _move(self, kind: Kind) -> None:
        self._old[kind], self.truth[kind] = self.truth[kind], self._other(kind)
        for (of, _name), entry in self.entries.items():
            if of is kind and not entry.is_wrong:
                entry.value = self._old[kind]

    def _other(self, kind: Kind) -> int:
        while True:
            value = int(self._rng.integers(self._wrongs[kind]))
            if value != self.truth[kind]:
                return value

    def _publish(self, name: str, night: date) -> None:
        own = {kind: self.entries[kind, name] for kind in Kind}
        told = {kind: self.truth[kind] if e.value is None else e.value for kind, e in own.items()}
        confirmed = max(entry.changed for entry in own.values()) if name == REGISTRY else night
        self.files[name] = (confirmed, told)

    def correct(self, night: date, place: Place) -> None:
        """An admin accepts what a visitor reported: the true address."""
        street = f"{place.street} Suite {place.suite}" if place.suite else place.street
        value = correct_value("site", "; ".join((street, place.city, place.state, place.zip)))
        self.corrections.append(CorrectionRow(self.npi, night.isoformat(), "site", value))

    def rows(self, places: list[Place], numbers: list[str]) -> PersonRows:
        """Get the staged rows that the last files give."""
        rows = PersonRows(self.npi, corrections=list(self.corrections))
        for name, (day, told) in self.files.items():
            place, as_of = places[told[Kind.LOCATION]], day.isoformat()
            number, home = told[Kind.CONTACT], places[self.truth[Kind.LOCATION]]
            own = home.phone if self._kept[name] else place.phone
            phone = own if number == 0 else numbers[number]
            cells = {"street": place.street, "city": place.city, "state": place.state, "zip": place.zip,
                     "street_2": f"Suite {place.suite}" if place.suite else None, "phone": phone}  # fmt: skip
            cells |= {"npi": self.npi, "as_of": as_of, "country": "US"}
            if name == REGISTRY:
                rows.nppes_people.append(NppesPerson._make(map(cells.get, NppesPerson._fields)))
            elif name == CLINICIANS:
                rows.clinicians.append(Clinician._make(map(cells.get, Clinician._fields)))
            else:
                listed = {"npi": self.npi, "as_of": as_of, "addresses": orjson.dumps([cells]).decode()}
                rows.qhp_people.append(QhpPerson._make(map(listed.get, QhpPerson._fields)))
        return rows


class Simulation(NamedTuple):
    """The people of one world with all places, telephone numbers and specialties that values stand for."""

    people: list[Simulated]
    places: list[Place]
    numbers: list[str]
    specialties: list[str]
    rates: dict[Kind, Rates]


def simulation(people: int, seed: int, shared: float, in_several: float = ALL_IN_SEVERAL) -> Simulation:
    """Get so many people of a world on the eve of the first night; `in_several` is the share of them whom
    several payers list. Raises ValueError for too many.
    """
    if people > WORLD_PEOPLE:
        raise ValueError(f"at most {WORLD_PEOPLE} people")
    world = build(WORLD_PEOPLE, seed)
    rng = np.random.default_rng([seed, 90])
    places = list(_places(world))
    specialties = [each.name for each in world.rules.specialties]
    wrongs = {Kind.LOCATION: len(places), Kind.CONTACT: len(places), Kind.SPECIALTY: len(specialties),
              Kind.NETWORK: WORLD_PEOPLE}  # fmt: skip
    rates = {kind: rates_of(kind, shared) for kind in Kind}
    found = []
    for person in persons(world, 0, people):
        truth = {Kind.LOCATION: person.site, Kind.CONTACT: 0, Kind.NETWORK: 0,
                 Kind.SPECIALTY: specialties.index(specialty_of(world, person).name)}  # fmt: skip
        found.append(Simulated(str(person.npi), truth, wrongs, in_several, rng))
        found[-1].begin(rates)
    return Simulation(found, places, [place.phone for place in places], specialties, rates)


def _places(world: World) -> Iterator[Place]:
    for number, site in enumerate(world.organizations.sites):
        where = world.place_of(number)
        yield Place(site.street, site.suite, where.city, where.state, where.zip, site.phone)
