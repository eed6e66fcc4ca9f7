"""Gets the publishers' files that changed into one folder, from which a run reads the newest version only.

Each file has a folder of its own: the current version under its publisher's name, `.record.json` with where
and when it was got, and the version before it under `.previous`. What begins with a dot is not read by a run.
"""

import csv
import hashlib
import html
import os
import re
import shutil
from calendar import month_name
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import orjson

from finder.errors import FinderError, SourceError
from ingest.download import Download, Downloaded
from ingest.fetch_list import FileToFetch
from ingest.files import DATES_FILE, date_in_name, discovered, inspected
from ingest.guarded import FetchFailed, Web
from ingest.pages import Pages
from ingest.progress import Reporter
from ingest.sources import SOURCES
from ingest.sources.base import head_of

RECORD = ".record.json"
PREVIOUS, NEW, PART, LANDING = ".previous", ".new", ".part", ".landing"
MOST_LANDING_BYTES = 200_000_000  # the catalogue of data.cms.gov has tens of millions
_QUOTED = re.compile(r"""(?<=["'])[^"'<>\s]{1,2000}(?=["'])""")
_SLUG = re.compile(r"[^a-z0-9]+")
_MONTH = re.compile(r"_([A-Z][a-z]+)_(\d{4})(?!\d)")
_MONTHS = {name: number for number, name in enumerate(month_name) if name}
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ ()+-]{0,200}")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of one file: `got` (new), `unchanged`, or `failed` with the reason; its record as it is."""

    key: str
    state: str
    reason: str
    record: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As printed."""
        return {"file": self.key, "state": self.state, "reason": self.reason, **self.record}


def fetch(
    files: Sequence[FileToFetch],
    into: Path,
    web: Web,
    reporter: Reporter,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[Fetched]:
    """Get each file that changed; one that cannot be had leaves its old version, and the others come."""
    done: list[Fetched] = []
    for listed in files:
        wanted = [listed]
        if listed.every:
            try:
                wanted = _every(listed, into, web)
            except FinderError as problem:
                wanted = []
                done.append(_said(reporter, Fetched(listed.key, "failed", problem.message, {})))
        done += [_said(reporter, _tried(file, into, web, reporter, now)) for file in wanted]
    _write_dates(into)
    return done


def _said(reporter: Reporter, result: Fetched) -> Fetched:
    reporter.say(f"  {result.key}: {result.state}" + (f": {result.reason}" if result.reason else ""))
    return result


def _tried(
    file: FileToFetch, into: Path, web: Web, reporter: Reporter, now: Callable[[], datetime]
) -> Fetched:
    folder = into / file.source / file.name
    folder.mkdir(parents=True, exist_ok=True)
    record = read_record(folder)
    at = now().astimezone(UTC).isoformat(timespec="seconds")
    try:
        got = _one(file, folder, record, web, reporter)
        told = _kept(folder, record, got, at) if got else {**record, "checked": at, "failed": None}
        result = Fetched(file.key, "got" if got else "unchanged", "", told)
    except FinderError as problem:
        failed = {"at": at, "reason": problem.message}
        result = Fetched(file.key, "failed", problem.message, {**record, "failed": failed})
    except OSError as problem:
        failed = {"at": at, "reason": f"the disk: {problem}"}
        result = Fetched(file.key, "failed", failed["reason"], {**record, "failed": failed})
    _write(folder / RECORD, orjson.dumps(dict(result.record), option=orjson.OPT_INDENT_2))
    _clean(folder, result.record)
    return result


def _every(file: FileToFetch, into: Path, web: Web) -> list[FileToFetch]:
    """Every file of that form on the landing page, each with a folder of its own; what the page no longer
    names, as it is part of a later file, goes.
    """
    home = into / file.source
    home.mkdir(parents=True, exist_ok=True)
    links = _found(file, home, web)
    found = [
        replace(file, name=f"{file.name}-{_SLUG.sub('-', _file_name(link).lower())}", url=link, every=False)
        for link in links
    ]
    for gone in {path.parent for path in home.glob(f"{file.name}-*/{RECORD}")} - {
        home / each.name for each in found
    }:
        shutil.rmtree(gone)
    return found


def read_record(folder: Path) -> dict[str, Any]:
    """Get what is known of a fetched file: url, file, fetched, checked, sha256, size_bytes, etag,
    last_modified, failed (at, reason, or null), previous; empty where nothing was got yet.
    """
    try:
        found: dict[str, Any] = orjson.loads((folder / RECORD).read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return {}
    if found.get("file") and not (folder / str(found["file"])).is_file():
        return {"failed": found.get("failed")}  # somebody took the file away: it is fetched anew
    return found


def fetch_records(into: Path) -> dict[str, dict[str, Any]]:
    """Get the records of everything that was fetched into a folder, by "source/name"."""
    found = sorted(into.glob(f"*/*/{RECORD}"))
    return {f"{p.parent.parent.name}/{p.parent.name}": read_record(p.parent) for p in found}


def _one(
    file: FileToFetch, folder: Path, record: Mapping[str, Any], web: Web, reporter: Reporter
) -> Downloaded | None:
    """The new version beside the old one, checked; None where there is none."""
    got = _copied(file, folder, record) if file.path else _downloaded(file, folder, record, web, reporter)
    if got is None:
        return None
    try:
        if got.sha256 == record.get("sha256"):
            _forget(folder)
            return None
        named = replace(got, path=_named(folder, got))
        _check(file, named.path)
    except (FinderError, OSError):
        _forget(folder)
        raise
    return named


def _forget(folder: Path) -> None:
    """What was under way goes: it is no version that anybody wants."""
    shutil.rmtree(folder / NEW, ignore_errors=True)
    for name in (PART, f"{PART}.json"):
        (folder / name).unlink(missing_ok=True)


def _downloaded(
    file: FileToFetch, folder: Path, record: Mapping[str, Any], web: Web, reporter: Reporter
) -> Downloaded | None:
    url = file.pages or file.url or max(_found(file, folder, web), key=_newest)
    with reporter.step(f"fetch {file.key}", "bytes") as step:
        where: dict[str, Any] = {
            "web": web, "url": url, "hosts": file.hosts, "max_bytes": file.max_bytes, "part": folder / PART,
            "expect": step.expect, "advance": step.advance,
        }  # fmt: skip
        known = record if record.get("asked") == url else None
        if file.pages:
            return Pages(**where, version=file.version, name=f"{file.source}-{file.name}").fetched(known)
        return Download(**where).fetched(known)


def _found(file: FileToFetch, folder: Path, web: Web) -> list[str]:
    """The addresses of the files of that name on its landing page, of which there must be one."""
    download = Download(
        web=web, url=file.landing, hosts=file.hosts, max_bytes=MOST_LANDING_BYTES, part=folder / LANDING
    )
    try:
        page = download.fetched()
        assert page is not None  # nothing was known of it
        text = page.path.read_text(encoding="utf-8", errors="replace")
    except FetchFailed as problem:
        raise FetchFailed(f"the landing page: {problem.message}") from problem
    finally:
        download.forget()
    links = sorted(set(_links(text, page.url, re.compile(file.link))))
    if not links:
        raise FetchFailed(f"the landing page {file.landing} names no file like {file.link}")
    return links


def _newest(link: str) -> tuple[str, str]:
    """By the date in its name, where NPPES writes out the month, then by name."""
    name = _file_name(link)
    month = _MONTH.search(name)
    number = _MONTHS.get(month[1], 0) if month else 0
    return (f"{month[2]}-{number:02d}" if month and number else date_in_name(name) or "", link)


def _links(text: str, base: str, pattern: re.Pattern[str]) -> Iterator[str]:
    """Addresses in a page or a JSON text whose file name is of that form."""
    for quoted in _QUOTED.findall(text.replace("\\/", "/")):
        link = html.unescape(quoted)
        if pattern.fullmatch(_file_name(link)):
            yield urljoin(base, link)


def _file_name(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name


def _copied(file: FileToFetch, folder: Path, record: Mapping[str, Any]) -> Downloaded | None:
    """A copy of a file of this machine, so that changes in place do not reach what a run reads."""
    path = Path(file.path).expanduser()
    if not path.is_file():
        raise FetchFailed(f"there is no file {path}")
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest == record.get("sha256"):
        return None
    part = Path(shutil.copyfile(path, folder / PART))
    changed = format_datetime(datetime.fromtimestamp(path.stat().st_mtime, UTC), usegmt=True)
    url = path.resolve().as_uri()
    return Downloaded(url, url, part, digest, part.stat().st_size, "", changed)


def _named(folder: Path, got: Downloaded) -> Path:
    """The new file under its publisher's name, in a folder that no run reads."""
    name = got.name or _file_name(got.url)
    if not _SAFE_NAME.fullmatch(name):
        raise FetchFailed(f"{name!r} is no name for a file")
    new = folder / NEW
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    return got.path.replace(new / name)


def _check(file: FileToFetch, path: Path) -> None:
    """Refuse what a run could not read: a damaged archive, an error page, another format."""
    source = next(each for each in SOURCES if each.name == file.source)
    is_ours = False
    for each in discovered(path):
        if each.member or path.suffix.lower() == ".gz":
            inspected(replace(each, max_bytes=source.max_bytes, max_ratio=source.max_ratio))
        head = head_of(each)
        is_ours = is_ours or (bool(head.start) and source.recognises(head))
    if not is_ours:
        raise SourceError(path.name, None, None, f"is not a file of the source {file.source}")


def _kept(folder: Path, record: Mapping[str, Any], got: Downloaded, at: str) -> dict[str, Any]:
    """Put the new version in place of the old one, which becomes the previous one."""
    old, previous = record.get("file"), folder / PREVIOUS
    if old:
        shutil.rmtree(previous, ignore_errors=True)
        previous.mkdir()
        _linked(folder / str(old), previous / str(old))
    got.path.replace(folder / got.path.name)
    kept = ("url", "file", "fetched", "sha256", "size_bytes", "etag", "last_modified")
    return {
        "url": got.url, "file": got.path.name, "fetched": at, "checked": at, "sha256": got.sha256,
        "size_bytes": got.size_bytes, "etag": got.etag, "last_modified": got.last_modified, "failed": None,
        "asked": got.asked, "previous": {name: record.get(name) for name in kept} if old else None,
    }  # fmt: skip


def _linked(path: Path, other: Path) -> None:
    """A second name for a file, so that the old one can be replaced in one step; else a copy."""
    try:
        os.link(path, other)
    except OSError:
        shutil.copy2(path, other)


def _clean(folder: Path, record: Mapping[str, Any]) -> None:
    """Take the older version away where the new one has another name: a run must read one of them."""
    shutil.rmtree(folder / NEW, ignore_errors=True)
    old = (record.get("previous") or {}).get("file")
    if old and old != record.get("file"):
        (folder / old).unlink(missing_ok=True)


def _write_dates(into: Path) -> None:
    """Tell the run the dates of files whose names have none: those of their last change at the publisher."""
    path = into / DATES_FILE
    told: dict[str, str] = {}
    if path.is_file():
        with path.open(encoding="utf-8-sig", newline="") as text:
            told = {row["file"]: row["as_of"] for row in csv.DictReader(text)}
    told = {name: day for name, day in told.items() if (into / name).parent.is_dir()}
    for key, record in fetch_records(into).items():
        if not record.get("file"):
            continue
        name = f"{key}/{record['file']}"
        told = {n: d for n, d in told.items() if not n.startswith(f"{key}/")}
        if (changed := record.get("last_modified")) and not date_in_name(str(record["file"])):
            told[name] = parsedate_to_datetime(changed).date().isoformat()
    if told:
        lines = ["file,as_of", *(f'"{name}",{day}' for name, day in sorted(told.items()))]
        _write(path, ("\n".join(lines) + "\n").encode())


def _write(path: Path, content: bytes) -> None:
    """All or nothing: a killed fetch leaves the old file."""
    part = path.with_name(f".{path.name}.new")
    part.write_bytes(content)
    part.replace(path)
