"""A small map of the sites on one page: our own drawing, dots of ZIP code areas as the land, numbered pins.

Nothing is fetched from anybody: dots are the points of the `zipcodes` package, thinned to what can be seen.
The land of a region is drawn once and kept; what a page adds is a pin for each site.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, hypot, radians

import numpy as np

from finder.gazetteer import City, Gazetteer
from finder.geo import Point

WIDTH, HEIGHT = 300, 220  # units of the drawing, about one to a pixel on the smallest phone
MILES_A_DEGREE = 69.09  # of latitude, on the sphere of `geo`
SMALLEST, LARGEST, STEP = 5.0, 9000.0, 1.5  # half the width of a region in miles; each is STEP times the last
KEPT = 256  # regions
DOT, MOST_DOTS = 3, 900  # a dot stands on a grid of this many units, more where there would be too many dots
PIN, MARGIN = 24, 18  # units between two pins, and between a pin and the edge
MOST_CITIES, LETTER, LINE = 7, 5.2, 12  # names on the land; width of a letter and height of a line in units
RULERS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000)  # miles

Spot = tuple[float, float]  # right and down from the upper left corner, in units


@dataclass(frozen=True, slots=True)
class Label:
    """The name of a city and where it stands."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Land:
    """A region without pins: `dots` is a path, `ruler` a length in units that is `ruler_miles`."""

    dots: str
    cities: tuple[Label, ...]
    ruler: float
    ruler_miles: int


@dataclass(frozen=True, slots=True)
class Pin:
    """One site: its true place (`at`), and the number, moved aside where others would cover it."""

    rank: int
    name: str
    at_x: float
    at_y: float
    x: float
    y: float
    is_moved: bool


@dataclass(frozen=True, slots=True)
class SiteMap:
    """The map of one page; `home` is the place that was asked for."""

    land: Land
    pins: tuple[Pin, ...]
    home: Spot | None


class Atlas:
    """Draws maps; the land of the regions asked for last is kept."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._land = lru_cache(maxsize=KEPT)(self._drawn)

    def map_of(self, sites: Sequence[tuple[int, str, Point]], place: Point | None) -> SiteMap | None:
        """Get the map of sites, each a rank, a name and a point; None without any."""
        if not sites:
            return None
        region = _Region.around([point for _rank, _name, point in sites], place)
        home = region.spot(place) if place else None
        return SiteMap(self._land(region), tuple(_pins(region, sites, home)), home)

    def _drawn(self, region: "_Region") -> Land:
        ruler = max(miles for miles in RULERS if miles <= max(region.half / 2, RULERS[0]))
        return Land(
            dots=_dots(region, self._gazetteer),
            cities=tuple(_labels(region, self._gazetteer.cities)),
            ruler=round(ruler * region.units_a_mile, 1),
            ruler_miles=ruler,
        )


@dataclass(frozen=True, slots=True)
class _Region:
    """A cut of the globe: its middle in steps of a sixth of `half`, which is half its width in miles."""

    lat: float
    lon: float
    half: float

    @classmethod
    def around(cls, points: Sequence[Point], place: Point | None) -> "_Region":
        """The smallest region that shows the points and the place."""
        every = [*points, *([place] if place else [])]
        lats, lons = [p[0] for p in every], [_west(p[1]) for p in every]
        middle = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
        half = SMALLEST
        while half < LARGEST:
            step = half / 6 / MILES_A_DEGREE
            found = cls(round(middle[0] / step) * step, round(middle[1] / step) * step, half)
            if all(_is_inside(found.spot(point), MARGIN) for point in every):
                return found
            half *= STEP
        return cls(middle[0], middle[1], LARGEST)

    @property
    def units_a_mile(self) -> float:
        return WIDTH / 2 / self.half

    def spot(self, point: Point) -> Spot:
        """Where a point stands, on a plane that touches the middle."""
        a_degree = MILES_A_DEGREE * self.units_a_mile
        across = (_west(point[1]) - self.lon) * a_degree * cos(radians(self.lat))
        return round(WIDTH / 2 + across, 1), round(HEIGHT / 2 - (point[0] - self.lat) * a_degree, 1)


def _west(longitude: float) -> float:
    """Guam lies west of Hawaii, on the other side of the date line."""
    return longitude - 360 if longitude > 0 else longitude


def _is_inside(spot: Spot, margin: float) -> bool:
    return margin <= spot[0] <= WIDTH - margin and margin <= spot[1] <= HEIGHT - margin


def _dots(region: _Region, gazetteer: Gazetteer) -> str:
    """A path of points, one for each square of the grid in which there is a ZIP code area."""
    a_degree = MILES_A_DEGREE * region.units_a_mile
    lats, lons = gazetteer.areas[:, 0], gazetteer.areas[:, 1]
    lons = np.where(lons > 0, lons - 360, lons)
    across = WIDTH / 2 + (lons - region.lon) * a_degree * cos(radians(region.lat))
    down = HEIGHT / 2 - (lats - region.lat) * a_degree
    shown = (across > 0) & (across < WIDTH) & (down > 0) & (down < HEIGHT)
    grid = DOT
    while True:
        cells = np.unique(np.rint(np.column_stack([down[shown], across[shown]]) / grid).astype(int), axis=0)
        if len(cells) <= MOST_DOTS:
            return "".join(f"M{x * grid} {y * grid}h0" for y, x in cells.tolist())
        grid += 1


def _labels(region: _Region, cities: Iterable[City]) -> Iterable[Label]:
    """The names of the biggest cities that can stand without touching."""
    taken: list[tuple[float, float, float]] = []
    for city in cities:
        if not city.is_first:
            return
        x, y = region.spot(city.point)
        half = len(city.name) * LETTER / 2 + 3
        fits = half < x < WIDTH - half and LINE < y < HEIGHT - 2 * LINE
        if fits and all(abs(y - b) > 2 * LINE or abs(x - a) > half + wide for a, b, wide in taken):
            taken.append((x, y, half))
            yield Label(city.name, x, y)
            if len(taken) == MOST_CITIES:
                return


def _pins(region: _Region, sites: Sequence[tuple[int, str, Point]], home: Spot | None) -> Iterable[Pin]:
    """Each pin where its site is or, where another one is in the way, on the nearest free spot beside it."""
    taken = [home] if home else []
    for rank, name, point in sites:
        at = region.spot(point)
        free = next((spot for spot in _beside(at) if _is_free(spot, taken)), at)
        taken.append(free)
        yield Pin(rank, name, *at, *free, free != at)


def _is_free(spot: Spot, taken: Iterable[Spot]) -> bool:
    return _is_inside(spot, MARGIN - 3) and all(hypot(spot[0] - x, spot[1] - y) >= PIN for x, y in taken)


def _beside(at: Spot) -> Iterable[Spot]:
    yield at
    for right, down in _RINGS:
        yield round(at[0] + right, 1), round(at[1] + down, 1)


# Spots around a site, the nearest first: rings of six, twelve ... as close as pins can lie.
_RINGS = tuple(
    sorted(
        (
            (PIN * (right + down / 2), PIN * down * 0.87)
            for right in range(-6, 7)
            for down in range(-5, 6)
            if (right, down) != (0, 0)
        ),
        key=lambda spot: hypot(*spot),
    )
)
