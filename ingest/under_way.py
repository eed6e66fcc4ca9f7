"""One run under way: its record and report, and what a whole run and one part of several share."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from finder import bulk, indexes, runs
from finder.config import Config
from finder.engine import translated
from finder.errors import EngineDown, NotFound, NotReady
from finder.reads import Client
from ingest.build import Built
from ingest.gates import dates_by_source, gate_sets, judged, measured, probed, rows_by_source
from ingest.joins import orphan_shares
from ingest.notify import notify
from ingest.processes import MAX_PROCESSES
from ingest.progress import Reporter, Step
from ingest.report import RunReport, State, StepReport
from ingest.sources import SOURCES
from ingest.staging import Staging

BUILD = "build"
PROGRESS_SECONDS = 2.0  # for one look at the progress; the run does not wait longer for it
NICE = 19  # the lowest priority of a process on Unix


class Run:
    """One run under way: its id, its place on disk, and the steps done so far."""

    def __init__(
        self,
        client: Client,
        config: Config,
        reporter: Reporter,
        now: datetime,
        is_gentle: bool = False,
        judgments: Path | None = None,
    ) -> None:
        self.is_gentle, self.judgments = is_gentle, judgments
        if is_gentle:
            os.nice(NICE)
        self.client, self.config, self.reporter = client, config, reporter
        self.started = now.astimezone(UTC).isoformat(timespec="seconds")
        self.run_id = runs.new_run_id(now)
        self.folder = config.home / "runs" / self.run_id
        self.folder.mkdir(parents=True, exist_ok=True)
        self.report = RunReport(self.run_id, State.RUNNING, None)

    @property
    def pace(self) -> bulk.Pace:
        """How hard a load presses the engine."""
        return bulk.GENTLE if self.is_gentle else bulk.FULL_SPEED

    @property
    def processes(self) -> int:
        """How many processes may merge at once."""
        return 1 if self.is_gentle else MAX_PROCESSES

    def done(self, name: str, rows_in: int, rows_out: int, seconds: float) -> None:
        """Add a finished step to the report."""
        step = StepReport(name, rows_in, rows_out, round(seconds, 3))
        self.report = replace(self.report, steps=(*self.report.steps, step))

    def progress(self, step: Step) -> None:
        """Write the record with how far a step has come, for who watches; without an engine nobody does.

        A run goes on through an engine that is away for a while, so nothing waits for it here.
        """
        now = {"step": step.name, "unit": step.unit, "done": step.done, "total": step.total}
        now["at"] = datetime.now(UTC).isoformat(timespec="seconds")
        impatient = self.client.options(request_timeout=PROGRESS_SECONDS, max_retries=0)
        with suppress(EngineDown, NotReady, NotFound), translated():
            record = self._record(None, {**self.report.to_json(), "now": now})
            runs.save(impatient, self.config.index_prefix, record, is_visible=False)

    def save(self) -> None:
        """Write the record as it stands now; from then on it also tells how far each step has come."""
        self.reporter.watch = self.progress
        finished = None
        if self.report.state is not State.RUNNING:
            finished = datetime.now(UTC).isoformat(timespec="seconds")
        record = self._record(finished, self.report.to_json())
        runs.save(self.client, self.config.index_prefix, record)

    def _record(self, finished: str | None, detail: dict[str, Any]) -> runs.RunRecord:
        return runs.RunRecord(
            self.run_id, self.report.state.value, self.started, finished, self.report.reason,
            detail["content_checksum"], detail,
        )  # fmt: skip


def close(run: Run) -> None:
    """Write the record of a run that has ended, here and in the engine, and tell whoever is to be told."""
    run.save()
    _write_report(run)
    notify(run.config, run.report.to_json(), run.reporter.say)


def _write_report(run: Run) -> None:
    """The report beside the quarantine; the engine has it too, so that a full disk changes nothing here."""
    try:
        text = orjson.dumps(run.report.to_json(), option=orjson.OPT_INDENT_2)
        (run.folder / "report.json").write_bytes(text)
    except OSError as problem:
        run.reporter.say(f"the file of the report could not be written: {problem}")


def generation_meta(run: Run, built: Built, lock: runs.Lock, is_demonstration: bool) -> dict[str, Any]:
    """What a generation tells of itself in its `_meta`."""
    dates = sorted(f.as_of for f in run.report.files if f.as_of and f.records)
    return {
        "as_of": dates[-1] if dates else None,
        "demonstration": is_demonstration,
        "content_checksum": built.checksum,
        "specialists": built.documents["specialists"],
        "documents": dict(built.documents),
        "coverage": dict(built.coverage),
        "rows": rows_by_source(run.report.files),
        "dates": dates_by_source(run.report.files),
        "fence": lock.fence,
    }


def comparable(served: indexes.Generation | None, is_fictional: bool) -> Mapping[str, Any] | None:
    """What the served generation tells of itself (`_meta`): shrink is only told between like and like."""
    return served.meta if served and served.meta.get("demonstration") == is_fictional else None


def passes_gates(
    run: Run,
    gate_set: str,
    indices: Mapping[str, str],
    built: Built,
    ledger: Path,
    before: Mapping[str, Any] | None,
    staged: Path,
) -> bool:
    """Measure a loaded generation; each gate is printed with measured, limit and verdict.

    Where one does not hold, the run is refused. `before` is the answer of `comparable`.
    """
    limits, today = gate_sets()[gate_set], datetime.fromisoformat(run.started).date()
    client, prefix = run.client, run.config.index_prefix
    with Staging(staged, SOURCES, read_only=True) as staging:
        orphans = orphan_shares(staging)
    checked = measured(client, limits, indices, built, run.report.files, before, orphans)
    checked += probed(client, limits, indices, ledger, today)
    if run.judgments:
        checked.append(judged(client, limits, prefix, run.run_id, run.judgments, today))
    for gate in checked:
        verdict = "holds" if gate.holds else "FAILS"
        run.reporter.say(f"  gate {verdict}: {gate.name}: {gate.measured:,} ({gate.limit})")
    run.report = replace(run.report, gates=tuple(checked))
    broken = "; ".join(f"{g.name}: {g.measured:,} ({g.limit})" for g in checked if not g.holds)
    if broken:
        run.report = replace(run.report, state=State.REFUSED, reason=f"gates: {broken}", exit_code=1)
    return not broken
