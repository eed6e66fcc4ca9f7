"""Plants pairs of people of every kind of tie, judged by what the files show of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ingest.demo.kinds import Flags, Ints, draws
from ingest.demo.people import Mistyped
from ingest.demo.published import is_group_known, is_system_settled, rests_on_roster
from ingest.demo.ties import (
    BREAKING,
    ONLY_SHOWN,
    WEAKENING,
    marks,
    shared_kinds,
    unique_names,
    verdict,
)
from ingest.demo.upper import owners_above
from ingest.demo.world import Person, World, persons

TOPIC = 6
TRIES_PER_PAIR = 40


@dataclass(frozen=True, slots=True)
class Planted:
    """One pair for the benches: `kinds` is all that the files show of it, `verdict` what follows from
    the files.
    """

    first: int
    second: int
    kind: str
    strength: str
    how: str
    kinds: tuple[str, ...]
    verdict: str


@dataclass(frozen=True, slots=True)
class Plan:
    """How pairs of one kind are found: the key they share, what they must and must not have in common."""

    kind: str
    key: str
    strength: str
    needs: frozenset[str]
    bars: frozenset[str]
    how: str


def _plan(kind: str, key: str, strength: str, needs: str, bars: frozenset[str], how: str) -> Plan:
    return Plan(kind, key, strength, frozenset(needs.split()), bars, how)


_NEARER = frozenset({"group", "tax_number", "hospital"})
PLANS = (
    _plan(
        "shared_phone",
        "phone",
        "weakens",
        "phone",
        BREAKING | {"suite"},
        "one telephone, different addresses",
    ),
    _plan(
        "group_two_numbers",
        "tax",
        "breaks",
        "tax_number",
        frozenset({"group"}),
        "one tax number, two group numbers",
    ),
    _plan("merged_group", "group", "breaks", "group merged", frozenset(), "one number, two former groups"),
    _plan("shared_suite", "site", "weakens", "suite", BREAKING, "one suite and telephone, different groups"),
    _plan(
        "recent_study", "recent", "weakens", "recent_study", BREAKING | {"suite", "phone"}, "one recent study"
    ),
    _plan("old_study", "old", "none", "old_study", BREAKING | WEAKENING, "one study that ended long ago"),
    _plan(
        "same_cohort",
        "cohort",
        "weakens",
        "recent_cohort",
        BREAKING | WEAKENING - {"recent_cohort"},
        "one school and a year not long ago",
    ),
    _plan(
        "old_cohort",
        "cohort",
        "none",
        "old_cohort",
        BREAKING | WEAKENING,
        "one school and year, long ago",
    ),
    _plan(
        "same_residency",
        "residency",
        "weakens",
        "recent_residency",
        BREAKING | WEAKENING - {"recent_residency"},
        "one residency and last year, not long ago",
    ),
    _plan(
        "old_residency",
        "residency",
        "none",
        "old_residency",
        BREAKING | WEAKENING,
        "one residency and last year, long ago",
    ),
    _plan(
        "referral_partners",
        "partners",
        "weakens",
        "referral",
        BREAKING | WEAKENING - {"referral"},
        "one sends patients to the other",
    ),
    _plan(
        "one_program",
        "program",
        "weakens",
        "program",
        BREAKING | WEAKENING - {"program"},
        "both review for one second-opinion program",
    ),
    _plan(
        "shared_tower",
        "tower",
        "none",
        "tower",
        BREAKING | WEAKENING,
        "one office building, different suites",
    ),
    _plan("renamed_group", "group", "breaks", "group renamed", frozenset(), "one group number, two names"),
    _plan("same_group", "group", "breaks", "group", frozenset({"renamed", "merged"}), "one group number"),
    _plan(
        "groups_one_system",
        "group_system",
        "breaks",
        "system_of_groups",
        _NEARER,
        "both groups in one system",
    ),
    _plan(
        "hospitals_one_system",
        "hospital_system",
        "breaks",
        "system_of_hospitals",
        _NEARER | {"system_of_groups", "system_mixed"},
        "different hospitals of one system",
    ),
    _plan(
        "group_and_hospital_one_system",
        "any_system",
        "breaks",
        "system_mixed",
        _NEARER | {"system_of_groups", "system_of_hospitals"},
        "the group of one and a hospital of the other in one system",
    ),
    _plan(
        "inside_parent",
        "parent",
        "breaks",
        "parent direct",
        _NEARER | {"system"},
        "one works for a parent itself, the other for a system below it",
    ),
    _plan(
        "one_holding",
        "holding",
        "breaks",
        "holding",
        _NEARER | {"system", "parent"},
        "two systems whose parents have one holding",
    ),
    _plan(
        "one_parent",
        "parent",
        "breaks",
        "parent",
        _NEARER | {"system", "direct"},
        "two systems with one parent",
    ),
    _plan("shared_hospital", "hospital", "breaks", "hospital", _NEARER - {"hospital"}, "one hospital"),
    _plan("missing_group", "market", "none", "lacks_group", BREAKING | WEAKENING, "a group is not known"),
    _plan(
        "missing_system", "market", "none", "lacks_system", BREAKING | WEAKENING, "a system is not settled"
    ),
    _plan(
        "untied_near",
        "market",
        "none",
        "complete",
        BREAKING | WEAKENING | ONLY_SHOWN,
        "nothing in common, one area",
    ),
    _plan("untied_far", "nation", "none", "complete", BREAKING | WEAKENING | ONLY_SHOWN, "nothing in common"),
)


def plant(world: World) -> Iterator[Planted]:
    """Pairs of every kind, as many as the population allows up to the fixed number for each hundred
    people.
    """
    count = len(world.people.npi)
    linkable = unique_names(world) & (world.people.mistyped != Mistyped.NAME)
    left = int(count * world.rules.numbers["pairs_per_100_people"] / 100)
    for n, plan in enumerate(PLANS):
        # What a rare kind cannot fill goes to the kinds after it: the rare ones stand first.
        wanted, seen = left // (len(PLANS) - n), set[tuple[int, int]]()
        rng = draws(world.seed, TOPIC, n)
        for one, other in _candidates(world, plan.key, rng, wanted * TRIES_PER_PAIR):
            if wanted == 0:
                break
            pair = (min(one, other), max(one, other))
            if one == other or pair in seen:
                continue
            seen.add(pair)
            found = _judged(world, plan, pair, linkable)
            if found:
                wanted, left = wanted - 1, left - 1
                yield found


def _judged(world: World, plan: Plan, pair: tuple[int, int], linkable: Flags) -> Planted | None:
    a, b = (persons(world, n, n + 1)[0] for n in pair)
    if rests_on_roster(a) or rests_on_roster(b):
        return None
    sides = [marks(world, person, shown=True, linkable=bool(linkable[person.position])) for person in (a, b)]
    kinds = shared_kinds(*sides)
    if kinds & plan.bars or not plan.needs <= kinds | _state(world, a, b):
        return None
    if plan.strength != "breaks":
        # A tie that only the truth knows would make the pair's label wrong.
        truth = shared_kinds(marks(world, a, shown=False), marks(world, b, shown=False))
        if truth & (BREAKING if plan.strength == "weakens" else BREAKING | WEAKENING):
            return None
    result = verdict(world, a, b, kinds)
    return Planted(a.npi, b.npi, plan.kind, plan.strength, plan.how, tuple(sorted(kinds)), result)


def _state(world: World, a: Person, b: Person) -> frozenset[str]:
    if not (is_group_known(world, a) and is_group_known(world, b)):
        return frozenset({"lacks_group"})
    if not (is_system_settled(world, a) and is_system_settled(world, b)):
        return frozenset({"lacks_system"})
    return frozenset({"complete"})


def _candidates(world: World, key: str, rng: np.random.Generator, tries: int) -> list[tuple[int, int]]:
    """Pairs of people who share the key, drawn with replacement."""
    keys, people = _keyed(world, key)
    known = keys >= 0
    order = np.argsort(keys[known], kind="stable")
    keys, people = keys[known][order], people[known][order]
    if not len(keys):
        return []
    starts = np.searchsorted(keys, keys, side="left")
    sizes = np.searchsorted(keys, keys, side="right") - starts
    shared = np.flatnonzero(sizes > 1)
    if not len(shared):
        return []
    one = shared[rng.integers(0, len(shared), tries)]
    other = starts[one] + (rng.random(tries) * sizes[one]).astype(np.int64)
    return list(zip(people[one].tolist(), people[other].tolist(), strict=True))


def _keyed(world: World, key: str) -> tuple[Ints, Ints]:
    """(key, person) pairs for all people; -1 for no key."""
    p, organizations = world.people, world.organizations
    everyone = np.arange(len(p.npi), dtype=np.int64)
    hospitals, members = p.hospitals.ravel(), np.repeat(everyone, p.hospitals.shape[1])
    of_group = np.array([group.system for group in organizations.groups], dtype=np.int64)[p.group]
    systems = np.array([hospital.system for hospital in organizations.hospitals], dtype=np.int64)
    of_hospital = np.where(hospitals >= 0, systems[hospitals], -1)
    above = [owners_above(organizations.systems, n) for n in range(len(organizations.systems))]
    parents = np.array([_level(world, chain, 1) for chain in above], dtype=np.int64)
    holdings = np.array([_level(world, chain, 2) for chain in above], dtype=np.int64)
    both, both_members = np.concatenate([of_group, of_hospital]), np.concatenate([everyone, members])
    if key in ("recent", "old"):
        found = [
            (n, who)
            for n, t in enumerate(world.studies.trials)
            if t.is_recent == (key == "recent")
            for who in t.investigators
        ]
        table = np.array(found, dtype=np.int64).reshape(-1, 2)
        return table[:, 0], table[:, 1]
    if key in ("residency", "partners", "program"):
        return _keyed_by_circle(world, key)
    if key in ("phone", "tower", "site"):
        return _keyed_by_site(world, key, everyone)
    columns: dict[str, tuple[Ints, Ints]] = {
        "group": (p.group, everyone),
        "tax": (np.array([group.tax for group in organizations.groups], dtype=np.int64)[p.group], everyone),
        "group_system": (of_group, everyone),
        "hospital_system": (of_hospital, members),
        "any_system": (both, both_members),
        "parent": (np.where(both >= 0, parents[both], -1), both_members),
        "holding": (np.where(both >= 0, holdings[both], -1), both_members),
        "hospital": (hospitals, members),
        "cohort": (np.where(p.school > 0, p.school * 10_000 + p.graduated, -1), everyone),
        "market": (p.market, everyone),
        "nation": (np.zeros(len(p.npi), dtype=np.int64), everyone),
    }
    return columns[key]


def _keyed_by_circle(world: World, key: str) -> tuple[Ints, Ints]:
    circles = world.circles
    if key == "partners":
        found = [
            (n, at) for n, (one, others) in enumerate(circles.partners.items()) for at in (one, others[0])
        ]
    elif key == "program":
        found = [(program, at) for at, program in circles.programs.items()]
    else:
        specialty = world.people.specialty
        keys: dict[tuple[int, ...], int] = {}
        found = [
            (keys.setdefault((int(specialty[at]), *told), len(keys)), at)
            for at, told in circles.residencies.items()
        ]
    table = np.array(found, dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _level(world: World, chain: list[int], level: int) -> int:
    """The national system (level 1) or holding (2) in a chain of owners, or -1; regional ones are level 0."""
    first = 1 if world.organizations.systems[chain[0]].market < 0 else 0
    place = level - first
    return chain[place] if 0 <= place < len(chain) else -1


def _keyed_by_site(world: World, key: str, everyone: Ints) -> tuple[Ints, Ints]:
    sites, p = world.organizations.sites, world.people
    numbers = {
        "site": range(len(sites)),
        "tower": [s.tower for s in sites],
        "phone": [int(s.phone) for s in sites],
    }
    # A site only ties people of different groups, so keys that one group holds alone are not worth a try.
    column = np.array(numbers[key], dtype=np.int64)[p.site]
    if key != "tower":
        pairs = np.unique(np.stack([column, p.group], axis=1), axis=0)
        values, groups = np.unique(pairs[:, 0], return_counts=True)
        column = np.where(np.isin(column, values[groups > 1]), column, -1)
    return column, everyone
