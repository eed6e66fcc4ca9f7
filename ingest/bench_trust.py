"""Measures trust on worlds whose truth is known: 180 nights of sources wrong as often as published."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from finder.documents import Value, said_of
from finder.trust import (
    CONFIRMED_DAYS,
    Kind,
    Level,
    Standing,
    first_day,
    kept_first,
    standing_of_fact,
    standing_of_phone,
    standings_of_sites,
)
from ingest.progress import Reporter, Step
from ingest.sites import sites_of
from ingest.trust_world import (
    ALL_IN_SEVERAL,
    FIRST_NIGHT,
    IN_SEVERAL,
    PAYER,
    SAYS_NOTHING_OF,
    Place,
    Simulated,
    Simulation,
    simulation,
)

NIGHTS = 180
# The share of the best source's new errors that come from people who move, so that all sources keep the same
# old value: not published, so that each seed has another one (own assumption).
SHARED_ERRORS = (0.3, 0.1, 0.5, 0.2, 0.4)
CORRECTED_NIGHT, CORRECTIONS = 90, 20
BINS = 10
MOST_CERTAIN_ERROR, MOST_OF_BEST_SOURCE, MOST_OFF = 0.05, 0.5, 0.05
JUDGED = (
    "certain_error", "of_best_source", "first_of_best_source", "calibration_error", "unmarked_past_90_days",
    "corrections_not_live",
)  # fmt: skip
SAYS = (
    "`of_best_source` counts values called certain or likely; where sources differ so that none is more "
    "likely right than wrong, all are shown as not sure. `first_of_best_source` counts the value that comes "
    "first of every kind, the not sure ones too: the first address, the telephone of the right address, the "
    "specialty, each payer's listing. Errors of the best single source are weighted by the values shown. In "
    "`worlds` every person is listed by the registry, the clinician file and two to five payers; "
    "`worlds_with_fewer_payers` leave 29 % with one payer or none, as JAMA 2023 found of five insurers."
)


class Shown(NamedTuple):
    """One value as the product shows it on one night; `last_said` is the newest date on which it was said,
    `is_first` whether it comes before all others of its kind, whatever its level.
    """

    kind: Kind
    standing: Standing
    is_right: bool
    last_said: date | None
    is_first: bool = True


@dataclass(slots=True)
class Tally:
    """Counts over the nights of one world: of values and of wrong ones, by kind and level or source."""

    levels: dict[tuple[Kind, Level], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    sources: dict[tuple[Kind, str], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    bins: dict[int, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0, 0.0]))
    first: dict[tuple[Kind, int], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    old: int = 0
    unmarked: int = 0
    corrections: int = 0
    corrections_live: int = 0

    def add(self, night: date, one: Shown, payers: int) -> None:
        """Count one value of somebody whom so many payers list."""
        counts = self.levels[one.kind, one.standing.level]
        counts[0] += 1
        counts[1] += not one.is_right
        if one.is_first:
            first = self.first[one.kind, payers]
            first[0] += 1
            first[1] += not one.is_right
        of_bin = self.bins[min(BINS - 1, int(one.standing.share * BINS))]
        of_bin[0] += 1
        of_bin[1] += one.standing.share
        of_bin[2] += one.is_right
        if one.last_said is None or (night - one.last_said).days > CONFIRMED_DAYS:
            self.old += 1
            self.unmarked += not one.standing.is_unconfirmed

    def count(self, levels: Sequence[Level], kinds: Sequence[Kind] = tuple(Kind)) -> tuple[int, int]:
        """How many values stand at these levels, and how many of them are wrong."""
        found = [self.levels[k, level] for k in kinds for level in levels if (k, level) in self.levels]
        return sum(every for every, _wrong in found), sum(wrong for _every, wrong in found)

    def error(self, levels: Sequence[Level], kinds: Sequence[Kind] = tuple(Kind)) -> float:
        """Share of the values at these levels that are wrong."""
        every, wrong = self.count(levels, kinds)
        return wrong / max(1, every)

    def best_source(self, kind: Kind) -> float:
        """Share of wrong entries of the source with the fewest."""
        return min(wrong / every for (of, _s), (every, wrong) in self.sources.items() if of is kind)

    def guessed(self, kinds: Sequence[Kind] = tuple(Kind), payers: int | None = None) -> tuple[float, float]:
        """Error of the values that come first, whatever their level, and of the best source for as many: of
        everybody, or of those whom so many payers list.
        """
        counts = [
            (kind, told) for (kind, by), told in self.first.items() if kind in kinds and payers in (None, by)
        ]
        every = max(1, sum(count for _kind, (count, _wrong) in counts))
        best = sum(self.best_source(kind) * count for kind, (count, _wrong) in counts)
        return sum(wrong for _kind, (_count, wrong) in counts) / every, best / every

    @property
    def calibration(self) -> float:
        """Mean distance between the confidence said and the share that is right, over ten bins."""
        every = sum(count for count, _said, _right in self.bins.values())
        return sum(abs(said - right) for _count, said, right in self.bins.values()) / every


def bench_trust(people: int, seeds: int, reporter: Reporter) -> dict[str, Any]:
    """Let `people` of each world live through 180 nights, and compare what is shown with what is true.

    Every night the files that come are merged by the product's own code, and what a page would show on that
    day is judged. Only this bench knows the truth. The worst world is reported beside all of them, and the
    same worlds again with fewer payers that list a person.
    """
    with reporter.step("nights", "nights") as step:
        step.expect(2 * seeds * NIGHTS)
        worlds = [_lived(people, seed, ALL_IN_SEVERAL, step) for seed in range(1, seeds + 1)]
        fewer = [_lived(people, seed, IN_SEVERAL, step) for seed in range(1, seeds + 1)]
    worst, worst_of_fewer = _worst(worlds), _worst(fewer)
    first_holds = worst["first_of_best_source"] <= MOST_OF_BEST_SOURCE
    return {
        "says": SAYS,
        "people": people,
        "nights": NIGHTS,
        "worst": worst,
        "worst_with_fewer_payers": worst_of_fewer,
        "holds": _holds(worst) and first_holds and _holds(worst_of_fewer),
        "worlds": worlds,
        "worlds_with_fewer_payers": fewer,
    }


def _lived(people: int, seed: int, in_several: float, step: Step) -> dict[str, Any]:
    """The figures of one world after all its nights."""
    shared, tally = SHARED_ERRORS[(seed - 1) % len(SHARED_ERRORS)], Tally()
    for _night in _nights(simulation(people, seed, shared, in_several), tally):
        step.advance(1)
    return {"seed": seed, "shared_errors": shared, **_figures(tally)}


def _worst(worlds: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    return {name: max(world[name] for world in worlds) for name in JUDGED}


def _holds(worst: Mapping[str, float]) -> bool:
    return (
        worst["certain_error"] <= MOST_CERTAIN_ERROR
        and worst["of_best_source"] <= MOST_OF_BEST_SOURCE
        and worst["calibration_error"] <= MOST_OFF
        and worst["unmarked_past_90_days"] == worst["corrections_not_live"] == 0
    )


def _figures(tally: Tally) -> dict[str, Any]:
    shown = (Level.CERTAIN, Level.LIKELY)
    counts = {kind: tally.count(shown, (kind,)) for kind in Kind}
    every = sum(count for count, _wrong in counts.values())
    best = sum(tally.best_source(kind) * count for kind, (count, _wrong) in counts.items()) / every
    told = sum(tally.count((level,))[0] for level in Level)
    first, best_first = tally.guessed()
    return {
        "certain_error": round(tally.error((Level.CERTAIN,)), 4),
        "shown_error": round(tally.error(shown), 4),
        "best_source_error": round(best, 4),
        "of_best_source": round(tally.error(shown) / best, 3),
        "first_of_best_source": round(first / best_first, 3),
        "calibration_error": round(tally.calibration, 4),
        "past_90_days": tally.old,
        "unmarked_past_90_days": tally.unmarked,
        "corrections": tally.corrections,
        "corrections_not_live": tally.corrections - tally.corrections_live,
        "levels": {level.value: round(tally.count((level,))[0] / told, 3) for level in Level},
        "first_of_best_source_by_payers": _by_payers(tally),
        "by_kind": {kind.value: _figures_of(tally, kind) for kind in Kind},
    }


def _by_payers(tally: Tally) -> dict[str, float]:
    """The same ratio for those whom no payer lists, one, two ...: more sources settle more."""
    found = {payers: tally.guessed(payers=payers) for payers in sorted({by for _kind, by in tally.first})}
    return {str(payers): round(first / best, 3) for payers, (first, best) in found.items()}


def _figures_of(tally: Tally, kind: Kind) -> dict[str, float]:
    every, unsure = tally.count(tuple(Level), (kind,))[0], tally.count((Level.UNSURE,), (kind,))[0]
    return {
        "certain_error": round(tally.error((Level.CERTAIN,), (kind,)), 4),
        "shown_error": round(tally.error((Level.CERTAIN, Level.LIKELY), (kind,)), 4),
        "unsure_error": round(tally.error((Level.UNSURE,), (kind,)), 4),
        "first_error": round(tally.guessed((kind,))[0], 4),
        "best_source_error": round(tally.best_source(kind), 4),
        "unsure": round(unsure / max(1, every), 3),
    }


def _nights(world: Simulation, tally: Tally) -> Iterator[date]:
    documents: dict[str, list[dict[str, Any]]] = {}
    reported: list[Simulated] = []
    for number in range(NIGHTS):
        night = FIRST_NIGHT + timedelta(days=number)
        for person in world.people:
            came = person.live(night, world.rates)
            if came or person.npi not in documents or person in reported:
                rows = person.rows(world.places, world.numbers)
                documents[person.npi] = [site.to_source() for site in sites_of(rows)]
            _judge(world, person, documents[person.npi], night, tally)
        if reported:
            _look_at_corrections(world, reported, documents, night, tally)
            reported = []
        if number == CORRECTED_NIGHT:
            wrong = (p for p in world.people if not _is_at(documents[p.npi][0], _home(world, p)))
            reported = [person for person, _n in zip(wrong, range(CORRECTIONS), strict=False)]
            for person in reported:
                person.correct(night, _home(world, person))
        yield night


def _look_at_corrections(
    world: Simulation,
    reported: Sequence[Simulated],
    documents: Mapping[str, list[dict[str, Any]]],
    night: date,
    tally: Tally,
) -> None:
    """Whether the run after the correction shows the true address first."""
    for person in reported:
        first = documents[person.npi][0]
        tally.corrections += 1
        tally.corrections_live += _is_at(first, _home(world, person)) and "correction" in first["sources"]


def _home(world: Simulation, person: Simulated) -> Place:
    return world.places[person.truth[Kind.LOCATION]]


def _is_at(site: Mapping[str, Any], place: Place) -> bool:
    street = f"{site['street']} {site.get('street_2', '')}".casefold()
    own = place.street.casefold()
    return bool(street.startswith(own) and place.suite in street and site["zip"] == place.zip)


def _judge(
    world: Simulation, person: Simulated, sites: Sequence[Mapping[str, Any]], night: date, tally: Tally
) -> None:
    for one in _shown(world, person, sites, night):
        tally.add(night, one, person.payers)
    for name, (_day, told) in person.files.items():
        source = name.split()[0]
        for kind in set(Kind) - SAYS_NOTHING_OF.get(source, set()):
            counts = tally.sources[kind, source]
            counts[0] += 1
            counts[1] += told[kind] != person.truth[kind]


def _shown(
    world: Simulation, person: Simulated, sites: Sequence[Mapping[str, Any]], night: date
) -> Iterator[Shown]:
    """What the person's page shows tonight: addresses, the telephone of the right one, specialty, plans."""
    home = _home(world, person)
    number = person.truth[Kind.CONTACT]
    phone = home.phone if number == 0 else world.numbers[number]
    for site, standing in zip(sites, standings_of_sites(sites, night), strict=True):
        is_home = _is_at(site, home)
        yield Shown(Kind.LOCATION, standing, is_home, _last(site.get("said")), site is sites[0])
        if is_home and site.get("phone"):
            stands = standing_of_phone(site, night)
            yield Shown(Kind.CONTACT, stands, site["phone"] == phone, _last(site.get("phone_said")))
    said = [
        Value(world.specialties[told[Kind.SPECIALTY]], name.split()[0], day.isoformat())
        for name, (day, told) in person.files.items()
    ]
    yield _fact(Kind.SPECIALTY, "specialty", said, world.specialties[person.truth[Kind.SPECIALTY]], night)
    for name, (day, told) in person.files.items():
        if name.startswith(PAYER):
            listed = [Value(told[Kind.NETWORK], PAYER, day.isoformat())]
            yield _fact(Kind.NETWORK, "networks", listed, person.truth[Kind.NETWORK], night)


def _fact(kind: Kind, name: str, values: Sequence[Value], truth: Any, night: date) -> Shown:
    told = kept_first(values, kind).to_source()
    stands = standing_of_fact(name, told, night)
    if stands is None:
        raise ValueError(f"no shares of errors are published for {name}")
    dates = [first_day(each.get("as_of")) for each in (told, *told.get("also", ()))]
    return Shown(kind, stands, told["value"] == truth, max(filter(None, dates), default=None))


def _last(said: str | None) -> date | None:
    return max(filter(None, (first_day(as_of) for _source, as_of in said_of(said))), default=None)
