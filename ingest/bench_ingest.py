"""Measures one ingest of generated people: rows a second per step, loading against the raw limit, memory."""

import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psutil
import urllib3

from finder import bulk, indexes, runs
from finder.config import Config
from finder.reads import Client
from ingest.bench_world import bench_home
from ingest.build import Built, build
from ingest.demo.generate import generate
from ingest.load import chunks
from ingest.progress import Reporter
from ingest.run import ingest_run, staging_file

ROUNDS = 3
RAW_SENDERS = 2
SAMPLE_EVERY_S = 0.1


def bench_ingest(client: Client, config: Config, people: int, reporter: Reporter) -> dict[str, Any]:
    """Generate `people`, ingest them into indices of their own, and compare loading with the raw limit.

    The limit is the same prepared bytes, posted by two threads over kept-alive connections that read nothing
    but the status. Both load the specialists into an empty index in turn, three rounds; medians are compared.
    Everything is deleted at the end.
    """
    with bench_home(client, config) as own:
        data = own.home / "data"
        with reporter.step("write demonstration files", "people") as step:
            generate(people, data)
            step.advance(people)
        generated_s = step.seconds
        with _peak_memory() as peak:
            report = ingest_run(client, own, data, gate_set="demonstration", reporter=reporter)
        built = build(staging_file(own, data), own.home / "build", is_demonstration=True)
        ours, raw = _rounds(client, own, own.elasticsearch_urls[0], built, reporter)
        size = sum(path.stat().st_size for path in built.files["specialists"])
    return {
        "people": people,
        "state": report.state.value,
        "reason": report.reason,
        "generate_seconds": round(generated_s, 2),
        "steps": [
            {"name": s.name, "rows_in": s.rows_in, "rows_out": s.rows_out, "seconds": s.seconds,
             "rows_per_second": round(max(s.rows_in, s.rows_out) / s.seconds) if s.seconds else None}
            for s in report.steps
        ],
        "load_documents_per_second": round(statistics.median(ours)),
        "raw_documents_per_second": round(statistics.median(raw)),
        "load_to_raw": round(statistics.median(o / r for o, r in zip(ours, raw, strict=True)), 3),
        "rounds": {"load": [round(o) for o in ours], "raw": [round(r) for r in raw]},
        "peak_memory_mb": round(peak[0] / 1e6),
        "document_bytes": round(size / max(1, built.documents["specialists"])),
    }  # fmt: skip


def _rounds(
    client: Client, config: Config, url: str, built: Built, reporter: Reporter
) -> tuple[list[float], list[float]]:
    ours: list[float] = []
    raw: list[float] = []
    documents = built.documents["specialists"]
    for _ in range(ROUNDS):
        for rates, send in (
            (raw, lambda index: _send_raw(url, index, built)),
            (ours, lambda index: bulk.write(client, index, _pieces(built))),
        ):
            with _empty_index(client, config) as index, reporter.step("load again", "documents") as step:
                start = time.perf_counter()
                send(index)
                rates.append(documents / (time.perf_counter() - start))
                step.advance(documents)
    return ours, raw


def _pieces(built: Built) -> Iterator[bytes]:
    return (piece for path in built.files["specialists"] for piece in chunks(path))


def _send_raw(url: str, index: str, built: Built) -> None:
    pieces = list(_pieces(built))
    pool = urllib3.PoolManager(maxsize=RAW_SENDERS)
    headers = {"content-type": "application/x-ndjson"}

    def post(piece: bytes) -> int:
        answer = pool.request("POST", f"{url}/{index}/_bulk?filter_path=errors", body=piece, headers=headers)
        return answer.status

    with ThreadPoolExecutor(RAW_SENDERS) as senders:
        statuses = set(senders.map(post, pieces))
    if statuses != {200}:
        raise RuntimeError(f"the raw load was refused with {statuses}")


@contextmanager
def _empty_index(client: Client, config: Config) -> Iterator[str]:
    run_id = runs.new_run_id(datetime.now(UTC))
    found = indexes.create_generation(client, config.index_prefix, run_id, shards=config.shards, meta={})
    try:
        yield found["specialists"]
    finally:
        indexes.drop(client, config.index_prefix, run_id)


@contextmanager
def _peak_memory() -> Iterator[list[int]]:
    """The largest sum of resident bytes of this process and its workers, the engine not counted."""
    peak = [0]
    stop = threading.Event()
    me = psutil.Process(os.getpid())
    watcher = threading.Thread(target=_watch, args=(me, peak, stop.wait), daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        stop.set()
        watcher.join()


def _watch(me: psutil.Process, peak: list[int], wait: Callable[[float], bool]) -> None:
    while not wait(SAMPLE_EVERY_S):
        total = 0
        for process in (me, *me.children(recursive=True)):
            try:
                if process.name() != "java":
                    total += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        peak[0] = max(peak[0], total)
