"""Measures the names for a referring physician in demonstration worlds whose practice styles are planted.

Every specialist of a world has a manner and a timing (ingest/demo/styles.py), which the files show as real
ones would; the truth file tells both. A scenario is a referring physician whose style is shown, with the
condition that they mainly treat. Their **peers** are the specialists of the same role who mainly treat the
same condition, have the same manner and timing, both shown, whose files do not mislead, and who are
independent of everybody already seen. The ranking never reads the truth.

Of the first ten, by the product and by each baseline, counted are the peers, of at most ten that there are.
Baselines: `nearest`, the nearest independent ones of the same specialty; `trials`, those with the most
trials; `no_likeness`, the product's own order without the practice.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from finder.colleague_answers import Colleagues
from finder.colleagues import LOOKED_AT, PROFILE
from finder.composition import from_different
from finder.config import Config
from finder.context import SearchContext, load_context
from finder.criteria import SearchCriteria
from finder.geo import nearest
from finder.independence import Ties, Verdict, ties_of, verdict, worst
from finder.priors import looked_up, question_of
from finder.query import specialists_body
from finder.reads import Client, Remembered, Served, documents, searches
from finder.search import colleagues_asked, find_colleagues
from finder.vocabulary import resolve
from ingest.bench_independence import is_tied_in_files
from ingest.bench_world import bench_home, read_truth, serve_world
from ingest.demo.generate import generate
from ingest.progress import Reporter

FIRST_SEED = 1
FIRST = 10
SYSTEMS, IN_FIRST = 3, 5
MAINLY = 0.5
LEAST_PEERS = 0.9
BASELINES = ("nearest", "trials", "no_likeness")
REMEMBER_S = 3600.0
MOST_READ = 1_000  # people of one search among whom systems are looked for
_TIED = (Verdict.SOME_TIE, Verdict.NOT_INDEPENDENT)

Person = Mapping[str, Any]
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One referring physician with a condition, the patient's ZIP code for some, and others already seen."""

    referrer: Person
    condition: str
    words: str
    near: str | None
    seen: tuple[str, ...]

    def criteria(self) -> SearchCriteria:
        """Get it as the product is asked."""
        args = {"words": self.words, "referrer": self.referrer["npi"], "near": self.near}
        return colleagues_asked({**args, "seen": list(self.seen)})


@dataclass(slots=True)
class Judged:
    """One seed: peers found and there by the product and each baseline, and what must hold."""

    found: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("product", *BASELINES), 0))
    peers: int = 0
    with_peers: int = 0
    scenarios: int = 0
    with_systems: int = 0
    systems_shown: int = 0
    tied_above: int = 0
    tied_named: int = 0
    not_added_up: int = 0
    missed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class World:
    """One served world with its truth, the documents of its people, and what the product is asked with."""

    client: Client
    prefix: str
    context: SearchContext
    truth: Mapping[str, Person]
    found: Mapping[str, Document]
    ties: Mapping[str, Ties]
    today: date

    @property
    def generation(self) -> Served:
        """What is served."""
        return self.context.remembered.served(self.client, self.prefix)

    def verdict(self, scenario: Scenario, npi: str) -> Verdict:
        """The verdict on a person beside everybody already seen in a scenario."""
        priors = (scenario.referrer["npi"], *scenario.seen)
        rules = self.context.words.rules
        return worst([verdict(self.ties[one], self.ties[npi], rules, self.today) for one in priors])


def bench_colleagues(
    client: Client, config: Config, people: int, seeds: int, scenarios: int, reporter: Reporter
) -> dict[str, Any]:
    """Get the figures over `seeds` worlds of `people`, `scenarios` each; of every figure the worst seed.

    Raises FinderError when a world does not pass the gates. Its indices are deleted at the end.
    """
    product, judged = load_context(), list[Judged]()
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        with bench_home(client, config) as own:
            generate(people, own.home / "data", seed)
            truth = read_truth(own.home / "data")
            with reporter.step("ingest a world", "runs") as step:
                serve_world(client, own, own.home / "data")
                step.advance(1)
            context = replace(product, remembered=Remembered(REMEMBER_S))
            world = _world(client, own.index_prefix, truth, context)
            with reporter.step(f"ask world {seed}", "scenarios") as step:
                asked = scenarios_of(truth, scenarios, seed)
                step.expect(len(asked))
                result = Judged()
                for scenario in asked:
                    _judge(world, scenario, result)
                    step.advance(1)
        judged.append(result)
    return figures_of(people, judged)


def scenarios_of(truth: Mapping[str, Any], count: int, seed: int) -> list[Scenario]:
    """Get up to `count` scenarios that have a peer at all, the same ones for a seed: half with a ZIP code, a
    third with one more doctor already seen.
    """
    labels = {condition["id"]: condition["label"] for condition in truth["conditions"]}
    people = truth["people"]
    peers = Peers.of(people)
    fitting = [person for person in people if len(peers.beside(person)) > 1]
    rng = random.Random(seed)  # noqa: S311 - a repeatable choice of scenarios
    found = []
    for number, person in enumerate(rng.sample(fitting, min(count, len(fitting)))):
        condition = next(iter(person["focus"]))
        near = person["sites"][0]["zip"] if number % 2 else None
        seen = (rng.choice(people)["npi"],) if number % 3 == 0 else ()
        seen = tuple(npi for npi in seen if npi != person["npi"])
        found.append(Scenario(person, condition, labels[condition], near, seen))
    return found


@dataclass(frozen=True, slots=True)
class Peers:
    """Who works alike in truth and shows it, by condition, role, manner and timing."""

    by_style: Mapping[tuple[str, ...], tuple[str, ...]]

    @classmethod
    def of(cls, people: Sequence[Person]) -> "Peers":
        """Get the peers among people of a truth file."""
        found: dict[tuple[str, ...], list[str]] = {}
        for person in people:
            if key := _style(person):
                found.setdefault(key, []).append(person["npi"])
        return cls({key: tuple(npis) for key, npis in found.items()})

    def beside(self, person: Person) -> tuple[str, ...]:
        """Everybody alike, the person included; nobody where the person's style is not shown."""
        key = _style(person)
        return self.by_style.get(key, ()) if key else ()


def _style(person: Person) -> tuple[str, ...] | None:
    """What peers share; None for whoever does not mainly treat one thing, or whose files do not show it."""
    style, focus = person["style"], person["focus"]
    if style is None or set(style["shown"]) != {"manner", "timing"} or not focus:
        return None
    condition, share = next(iter(focus.items()))
    is_misleading = any(each.startswith(("misleading", "missing_npi")) for each in person["noise"])
    if share < MAINLY or is_misleading or not person["is_expert"]:
        return None
    return condition, person["role"], style["manner"], style["timing"]


def _world(client: Client, prefix: str, truth: Mapping[str, Any], context: SearchContext) -> World:
    people = {person["npi"]: person for person in truth["people"]}
    generation = context.remembered.served(client, prefix)
    found: dict[str, Document] = {}
    npis = sorted(people)
    for low in range(0, len(npis), MOST_READ):
        wanted = {generation.specialists: npis[low : low + MOST_READ]}
        found |= documents(client, wanted)[generation.specialists]
    return World(
        client=client,
        prefix=prefix,
        context=context,
        truth={npi: people[npi] for npi in found},
        found=found,
        ties={npi: ties_of(npi, source) for npi, source in found.items()},
        today=date.fromisoformat(truth["today"]),
    )


def _judge(world: World, scenario: Scenario, result: Judged) -> None:
    priors = {scenario.referrer["npi"], *scenario.seen}
    if not priors <= world.found.keys():
        return
    answer = find_colleagues(world.client, world.prefix, scenario.criteria(), world.context, world.today)
    everybody = Peers.of(list(world.truth.values())).beside(scenario.referrer)
    peers = {
        npi for npi in everybody
        if npi not in priors and world.verdict(scenario, npi) is Verdict.INDEPENDENT
    }  # fmt: skip
    result.scenarios += 1
    shown = [one.npi for one in answer.results.results]
    _count_ties(world, scenario, answer, result)
    _count_systems(world, scenario, answer, result)
    if not peers:
        return
    rankings = {"product": shown, **_baselines(world, scenario, priors)}
    result.with_peers += 1
    result.peers += min(FIRST, len(peers))
    for name, ranking in rankings.items():
        result.found[name] += len(peers & set(ranking[:FIRST]))
    result.missed += [f"{scenario.referrer['npi']} {scenario.words}: {npi}" for npi in peers - set(shown)]


def _count_ties(world: World, scenario: Scenario, answer: Colleagues, result: Judged) -> None:
    """People with a tie above people without, and people whom the files tie to somebody already seen."""
    verdicts = [one.verdict for one in answer.results.results]
    last_untied = max((n for n, each in enumerate(verdicts) if each not in _TIED), default=-1)
    result.tied_above += sum(each in _TIED for each in verdicts[: last_untied + 1])
    for one in answer.results.results:
        result.tied_named += any(
            is_tied_in_files(world.truth[prior], world.truth[one.npi])
            for prior in (scenario.referrer["npi"], *scenario.seen)
        )
        result.not_added_up += abs(sum(part.value for part in one.parts) - one.score) > 1e-6


def _count_systems(world: World, scenario: Scenario, answer: Colleagues, result: Judged) -> None:
    """Whether three systems stand in the first five, where the whole answer without ties has three."""
    (response,) = searches(
        world.client, [(world.generation.specialists, _plain_body(world, scenario, MOST_READ))]
    )
    untied = [hit for hit in response["hits"]["hits"] if "untied" in hit["matched_queries"]]
    if len(from_different(untied, SYSTEMS)) < SYSTEMS:
        return
    result.with_systems += 1
    first = [{"_id": one.npi, "_source": world.found[one.npi]} for one in answer.results.results[:IN_FIRST]]
    result.systems_shown += len(from_different(first, SYSTEMS)) == SYSTEMS


def _plain_body(world: World, scenario: Scenario, size: int) -> dict[str, Any]:
    """The product's own search without the practice."""
    criteria = replace(scenario.criteria(), profile=PROFILE, size=size)
    understood = resolve(criteria.words, world.context.vocabulary)
    known = looked_up(world.client, world.generation, criteria, world.context)
    return specialists_body(question_of(criteria, understood, known, world.context, world.today))


def _baselines(world: World, scenario: Scenario, priors: set[str]) -> dict[str, list[str]]:
    own = world.found[scenario.referrer["npi"]]
    wanted = set(own.get("main_specialties", ()))
    place = own["points"][0] if own.get("points") else None
    same = [
        npi for npi, source in world.found.items()
        if npi not in priors and source.get("is_candidate")
        and wanted & set(source.get("main_specialties", ()))
        and world.verdict(scenario, npi) is Verdict.INDEPENDENT
    ]  # fmt: skip

    def far(npi: str) -> tuple[float, str]:
        points = [(p["lat"], p["lon"]) for p in world.found[npi].get("points", ())]
        at = nearest((place["lat"], place["lon"]), points) if place else None
        return (at[1] if at else float("inf")), npi

    (plain,) = searches(
        world.client, [(world.generation.specialists, _plain_body(world, scenario, LOOKED_AT))]
    )
    return {
        "nearest": sorted(same, key=far)[:FIRST],
        "trials": sorted(same, key=lambda npi: (-len(world.found[npi].get("trials", ())), npi))[:FIRST],
        "no_likeness": [hit["_id"] for hit in plain["hits"]["hits"][:FIRST]],
    }


def figures_of(people: int, judged: Sequence[Judged]) -> dict[str, Any]:
    """Get the figures, of each the worst seed; `holds` says whether the goals are met."""
    shares = {
        name: round(min(_share(each.found[name], each.peers) for each in judged), 4)
        for name in ("product", *BASELINES)
    }
    systems = round(min(_share(each.systems_shown, each.with_systems) for each in judged), 4)
    tied = sum(each.tied_above + each.tied_named for each in judged)
    added = sum(each.not_added_up for each in judged)
    return {
        "people": people,
        "seeds": len(judged),
        "scenarios": sum(each.scenarios for each in judged),
        "fewest_scenarios_of_a_seed": min(each.scenarios for each in judged),
        "scenarios_with_peers": sum(each.with_peers for each in judged),
        "peers": sum(each.peers for each in judged),
        "peers_in_first_ten": shares["product"],
        "by_seed": [round(_share(each.found["product"], each.peers), 4) for each in judged],
        "baselines": {name: shares[name] for name in BASELINES},
        "three_systems_in_first_five": systems,
        "scenarios_with_three_systems": sum(each.with_systems for each in judged),
        "tied_above_untied": sum(each.tied_above for each in judged),
        "tied_by_the_files": sum(each.tied_named for each in judged),
        "scores_not_added_up": added,
        "missed": [text for each in judged for text in each.missed][:20],
        "holds": shares["product"] >= LEAST_PEERS and systems == 1 and tied == 0 and added == 0,
    }


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
