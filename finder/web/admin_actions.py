"""What an admin does from the pages: ask for a run, publish a refused generation, roll back."""

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from finder import generations, run_requests, runs
from finder.engine import translated
from finder.errors import FinderError, InputErrors, NotFound, NotReady
from finder.web.admin import run_page
from finder.web.admin_frame import Refused, admin, message_of, page, who
from finder.web.site import site

MOST_REASON = 500  # characters
NO_WAIT = 0.0  # seconds: a page does not wait for the lock of a run


@admin.post("/requests")
def ask() -> ResponseReturnValue:
    """A request for a run, for the machine with the files."""
    here = site()
    is_full = request.form.get("full") == "yes"
    try:
        run_requests.ask(here.engine, here.prefix, who(), here.now(), is_full=is_full)
    except InputErrors as problem:
        return not_done(problem)
    with translated():
        what = "asked for a full run" if is_full else "asked for a run"
        runs.note(here.engine, here.prefix, None, what, here.now(), who())
    return redirect(url_for("admin.run_list", done="asked"), 303)


@admin.post("/runs/<run_id>/publish")
def publish(run_id: str) -> ResponseReturnValue:
    """A refused generation, served all the same, with the reason that was typed."""
    here = site()
    reason = request.form.get("reason", "").strip()[:MOST_REASON]
    try:
        generations.publish(here.engine, here.prefix, run_id, reason, who(), here.now(), patience_s=NO_WAIT)
    except InputErrors as problem:
        return page("admin/run.html", run_page(run_id, message_of(problem)), problem.status)
    except (NotFound, NotReady) as problem:
        return not_done(problem)
    return redirect(url_for("admin.one_run", run_id=run_id, done="published"), 303)


@admin.post("/rollback")
def roll_back() -> ResponseReturnValue:
    """An earlier generation, served again: that of the given run, else the one before."""
    here = site()
    run_id = request.form.get("run_id") or None
    reason = request.form.get("reason", "").strip()[:MOST_REASON]
    try:
        target = generations.rollback(
            here.engine, here.prefix, run_id, who(), here.now(), reason=reason, patience_s=NO_WAIT
        )
    except (NotFound, NotReady) as problem:
        return not_done(problem)
    return redirect(url_for("admin.one_run", run_id=target.run_id, done="rolled-back"), 303)


def not_done(problem: FinderError) -> Response:
    """Get the page that says why something was not done."""
    return page("admin/refused.html", Refused(message_of(problem)), problem.status)
