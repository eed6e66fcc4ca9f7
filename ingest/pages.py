"""One file out of the pages of an API in the form of ClinicalTrials.gov's (v2), one study a line.

Its answers are `{"studies": [...], "nextPageToken": "..."}`; the token of a page is asked for as `pageToken`,
and a second address tells the version of the data as `dataTimestamp`. There is no file with a checksum of its
own, so that timestamp is the version: what has not changed is not asked for, and pages of two versions are
never put together. Of a study the protocol section is kept, which is what a run reads.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from ingest.download import Download, Downloaded, Underway
from ingest.guarded import FetchFailed, Interrupted

MOST_PAGE_BYTES = 100_000_000  # of one page; one study with results may have 10 MB
# Between pages: the crawl delay of ClinicalTrials.gov's robots.txt, as others read it (2026-09).
PAUSE_S = 1.0
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]+Z?")


@dataclass(slots=True, kw_only=True)
class Pages(Underway):
    """One file out of all pages, going on from the last whole page of the same version. `version` is the
    address of the timestamp, `name` how the file is called before its date.
    """

    version: str
    name: str

    def fetched(self, known: Mapping[str, Any] | None = None) -> Downloaded | None:
        """Get all pages as one file; None where the data are still the version of `known` (its etag).

        Raises FetchFailed; what came stays for the next time unless the API refuses to go on with it.
        """
        self._began = self.clock()
        version = self._timestamp()
        if version == (known or {}).get("etag"):
            return None
        begun = self._begun(version)
        try:
            self._take(version, begun)
        except FetchFailed as problem:
            # What may pass leaves what came, even after four attempts; a refused token is refused for good.
            if not isinstance(problem, Interrupted) and not isinstance(problem.__cause__, Interrupted):
                self.forget()
            raise
        if self._timestamp() != version:
            self.forget()
            raise Interrupted("the data changed while their pages were fetched")
        with self.part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size, name = self.part.stat().st_size, f"{self.name}-{version[:10]}.jsonl"
        return Downloaded(self.url, self.url, self.part, digest, size, version, "", name)

    def _begun(self, version: str) -> Mapping[str, Any]:
        """How far an earlier attempt at this version came: bytes and the token of the page to go on with."""
        note = self._noted()
        if note.get("version") == version and self.part.stat().st_size >= note["bytes"]:
            return note
        self.forget()
        return {"bytes": 0, "token": ""}

    def _take(self, version: str, begun: Mapping[str, Any]) -> None:
        count, token, seen = int(begun["bytes"]), begun["token"], set[str]()
        with self.part.open("r+b" if count else "wb") as file:
            file.truncate(count)
            file.seek(count)
            while token is not None:
                if token in seen:
                    raise FetchFailed("the API names the same next page twice")
                seen.add(token)
                lines, token = self._page(token)
                count += len(lines)
                self._check_size(count)
                file.write(lines)
                file.flush()
                note = {"url": self.url, "version": version, "token": token, "bytes": count}
                self._note.write_bytes(orjson.dumps(note))
                self.advance(len(lines))
                if token is not None:
                    self._check_time()
                    self.web.sleep(PAUSE_S)

    def _page(self, token: str) -> tuple[bytes, str | None]:
        """The studies of one page, a line each, and the token of the next page."""
        more = urlencode({"pageToken": token}) if token else ""
        join = "&" if "?" in self.url else "?"
        told = self._asked(f"{self.url}{join}{more}" if more else self.url)
        studies, following = told.get("studies"), told.get("nextPageToken")
        if not isinstance(studies, list) or not isinstance(following, str | None):
            raise FetchFailed("a page holds no studies: the API has another form")
        sections = (each.get("protocolSection") for each in studies if isinstance(each, dict))
        lines = (orjson.dumps({"protocolSection": section}) + b"\n" for section in sections if section)
        return b"".join(lines), following or None

    def _timestamp(self) -> str:
        stamp = str(self._asked(self.version).get("dataTimestamp"))
        if not _TIMESTAMP.fullmatch(stamp):
            raise FetchFailed("the API does not tell the version of its data")
        return stamp

    def _asked(self, url: str) -> dict[str, Any]:
        """One answer of the API, with the limits and the attempts of any other download."""
        with self._download(url) as got:
            try:
                told = orjson.loads(got.path.read_bytes())
            except orjson.JSONDecodeError as problem:
                raise Interrupted(f"{url} answers no JSON: {problem}") from None
        return told if isinstance(told, dict) else {}

    @contextmanager
    def _download(self, url: str) -> Iterator[Downloaded]:
        part = self.part.with_name(f"{self.part.name}.page")
        download = Download(web=self.web, url=url, hosts=self.hosts, max_bytes=MOST_PAGE_BYTES, part=part)
        download.forget()  # half a page of an earlier attempt may be of another version
        try:
            got = download.fetched()
            assert got is not None  # nothing was known of it
            yield got
        finally:
            download.forget()
