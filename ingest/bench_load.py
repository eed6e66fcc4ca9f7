"""Measures searches while a run is at work: at rest, beside a run at full speed, beside a gentle one."""

import itertools
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TextIO

import orjson
import urllib3

from finder.config import Config
from finder.errors import FinderError
from finder.reads import Client
from ingest.bench_search import percentiles_of, searches_of, sent, served_people, web_server
from ingest.bench_world import ROOT, environ_of
from ingest.progress import Reporter

SEARCHES_A_SECOND = 8
SENDERS = 8  # so that a slow answer does not hold the next search back
REST_S = 60.0
WARM_UP_S = 10.0
GOAL_GENTLE, GOAL_FULL_SPEED = 1.5, 4.0  # times the p95 at rest
LOADING = "load"
SAYS = (
    "One search every eighth of a second, whatever became of the one before, through gunicorn; a search that "
    "had to wait for its turn is counted from when it was due. Runs build and load everybody anew (--full)."
)
# How a run closes a step: what `Reporter.step` writes.
_STEP_ENDED = re.compile(r"(?P<name>[a-z ]+): [\d,]+ [a-z ]+ in (?P<seconds>[\d.]+) s")
_HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Answered:
    """One search: when it was due, in seconds of the clock that only goes on, how many milliseconds later its
    answer was there, and whether it was a good one.
    """

    due: float
    milliseconds: float
    is_good: bool


@dataclass(frozen=True, slots=True)
class Window:
    """A step of a run, from when to when by the clock that only goes on."""

    name: str
    began: float
    ended: float


def bench_load(client: Client, config: Config, people: int, reporter: Reporter) -> dict[str, Any]:
    """Milliseconds of searches at p50, p95 and p99 at rest, and beside a run with and without `--gentle`.

    `whole_run` are all searches of a run, `while_loading` those that were due in its step of that name.
    `people` are generated and ingested first; runs are processes of their own, as an admin starts them.
    Raises FinderError where a run does not end published.
    """
    with served_people(client, config, people, reporter) as own:
        bodies = [orjson.dumps(args) for args in searches_of(client, own)]
        with web_server(own) as web:
            url = f"{web}/api/v1/search"
            _searched(url, bodies, _for(WARM_UP_S))
            with reporter.step("searches at rest", "searches") as step:
                rest = _searched(url, bodies, _for(REST_S))
                step.advance(len(rest))
            runs = {
                name: _beside_run(own, url, bodies, name, arguments, reporter)
                for name, arguments in (("full_speed", ()), ("gentle", ("--gentle",)))
            }
    at_rest = percentiles_of([each.milliseconds for each in rest])
    figures = {name: _figures(*run, at_rest["p95"]) for name, run in runs.items()}
    failed = sum(
        not each.is_good for answers in (rest, *(found for found, _w in runs.values())) for each in answers
    )
    return {
        "says": SAYS,
        "people": people,
        "at_rest": {"searches": len(rest), **at_rest},
        **figures,
        "failed_searches": failed,
        "holds": {
            "gentle": figures["gentle"]["whole_run"]["p95_to_rest"] <= GOAL_GENTLE,
            "full_speed": figures["full_speed"]["whole_run"]["p95_to_rest"] <= GOAL_FULL_SPEED,
            "no_search_failed": failed == 0,
        },
    }


def _for(seconds: float) -> threading.Event:
    """An event that is set after so many seconds."""
    over = threading.Event()
    timer = threading.Timer(seconds, over.set)
    timer.daemon = True
    timer.start()
    return over


def _searched(url: str, bodies: Sequence[bytes], over: threading.Event) -> list[Answered]:
    """Search in turn, at the pace of SEARCHES_A_SECOND, until it is over."""
    pool = urllib3.PoolManager(maxsize=SENDERS, retries=False)

    def ask(body: bytes, due: float) -> Answered:
        try:
            sent(pool, "POST", url, body, _HEADERS)
            is_good = True
        except (urllib3.exceptions.HTTPError, RuntimeError):
            is_good = False
        return Answered(due, (time.monotonic() - due) * 1000, is_good)

    asked: list[Future[Answered]] = []
    due = time.monotonic()
    with ThreadPoolExecutor(SENDERS) as senders:
        for body in itertools.cycle(bodies):
            if over.wait(max(0.0, due - time.monotonic())):
                break
            asked.append(senders.submit(ask, body, due))
            due += 1 / SEARCHES_A_SECOND
        return [each.result() for each in asked]


def _beside_run(
    config: Config, url: str, bodies: Sequence[bytes], name: str, arguments: Sequence[str], reporter: Reporter
) -> tuple[list[Answered], list[Window]]:
    """Search for as long as a run over everybody takes."""
    over = threading.Event()
    windows: list[Window] = []
    with reporter.step(f"searches beside a run: {name}", "searches") as step, _run(config, arguments) as run:
        assert run.stderr is not None  # a pipe
        watching = threading.Thread(target=_watch, args=(run.stderr, windows, over), daemon=True)
        watching.start()
        answers = _searched(url, bodies, over)
        watching.join()
        told = run.stdout.read() if run.stdout else ""
        if run.wait() != 0:
            raise FinderError(f"the run ended with {run.returncode}: {told}")
        step.advance(len(answers))
    return answers, windows


def _run(config: Config, arguments: Sequence[str]) -> subprocess.Popen[str]:
    """A run over the data of the home of `config`, as an admin starts it."""
    command = [
        sys.executable, "-c", "from finder.cli import main; main()", "ingest", "run",
        "--data", str(config.home / "data"), "--gates", "demonstration", "--full", *arguments,
    ]  # fmt: skip
    return subprocess.Popen(  # noqa: S603 - own program
        command, cwd=ROOT, env=environ_of(config), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def _watch(lines: TextIO, windows: list[Window], over: threading.Event) -> None:
    windows += step_windows((line, time.monotonic()) for line in lines)
    over.set()


def step_windows(lines: Iterator[tuple[str, float]]) -> Iterator[Window]:
    """Get the steps that a run tells of on standard error, from its lines with the moment of each."""
    for line, at in lines:
        if ended := _STEP_ENDED.match(line):
            yield Window(ended["name"], at - float(ended["seconds"]), at)


def _figures(answers: Sequence[Answered], windows: Sequence[Window], rest_p95: float) -> dict[str, Any]:
    def told(some: Sequence[Answered]) -> Mapping[str, Any]:
        found = percentiles_of([each.milliseconds for each in some])
        return {"searches": len(some), **found, "p95_to_rest": round(found["p95"] / rest_p95, 2)}

    loading = [
        each for each in answers for w in windows if w.name == LOADING and w.began <= each.due <= w.ended
    ]
    return {
        "whole_run": told(answers),
        "while_loading": told(loading),
        "step_seconds": {window.name: round(window.ended - window.began, 1) for window in windows},
    }
