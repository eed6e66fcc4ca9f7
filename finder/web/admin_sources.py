"""The sources: how old each is, what the last run read of it, its issues by reason, and trends over runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response

from finder import indexes, runs
from finder.engine import translated
from finder.errors import NotFound
from finder.freshness import SourceAge, newest_arrivals, source_ages
from finder.runs import RunRecord
from finder.sources import SourceInfo
from finder.web.admin_charts import Chart, chart
from finder.web.admin_frame import admin, page
from finder.web.site import site

RUNS_CHARTED = 30
Files = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source as the last run read it; `as_of` is the date of its newest file, `age` how late it is."""

    info: SourceInfo
    as_of: str | None
    files: int
    rows: int
    rejected: int
    warnings: int
    failed: bool
    age: SourceAge | None

    @property
    def share(self) -> str:
        """The share of rejected rows."""
        return f"{self.rejected / self.rows:.2%}" if self.rows else "0 %"


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """All sources, as the last run that read files found them."""

    run: RunRecord | None
    rows: tuple[SourceRow, ...]


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One source: its files, its issues by reason, and charts over runs."""

    row: SourceRow
    run: RunRecord | None
    files: Files
    issues: Files
    charts: tuple[Chart, ...]


@admin.get("/sources")
def source_list() -> Response:
    """All sources: age, rows, rejected rows."""
    here = site()
    last = next(iter(_read_runs()), None)
    ages, served = _ages(last), _served_from()
    read = [i for i in here.sources.values() if i.name in ages or i.name in served or _of(i.name, last)]
    order = list(ages)
    rows = sorted((_row(info, last, ages) for info in read), key=lambda row: _place(row.info.name, order))
    return page("admin/sources.html", SourcesPage(last, tuple(rows)))


@admin.get("/sources/<name>")
def one_source(name: str) -> Response:
    """One source: files, issues by reason with examples, and trend charts over runs."""
    here = site()
    if name not in here.sources:
        raise NotFound(f"there is no source {name}")
    history = _read_runs()
    last = next(iter(history), None)
    detail: Mapping[str, Any] = last.detail if last else {}
    content = SourcePage(
        row=_row(here.sources[name], last, _ages(last)),
        run=last,
        files=[file for file in detail.get("files", ()) if file["source"] == name],
        issues=[issue for issue in detail.get("issues", ()) if issue["source"] == name],
        charts=tuple(_charts(name, history)),
    )
    return page("admin/source.html", content)


def _read_runs() -> list[RunRecord]:
    """The runs that read files, newest first."""
    here = site()
    with translated():
        found = runs.history(here.engine, here.prefix, RUNS_CHARTED)
    return [record for record in found if record.detail.get("files")]


def _ages(last: RunRecord | None) -> dict[str, SourceAge]:
    """How late each source is, the latest first."""
    here = site()
    found = source_ages(here.sources, newest_arrivals([last] if last else []), here.now())
    return {age.name: age for age in found}


def _place(name: str, order: Sequence[str]) -> int:
    return order.index(name) if name in order else len(order)


def _served_from() -> frozenset[str]:
    """Sources that the served generation was read from."""
    here = site()
    with translated():
        served = indexes.served(here.engine, here.prefix)
    return frozenset(served.meta.get("rows", {})) if served else frozenset()


def _row(info: SourceInfo, last: RunRecord | None, ages: Mapping[str, SourceAge]) -> SourceRow:
    files = _of(info.name, last)
    return SourceRow(
        info=info,
        as_of=max((file["as_of"] for file in files if file["as_of"] and file["records"]), default=None),
        files=len(files),
        rows=sum(file["rows_read"] for file in files),
        rejected=sum(file["rejected"] for file in files),
        warnings=sum(file["warnings"] for file in files),
        failed=any(file["failure"] for file in files),
        age=ages.get(info.name),
    )


def _of(name: str, record: RunRecord | None) -> Files:
    return [f for f in record.detail["files"] if f["source"] == name] if record else []


def _charts(name: str, history: Sequence[RunRecord]) -> list[Chart]:
    read = [(record, files) for record in reversed(history) if (files := _of(name, record))]
    rows = [(record.run_id, float(sum(file["rows_read"] for file in files))) for record, files in read]
    shares = [
        (run_id, 100 * sum(file["rejected"] for file in files) / count if count else 0.0)
        for (_record, files), (run_id, count) in zip(read, rows, strict=True)
    ]
    drawn = (chart("Rows read", rows), chart("Rejected rows, per cent", shares, "{:.2f}"))
    return [each for each in drawn if each]
