"""Cities by name, from the ZIP code areas of the offline `zipcodes` package: what a typed place may mean.

A city stands where its ZIP codes are on average; post-office boxes count only where it has nothing else.
Other names that the package lists for an area are cities as well.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from finder.geo import Point, is_point, is_state
from finder.tables import DATA, read_table
from finder.text import fold

STANDARD = "STANDARD"  # the package's word for an area with streets, unlike PO BOX and UNIQUE
MOST_NAMED = 10  # cities of one name that are asked back
_STATES = ("code", "name", "source")  # columns of states.csv
_LONG = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}  # the file spells these out


@dataclass(frozen=True, slots=True)
class City:
    """A city of one state; `zips` is how many ZIP codes list it, which says roughly how big it is.

    `is_first` says that some ZIP code with streets has it as its first name; the others are quarters,
    stations and former names.
    """

    name: str
    state: str
    point: Point
    zips: int
    is_first: bool

    @property
    def label(self) -> str:
        """The city as it may be asked for: `Towson, MD`."""
        return f"{self.name}, {self.state}"


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Every city: by folded name the biggest first, and sorted by what one may type.

    `starts` are folded names with the code and with the name of the state, each with the city's place in
    `cities`; `states` are codes by folded name or code; `areas` the points of all ZIP codes with streets, one
    row of latitude and longitude each.
    """

    cities: tuple[City, ...]
    by_name: Mapping[str, tuple[City, ...]]
    starts: tuple[tuple[str, int], ...]
    states: Mapping[str, str]
    areas: npt.NDArray[np.float64]

    def named(self, text: str) -> tuple[City, ...]:
        """Get the cities that a text such as "Towson MD" names, the biggest first."""
        words = _words(text)
        for size in (4, 3, 2, 1):
            state = self.states.get(" ".join(words[-size:])) if size < len(words) else None
            if state:
                found = self.by_name.get(" ".join(words[:-size]), ())
                if there := tuple(city for city in found if city.state == state):
                    return there
        return self.by_name.get(" ".join(words), ())[:MOST_NAMED]

    def beginning(self, typed: str, limit: int = 8) -> tuple[City, ...]:
        """Get up to `limit` cities whose names begin with what was typed so far, the biggest first."""
        start = " ".join(_words(typed))
        if not start:
            return ()
        found = set()
        at = bisect_left(self.starts, (start, 0))
        while at < len(self.starts) and self.starts[at][0].startswith(start):
            found.add(self.starts[at][1])
            at += 1
        return tuple(self.cities[number] for number in sorted(found)[:limit])


def load_gazetteer() -> Gazetteer:
    """Get the cities; takes about a second. Raises SourceError when states.csv is wrong."""
    import zipcodes  # here: it reads 42,000 areas, which most commands need not wait for

    names = {row.needed("code"): row.needed("name") for row in read_table(DATA / "states.csv", _STATES)}
    listed: list[dict[str, Any]] = zipcodes.list_all()  # type: ignore[no-untyped-call]
    areas = [(area, point) for area in listed if is_state(area["state"]) and (point := _point(area))]
    cities = sorted(_cities(areas).items(), key=lambda each: _by_size(each[1]))
    by_name: dict[str, list[City]] = defaultdict(list)
    starts = []
    states_folded = {code: (fold(code), fold(name)) for code, name in names.items()}
    for number, ((folded, state), city) in enumerate(cities):
        name = _long(folded)
        by_name[name].append(city)
        starts += [(f"{name} {each}", number) for each in states_folded[state]]
    return Gazetteer(
        cities=tuple(city for _key, city in cities),
        by_name={name: tuple(found) for name, found in by_name.items()},
        starts=tuple(sorted(starts)),
        states={**{each: code for code, both in states_folded.items() for each in both}, "d c": "DC"},
        areas=np.array([point for area, point in areas if area["zip_code_type"] == STANDARD]),
    )


def _cities(areas: Iterable[tuple[Mapping[str, Any], Point]]) -> dict[tuple[str, str], City]:
    """Every city by its folded name and state."""
    folded: dict[str, str] = {}
    streets: dict[tuple[str, str], list[Point]] = defaultdict(list)
    boxes: dict[tuple[str, str], list[Point]] = defaultdict(list)
    first: set[tuple[str, str]] = set()
    shown: dict[tuple[str, str], str] = {}
    for area, point in areas:
        has_streets = area["zip_code_type"] == STANDARD
        for at, name in enumerate((area["city"], *area["acceptable_cities"])):
            if name not in folded:
                folded[name] = fold(name)
            key = (folded[name], area["state"])
            shown.setdefault(key, name)
            (streets if has_streets else boxes)[key].append(point)
            if has_streets and at == 0:
                first.add(key)
    found = {}
    for key, name in shown.items():
        points, others = streets.get(key, []), boxes.get(key, [])
        count = len(points) + len(others)
        written = name.title().replace("'S", "'s")
        found[key] = City(written, key[1], _middle(points or others), count, key in first)
    return found


def _by_size(city: City) -> tuple[bool, int, str]:
    return not city.is_first, -city.zips, city.label


def _middle(points: list[Point]) -> Point:
    return sum(lat for lat, _ in points) / len(points), sum(lon for _, lon in points) / len(points)


def _point(area: Mapping[str, Any]) -> Point | None:
    lat, lon = float(area["lat"] or 0), float(area["long"] or 0)
    return (lat, lon) if is_point(lat, lon) else None


def _long(folded: str) -> str:
    """A folded name with its first word spelled out."""
    word, space, rest = folded.partition(" ")
    return f"{_LONG.get(word, word)}{space}{rest}"


def _words(text: str) -> list[str]:
    return _long(fold(text)).split()
