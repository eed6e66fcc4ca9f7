"""Who trained together, sends patients to whom, and reviews for which program: what only rosters tell."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from ingest.demo.data import Rules
from ingest.demo.kinds import Ints, draws
from ingest.demo.organizations import Organizations
from ingest.demo.people import People

TOPIC = 8
CLASS_SIZE = 3  # residents who finish one program in one year
YEARS_OF_TRAINING = 4
PROGRAMS = 8


@dataclass(frozen=True, slots=True)
class Circles:
    """By position of the person: hospital and last year of the residency, whom a roster line names as
    partners, and the program for which opinions are written. `named_by` turns `partners` around.
    """

    residencies: dict[int, tuple[int, int]]
    partners: dict[int, tuple[int, ...]]
    named_by: dict[int, tuple[int, ...]]
    programs: dict[int, int]


def meet(rules: Rules, organizations: Organizations, people: People, seed: int) -> Circles:
    """The circles of those people whom a roster lists; partners may be anybody of the same market."""
    rng = draws(seed, TOPIC)
    listed = np.flatnonzero(people.has_roster)
    partners = _partners(rules, rng, people, listed)
    named_by: dict[int, list[int]] = defaultdict(list)
    for one, others in partners.items():
        for other in others:
            named_by[other].append(one)
    reviewers = listed[rng.random(len(listed)) < rules.numbers["reviewer_share"]]
    numbers = rng.integers(0, PROGRAMS, len(reviewers))
    return Circles(
        residencies=_residencies(rules, rng, organizations, people, listed),
        partners=partners,
        named_by={person: tuple(found) for person, found in named_by.items()},
        programs=dict(zip(reviewers.tolist(), numbers.tolist(), strict=True)),
    )


def _partners(
    rules: Rules, rng: np.random.Generator, people: People, listed: Ints
) -> dict[int, tuple[int, ...]]:
    """People run market by market, so a market is a range of positions."""
    who = listed[rng.random(len(listed)) < rules.numbers["referral_share"]]
    first = np.searchsorted(people.market, people.market[who], side="left")
    last = np.searchsorted(people.market, people.market[who], side="right")
    drawn = first + (rng.random(len(who)) * (last - first)).astype(np.int64)
    pairs = zip(who.tolist(), drawn.tolist(), strict=True)
    return {one: (other,) for one, other in pairs if one != other}


def _residencies(
    rules: Rules, rng: np.random.Generator, organizations: Organizations, people: People, listed: Ints
) -> dict[int, tuple[int, int]]:
    """Classes of one specialty who finished school at about the same time, in a teaching hospital each."""
    teaching = [n for n, hospital in enumerate(organizations.hospitals) if hospital.is_academic] or [0]
    who = listed[rng.random(len(listed)) < rules.numbers["residency_share"]]
    who = who[np.lexsort((people.graduated[who], people.specialty[who]))]
    found: dict[int, tuple[int, int]] = {}
    for specialty in np.unique(people.specialty[who]).tolist():
        members = who[people.specialty[who] == specialty]
        for start in range(0, len(members), CLASS_SIZE):
            residents = members[start : start + CLASS_SIZE]
            year = int(people.graduated[residents].max()) + YEARS_OF_TRAINING
            hospital = teaching[int(rng.integers(len(teaching)))]
            found |= dict.fromkeys(residents.tolist(), (hospital, min(year, rules.today.year - 1)))
    return found
