"""The studies of the demonstration world: who investigates what and where, clearly recent or long ago."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from ingest.demo.data import Rules
from ingest.demo.kinds import Floats, draws, pick
from ingest.demo.organizations import Organizations
from ingest.demo.people import People

TOPIC = 4
LEAST_SHARE = 0.25  # of one's own work, to be asked as an investigator
LEAST_POOL = 3


@dataclass(frozen=True, slots=True)
class Trial:
    """One study: investigators are positions of people, the first one leads; `end_year` may lie ahead."""

    condition: int
    investigators: tuple[int, ...]
    hospitals: tuple[int, ...]
    start_year: int
    start_month: int
    end_year: int
    is_recent: bool
    status: str


@dataclass(frozen=True, slots=True)
class Studies:
    """All studies, and for each person who has any the positions of theirs."""

    trials: tuple[Trial, ...]
    of_person: dict[int, tuple[int, ...]]


def investigate(rules: Rules, organizations: Organizations, people: People, seed: int) -> Studies:
    """Studies for those people, about their true focus, at the hospitals where the investigators work."""
    rng, trials = draws(seed, TOPIC), list[Trial]()
    condition_of = np.array([track.condition for track in rules.tracks])
    fit = people.is_expert & (people.share >= LEAST_SHARE) & (people.hospitals[:, 0] >= 0)
    condition = np.where(people.track >= 0, condition_of[people.track], -1)
    pools = [np.flatnonzero(fit & (condition == n)) for n in range(len(rules.conditions))]
    sizes = np.array([len(pool) if len(pool) >= LEAST_POOL else 0 for pool in pools], dtype=np.float64)
    if not sizes.any():
        return Studies((), {})
    edges = [np.cumsum(people.reputation[pool] ** 2) if len(pool) else np.zeros(0) for pool in pools]
    weights = np.array([share for _, share in rules.choices["investigators"]])
    count = round(len(people.npi) / rules.numbers["people_per_trial"])
    for about in pick(rng, sizes, count).tolist():
        wanted = int(rules.choices["investigators"][int(pick(rng, weights, 1)[0])][0])
        drawn = _drawn(rng, edges[about], wanted)
        who = tuple(dict.fromkeys(pools[about][drawn].tolist()))
        hospitals = tuple(dict.fromkeys(people.hospitals[list(who), 0].tolist()))
        trials.append(_trial(rules, rng, about, who, hospitals))
    of_person: dict[int, list[int]] = defaultdict(list)
    for n, trial in enumerate(trials):
        for person in trial.investigators:
            of_person[person].append(n)
    return Studies(tuple(trials), {person: tuple(found) for person, found in of_person.items()})


def _drawn(rng: np.random.Generator, edges: Floats, wanted: int) -> list[int]:
    places = np.searchsorted(edges, rng.random(wanted) * edges[-1], side="right")
    return [min(int(place), len(edges) - 1) for place in places]


def _trial(
    rules: Rules, rng: np.random.Generator, about: int, who: tuple[int, ...], hospitals: tuple[int, ...]
) -> Trial:
    recent = bool(rng.random() < rules.numbers["recent_share"])
    first, last = rules.years["recent_years" if recent else "old_years"]
    start, length = int(rng.integers(first, last + 1)), int(rng.integers(1, 5))
    if recent:
        # A recent study either still runs or ended in the last two years: no date near the five-year line.
        end = max(start + length, rules.today.year - 2)
        running = ("RECRUITING", "ACTIVE_NOT_RECRUITING")[int(rng.random() < 0.4)]
        status = running if end >= rules.today.year else "COMPLETED"
    else:
        end, status = start + min(length, 3), ("COMPLETED", "TERMINATED")[int(rng.random() < 0.1)]
    return Trial(about, who, hospitals, start, int(rng.integers(1, 13)), end, recent, status)
