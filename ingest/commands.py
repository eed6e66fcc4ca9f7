"""The commands `finder ingest ...` and `finder bench ...`."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import click
import orjson

from finder import runs
from finder.cli import Teller, as_json, configured, told
from finder.engine import connect, translated
from finder.errors import NotFound, SourceError
from ingest.bench_independence import bench_independence
from ingest.bench_ingest import bench_ingest
from ingest.bench_relevance import bench_relevance
from ingest.bench_search import bench_search, bench_seen
from ingest.demo.generate import generate
from ingest.files import InputFile, inspected
from ingest.gates import gate_sets
from ingest.progress import Reporter
from ingest.real_pairs import count_real_pairs
from ingest.recognition import recognised
from ingest.relevance_text import relevance_text
from ingest.report import RunReport, State
from ingest.run import ingest_run
from ingest.sources import SOURCES
from ingest.sources.base import Issue, Source

SOURCE_NAMES = [source.name for source in SOURCES]
NAMES_TOLD = 6
DATA = click.Path(path_type=Path)


SERVED = click.option(
    "--served", is_flag=True, help="Measure the directory that this FINDER_HOME serves instead of a new one."
)


@click.group()
def ingest() -> None:
    """Public directory files in, a served generation out."""


@ingest.command(name="run")
@click.option("--data", type=DATA, required=True, help="Folder (or one file) with the publishers' files.")
@click.option("--only", type=click.Choice(SOURCE_NAMES), multiple=True, help="Read only this source.")
@click.option("--gates", "gate_set", type=click.Choice(sorted(gate_sets())), default="sample",
              help="The set of limits that the new generation must pass.")  # fmt: skip
@click.option("--full", is_flag=True, help="Load even when nothing has changed.")
@click.option("--json", "wants_json", is_flag=True, help="The report as JSON.")
@told
def run_command(data: Path, only: tuple[str, ...], gate_set: str, full: bool, wants_json: bool) -> int:
    """Read every file of a folder, merge, load, check, and serve the result in one step."""
    config = configured()
    client = connect(config, Teller())
    report = ingest_run(client, config, data, gate_set=gate_set, only=only, full=full, reporter=Reporter())
    click.echo(as_json(report.to_json()) if wants_json else printed(report))
    return report.exit_code


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
    """The history of runs, newest first."""
    config = configured()
    with translated():
        records = runs.history(connect(config, Teller()), config.index_prefix)
    if wants_json:
        click.echo(as_json([{**record.detail, "started": record.started} for record in records]))
        return
    for record in records:
        click.echo(f"{record.run_id}  {record.state:<9}  {record.started}  {record.reason or ''}")


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
    click.echo(as_json(figures) if wants_json else "\n".join(f"{k}: {v}" for k, v in figures.items()))


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
    click.echo(as_json(figures) if wants_json else "\n".join(f"{k}: {v}" for k, v in figures.items()))
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
    click.echo(as_json(figures) if wants_json else "\n".join(f"{k}: {v}" for k, v in figures.items()))


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
    click.echo(as_json(figures) if wants_json else "\n".join(f"{k}: {v}" for k, v in figures.items()))
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
