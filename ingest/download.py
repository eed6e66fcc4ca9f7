"""One file from the web to the disk: only if it changed, resumed where it broke off, within its limits."""

import base64
import hashlib
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import urllib3

from ingest.guarded import FetchFailed, Interrupted, Web

CHUNK_BYTES = 1 << 18
ATTEMPTS = 4
FIRST_PAUSE_S = 1.0  # doubled from attempt to attempt
MOST_PAUSE_S = 60.0  # also where the server asks for a longer one (Retry-After)
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_SHA256 = re.compile(r"sha-256=:([A-Za-z0-9+/=]+):")  # RFC 9530


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What came: a whole file at `path` with its checksum and what the server said of its version; `asked`
    is the address before redirects, `name` how to call it where the address does not say.
    """

    asked: str
    url: str
    path: Path
    sha256: str
    size_bytes: int
    etag: str
    last_modified: str
    name: str = ""


@dataclass(slots=True, kw_only=True)
class Underway:
    """A file that comes: what was written of it is in `part`, and a note beside it tells how to go on; both
    stay when it breaks off.
    """

    web: Web
    url: str
    hosts: tuple[str, ...]
    max_bytes: int
    part: Path
    expect: Callable[[int], None] = lambda total: None
    advance: Callable[[int], None] = lambda count: None
    clock: Callable[[], float] = time.monotonic
    _began: float = field(default=0.0, init=False)

    @property
    def _note(self) -> Path:
        return self.part.with_name(self.part.name + ".json")

    def forget(self) -> None:
        """Delete the part and its note."""
        self.part.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def _noted(self) -> dict[str, Any]:
        """The note, empty where there is none of this address with its part."""
        if not self.part.is_file() or not self._note.is_file():
            return {}
        try:
            note: dict[str, Any] = orjson.loads(self._note.read_bytes())
        except orjson.JSONDecodeError:
            return {}
        return note if note.get("url") == self.url else {}

    def _check_size(self, count: int) -> None:
        if count > self.max_bytes:
            self.forget()
            raise FetchFailed(f"has more bytes than its limit of {self.max_bytes:,}")

    def _check_time(self) -> None:
        if self.clock() - self._began > self.web.limits.whole_s:
            raise FetchFailed(f"took longer than its limit of {self.web.limits.whole_s:,.0f} s")


@dataclass(slots=True, kw_only=True)
class Download(Underway):
    """One file of one address."""

    def fetched(self, known: Mapping[str, Any] | None = None) -> Downloaded | None:
        """Get the file; None where it is still the version of `known` (its etag and last_modified).

        Raises FetchFailed: after four attempts for what may pass, at once for what will not.
        """
        self._began = self.clock()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._attempt(known or {})
            except Interrupted as problem:
                if attempt == ATTEMPTS:
                    raise FetchFailed(f"{problem.message} (after {ATTEMPTS} attempts)") from problem
                self.web.sleep(min(MOST_PAUSE_S, FIRST_PAUSE_S * 2 ** (attempt - 1)))
                self._check_time()
        raise AssertionError("unreachable")

    def _attempt(self, known: Mapping[str, Any]) -> Downloaded | None:
        begun = self._resumable()
        headers = _conditions(known)
        if begun:
            headers = {"Range": f"bytes={begun['size']}-", "If-Range": begun["validator"]}
        with self.web.get(self.url, self.hosts, headers) as (url, answer):
            if answer.status == 304 and not begun:
                return None
            if begun and answer.status == 416:
                self.forget()
                raise Interrupted("the file changed while it was fetched")
            if answer.status not in (200, 206):
                raise _refusal(answer, url)
            if answer.headers.get("Content-Encoding", "identity") not in ("identity", ""):
                raise FetchFailed("the server sends the file packed although it was asked not to")
            start = self._start(answer, begun)
            total = self._announced(answer, start)
            self._take(answer, start, total)
            return self._finished(answer, url)

    def _resumable(self) -> dict[str, Any]:
        """What is known of a part that can be gone on with; empty where there is none."""
        note = self._noted()
        size = self.part.stat().st_size if note else 0
        return {**note, "size": size} if note.get("validator") and 0 < size < note.get("total", 0) else {}

    def _start(self, answer: urllib3.BaseHTTPResponse, begun: Mapping[str, Any]) -> int:
        """The byte at which the answer goes on; a new version begins at 0."""
        if answer.status == 200:
            self.forget()
            return 0
        found = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        is_same = bool(begun) and _validator(answer) in ("", begun["validator"])
        if found and is_same and int(found[3]) != begun["total"]:
            self.forget()
            raise Interrupted(
                f"the server gives two lengths of one version: {begun['total']:,} and {int(found[3]):,} bytes"
            )
        if not found or not is_same or int(found[1]) != begun["size"]:
            self.forget()
            raise Interrupted("the file changed while it was fetched")
        return int(begun["size"])

    def _announced(self, answer: urllib3.BaseHTTPResponse, start: int) -> int:
        """How many bytes the whole file is to have, 0 where that is not said; noted for resuming."""
        length = answer.headers.get("Content-Length", "")
        total = start + int(length) if length.isdecimal() else 0
        if total > self.max_bytes:
            self.forget()
            raise FetchFailed(f"has {total:,} bytes, more than its limit of {self.max_bytes:,}")
        self.expect(total)
        if start == 0 and total and _validator(answer):
            note = {"url": self.url, "validator": _validator(answer), "total": total}
            self._note.write_bytes(orjson.dumps(note))
        return total

    def _take(self, answer: urllib3.BaseHTTPResponse, start: int, total: int) -> None:
        count = start
        with self.part.open("ab" if start else "wb") as file:
            while True:
                self._check_time()
                try:
                    # One piece as it comes: a server that drips must not hold us past the limit of time.
                    piece = answer.read1(CHUNK_BYTES, decode_content=False)
                except urllib3.exceptions.HTTPError as problem:
                    raise Interrupted(_broke_off(count, total)) from problem
                if not piece:
                    break
                count += len(piece)
                self._check_size(count)
                file.write(piece)
                self.advance(len(piece))
        if total and count != total:
            raise Interrupted(_broke_off(count, total))

    def _finished(self, answer: urllib3.BaseHTTPResponse, url: str) -> Downloaded:
        with self.part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        told = _SHA256.search(answer.headers.get("Repr-Digest", ""))
        if told and base64.b64encode(digest.digest()).decode() != told[1]:
            self.forget()
            raise Interrupted("its checksum is not the one that the server states")
        return Downloaded(
            self.url, url, self.part, digest.hexdigest(), self.part.stat().st_size,
            answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", ""),
        )  # fmt: skip


def _conditions(known: Mapping[str, Any]) -> dict[str, str]:
    named = {"If-None-Match": known.get("etag"), "If-Modified-Since": known.get("last_modified")}
    return {name: str(value) for name, value in named.items() if value}


def _validator(answer: urllib3.BaseHTTPResponse) -> str:
    """What If-Range may name (RFC 9110, 13.1.5): a strong ETag, else the date of the last change."""
    etag = answer.headers.get("ETag", "")
    return etag if etag.startswith('"') else answer.headers.get("Last-Modified", "")


def _refusal(answer: urllib3.BaseHTTPResponse, url: str) -> FetchFailed:
    kind = Interrupted if answer.status in (408, 425, 429) or answer.status >= 500 else FetchFailed
    return kind(f"{url} answers {answer.status} {answer.reason or ''}".rstrip())


def _broke_off(count: int, total: int) -> str:
    return (
        f"the connection broke off after {count:,} of {total:,} bytes"
        if total
        else "the connection broke off"
    )
