"""Where a fault is tried: a home, an index prefix and a data folder of its own, runs inside and outside."""

import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from finder import indexes, runs
from finder.config import Config
from finder.reads import Client
from ingest.progress import Reporter
from ingest.report import RunReport, State
from ingest.run import ingest_run

PEOPLE = 300
GATES = "sample"
MAIN = "from finder.cli import main; main()"


def address(engine: Client) -> str:
    """Where an engine answers."""
    return str(next(iter(engine.transport.node_pool.all())).base_url)


@dataclass
class Place:
    """Runs over one data folder into one index prefix; `first` is the report of the run that settled it."""

    engine: Client
    config: Config
    data: Path
    first: RunReport | None = None

    def run(self, **options: Any) -> RunReport:
        """One run within this process."""
        reporter = Reporter(StringIO())
        return ingest_run(self.engine, self.config, self.data, gate_set=GATES, reporter=reporter, **options)

    def environ(self, **more: str) -> dict[str, str]:
        """The environment of a program of this place."""
        own = {
            "PATH": os.environ["PATH"], "HOME": str(self.config.home), "FINDER_HOME": str(self.config.home),
            "ELASTICSEARCH_URL": address(self.engine), "FINDER_INDEX_PREFIX": self.config.index_prefix,
        }  # fmt: skip
        return own | more

    @contextmanager
    def started(self, *args: str, code: str = "", **environ: str) -> Iterator["subprocess.Popen[str]"]:
        """`finder ingest run` as a program of its own, killed at the end where it still lives.

        `code` runs before it, for what cannot be had small.
        """
        command = [
            sys.executable,
            "-c",
            f"{code}\n{MAIN}",
            "ingest",
            "run",
            "--gates",
            GATES,
            "--data",
            str(self.data),
        ]
        process = subprocess.Popen(
            [*command, *args], env=self.environ(**environ), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            for pipe in (process.stdout, process.stderr):
                if pipe:
                    pipe.close()
            process.wait()

    def served(self) -> str | None:
        """The run id of the generation that searches see."""
        generation = indexes.served(self.engine, self.config.index_prefix)
        return generation.run_id if generation else None

    def must_refuse(self, exit_code: int, *said: str, **options: Any) -> RunReport:
        """A run that must not go live: one plain sentence with all of `said`, nothing half-published."""
        before, began = self.served(), self.generations()
        report = self.run(**options)
        assert report.state in (State.REFUSED, State.FAILED), f"{report.state.value}: {report.reason}"
        assert report.exit_code == exit_code
        assert report.reason
        assert "Traceback" not in report.reason
        assert [text for text in said if text not in report.reason] == [], report.reason
        assert self.served() == before
        for left in indexes.generations(self.engine, self.config.index_prefix):
            # what its gates refuse stays for inspection until the next run
            is_refused = left.run_id == report.run_id and report.state is State.REFUSED
            assert left.run_id in began or (is_refused and not indexes.is_whole(left))
        return report

    def generations(self) -> list[str]:
        """Run ids of every generation in the engine, newest first."""
        return [g.run_id for g in indexes.generations(self.engine, self.config.index_prefix)]

    def must_recover(self) -> RunReport:
        """A run by itself, without help, ends with the content of the first and leaves no leftovers."""
        report = self.run()
        assert report.state in (State.PUBLISHED, State.UNCHANGED), report.reason
        assert self.first and self.first.built and report.built
        assert report.built.checksum == self.first.built.checksum
        everything = indexes.generations(self.engine, self.config.index_prefix)
        assert indexes.leftovers(everything) == []
        assert all(g.is_complete for g in everything)
        states = [r.state for r in runs.history(self.engine, self.config.index_prefix, size=200)]
        assert "running" not in states
        return report


class Reader:
    """Searches without pause from a thread of its own; every answer must be one whole generation."""

    def __init__(self, place: Place, people: int = PEOPLE, pause_s: float = 0.02) -> None:
        self._place, self._people, self._pause_s = place, people, pause_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self.answers, self.wrong, self.failed = 0, [], []  # type: int, list[str], list[str]
        self.indices: set[str] = set()

    def __enter__(self) -> "Reader":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def must_be_whole(self) -> None:
        """Raises where an answer failed, was of two generations, or lacked people."""
        assert self.answers > 0
        assert self.failed == []
        assert self.wrong == []

    def _read(self) -> None:
        alias = indexes.alias_name(self._place.config.index_prefix, "specialists")
        while not self._stop.wait(self._pause_s):
            try:
                found = self._place.engine.search(
                    index=alias, size=0, track_total_hits=True,
                    aggs={"of": {"terms": {"field": "_index", "size": 10}}},
                )  # fmt: skip
            except Exception as problem:  # noqa: BLE001 - whatever a reader would see counts
                self.failed.append(repr(problem))
                continue
            self.answers += 1
            of = [(b["key"], b["doc_count"]) for b in found["aggregations"]["of"]["buckets"]]
            self.indices |= {name for name, _ in of}
            if len(of) != 1 or of[0][1] != self._people:
                self.wrong.append(str(of))


def lines_until(process: "subprocess.Popen[str]", start: str) -> list[str]:
    """What a program says until a line that begins with `start`, which is the last one."""
    assert process.stderr is not None
    lines: list[str] = []
    for line in process.stderr:
        lines.append(line.rstrip())
        if line.startswith(start):
            return lines
    raise AssertionError(f"it ended before it said {start!r}: {lines}")


def wait_for(what: Callable[[], bool], seconds: float, text: str) -> float:
    """Wait until something holds; the seconds that it took. Fails with `text` when it takes too long."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, f"{text} within {seconds} s"
        time.sleep(0.1)
    return time.monotonic() - began


def token() -> str:
    """A few random letters for a name."""
    return secrets.token_hex(3)


def ended(process: "subprocess.Popen[str]", seconds: float = 120) -> tuple[int, str, Sequence[str]]:
    """Exit code, standard output and lines of standard error of a program that ends by itself."""
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out, err.splitlines()
