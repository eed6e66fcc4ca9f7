"""Sessions of admins, kept in the runs index under a hash of the secret that the browser holds.

So every web machine knows them, signing out ends one everywhere at once, and whoever reads the index can use
none.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from elasticsearch import Elasticsearch, NotFoundError

from finder import admins
from finder.engine import translated
from finder.indexes import RUNS, alias_name

KIND = "session"
LIFE = timedelta(hours=2)  # own choice: a morning's look and what follows from it
_MOST_SWEPT = 200


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, and until when."""

    admin: admins.Admin
    ends: datetime


@translated()
def begin(client: Elasticsearch, prefix: str, admin: admins.Admin, now: datetime) -> str:
    """Begin a session; the answer is its secret, for the browser only. Sessions that have ended go."""
    secret = secrets.token_urlsafe(32)
    document = {
        "kind": KIND, "by": admin.name, "started": _stamp(now), "finished": _stamp(now + LIFE),
        "detail": {"epoch": admin.epoch},
    }  # fmt: skip
    client.index(index=alias_name(prefix, RUNS), id=_id(secret), document=document)
    _sweep(client, prefix, now)
    return secret


@translated()
def session(client: Elasticsearch, prefix: str, secret: str, now: datetime) -> Session | None:
    """The session of a secret; None where it has ended: signed out, too old, another password, no admin."""
    try:
        found = client.get(index=alias_name(prefix, RUNS), id=_id(secret))["_source"]
    except NotFoundError:
        return None
    ends = datetime.fromisoformat(found["finished"])
    admin = admins.admin(client, prefix, found["by"])
    if now >= ends or admin is None or admin.epoch != found["detail"]["epoch"]:
        return None
    return Session(admin, ends)


@translated()
def end(client: Elasticsearch, prefix: str, secret: str) -> None:
    """End a session; one that has ended already stays so."""
    client.options(ignore_status=404).delete(index=alias_name(prefix, RUNS), id=_id(secret))


def _sweep(client: Elasticsearch, prefix: str, now: datetime) -> None:
    index = alias_name(prefix, RUNS)
    old = [{"term": {"kind": KIND}}, {"range": {"finished": {"lt": _stamp(now)}}}]
    found = client.search(index=index, query={"bool": {"filter": old}}, size=_MOST_SWEPT, source=False)
    gone = [{"delete": {"_id": hit["_id"]}} for hit in found["hits"]["hits"]]
    if gone:
        client.bulk(index=index, operations=gone)


def _id(secret: str) -> str:
    return f"{KIND}-{hashlib.sha256(secret.encode()).hexdigest()}"


def _stamp(now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="seconds")
