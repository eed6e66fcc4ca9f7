"""The map: every pin in sight and clear of the others, true to scale, dots of the land few enough to send."""

from itertools import combinations
from math import hypot

import pytest

from finder.gazetteer import Gazetteer, load_gazetteer
from finder.geo import Point, great_circle
from finder.web.site_map import HEIGHT, MOST_DOTS, PIN, WIDTH, Atlas
from tests.factories import BALTIMORE, NEW_YORK

HONOLULU = (21.31, -157.86)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


def sites(*points: Point) -> list[tuple[int, str, Point]]:
    return [(number, f"Person {number}", point) for number, point in enumerate(points, start=1)]


@pytest.mark.parametrize(
    "points",
    [
        [BALTIMORE] * 20,
        [BALTIMORE, NEW_YORK],
        [BALTIMORE, HONOLULU, (64.8, -147.7), (13.4, 144.8)],
        [(39.29 + n / 50, -76.59 - n / 70) for n in range(20)],
    ],
    ids=["one house", "two cities", "far apart", "a road"],
)
def test_every_pin_is_in_sight_and_clear_of_the_others(gazetteer: Gazetteer, points: list[Point]) -> None:
    drawn = Atlas(gazetteer).map_of(sites(*points), BALTIMORE)
    assert drawn
    assert [pin.rank for pin in drawn.pins] == list(range(1, len(points) + 1))
    assert all(0 < pin.x < WIDTH and 0 < pin.y < HEIGHT for pin in drawn.pins)
    assert all(0 < pin.at_x < WIDTH and 0 < pin.at_y < HEIGHT for pin in drawn.pins)
    spots = [(pin.x, pin.y) for pin in drawn.pins]
    assert all(hypot(a[0] - b[0], a[1] - b[1]) >= PIN for a, b in combinations(spots, 2))
    assert drawn.land.dots.count("M") <= MOST_DOTS


def test_the_ruler_measures_what_lies_between_two_pins(gazetteer: Gazetteer) -> None:
    drawn = Atlas(gazetteer).map_of(sites(BALTIMORE, (39.2964, -76.0)), None)
    assert drawn
    one, other = drawn.pins
    miles = hypot(one.at_x - other.at_x, one.at_y - other.at_y) / drawn.land.ruler * drawn.land.ruler_miles
    assert miles == pytest.approx(great_circle(BALTIMORE, (39.2964, -76.0)), rel=0.02)
    assert drawn.home is None


def test_the_land_names_its_cities_and_is_drawn_once(
    gazetteer: Gazetteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    atlas = Atlas(gazetteer)
    first = atlas.map_of(sites(BALTIMORE, (39.0, -77.0)), BALTIMORE)
    assert first
    assert "Baltimore" in [label.text for label in first.land.cities]
    monkeypatch.setattr("finder.web.site_map._dots", None)
    again = atlas.map_of(sites(BALTIMORE, (39.0, -77.0)), BALTIMORE)
    assert again
    assert again.land is first.land
    assert atlas.map_of([], BALTIMORE) is None
