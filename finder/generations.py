"""What an admin does to generations inside the lock: publish a refused one, roll back, prune."""

from dataclasses import replace
from datetime import UTC, datetime

from elasticsearch import Elasticsearch

from finder import indexes, runs
from finder.engine import translated
from finder.errors import FieldError, InputErrors, NotFound
from finder.indexes import Generation

REFUSED, PUBLISHED = "refused", "published"


def publish(
    client: Elasticsearch,
    prefix: str,
    run_id: str,
    reason: str,
    who: str,
    now: datetime,
    *,
    patience_s: float | None = None,
) -> Generation:
    """Serve a generation that its gates refused; reason, person and time go into the run's record.

    `patience_s` is that of `runs.locked`. Raises InputErrors without a reason, NotFound when no such refused
    generation is kept, RunLocked.
    """
    if not reason.strip():
        raise InputErrors([FieldError("reason", "say why the refused generation is to be served")])
    with translated(), runs.locked(client, prefix, patience_s=patience_s) as lock:
        record = runs.run(client, prefix, run_id)
        target = _kept(client, prefix, run_id)
        parts = target.meta.get("parts")
        is_loaded = parts and len(parts["done"]) == parts["of"]
        if record.state != REFUSED and not is_loaded:
            raise InputErrors(
                [FieldError("run", f"{run_id} is {record.state}; only a refused run is published")]
            )
        told = {"published_by": who, "published_at": _stamp(now), "published_because": reason.strip()}
        indexes.mark_published(client, target.indices, {**told, "parts": None})
        lock.confirm()
        indexes.flip(client, prefix, run_id, lock.fence)
        text = f"published by {who} although {record.reason}: {reason.strip()}"
        detail = {**record.detail, "state": PUBLISHED, "reason": text, **told}
        runs.save(client, prefix, replace(record, state=PUBLISHED, reason=text, detail=detail))
        runs.note(client, prefix, run_id, f"published by {who}: {reason.strip()}", now, who)
        indexes.prune(client, prefix)
    return target


def rollback(
    client: Elasticsearch,
    prefix: str,
    run_id: str | None,
    who: str,
    now: datetime,
    *,
    reason: str = "",
    patience_s: float | None = None,
) -> Generation:
    """Serve an earlier generation again: the given one, else the newest one that was published before.

    The one that was served is marked: a run whose files give it again is refused. `reason`, where there is
    one, is recorded. Raises NotFound when there is none to go back to, RunLocked.
    """
    with translated(), runs.locked(client, prefix, patience_s=patience_s) as lock:
        everything = indexes.generations(client, prefix)
        before = next((g for g in everything if g.is_served), None)
        if run_id is None:
            run_id = before_served(everything)
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
        why = f": {reason.strip()}" if reason.strip() else ""
        runs.note(client, prefix, run_id, f"served again by {who} instead of {gone}{why}", now, who)
    return target


def before_served(everything: list[Generation]) -> str | None:
    """The run of the generation that a rollback serves; None where none was published before.

    `everything` is the answer of `indexes.generations`.
    """
    served = next((at for at, generation in enumerate(everything) if generation.is_served), -1)
    earlier = (g for g in everything[served + 1 :] if indexes.is_whole(g) and not g.is_served)
    return next((g.run_id for g in earlier), None)


def _kept(client: Elasticsearch, prefix: str, run_id: str) -> Generation:
    for generation in indexes.generations(client, prefix):
        if generation.run_id == run_id and generation.is_complete:
            return generation
    raise NotFound(f"there is no whole generation {run_id} in the engine")


def _stamp(now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="seconds")
