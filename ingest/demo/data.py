"""Reads the data files of the demonstration world: conditions, specialties, states and constants."""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from itertools import product
from typing import Any


@dataclass(frozen=True, slots=True)
class Specialty:
    """One kind of doctor: the NUCC code, the name CMS gives it, and how often such a person works in a
    hospital.
    """

    specialty_id: str
    taxonomy: str
    name: str
    cms_name: str
    general_taxonomy: str
    is_child: bool
    hospital_share: float


@dataclass(frozen=True, slots=True)
class Condition:
    """One illness or treatment of the world; `weight` is how many people attend to it, `ages` adult,
    child or both.
    """

    condition_id: str
    label: str
    area: str
    icd10: str
    ages: str
    weight: float
    terms: tuple[str, ...]
    neighbours: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Track:
    """One way to attend to a condition: a role, the specialties that do it (commonest first) and their
    codes.
    """

    condition: int
    role: str
    specialties: tuple[int, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MarketRule:
    """A real metropolitan area: its ZIP prefixes, the ZIPs with many practices and its share of all
    people.
    """

    name: str
    state: str
    zip3: tuple[str, ...]
    core: tuple[str, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything the data files say. `numbers` holds scalars by name, `choices` weighted answers,
    `words` lists.
    """

    version: str
    today: date
    numbers: Mapping[str, float]
    choices: Mapping[str, tuple[tuple[str | int, float], ...]]
    words: Mapping[str, tuple[str, ...]]
    years: Mapping[str, tuple[int, int]]
    languages: tuple[tuple[str, float, str], ...]
    markets: tuple[MarketRule, ...]
    specialties: tuple[Specialty, ...]
    conditions: tuple[Condition, ...]
    tracks: tuple[Track, ...]
    states: Mapping[str, tuple[str, str]]
    family_names: tuple[str, ...]


def _rows(name: str) -> list[dict[str, str]]:
    text = files("ingest.demo").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _specialties() -> tuple[Specialty, ...]:
    return tuple(
        Specialty(
            row["specialty_id"],
            row["taxonomy"],
            row["name"],
            row["cms_specialty"],
            row["general_taxonomy"],
            row["child"] == "yes",
            float(row["hospital_share"]),
        )
        for row in _rows("specialties.csv")
    )


def _conditions(specialties: tuple[Specialty, ...]) -> tuple[tuple[Condition, ...], tuple[Track, ...]]:
    rows = _rows("conditions.csv")
    place = {row["condition_id"]: n for n, row in enumerate(rows)}
    specialty_place = {specialty.specialty_id: n for n, specialty in enumerate(specialties)}
    conditions, tracks = [], []
    for n, row in enumerate(rows):
        terms, neighbours = row["terms"].split(";"), row["neighbours"].split(";")
        conditions.append(
            Condition(
                row["condition_id"],
                row["label"],
                row["area"],
                row["icd10"],
                row["ages"],
                float(row["weight"]),
                (row["label"], *terms),
                tuple(place[other] for other in neighbours),
            )
        )
        for expert in row["experts"].split(";"):
            role, who, codes = expert.split(":")
            kinds = tuple(specialty_place[kind] for kind in who.split("/"))
            tracks.append(Track(n, role, kinds, tuple(codes.split("|"))))
    return tuple(conditions), tuple(tracks)


def _market(raw: Mapping[str, Any]) -> MarketRule:
    return MarketRule(raw["name"], raw["state"], tuple(raw["zip3"]), tuple(raw["core"]), raw["share"])


def load_rules() -> Rules:
    """All rules of the world. Raises KeyError or ValueError when a data file refers to something it
    does not have.
    """
    raw = tomllib.loads(files("ingest.demo").joinpath("world.toml").read_text(encoding="utf-8"))
    specialties = _specialties()
    conditions, tracks = _conditions(specialties)
    tables = [raw[name] for name in ("noise", "people", "organizations", "trials", "ties", "networks")]
    numbers = {
        key: float(value)
        for table in tables
        for key, value in table.items()
        if isinstance(value, int | float)
    }
    people, names = raw["people"], raw["names"]
    choices = {
        "second_opinion": people["second_opinion"],
        "virtual": people["virtual"],
        "group_sizes": raw["organizations"]["group_sizes"],
        "investigators": raw["trials"]["investigators"],
    }
    return Rules(
        version=raw["version"],
        today=raw["today"],
        numbers={**numbers, "schools": float(names["schools"])},
        choices={
            key: tuple((answer, float(share)) for answer, share in rows) for key, rows in choices.items()
        },
        words={key: tuple(value) for key, value in names.items() if isinstance(value, list)},
        years={key: (raw["trials"][key][0], raw["trials"][key][1]) for key in ("recent_years", "old_years")},
        languages=tuple((code, float(share), name) for code, share, name in people["languages"]),
        markets=tuple(_market(market) for market in raw["market"]),
        specialties=specialties,
        conditions=conditions,
        tracks=tracks,
        states={row["state"]: (row["fips"], row["name"]) for row in _rows("states.csv")},
        family_names=tuple(stem + ending for stem, ending in product(names["stems"], names["endings"])),
    )
