"""Real places for made-up people: markets of ZIP codes with points, from the offline `zipcodes` package."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import zipcodes

from ingest.demo.data import MarketRule, Rules
from ingest.demo.kinds import Floats, Ints, draws

TOPIC = 1
CORE_SHARE = 0.45  # of the sites of a market stand in its core ZIPs: hospitals and practices cluster
PEOPLE_PER_METRO = 60  # small worlds use the first metros only, so that each still has rivals
PEOPLE_PER_RURAL_MARKET = 40
MOST_RURAL_MARKETS = 150


@dataclass(frozen=True, slots=True)
class Place:
    """One real ZIP code with its point in degrees."""

    zip: str
    city: str
    county: str
    state: str
    lat: float
    lon: float
    area_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Market:
    """One area where people work together; `weights` belong to `places` (positions in the list of all
    places).
    """

    name: str
    slug: str
    is_metro: bool
    places: Ints
    weights: Floats


@dataclass(frozen=True, slots=True)
class Geography:
    """All places used, the markets, and how many people live in each market."""

    places: tuple[Place, ...]
    markets: tuple[Market, ...]
    people: Ints


def _places(rules: Rules) -> tuple[Place, ...]:
    rows: list[dict[str, Any]] = zipcodes.list_all()
    found = [
        Place(
            row["zip_code"],
            row["city"],
            row["county"].removesuffix(" County"),
            row["state"],
            float(row["lat"]),
            float(row["long"]),
            tuple(row["area_codes"]),
        )
        for row in rows
        # That package puts ZIPs of a single receiver anywhere; Rochester's is right, and wanted.
        if (row["zip_code_type"] == "STANDARD" or row["zip_code"] == "55905")
        and row["active"]
        and row["state"] in rules.states
        and row["area_codes"]
        and row["lat"]
    ]
    return tuple(sorted(found, key=lambda place: place.zip))


def _market(rule: MarketRule, places: tuple[Place, ...], is_metro: bool) -> Market:
    inside = [n for n, place in enumerate(places) if place.zip[:3] in rule.zip3 or place.zip in rule.core]
    is_core = np.array([places[n].zip in rule.core for n in inside])
    weights = np.where(
        is_core, CORE_SHARE / max(1, is_core.sum()), (1 - CORE_SHARE) / max(1, (~is_core).sum())
    )
    slug = f"{rule.name} {rule.state}".lower().replace(" ", "-")
    return Market(rule.name, slug, is_metro, np.array(inside, dtype=np.int64), weights)


def _rural_rules(places: tuple[Place, ...], taken: set[str], count: int, seed: int) -> list[MarketRule]:
    by_prefix: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        if place.zip[:3] not in taken:
            by_prefix[place.zip[:3]].append(place)
    prefixes = sorted(prefix for prefix, members in by_prefix.items() if len(members) >= 8)
    size = np.array([len(by_prefix[prefix]) for prefix in prefixes], dtype=np.float64)
    chosen = draws(seed, TOPIC).choice(
        len(prefixes), min(count, len(prefixes)), replace=False, p=size / size.sum()
    )
    rules = []
    for n in sorted(int(c) for c in chosen):
        members = by_prefix[prefixes[n]]
        core = tuple(place.zip for place in members[:2])
        rules.append(MarketRule(f"Area {prefixes[n]}", members[0].state, (prefixes[n],), core, 1.0))
    return rules


def lay_out(rules: Rules, people: int, seed: int) -> Geography:
    """Markets for that many people; shares of people are exact up to rounding, the first metros come
    first.
    """
    places = _places(rules)
    metros = rules.markets[: max(3, min(len(rules.markets), people // PEOPLE_PER_METRO))]
    taken = {prefix for rule in rules.markets for prefix in rule.zip3}
    rural_people = people * (1 - rules.numbers["metro_share"])
    wanted = min(MOST_RURAL_MARKETS, int(rural_people / PEOPLE_PER_RURAL_MARKET))
    rural = _rural_rules(places, taken, wanted, seed) if wanted else []
    markets = [_market(rule, places, True) for rule in metros] + [
        _market(rule, places, False) for rule in rural
    ]
    metro_total = rules.numbers["metro_share"] if rural else 1.0
    share = np.array(
        [rule.share * metro_total / sum(m.share for m in metros) for rule in metros]
        + [(1 - metro_total) / max(1, len(rural)) for _ in rural]
    )
    edges = np.rint(np.concatenate([[0.0], np.cumsum(share)]) * people).astype(np.int64)
    edges[-1] = people
    return Geography(places, tuple(markets), np.diff(edges))
