"""The admin's morning: the overview, the runs, one run with its progress, and the log."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Response, request

from finder import changes, corrections, generations, indexes, run_requests, runs
from finder.engine import translated
from finder.freshness import Freshness, newest_arrivals, source_ages
from finder.indexes import Generation
from finder.run_requests import Request
from finder.runs import Event, RunRecord
from finder.web.admin_frame import admin, page
from finder.web.admin_words import STATES, GateShown, gates_shown
from finder.web.site import Site, site

REFRESH_S = 5
RUNS_SHOWN = 50
EVENTS_SHOWN = 200
# A run tells its progress every few seconds, except in steps of minutes (own rule).
SILENT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Task:
    """Something that wants the admin, with where to do it; `level` is bad, warn or open."""

    level: str
    text: str
    path: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The page that tells all: what is served, the last run, what waits, and what to do first."""

    served: Generation | None
    served_run: RunRecord | None
    last: RunRecord | None
    badge: tuple[str, str]
    tasks: tuple[Task, ...]
    waiting: tuple[Request, ...]
    earlier: str | None
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class RunsPage:
    """The history of runs, the newest first, with the badge of each state and what waits."""

    runs: tuple[tuple[RunRecord, tuple[str, str]], ...]
    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class RunPage:
    """One run; `can_publish` and `can_serve` tell what may be done to its generation while it is kept."""

    run: RunRecord
    badge: tuple[str, str]
    gates: tuple[GateShown, ...]
    failures: tuple[str, ...]
    is_kept: bool
    is_served: bool
    can_publish: bool
    can_serve: bool
    base: str | None
    is_live: bool
    has_stopped: bool
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class LogPage:
    """Who did what, the newest first."""

    events: tuple[Event, ...]


@admin.get("")
def overview() -> Response:
    """What is served, the last run, what waits, and what needs doing first."""
    here = site()
    with translated():
        everything = indexes.generations(here.engine, here.prefix)
        history = runs.history(here.engine, here.prefix, RUNS_SHOWN)
        events = runs.events(here.engine, here.prefix, 5, of_runs=False)
    served = next((g for g in everything if g.is_served), None)
    last = history[0] if history else None
    stopped = last is not None and _has_stopped(here, last)
    waiting = tuple(run_requests.requests(here.engine, here.prefix, run_requests.WAITING))
    content = Overview(
        served=served,
        served_run=next((r for r in history if served and r.run_id == served.run_id), None),
        last=last,
        badge=_badge(last, stopped) if last else ("open", ""),
        tasks=tuple(tasks_of(here, served, history, stopped)),
        waiting=waiting,
        earlier=generations.before_served(everything),
        events=tuple(events),
    )
    return page("admin/overview.html", content)


def tasks_of(
    here: Site, served: Generation | None, history: Sequence[RunRecord], has_stopped: bool
) -> Iterator[Task]:
    """Get what wants the admin, the most pressing first; `history` is the newest run first, and `has_stopped`
    tells that this one is called running and was killed.
    """
    last = history[0] if history else None
    if served is None:
        yield Task("bad", "Nothing is served: start a run, or publish one that was refused.", "/admin/runs")
    if last and last.state in ("refused", "failed"):
        what = "kept its directory from being served" if last.state == "refused" else "did not end well"
        yield Task("bad", f"The last run {what}: read why.", f"/admin/runs/{last.run_id}")
    if last and last.state == "running":
        path = f"/admin/runs/{last.run_id}"
        if has_stopped:
            yield Task("bad", "The last run stopped without an end: ask for another one.", path)
        else:
            yield Task("open", "A run is under way.", path)
    yield from late_sources(here, history, Freshness.RED)
    if waiting := len(corrections.waiting(here.engine, here.prefix, 1000)):
        told = "1 correction waits" if waiting == 1 else f"{waiting:,} corrections wait"
        yield Task("warn", f"{told} for you to check.", "/admin/corrections")
    yield from late_sources(here, history, Freshness.AMBER)


def _has_stopped(here: Site, record: RunRecord) -> bool:
    """Whether a run that is called running was killed: its process is gone, or it is silent for long."""
    if record.state != "running":
        return False
    told = str((record.detail.get("now") or {}).get("at") or record.started)
    with translated():
        is_killed = runs.is_killed(here.engine, here.prefix)
    return is_killed or here.now() - datetime.fromisoformat(told) > SILENT


def _badge(record: RunRecord, has_stopped: bool) -> tuple[str, str]:
    return ("bad", "stopped") if has_stopped else STATES.get(record.state, ("open", record.state))


def late_sources(here: Site, history: Sequence[RunRecord], state: Freshness) -> Iterator[Task]:
    """Get the sources of one state of lateness as tasks; `history` is the newest run first."""
    ages = source_ages(here.sources, newest_arrivals(history), here.now())
    level = "bad" if state is Freshness.RED else "warn"
    for age in (each for each in ages if each.state is state):
        told = f"{age.title}: nothing new for {age.age_days} days; it comes every {age.cadence_days}."
        yield Task(level, told, f"/admin/sources/{age.name}")


@admin.get("/runs")
def run_list() -> Response:
    """The runs, the newest first, and a form that asks for one."""
    here = site()
    with translated():
        history = runs.history(here.engine, here.prefix, RUNS_SHOWN)
    shown = tuple((record, _badge(record, _has_stopped(here, record))) for record in history)
    asked = tuple(run_requests.requests(here.engine, here.prefix))
    return page("admin/runs.html", RunsPage(shown, asked))


@admin.get("/runs/<run_id>")
def one_run(run_id: str) -> Response:
    """One run: progress while it lasts, why it was refused, steps, files, gates, and what can be done."""
    content = run_page(run_id)
    response = page("admin/run.html", content)
    if content.is_live and not request.args.get("still"):
        response.headers["Refresh"] = str(REFRESH_S)  # works without a script; `still` turns it off
    return response


def run_page(run_id: str, trouble: str = "") -> RunPage:
    """Get the page of a run, with what went wrong with a form on it. Raises NotFound."""
    here = site()
    with translated():
        record = runs.run(here.engine, here.prefix, run_id)
        everything = indexes.generations(here.engine, here.prefix)
    mine = next((g for g in everything if g.run_id == run_id), None)
    is_whole = mine is not None and mine.is_complete
    files: list[Mapping[str, Any]] = record.detail.get("files", [])
    stopped = _has_stopped(here, record)
    return RunPage(
        run=record,
        badge=_badge(record, stopped),
        gates=tuple(gates_shown(record.detail.get("gates", ()), here.sources)),
        failures=tuple(file["failure"] for file in files if file["failure"]),
        is_kept=is_whole,
        is_served=mine is not None and mine.is_served,
        can_publish=is_whole and record.state == generations.REFUSED,
        can_serve=mine is not None and indexes.is_whole(mine) and not mine.is_served,
        base=_base(everything, run_id) if is_whole else None,
        is_live=record.state == "running" and not stopped,
        has_stopped=stopped,
        trouble=trouble,
    )


def _base(everything: list[Generation], run_id: str) -> str | None:
    """The run that a run is compared with: the generation before it, where one is kept."""
    runs_ = [g.run_id for g in everything if g.is_complete]
    return changes.pair(everything, run_id)[0].run_id if runs_[-1] != run_id else None


@admin.get("/log")
def log() -> Response:
    """Who did what: signing in, publishing, rolling back, corrections, requests, admins."""
    here = site()
    with translated():
        found = runs.events(here.engine, here.prefix, EVENTS_SHOWN, of_runs=False)
    return page("admin/log.html", LogPage(tuple(found)))
