"""Reports of mistakes by readers: kept in the runs index for the admin, with nothing of any search."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from elasticsearch import ConflictError, Elasticsearch, NotFoundError

from finder.engine import translated
from finder.indexes import RUNS, alias_name
from finder.runs import ensure_runs_index

KIND = "correction"
NEW = "new"
MOST_OPEN = 50  # reports about one person that wait; beyond that somebody is flooding, and the admin is busy


@dataclass(frozen=True, slots=True)
class Correction:
    """One report: about whom, which fact, what is wrong in the reader's words, and how it can be checked."""

    npi: str
    about: str
    text: str
    proof: str
    sent: str


@translated()
def keep(client: Elasticsearch, prefix: str, correction: Correction, key: str) -> bool:
    """Keep a report under a key that a second sending repeats; False where the person has MOST_OPEN already.

    Raises EngineDown.
    """
    index = ensure_runs_index(client, prefix)
    waiting = client.count(index=index, query=_of_kind(correction.npi))["count"]
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
    """Get the newest reports first. Raises EngineDown."""
    try:
        answer = client.search(
            index=alias_name(prefix, RUNS), query=_of_kind(None), sort=[{"started": "desc"}], size=size
        )
    except NotFoundError:
        return []
    return [
        Correction(
            one["npi"], one["detail"]["about"], one["detail"]["text"], one["detail"]["proof"], one["started"]
        )
        for one in (hit["_source"] for hit in answer["hits"]["hits"])
    ]


def sent_at(now: datetime) -> str:
    """The UTC time as a report keeps it, to the minute: no finer than anybody needs."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def _of_kind(npi: str | None) -> dict[str, Any]:
    filters: list[dict[str, Any]] = [{"term": {"kind": KIND}}]
    if npi:
        filters += [{"term": {"npi": npi}}, {"term": {"state": NEW}}]
    return {"bool": {"filter": filters}}
