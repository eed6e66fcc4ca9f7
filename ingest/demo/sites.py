"""Addresses of the demonstration world: each site is a street, suite, telephone and fax in a real ZIP."""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from ingest.demo.geography import Geography

STREET_SUITES = 4  # every fourth site outside a tower is a whole house without a suite


@dataclass(frozen=True, slots=True)
class Site:
    """One address: `place` is a position in the list of places, `tower` the office building or -1."""

    place: int
    street: str
    suite: str
    phone: str
    fax: str
    tower: int


@dataclass(slots=True)
class SiteBook:
    """Hands out addresses and telephone numbers so that two sites never share one by accident."""

    geography: Geography
    streets: tuple[str, ...]
    sites: list[Site] = field(default_factory=list)
    _phones: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _streets: int = 0

    def new_street(self) -> str:
        """A street address that nobody else has: number and name together are unique in the whole world."""
        number, street = divmod(self._streets, len(self.streets))
        self._streets += 1
        return f"{number + 100} {self.streets[street]}"

    def new_phone(self, place: int) -> str:
        """A ten-digit number with a real area code of the place and an exchange from 555 on (never in
        real use).
        """
        codes = self.geography.places[place].area_codes
        code = min(codes, key=lambda c: (self._phones[c], c))
        taken = self._phones[code]
        self._phones[code] += 1
        return f"{code}{555 + taken // 10_000}{taken % 10_000:04d}"

    def add(self, place: int, street: str, suite: str, tower: int = -1, phone: str | None = None) -> int:
        """Records a site and gives its position; without a telephone number it gets one of its own."""
        own = phone or self.new_phone(place)
        self.sites.append(Site(place, street, suite, own, self.new_phone(place), tower))
        return len(self.sites) - 1

    def add_office(self, rng: np.random.Generator, place: int) -> int:
        """A site in a house of its own, with a suite or without."""
        n = len(self.sites)
        suite = "" if n % STREET_SUITES == 0 else str(100 + int(rng.integers(0, 800)))
        return self.add(place, self.new_street(), suite)
