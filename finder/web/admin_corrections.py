"""Mistakes that readers reported: the admin checks each one and accepts what is right, or rejects it."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from finder import corrections, runs
from finder.correctable import CORRECTABLE, FIELDS_ABOUT, Correctable
from finder.corrections import Correction
from finder.engine import translated
from finder.errors import AlreadyDecided, InputErrors, NotFound
from finder.web.admin_actions import not_done
from finder.web.admin_frame import admin, message_of, page, who
from finder.web.correcting import ABOUT
from finder.web.site import site

SHOWN = 20  # that wait, on one page
DECIDED_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """One report that waits, the fields that it may lead to, what was typed, and what was wrong with that."""

    report: Correction
    about: str
    fields: tuple[Correctable, ...]
    values: Mapping[str, str]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class CorrectionsPage:
    """Reports that wait, the oldest first, and those that were decided, the newest first."""

    waiting: tuple[Waiting, ...]
    more: int
    decided: tuple[Correction, ...]
    labels: Mapping[str, str]


@admin.get("/corrections")
def correction_list() -> Response:
    """Mistakes that readers reported: those that wait, each with its forms, and those that were decided."""
    return page("admin/corrections.html", corrections_page())


def corrections_page(of: str = "", problem: InputErrors | None = None) -> CorrectionsPage:
    """Get the page, with what went wrong with the form of one report."""
    here = site()
    waiting = corrections.waiting(here.engine, here.prefix, 1000)
    decided = [c for c in corrections.corrections(here.engine, here.prefix, DECIDED_SHOWN) if c.decision]
    shown = [_waiting(report, problem if report.id == of else None) for report in waiting[:SHOWN]]
    labels = {name: field.label for name, field in CORRECTABLE.items()}
    return CorrectionsPage(tuple(shown), len(waiting) - len(shown), tuple(decided), labels)


@admin.post("/corrections/<report_id>/accept")
def accept(report_id: str) -> ResponseReturnValue:
    """A report that is right: the field and the value as the admin checked it."""
    here, field, value = site(), request.form.get("field", ""), request.form.get("value", "")
    try:
        found = corrections.accept(
            here.engine, here.prefix, report_id, field=field, value=value, by=who(), now=here.now()
        )
    except InputErrors as problem:
        return page("admin/corrections.html", corrections_page(report_id, problem), problem.status)
    except (AlreadyDecided, NotFound) as problem:
        return not_done(problem)
    checked = found.decision.value if found.decision else value
    _note(f"accepted a correction of NPI {found.npi}: {CORRECTABLE[field].label}: {checked}")
    return redirect(url_for("admin.correction_list", done="accepted"), 303)


@admin.post("/corrections/<report_id>/reject")
def reject(report_id: str) -> ResponseReturnValue:
    """A report that changes nothing, and why."""
    here, why = site(), request.form.get("why", "")
    try:
        found = corrections.reject(here.engine, here.prefix, report_id, why=why, by=who(), now=here.now())
    except InputErrors as problem:
        return page("admin/corrections.html", corrections_page(report_id, problem), problem.status)
    except (AlreadyDecided, NotFound) as problem:
        return not_done(problem)
    _note(f"rejected a correction of NPI {found.npi}: {found.decision.why if found.decision else why}")
    return redirect(url_for("admin.correction_list", done="rejected"), 303)


def _waiting(report: Correction, problem: InputErrors | None) -> Waiting:
    names = FIELDS_ABOUT.get(report.about, tuple(CORRECTABLE))
    trouble = message_of(problem) if problem else ""
    values = {name: request.form.get(name, "") for name in ("field", "value", "why")} if problem else {}
    about = ABOUT.get(report.about, report.about)
    return Waiting(report, about, tuple(CORRECTABLE[name] for name in names), values, trouble)


def _note(text: str) -> None:
    here = site()
    with translated():
        runs.note(here.engine, here.prefix, None, text, here.now(), who())
