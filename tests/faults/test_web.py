"""The web under faults: workers killed (F43), and searches through fifty flips."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil
import pytest

from finder import indexes
from tests.faults.conftest import Seen
from tests.faults.nodes import free_ports
from tests.faults.place import Place, Reader, wait_for

SEARCHERS = 4
FLIPS = 50
SEARCH = json.dumps({"words": "diabetes"}).encode()


@dataclass
class Load:
    """Visitors who search without pause, each with a connection of its own for each search."""

    url: str
    answered: int = 0
    generations: set[str] = field(default_factory=set)
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._guard = threading.Lock()
        self._threads = [threading.Thread(target=self._search) for _ in range(SEARCHERS)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _search(self) -> None:
        while not self._stop.is_set():
            try:
                found = posted(self.url)
            except (OSError, ValueError) as problem:
                with self._guard:
                    self.failed.append(repr(problem))
                time.sleep(0.05)
                continue
            with self._guard:
                self.answered += 1
                self.generations.add(str(found["generation"]))


def posted(url: str) -> dict[str, object]:
    request = urllib.request.Request(f"{url}/api/v1/search", SEARCH, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - loopback
        found: dict[str, object] = json.load(answer)
    return found


def answers(url: str) -> bool:
    try:
        return bool(posted(url))
    except OSError:
        return False


@contextmanager
def serving(place: Place) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    """`finder serve` of this place, with two workers, ready."""
    (port,) = free_ports(1)
    command = [sys.executable, "-c", "from finder.cli import main; main()", "serve", "--port", str(port)]
    process = subprocess.Popen(
        command, env=place.environ(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: answers(url), 60, "an answer of the web")
        yield process, url
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def workers(process: "subprocess.Popen[bytes]") -> list[int]:
    return [child.pid for child in psutil.Process(process.pid).children()]


@pytest.mark.dear
@pytest.mark.fault("F43", "gunicorn worker killed with SIGKILL under load")
def test_worker_killed(place: Place, seen: Seen) -> None:
    with serving(place) as (process, url):
        with Load(url) as load:
            time.sleep(3)
            before = workers(process)
            os.kill(before[0], signal.SIGKILL)
            time.sleep(4)
        after = workers(process)
    assert len(after) == len(before) == 2
    assert before[0] not in after
    seen(f"{load.answered} answered, {len(load.failed)} of {SEARCHERS} visitors failed once; worker replaced")
    assert len(load.failed) <= SEARCHERS  # no more than were in flight


@pytest.mark.dear
@pytest.mark.fault("F43", "gunicorn told to reload (HUP) under load")
def test_reload(place: Place, seen: Seen) -> None:
    with serving(place) as (process, url):
        before = workers(process)
        with Load(url) as load:
            time.sleep(2)
            process.send_signal(signal.SIGHUP)
            time.sleep(8)
        after = workers(process)
    assert not set(before) & set(after)
    seen(f"{load.answered} answered, {len(load.failed)} failed; both workers are new")
    assert load.failed == []


@pytest.mark.dear
@pytest.mark.fault("F43", "gunicorn worker told to end (TERM) under load")
def test_worker_ends(place: Place, seen: Seen) -> None:
    with serving(place) as (process, url):
        before = workers(process)
        with Load(url) as load:
            time.sleep(2)
            os.kill(before[0], signal.SIGTERM)
            time.sleep(5)
        after = workers(process)
    assert before[0] not in after
    seen(f"{load.answered} answered, {len(load.failed)} failed; worker replaced")
    assert load.failed == []


@pytest.mark.dear
@pytest.mark.fault("FLIPS", f"{FLIPS} flips under searches")
def test_flips_under_search(place: Place, seen: Seen) -> None:
    place.run(full=True)
    one, two = place.generations()[:2]
    prefix = place.config.index_prefix
    with serving(place) as (_, url), Reader(place) as reader, Load(url) as load:
        for number in range(FLIPS):
            indexes.flip(place.engine, prefix, (one, two)[number % 2])
            time.sleep(0.1)
    reader.must_be_whole()
    assert load.failed == []
    assert load.generations == {one, two}
    seen(f"{load.answered} web searches and {reader.answers} raw ones, none failed, none mixed")
    indexes.flip(place.engine, prefix, one)
