"""Measures an ingest of generated people: each step, memory, and what it costs beside its lower bounds."""

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import urllib3

from finder import indexes, runs
from finder.config import Config
from finder.reads import Client
from ingest.bench_changes import republished, weekly_update
from ingest.bench_parse import parse_only
from ingest.bench_world import bench_home
from ingest.build import Built, build
from ingest.demo.generate import generate
from ingest.load import chunks
from ingest.progress import Reporter, Step
from ingest.report import RunReport
from ingest.run import ingest_run, staging_file

RAW_SENDERS = 2
SAMPLE_EVERY_S = 0.25
CHANGED_SHARE = 0.01
GOAL_WHOLE = 2.0  # times the larger lower bound, plus the smaller
GOAL_DIFFERENCE = 0.15
GOAL_MEMORY_MB = 1500
GOAL_ROWS_A_SECOND = 12_000


def bench_ingest(client: Client, config: Config, people: int, reporter: Reporter) -> dict[str, Any]:
    """Generate `people`, ingest them into indices of their own, and compare with two lower bounds.

    These are reading the same files with the fastest reader, nothing else done, and posting the same prepared
    documents by two threads that read nothing but the status. All files are ingested twice: into an engine
    that may just have started, and once more, read and built anew, as on any later night. The lower bound of
    loading, which comes after, and the differences meet the same engine as the second. Then 1 % of the people
    change, by a weekly file of the registry, and in a second step by a clinician file that is published
    again; each is ingested as a difference. Everything is deleted at the end.
    """
    with bench_home(client, config) as own:
        data = own.home / "data"
        with reporter.step("write demonstration files", "people") as step:
            generate(people, data)
            step.advance(people)
        with reporter.step("only parse", "rows") as step:
            parsed = parse_only(data, step.advance)
        parse_s = step.seconds
        full, whole_s, memory = _measured_run(client, own, data, reporter)
        staging_file(own, data).unlink()
        later, later_s, later_memory = _measured_run(client, own, data, reporter, full=True)
        load_s, size = _load_only(client, own, data, reporter)
        weekly_update(data, CHANGED_SHARE)
        weekly = _difference(client, own, data, reporter, later_s)
        republished(data, CHANGED_SHARE)
        again = _difference(client, own, data, reporter, later_s)
    rows, read = sum(f.rows_read for f in full.files), sum(f.size_bytes for f in full.files)
    bound = GOAL_WHOLE * max(parse_s, load_s) + min(parse_s, load_s)
    peak = max(*memory.values(), *later_memory.values())
    return {
        "people": people,
        "source_rows": rows,
        "first_run": _whole(full, whole_s, rows, bound, _steps(full, memory, read, size)),
        "later_run": _whole(later, later_s, rows, bound, _steps(later, later_memory, read, size)),
        "only_parse": {"seconds": round(parse_s, 2), **parsed},
        "only_load": {"seconds": round(load_s, 2), "megabytes": round(size / 1e6, 1)},
        "goal_seconds": round(bound, 2),
        "weekly_file": weekly,
        "republished_file": again,
        "peak_memory_mb": peak,
        "holds": {
            "whole": max(whole_s, later_s) <= bound,
            "difference": max(weekly["of_full"], again["of_full"]) <= GOAL_DIFFERENCE,
            "memory": peak <= GOAL_MEMORY_MB,
            "rows_first": rows / whole_s > GOAL_ROWS_A_SECOND,
            "rows_later": rows / later_s > GOAL_ROWS_A_SECOND,
        },
    }


def _whole(
    report: RunReport, seconds: float, rows: int, bound: float, steps: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "state": report.state.value,
        "reason": report.reason,
        "seconds": round(seconds, 2),
        "source_rows_per_second": round(rows / seconds),
        "to_goal": round(seconds / bound, 3),
        "steps": steps,
    }


def _measured_run(
    client: Client, config: Config, data: Path, reporter: Reporter, *, full: bool = False
) -> tuple[RunReport, float, dict[str, int]]:
    """One run with its seconds and the peak of memory in MB by step."""
    watching = _Watching(reporter)
    with watching.sampling():
        start = time.perf_counter()
        report = ingest_run(client, config, data, gate_set="demonstration", full=full, reporter=watching)
        seconds = time.perf_counter() - start
    return report, seconds, watching.peaks


def _difference(
    client: Client, config: Config, data: Path, reporter: Reporter, whole_s: float
) -> dict[str, Any]:
    report, seconds, memory = _measured_run(client, config, data, reporter)
    return {
        "state": report.state.value,
        "seconds": round(seconds, 2),
        "of_full": round(seconds / whole_s, 3),
        "merged": report.built.merged if report.built else None,
        "written": report.written,
        "steps": {s.name: s.seconds for s in report.steps},
        "peak_memory_mb": max(memory.values()),
    }


def _steps(report: RunReport, memory: dict[str, int], read: int, written: int) -> list[dict[str, Any]]:
    """Rows and megabytes a second of each step; bytes of the files for reading, of the documents else."""
    told = []
    for step in report.steps:
        size = read if step.name == "read and stage" else written
        told.append(
            {
                "name": step.name,
                "rows": max(step.rows_in, step.rows_out),
                "seconds": step.seconds,
                "rows_per_second": round(max(step.rows_in, step.rows_out) / max(step.seconds, 1e-3)),
                "megabytes_per_second": round(size / 1e6 / max(step.seconds, 1e-3), 1),
                "peak_memory_mb": memory.get(step.name),
            }
        )
    return told


def _load_only(client: Client, config: Config, data: Path, reporter: Reporter) -> tuple[float, int]:
    """Seconds for posting all documents of the data into empty indices, and their bytes."""
    built = build(staging_file(config, data), config.home / "build", is_demonstration=True)
    url = config.elasticsearch_urls[0]
    with _empty_generation(client, config) as found, reporter.step("only load", "documents") as step:
        for alias, index in found.items():
            _send_raw(url, index, built, alias)
        step.advance(sum(built.documents.values()))
        seconds = step.seconds
    size = sum(path.stat().st_size for paths in built.files.values() for path in paths)
    return seconds, size


def _send_raw(url: str, index: str, built: Built, alias: str) -> None:
    pool = urllib3.PoolManager(maxsize=RAW_SENDERS)
    headers = {"content-type": "application/x-ndjson"}
    waiting = threading.Semaphore(RAW_SENDERS * 2)
    statuses: set[int] = set()

    def post(piece: bytes) -> None:
        try:
            address = f"{url}/{index}/_bulk?filter_path=errors"
            statuses.add(pool.request("POST", address, body=piece, headers=headers).status)
        finally:
            waiting.release()

    with ThreadPoolExecutor(RAW_SENDERS) as senders:
        for path in built.files[alias]:
            for piece in chunks(path):
                waiting.acquire()
                senders.submit(post, piece)
    if statuses - {200}:
        raise RuntimeError(f"the raw load was refused with {statuses}")


@contextmanager
def _empty_generation(client: Client, config: Config) -> Iterator[dict[str, str]]:
    run_id = runs.new_run_id(datetime.now(UTC))
    found = indexes.create_generation(client, config.index_prefix, run_id, shards=config.shards, meta={})
    try:
        yield found
    finally:
        indexes.drop(client, config.index_prefix, run_id)


class _Watching(Reporter):
    """A reporter that knows the step under way, and the most memory of all our processes in each."""

    def __init__(self, other: Reporter) -> None:
        super().__init__(other.out)
        self.peaks: dict[str, int] = {}
        self._name = "start"

    @contextmanager
    def step(self, name: str, unit: str) -> Iterator[Step]:
        self._name = name
        with super().step(name, unit) as step:
            yield step

    @contextmanager
    def sampling(self) -> Iterator[None]:
        """Look four times a second, from a thread."""
        stop = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(stop,), daemon=True)
        watcher.start()
        try:
            yield
        finally:
            stop.set()
            watcher.join()

    def _watch(self, stop: threading.Event) -> None:
        while True:
            megabytes = round(_memory() / 1e6)
            self.peaks[self._name] = max(self.peaks.get(self._name, 0), megabytes)
            if stop.wait(SAMPLE_EVERY_S):
                return


def _memory() -> int:
    """Bytes of this process and its workers, pages that they share counted once; the engine not counted."""
    me = psutil.Process(os.getpid())
    total = 0
    for process in (me, *me.children(recursive=True)):
        try:
            if process.name() != "java":
                total += getattr(process.memory_full_info(), "pss", process.memory_info().rss)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total
