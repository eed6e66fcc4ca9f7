"""The smallest clauses of which request bodies are made."""

from collections.abc import Mapping, Sequence
from typing import Any

from finder.geo import Point


def constant(wanted: dict[str, Any], weight: float, name: str | None) -> dict[str, Any]:
    """Get the clause that scores `weight` for whoever matches, reported by the engine under `name`."""
    named = {"_name": name} if name else {}
    return {"constant_score": {**named, "filter": wanted, "boost": weight}}


def term(field: str, value: str | bool) -> dict[str, Any]:
    """Get the clause of one value."""
    return {"term": {field: value}}


def terms(field: str, values: Sequence[str]) -> dict[str, Any]:
    """Get the clause of any of some values."""
    return {"terms": {field: list(values)}}


def any_of(*clauses: Mapping[str, Any]) -> dict[str, Any]:
    """Get the clause of whoever matches one of some clauses at least."""
    return {"bool": {"should": list(clauses), "minimum_should_match": 1}}


def geo(point: Point) -> dict[str, float]:
    """Get latitude and longitude in degrees as the engine takes them."""
    return {"lat": point[0], "lon": point[1]}


def order(place: Point | None, *, is_nearest: bool = False) -> list[dict[str, Any]]:
    """Get the sort: score, then distance where there is a place, then NPI, so that the order is total; or
    distance before score.
    """
    found: list[dict[str, Any]] = [{"_score": {"order": "desc"}}]
    if place:
        by = {"points": geo(place), "order": "asc", "unit": "mi", "mode": "min", "distance_type": "arc"}
        found.insert(0 if is_nearest else 1, {"_geo_distance": by})
    return [*found, {"npi": {"order": "asc"}}]


def near(place: Point, pivot_miles: float, weight: float, name: str) -> dict[str, Any]:
    """Get the clause that scores `weight` at a place, half of it with the nearest site `pivot_miles` off."""
    return {
        "distance_feature": {
            "_name": name,
            "field": "points",
            "origin": geo(place),
            "pivot": f"{pivot_miles:g}mi",
            "boost": weight,
        }
    }


def alike(
    field: str, vector: Sequence[int], who: dict[str, Any], most: int, weight: float, name: str
) -> dict[str, Any]:
    """Get the clause that scores `weight` times half of 1 plus the cosine, for the `most` nearest vectors.

    Whom `who` leaves out takes no place among them: it filters inside.
    """
    return {
        "knn": {
            "_name": name,
            "field": field,
            "query_vector": list(vector),
            "k": most,
            "num_candidates": most,
            "filter": who,
            "boost": weight,
        }
    }
