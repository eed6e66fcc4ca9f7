"""Distances on the globe, state codes and point checks; the only place that measures distance in Python."""

from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt

from geopy.distance import EARTH_RADIUS

Point = tuple[float, float]  # latitude, longitude in degrees (WGS 84)

KM_PER_MILE = 1.609344  # international mile, by definition since 1959

# Two-letter codes of USPS Publication 28, appendix B: states, the District, territories and freely associated
# states, all of which have ZIP codes. Military codes (AA, AE, AP) are no places of practice.
_CODES = """
AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH
OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI FM MH PW
"""
STATES = frozenset(_CODES.split())


def is_state(code: str) -> bool:
    """Whether `code` is the two-letter code, in capitals, of a state, the District or a territory."""
    return code in STATES


def is_point(latitude: float, longitude: float) -> bool:
    """Whether the two degrees name a place; (0, 0) does not: files write it where they know nothing."""
    in_range = -90 <= latitude <= 90 and -180 <= longitude <= 180  # also false for NaN
    return in_range and (latitude, longitude) != (0, 0)


def great_circle(one: Point, other: Point) -> float:
    """Miles between two points (latitude, longitude in degrees) on geopy's sphere of 6371.009 km.

    The haversine formula, with the same result as `geopy.distance.great_circle` (a test compares them) at a
    twentieth of the time: a page of results measures dozens of sites. The engine's arc distance takes
    6371.0088 km: the two agree within 1 in 10 million.
    """
    return _miles(_haversine(one, other))


def nearest(place: Point, points: Sequence[Point]) -> tuple[int, float] | None:
    """Index and miles of the point nearest to `place`, the first of equals; None where there is no point."""
    if not points:
        return None
    # the haversine grows with the distance, and is a part of its work
    least, index = min([(_haversine(place, point), index) for index, point in enumerate(points)])
    return index, _miles(least)


def _miles(haversine: float) -> float:
    return float(2 * asin(sqrt(min(1.0, haversine))) * EARTH_RADIUS / KM_PER_MILE)


def _haversine(one: Point, other: Point) -> float:
    lat, other_lat = radians(one[0]), radians(other[0])
    half_lat, half_lon = (other_lat - lat) / 2, radians(other[1] - one[1]) / 2
    return sin(half_lat) ** 2 + cos(lat) * cos(other_lat) * sin(half_lon) ** 2
