"""What lies in a data folder: which source reads which file, and whether all of it is demonstration data."""

import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from finder.errors import SourceError
from ingest.files import InputFile, discovered
from ingest.sources import SOURCES
from ingest.sources.base import Head, Source, claims, head_of

DEMONSTRATION_MARK = "DEMONSTRATION.txt"
UNREAD = Path(__file__).with_name("unread.toml")


def recognised(data: Path, today: date | None = None) -> tuple[list[tuple[InputFile, Source]], list[str]]:
    """The files of a folder with the source that reads each, and those that nobody reads, with the reason.

    Raises SourceError for a folder that is not there, an empty file, one that two sources claim, or one
    dated after `today` (by default this day of UTC): its rows would win over everything until that day comes.
    """
    today = today or datetime.now(UTC).date()
    known: list[tuple[InputFile, Source]] = []
    unknown: list[str] = []
    for file in discovered(data):
        head = head_of(file)
        if not head.start:
            raise SourceError(file.name, None, None, "is empty: 0 bytes")
        found = claims(head, SOURCES)
        if len(found) > 1:
            names = " and ".join(s.name for s in found)
            raise SourceError(file.name, None, None, f"is claimed by {names}")
        if not found:
            unknown.append(f"{file.name}: {_why_unread(head)}")
        else:
            _check_date(file, today)
            limits = replace(file, max_bytes=found[0].max_bytes, max_ratio=found[0].max_ratio)
            known.append((limits, found[0]))
    return known, unknown


def _check_date(file: InputFile, today: date) -> None:
    """A day of grace covers publishers east of us and a clock that is a little wrong."""
    latest = (today + timedelta(days=1)).isoformat()
    if file.as_of and file.as_of > latest[: len(file.as_of)]:
        raise SourceError(file.name, None, None, f"is dated {file.as_of}, which lies in the future")


def _why_unread(head: Head) -> str:
    """What is known of a format that is not read: from unread.toml, by its header or first keys."""
    text = head.start.decode("utf-8", "replace")
    for known in tomllib.loads(UNREAD.read_text(encoding="utf-8"))["format"]:
        if all(mark in text for mark in known["marks"]):
            return str(known["says"])
    return "no source recognises it"


def is_demonstration(data: Path) -> bool:
    """Whether a folder, or the folder of the one file given, is marked as demonstration data.

    Raises SourceError when marked files lie among others: fictional people must never look real.
    """
    root = data if data.is_dir() else data.parent
    if (root / DEMONSTRATION_MARK).is_file():
        return True
    nested = next(root.rglob(DEMONSTRATION_MARK), None) if data.is_dir() else None
    if nested is not None:
        name = nested.relative_to(root).as_posix()
        raise SourceError(name, None, None, "demonstration data lies among other files: keep it apart")
    return False
