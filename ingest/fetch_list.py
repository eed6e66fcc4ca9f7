"""The list of files to fetch: that of the product, and what the admin adds in FINDER_HOME/sources.toml."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from finder.errors import SourceError
from ingest.sources import SOURCES

LIST = Path(__file__).with_name("sources.toml")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
_HOST = re.compile(r"[a-z0-9.-]+(?::\d{1,5})?")
MOST_BYTES = 60 << 30


@dataclass(frozen=True, slots=True)
class FileToFetch:
    """One file: found by `link` (a pattern of its name) on a `landing` page, or at a `url`, or at a `path`,
    or put together from the `pages` of an API, which tells the version of its data at `version`.

    With `every` all files of that pattern come, not only the newest: those that build on one another.
    `hosts` are the names it may come from, with a port where it is not 443; `max_bytes` is its size limit.
    """

    source: str
    name: str
    hosts: tuple[str, ...] = ()
    max_bytes: int = 0
    landing: str = ""
    link: str = ""
    url: str = ""
    path: str = ""
    pages: str = ""
    version: str = ""
    every: bool = False

    @property
    def key(self) -> str:
        """The folder of the file below that of all fetched files."""
        return f"{self.source}/{self.name}"


def files_to_fetch(*lists: Path) -> tuple[FileToFetch, ...]:
    """Get every file of some lists, the first being that of the product; a list that is not there is empty.

    Raises SourceError with file, entry and field for the first thing that is wrong.
    """
    found: dict[str, FileToFetch] = {}
    for path in lists or (LIST,):
        for number, told in enumerate(_entries(path), start=1):
            file = _checked(path.name, number, told)
            if file.key in found:
                raise SourceError(path.name, number, "name", f"'{file.key}' is there twice")
            found[file.key] = file
    return tuple(found.values())


def _entries(path: Path) -> Iterable[Mapping[str, Any]]:
    if not path.is_file():
        return ()
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise SourceError(path.name, None, None, f"is not TOML: {problem}") from None
    if set(told) - {"file"} or not isinstance(told.get("file", []), list):
        raise SourceError(path.name, None, None, "must hold [[file]] entries only")
    entries: list[Mapping[str, Any]] = told.get("file", [])
    return entries


def _checked(name: str, number: int, told: Mapping[str, Any]) -> FileToFetch:
    def wrong(field: str, reason: str) -> SourceError:
        return SourceError(name, number, field, reason)

    if unknown := sorted(set(told) - {each.name for each in fields(FileToFetch)}):
        raise wrong(unknown[0], "is no field of a file to fetch")
    file = FileToFetch(**{**told, "hosts": tuple(told.get("hosts", ()))})
    if file.source not in {source.name for source in SOURCES}:
        raise wrong("source", f"'{file.source}' is not a source")
    if not _NAME.fullmatch(str(file.name)):
        raise wrong("name", "must be small letters, digits and hyphens")
    ways = [bool(file.landing and file.link), bool(file.url), bool(file.path)]
    if sum([*ways, bool(file.pages and file.version)]) != 1:
        raise wrong("url", "needs landing and link, or url, or path, or pages and version")
    if not isinstance(file.every, bool) or (file.every and not file.landing):
        raise wrong("every", "is true or false, and goes with landing and link")
    if file.path:
        return file
    for field in ("landing", "url", "pages", "version"):
        if getattr(file, field) and not getattr(file, field).startswith("https://"):
            raise wrong(field, "is not an https address")
    if not file.hosts or not all(_HOST.fullmatch(str(host)) for host in file.hosts):
        raise wrong("hosts", "must list the hosts that the file may come from")
    if not isinstance(file.max_bytes, int) or not 0 < file.max_bytes <= MOST_BYTES:
        raise wrong("max_bytes", f"must be 1 to {MOST_BYTES:,}")
    try:
        re.compile(file.link)
    except re.error as problem:
        raise wrong("link", f"is not a pattern: {problem}") from None
    return file
