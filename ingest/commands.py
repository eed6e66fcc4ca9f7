"""The commands `finder ingest ...`; those of `finder bench ...` join from their own module."""

import getpass
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import orjson

from finder import runs
from finder.cli import Teller, as_json, configured, told
from finder.config import Config
from finder.engine import connect, translated
from finder.errors import FieldError, FinderError, InputErrors, NotFound, SourceError
from finder.freshness import Freshness, newest_arrivals, source_ages
from finder.generations import rollback
from finder.indexes import KEPT_GENERATIONS, generations, prunable
from finder.reads import Client
from finder.sources import load_sources
from ingest.bench_commands import bench
from ingest.control import prune, publish, whoever
from ingest.demo.generate import generate
from ingest.fetch import fetch
from ingest.fetch_list import LIST, files_to_fetch
from ingest.files import InputFile, inspected
from ingest.gates import gate_sets
from ingest.guarded import Web
from ingest.notify import notify
from ingest.parts import ingest_part, parsed_part
from ingest.progress import Reporter
from ingest.recognition import recognised
from ingest.report import RunReport, State
from ingest.request_commands import changes_command, requested_command
from ingest.run import ingest_run
from ingest.schedule import schedule
from ingest.sources import SOURCES
from ingest.sources.base import Issue, Source

SOURCE_NAMES = [source.name for source in SOURCES]
NAMES_TOLD = 6
COLOURS = {Freshness.AMBER: "yellow", Freshness.RED: "red"}
DATA = click.Path(path_type=Path)
__all__ = ["bench", "ingest"]  # the entry points of pyproject.toml


@click.group()
def ingest() -> None:
    """Public directory files in, a served generation out."""


@ingest.command(name="run")
@click.option("--data", type=DATA, required=True, help="Folder (or one file) with the publishers' files.")
@click.option("--only", type=click.Choice(SOURCE_NAMES), multiple=True, help="Read only this source.")
@click.option("--gates", "gate_set", type=click.Choice(sorted(gate_sets())), default="sample",
              help="The set of limits that the new generation must pass.")  # fmt: skip
@click.option("--full", is_flag=True, help="Build and load everything, whatever has changed.")
@click.option("--part", metavar="K/N", help="Only this part of the people; N machines share one generation.")
@click.option("--judgments", type=DATA, help="A CSV of your own (words, npi, grade 0 to 3) as one more gate.")
@click.option(
    "--gentle", is_flag=True, help="One process, lowest priority, paced: for a machine that serves."
)
@click.option("--json", "wants_json", is_flag=True, help="The report as JSON.")
@told
def run_command(
    data: Path, only: tuple[str, ...], gate_set: str, part: str | None, wants_json: bool, **how: Any
) -> int:
    """Read every file of a folder, merge, load, check, and serve the result in one step.

    Only what changed since the served generation is merged and loaded. Exit codes: 0 published, unchanged, or
    another run is at work; 1 gates refused or failed; 2 bad input; 3 engine not reachable.
    """
    config = configured()
    try:
        client = connect(config, Teller())
        if part:
            report = _part_run(client, config, data, part, only=only, gate_set=gate_set, **how)
        else:
            report = ingest_run(
                client, config, data, gate_set=gate_set, only=only, reporter=Reporter(), **how
            )
    except FinderError as problem:
        if problem.exit_code:
            told_report = {"run_id": None, "state": State.FAILED.value, "reason": problem.message}
            notify(config, told_report, lambda text: click.echo(text, err=True))
        raise
    click.echo(as_json(report.to_json()) if wants_json else printed(report))
    return report.exit_code


def _part_run(
    client: Client, config: Config, data: Path, part: str, *, gate_set: str, gentle: bool, **others: Any
) -> RunReport:
    """One part; what only makes sense for a whole run is refused."""
    wrong = [FieldError(name, "does not go with --part") for name, value in others.items() if value]
    if wrong:
        raise InputErrors(wrong)
    chosen = parsed_part(part)
    return ingest_part(client, config, data, chosen, gate_set=gate_set, gentle=gentle, reporter=Reporter())


@ingest.command(name="publish")
@click.argument("run_id", metavar="RUN")
@click.option("--reason", required=True, help="Why it is served although its gates refused it; is recorded.")
@told
def publish_command(run_id: str, reason: str) -> None:
    """Serve a generation that its gates refused, with a reason that is recorded."""
    config = configured()
    client = connect(config, Teller())
    publish(client, config, run_id, reason, whoever(), datetime.now(UTC))
    click.echo(f"generation {run_id} is served; `finder ingest rollback` undoes it")


@ingest.command(name="rollback")
@click.argument("run_id", metavar="[RUN]", required=False)
@told
def rollback_command(run_id: str | None) -> None:
    """Serve an earlier generation again, at once: the one before, or that of RUN."""
    config = configured()
    target = rollback(connect(config, Teller()), config.index_prefix, run_id, whoever(), datetime.now(UTC))
    click.echo(f"generation {target.run_id} of {target.meta.get('as_of') or 'unknown date'} is served")


@ingest.command(name="prune")
@click.option("--keep", type=click.IntRange(1, 50), default=KEPT_GENERATIONS, show_default=True,
              help="How many generations stay, the served one included.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask.")
@told
def prune_command(keep: int, yes: bool) -> int:
    """Delete old generations; says which ones and asks first."""
    config = configured()
    client = connect(config, Teller())
    with translated():
        old = prunable(generations(client, config.index_prefix), keep)
    if not old:
        click.echo("nothing to delete")
        return 0
    click.echo("to be deleted: " + ", ".join(old))
    if not yes and not click.confirm("Delete them?"):
        return 1
    click.echo("deleted: " + ", ".join(prune(client, config, keep)))
    return 0


@ingest.command(name="schedule")
@click.option("--data", type=DATA, required=True, help="Folder with the publishers' files.")
@click.option("--gates", "gate_set", type=click.Choice(sorted(gate_sets())), default="national",
              show_default=True, help="The set of limits of the nightly run.")  # fmt: skip
@click.option(
    "--at", default="02:30", show_default=True, metavar="HH:MM", help="When, by the machine's clock."
)
@click.option("--full-speed", is_flag=True, help="Without --gentle.")
@told
def schedule_command(data: Path, gate_set: str, at: str, full_speed: bool) -> None:
    """Print a systemd service and timer, and a cron line, for a nightly run; installs nothing."""
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", at)
    if not found:
        raise InputErrors([FieldError("at", "must be a time like 02:30")])
    arguments = ["--data", str(data.resolve()), "--gates", gate_set]
    arguments += [] if full_speed else ["--gentle"]
    program = Path(sys.executable).with_name("finder")
    hour, minute = int(found[1]), int(found[2])
    text = schedule(program, configured().home, getpass.getuser(), tuple(arguments), (hour, minute))
    click.echo(text, nl=False)


@ingest.command(name="fetch")
@click.option("--only", type=click.Choice(SOURCE_NAMES), multiple=True, help="Fetch only this source.")
@click.option("--into", type=DATA, help="The folder that runs read; `data` in FINDER_HOME without it.")
@click.option("--json", "wants_json", is_flag=True, help="What became of each file, as JSON.")
@told
def fetch_command(only: tuple[str, ...], into: Path | None, wants_json: bool) -> int:
    """Get the publishers' files that changed; what cannot be had leaves its old version.

    Exit codes: 0 everything is there, 1 some file could not be had, 2 bad input.
    """
    home = configured().home
    listed = files_to_fetch(LIST, home / LIST.name)
    files = [file for file in listed if not only or file.source in only]
    if not files:
        raise InputErrors([FieldError("only", "no file of this source is on the list to fetch")])
    done = fetch(files, into or home / "data", Web(), Reporter())
    if wants_json:
        click.echo(as_json([each.to_json() for each in done]))
    failed = [each for each in done if each.state == "failed"]
    click.echo(
        f"{len(done)} files, {sum(e.state == 'got' for e in done)} new, {len(failed)} failed", err=True
    )
    return 1 if failed else 0


@ingest.command(name="check")
@click.argument("data", type=DATA)
@click.option("--json", "wants_json", is_flag=True, help="Every issue as a JSON line.")
@told
def check_command(data: Path, wants_json: bool) -> int:
    """Read files without loading anything, and list what is wrong with them."""
    known, unknown = recognised(data)
    codes = [_checked(file, source, wants_json) for file, source in known]
    for name in unknown:
        click.echo(f"not read: {name}", err=True)
    return max(codes, default=0)


def _checked(file: InputFile, source: Source, wants_json: bool) -> int:
    """List the issues of one file; 0 without any, 1 with some, 2 when it cannot be read to its end."""
    code = rows = records = 0
    try:
        for batch in source.read(inspected(file)):
            rows, records = rows + batch.rows_read, records + batch.records
            for issue in batch.issues:
                code = 1
                click.echo(orjson.dumps(issue).decode() if wants_json else _issue_line(issue))
    except SourceError as problem:
        click.echo(problem.message, err=True)
        return problem.exit_code
    told_rows = f"{rows:,} rows, {records:,} records, {rows - records:,} rejected"
    click.echo(f"{source.name}: {file.name}: {told_rows}", err=True)
    return code


def _issue_line(issue: Issue) -> str:
    where = ", ".join(part for part in (issue.file, issue.row and f"row {issue.row}", issue.field) if part)
    return f"{issue.level.value}: {where}: {issue.reason} (x {issue.count:,})"


@ingest.command(name="runs")
@click.option("--json", "wants_json", is_flag=True, help="The records as JSON.")
@told
def runs_command(wants_json: bool) -> None:
    """The history of runs, newest first, and how fresh each source is."""
    config = configured()
    with translated():
        client = connect(config, Teller())
        records = runs.history(client, config.index_prefix)
        events = runs.events(client, config.index_prefix)
    if wants_json:
        click.echo(as_json([{**record.detail, "started": record.started} for record in records]))
        return
    lines = [(r.started, f"{r.run_id}  {r.state:<9}  {r.started}  {r.reason or ''}") for r in records]
    lines += [(at, f"{run_id}  {'event':<9}  {at}  {text}") for at, run_id, text, _by in events]
    for _at, line in sorted(lines, reverse=True):
        click.echo(line)
    for age in source_ages(load_sources(), newest_arrivals(records), datetime.now(UTC)):
        click.secho(age.says(), fg=COLOURS.get(age.state))


@ingest.command()
@click.argument("run_id", metavar="RUN")
@told
def show(run_id: str) -> None:
    """One run: steps, counts per source, gates."""
    config = configured()
    with translated():
        click.echo(as_json(dict(runs.run(connect(config, Teller()), config.index_prefix, run_id).detail)))


@ingest.command()
@click.argument("run_id", metavar="RUN")
@told
def quarantine(run_id: str) -> None:
    """Every rejected row, repair and warning of a run, one JSON line each, with file, row, field, reason."""
    path = configured().home / "runs" / run_id / "quarantine.jsonl"
    if not path.is_file():
        raise NotFound(f"there is no quarantine of a run {run_id} in this FINDER_HOME")
    click.echo(path.read_text(encoding="utf-8"), nl=False)


@ingest.command(name="demo-data")
@click.option("--people", type=click.IntRange(100, 5_000_000), default=5000, show_default=True)
@click.option("--seed", type=int, default=20260101, show_default=True)
@click.option("--out", type=DATA, required=True, help="An empty or new folder.")
@told
def demo_data(people: int, seed: int, out: Path) -> None:
    """Write fictional people and institutions in the publishers' true formats."""
    with Reporter().step("write demonstration files", "people") as step:

        def progress(_what: str, done: int, total: int) -> None:
            step.expect(total)
            step.advance(max(0, done - step.done))

        report = generate(people, out, seed, progress)
    click.echo(f"{len(report.files)} files below {out}, all of them fictional (seed {report.seed})", err=True)


ingest.add_command(requested_command)
ingest.add_command(changes_command)


def printed(report: RunReport) -> str:
    """The end of a run as text: state, what was built, who was left out, which gates failed."""
    lines = [f"run {report.run_id}: {report.state.value}" + (f": {report.reason}" if report.reason else "")]
    if report.built:
        built = report.built
        lines.append("documents: " + ", ".join(f"{a} {n:,}" for a, n in built.documents.items()))
        lines += [f"  {name}: {count:,}" for name, count in built.coverage.items()]
        lines += [f"  left out, {reason}: {count:,}" for reason, count in built.left_out.items()]
        lines += [f"  trial investigators, {how}: {n:,}" for how, n in built.investigators.items()]
    lines += _unread_lines(report)
    rejected = sum(f.rejected for f in report.files)
    if rejected and report.state is not State.FAILED:
        lines.append(f"{rejected:,} rows rejected: finder ingest quarantine {report.run_id}")
    return "\n".join(lines)


def _unread_lines(report: RunReport) -> Iterator[str]:
    """Files that were not read, one line a reason with a few names; the report holds every name."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for told_file in report.unrecognised:
        name, _, reason = told_file.partition(": ")
        by_reason[reason].append(name)
    for reason, names in sorted(by_reason.items()):
        some = ", ".join(names[:NAMES_TOLD]) + (", ..." if len(names) > NAMES_TOLD else "")
        yield f"not read, {reason}: {len(names)} file(s): {some}"
