"""What every source shares: its description, batches, issues, and the streaming CSV reader."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from finder.errors import SourceError
from ingest.files import DEFAULT_MAX_BYTES, DEFAULT_MAX_RATIO, HEAD_BYTES, InputFile, head
from ingest.sources.watched import Watched

# 16 MB took 200 MB more at the peak of two processes and no less time (50,000 people, 2026-11-28).
BLOCK_BYTES = 4 << 20
# A table with a row that is longer than a block is read on by blocks of this size, which no real row fills.
LONG_BLOCK_BYTES = 64 << 20
# Words that publishers write for "nothing here"; NPPES hides tax numbers as <UNAVAIL>, Care Compare says so.
MISSING_MARKS = ["", "Not Available", "NOT AVAILABLE", "<UNAVAIL>"]
# What a spreadsheet's cell holds at most; the longest text that a publisher ships is a tenth of it.
MAX_CELL_BYTES = 32_767
_DELIMITERS = (",", "\t", ";", "|")
_SPACES = re.compile(r"\s+")
_QUOTED = re.compile(r'"[^"]*"')
_LINE_END = re.compile(r"[\r\n]")
NO_ROWS = "the file has no rows"
_TOO_LONG = "straddling object"  # what pyarrow says of a row longer than a block
# What pyarrow says of a file that ends with its header, with and without a line end behind it.
_NO_ROWS = ("Empty CSV file", "file is too short")


class Level(StrEnum):
    """What an issue did to the data: a row left out, a value mended, or something worth knowing."""

    REJECTED = "rejected"
    REPAIRED = "repaired"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem with a file. A rejected row has `count` 1 and its content, so that nothing is lost;
    repairs and warnings of one kind are counted together under the first row that shows them.

    `row` counts as a spreadsheet does: the header is row 1. It is None for the file as a whole.
    """

    file: str
    row: int | None
    field: str | None
    reason: str
    level: Level
    count: int = 1
    content: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """One stretch of a file: `rows_read` = `records` + rejected issues; `tables` maps a staging table to
    its rows as a pandas frame of text columns (missing is NA) that all its batches share."""

    tables: Mapping[str, pd.DataFrame]
    issues: Sequence[Issue]
    rows_read: int
    records: int


@dataclass(frozen=True, slots=True)
class Column:
    """One column that is read: our name, and every header under which publishers give it, by year."""

    name: str
    headers: tuple[str, ...]
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """What a format is recognised by: file name, folded header names (CSV), and the first bytes."""

    name: str
    columns: tuple[str, ...]
    start: bytes


@dataclass(frozen=True, slots=True)
class Source:
    """A file format that can be read; `tables` names its staging tables with their columns, in order.

    `names` are patterns of the publisher's file names: a file of such a name that is not recognised by its
    content still belongs to the source, which then says what is wrong with it.
    Title, publisher, address and cadence of a source are data: finder/data/sources.csv, by `name`.
    """

    name: str
    tables: Mapping[str, tuple[str, ...]]
    recognises: Callable[[Head], bool]
    read: Callable[[InputFile], Iterator[Batch]]
    names: tuple[str, ...] = ()
    max_bytes: int = DEFAULT_MAX_BYTES
    max_ratio: int = DEFAULT_MAX_RATIO


@dataclass(frozen=True, slots=True)
class CsvBatch:
    """Text columns under our names, trimmed, missing as NA, with the spreadsheet row of each."""

    frame: pd.DataFrame
    rows: np.ndarray
    issues: tuple[Issue, ...] = ()
    unreadable: int = 0


def claims(head: Head, sources: Sequence[Source]) -> list[Source]:
    """The sources that a file belongs to: by its content, else by its publisher's file name."""
    by_content = [source for source in sources if source.recognises(head)]
    if by_content:
        return by_content
    name = head.name.casefold()
    return [s for s in sources if any(re.fullmatch(pattern, name) for pattern in s.names)]


def folded_header(name: str) -> str:
    """A header without byte order mark, case, doubled and outer spaces: how names are compared."""
    return _SPACES.sub(" ", name.strip().lstrip("\ufeff").strip().strip('"').strip()).casefold()


def head_of(file: InputFile) -> Head:
    """The recognisable start of a file; CSV header names are folded, empty where it is not a table."""
    start = head(file)
    first_line = _decoded_line(start)
    columns = tuple(folded_header(c) for c in _split(first_line)) if first_line[:1] not in "{[" else ()
    return Head(file.inner_name, columns, start)


def _decoded_line(start: bytes, encoding: str = "utf-8") -> str:
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = start[: len(start) // 2 * 2].decode("utf-16", "replace")
    else:
        text = start.decode(encoding, "replace")
    return _LINE_END.split(text.lstrip("\ufeff"), maxsplit=1)[0]


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=_QUOTED.sub("", line).count)


def _split(line: str) -> list[str]:
    return next(csv.reader([line], delimiter=_delimiter(line)), [])


@dataclass(slots=True)
class _Unreadable:
    """Collects rows with a wrong number of fields, which pyarrow hands over one by one."""

    file: str
    rows: list[int] = field(default_factory=list)
    last_is_short: bool = False
    issues: list[Issue] = field(default_factory=list)

    def take(self, row: pa_csv.InvalidRow) -> str:
        number = int(row.number or 0)
        self.rows.append(number)
        self.last_is_short = row.actual_columns < row.expected_columns
        reason = f"has {row.actual_columns} fields where the header has {row.expected_columns}"
        content = {"row": str(row.text)[:10_000]}
        self.issues.append(Issue(self.file, number, None, reason, Level.REJECTED, content=content))
        return "skip"

    def handed_over(self) -> tuple[Issue, ...]:
        """The issues since the last call, so that a bad file does not pile them up."""
        issues, self.issues = tuple(self.issues), []
        return issues


@dataclass(frozen=True, slots=True)
class _LastRow:
    """The last row so far: a quotation mark that nobody closes swallows the rest of the file into it."""

    row: int = 0
    has_line_break: bool = False

    def after(self, batch: pa.RecordBatch | None, rows: np.ndarray, issues: Sequence[Issue]) -> "_LastRow":
        last = self
        if batch is not None and len(rows):
            texts = (column[-1].as_py() for column in batch.columns)
            last = _LastRow(int(rows[-1]), any("\n" in text for text in texts if text))
        if issues and (issues[-1].row or 0) > last.row:
            last = _LastRow(issues[-1].row or 0, "\n" in (issues[-1].content or {})["row"])
        return last


@dataclass(slots=True)
class _Handed:
    """The last row that was handed over, and the last one that an issue was told of."""

    row: int = 1
    issue: int = 1

    def new(self, issues: Sequence[Issue]) -> tuple[Issue, ...]:
        """Those that were not told yet, which count as told from now on."""
        found = tuple(each for each in issues if (each.row or 0) > self.issue)
        self.issue = max([self.issue, *(each.row or 0 for each in found)])
        return found


class _TooLong(Exception):
    """A row is longer than a block."""


def read_csv(
    file: InputFile, columns: Sequence[Column], ignored: Sequence[str] = (), *, block_bytes: int = BLOCK_BYTES
) -> Iterator[CsvBatch]:
    """Stream the declared columns of a delimited file, in row order, in bounded memory.

    `ignored` are patterns (whole match, folded) of headers that are known and not read; any other header
    is reported once as unknown. Optional columns that a layout lacks come back as all NA. Raises SourceError
    with the missing required column's name, or with the row at which the file stops being a table.
    """
    header = _header(file)
    names = [folded_header(name) for name in _split(header)]
    found = _found_columns(file, names, columns)
    yield CsvBatch(*_no_rows(), _header_issues(file, names, columns, ignored))
    handed = _Handed()
    try:
        yield from _batches(file, header, columns, found, block_bytes, handed)
    except _TooLong:
        yield from _batches(file, header, columns, found, LONG_BLOCK_BYTES, handed)


def _batches(
    file: InputFile,
    header: str,
    columns: Sequence[Column],
    found: Mapping[str, int],
    block_bytes: int,
    handed: _Handed,
) -> Iterator[CsvBatch]:
    """Everything behind what is `handed` over already. Raises _TooLong where longer blocks may do."""
    unreadable, next_row, last = _Unreadable(file.name), 2, _LastRow()
    with file.open() as opened:
        stream = Watched(opened, file.encoding)
        try:
            for read in _reader(stream, file, header, found, unreadable, block_bytes):
                rows, next_row = _row_numbers(len(read), next_row, unreadable.rows)
                issues = unreadable.handed_over()
                last = last.after(read, rows, issues)
                known = int(np.searchsorted(rows, handed.row, "right"))
                issues = handed.new(issues)
                if known < len(rows) or issues:
                    frame, too_long = _frame(file.name, read.slice(known), rows[known:], columns, found)
                    handed.row = max(handed.row, next_row - 1)
                    yield CsvBatch(frame, rows[known:], (*issues, *too_long), len(issues))
        except pa.ArrowInvalid as problem:
            if _TOO_LONG in str(problem) and block_bytes < LONG_BLOCK_BYTES:
                raise _TooLong from problem
            if not any(saying in str(problem) for saying in _NO_ROWS):
                raise SourceError(file.name, next_row, None, _plain(problem)) from problem
        except UnicodeError as problem:
            told = f"is not {file.encoding} text: {problem}"
            raise SourceError(file.name, next_row, None, told) from problem
    issues = unreadable.handed_over()
    last = last.after(None, np.array([], dtype=np.int64), issues)
    _check_end(file, stream, unreadable, last)
    if issues := handed.new(issues):
        yield CsvBatch(*_no_rows(), issues, len(issues))


def _check_end(file: InputFile, stream: Watched, unreadable: _Unreadable, last: _LastRow) -> None:
    """Raise SourceError for a file that was cut off, or whose rest lies inside of one open quotation."""
    if stream.quotes % 2 and last.has_line_break:
        raise SourceError(file.name, last.row, None, "a quotation mark is opened here and never closed")
    is_last = bool(unreadable.rows) and unreadable.rows[-1] == last.row
    if is_last and unreadable.last_is_short and not stream.ends_with_a_line:
        raise SourceError(file.name, last.row, None, "the file ends in the middle of this row: it is cut off")


def _header(file: InputFile) -> str:
    start = head(file)
    if len(start) == HEAD_BYTES and not _LINE_END.search(start.decode("latin-1")):
        raise SourceError(file.name, 1, None, f"the header is longer than {HEAD_BYTES:,} bytes")
    return _decoded_line(start, file.encoding)


def _found_columns(file: InputFile, names: Sequence[str], columns: Sequence[Column]) -> dict[str, int]:
    found: dict[str, int] = {}
    for column in columns:
        index = next((names.index(h) for h in map(folded_header, column.headers) if h in names), None)
        if index is not None:
            found[column.name] = index
        elif column.is_required:
            raise SourceError(file.name, 1, column.headers[0], "this required column is missing")
    return found


def _header_issues(
    file: InputFile, names: Sequence[str], columns: Sequence[Column], ignored: Sequence[str]
) -> tuple[Issue, ...]:
    known = {folded_header(h) for c in columns for h in c.headers}
    patterns = [re.compile(p) for p in ignored]
    unknown = [n for n in names if n and n not in known and not any(p.fullmatch(n) for p in patterns)]
    missing = [c.headers[0] for c in columns if not any(folded_header(h) in names for h in c.headers)]
    said = (("unknown column, not read", unknown), ("optional column is missing", missing))
    return tuple(
        Issue(file.name, 1, ", ".join(fields), reason, Level.WARNING, count=len(fields))
        for reason, fields in said
        if fields
    )


def _reader(
    stream: object,
    file: InputFile,
    header: str,
    found: Mapping[str, int],
    unreadable: _Unreadable,
    block_bytes: int,
) -> pa_csv.CSVStreamingReader:
    positions = [f"c{i}" for i in range(len(_split(header)))]
    wanted = [positions[i] for i in found.values()]
    return pa_csv.open_csv(
        stream,
        read_options=pa_csv.ReadOptions(
            use_threads=False,
            block_size=block_bytes,
            skip_rows=1,
            column_names=positions,
            encoding="utf8" if file.encoding == "utf-8" else file.encoding,
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=_delimiter(header), newlines_in_values=True, invalid_row_handler=unreadable.take
        ),
        convert_options=pa_csv.ConvertOptions(
            include_columns=wanted,
            column_types={p: pa.string() for p in wanted},
            null_values=MISSING_MARKS,
            strings_can_be_null=True,
        ),
    )


def _no_rows() -> tuple[pd.DataFrame, np.ndarray]:
    return pd.DataFrame(), np.array([], dtype=np.int64)


def _frame(
    file: str, batch: pa.RecordBatch, rows: np.ndarray, columns: Sequence[Column], found: Mapping[str, int]
) -> tuple[pd.DataFrame, list[Issue]]:
    """The declared columns of a batch, and what was said of values that are too long to be any."""
    data: dict[str, pa.Array] = {}
    issues: list[Issue] = []
    for column in columns:
        if column.name in found:
            array = _trimmed(batch.column(f"c{found[column.name]}"))
            if (pc.max(pc.binary_length(array)).as_py() or 0) > MAX_CELL_BYTES:
                is_long = pc.fill_null(pc.greater(pc.binary_length(array), MAX_CELL_BYTES), False)
                array = pc.if_else(is_long, None, array)
                first = int(rows[pc.index(is_long, True).as_py()])
                reason = f"has more than {MAX_CELL_BYTES:,} characters: the value is dropped"
                issues.append(Issue(file, first, column.name, reason, Level.WARNING, pc.sum(is_long).as_py()))
        else:
            array = pa.nulls(len(batch), pa.string())
        data[column.name] = array
    return pa.table(data).to_pandas().astype("str"), issues


def _trimmed(array: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(array)
    if pc.sum(pc.binary_length(trimmed)).equals(pc.sum(pc.binary_length(array))):
        return array  # nothing to trim, so the reader has seen every missing mark
    return pc.if_else(pc.is_in(trimmed, pa.array(MISSING_MARKS)), None, trimmed)


def _row_numbers(count: int, first: int, unreadable: list[int]) -> tuple[np.ndarray, int]:
    """Spreadsheet rows of the next `count` good rows, stepping over the unreadable ones."""
    skipped = [row for row in unreadable if row >= first]
    span = np.arange(first, first + count + len(skipped))
    rows = span[~np.isin(span, skipped)][:count]
    unreadable[:] = skipped
    return rows, int(rows[-1]) + 1 if count else first


def _plain(problem: Exception) -> str:
    text = str(problem).splitlines()[0]
    return f"cannot be read from about here: {text}"
