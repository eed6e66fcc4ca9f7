"""Distances, state codes, point checks."""

import math

import pytest
from geopy.distance import great_circle as geopy_circle
from hypothesis import given
from hypothesis import strategies as st

from finder.geo import great_circle, is_point, is_state, nearest

BALTIMORE, WASHINGTON = (39.2904, -76.6122), (38.9072, -77.0369)


def test_a_distance_is_in_miles_on_the_mean_sphere() -> None:
    degree = math.pi * 6371.009 / 180 / 1.609344
    assert great_circle((0, 0), (1, 0)) == pytest.approx(degree, rel=1e-6)
    assert 34 < great_circle(BALTIMORE, WASHINGTON) < 36


def test_the_nearest_of_several_points_is_found_and_the_first_of_equals() -> None:
    assert nearest(BALTIMORE, [WASHINGTON, BALTIMORE, BALTIMORE]) == (1, 0.0)
    assert nearest(BALTIMORE, []) is None


@pytest.mark.parametrize(
    ("point", "good"),
    [
        (BALTIMORE, True),
        ((-14.3, -170.7), True),
        ((0.0, 0.0), False),
        ((91.0, 0.0), False),
        ((39.0, 181.0), False),
        ((math.nan, 1.0), False),
    ],
)
def test_only_a_place_on_the_globe_is_a_point(point: tuple[float, float], good: bool) -> None:
    assert is_point(*point) is good


def test_states_are_upper_case_codes_and_territories_count() -> None:
    assert is_state("MD")
    assert is_state("PR")
    assert not is_state("md")
    assert not is_state("AE")
    assert not is_state("XX")


DEGREES = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(DEGREES, DEGREES)
def test_distances_are_those_of_geopy(one: tuple[float, float], other: tuple[float, float]) -> None:
    assert great_circle(one, other) == pytest.approx(geopy_circle(one, other).miles, rel=1e-6, abs=1e-3)
