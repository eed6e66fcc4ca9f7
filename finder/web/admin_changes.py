"""What changed between two generations: numbers by kind, people page by page, one person before and after."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from finder import changes, indexes, run_requests, runs
from finder.changes import LABELS, PAGE, Changed, Totals
from finder.engine import translated
from finder.errors import FieldError, InputErrors, NotFound
from finder.indexes import Generation
from finder.web.admin_actions import not_done
from finder.web.admin_frame import admin, page, who
from finder.web.site import site

MOST_AT_ONCE = 20_000  # people of both generations that a page compares by itself, some seconds
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """The difference of two runs; `totals` is None where nobody has computed it yet.

    `pages` is how many pages of the chosen kind are kept, `left_out` how many people are on none of them.
    """

    old: str
    new: str
    totals: Totals | None
    labels: Mapping[str, str]
    kind: str
    people: tuple[Changed, ...]
    number: int
    pages: int
    left_out: int
    generations: tuple[Generation, ...]


@dataclass(frozen=True, slots=True)
class ChangedPage:
    """One person before and after."""

    old: str
    new: str
    person: Changed
    labels: Mapping[str, str]


@admin.get("/changes")
def newest_changes() -> ResponseReturnValue:
    """What changed with the served generation, or between the two that were picked."""
    old, new = changes.pair(_everything(), request.args.get("new"), request.args.get("old"))
    return redirect(url_for("admin.changed", old=old.run_id, new=new.run_id), 303)


@admin.get("/changes/<old>/<new>")
def changed(old: str, new: str) -> Response:
    """What changed between two generations: numbers, and people by kind; small ones are compared at once."""
    here, everything = site(), _everything()
    totals = changes.kept(here.engine, here.prefix, old, new)
    if totals is None:
        before, after = changes.pair(everything, new, old)
        size = sum(indexes.counts(here.engine, g.indices)["specialists"] for g in (before, after))
        if size <= MOST_AT_ONCE:
            totals = changes.keep(here.engine, here.prefix, before, after, here.now())
    counts = totals.counts if totals else {}
    kind = request.args.get("kind") or next((k for k in LABELS if counts.get(k)), "")
    number = _number()
    pages = min(changes.MOST_PAGES, -(-counts.get(kind, 0) // PAGE))
    people = changes.page(here.engine, here.prefix, old, new, kind, number) if pages else []
    left_out = max(0, counts.get(kind, 0) - changes.MOST_PAGES * PAGE)
    return page("admin/changes.html", ChangesPage(
        old, new, totals, LABELS, kind, tuple(people), number, pages, left_out, tuple(everything)
    ))  # fmt: skip


@admin.post("/changes/<old>/<new>")
def compute_changes(old: str, new: str) -> ResponseReturnValue:
    """A request to compute the difference of two large generations."""
    here = site()
    changes.pair(_everything(), new, old)
    try:
        run_requests.ask(here.engine, here.prefix, who(), here.now(), between=(old, new))
    except InputErrors as problem:
        return not_done(problem)
    with translated():
        told = f"asked for the difference between {old} and {new}"
        runs.note(here.engine, here.prefix, new, told, here.now(), who())
    return redirect(url_for("admin.changed", old=old, new=new, done="asked"), 303)


@admin.get("/changes/<old>/<new>/<npi>")
def changed_person(old: str, new: str, npi: str) -> Response:
    """One person in both generations: everything that differs, before and after."""
    here = site()
    if not (npi.isascii() and npi.isdigit()):
        raise NotFound("there is no such person")
    before, after = changes.pair(_everything(), new, old)
    person = changes.person(here.engine, before, after, npi)
    return page("admin/changed_person.html", ChangedPage(old, new, person, LABELS))


def _everything() -> list[Generation]:
    here = site()
    with translated():
        return indexes.generations(here.engine, here.prefix)


def _number() -> int:
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= _DIGITS and int(text)):
        raise InputErrors([FieldError("page", "must be a number from 1")])
    return int(text)
