"""The quarantine of a run: rejected rows, repairs and warnings by filters, page by page, or as a spreadsheet.

The file lies where the run was done. A page reads a bounded stretch of it, from the place where the page
before ended; nothing of it is kept in memory.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Response, current_app, request, stream_with_context

from finder import runs
from finder.engine import translated
from finder.errors import FieldError, InputErrors, NotFound
from finder.web.admin_frame import admin, page
from finder.web.site import site
from finder.web.spreadsheet import safe_cell

PAGE = 50
MOST_READ = 64 * 1024 * 1024  # bytes that one page looks through, about two seconds
FILTERS = ("source", "level", "field", "reason", "file")
COLUMNS = ("file", "source", "row", "field", "reason", "level", "count", "content")
_RUN = re.compile(r"[0-9]{8}t[0-9]{6}[0-9a-f]{4}")


@dataclass(frozen=True, slots=True)
class Quarantine:
    """One page: issues, the filters in force, and where the next page begins (None at the end).

    `is_here` is false where the file lies on another machine.
    """

    run_id: str
    is_here: bool
    filters: Mapping[str, str]
    choices: Mapping[str, tuple[str, ...]]
    issues: tuple[Mapping[str, Any], ...]
    next_query: str | None
    csv_query: str


@admin.get("/runs/<run_id>/quarantine")
def quarantine(run_id: str) -> Response:
    """Rejected rows, repairs and warnings of a run, by filters, page by page."""
    here = site()
    with translated():
        record = runs.run(here.engine, here.prefix, run_id)
    path, filters = _file(run_id), _filters()
    found, at = _stretch(path, filters, _begin()) if path.is_file() else ([], None)
    told = record.detail.get("issues", ())
    choices = {name: tuple(sorted({str(i.get(name) or "") for i in told} - {""})) for name in FILTERS[:4]}
    content = Quarantine(
        run_id=run_id,
        is_here=path.is_file(),
        filters=filters,
        choices=choices,
        issues=tuple(found),
        next_query=urlencode({**filters, "at": at}) if at is not None else None,
        csv_query=urlencode(filters),
    )
    return page("admin/quarantine.html", content)


@admin.get("/runs/<run_id>/quarantine.csv")
def quarantine_csv(run_id: str) -> Response:
    """The same as a spreadsheet, whole; no cell is a formula."""
    path = _file(run_id)
    if not path.is_file():
        raise NotFound("the quarantine of this run is not on this machine")
    lines = stream_with_context(_csv(path, _filters()))
    response = current_app.response_class(lines, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="quarantine-{run_id}.csv"'
    return response


def _file(run_id: str) -> Path:
    if not _RUN.fullmatch(run_id):
        raise NotFound("there is no such run")
    return site().config.home / "runs" / run_id / "quarantine.jsonl"


def _filters() -> dict[str, str]:
    return {name: value for name in FILTERS if (value := request.args.get(name, ""))}


def _begin() -> int:
    text = request.args.get("at", "0")
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise InputErrors([FieldError("at", "must be a place in the file")])
    return int(text)


def _stretch(path: Path, filters: Mapping[str, str], begin: int) -> tuple[list[dict[str, Any]], int | None]:
    """A page of issues from a place in the file, and where the next one begins."""
    found: list[dict[str, Any]] = []
    with path.open("rb") as file:
        file.seek(begin)
        while file.tell() - begin < MOST_READ:
            line = file.readline()
            if not line:
                return found, None
            if (issue := _kept(line, filters)) is not None:
                found.append(issue)
                if len(found) == PAGE:
                    break
        at = file.tell()
        return found, at if file.readline() else None


def _kept(line: bytes, filters: Mapping[str, str]) -> dict[str, Any] | None:
    """The issue of a line where the filters let it through; a place that is no line begin gives nothing."""
    try:
        issue: dict[str, Any] = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return issue if all(str(issue.get(n) or "") == value for n, value in filters.items()) else None


def _csv(path: Path, filters: Mapping[str, str]) -> Iterator[bytes]:
    """The rows of a spreadsheet, some thousand at a time, with the mark by which programs know UTF-8."""
    written = io.StringIO(newline="")
    rows = csv.writer(written, quoting=csv.QUOTE_ALL)
    rows.writerow(COLUMNS)
    yield b"\xef\xbb\xbf"
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if (issue := _kept(line, filters)) is not None:
                rows.writerow([_cell(issue.get(name)) for name in COLUMNS])
            if number % 2000 == 0:
                yield written.getvalue().encode()
                written.seek(0)
                written.truncate()
    yield written.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        value = "; ".join(f"{name}: {text}" for name, text in value.items() if text is not None)
    return safe_cell("" if value is None else str(value))
