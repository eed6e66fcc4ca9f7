"""Bulk writing: ready bytes to one index from several senders, every item's answer read."""

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, cast

from elasticsearch import ApiError, ConnectionTimeout, Elasticsearch, SSLError
from elasticsearch import ConnectionError as ConnectionLost

from finder.errors import EngineDown, FinderError, NotReady

SENDERS = 2  # as many as the measured machine has cores; more gained nothing (2026-11-22)
MAX_TRIES = 8
MAX_WAIT_S = 30.0
REQUEST_TIMEOUT_S = 120
# How long the engine may wait for a shard that is away (its default: a minute). Sent MAX_TRIES + 1 times with
# the pauses between them, a run whose only copy lay on a dead node knows it within three minutes, not eleven.
SHARD_AWAY = "10s"
_ITEMS = ["errors", "items.*.status", "items.*.error.type", "items.*.error.reason"]
_DELETE = b'{"delete":'  # an action without a source line
_DISK_FULL = "cluster_block_exception"


class BulkRefused(FinderError):
    """The engine refuses a document for good: its mapping and the document disagree."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How hard a load presses the engine: senders at once, and seconds of rest for each second of sending."""

    senders: int = SENDERS
    rest: float = 0.0

    @property
    def is_gentle(self) -> bool:
        """Whether it leaves room for others."""
        return self.rest > 0


FULL_SPEED, GENTLE = Pace(), Pace(1, 1.0)


@dataclass(frozen=True, slots=True)
class BulkReport:
    """Documents written and how many items had to be sent again."""

    documents: int
    retried: int


def write(
    client: Elasticsearch,
    index: str,
    chunks: Iterable[bytes],
    on_written: Callable[[int], None] = lambda n: None,
    pace: Pace = FULL_SPEED,
) -> BulkReport:
    """Send chunks of ready action and source lines; every document is written or an error is raised.

    An action may delete a document; one that is not there is as good as deleted. At most twice as many
    chunks as senders are in memory; `pace` says how hard to press. Pressure (429) and a lost connection are
    retried in smaller pieces with growing, jittered waits up to 30 s: every document has its id, so sending
    it twice changes nothing. Raises NotReady when the disk is full, BulkRefused for a document that can
    never be written, EngineDown when the engine stays away.
    """
    documents = retried = 0
    stop = threading.Event()
    with ThreadPoolExecutor(pace.senders, thread_name_prefix="bulk") as pool:
        waiting: set[Future[tuple[int, int]]] = set()
        try:
            for chunk in chunks:
                waiting.add(pool.submit(_send, client, index, chunk, stop, pace))
                if len(waiting) >= pace.senders * 2:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    for future in done:
                        count, again = future.result()
                        documents, retried = documents + count, retried + again
                        on_written(count)
            for future in waiting:
                count, again = future.result()
                documents, retried = documents + count, retried + again
                on_written(count)
        finally:
            stop.set()
    return BulkReport(documents, retried)


def _send(
    client: Elasticsearch, index: str, chunk: bytes, stop: threading.Event, pace: Pace
) -> tuple[int, int]:
    written = retried = 0
    waiting: list[bytes] = [chunk]
    tries = 0
    while waiting:
        if stop.is_set():
            return written, retried
        piece = waiting.pop()
        began = time.monotonic()
        failed = _post(client, index, piece)
        stop.wait(pace.rest * (time.monotonic() - began))
        written += _documents_in(piece) - (_documents_in(failed) if failed else 0)
        if not failed:
            tries = 0
            continue
        tries += 1
        retried += _documents_in(failed)
        if tries > MAX_TRIES:
            raise EngineDown(
                f"the engine took no documents after {MAX_TRIES} tries: overloaded, away, or a node is away"
            )
        waiting.extend(_halves(failed))
        pause = min(MAX_WAIT_S, 0.25 * 2**tries) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, no secret
        stop.wait(pause)
    return written, retried


def _post(client: Elasticsearch, index: str, piece: bytes) -> bytes:
    """Send one piece; the lines of those items that were not taken come back, to be sent again."""
    try:
        sender = client.options(request_timeout=REQUEST_TIMEOUT_S, max_retries=0)
        # The client forwards ready bytes as they are; its type says only sequences of mappings.
        answer = sender.bulk(index=index, operations=cast(Any, piece), filter_path=_ITEMS, timeout=SHARD_AWAY)
    except SSLError:
        raise  # a certificate does not get better with time
    except (ConnectionLost, ConnectionTimeout):
        return piece
    except ApiError as problem:
        if problem.status_code not in (413, 429, 503):
            raise
        if problem.status_code == 413 and _documents_in(piece) == 1:
            raise BulkRefused(f"document {_id_of(piece)} is too large for the engine") from problem
        return piece
    if not answer.get("errors"):
        return b""
    return _refused(piece, answer["items"])


def _refused(piece: bytes, items: list[dict[str, dict[str, Any]]]) -> bytes:
    again: list[bytes] = []
    for lines, item in zip(_pairs(piece), items, strict=True):
        result = next(iter(item.values()))
        if result["status"] < 300 or (result["status"] == 404 and "delete" in item):
            continue
        error = result.get("error", {})
        if error.get("type") == _DISK_FULL:
            raise NotReady("the engine's disk is full: it takes no more documents until space is freed")
        if result["status"] not in (429, 503):
            raise BulkRefused(
                f"document {_id_of(lines)} was refused: {error.get('type')}: {error.get('reason')}"
            )
        again.append(lines)
    return b"".join(again)


def _pairs(piece: bytes) -> Iterator[bytes]:
    lines = iter(piece.splitlines(keepends=True))
    for line in lines:
        yield line if line.startswith(_DELETE) else line + next(lines)


def _halves(piece: bytes) -> list[bytes]:
    pairs = list(_pairs(piece))
    middle = (len(pairs) + 1) // 2
    return [b"".join(part) for part in (pairs[middle:], pairs[:middle]) if part]


def _documents_in(piece: bytes) -> int:
    deletes = piece.count(b"\n" + _DELETE) + piece.startswith(_DELETE)
    return (piece.count(b"\n") + deletes) // 2


def _id_of(lines: bytes) -> str:
    return lines.split(b"\n", 1)[0].decode()[:80]
