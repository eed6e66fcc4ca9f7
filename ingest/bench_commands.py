"""The commands `finder bench ...`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from finder.cli import Teller, as_json, configured, told
from finder.engine import connect
from ingest.bench_colleagues import bench_colleagues
from ingest.bench_independence import bench_independence
from ingest.bench_ingest import bench_ingest
from ingest.bench_load import bench_load
from ingest.bench_relevance import bench_relevance
from ingest.bench_search import bench_search, bench_seen
from ingest.bench_trust import bench_trust
from ingest.progress import Reporter
from ingest.real_pairs import count_real_pairs
from ingest.relevance_text import relevance_text

DATA = click.Path(path_type=Path)
SERVED = click.option(
    "--served", is_flag=True, help="Measure the directory that this FINDER_HOME serves instead of a new one."
)


def _print(figures: Mapping[str, Any], wants_json: bool) -> None:
    click.echo(as_json(figures) if wants_json else "\n".join(f"{k}: {v}" for k, v in figures.items()))


@click.group()
def bench() -> None:
    """Measurements that print their figures; never part of the tests."""


@bench.command(name="ingest")
@click.option("--people", type=click.IntRange(300, 1_000_000), default=50_000, show_default=True)
@click.option("--json", "wants_json", is_flag=True, help="The figures as JSON.")
@told
def bench_ingest_command(people: int, wants_json: bool) -> None:
    """Rows a second of each step, loading against the limit of raw prepared bytes, peak memory."""
    config = configured()
    figures = bench_ingest(connect(config, Teller()), config, people, Reporter())
    _print(figures, wants_json)


@bench.command(name="independence")
@click.option("--people", type=click.IntRange(300, 200_000), default=28_000, show_default=True,
              help="Of each world: about a fifth as many pairs are planted.")  # fmt: skip
@click.option("--seeds", type=click.IntRange(1, 20), default=5, show_default=True, help="Worlds to judge.")
@click.option("--searches", type=click.IntRange(0, 100_000), default=1_000, show_default=True,
              help="Searches over all worlds.")  # fmt: skip
@click.option("--data", type=DATA, help="Instead count pairs in a folder with the publishers' files.")
@click.option("--json", "wants_json", is_flag=True, help="The figures as JSON.")
@told
def bench_independence_command(
    people: int, seeds: int, searches: int, data: Path | None, wants_json: bool
) -> int:
    """Ties said and missed by kind, against the truth of generated worlds; the worst seed, 1 below par."""
    config = configured()
    if data:
        figures = count_real_pairs(data)
    else:
        client = connect(config, Teller())
        figures = bench_independence(client, config, people, seeds, searches, Reporter())
    _print(figures, wants_json)
    return 0 if figures["holds"] else 1


@bench.command(name="colleagues")
@click.option("--people", type=click.IntRange(1_000, 100_000), default=5_000, show_default=True)
@click.option("--seeds", type=click.IntRange(1, 20), default=5, show_default=True, help="How many worlds.")
@click.option("--scenarios", type=click.IntRange(1, 5_000), default=300, show_default=True,
              help="Referring physicians in each world.")  # fmt: skip
@click.option("--json", "wants_json", is_flag=True, help="The figures as JSON.")
@told
def bench_colleagues_command(people: int, seeds: int, scenarios: int, wants_json: bool) -> int:
    """Planted peers, systems and ties among names for a referring physician; the worst seed, 1 below par."""
    config = configured()
    client = connect(config, Teller())
    figures = bench_colleagues(client, config, people, seeds, scenarios, Reporter())
    _print(figures, wants_json)
    return 0 if figures["holds"] else 1


@bench.command(name="search")
@click.option("--people", type=click.IntRange(1_000, 1_000_000), default=5_000, show_default=True)
@SERVED
@click.option("--json", "wants_json", is_flag=True, help="The figures as JSON.")
@told
def bench_search_command(people: int, served: bool, wants_json: bool) -> None:
    """p50, p95 and p99 of the raw engine, the JSON answer and the page, side by side in one run."""
    config = configured()
    figures = bench_search(connect(config, Teller()), config, None if served else people, Reporter())
    _print(figures, wants_json)


@bench.command(name="load")
@click.option("--people", type=click.IntRange(10_000, 1_000_000), default=50_000, show_default=True)
@click.option("--json", "wants_json", is_flag=True, help="The figures as JSON.")
@told
def bench_load_command(people: int, wants_json: bool) -> int:
    """Searches at rest, and beside runs with and without --gentle, in one run; 1 for a goal missed."""
    config = configured()
    figures = bench_load(connect(config, Teller()), config, people, Reporter())
    _print(figures, wants_json)
    return 0 if all(figures["holds"].values()) else 1


@bench.command(name="seen")
@click.option("--people", type=click.IntRange(1_000, 1_000_000), default=5_000, show_default=True)
@SERVED
@click.option("--rounds", type=click.IntRange(1, 1_000), default=15, show_default=True,
              help="How often each search is sent in each way.")  # fmt: skip
@click.option("--json", "wants_json", is_flag=True, help="The figures as JSON.")
@told
def bench_seen_command(people: int, served: bool, rounds: int, wants_json: bool) -> int:
    """What five doctors already seen add to the engine's time of the same search; 1 for 10 % or more."""
    config = configured()
    figures = bench_seen(connect(config, Teller()), config, None if served else people, rounds, Reporter())
    _print(figures, wants_json)
    return 0 if figures["holds"] else 1


@bench.command(name="relevance")
@click.option("--people", type=click.IntRange(1_000, 20_000), default=5_000, show_default=True)
@click.option("--seeds", type=click.IntRange(1, 50), default=5, show_default=True, help="How many worlds.")
@click.option("--json", "wants_json", is_flag=True, help="The figures as JSON.")
@told
def bench_relevance_command(people: int, seeds: int, wants_json: bool) -> None:
    """nDCG@10, first ladder step, misspelling, baselines and held-out trials, by the worlds' truth files."""
    config = configured()
    found = bench_relevance(connect(config, Teller()), config, people, seeds, Reporter())
    click.echo(as_json(found) if wants_json else relevance_text(found))


@bench.command(name="trust")
@click.option(
    "--people", type=click.IntRange(20, 2_000), default=200, show_default=True, help="Of each world."
)
@click.option("--seeds", type=click.IntRange(1, 20), default=5, show_default=True, help="Worlds to judge.")
@click.option("--json", "wants_json", is_flag=True, help="The figures as JSON.")
@told
def bench_trust_command(people: int, seeds: int, wants_json: bool) -> int:
    """What is shown and how surely, over 180 nights of sources wrong as often as published; 1 below par."""
    figures = bench_trust(people, seeds, Reporter())
    _print(figures, wants_json)
    return 0 if figures["holds"] else 1
