"""Run history in the engine, and the lock that lets one run at a time publish."""

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from elasticsearch import ApiError, ConflictError, Elasticsearch, NotFoundError, TransportError

from finder.errors import NotFound, NotReady
from finder.indexes import RUNS, alias_name, highest_fence
from finder.mappings import mapping_file

LOCK_ID = "lock"
BEAT_S = 5.0
# A lock counts as abandoned when its counter stood still while the taker watched this long: no wall clock.
ABANDONED_AFTER_S = 60.0
_RELEASED = ""  # the owner of a lock that nobody holds: the document stays, for its fence must not fall
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TAKEN_OVER = "another run has taken over: this one stops and publishes nothing"


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


class Event(NamedTuple):
    """What somebody did: UTC time, run (None where it was about none), what in words, who."""

    at: str
    run_id: str | None
    text: str
    by: str | None


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


def save(client: Elasticsearch, prefix: str, record: RunRecord, *, is_visible: bool = True) -> None:
    """Write a run's record, at once visible; it replaces what the run wrote before.

    Without `is_visible` only `run` sees it at once and lists of runs a second later, which is cheaper.
    """
    document = {
        "kind": "run", "run_id": record.run_id, "state": record.state, "started": record.started,
        "finished": record.finished, "reason": record.reason, "content_checksum": record.content_checksum,
        "detail": dict(record.detail),
    }  # fmt: skip
    document = {k: v for k, v in document.items() if v is not None}
    # Not wait_for, which waits for up to a second: a run that is refused must be told at once.
    client.index(
        index=alias_name(prefix, RUNS), id=f"run-{record.run_id}", document=document, refresh=is_visible
    )


def note(
    client: Elasticsearch, prefix: str, run_id: str | None, text: str, now: datetime, by: str | None = None
) -> None:
    """Keep what an admin did, to the generation of a run or otherwise: an event of the history."""
    started = now.astimezone(UTC).isoformat(timespec="seconds")
    document = {"kind": "event", "run_id": run_id, "started": started, "reason": text, "by": by}
    document = {name: value for name, value in document.items() if value is not None}
    client.index(index=ensure_runs_index(client, prefix), document=document, refresh=True)


def events(client: Elasticsearch, prefix: str, size: int = 50, *, of_runs: bool = True) -> list[Event]:
    """What admins did, the newest first: to generations of runs, or everything, signing in included."""
    return [
        Event(one["started"], one.get("run_id"), one["reason"], one.get("by"))
        for one in _newest(client, prefix, "event", size, ["run_id"] if of_runs else [])
    ]


def _newest(
    client: Elasticsearch, prefix: str, kind: str, size: int, having: Sequence[str] = ()
) -> list[dict[str, Any]]:
    wanted = [{"term": {"kind": kind}}, *({"exists": {"field": name}} for name in having)]
    try:
        answer = client.search(
            index=alias_name(prefix, RUNS), query={"bool": {"filter": wanted}},
            sort=[{"started": "desc"}, {"run_id" if kind == "run" else "_seq_no": "desc"}], size=size,
        )  # fmt: skip
    except NotFoundError:
        return []
    return [hit["_source"] for hit in answer["hits"]["hits"]]


def history(client: Elasticsearch, prefix: str, size: int = 50) -> list[RunRecord]:
    """The newest runs first."""
    return [_record(source) for source in _newest(client, prefix, "run", size)]


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


class Whereabouts(Enum):
    """What this machine can tell of a lock's holder."""

    HERE = "a living process of this machine"
    GONE = "a process of this machine that no longer exists"
    ELSEWHERE = "on another machine, or from before this one was started"


class Verdict(Enum):
    """What to do about a lock that another run holds."""

    TAKE = "nobody keeps it any more"
    WAIT = "look again after one beat"
    GIVE_UP = "its holder lives, or patience is at its end"


class Watch:
    """Judges a held lock by its counter, looked at once every 5 s; it measures by looks, not by a clock.

    `patience_s` None waits only while it can learn something: not at all for a living process of this
    machine; for one elsewhere until its counter moves, at most two beats beyond the 60 s that make it
    abandoned. A number is waited out in either case.
    """

    def __init__(self, patience_s: float | None) -> None:
        self._patience_s = patience_s
        self._watched_s = self._still_s = 0.0
        self._seen: tuple[str, int] | None = None

    def saw(self, holder: str, beat: int, where: Whereabouts) -> Verdict:
        """Add one look at the lock: who holds it, its counter, and where its holder is."""
        is_still = self._seen == (holder, beat)
        has_moved = self._seen is not None and not is_still
        self._still_s = self._still_s + BEAT_S if is_still else 0.0
        self._seen = (holder, beat)
        if where is Whereabouts.GONE or self._still_s >= ABANDONED_AFTER_S:
            return Verdict.TAKE
        patience_s = self._patience_s
        if patience_s is None:
            is_waiting = where is Whereabouts.ELSEWHERE and not has_moved
            patience_s = ABANDONED_AFTER_S + 2 * BEAT_S if is_waiting else 0.0
        if self._watched_s >= patience_s:
            return Verdict.GIVE_UP
        self._watched_s += BEAT_S
        return Verdict.WAIT


@dataclass(frozen=True, slots=True)
class _Held:
    """The lock document as last read or written, with the version that the next write must name."""

    owner: str
    beat: int
    fence: int
    seq_no: int
    term: int


def _lock(owner: str, beat: int, fence: int) -> dict[str, Any]:
    return {"kind": "lock", "owner": owner, "beat": beat, "fence": fence}


def _look(client: Elasticsearch, index: str) -> _Held | None:
    try:
        found = client.get(index=index, id=LOCK_ID)
    except NotFoundError:
        return None
    source = found["_source"]
    return _Held(
        source["owner"], source["beat"], source.get("fence", 0), found["_seq_no"], found["_primary_term"]
    )


def is_killed(client: Elasticsearch, prefix: str) -> bool:
    """Whether the process that holds the run lock no longer exists on this machine; of one elsewhere nothing
    can be told. Raises the client's errors.
    """
    held = _look(client, alias_name(prefix, RUNS))
    return held is not None and whereabouts(held.owner) is Whereabouts.GONE


class Lock:
    """A held lock: its counter rises every 5 s; `confirm` raises LockLost when it is no longer ours."""

    def __init__(self, client: Elasticsearch, index: str, held: _Held) -> None:
        self._client, self._index, self._held = client, index, held
        self._guard = threading.Lock()
        self._stop = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="run-lock", daemon=True)
        self._thread.start()

    @property
    def fence(self) -> int:
        """This acquisition's number, one more than the one before: what `indexes.flip` compares."""
        return self._held.fence

    def confirm(self) -> None:
        """Raise the counter now. Raises LockLost when another run has taken the lock."""
        with self._guard:
            self._write(self._held.owner)

    def release(self) -> None:
        """Stop the counter and mark the lock as nobody's, if it is still ours."""
        self._stop.set()
        self._thread.join()
        with self._guard, suppress(LockLost):
            self._write(_RELEASED)
            self._lost.set()

    def _write(self, owner: str) -> None:
        while not self._lost.is_set():
            held = replace(self._held, beat=self._held.beat + 1)
            try:
                answer = self._client.index(
                    index=self._index, id=LOCK_ID, document=_lock(owner, held.beat, held.fence),
                    if_seq_no=held.seq_no, if_primary_term=held.term,
                )  # fmt: skip
            except (ConflictError, NotFoundError):
                self._adopt()
                continue
            self._held = replace(held, seq_no=answer["_seq_no"], term=answer["_primary_term"])
            return
        raise LockLost(_TAKEN_OVER)

    def _adopt(self) -> None:
        """After a conflict: our own write, whose answer was lost, is adopted; another's ends the lock."""
        found = _look(self._client, self._index)
        if found is None or found.owner != self._held.owner:
            self._lost.set()
        else:
            self._held = found

    def _keep(self) -> None:
        while not self._stop.wait(BEAT_S):
            try:
                self.confirm()
            except LockLost:
                return
            except (ApiError, TransportError):
                continue  # the engine is away: the next beat, or the check before the flip, will tell


@contextmanager
def locked(
    client: Elasticsearch,
    prefix: str,
    *,
    patience_s: float | None = None,
    sleep: Callable[[float], None] = time.sleep,
    tell: Callable[[str], None] = lambda text: None,
) -> Iterator[Lock]:
    """Hold the run lock. Raises RunLocked when another run holds it and lives.

    A released lock, and one whose process is gone from this machine, is taken at once; one from elsewhere
    only when its counter stands still for 60 s. `patience_s` is explained at `Watch`; `tell` gets one
    sentence before the first wait, `sleep` the seconds between two looks.
    """
    index = ensure_runs_index(client, prefix)
    lock = Lock(client, index, _acquired(client, prefix, Watch(patience_s), sleep, tell))
    try:
        yield lock
    finally:
        lock.release()


def _acquired(
    client: Elasticsearch,
    prefix: str,
    watch: Watch,
    sleep: Callable[[float], None],
    tell: Callable[[str], None],
) -> _Held:
    owner = _owner()
    has_told = False
    while True:
        held = _look(client, alias_name(prefix, RUNS))
        if held and held.owner == owner:
            return held  # our own write, whose answer was lost
        verdict = Verdict.TAKE
        if held and held.owner != _RELEASED:
            verdict = watch.saw(held.owner, held.beat, whereabouts(held.owner))
        if held and verdict is Verdict.GIVE_UP:
            raise RunLocked(f"another ingest is running ({held.owner}): this one changes nothing")
        if held and verdict is Verdict.WAIT:
            if not has_told:
                host = held.owner.split(":", 1)[0]
                tell(f"watching a lock of {host} for {ABANDONED_AFTER_S:.0f} s: is its run alive?")
            has_told = True
            sleep(BEAT_S)
        elif taken := _taken(client, prefix, owner, held):
            return taken


def _taken(client: Elasticsearch, prefix: str, owner: str, held: _Held | None) -> _Held | None:
    """The lock in our hands, its fence one higher; None when another was faster."""
    version: dict[str, Any] = {"op_type": "create"}
    if held:
        version = {"if_seq_no": held.seq_no, "if_primary_term": held.term}
    # Without a lock document (first run, or its index was deleted) the generations tell the last number.
    fence = 1 + (held.fence if held else highest_fence(client, prefix))
    try:
        answer = client.index(
            index=alias_name(prefix, RUNS), id=LOCK_ID, document=_lock(owner, 0, fence), **version
        )
    except ConflictError:
        return None
    return _Held(owner, 0, fence, answer["_seq_no"], answer["_primary_term"])


def _owner() -> str:
    pid = os.getpid()
    return f"{socket.gethostname()}:{pid}:{_boot_id()}:{_start_ticks(pid)}:{secrets.token_hex(4)}"


def whereabouts(owner: str) -> Whereabouts:
    """Where the holder of a lock is, from its owner text: host, process, boot, start and a random part.

    A process is known by its number and, on Linux, by its start in clock ticks since the boot (field 22 of
    /proc/PID/stat, proc(5)) and the id of that boot: neither moves when the wall clock is set.
    """
    host, pid, boot_id, ticks, _random = [*owner.rsplit(":", 4), "", "", "", ""][:5]
    if host != socket.gethostname() or boot_id != _boot_id() or not pid.isdigit():
        return Whereabouts.ELSEWHERE
    # What cannot be read (another user's process) counts as alive.
    is_same = psutil.pid_exists(int(pid)) and _start_ticks(int(pid)) in (ticks, "")
    return Whereabouts.HERE if is_same else Whereabouts.GONE


def _boot_id() -> str:
    return _BOOT_ID.read_text(encoding="ascii").strip() if _BOOT_ID.exists() else ""


def _start_ticks(pid: int) -> str:
    """When a process began, in clock ticks since the boot; empty where the system does not tell.

    A process that was killed, but that its parent has not waited for yet, has "ended".
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    state, *rest = text.rpartition(")")[2].split()
    return "ended" if state in "ZX" else rest[18]
