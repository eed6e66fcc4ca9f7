"""Reports of mistakes by readers, and what the admin decided: kept in the runs index, nothing of a search."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from elasticsearch import ConflictError, Elasticsearch, NotFoundError

from finder.correctable import AcceptedCorrection, correct_value, key_of
from finder.engine import translated
from finder.errors import AlreadyDecided, FieldError, InputErrors, NotFound
from finder.indexes import RUNS, alias_name
from finder.runs import ensure_runs_index

KIND = "correction"
NEW, ACCEPTED, REJECTED = "new", "accepted", "rejected"
MOST_OPEN = 50  # reports about one person that wait; beyond that somebody is flooding, and the admin is busy
MOST_WHY = 300  # characters
_PAGE = 1_000  # reports a request


@dataclass(frozen=True, slots=True)
class Decision:
    """What an admin decided and when (UTC): of an accepted report the field and what is right, of a rejected
    one why.
    """

    by: str
    at: str
    field: str = ""
    value: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """One report: about whom, which fact, what is wrong in the reader's words, and how it can be checked.

    `id` is empty before it is kept; `decision` is None while it waits.
    """

    npi: str
    about: str
    text: str
    proof: str
    sent: str
    id: str = ""
    state: str = NEW
    decision: Decision | None = None


@translated()
def keep(client: Elasticsearch, prefix: str, correction: Correction, key: str) -> bool:
    """Keep a report under a key that a second sending repeats; False where the person has MOST_OPEN already.

    Raises EngineDown.
    """
    index = ensure_runs_index(client, prefix)
    waiting = client.count(index=index, query=_of_kind(NEW, correction.npi))["count"]
    if waiting >= MOST_OPEN:
        return False
    document = {
        "kind": KIND, "state": NEW, "started": correction.sent, "npi": correction.npi,
        "detail": {"about": correction.about, "text": correction.text, "proof": correction.proof},
    }  # fmt: skip
    try:
        client.index(index=index, id=f"{KIND}-{key}", document=document, op_type="create", refresh="wait_for")
    except ConflictError:
        return True  # the same form, sent twice
    return True


@translated()
def corrections(client: Elasticsearch, prefix: str, size: int = 100) -> list[Correction]:
    """Get the newest reports first, whatever became of them. Raises EngineDown."""
    return _found(client, prefix, _of_kind(), [{"started": "desc"}, {"npi": "asc"}], size)


@translated()
def waiting(client: Elasticsearch, prefix: str, size: int = 100) -> list[Correction]:
    """Get the reports that nobody has decided yet, the oldest first. Raises EngineDown."""
    return _found(client, prefix, _of_kind(NEW), [{"started": "asc"}, {"npi": "asc"}], size)


@translated()
def correction(client: Elasticsearch, prefix: str, report_id: str) -> Correction:
    """Get one report. Raises NotFound, EngineDown."""
    return _correction(report_id, _got(client, prefix, report_id)["_source"])


@translated()
def accept(
    client: Elasticsearch, prefix: str, report_id: str, *, field: str, value: str, by: str, now: datetime
) -> Correction:
    """Decide that a report is right: `value`, typed by the admin, holds of `field` from that day on.

    The next run makes it a fact of source "correction". Raises InputErrors that name the form field,
    NotFound, AlreadyDecided, EngineDown.
    """
    told = {"field": field, "value": correct_value(field, value), "by": by}
    return _decided(client, prefix, report_id, ACCEPTED, told, now)


@translated()
def reject(
    client: Elasticsearch, prefix: str, report_id: str, *, why: str, by: str, now: datetime
) -> Correction:
    """Decide that a report changes nothing, and say why. Raises as `accept` does."""
    reason = " ".join(why.split())
    if not reason:
        raise InputErrors([FieldError("why", "say in a few words why nothing changes")])
    if len(reason) > MOST_WHY:
        raise InputErrors([FieldError("why", f"must have at most {MOST_WHY} characters")])
    return _decided(client, prefix, report_id, REJECTED, {"why": reason, "by": by}, now)


@translated()
def accepted(client: Elasticsearch, prefix: str) -> list[AcceptedCorrection]:
    """Get what stands of the accepted corrections, by person: of two about the same thing the later decision.

    Raises EngineDown.
    """
    order: list[dict[str, Any]] = [{"finished": "asc"}, {"npi": "asc"}, {"started": "asc"}]
    standing: dict[tuple[str, str], AcceptedCorrection] = {}
    for one in _found(client, prefix, _of_kind(ACCEPTED), order, None):
        if one.decision:
            told = one.decision
            standing[one.npi, key_of(told.field, told.value)] = AcceptedCorrection(
                one.npi, told.field, told.value, told.at[:10], one.id
            )
    return sorted(standing.values())


def sent_at(now: datetime) -> str:
    """The UTC time as a report keeps it, to the minute: no finer than anybody needs."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def _decided(
    client: Elasticsearch, prefix: str, report_id: str, state: str, told: Mapping[str, str], now: datetime
) -> Correction:
    """Write a decision unless somebody else was faster: only the version that was read is replaced."""
    found = _got(client, prefix, report_id)
    source = found["_source"]
    if source["state"] != NEW:
        raise AlreadyDecided(_decided_text(_correction(report_id, source)))
    at = now.astimezone(UTC).isoformat(timespec="seconds")
    document = {**source, "state": state, "finished": at, "detail": {**source["detail"], **told}}
    try:
        client.index(
            index=alias_name(prefix, RUNS), id=_document_id(report_id), document=document, refresh="wait_for",
            if_seq_no=found["_seq_no"], if_primary_term=found["_primary_term"],
        )  # fmt: skip
    except ConflictError:
        other = _correction(report_id, _got(client, prefix, report_id)["_source"])
        raise AlreadyDecided(_decided_text(other)) from None
    return _correction(report_id, document)


def _decided_text(report: Correction) -> str:
    told = report.decision
    return f"this report was {report.state} by {told.by} on {told.at}" if told else "somebody else was faster"


def _got(client: Elasticsearch, prefix: str, report_id: str) -> Mapping[str, Any]:
    try:
        found = client.get(index=alias_name(prefix, RUNS), id=_document_id(report_id)).body
    except NotFoundError:
        found = None
    if not found or found["_source"].get("kind") != KIND:
        raise NotFound(f"there is no report {report_id}")
    return dict(found)


def _document_id(report_id: str) -> str:
    return f"{KIND}-{report_id}"


def _found(
    client: Elasticsearch, prefix: str, query: Mapping[str, Any], sort: list[dict[str, Any]], size: int | None
) -> list[Correction]:
    """The reports of a query in an order; all of them without a size, a page at a time."""
    found: list[Correction] = []
    body: dict[str, Any] = {"query": query, "sort": sort, "size": min(size or _PAGE, _PAGE)}
    try:
        pages = client.open_point_in_time(index=alias_name(prefix, RUNS), keep_alive="1m")["id"]
    except NotFoundError:
        return []
    try:
        while size is None or len(found) < size:
            hits = client.search(pit={"id": pages, "keep_alive": "1m"}, **body)["hits"]["hits"]
            found += [_correction(hit["_id"].removeprefix(f"{KIND}-"), hit["_source"]) for hit in hits]
            if len(hits) < body["size"]:
                break
            body["search_after"] = hits[-1]["sort"]
    finally:
        client.close_point_in_time(id=pages)
    return found[:size]


def _correction(report_id: str, source: Mapping[str, Any]) -> Correction:
    told, state = source["detail"], source["state"]
    decision = None
    if state != NEW:
        decision = Decision(
            told["by"], source["finished"], told.get("field", ""), told.get("value", ""), told.get("why", "")
        )
    return Correction(
        source["npi"], told["about"], told["text"], told["proof"], source["started"], report_id, state,
        decision,
    )  # fmt: skip


def _of_kind(state: str = "", npi: str = "") -> dict[str, Any]:
    wanted = {"kind": KIND, "state": state, "npi": npi}
    return {"bool": {"filter": [{"term": {name: value}} for name, value in wanted.items() if value]}}
