"""The upper levels of ownership: holdings above national systems, and what these own themselves."""

from collections import Counter
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ingest.demo.data import Rules
from ingest.demo.geography import Geography
from ingest.demo.organizations import Group, History, Hospital, Organizations, System
from ingest.demo.sites import Site

NATIONAL = -1  # the market of a system that has none
NATIONALS_PER_HOLDING = 3
MOST_AT_ONE_DESK = 3  # groups that share a room or a telephone and still know each other
LEAST_DIRECT = 3  # people in a group that belongs to a national system itself


class _Draw(NamedTuple):
    """What naming and placing needs; the numbers are drawn apart, so that nobody else's are shifted."""

    rules: Rules
    geography: Geography
    rng: np.random.Generator

    def place(self, market: int) -> int:
        places = self.geography.markets[market].places
        return int(places[int(self.rng.integers(len(places)))])

    def site(self, market: int, number: int) -> Site:
        """A house of its own, with telephone and fax numbers beyond those that are handed out elsewhere."""
        place = self.place(market)
        code = self.geography.places[place].area_codes[0]
        first = 9_900_000 + 2 * number
        street = f"{number + 1} National Flagship Road"
        return Site(place, street, "", f"{code}{first}", f"{code}{first + 1}", -1)

    def family(self) -> str:
        return self.rules.family_names[int(self.rng.integers(len(self.rules.family_names)))]


def with_upper_levels(
    below: Organizations, rules: Rules, geography: Geography, rng: np.random.Generator
) -> Organizations:
    """The institutions with a flagship hospital and some groups in each national system, and holdings above.

    Two thirds of the national systems have a holding. The flagships come last in the list, and only people
    of the groups that belong to the national system itself work there.
    """
    draw = _Draw(rules, geography, rng)
    national = [n for n, system in enumerate(below.systems) if system.market == NATIONAL]
    systems = _with_holdings(draw, list(below.systems), national)
    hospitals, groups, sites = list(below.hospitals), list(below.groups), list(below.sites)
    of_system = dict(below.hospitals_of_system)
    for n in national:
        market = n % len(geography.markets)
        of_system[n] = (len(hospitals),)
        name = f"Demo {draw.family()} Flagship Hospital {len(hospitals)}"
        hospitals.append(Hospital(name, market, n, len(sites), 1.0, False, True))
        sites.append(draw.site(market, n))
        for member in _free_groups(groups, market):
            groups[member] = replace(groups[member], system=n, in_linkage=True)
    return Organizations(
        tuple(systems),
        tuple(hospitals),
        tuple(groups),
        tuple(sites),
        below.hospitals_of_market,
        of_system,
        *_let(groups, sites),
    )


def _let(groups: list[Group], sites: list[Site]) -> tuple[frozenset[int], frozenset[str]]:
    """Rooms and telephone numbers of more groups than share a front desk."""
    rooms = Counter(site for group in groups if group.size > 1 for site in set(group.sites))
    phones = Counter(
        phone for group in groups if group.size > 1 for phone in {sites[site].phone for site in group.sites}
    )
    return (
        frozenset(site for site, count in rooms.items() if count > MOST_AT_ONE_DESK),
        frozenset(phone for phone, count in phones.items() if count > MOST_AT_ONE_DESK),
    )


def _with_holdings(draw: _Draw, systems: list[System], national: list[int]) -> list[System]:
    held = national[: max(2, len(national) * 2 // 3)]
    for first in range(0, len(held), NATIONALS_PER_HOLDING):
        members = held[first : first + NATIONALS_PER_HOLDING]
        if len(members) > 1:
            holding = System(
                f"Fictional {draw.family()} Holdings {len(systems)}", NATIONAL, -1, systems[members[0]].place
            )
            for n in members:
                systems[n] = replace(systems[n], parent=len(systems))
            systems.append(holding)
    return systems


def _free_groups(groups: list[Group], market: int) -> list[int]:
    """Two groups of that market that stand alone, the larger first."""
    free = [
        n
        for n, group in enumerate(groups)
        if group.market == market
        and group.system < 0
        and group.size >= LEAST_DIRECT
        and group.history is History.NONE
    ]
    return sorted(free, key=lambda n: (-groups[n].size, n))[:2]


def owners_above(systems: tuple[System, ...], system: int) -> list[int]:
    """The system itself, then its owner, then the owner's owner: positions, empty for -1."""
    chain: list[int] = []
    while system >= 0:
        chain.append(system)
        system = systems[system].parent
    return chain
