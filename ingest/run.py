"""One ingest run, step by step, from files to a served generation, with its record and its lock."""

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson

from finder import indexes, runs
from finder.config import Config
from finder.engine import translated
from finder.errors import FinderError, SourceError
from finder.reads import Client
from ingest.build import Built, build
from ingest.files import InputFile, discovered, inspected
from ingest.gates import Gate, gate_sets, measured
from ingest.load import load
from ingest.progress import Reporter
from ingest.sources import SOURCES
from ingest.sources.base import Head, Source, claims, head_of
from ingest.staging import FileReport, Staging

DEMONSTRATION_MARK = "DEMONSTRATION.txt"
UNREAD = Path(__file__).with_name("unread.toml")


class State(StrEnum):
    """How a run ends; `running` is how it begins."""

    RUNNING = "running"
    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step: what went in and came out, in the step's unit, and how long it took in seconds."""

    name: str
    rows_in: int
    rows_out: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RunReport:
    """Everything that a run tells: kept in the engine, printed by the command, shown by the admin pages."""

    run_id: str
    state: State
    reason: str | None
    steps: tuple[StepReport, ...] = ()
    files: tuple[FileReport, ...] = ()
    unrecognised: tuple[str, ...] = ()
    built: Built | None = None
    gates: tuple[Gate, ...] = ()
    quarantine: str | None = None
    exit_code: int = 0

    def to_json(self) -> dict[str, Any]:
        """The record as JSON, without paths of this machine."""
        built = self.built
        return {
            "run_id": self.run_id, "state": self.state.value, "reason": self.reason,
            "steps": [asdict(s) for s in self.steps], "files": [asdict(f) for f in self.files],
            "unrecognised": list(self.unrecognised), "gates": [g.to_json() for g in self.gates],
            "documents": dict(built.documents) if built else {},
            "coverage": dict(built.coverage) if built else {},
            "left_out": dict(built.left_out) if built else {},
            "investigators": dict(built.investigators) if built else {},
            "content_checksum": built.checksum if built else None,
        }  # fmt: skip


def recognised(data: Path, only: Sequence[str] = ()) -> tuple[list[tuple[InputFile, Source]], list[str]]:
    """The files of a folder with the source that reads each, and those that nobody reads, with the reason.

    Raises SourceError for a folder that is not there, or a file that two sources claim.
    """
    known: list[tuple[InputFile, Source]] = []
    unknown: list[str] = []
    for file in discovered(data):
        head = head_of(file)
        found = claims(head, SOURCES)
        if len(found) > 1:
            names = " and ".join(s.name for s in found)
            raise SourceError(file.name, None, None, f"is claimed by {names}")
        if not found:
            unknown.append(f"{file.name}: {_why_unread(head)}")
        elif not only or found[0].name in only:
            limits = replace(file, max_bytes=found[0].max_bytes, max_ratio=found[0].max_ratio)
            known.append((limits, found[0]))
    return known, unknown


def _why_unread(head: Head) -> str:
    """What is known of a format that is not read: from unread.toml, by its header or first keys."""
    text = head.start.decode("utf-8", "replace")
    for known in tomllib.loads(UNREAD.read_text(encoding="utf-8"))["format"]:
        if all(mark in text for mark in known["marks"]):
            return str(known["says"])
    return "no source recognises it"


def staging_file(config: Config, data: Path) -> Path:
    """Where the staged rows of a data folder live, so that two folders never replace each other's."""
    name = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:12]
    return config.home / "staging" / f"{name}.duckdb"


class Run:
    """One run under way: its id, its place on disk, and the steps done so far."""

    def __init__(self, client: Client, config: Config, reporter: Reporter, now: datetime) -> None:
        self.client, self.config, self.reporter = client, config, reporter
        self.started = now.astimezone(UTC).isoformat(timespec="seconds")
        self.run_id = runs.new_run_id(now)
        self.folder = config.home / "runs" / self.run_id
        self.folder.mkdir(parents=True, exist_ok=True)
        self.report = RunReport(self.run_id, State.RUNNING, None)

    def done(self, name: str, rows_in: int, rows_out: int, seconds: float) -> None:
        """Add a finished step to the report."""
        step = StepReport(name, rows_in, rows_out, round(seconds, 3))
        self.report = replace(self.report, steps=(*self.report.steps, step))

    def save(self) -> None:
        """Write the record as it stands now."""
        finished = None
        if self.report.state is not State.RUNNING:
            finished = datetime.now(UTC).isoformat(timespec="seconds")
        detail = self.report.to_json()
        record = runs.RunRecord(
            self.run_id, self.report.state.value, self.started, finished, self.report.reason,
            detail["content_checksum"], detail,
        )  # fmt: skip
        runs.save(self.client, self.config.index_prefix, record)


def ingest_run(
    client: Client,
    config: Config,
    data: Path,
    *,
    gate_set: str = "sample",
    only: Sequence[str] = (),
    full: bool = False,
    reporter: Reporter | None = None,
    now: datetime | None = None,
) -> RunReport:
    """Run every step over a data folder; the report says how it ended: exactly one of four states.

    The served generation changes in one call at the end, or not at all. `full` loads even when nothing
    changed. Raises RunLocked when another run lives, EngineDown, NotReady; what a file or a gate objects to
    is in the report, not raised.
    """
    run = Run(client, config, reporter or Reporter(), now or datetime.now(UTC))
    with translated(), runs.locked(client, config.index_prefix) as lock:
        _close_killed(run)
        run.save()
        try:
            with translated():
                _steps(run, lock, data, gate_set, only, full)
        except FinderError as problem:
            run.report = replace(
                run.report, state=State.FAILED, reason=problem.message, exit_code=problem.exit_code
            )
        except BaseException:
            run.report = replace(run.report, state=State.FAILED, reason="stopped by an unexpected error")
            run.save()
            raise
        if run.report.state not in (State.PUBLISHED, State.UNCHANGED):
            indexes.drop(client, config.index_prefix, run.run_id)
        run.save()
        (run.folder / "report.json").write_bytes(
            orjson.dumps(run.report.to_json(), option=orjson.OPT_INDENT_2)
        )
    return run.report


def _close_killed(run: Run) -> None:
    """Runs that were killed are still called running: with the lock in our hands they cannot be."""
    prefix = run.config.index_prefix
    for record in runs.history(run.client, prefix):
        if record.state == State.RUNNING.value:
            runs.save(run.client, prefix, replace(record, state=State.FAILED.value, reason="killed"))
    for generation in indexes.generations(run.client, prefix):
        if not generation.is_served and not generation.meta.get("checked"):
            indexes.drop(run.client, prefix, generation.run_id)


def _steps(run: Run, lock: runs.Lock, data: Path, gate_set: str, only: Sequence[str], full: bool) -> None:
    staged = staging_file(run.config, data)
    _stage(run, data, staged, only)
    failed = [f for f in run.report.files if f.failure]
    if failed:
        reason = "; ".join(str(f.failure) for f in failed)
        run.report = replace(run.report, state=State.REFUSED, reason=reason, exit_code=2)
        return
    is_demonstration = data.is_dir() and any(data.rglob(DEMONSTRATION_MARK))
    built = _build(run, staged, is_demonstration)
    lock.confirm()
    served = indexes.served(run.client, run.config.index_prefix)
    if not full and served and served.meta.get("content_checksum") == built.checksum:
        run.report = replace(run.report, state=State.UNCHANGED)
        return
    found = _load(run, built, is_demonstration)
    checked = _gates(run, gate_set, found, built, served)
    if all(gate.holds for gate in checked):
        _publish(run, lock)
    else:
        broken = "; ".join(f"{g.name}: {g.measured:,} ({g.limit})" for g in checked if not g.holds)
        run.report = replace(run.report, state=State.REFUSED, reason=f"gates: {broken}", exit_code=1)


def _stage(run: Run, data: Path, staged: Path, only: Sequence[str]) -> None:
    files, unknown = recognised(data, only)
    run.report = replace(run.report, unrecognised=tuple(unknown))
    if not files:
        raise SourceError(str(data), None, None, "holds no file that any source reads")
    reports: list[FileReport] = []
    with Staging(staged, SOURCES) as staging, run.reporter.step("read and stage", "rows") as step:
        staging.keep_only(file.name for file, _source in files)
        for file, source in files:
            try:
                report = staging.stage(inspected(file), source, step.advance)
            except SourceError as problem:
                report = FileReport(
                    file.name, source.name, "", 0, file.as_of, 0, 0, 0, 0, 0, problem.message, False
                )
            reports.append(report)
            run.reporter.say(_told(report))
        quarantine = run.folder / "quarantine.jsonl"
        _write_quarantine(staging, quarantine)
    run.report = replace(run.report, files=tuple(reports), quarantine=str(quarantine))
    rows = sum(r.rows_read for r in reports)
    run.done("read and stage", rows, sum(r.records for r in reports), step.seconds)


def _told(report: FileReport) -> str:
    if report.failure:
        return f"  FAILED {report.failure}"
    how = " (staged before)" if report.was_staged else ""
    return (
        f"  {report.source}: {report.name}{how}: {report.rows_read:,} rows, {report.records:,} records,"
        f" {report.rejected:,} rejected, {report.repaired:,} values repaired, {report.warnings:,} warnings"
    )


def _write_quarantine(staging: Staging, path: Path) -> None:
    with path.open("wb") as file:
        for issue in staging.issues():
            file.write(orjson.dumps(issue) + b"\n")


def _build(run: Run, staged: Path, is_demonstration: bool) -> Built:
    with run.reporter.step("merge and enrich", "people") as step:
        built = build(
            staged, run.config.home / "build", is_demonstration=is_demonstration,
            on_start=step.expect, on_people=step.advance,
        )  # fmt: skip
    run.report = replace(run.report, built=built)
    people = built.documents["specialists"] + sum(built.left_out.values())
    run.done("merge and enrich", people, built.documents["specialists"], step.seconds)
    return built


def _load(run: Run, built: Built, is_demonstration: bool) -> dict[str, str]:
    dates = sorted(f.as_of for f in run.report.files if f.as_of and f.records)
    meta = {
        "as_of": dates[-1] if dates else None,
        "demonstration": is_demonstration,
        "content_checksum": built.checksum,
        "specialists": built.documents["specialists"],
    }
    total = sum(built.documents.values())
    with run.reporter.step("load", "documents") as step:
        step.expect(total)
        found, retried = load(run.client, run.config, run.run_id, built, meta, step.advance)
    if retried:
        run.reporter.say(f"  {retried:,} documents were sent again because the engine was under pressure")
    run.done("load", total, step.done, step.seconds)
    return found


def _gates(
    run: Run, gate_set: str, found: dict[str, str], built: Built, served: indexes.Generation | None
) -> list[Gate]:
    limits = gate_sets()[gate_set]
    with run.reporter.step("gates", "checks") as step:
        checked = measured(run.client, limits, found, built, run.report.files, served)
        step.advance(len(checked))
    for gate in checked:
        if not gate.holds:
            run.reporter.say(f"  GATE {gate.name}: {gate.measured:,} is not {gate.limit}")
    indexes.mark_checked(run.client, found, {"gates": gate_set})
    run.report = replace(run.report, gates=tuple(checked))
    run.done("gates", len(checked), sum(g.holds for g in checked), step.seconds)
    return checked


def _publish(run: Run, lock: runs.Lock) -> None:
    prefix = run.config.index_prefix
    with run.reporter.step("publish", "generations") as step:
        lock.confirm()
        indexes.flip(run.client, prefix, run.run_id)
        step.advance(1)
        for old in indexes.prunable(indexes.generations(run.client, prefix)):
            indexes.drop(run.client, prefix, old)
    run.report = replace(run.report, state=State.PUBLISHED)
    run.done("publish", 1, 1, step.seconds)
