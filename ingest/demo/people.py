"""The people of the demonstration world as columns: focus, role, name, workplaces, and the noise on them."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from ingest.demo.data import Rules
from ingest.demo.geography import Geography
from ingest.demo.identifiers import Holder, npis
from ingest.demo.kinds import Column, Flags, Floats, Ints, draws, pick
from ingest.demo.organizations import Organizations, group_of_people

TOPIC = 3
MOST_HOSPITALS = 5
ROLE_WEIGHT = {"surgery": 1.0, "medical": 1.1, "radiation": 0.5, "interventional": 0.8, "pathology": 0.4}
PRIMARY_CARE = (("internal_medicine", 0.5), ("family_medicine", 0.35), ("pediatrics", 0.15))
NO_SCHOOL = 0  # the publisher's OTHER: many people give no school


class Ages(IntEnum):
    """Whom a person sees."""

    ADULT = 0
    CHILD = 1
    BOTH = 2


class Misled(IntEnum):
    """How the evidence about a person misleads."""

    NO = -1
    FOCUS = 0  # the roster lists a focus that they do not have
    VOLUME = 1  # a part of the volume belongs to a neighbour field
    WORDS = 2  # the roster says nothing in particular


class Stale(IntEnum):
    """What is out of date about a person."""

    NO = -1
    ADDRESS = 0  # the registry still has the address before the last
    ROSTER = 1  # only the former institution lists them


class Mistyped(IntEnum):
    """What is written otherwise in one file."""

    NO = -1
    NAME = 0  # in the roster, the studies and the clinician file
    STREET = 1  # in the registry
    SUITE = 2  # in the clinician file


class Missing(IntEnum):
    """Which identifier is missing."""

    NO = -1
    GROUP = 0
    HOSPITAL = 1
    NPI = 2  # in the roster row


@dataclass(frozen=True, slots=True)
class People:
    """One column each; positions run market by market. -1 means none. Shares are 0 to 1 of a person's
    own work.
    """

    npi: Ints
    market: Ints
    group: Ints
    site: Ints
    second_site: Ints
    hospitals: Ints  # people x 5
    track: Ints
    share: Floats
    second_track: Ints
    second_share: Floats
    is_expert: Flags
    specialty: Ints
    ages: Ints
    reputation: Floats
    volume: Ints
    female: Flags
    first: Ints
    middle: Ints
    family: Ints
    second_family: Ints
    school: Ints
    graduated: Ints
    languages: Ints  # one bit for each language of the rules
    answers: Ints  # people x 4: second opinions, virtual, own system (yes, no, nothing), accepting (no, yes)
    telehealth: Flags
    in_clinician_file: Flags
    in_medicare: Flags
    has_roster: Flags
    misled: Ints
    stale: Ints
    mistyped: Ints
    missing: Ints


def populate(rules: Rules, geography: Geography, organizations: Organizations, seed: int) -> People:
    """The people of that geography and those institutions; the same arguments always give the same
    columns.
    """
    count = int(geography.people.sum())
    rng = draws(seed, TOPIC)
    market = np.repeat(np.arange(len(geography.markets), dtype=np.int64), geography.people)
    focus = _focus(rules, rng, count)
    # Half of the people work beside their own kind (small specialty groups), half anywhere (multi-specialty).
    order = np.lexsort(
        (np.where(rng.random(count) < 0.5, focus["specialty"], rng.integers(0, 60, count)), market)
    )
    focus = {name: column[order] for name, column in focus.items()}
    group = group_of_people(organizations)
    site, second_site = _sites(organizations, rng, group)
    sees_adults = focus["ages"] != Ages.CHILD
    in_medicare = sees_adults & (rng.random(count) < rules.numbers["medicare_share"])
    return People(
        npi=npis(0, count, Holder.PERSON),
        market=market,
        group=group,
        site=site,
        second_site=second_site,
        hospitals=_hospitals(rules, organizations, rng, _Workers(market, group, focus)),
        volume=np.rint(np.exp(rng.normal(5.3, 0.55, count)) * (1 + focus["reputation"])).astype(np.int64),
        telehealth=rng.random(count) < rules.numbers["telehealth_share"],
        in_clinician_file=in_medicare | (rng.random(count) < 0.8),
        in_medicare=in_medicare,
        **focus,
        **_identity(rules, rng, count),
        **_noise(rules, rng, focus["is_expert"], in_medicare),
    )


@dataclass(frozen=True, slots=True)
class _Workers:
    market: Ints
    group: Ints
    focus: dict[str, Column]


def _focus(rules: Rules, rng: np.random.Generator, count: int) -> dict[str, Column]:
    weights = np.array([rules.conditions[t.condition].weight * ROLE_WEIGHT[t.role] for t in rules.tracks])
    track = pick(rng, weights, count)
    specialty, later = np.zeros(count, dtype=np.int64), rng.random(count) > 0.7
    second, ages = np.full(count, -1, dtype=np.int64), np.full(count, Ages.ADULT, dtype=np.int64)
    second_draw = rng.random(count)
    for n, one in enumerate(rules.tracks):
        members = np.flatnonzero(track == n)
        kinds = np.array(one.specialties)
        place = np.where(later[members] & (len(kinds) > 1), 1 + members % max(1, len(kinds) - 1), 0)
        specialty[members] = kinds[place]
        for kind in one.specialties:
            mine = members[specialty[members] == kind]
            options = _second_tracks(rules, n, kind)
            if options:
                second[mine] = np.array(options)[(second_draw[mine] * len(options)).astype(np.int64)]
            if rules.specialties[kind].is_child or rules.conditions[one.condition].ages == "child":
                ages[mine] = Ages.CHILD
            elif rules.conditions[one.condition].ages == "both":
                ages[mine] = np.where(mine % 3 == 0, Ages.BOTH, Ages.ADULT)
    expert = rng.random(count) < rules.numbers["expert_share"]
    share = np.where(expert, 0.3 + 0.65 * rng.beta(1.6, 1.4, count), 0.1 + 0.14 * rng.random(count))
    second_share = np.where(
        second >= 0, (1 - share) * np.where(expert, rng.random(count) * 0.7, share * 0.9), 0.0
    )
    columns: dict[str, Column] = {
        "track": track,
        "share": np.round(share, 3),
        "second_track": second,
        "second_share": np.round(second_share, 3),
        "is_expert": expert,
        "specialty": specialty,
        "ages": ages,
        "reputation": np.round(np.clip(share * 0.7 + 0.3 * rng.random(count), 0, 1), 3),
    }
    _make_primary_care(rules, rng, columns, count)
    return columns


def _second_tracks(rules: Rules, track: int, specialty: int) -> list[int]:
    """Other tracks of that specialty, those of the neighbour conditions only where there are any."""
    condition = rules.tracks[track].condition
    same = [
        n
        for n, t in enumerate(rules.tracks)
        if specialty in t.specialties and t.condition != condition and n != track
    ]
    near = [n for n in same if rules.tracks[n].condition in rules.conditions[condition].neighbours]
    return near or same


def _make_primary_care(
    rules: Rules, rng: np.random.Generator, columns: dict[str, Column], count: int
) -> None:
    chosen = np.sort(rng.permutation(count)[: round(count * rules.numbers["primary_care_share"])])
    place = {s.specialty_id: n for n, s in enumerate(rules.specialties)}
    kinds = np.array([place[name] for name, _ in PRIMARY_CARE])
    kind = pick(rng, np.array([share for _, share in PRIMARY_CARE]), len(chosen))
    for name in ("track", "second_track"):
        columns[name][chosen] = -1
    for name in ("share", "second_share", "is_expert"):
        columns[name][chosen] = 0
    columns["specialty"][chosen] = kinds[kind]
    columns["ages"][chosen] = np.where(kind == 2, Ages.CHILD, np.where(kind == 1, Ages.BOTH, Ages.ADULT))
    columns["reputation"][chosen] = np.round(rng.random(len(chosen)) * 0.3, 3)


def _sites(organizations: Organizations, rng: np.random.Generator, group: Ints) -> tuple[Ints, Ints]:
    most = max(len(g.sites) for g in organizations.groups)
    table = np.full((len(organizations.groups), most), -1, dtype=np.int64)
    for n, one in enumerate(organizations.groups):
        table[n, : len(one.sites)] = one.sites
    number = np.array([len(g.sites) for g in organizations.groups])[group]
    main = (rng.random(len(group)) * number).astype(np.int64)
    other = (main + 1) % np.maximum(number, 1)
    has_second = (number > 1) & (rng.random(len(group)) < 0.35)
    return table[group, main], np.where(has_second, table[group, other], -1)


def _hospitals(
    rules: Rules,
    organizations: Organizations,
    rng: np.random.Generator,
    workers: _Workers,
) -> Ints:
    """One to five hospitals for those who work in one; the people of a system's group keep to that
    system's.
    """
    market, reputation = workers.market, workers.focus["reputation"]
    likely = np.array([s.hospital_share for s in rules.specialties])[workers.focus["specialty"]]
    works = rng.random(len(market)) < likely
    wanted = 1 + pick(rng, np.array([0.5, 0.27, 0.13, 0.07, 0.03]), len(market))
    elsewhere, scores = rng.random(len(market)) < 0.08, rng.random((len(market), 8))
    system = np.array([g.system for g in organizations.groups])[workers.group]
    found = np.full((len(market), MOST_HOSPITALS), -1, dtype=np.int64)
    pool_of = np.where((system >= 0) & ~elsewhere, system, -1 - market)
    order = np.argsort(pool_of, kind="stable")
    starts = np.flatnonzero(np.diff(pool_of[order], prepend=pool_of[order[:1]] - 1))
    for members in np.split(order, starts[1:]):
        key = int(pool_of[members[0]])
        pool = (
            organizations.hospitals_of_system[key]
            if key >= 0
            else organizations.hospitals_of_market[-1 - key]
        )
        weights = np.array([organizations.hospitals[h].weight for h in pool])
        academic = np.array([organizations.hospitals[h].is_academic for h in pool])
        edges = np.cumsum(weights)
        famous = np.cumsum(weights * (1 + 3 * academic))
        for n in members[works[members]].tolist():
            line = famous if reputation[n] > 0.6 else edges
            places = np.minimum(np.searchsorted(line, scores[n] * line[-1], side="right"), len(pool) - 1)
            unique = list(dict.fromkeys(places.tolist()))[: int(wanted[n])]
            found[n, : len(unique)] = [pool[p] for p in unique]
    return found


def _identity(rules: Rules, rng: np.random.Generator, count: int) -> dict[str, Column]:
    names = len(rules.family_names)
    identity: dict[str, Column] = {
        "female": rng.random(count) < 0.42,
        "first": rng.integers(0, 80, count),
        "middle": rng.integers(0, 30, count),  # beyond 25: no middle name
        "family": rng.integers(0, names, count),
        "second_family": np.where(
            rng.random(count) < rules.numbers["hyphen_share"], rng.integers(0, names, count), -1
        ),
        "school": np.where(
            rng.random(count) < 0.25, NO_SCHOOL, rng.integers(1, int(rules.numbers["schools"]), count)
        ),
        "graduated": rng.integers(1980, 2020, count),
    }
    twins = rng.permutation(count)[: 2 * round(count * rules.numbers["name_twin_share"] / 2)]
    half = len(twins) // 2
    for name in ("female", "first", "family", "second_family"):
        identity[name][twins[half:]] = identity[name][twins[:half]]
    bits = np.zeros(count, dtype=np.int64)
    for n, (_, share, _) in enumerate(rules.languages):
        bits |= (rng.random(count) < share).astype(np.int64) << n
    opinions = pick(rng, np.array([share for _, share in rules.choices["second_opinion"]]), count)
    virtual = pick(rng, np.array([share for _, share in rules.choices["virtual"]]), count)
    own = rng.integers(0, 3, count)
    accepting = (rng.random(count) < 0.82).astype(np.int64)
    return {**identity, "languages": bits, "answers": np.stack([opinions, virtual, own, accepting], axis=1)}


def _noise(rules: Rules, rng: np.random.Generator, expert: Flags, in_medicare: Flags) -> dict[str, Column]:
    count = len(expert)
    everyone = np.arange(count)

    def hit(share: str, kinds: int) -> Ints:
        column = np.full(count, -1, dtype=np.int64)
        members = rng.permutation(everyone)[: round(count * rules.numbers[share])]
        column[members] = np.arange(len(members)) % kinds
        return column

    experts = rng.permutation(everyone[expert])
    has_roster = rng.random(count) < rules.numbers["roster_share_other"]
    has_roster[experts] = True
    has_roster[experts[: round(len(experts) * rules.numbers["no_roster"])]] = False
    misled, stale = hit("misleading", 3), hit("stale", 2)
    # What only shows in a roster turns into its counterpart elsewhere for those whom no roster lists.
    misled[(misled == Misled.VOLUME) & ~in_medicare] = Misled.FOCUS
    misled[(misled >= 0) & ~has_roster] = Misled.VOLUME
    stale[(stale >= 0) & ~has_roster] = Stale.ADDRESS
    missing = hit("missing_id", 3)
    missing[(missing == Missing.NPI) & ~has_roster] = Missing.HOSPITAL
    mistyped = hit("mistyped", 3)
    return {
        "has_roster": has_roster,
        "misled": misled,
        "stale": stale,
        "mistyped": mistyped,
        "missing": missing,
    }
