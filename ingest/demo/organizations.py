"""The institutions of the demonstration world: parent and regional systems, hospitals, practice groups."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from ingest.demo.data import Rules
from ingest.demo.geography import Geography, Market
from ingest.demo.kinds import Ints, draws, pick
from ingest.demo.sites import Site, SiteBook

TOPIC = 2
MOST_IN_SHARED_SUITE = 5  # people; larger groups do not sublet a room


class History(IntEnum):
    """What happened to a practice group."""

    NONE = 0
    RENAMED = 1  # one number, an old name in some rows
    MERGED = 2  # one number, the former names of two groups in some rows
    TWO_NUMBERS = 3  # shares its tax number with a second number


@dataclass(frozen=True, slots=True)
class System:
    """A health system: a regional one has a market, a parent has -1 there; `parent` is a position or -1."""

    name: str
    market: int
    parent: int
    place: int


@dataclass(frozen=True, slots=True)
class Hospital:
    """A hospital; `system` is a regional system or -1, `in_linkage` whether the yearly linkage lists it
    at all.
    """

    name: str
    market: int
    system: int
    site: int
    weight: float
    is_academic: bool
    in_linkage: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A practice group; size 1 is a sole practice. `tax` is the position of the group whose tax number
    it uses.
    """

    name: str
    former_names: tuple[str, ...]
    market: int
    size: int
    system: int
    sites: tuple[int, ...]
    history: History
    tax: int
    in_linkage: bool


@dataclass(frozen=True, slots=True)
class Organizations:
    """Everything institutional, in lists whose positions are the ids used elsewhere."""

    systems: tuple[System, ...]
    hospitals: tuple[Hospital, ...]
    groups: tuple[Group, ...]
    sites: tuple[Site, ...]
    hospitals_of_market: tuple[tuple[int, ...], ...]
    hospitals_of_system: dict[int, tuple[int, ...]]
    let_sites: frozenset[int] = frozenset()  # rooms that so many groups rent that they say nothing
    let_phones: frozenset[str] = frozenset()  # numbers of call centres, likewise


@dataclass(slots=True)
class _Draft:
    rules: Rules
    geography: Geography
    rng: np.random.Generator
    book: SiteBook
    systems: list[System]
    hospitals: list[Hospital]
    groups: list[Group]
    towers: list[tuple[int, str]]

    def share(self, name: str) -> bool:
        return bool(self.rng.random() < self.rules.numbers[name])

    def word(self, name: str) -> str:
        words = self.rules.words[name]
        return words[int(self.rng.integers(len(words)))]

    def family(self) -> str:
        return self.rules.family_names[int(self.rng.integers(len(self.rules.family_names)))]

    def place(self, market: Market) -> int:
        return int(market.places[pick(self.rng, market.weights, 1)[0]])


def found(rules: Rules, geography: Geography, seed: int) -> Organizations:
    """The institutions for that geography, sized by the people who live in each market."""
    book = SiteBook(geography, rules.words["streets"])
    draft = _Draft(rules, geography, draws(seed, TOPIC), book, [], [], [], [])
    counts = [max(2, round(int(n) / rules.numbers["people_per_hospital"])) for n in geography.people]
    regional = [max(1, round(c / rules.numbers["hospitals_per_system"])) for c in counts]
    parents = max(2, round(sum(regional) / rules.numbers["systems_per_parent"]))
    for n in range(parents):
        market = geography.markets[n % len(geography.markets)]
        name = f"Demo {draft.family()} National Health"
        draft.systems.append(System(_unique(name, draft.systems, n), -1, -1, draft.place(market)))
    for market_id in range(len(geography.markets)):
        _add_hospitals(draft, market_id, counts[market_id], regional[market_id], parents)
        _add_groups(draft, market_id)
    return _finish(draft)


def _unique(name: str, existing: list[System], number: int) -> str:
    return name if all(name != system.name for system in existing) else f"{name} {number + 1}"


def _add_hospitals(draft: _Draft, market_id: int, count: int, regional: int, parents: int) -> None:
    market, first = draft.geography.markets[market_id], len(draft.systems)
    for n in range(regional):
        parent = int(draft.rng.integers(parents)) if draft.share("system_in_parent_share") else -1
        name = f"Fictional {draft.word('places')} Health System {first + n}"
        draft.systems.append(System(name, market_id, parent, draft.place(market)))
    for n in range(count):
        # The first hospitals go one to each system, so that every system owns one.
        if n < regional:
            system = first + n
        else:
            in_system = draft.share("hospital_in_system_share")
            system = first + int(draft.rng.integers(regional)) if in_system else -1
        place, number = draft.place(market), len(draft.hospitals)
        is_academic = n == 0 or bool(draft.rng.random() < 0.12)
        name = _hospital_name(draft, number, is_academic)
        site = draft.book.add(place, draft.book.new_street(), "")
        weight = float(draft.rng.lognormal(0, 0.6)) * (2 if is_academic else 1)
        listed = n < regional or draft.share("hospital_in_linkage_share")
        draft.hospitals.append(Hospital(name, market_id, system, site, weight, is_academic, listed))


def _hospital_name(draft: _Draft, number: int, is_academic: bool) -> str:
    if is_academic:
        return f"Demo University Hospital of {draft.word('places')} {number}"
    forms = (
        f"{draft.word('places')} Hospital {number} (demonstration)",
        f"Demo {draft.word('saints')} Hospital {number}",
        f"Fictional {draft.family()} Medical Center {number}",
    )
    return forms[int(draft.rng.integers(len(forms)))]


def _sizes(draft: _Draft, people: int) -> list[int]:
    answers = draft.rules.choices["group_sizes"]
    weights = np.array([share for _, share in answers])
    sizes: list[int] = []
    left = people
    while left > 0:
        size = min(left, int(answers[int(pick(draft.rng, weights, 1)[0])][0]))
        # A single group must not swallow a small market.
        size = max(1, min(size, people // 4))
        sizes.append(size)
        left -= size
    return sizes


def _add_groups(draft: _Draft, market_id: int) -> None:
    market, people = draft.geography.markets[market_id], int(draft.geography.people[market_id])
    systems = [n for n, system in enumerate(draft.systems) if system.market == market_id]
    sizes = _sizes(draft, people)
    in_towers = len(sizes) * draft.rules.numbers["site_in_tower_share"]
    towers = range(
        len(draft.towers),
        len(draft.towers) + max(1, round(in_towers / draft.rules.numbers["groups_per_tower"])),
    )
    draft.towers += [(draft.place(market), draft.book.new_street()) for _ in towers]
    first, lenders = len(draft.groups), list[int]()
    for size in sizes:
        number = len(draft.groups)
        likely = draft.rules.numbers["group_in_system_share"] * (
            0.6 if size < 8 else 1.4 if size < 60 else 2.0
        )
        in_system = size > 1 and bool(draft.rng.random() < likely)
        system = systems[int(draft.rng.integers(len(systems)))] if in_system else -1
        sites = _group_sites(draft, market, towers, size, lenders if not in_system else [])
        if not in_system and size <= MOST_IN_SHARED_SUITE and draft.book.sites[sites[0]].suite:
            lenders.append(sites[0])
        name = _group_name(draft, number)
        listed = size > 1 and draft.share("group_in_linkage_share")
        draft.groups.append(Group(name, (), market_id, size, system, sites, History.NONE, number, listed))
    _add_history(draft, range(first, len(draft.groups)))


def _group_name(draft: _Draft, number: int) -> str:
    kind = ("Medical Group", "Specialists", "Physicians", "Clinic", "Associates")[number % 5]
    return f"Demo {draft.family()} {kind} {number}"


def _group_sites(
    draft: _Draft, market: Market, towers: range, size: int, lenders: list[int]
) -> tuple[int, ...]:
    book, sites = draft.book, list[int]()
    small = size <= MOST_IN_SHARED_SUITE and bool(lenders)
    for n in range(1 + size // 25 if size > 2 else 1):
        if n == 0 and small and draft.share("group_shares_suite_share"):
            sites.append(lenders[int(draft.rng.integers(len(lenders)))])
        elif draft.share("site_in_tower_share"):
            tower = towers[int(draft.rng.integers(len(towers)))]
            place, street = draft.towers[tower]
            # The number of the site makes the suite unlike every other suite of the building.
            sites.append(book.add(place, street, str(1000 + len(book.sites)), tower))
        elif n == 0 and small and draft.share("group_shares_phone_share"):
            lender = book.sites[lenders[int(draft.rng.integers(len(lenders)))]]
            sites.append(book.add(draft.place(market), book.new_street(), "", phone=lender.phone))
        else:
            sites.append(book.add_office(draft.rng, draft.place(market)))
    return tuple(sites)


def _add_history(draft: _Draft, members: range) -> None:
    """Renames and merges some groups; a second number is given to pairs of groups without a system."""
    spare: int | None = None
    for n in members:
        group = draft.groups[n]
        if group.size < 2:
            continue
        if draft.share("group_renamed_share"):
            draft.groups[n] = _with_history(
                group, History.RENAMED, (f"Demo {draft.family()} Doctors {n} (former)",)
            )
        elif draft.share("group_merged_share"):
            former = tuple(f"Fictional {draft.family()} Practice {n}{half} (former)" for half in "AB")
            draft.groups[n] = _with_history(group, History.MERGED, former)
        elif group.system == -1 and bool(
            draft.rng.random() < draft.rules.numbers["group_two_numbers_share"] * 2
        ):
            if spare is None:
                spare = n
            else:
                for one in (spare, n):
                    draft.groups[one] = _with_history(draft.groups[one], History.TWO_NUMBERS, (), tax=spare)
                spare = None


def _with_history(group: Group, history: History, former: tuple[str, ...], tax: int | None = None) -> Group:
    two = history is History.TWO_NUMBERS
    return Group(
        group.name,
        former,
        group.market,
        group.size,
        group.system,
        group.sites,
        history,
        group.tax if tax is None else tax,
        group.in_linkage or two,  # only the linkage shows that two numbers have one tax number
    )


def _finish(draft: _Draft) -> Organizations:
    of_market: list[list[int]] = [[] for _ in draft.geography.markets]
    of_system: dict[int, list[int]] = {}
    for n, hospital in enumerate(draft.hospitals):
        of_market[hospital.market].append(n)
        of_system.setdefault(hospital.system, []).append(n)
    return Organizations(
        tuple(draft.systems),
        tuple(draft.hospitals),
        tuple(draft.groups),
        tuple(draft.book.sites),
        tuple(tuple(members) for members in of_market),
        {system: tuple(members) for system, members in of_system.items() if system >= 0},
    )


def group_of_people(organizations: Organizations) -> Ints:
    """The group of every place in the world, market by market, in the order in which people are counted."""
    sizes = np.array([group.size for group in organizations.groups], dtype=np.int64)
    return np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
