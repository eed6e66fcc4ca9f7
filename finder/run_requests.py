"""Requests for a run: the web process writes one, the machine with the files takes it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from elasticsearch import ConflictError, Elasticsearch, NotFoundError

from finder.engine import translated
from finder.errors import FieldError, InputErrors
from finder.indexes import RUNS, alias_name
from finder.runs import ensure_runs_index, new_run_id

KIND = "request"
WAITING, TAKEN, DONE = "waiting", "taken", "done"
RUN, CHANGES = "run", "changes"


@dataclass(frozen=True, slots=True)
class Request:
    """One request: `what` is a run, or the difference `between` two runs; `outcome` says what came of it."""

    request_id: str
    state: str
    what: str
    by: str
    asked: str
    is_full: bool = False
    between: tuple[str, ...] = ()
    outcome: str | None = None


@translated()
def ask(
    client: Elasticsearch,
    prefix: str,
    by: str,
    now: datetime,
    *,
    is_full: bool = False,
    between: tuple[str, str] | None = None,
) -> Request:
    """Ask for a run, or for the difference between two. Raises InputErrors where the same waits already."""
    index = ensure_runs_index(client, prefix)
    what = CHANGES if between else RUN
    if any((r.what, r.between) == (what, between or ()) for r in requests(client, prefix, WAITING)):
        raise InputErrors([FieldError("", "that has been asked for already and waits")])
    asked = Request(
        f"{KIND}-{new_run_id(now)}", WAITING, what, by, now.astimezone(UTC).isoformat(timespec="seconds"),
        is_full, between or (),
    )  # fmt: skip
    client.index(index=index, id=asked.request_id, document=_source(asked), refresh=True)
    return asked


@translated()
def requests(client: Elasticsearch, prefix: str, state: str | None = None, size: int = 20) -> list[Request]:
    """The newest requests first, those of one state or all."""
    wanted = [{"term": {"kind": KIND}}, *([{"term": {"state": state}}] if state else [])]
    try:
        answer = client.search(
            index=alias_name(prefix, RUNS), query={"bool": {"filter": wanted}}, sort=[{"started": "desc"}],
            size=size,
        )  # fmt: skip
    except NotFoundError:
        return []
    return [_request(hit["_id"], hit["_source"]) for hit in answer["hits"]["hits"]]


@translated()
def take(client: Elasticsearch, prefix: str) -> Request | None:
    """Take the oldest request that waits; None where none does. No two machines take the same."""
    index = alias_name(prefix, RUNS)
    for waiting in reversed(requests(client, prefix, WAITING, 1000)):
        found = client.get(index=index, id=waiting.request_id)
        version = {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}
        if found["_source"]["state"] != WAITING:
            continue
        try:
            document = {**found["_source"], "state": TAKEN}
            client.index(index=index, id=waiting.request_id, document=document, refresh=True, **version)
        except ConflictError:
            continue
        return waiting
    return None


@translated()
def close(client: Elasticsearch, prefix: str, request: Request, outcome: str, run_id: str | None) -> None:
    """Say what came of a request that was taken, and which run it was."""
    document = {**_source(request), "state": DONE, "reason": outcome}
    if run_id:
        document["run_id"] = run_id
    client.index(index=alias_name(prefix, RUNS), id=request.request_id, document=document, refresh=True)


def _source(asked: Request) -> dict[str, Any]:
    detail = {"what": asked.what, "full": asked.is_full, "between": list(asked.between)}
    return {"kind": KIND, "state": asked.state, "by": asked.by, "started": asked.asked, "detail": detail}


def _request(request_id: str, source: dict[str, Any]) -> Request:
    detail = source["detail"]
    return Request(
        request_id, source["state"], detail["what"], source["by"], source["started"], detail["full"],
        tuple(detail["between"]), source.get("reason"),
    )  # fmt: skip
