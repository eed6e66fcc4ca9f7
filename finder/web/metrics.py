"""`/metrics`: the served generation and the last run, for Prometheus; nothing of any search."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from finder import indexes, runs
from finder.engine import translated
from finder.errors import EngineDown, NotReady
from finder.reads import Client
from finder.web.site import site

metrics = Blueprint("metrics", __name__)
STATES = ("running", "published", "unchanged", "refused", "failed", "loaded")


@metrics.get("/metrics")
def figures() -> Response:
    """Figures of the served generation and of the last run, in the text format of Prometheus."""
    registry = CollectorRegistry()
    where = site()
    registry.register(_Figures(where.engines.client, where.config.index_prefix))
    answer: Response = current_app.response_class(generate_latest(registry), mimetype="text/plain")
    answer.headers["Content-Type"] = CONTENT_TYPE_LATEST
    return answer


class _Figures(Collector):
    """Reads at every scrape, so that all workers tell the same and nothing is counted in memory."""

    def __init__(self, client: Any, prefix: str) -> None:
        self._client, self._prefix = client, prefix

    def collect(self) -> Iterable[Metric]:
        """The figures of this moment; without an engine only that it is away."""
        up = GaugeMetricFamily("finder_engine_up", "1 while the search engine answers.")
        found: list[Metric] = []
        try:
            with translated():
                found = list(_measured(self._client(), self._prefix))
            up.add_metric([], 1)
        except (EngineDown, NotReady):
            up.add_metric([], 0)
        return [up, *found]


def _measured(client: Client, prefix: str) -> Iterable[Metric]:
    served = indexes.served(client, prefix)
    if served:
        told = GaugeMetricFamily(
            "finder_generation", "The served generation; always 1.", labels=("run_id", "as_of")
        )
        told.add_metric([served.run_id, str(served.meta.get("as_of") or "")], 1)
        yield told
        people = GaugeMetricFamily("finder_generation_specialists", "Specialists in the served generation.")
        people.add_metric([], float(served.meta.get("specialists", 0)))
        yield people
    history = runs.history(client, prefix, 50)
    for record in history[:1]:
        yield from _last_run(record)
    good = next((r for r in history if r.state in ("published", "unchanged") and r.finished), None)
    if good:
        yield _one(
            "finder_last_good_run_timestamp_seconds", "When a run last ended well.", _at(good.finished)
        )


def _last_run(record: runs.RunRecord) -> Iterable[Metric]:
    state = GaugeMetricFamily("finder_last_run_state", "1 for the state of the last run.", labels=("state",))
    for name in STATES:
        state.add_metric([name], float(record.state == name))
    yield state
    yield _one("finder_last_run_started_timestamp_seconds", "When the last run began.", _at(record.started))
    detail: Mapping[str, Any] = record.detail
    seconds = GaugeMetricFamily("finder_last_run_step_seconds", "Seconds of each step.", labels=("step",))
    for step in detail.get("steps", ()):
        seconds.add_metric([step["name"]], step["seconds"])
    yield seconds
    rejected = GaugeMetricFamily("finder_last_run_rejected_rows", "Rejected rows.", labels=("source",))
    read = GaugeMetricFamily("finder_last_run_rows", "Rows read or staged before.", labels=("source",))
    for name in sorted({file["source"] for file in detail.get("files", ())}):
        files = [file for file in detail["files"] if file["source"] == name]
        rejected.add_metric([name], sum(file["rejected"] for file in files))
        read.add_metric([name], sum(file["rows_read"] for file in files))
    yield from (rejected, read)
    yield _one("finder_last_run_written_documents", "Documents written or deleted.", detail.get("written", 0))


def _one(name: str, says: str, value: float) -> Metric:
    family = GaugeMetricFamily(name, says)
    family.add_metric([], value)
    return family


def _at(time: str | None) -> float:
    return datetime.fromisoformat(time).timestamp() if time else 0.0
