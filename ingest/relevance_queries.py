"""Writes the searches of the relevance bench: each condition of the demonstration world, asked in six ways.

Words, places and roles are drawn from one fixed seed, so that every world is asked the same and a weak search
can be told from a weak world; only the doctors already seen are people of the world at hand.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from finder.criteria import AgesAsked, RoleAsked, SearchCriteria
from finder.relevance import Judged
from ingest.bench_world import read_truth
from ingest.demo.data import Condition, MarketRule, Rules
from ingest.misspelling import misspelt

SEED = 20260101
# The default of a search, a day's trip, and the longest that can be asked for.
MILES = (50, 100, 500)
SENTENCES = (
    "second opinion for {}",
    "my mother has {}",
    "I was told I have {} and need another opinion",
    "best specialist for {}",
    "my husband was diagnosed with {} last month",
)
# Who has what only children have; a search that says "my mother" is one for an adult.
CHILDREN = {"my mother": "my daughter", "my husband": "my son"}


class Way(StrEnum):
    """How a condition is asked for; `misspelt` is `label` with a slip or two, at the same place."""

    LABEL = "label"
    TERM = "term"
    SENTENCE = "sentence"
    MISSPELT = "misspelt"
    ROLE = "role"
    SEEN = "seen"


@dataclass(frozen=True, slots=True)
class Asked:
    """One search of the bench, `query_id` being the same in every world; `state` is that of its place."""

    query_id: str
    condition_id: str
    area: str
    label: str
    way: Way
    criteria: SearchCriteria
    market: MarketRule


@dataclass(frozen=True, slots=True)
class Truth:
    """What the truth file of a world says: its people, and for each condition NPI to grade 1 to 3."""

    people: Mapping[str, Mapping[str, Any]]
    judgments: Mapping[str, Mapping[str, int]]


def load_truth(folder: Path) -> Truth:
    """Get the truth of the demonstration world in a folder. Raises OSError where there is none."""
    content = read_truth(folder)
    return Truth({person["npi"]: person for person in content["people"]}, content["judgments"])


def asked_of(rules: Rules, seed: int = SEED) -> tuple[Asked, ...]:
    """Get the searches, six for each condition; no prior doctor is in them yet."""
    return tuple(one for number in range(len(rules.conditions)) for one in _of_condition(rules, number, seed))


def _of_condition(rules: Rules, number: int, seed: int) -> Iterator[Asked]:
    condition = rules.conditions[number]
    rng = random.Random(f"{seed}:{condition.condition_id}")  # noqa: S311 - a bench, no secret
    shares = [market.share for market in rules.markets]
    markets = rng.choices(rules.markets, shares, k=len(Way) - 1)
    terms = condition.terms[1:]
    words = {
        Way.LABEL: condition.label,
        Way.MISSPELT: misspelt(condition.label, rng),
        Way.TERM: rng.choice(terms),
        Way.SENTENCE: _sentence(condition, rng),
        Way.ROLE: condition.label,
        Way.SEEN: rng.choice(condition.terms),
    }
    ways = [way for way in Way if way is not Way.MISSPELT]
    place: dict[Way, MarketRule] = dict(zip(ways, markets, strict=True))
    near = {way: rng.choice(market.core) for way, market in place.items()}
    place[Way.MISSPELT], near[Way.MISSPELT] = place[Way.LABEL], near[Way.LABEL]
    first = rng.randrange(len(MILES))
    for nth, way in enumerate(place):
        miles = MILES[(first + (0 if way is Way.MISSPELT else nth)) % len(MILES)]
        criteria = SearchCriteria(
            words[way], near=near[way], within=miles, **_filters(rules, number, way, rng)
        )
        key = f"{condition.condition_id}/{way}"
        yield Asked(key, condition.condition_id, condition.area, condition.label, way, criteria, place[way])


def _sentence(condition: Condition, rng: random.Random) -> str:
    sentence = rng.choice(SENTENCES).format(rng.choice(condition.terms))
    for grown, child in CHILDREN.items() if condition.ages == "child" else ():
        sentence = sentence.replace(grown, child)
    return sentence


def _filters(rules: Rules, number: int, way: Way, rng: random.Random) -> dict[str, Any]:
    """A role that attends to the condition, or the child's age where only children have it."""
    if way is not Way.ROLE:
        return {}
    if rules.conditions[number].ages == "child":
        return {"ages": AgesAsked.CHILD}
    known = {role.value for role in RoleAsked}
    roles = sorted({track.role for track in rules.tracks if track.condition == number} & known)
    return {"role": RoleAsked(rng.choice(roles))} if roles else {"ages": AgesAsked.ADULT}


def prior_doctor(asked: Asked, truth: Truth) -> str | None:
    """Get somebody near the place who treats the condition, to be the doctor already seen; None without one.

    The same search in the same world always gives the same person.
    """
    graded = truth.judgments[asked.condition_id]
    near = [npi for npi in sorted(graded) if _is_at(truth.people[npi], asked.market)]
    rng = random.Random(asked.query_id)  # noqa: S311 - a bench, no secret
    return rng.choice(near) if near else None


def _is_at(person: Mapping[str, Any], market: MarketRule) -> bool:
    return any(site["zip"].startswith(market.zip3) for site in person["sites"])


def judged_of(asked: Sequence[Asked], truth: Truth) -> list[Judged]:
    """Get the searches with what the truth of a world says about them, and with their doctors seen."""
    found = []
    for one in asked:
        npi = prior_doctor(one, truth) if one.way is Way.SEEN else None
        criteria = replace(one.criteria, seen=(npi,)) if npi else one.criteria
        found.append(Judged(one.query_id, criteria, one.label, truth.judgments[one.condition_id]))
    return found
