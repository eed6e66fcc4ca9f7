"""Measures who comes first: the production search in demonstration worlds, judged by their truth files.

Each world is generated from its seed, ingested by the whole pipeline under a prefix of its own, and asked the
same searches (ingest/relevance_queries.py). The judgments are the share of each person's true work; ranking
never reads them. Gain in nDCG@10 is the grade, 0 to 3 (ir-measures' default), or 2^grade - 1 where a figure
says so. The ideal order holds those whom the filters of the search let through.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from finder.config import Config
from finder.context import SearchContext, load_context
from finder.reads import Client, Remembered
from finder.relevance import EXPERT, EXPONENTIAL, Answer, answered, ndcg, question_meant
from ingest import baselines, held_out
from ingest.bench_understanding import understanding_figures
from ingest.bench_world import bench_home, serve_world
from ingest.demo.data import Rules, load_rules
from ingest.demo.generate import generate
from ingest.progress import Reporter
from ingest.relevance_figures import (
    Scored,
    compared,
    goals,
    grouped,
    overall_and_by_area,
    weakest,
    worst_seed,
)
from ingest.relevance_queries import Asked, Truth, asked_of, judged_of, load_truth

FIRST_SEED = 1
ROOT = Path(__file__).resolve().parent.parent
PHRASES = ROOT / "tests" / "relevance"
CONDITIONS = ROOT.parent / "shared" / "data" / "conditions"
REMEMBER_S = 3600.0  # a world is served for minutes and only this bench flips it
GAIN = "the grade, 0 to 3; ideal order of those whom the filters let through"


@dataclass(frozen=True, slots=True)
class Bench:
    """What all worlds share, and the settings of one."""

    client: Client
    config: Config
    rules: Rules
    asked: tuple[Asked, ...]
    product: SearchContext
    reporter: Reporter

    @property
    def copy(self) -> str:
        """The index of the baselines."""
        return f"{self.config.index_prefix}-baselines"

    def context(self) -> SearchContext:
        """Get the product's context with nothing remembered, as of a process that starts."""
        return replace(self.product, remembered=Remembered(REMEMBER_S))


def bench_relevance(
    client: Client, config: Config, people: int, seeds: int, reporter: Reporter
) -> dict[str, Any]:
    """Get every figure over `seeds` worlds of `people` people: see the parts of the answer by name.

    Raises FinderError when a world does not pass the gates. Its indices are deleted at the end, also when
    interrupted or terminated. Takes about a minute and 1 GB of disk a world of 5,000 people.
    """
    rules = load_rules()
    asked = asked_of(rules)
    product = load_context()
    reporter.say("understanding: held-out phrases and sentences")
    understanding = _understanding(product)
    scored: list[Scored] = []
    held: list[dict[str, Any]] = []
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        with bench_home(client, config) as own:
            bench = Bench(client, own, rules, asked, product, reporter)
            try:
                found, links = _world(bench, people, seed)
            finally:
                client.indices.delete(index=bench.copy, ignore_unavailable=True)
        scored += found
        held.append(links)
    return _figures(people, seeds, scored, held) | {"understanding": understanding}


def _understanding(product: SearchContext) -> dict[str, Any]:
    conditions = CONDITIONS if CONDITIONS.is_dir() else None
    return understanding_figures(product.vocabulary, PHRASES, conditions, FIRST_SEED)


def _world(bench: Bench, people: int, seed: int) -> tuple[list[Scored], dict[str, Any]]:
    """The scored searches of one world, and how its held-out trials came out."""
    data = bench.config.home / "data"
    generate(people, data, seed)
    _ingest(bench, data)
    truth = load_truth(data)
    return _scored(bench, truth, seed), _held_out(bench, truth, data, seed)


def _ingest(bench: Bench, data: Path) -> None:
    with bench.reporter.step("ingest a world", "runs") as step:
        serve_world(bench.client, bench.config, data)
        step.advance(1)


def _scored(bench: Bench, truth: Truth, seed: int) -> list[Scored]:
    client, prefix, context = bench.client, bench.config.index_prefix, bench.context()
    specialists = context.remembered.served(client, prefix).specialists
    baselines.copy_index(client, specialists, bench.copy, context)
    codes = baselines.taxonomies_of(bench.rules)
    answers: list[Answer] = []
    others: dict[str, list[Answer]] = {name: [] for name in baselines.BASELINES}
    with bench.reporter.step(f"search world {seed}", "searches") as step:
        step.expect(len(bench.asked))
        for asked, judged in zip(bench.asked, judged_of(bench.asked, truth), strict=True):
            question = question_meant(client, prefix, judged, context, bench.rules.today)
            words, known = judged.criteria.words, codes[asked.condition_id]
            ranked = baselines.rankings(client, bench.copy, question, words, known)
            firsts = [npi for ranking in ranked.values() for npi in ranking[:1]]
            answers.append(answered(client, prefix, judged, question, context, firsts))
            for name, ranking in ranked.items():
                others[name].append(replace(answers[-1], ranking=ranking, concept_id=None))
            step.advance(1)
    return scored_of(bench.asked, answers, others, seed)


def scored_of(
    asked: Sequence[Asked],
    answers: Sequence[Answer],
    others: Mapping[str, Sequence[Answer]],
    seed: int,
) -> list[Scored]:
    """Get the scores of one world's searches; `others` are the answers of each baseline to the same ones."""
    theirs = {name: _scores(asked, found, seed) for name, found in others.items()}
    ours = _scores(asked, answers, seed)
    return [
        replace(one, baselines={n: found[at] for n, found in theirs.items()}) for at, one in enumerate(ours)
    ]


def _scores(asked: Sequence[Asked], answers: Sequence[Answer], seed: int) -> list[Scored]:
    grades = {answer.query_id: answer.reachable for answer in answers}
    rankings = {answer.query_id: answer.ranking for answer in answers}
    ours, exponential = ndcg(rankings, grades), ndcg(rankings, grades, EXPONENTIAL)
    return [
        Scored(
            seed=seed,
            asked=one,
            ndcg=ours.get(answer.query_id),
            ndcg_exponential=exponential.get(answer.query_id),
            is_right_step=answer.is_right_step_first(),
            is_right_step_or_closer=answer.is_right_step_or_closer_first(),
            is_right_step_as_read=answer.is_right_step_first_as_read(),
            is_right_step_where_shown=answer.is_right_step_first_where_shown(),
            is_expert_first=_is_expert_first(answer),
            precision=answer.precision(),
            is_empty=not answer.ranking,
            best_grade=max(answer.reachable.values(), default=0),
            concept_id=answer.concept_id,
            baselines={},
        )
        for one, answer in zip(asked, answers, strict=True)
    ]


def _is_expert_first(answer: Answer) -> bool | None:
    if not answer.experts():
        return None
    return bool(answer.ranking) and answer.reachable.get(answer.ranking[0], 0) >= EXPERT


def _held_out(bench: Bench, truth: Truth, data: Path, seed: int) -> dict[str, Any]:
    """Ranks of the sampled investigators with all their trials, and again after one was struck out."""
    client, prefix, now = bench.client, bench.config.index_prefix, bench.rules.today
    labels = {condition.condition_id: condition.label for condition in bench.rules.conditions}
    context = bench.context()
    specialists = context.remembered.served(client, prefix).specialists
    links = held_out.sampled_links(client, specialists, truth, seed)
    before = held_out.ranks(client, prefix, links, labels, context, now)
    held_out.strike(data, links)
    _ingest(bench, data)
    context = bench.context()
    specialists = context.remembered.served(client, prefix).specialists
    struck = held_out.gone(client, specialists, links)
    after = held_out.ranks(client, prefix, struck, labels, context, now)
    return {"sampled": len(links), "struck": len(struck), "before": before, "after": after}


def _figures(
    people: int, seeds: int, scored: Sequence[Scored], held: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    by_seed = grouped(scored, lambda one: str(one.seed))
    ours, against = overall_and_by_area(scored), compared(scored)
    theirs = {name: overall_and_by_area([one.baselines[name] for one in scored]) for name in against}
    return {
        "people": people,
        "seeds": seeds,
        "searches_a_world": len({one.asked.query_id for one in scored}),
        "gain": GAIN,
        **ours,
        "worst_seed": worst_seed(by_seed),
        "by_seed": by_seed,
        "by_way": grouped(scored, lambda one: one.asked.way.value),
        "by_best_grade_in_reach": grouped(scored, lambda one: str(one.best_grade)),
        "baselines": {name: {**row, **theirs[name]} for name, row in against.items()},
        "held_out_trials": held_out_figures(held),
        "goals": goals(ours["overall"], against),
        "weakest": weakest(scored),
    }


def held_out_figures(worlds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Get the share of struck investigators in the first twenty, with the trial and without, by miles."""
    found: dict[str, Any] = {key: sum(world[key] for world in worlds) for key in ("sampled", "struck")}
    for miles in held_out.MILES:
        shown = {
            when: [world[when][miles][npi] is not None for world in worlds for npi in world["after"][miles]]
            for when in ("before", "after")
        }
        found[f"within_{miles}_miles"] = {
            when: round(sum(ranks) / len(ranks), 4) if ranks else None for when, ranks in shown.items()
        }
    return found
