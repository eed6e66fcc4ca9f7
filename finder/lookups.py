"""Looks up what is being typed into the form: doctors by name and place, plans by name; bounded requests."""

from collections.abc import Mapping
from typing import Any

from finder.answers import Candidate
from finder.context import SearchContext
from finder.engine import translated
from finder.geo import Point, is_state
from finder.i18n import gettext
from finder.reads import Client, Served, documents, searches
from finder.text import fold

LEAST_LETTERS = 3  # of a name: fewer fit everybody
MOST_WORDS = 6  # of a name or plan
LOOKED_AT = 20_000  # people a shard looks at for one name
AROUND_MILES = 50  # of a city that was typed behind the name
PIVOT = "10mi"  # somebody that far from the place counts half
_FIELDS = ("npi", "name", "specialties", "sites")
_PLANS = "plans by folded name"


@translated()
def doctors_beginning(
    engine: Client, prefix: str, typed: str, near: str, context: SearchContext, limit: int
) -> tuple[Candidate, ...]:
    """Get up to `limit` people whose names begin as typed, "NAME" or "NAME, CITY ST"; the last word of the
    name may be a beginning, one letter is an initial.

    Those near the city come first, and only they where there is one of that name; else those near `near`, a
    ZIP code or city. Raises NotReady, EngineDown.
    """
    name, _, town = typed.partition(",")
    words = fold(name).split()[:MOST_WORDS]
    if sum(map(len, words)) < LEAST_LETTERS:
        return ()
    generation = context.remembered.served(engine, prefix)
    cities = context.gazetteer().named(town) if town.strip() else ()
    place = cities[0].point if cities else _place(engine, generation, near, context)
    body = _body(words, place, bool(cities), limit)
    hits = searches(engine, [(generation.specialists, body)])[0]["hits"]["hits"]
    return tuple(_shown(hit["_source"], fold(town), context) for hit in hits)


@translated()
def plans_beginning(
    engine: Client, prefix: str, typed: str, context: SearchContext, limit: int
) -> tuple[tuple[str, str], ...]:
    """Get up to `limit` plans, each as it may be asked for and its id, whose names have words that begin as
    those typed; names that begin so come first, short ones before long ones. Raises NotReady, EngineDown.
    """
    words = fold(typed).split()[:MOST_WORDS]
    generation = context.remembered.served(engine, prefix)
    found = [
        (not folded.startswith(words[0]), len(folded), label, key)
        for folded, label, key in (_plans(engine, generation, context) if words else ())
        if all(f" {word}" in f" {folded}" for word in words)
    ]
    return tuple((label, key) for _later, _size, label, key in sorted(found)[:limit])


def _plans(engine: Client, generation: Served, context: SearchContext) -> tuple[tuple[str, str, str], ...]:
    """Folded name, name to ask for and id of every plan; a name of several plans with the id behind it."""
    key = (generation.specialists, _PLANS)
    known: tuple[tuple[str, str, str], ...] | None = context.remembered.get(key)
    if known is not None:
        return known
    names = context.remembered.plans(engine, generation)
    folded = {plan: fold(name) for plan, name in names.items()}
    often: dict[str, int] = {}
    for name in folded.values():
        often[name] = often.get(name, 0) + 1
    told = []
    for plan, name in names.items():
        is_plain = often[folded[plan]] == 1 or name.endswith(f"({plan})")
        told.append((folded[plan], name if is_plain else f"{name} ({plan})", plan))
    return context.remembered.put(key, tuple(told))


def _place(engine: Client, generation: Served, near: str, context: SearchContext) -> Point | None:
    """The point of a ZIP code or a city; None for anything else, as somebody may still be typing it."""
    text = near.strip()
    if not text.isdigit():
        cities = context.gazetteer().named(text)
        return cities[0].point if cities else None
    key = (generation.places, text)
    place: Mapping[str, Any] | None = context.remembered.get(key)
    if place is None and len(text) == 5:
        found = documents(engine, {generation.places: [text]})
        place = context.remembered.put(key, found[generation.places].get(text))
    return (float(place["point"]["lat"]), float(place["point"]["lon"])) if place else None


def _body(words: list[str], place: Point | None, is_only: bool, limit: int) -> dict[str, Any]:
    *whole, last = words
    named: list[dict[str, Any]] = [
        {"prefix": {"name_folded": word}} if len(word) == 1 else {"term": {"name_folded": word}}
        for word in whole
    ]
    wanted: dict[str, Any] = {"filter": [*named, {"prefix": {"name_folded": last}}]}
    if place:
        at = {"lat": place[0], "lon": place[1]}
        near = {"distance_feature": {"field": "points", "origin": at, "pivot": PIVOT}}
        wanted["should"] = [near]
        if is_only:
            wanted["filter"].append({"geo_distance": {"distance": f"{AROUND_MILES}mi", "points": at}})
    return {
        "size": limit,
        "track_total_hits": False,
        "terminate_after": LOOKED_AT,
        "_source": list(_FIELDS),
        "query": {"bool": wanted},
        "sort": ["_score", {"npi": {"order": "asc"}}],
    }


def _shown(source: Mapping[str, Any], town: str, context: SearchContext) -> Candidate:
    sites = source.get("sites", ())
    listed = [site for site in sites if site.get("city") and is_state(site.get("state", ""))]
    best = next((site for site in listed if town.startswith(fold(site["city"]))), listed[0] if listed else {})
    titles = [gettext(context.words.specialties.get(each, each)) for each in source.get("specialties", ())]
    return Candidate(
        kind="specialist",
        id=source["npi"],
        npi=source["npi"],
        name=source["name"],
        specialty=titles[0] if titles else None,
        city=best.get("city"),
        state=best.get("state"),
    )
