"""A run that is killed with SIGKILL: at every named point (F1-F9) and at random ones."""

import os
import random
import re
import signal
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable

import psutil
import pytest

from tests.faults.conftest import Seen
from tests.faults.place import Place, Reader, address, lines_until, wait_for
from tests.faults.proxy import proxied

SEED = 20261128
CHEAP_POINTS = 5
MOST_TRIES = 4  # of one point, where the run ended before it
ALL_POINTS = int(os.environ.get("FAULTS_KILLS", "100"))
Kill = Callable[[], None]


def nth(method: str, pattern: str, number: int, kill: Kill, *, goes_on: bool = False) -> Callable[..., bool]:
    """Kill at the n-th request of a kind; `goes_on` lets the engine do what was asked all the same."""
    count = [0]
    guard = threading.Lock()

    def look(asked: str, path: str) -> bool:
        with guard:
            count[0] += re.fullmatch(f"({method}) {pattern}", f"{asked} {path}") is not None
            if count[0] == number:
                count[0] += 1
                kill()
                return goes_on
        return True

    return look


def killed_at_request(
    place: Place, method: str, pattern: str, number: int, *, goes_on: bool = False, is_answered: bool = False
) -> None:
    """Start a full run behind a proxy that kills it at the n-th request of a kind, before the engine sees it
    or, with `is_answered`, before the run sees the answer.
    """
    with proxied(address(place.engine)) as proxy:
        with place.started("--full", ELASTICSEARCH_URL=proxy.url) as process:
            trap = nth(method, pattern, number, process.kill, goes_on=goes_on)
            if is_answered:
                proxy.after = trap
            else:
                proxy.before = trap
            process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL


def killed_at_line(place: Place, start: str, later_s: float = 0.0) -> None:
    with place.started("--full") as process:
        lines_until(process, start)
        time.sleep(later_s)
        process.kill()
    assert process.returncode == -signal.SIGKILL


def unstaged(place: Place) -> None:
    """Every file is read anew by the next run."""
    for path in (place.config.home / "staging").glob("*.duckdb"):
        path.unlink()


def checked(place: Place, seen: Seen, kill: Callable[[], None], *, is_flipped: bool = False) -> None:
    """The kill under a reader; afterwards the old or the new generation is whole, and a run repairs."""
    before = place.served()
    with Reader(place) as reader:
        kill()
        after = place.served()
        assert (after != before) is is_flipped
        repaired = place.must_recover()
    reader.must_be_whole()
    seen(f"{reader.answers} searches whole, {repaired.state.value} by the next run with the same checksum")


@pytest.mark.dear
@pytest.mark.fault("F1", "SIGKILL before the first file is read (nothing is fetched: files lie on disk)")
def test_killed_before_reading(place: Place, seen: Seen) -> None:
    lock = r"/[^/]+-runs/_doc/lock|/[^/]+-runs/_create/lock"
    checked(place, seen, lambda: killed_at_request(place, "PUT", lock, 1))


@pytest.mark.dear
@pytest.mark.fault("F2", "SIGKILL while a zip is read")
def test_killed_while_unzipping(place: Place, seen: Seen, whole_again: None) -> None:
    (path,) = place.data.glob("npidata_pfile_*.csv")
    with zipfile.ZipFile(path.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path, path.name)
    path.unlink()
    checked(place, seen, lambda: killed_at_line(place, "  trials:"))


@pytest.mark.dear
@pytest.mark.fault("F3", "SIGKILL while files are staged")
def test_killed_while_staging(place: Place, seen: Seen) -> None:
    unstaged(place)
    checked(place, seen, lambda: killed_at_line(place, "  procedures:"))


@pytest.mark.dear
@pytest.mark.fault("F4", "SIGKILL after the last file was checked, before its rows are sorted")
def test_killed_while_validating(place: Place, seen: Seen) -> None:
    unstaged(place)
    checked(place, seen, lambda: killed_at_line(place, "  tic_networks:"))


@pytest.mark.dear
@pytest.mark.fault("F5", "SIGKILL while documents are merged")
def test_killed_while_merging(place: Place, seen: Seen) -> None:
    checked(place, seen, lambda: killed_at_line(place, "read and stage:", 1.0))


@pytest.mark.dear
@pytest.mark.fault("F5", "SIGKILL while several processes merge, as for a large data set")
def test_killed_while_several_processes_merge(place: Place, seen: Seen) -> None:
    many = "import ingest.build as b; b.MANY_PEOPLE = 1; b.PEOPLE_A_SLICE = 50"
    workers: list[psutil.Process] = []

    def kill() -> None:
        with place.started("--full", code=many) as process:
            lines_until(process, "read and stage:")
            parent = psutil.Process(process.pid)
            wait_for(lambda: len(merging(parent)) >= 2, 60, "two merging processes")
            workers.extend(merging(parent))
            process.kill()
        assert process.returncode == -signal.SIGKILL
        wait_for(lambda: not any(w.is_running() for w in workers), 5, "an end of the merging processes")

    checked(place, seen, kill)
    seen(f"all {len(workers)} merging processes ended with it")


def merging(parent: psutil.Process) -> list[psutil.Process]:
    """The processes that merge for a run: they hold its staging file open."""
    return [
        child
        for child in parent.children()
        if any(file.path.endswith(".duckdb") for file in child.open_files())
    ]


@pytest.mark.dear
@pytest.mark.parametrize(
    ("method", "pattern", "number"),
    [
        pytest.param("PUT", r"/[^/]+-places-[^/]+", 1, id="the last index is made"),
        pytest.param("PUT|POST", r"/[^/]+/_bulk", 3, id="the 3rd bulk request"),
    ],
)
@pytest.mark.fault("F5", "SIGKILL while the generation is loaded")
def test_killed_while_loading(place: Place, seen: Seen, method: str, pattern: str, number: int) -> None:
    checked(place, seen, lambda: killed_at_request(place, method, pattern, number, goes_on=True))


@pytest.mark.dear
@pytest.mark.fault("F6", "SIGKILL while the gates measure")
def test_killed_while_verifying(place: Place, seen: Seen) -> None:
    checked(place, seen, lambda: killed_at_request(place, "POST", r"/[^/]+-\w+-[^/]+/_count", 2))


@pytest.mark.dear
@pytest.mark.fault("F7", "SIGKILL with the flip asked for and not yet seen by the engine")
def test_killed_before_the_flip(place: Place, seen: Seen) -> None:
    checked(place, seen, lambda: killed_at_request(place, "POST", "/_aliases", 1))


@pytest.mark.dear
@pytest.mark.fault("F8", "SIGKILL with the flip done and its answer not yet seen by the run")
def test_killed_after_the_flip(place: Place, seen: Seen) -> None:
    def kill() -> None:
        killed_at_request(place, "POST", "/_aliases", 1, is_answered=True)

    checked(place, seen, kill, is_flipped=True)


@pytest.mark.dear
@pytest.mark.fault("F9", "SIGKILL while old generations are pruned")
def test_killed_while_pruning(place: Place, seen: Seen) -> None:
    while len(place.generations()) < 2:
        place.run(full=True)

    deletion = r"/[^/]+-specialists-[^/]+|/[^/]+,[^/]+"
    checked(place, seen, lambda: killed_at_request(place, "DELETE", deletion, 1), is_flipped=True)


@pytest.fixture(scope="module")
def usual_s(place: Place) -> float:
    """How long an undisturbed run as a program of its own takes, with its start."""
    began = time.monotonic()
    with place.started("--full") as process:
        process.communicate(timeout=300)
    assert process.returncode == 0
    return time.monotonic() - began


def ended_before(place: Place, seconds: float) -> float | None:
    """Kill a full run after so many seconds; where it ended before, how long it took."""
    began = time.monotonic()
    with place.started("--full") as process:
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return None
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("start", "stop"),
    [
        pytest.param(0, CHEAP_POINTS, id=f"points 1 to {CHEAP_POINTS}"),
        pytest.param(CHEAP_POINTS, ALL_POINTS, id=f"points {CHEAP_POINTS + 1} to {ALL_POINTS}",
                     marks=pytest.mark.dear),
    ],
)  # fmt: skip
@pytest.mark.fault("KILL", f"SIGKILL at random moments of a run, seed {SEED}")
def test_killed_at_random_points(place: Place, usual_s: float, seen: Seen, start: int, stop: int) -> None:
    """Stratified: each point in its own part of the run, in a shuffled order."""
    chance = random.Random(SEED)  # noqa: S311 - no secret
    points = [(n + chance.random()) / ALL_POINTS for n in range(ALL_POINTS)]
    chance.shuffle(points)
    killed = 0
    with Reader(place, pause_s=0.1) as reader:
        for point in points[start:stop]:
            for _ in range(MOST_TRIES):
                took_s = ended_before(place, point * usual_s)
                if took_s is None:
                    killed += 1
                    break
                usual_s = took_s  # the machine has become faster
            place.must_recover()
    reader.must_be_whole()
    seen(f"{killed} of {stop - start} killed in mid-run, each repaired; {reader.answers} searches whole")
    assert killed >= (stop - start) * 0.9
