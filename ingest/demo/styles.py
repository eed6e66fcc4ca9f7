"""How the people of the demonstration world work: a manner and a timing each, and how they give opinions.

Everything is drawn from the seed and the NPI alone, so that nothing else of the world moves with it. The
files show it as real ones would: by the words of a roster, by which of two codes of one operation is the
more frequent, and by titles of studies.
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

from ingest.demo.kinds import draws
from ingest.demo.published import has_readable_roster
from ingest.demo.world import Person, World

TOPIC = 8
MANNER, TIMING = "manner", "timing"
TOLD_SHARE = 0.9  # of the people in a roster, for each part of their style
# Two codes of one operation: openly, and through small cuts. Both stand for the same thing everywhere else.
PAIRS = (
    ("32480", "32663"), ("44157", "44211"), ("44160", "44205"), ("47380", "47370"), ("49505", "49650"),
    ("50240", "50543"), ("64721", "29848"),
)  # fmt: skip
FOLLOWS = MappingProxyType(
    {"open_surgery": 0, "minimally_invasive": 1}
)  # which code of a pair is the usual one
ANSWERS = ("yes", "no", "")
ANSWER_EDGES = (0.45, 0.60)  # yes below the first, no below the second, else nobody said


class Way(NamedTuple):
    """One way of working: the roles that have it, the words of rosters, and what a study compares."""

    way: str
    roles: tuple[str, ...]
    words: tuple[str, ...]
    subject: str


class Style(NamedTuple):
    """How one person works. `told` are the parts that a roster gives; `answers` whether they give the opinion
    only, call back, write a report, and discuss cases in a board: yes, no or empty.
    """

    manner: Way
    timing: Way
    told: tuple[str, ...]
    answers: tuple[str, str, str, str]
    number: int

    def words(self) -> str:
        """What a roster says of it, parted by ";"."""
        ways = {MANNER: self.manner, TIMING: self.timing}
        return ";".join(
            way.words[self.number % len(way.words)] for part, way in ways.items() if part in self.told
        )


@cache
def _ways() -> Mapping[str, tuple[Way, ...]]:
    text = files("ingest.demo").joinpath("ways.csv").read_text(encoding="utf-8")
    found: dict[str, list[Way]] = {}
    for row in csv.DictReader(text.splitlines()):
        way = Way(row["way"], tuple(row["roles"].split()), tuple(row["words"].split(";")), row["subject"])
        found.setdefault(row["part"], []).append(way)
    return MappingProxyType({part: tuple(ways) for part, ways in found.items()})


def style_of(world: World, person: Person) -> Style | None:
    """How a person works; None for primary care, which attends to no condition of its own."""
    if person.track < 0:
        return None
    role = world.rules.tracks[person.track].role
    rng = draws(world.seed, TOPIC, person.npi)
    drawn = rng.random(8).tolist()
    ways = [[way for way in _ways()[part] if role in way.roles] for part in (MANNER, TIMING)]
    manner, timing = (of[int(at * len(of))] for of, at in zip(ways, drawn, strict=False))
    told = tuple(part for part, at in zip((MANNER, TIMING), drawn[2:4], strict=True) if at < TOLD_SHARE)
    first, second, third, fourth = (_answer(at) for at in drawn[4:])
    return Style(manner, timing, told, (first, second, third, fourth), int(rng.integers(0, 12)))


def _answer(at: float) -> str:
    yes, no = ANSWER_EDGES
    return ANSWERS[0 if at < yes else 1 if at < no else 2]


def codes_by_style(style: Style | None) -> Mapping[str, str]:
    """The rarer code of each pair with the one that this person uses more; nothing where no code shows it."""
    if style is None or style.manner.way not in FOLLOWS:
        return {}
    usual = FOLLOWS[style.manner.way]
    return {pair[1 - usual]: pair[usual] for pair in PAIRS}


def shown_parts(world: World, person: Person, codes: set[str]) -> list[str]:
    """Which parts of the style the files show; `codes` are those that the file of services gives."""
    style = style_of(world, person)
    if style is None:
        return []
    found = set(style.told) if has_readable_roster(person) else set()
    if person.in_medicare and codes & set(codes_by_style(style).values()):
        found.add(MANNER)
    return sorted(found)
