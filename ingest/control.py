"""What an admin does to generations inside the lock: publish a refused one, roll back, prune."""

import getpass
import socket
from dataclasses import replace
from datetime import UTC, datetime

from finder import indexes, runs
from finder.config import Config
from finder.engine import translated
from finder.errors import FieldError, InputErrors, NotFound
from finder.indexes import Generation
from finder.reads import Client
from ingest.difference import drop_ledgers
from ingest.report import State


def whoever() -> str:
    """Who acts, as the records name them: user and machine."""
    return f"{getpass.getuser()}@{socket.gethostname()}"


def publish(client: Client, config: Config, run_id: str, reason: str, who: str, now: datetime) -> Generation:
    """Serve a generation that its gates refused; reason, person and time go into the run's record.

    Raises InputErrors without a reason, NotFound when no such refused generation is kept, RunLocked.
    """
    if not reason.strip():
        raise InputErrors([FieldError("reason", "say why the refused generation is to be served")])
    prefix = config.index_prefix
    with translated(), runs.locked(client, prefix) as lock:
        record = runs.run(client, prefix, run_id)
        target = _kept(client, prefix, run_id)
        parts = target.meta.get("parts")
        is_loaded = parts and len(parts["done"]) == parts["of"]
        if record.state != State.REFUSED.value and not is_loaded:
            raise InputErrors(
                [FieldError("run", f"{run_id} is {record.state}; only a refused run is published")]
            )
        told = {"published_by": who, "published_at": _stamp(now), "published_because": reason.strip()}
        indexes.mark_published(client, target.indices, {**told, "parts": None})
        lock.confirm()
        indexes.flip(client, prefix, run_id, lock.fence)
        text = f"published by {who} although {record.reason}: {reason.strip()}"
        detail = {**record.detail, "state": State.PUBLISHED.value, "reason": text, **told}
        runs.save(client, prefix, replace(record, state=State.PUBLISHED.value, reason=text, detail=detail))
        runs.note(client, prefix, run_id, f"published by {who}: {reason.strip()}", now)
        _prune(client, config, indexes.KEPT_GENERATIONS)
    return target


def rollback(client: Client, config: Config, run_id: str | None, who: str, now: datetime) -> Generation:
    """Serve an earlier generation again: the given one, else the newest one that was published before.

    The one that was served is marked: a run whose files give it again is refused. Raises NotFound when there
    is none to go back to, RunLocked.
    """
    prefix = config.index_prefix
    with translated(), runs.locked(client, prefix) as lock:
        everything = indexes.generations(client, prefix)
        before = next((g for g in everything if g.is_served), None)
        if run_id is None:
            earlier = everything[everything.index(before) + 1 :] if before else everything
            run_id = next((g.run_id for g in earlier if indexes.is_whole(g) and not g.is_served), None)
            if run_id is None:
                raise NotFound("there is no earlier generation to go back to")
        target = _kept(client, prefix, run_id)
        if not indexes.is_whole(target):
            raise NotFound(f"generation {run_id} was never published: see `finder ingest publish`")
        lock.confirm()
        indexes.flip(client, prefix, run_id, lock.fence)
        if before and before.run_id != run_id:
            indexes.tell(client, before.indices, {"withdrawn": _stamp(now)})
        indexes.tell(client, target.indices, {"withdrawn": None})
        gone = before.run_id if before else "nothing"
        runs.note(client, prefix, run_id, f"served again by {who} instead of {gone}", now)
    return target


def prune(client: Client, config: Config, keep: int) -> list[str]:
    """Delete all generations but the served one and the newest `keep` - 1 others. Raises RunLocked."""
    with translated(), runs.locked(client, config.index_prefix):
        return _prune(client, config, keep)


def _prune(client: Client, config: Config, keep: int) -> list[str]:
    old = indexes.prune(client, config.index_prefix, keep)
    drop_ledgers(client, config)
    return old


def withdrawn(client: Client, config: Config, checksum: str) -> Generation | None:
    """The generation with this content that an admin rolled back from, if it is still there."""
    found = indexes.generations(client, config.index_prefix)
    return next(
        (g for g in found if g.meta.get("withdrawn") and g.meta.get("content_checksum") == checksum), None
    )


def _kept(client: Client, prefix: str, run_id: str) -> Generation:
    for generation in indexes.generations(client, prefix):
        if generation.run_id == run_id and len(generation.indices) == len(indexes.SERVED_ALIASES):
            return generation
    raise NotFound(f"there is no whole generation {run_id} in the engine")


def _stamp(now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="seconds")
