"""Input files as they lie on disk: found, opened inside zip or gzip, bounded, checksummed, dated."""

import csv
import gzip
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import BinaryIO, cast

from finder.errors import SourceError

CHUNK_BYTES = 1 << 20
HEAD_BYTES = 1 << 16
# Real NPPES zips inflate about 10 to 1, DEFLATE at most about 1,032 to 1; small files may compress well.
DEFAULT_MAX_RATIO = 40
RATIO_CHECK_FROM_BYTES = 64 << 20
DEFAULT_MAX_BYTES = 60 << 30
MAX_ZIP_MEMBERS = 1_000
# Dates of files whose names have none; lies in the data folder itself.
DATES_FILE = "as_of.csv"
DATA_SUFFIXES = {".csv", ".txt", ".tsv", ".json", ".jsonl", ".ndjson", ".gz", ".zip"}
_DATE_IN_NAME = re.compile(r"(?<!\d)(20\d{2})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_MONTH_IN_NAME = re.compile(r"(?<!\d)(20\d{2})[-_.]?(0[1-9]|1[0-2])(?!\d)")
_DATA_YEAR_IN_NAME = re.compile(r"(?<![A-Za-z0-9])D(\d{2})(?!\d)")
_YEAR_IN_NAME = re.compile(r"(?<!\d)(20\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class InputFile:
    """One readable file: a path, or a member of a zip; `as_of` is its ISO date or year, None if not known."""

    path: Path
    member: str | None = None
    name: str = ""
    encoding: str = "utf-8"
    sha256: str = ""
    size_bytes: int = 0
    as_of: str | None = None
    max_bytes: int = DEFAULT_MAX_BYTES
    max_ratio: int = DEFAULT_MAX_RATIO

    @classmethod
    def of(cls, path: Path, member: str | None = None) -> "InputFile":
        """One file, inspected, named by its file name: the form that a test or a single-file check uses."""
        return inspected(_named(path, member, path.parent))

    @property
    def inner_name(self) -> str:
        """The publisher's file name, without folder, zip and `.gz`: what patterns are matched against."""
        name = Path(self.member).name if self.member else self.path.name
        return name[:-3] if name.lower().endswith(".gz") else name

    def open(self) -> BinaryIO:
        """The unpacked bytes. Raises SourceError when the archive is damaged or passes a limit on reading."""
        return cast(BinaryIO, io.BufferedReader(_Bounded(self), CHUNK_BYTES))


class _Bounded(io.RawIOBase):
    """Counts while inflating, because the sizes that an archive declares cannot be trusted."""

    def __init__(self, file: InputFile) -> None:
        self._file = file
        self._read_bytes = 0
        self._inner = _unpacked(file)
        self._packed_bytes = max(1, file.path.stat().st_size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        try:
            data = self._inner.read(len(buffer))
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as problem:
            raise SourceError(self._file.name, None, None, f"the archive is damaged: {problem}") from problem
        self._read_bytes += len(data)
        self._check()
        buffer[: len(data)] = data
        return len(data)

    def _check(self) -> None:
        file, count = self._file, self._read_bytes
        if count > file.max_bytes:
            raise SourceError(file.name, None, None, f"larger than the limit of {file.max_bytes:,} bytes")
        packed = file.member is not None or file.path.suffix.lower() == ".gz"
        if packed and count > RATIO_CHECK_FROM_BYTES and count / self._packed_bytes > file.max_ratio:
            raise SourceError(file.name, None, None, f"unpacks to more than {file.max_ratio} times its size")

    def close(self) -> None:
        self._inner.close()
        super().close()


def _unpacked(file: InputFile) -> BinaryIO:
    try:
        if file.member is None:
            if file.path.suffix.lower() == ".gz":
                return cast(BinaryIO, gzip.open(file.path, "rb"))
            return file.path.open("rb")
        archive = zipfile.ZipFile(file.path)
        stream = cast(BinaryIO, archive.open(file.member))
        if file.member.lower().endswith(".gz"):
            return cast(BinaryIO, gzip.open(stream, "rb"))
        return stream
    except (OSError, KeyError, RuntimeError, zipfile.BadZipFile, NotImplementedError) as problem:
        raise SourceError(file.name, None, None, f"cannot be opened: {problem}") from problem


def discovered(data: Path) -> Iterator[InputFile]:
    """Every data file below a folder (or the one file given), zip members each, in a fixed order by name.

    Dates come from as_of.csv of the folder (columns file, as_of), else from the file's name: several CMS
    files carry none. Raises SourceError for what cannot be read.
    """
    if not data.exists():
        raise SourceError(str(data), None, None, "there is no such file or folder")
    root = data if data.is_dir() else data.parent
    dates = _stated_dates(root / DATES_FILE)
    paths = sorted(p for p in data.rglob("*") if p.is_file()) if data.is_dir() else [data]
    for path in paths:
        # Also below a hidden folder: what was fetched before, or is under way (ingest/fetch.py).
        is_hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        is_data = path.suffix.lower() in DATA_SUFFIXES and not is_hidden
        if not is_data or path == root / DATES_FILE:
            continue
        stated = dates.get(path.relative_to(root).as_posix())
        members = _members(path, root) if path.suffix.lower() == ".zip" else [_named(path, None, root)]
        for file in members:
            yield replace(file, as_of=stated) if stated else file


def _stated_dates(path: Path) -> dict[str, str]:
    """File name below the folder -> the date that somebody wrote down for it; nothing without the list."""
    if not path.is_file():
        return {}
    dates: dict[str, str] = {}
    with path.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.DictReader(text)
        if not {"file", "as_of"} <= set(reader.fieldnames or ()):
            raise SourceError(path.name, 1, None, "needs the columns file and as_of")
        for number, row in enumerate(reader, start=2):
            name, as_of = (row.get("file") or "").strip(), (row.get("as_of") or "").strip()
            if not name or date_in_name(as_of) != as_of:
                raise SourceError(
                    path.name, number, "as_of", "needs a file and a date: 2026-01-31, 2026-01 or 2026"
                )
            dates[name] = as_of
    return dates


def _members(path: Path, root: Path) -> Iterator[InputFile]:
    name = path.relative_to(root).as_posix()
    try:
        with zipfile.ZipFile(path) as archive:
            members = sorted(i.filename for i in archive.infolist() if not i.is_dir())
    except (OSError, zipfile.BadZipFile) as problem:
        raise SourceError(name, None, None, f"is not a readable zip: {problem}") from problem
    if len(members) > MAX_ZIP_MEMBERS:
        raise SourceError(name, None, None, f"holds more than {MAX_ZIP_MEMBERS:,} files")
    if outside := next((m for m in members if m.startswith("/") or ".." in Path(m).parts), None):
        raise SourceError(name, None, None, f"holds {outside}, whose path leads outside of it")
    data = [member for member in members if _is_data_member(member)]
    if not data:
        raise SourceError(name, None, None, "is a zip without any table or JSON file in it")
    yield from (_named(path, member, root) for member in data)


def _is_data_member(member: str) -> bool:
    name = Path(member).name  # a Mac adds ._files that hold no data
    return Path(name).suffix.lower() in DATA_SUFFIXES - {".zip"} and not name.startswith(".")


def _named(path: Path, member: str | None, root: Path) -> InputFile:
    name = path.relative_to(root).as_posix()
    shown = f"{name}!{member}" if member else name
    as_of = date_in_name(member or "") or date_in_name(path.name)
    return InputFile(path=path, member=member, name=shown, as_of=as_of)


def head(file: InputFile) -> bytes:
    """The first 64 KiB, unpacked: enough to recognise a format by its header or first keys."""
    with file.open() as stream:
        return stream.read(HEAD_BYTES)


def inspected(file: InputFile) -> InputFile:
    """The same file with checksum, size and encoding, found in one bounded pass over its bytes.

    The encoding is UTF-16 or UTF-8 by byte order mark, UTF-8 where every byte fits, else Windows-1252
    (of which the printable part of ISO-8859-1 is a subset), else ISO-8859-1.
    """
    digest, size = hashlib.sha256(), 0
    fits = {"utf-8": _Fits("utf-8"), "cp1252": _Fits("cp1252")}
    with file.open() as stream:
        first = stream.peek(4)[:4]  # type: ignore[attr-defined]
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
            for fit in fits.values():
                fit.feed(chunk)
    if first[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif fits["utf-8"].holds():
        encoding = "utf-8"
    else:
        encoding = "cp1252" if fits["cp1252"].holds() else "latin-1"
    return replace(file, sha256=digest.hexdigest(), size_bytes=size, encoding=encoding)


class _Fits:
    """Whether all bytes fed so far decode; keeps the few bytes of a character cut by a chunk's end."""

    _UNDEFINED_IN_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")

    def __init__(self, encoding: str) -> None:
        self._encoding, self._rest, self._ok = encoding, b"", True

    def feed(self, chunk: bytes) -> None:
        if not self._ok:
            return
        if self._encoding == "cp1252":
            self._ok = not any(bytes((byte,)) in chunk for byte in self._UNDEFINED_IN_CP1252)
            return
        if chunk.isascii() and not self._rest:
            return
        data = self._rest + chunk
        try:
            data.decode("utf-8")
            self._rest = b""
        except UnicodeDecodeError as problem:
            self._ok = problem.end == len(data) and problem.reason == "unexpected end of data"
            self._rest = data[problem.start :]

    def holds(self) -> bool:
        return self._ok and not self._rest


def date_in_name(name: str) -> str | None:
    """The latest date that a publisher's file name carries: ISO day, month or year; None without one.

    NPPES names hold first and last day (`npidata_pfile_20050523-20260101`), Medicare utilization files
    hold the data year as `D24` (CMS file naming), most others a year.
    """
    days = ["-".join(m.groups()) for m in _DATE_IN_NAME.finditer(name)]
    if days:
        return max(d for d in days if _is_day(d)) if any(map(_is_day, days)) else None
    months = ["-".join(m.groups()) for m in _MONTH_IN_NAME.finditer(name)]
    if months:
        return max(months)
    data_years = [f"20{m.group(1)}" for m in _DATA_YEAR_IN_NAME.finditer(name.replace("_", " "))]
    years = data_years or [m.group(1) for m in _YEAR_IN_NAME.finditer(name)]
    return max(years) if years else None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
