"""One ingest run, step by step, from files to a served generation, with its record and its lock."""

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from finder import indexes, runs
from finder.config import Config
from finder.corrections import accepted
from finder.engine import translated
from finder.errors import FinderError, SourceError
from finder.freshness import arrivals, newest_arrivals
from finder.reads import Client
from ingest.build import MANY_PEOPLE, Built, build
from ingest.control import withdrawn
from ingest.cross_checks import swapped_names
from ingest.difference import Base, drop_ledgers, find_base, is_worth_it, keep_ledger, ledger_file
from ingest.files import InputFile
from ingest.investigators import read_names
from ingest.issues_told import write_quarantine
from ingest.load import Ahead, Loaded, load, surely
from ingest.memory import give_back
from ingest.plans import plan_names
from ingest.progress import Reporter
from ingest.reading import staged_files
from ingest.recognition import is_demonstration, recognised
from ingest.report import RunReport, State
from ingest.sources import SOURCES, correction
from ingest.sources.base import Source
from ingest.space import check_space
from ingest.staging import FileReport, Staging
from ingest.under_way import BUILD, Run, close, comparable, generation_meta, passes_gates


def staging_file(config: Config, data: Path) -> Path:
    """Where the staged rows of a data folder live, so that two folders never replace each other's."""
    name = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:12]
    return config.home / "staging" / f"{name}.duckdb"


def ingest_run(
    client: Client,
    config: Config,
    data: Path,
    *,
    gate_set: str = "sample",
    only: Sequence[str] = (),
    full: bool = False,
    gentle: bool = False,
    judgments: Path | None = None,
    reporter: Reporter | None = None,
    now: datetime | None = None,
) -> RunReport:
    """Run every step over a data folder; the report says how it ended: exactly one of four states.

    The served generation changes in one call at the end, or not at all. `full` builds and loads everything
    even when little or nothing changed; `gentle` leaves the machine to those who search: lowest priority, one
    process, one sender that rests as long as it sends. Raises RunLocked when another run lives, EngineDown,
    NotReady; what a file or a gate objects to is in the report, not raised.
    """
    run = Run(client, config, reporter or Reporter(), now or datetime.now(UTC), gentle, judgments)
    with translated(), runs.locked(client, config.index_prefix, tell=run.reporter.say) as lock:
        _close_killed(run)
        run.save()
        try:
            with translated(), _local_trouble(), ExitStack() as at_end:
                _steps(run, lock, data, gate_set, only, full, at_end)
        except FinderError as stumbled:
            problem = _cause(lock, stumbled)
            run.report = replace(
                run.report, state=State.FAILED, reason=problem.message, exit_code=problem.exit_code or 1
            )
        except BaseException:
            run.report = replace(run.report, state=State.FAILED, reason="stopped by an unexpected error")
            run.save()
            raise
        finally:
            shutil.rmtree(run.folder / BUILD, ignore_errors=True)
        _settle(run)
        close(run)
    return run.report


@contextmanager
def _local_trouble() -> Iterator[None]:
    """Turns trouble with the disk and the staging file, which no file of the publishers caused, into ours."""
    try:
        yield
    except (duckdb.Error, OSError) as problem:
        raise FinderError(f"the disk or the staging file: {problem}") from problem


def _cause(lock: runs.Lock, problem: FinderError) -> FinderError:
    """A run that was taken over stumbles over what the other took away: told is what came first."""
    try:
        with translated():
            lock.confirm()
    except runs.LockLost as lost:
        return lost
    except FinderError:
        return problem  # the engine is away, which is the cause itself
    return problem


def _settle(run: Run) -> None:
    """What the engine serves decides: a flip that went through makes the run published, whatever followed.

    What its gates refuse stays, so that it can be inspected and published all the same, until the next run.
    """
    served = indexes.served(run.client, run.config.index_prefix)
    if served and served.run_id == run.run_id:
        run.report = replace(run.report, state=State.PUBLISHED, exit_code=0)
    elif run.report.state is State.FAILED:
        indexes.drop(run.client, run.config.index_prefix, run.run_id)
    drop_ledgers(run.client, run.config)


def _close_killed(run: Run) -> None:
    """Runs that were killed are still called running: with the lock in our hands they cannot be."""
    prefix = run.config.index_prefix
    served = indexes.served(run.client, prefix)
    for record in runs.history(run.client, prefix):
        if record.state == State.RUNNING.value:
            is_served = served is not None and served.run_id == record.run_id
            state = State.PUBLISHED if is_served else State.FAILED
            runs.save(run.client, prefix, replace(record, state=state.value, reason="killed"))
            shutil.rmtree(run.config.home / "runs" / record.run_id / BUILD, ignore_errors=True)
    for run_id in indexes.leftovers(indexes.generations(run.client, prefix)):
        indexes.drop(run.client, prefix, run_id)


def _steps(
    run: Run,
    lock: runs.Lock,
    data: Path,
    gate_set: str,
    only: Sequence[str],
    full: bool,
    at_end: ExitStack,
) -> None:
    staged = staging_file(run.config, data)
    is_fictional = is_demonstration(data)
    if not stage(run, data, staged, only):
        return
    served = indexes.served(run.client, run.config.index_prefix)
    base = None
    if not full:
        base = find_base(run.client, run.config, served, is_demonstration=is_fictional)
    # Everything will be loaded, whatever comes out, unless a generation is there that may be the same.
    is_fresh = full or not indexes.generations(run.client, run.config.index_prefix)
    aheads = _Aheads(run, lock, staged, is_fictional, at_end) if is_fresh and not run.is_gentle else None
    built = _build(run, staged, is_fictional, base, aheads)
    lock.confirm()
    if not full and _is_there_already(run, built, served):
        return
    ahead = aheads.ahead if aheads else None
    found = _load(run, lock, built, staged, is_fictional, base if is_worth_it(built) else None, ahead)
    keep_ledger(run.config, built.ledger, run.run_id)
    before, ledger = comparable(served, is_fictional), ledger_file(run.config, run.run_id)
    with run.reporter.step("gates", "checks") as step:
        passes = passes_gates(run, gate_set, found, built, ledger, before, staged)
        step.advance(len(run.report.gates))
    run.done("gates", len(run.report.gates), sum(g.holds for g in run.report.gates), step.seconds)
    if passes:
        _publish(run, lock, found, gate_set)


def _is_there_already(run: Run, built: Built, served: indexes.Generation | None) -> bool:
    """Whether the same documents are served or were rolled back: then the run ends, as its report says."""
    if served and served.meta.get("content_checksum") == built.checksum:
        keep_ledger(run.config, built.ledger, served.run_id)  # as our code may have changed since
        run.report = replace(run.report, state=State.UNCHANGED)
        return True
    if twin := withdrawn(run.client, run.config, built.checksum):
        reason = (
            f"these files give generation {twin.run_id} again, which was rolled back on"
            f" {twin.meta['withdrawn']}: `finder ingest rollback {twin.run_id}` serves it, --full builds it"
        )
        run.report = replace(run.report, state=State.REFUSED, reason=reason, exit_code=1)
        return True
    return False


def stage(run: Run, data: Path, staged: Path, only: Sequence[str]) -> bool:
    """Read the files of a folder into the staging file; the report says what they gave and what is wrong.

    False where a file cannot be used: the run is refused.
    """
    files, unknown = _files(run, data)
    asked = {
        file.name for file, source in files if not only or source.name in (*only, correction.SOURCE.name)
    }

    def tell(said: FileReport | str) -> None:
        if isinstance(said, str):
            unknown.append(said)
        else:
            run.reporter.say(_told(said))

    with Staging(staged, SOURCES) as staging, run.reporter.step("read and stage", "rows") as step:
        staging.keep_only(file.name for file, _source in files)
        reports = [old for f, _source in files if f.name not in asked for old in staging.staged(f.name)]
        to_read = [each for each in files if each[0].name in asked]
        reports += staged_files(staging, to_read, run.processes, step.advance, tell)
        with ThreadPoolExecutor(1) as thread:  # the database sorts while names are split here
            sorting = thread.submit(staging.beside().sort_people)
            read_names(staging)
            sorting.result()
        reports = _cross_checked(run, staging, reports)
        quarantine = run.folder / "quarantine.jsonl"
        issues = write_quarantine(staging.issues(), quarantine)
    give_back()
    run.report = replace(
        run.report, files=tuple(reports), unrecognised=tuple(unknown), quarantine=str(quarantine),
        issues=issues, arrived=_arrived(run, reports),
    )  # fmt: skip
    rows = sum(r.rows_read for r in reports)
    run.done("read and stage", rows, sum(r.records for r in reports), step.seconds)
    if run.report.failures:
        reason = "; ".join(run.report.failures)
        run.report = replace(run.report, state=State.REFUSED, reason=reason, exit_code=2)
    return not run.report.failures


def _files(run: Run, data: Path) -> tuple[list[tuple[InputFile, Source]], list[str]]:
    """What a folder holds, and the accepted corrections, which the history holds."""
    files, unknown = recognised(data)
    if not files:
        raise SourceError(str(data), None, None, "holds no file that any source reads")
    if told := correction.written(accepted(run.client, run.config.index_prefix), run.folder):
        files.append((told, correction.SOURCE))
    return files, unknown


def _arrived(run: Run, reports: Sequence[FileReport]) -> Mapping[str, Mapping[str, Any]]:
    """When each file first came with these bytes, by what earlier runs tell."""
    known = newest_arrivals(runs.history(run.client, run.config.index_prefix))
    return arrivals(((r.source, r.sha256) for r in reports if r.records), known, run.started)


def _cross_checked(run: Run, staging: Staging, reports: list[FileReport]) -> list[FileReport]:
    """The reports, with a failure at each file that contradicts the others as a whole."""
    found = {name: SourceError(name, None, None, why).message for name, why in swapped_names(staging)}
    for problem in found.values():
        run.reporter.say(f"  FAILED {problem}")
    return [replace(r, failure=r.failure or found.get(r.name)) for r in reports]


def _told(report: FileReport) -> str:
    if report.failure:
        return f"  FAILED {report.failure}"
    how = " (staged before)" if report.was_staged else ""
    return (
        f"  {report.source}: {report.name}{how}: {report.rows_read:,} rows, {report.records:,} records,"
        f" {report.rejected:,} rejected, {report.repaired:,} values repaired, {report.warnings:,} warnings"
    )


def _plans(staged: Path) -> Mapping[str, str]:
    with Staging(staged, SOURCES, read_only=True) as staging:
        return plan_names(staging)


class _Aheads:
    """Begins to load while merging goes on, where there are enough people; given up at the end of the run."""

    def __init__(
        self, run: Run, lock: runs.Lock, staged: Path, is_demonstration: bool, at_end: ExitStack
    ) -> None:
        self._run, self._lock, self._staged, self._at_end = run, lock, staged, at_end
        self._is_demonstration = is_demonstration
        self.ahead: Ahead | None = None

    def begin(self, people: int) -> None:
        if people >= MANY_PEOPLE:
            run, meta = self._run, {"fence": self._lock.fence, "demonstration": self._is_demonstration}
            self._lock.confirm()
            self.ahead = Ahead(run.client, run.config, run.run_id, meta, _plans(self._staged))
            self._at_end.callback(self.ahead.give_up)

    def add(self, alias: str, path: Path) -> None:
        if self.ahead:
            self.ahead.add(alias, path)


def _build(
    run: Run, staged: Path, is_demonstration: bool, base: Base | None, aheads: _Aheads | None
) -> Built:
    def start(people: int) -> None:
        check_space(run.client, run.config, people, run.reporter.say)
        step.expect(people)
        if aheads:
            aheads.begin(people)

    with run.reporter.step("merge and enrich", "people") as step:
        built = build(
            staged, run.folder / BUILD, is_demonstration=is_demonstration, base=base.ledger if base else None,
            processes=run.processes, on_start=start, on_people=step.advance,
            on_file=aheads.add if aheads else lambda alias, path: None,
        )  # fmt: skip
    run.report = replace(run.report, built=built)
    people = built.documents["specialists"] + sum(built.left_out.values())
    if base:
        run.reporter.say(f"  {people - built.merged:,} people are unchanged since {base.generation.run_id}")
    run.done("merge and enrich", people, built.documents["specialists"], step.seconds)
    return built


def _load(
    run: Run,
    lock: runs.Lock,
    built: Built,
    staged: Path,
    is_demonstration: bool,
    base: Base | None,
    ahead: Ahead | None,
) -> Mapping[str, str]:
    meta = generation_meta(run, built, lock, is_demonstration)

    def from_start() -> Loaded:
        lock.confirm()
        return load(
            run.client, run.config, run.run_id, built, meta, _plans(staged),
            base.generation if base else None, run.pace, step.advance,
        )  # fmt: skip

    def begun() -> Loaded:
        if ahead is None:
            return from_start()
        loaded = ahead.finish(step.advance)
        indexes.tell(run.client, loaded.indices, meta)
        return loaded

    with run.reporter.step("load", "documents") as step:
        step.started = ahead.began if ahead else step.started
        prefix, say = run.config.index_prefix, run.reporter.say
        loaded = surely(run.client, prefix, run.run_id, begun, from_start, say)
    if loaded.retried:
        run.reporter.say(
            f"  {loaded.retried:,} documents were sent again because the engine was under pressure"
        )
    run.report = replace(
        run.report, cloned=base.generation.run_id if base else None, written=loaded.documents
    )
    run.done("load", sum(built.documents.values()), loaded.documents, step.seconds)
    return loaded.indices


def _publish(run: Run, lock: runs.Lock, found: Mapping[str, str], gate_set: str) -> None:
    prefix = run.config.index_prefix
    with run.reporter.step("publish", "generations") as step:
        lock.confirm()
        indexes.mark_published(run.client, found, {"gates": gate_set})
        indexes.flip(run.client, prefix, run.run_id, lock.fence)
        run.report = replace(run.report, state=State.PUBLISHED)
        step.advance(1)
        indexes.prune(run.client, prefix)
    run.done("publish", 1, 1, step.seconds)
