"""The commands of `finder ingest` that the admin pages lean on: requests for runs, and differences."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
import orjson

from finder import changes, indexes, run_requests
from finder.changes import LABELS, Totals
from finder.cli import Teller, configured, told
from finder.config import Config
from finder.engine import connect, translated
from finder.errors import FinderError
from finder.reads import Client
from ingest.gates import gate_sets
from ingest.progress import Reporter
from ingest.run import ingest_run

EXAMPLES = 5


@click.command(name="requested")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder (or one file) with the publishers' files.",
)
@click.option("--gates", "gate_set", type=click.Choice(sorted(gate_sets())), default="sample",
              help="The set of limits that the new generation must pass.")  # fmt: skip
@click.option("--gentle", is_flag=True, help="As for `finder ingest run`.")
@told
def requested_command(data: Path, gate_set: str, gentle: bool) -> int:
    """Do what admins asked for on their pages, for a timer of one minute; 0 where nothing waits.

    A request for a run becomes a run over DATA. Without any, the difference between the served generation
    and the one before is computed where nobody has done it yet.
    """
    config = configured()
    client = connect(config, Teller())

    def run(asked: run_requests.Request) -> tuple[str, str | None, int]:
        report = ingest_run(
            client, config, data, gate_set=gate_set, full=asked.is_full, gentle=gentle, reporter=Reporter()
        )
        told_state = f"{report.state.value}{': ' + report.reason if report.reason else ''}"
        return told_state, report.run_id, report.exit_code

    return work_off(client, config, run)


def work_off(
    client: Client, config: Config, run: Callable[[run_requests.Request], tuple[str, str | None, int]]
) -> int:
    """Work off every request that waits; the answer is the highest exit code.

    `run` gets a request for a run and tells the outcome, the run's id and the exit code.
    """
    prefix, code, has_worked = config.index_prefix, 0, False
    while asked := run_requests.take(client, prefix):
        has_worked = True
        click.echo(f"asked for by {asked.by} at {asked.asked}: {asked.what}", err=True)
        try:
            outcome = _difference(client, prefix, asked.between) if asked.between else run(asked)
        except FinderError as problem:
            outcome = (problem.message, None, problem.exit_code)
        run_requests.close(client, prefix, asked, outcome[0], outcome[1])
        code = max(code, outcome[2])
    if not has_worked:
        _newest_difference(client, prefix)
    return code


def _difference(client: Client, prefix: str, between: tuple[str, ...]) -> tuple[str, str | None, int]:
    old, new = between
    with translated():
        pair = changes.pair(indexes.generations(client, prefix), new, old)
    totals = changes.keep(client, prefix, *pair, datetime.now(UTC))
    return f"{totals.people:,} people differ", new, 0


def _newest_difference(client: Client, prefix: str) -> None:
    with translated():
        everything = indexes.generations(client, prefix)
    if len(everything) > 1 and any(g.is_served for g in everything):
        try:
            old, new = changes.pair(everything)
        except FinderError:
            return  # the served generation is the oldest: after a rollback there is none before it
        if changes.kept(client, prefix, old.run_id, new.run_id) is None:
            _computed(client, prefix, old, new)


@click.command(name="changes")
@click.argument("runs_", metavar="[OLD] [NEW]", nargs=-1)
@click.option("--json", "wants_json", is_flag=True, help="Everybody who differs, one JSON line each.")
@told
def changes_command(runs_: tuple[str, ...], wants_json: bool) -> int:
    """Tell what differs between two generations: the served one and the one before, unless runs are given.

    One RUN is compared with the one before it. The numbers are kept for the admin pages.
    """
    if len(runs_) > 2:
        raise click.UsageError("two runs at most")
    config = configured()
    client = connect(config, Teller())
    prefix = config.index_prefix
    with translated():
        everything = indexes.generations(client, prefix)
        old, new = changes.pair(everything, runs_[-1] if runs_ else None, runs_[0] if runs_[1:] else None)
        if wants_json:
            for changed in changes.differences(client, old, new):
                click.echo(orjson.dumps(asdict(changed)))
            return 0
    click.echo(printed(client, prefix, _computed(client, prefix, old, new)))
    return 0


def _computed(client: Client, prefix: str, old: indexes.Generation, new: indexes.Generation) -> Totals:
    with Reporter().step("changes", "people") as step:
        return changes.keep(client, prefix, old, new, datetime.now(UTC), step.advance)


def printed(client: Client, prefix: str, totals: Totals) -> str:
    """A difference as text: numbers by kind, each with the first few people."""
    lines = [f"from {totals.old} to {totals.new}: {totals.people:,} people differ"]
    for alias, (before, after) in totals.documents.items():
        lines.append(f"  {alias}: {before:,} -> {after:,}")
    for kind, label in LABELS.items():
        if count := totals.counts.get(kind):
            lines.append(f"{label}: {count:,}")
            for changed in changes.page(client, prefix, totals.old, totals.new, kind, 1)[:EXAMPLES]:
                told_kind = changed.kinds[kind]
                gone, new = "; ".join(told_kind.gone) or "nothing", "; ".join(told_kind.new) or "nothing"
                lines.append(f"  {changed.npi} {changed.name}: {gone} -> {new}")
    return "\n".join(lines)
