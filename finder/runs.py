"""Run history in the engine, and the lock that lets one run at a time publish."""

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psutil
from elasticsearch import ApiError, ConflictError, Elasticsearch, NotFoundError, TransportError

from finder.errors import NotFound, NotReady
from finder.indexes import RUNS, alias_name, mapping_file

LOCK_ID = "lock"
BEAT_S = 5.0
# A lock counts as abandoned when its counter stood still while the taker watched this long: no wall clock.
ABANDONED_AFTER_S = 60.0


class RunLocked(NotReady):
    """Another run holds the lock and is alive."""

    exit_code = 0


class LockLost(NotReady):
    """This run's lock was taken by another: it must not publish."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run as the history keeps it; `detail` holds steps, counts per source, gates and checksums."""

    run_id: str
    state: str
    started: str
    finished: str | None
    reason: str | None
    content_checksum: str | None
    detail: Mapping[str, Any]


def new_run_id(now: datetime) -> str:
    """A fresh id: the UTC time to the second and four random hexadecimal digits."""
    return f"{now.astimezone(UTC):%Y%m%dt%H%M%S}{secrets.token_hex(2)}"


def ensure_runs_index(client: Elasticsearch, prefix: str) -> str:
    """The name of the one growing runs index, created when it is not there, with new fields added."""
    name = alias_name(prefix, RUNS)
    body = mapping_file(RUNS)
    if not client.indices.exists(index=name):
        try:
            client.indices.create(index=name, settings=body["settings"], mappings=body["mappings"])
        except ApiError as problem:
            if problem.error != "resource_already_exists_exception":
                raise
    else:
        client.indices.put_mapping(index=name, properties=body["mappings"]["properties"])
    return name


def save(client: Elasticsearch, prefix: str, record: RunRecord) -> None:
    """Write a run's record, at once visible; it replaces what the run wrote before."""
    document = {
        "kind": "run", "run_id": record.run_id, "state": record.state, "started": record.started,
        "finished": record.finished, "reason": record.reason, "content_checksum": record.content_checksum,
        "detail": dict(record.detail),
    }  # fmt: skip
    document = {k: v for k, v in document.items() if v is not None}
    client.index(
        index=alias_name(prefix, RUNS), id=f"run-{record.run_id}", document=document, refresh="wait_for"
    )


def history(client: Elasticsearch, prefix: str, size: int = 50) -> list[RunRecord]:
    """The newest runs first."""
    try:
        answer = client.search(
            index=alias_name(prefix, RUNS), query={"term": {"kind": "run"}},
            sort=[{"started": "desc"}, {"run_id": "desc"}], size=size,
        )  # fmt: skip
    except NotFoundError:
        return []
    return [_record(hit["_source"]) for hit in answer["hits"]["hits"]]


def run(client: Elasticsearch, prefix: str, run_id: str) -> RunRecord:
    """One run's record. Raises NotFound."""
    try:
        answer = client.get(index=alias_name(prefix, RUNS), id=f"run-{run_id}")
    except NotFoundError as problem:
        raise NotFound(f"there is no run {run_id}") from problem
    return _record(answer["_source"])


def _record(source: Mapping[str, Any]) -> RunRecord:
    return RunRecord(
        source["run_id"], source["state"], source["started"], source.get("finished"), source.get("reason"),
        source.get("content_checksum"), source.get("detail", {}),
    )  # fmt: skip


class Lock:
    """A held lock: its counter rises every 5 s; `confirm` raises LockLost when it is no longer ours."""

    def __init__(self, client: Elasticsearch, index: str, answer: Mapping[str, Any], owner: str) -> None:
        self._client, self._index, self._owner = client, index, owner
        self._seq_no, self._term = answer["_seq_no"], answer["_primary_term"]
        self._beat = 0
        self._guard = threading.Lock()
        self._stop = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="run-lock", daemon=True)
        self._thread.start()

    def confirm(self) -> None:
        """Raise the counter now. Raises LockLost when another run has taken the lock."""
        with self._guard:
            if self._lost.is_set():
                raise LockLost("another run has taken over: this one stops and publishes nothing")
            self._beat += 1
            try:
                answer = self._client.index(
                    index=self._index, id=LOCK_ID, document=_lock(self._owner, self._beat),
                    if_seq_no=self._seq_no, if_primary_term=self._term,
                )  # fmt: skip
            except (ConflictError, NotFoundError) as problem:
                self._lost.set()
                raise LockLost(
                    "another run has taken over: this one stops and publishes nothing"
                ) from problem
            self._seq_no, self._term = answer["_seq_no"], answer["_primary_term"]

    def release(self) -> None:
        """Stop the counter and delete the lock document, if it is still ours."""
        self._stop.set()
        self._thread.join()
        try:
            self._client.delete(
                index=self._index, id=LOCK_ID, if_seq_no=self._seq_no, if_primary_term=self._term
            )
        except (ConflictError, NotFoundError):
            self._lost.set()

    def _keep(self) -> None:
        while not self._stop.wait(BEAT_S):
            try:
                self.confirm()
            except LockLost:
                return
            except (ApiError, TransportError):
                continue  # the engine is away: the next beat, or the check before the flip, will tell


def _lock(owner: str, beat: int) -> dict[str, Any]:
    return {"kind": "lock", "owner": owner, "beat": beat}


@contextmanager
def locked(
    client: Elasticsearch,
    prefix: str,
    *,
    patience_s: float = 0.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Lock]:
    """Hold the run lock. Raises RunLocked when another run holds it and lives.

    A lock whose process is gone from this machine is taken at once; one from elsewhere only when its counter
    stands still for 60 s, watched for as long as `patience_s` allows.
    """
    index = ensure_runs_index(client, prefix)
    owner = _owner()
    lock = Lock(client, index, _acquired(client, index, owner, patience_s, sleep), owner)
    try:
        yield lock
    finally:
        lock.release()


def _acquired(
    client: Elasticsearch, index: str, owner: str, patience_s: float, sleep: Callable[[float], None]
) -> Mapping[str, Any]:
    watched_s = still_s = 0.0
    seen: tuple[str, int] | None = None
    while True:
        try:
            return dict(client.index(index=index, id=LOCK_ID, document=_lock(owner, 0), op_type="create"))
        except ConflictError:
            pass
        try:
            held = client.get(index=index, id=LOCK_ID)
        except NotFoundError:
            continue
        holder, beat = held["_source"]["owner"], held["_source"]["beat"]
        still_s = still_s + BEAT_S if seen == (holder, beat) else 0.0
        if _is_gone(holder) or still_s >= ABANDONED_AFTER_S:
            try:
                answer = client.index(
                    index=index, id=LOCK_ID, document=_lock(owner, 0), if_seq_no=held["_seq_no"],
                    if_primary_term=held["_primary_term"],
                )  # fmt: skip
                return dict(answer)
            except ConflictError:
                continue
        if watched_s >= patience_s:
            raise RunLocked(f"another ingest is running ({holder}): this one changes nothing")
        seen = (holder, beat)
        watched_s += BEAT_S
        sleep(BEAT_S)


def _owner() -> str:
    me = psutil.Process()
    return f"{socket.gethostname()}:{os.getpid()}:{int(me.create_time() * 1000)}:{secrets.token_hex(4)}"


def _is_gone(holder: str) -> bool:
    """Whether the holder was a process of this machine that no longer exists."""
    host, pid, created, _random = [*holder.rsplit(":", 3), "", "", ""][:4]
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        return str(int(psutil.Process(int(pid)).create_time() * 1000)) != created
    except psutil.NoSuchProcess:
        return True
