"""Staged rows on disk: one DuckDB table per source table, read back by NPI; issues and files beside them."""

import copy
import dataclasses
import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import orjson
import pandas as pd
import pyarrow as pa

from finder.errors import FinderError, SourceError
from ingest.files import InputFile
from ingest.sources.base import NO_ROWS, Batch, Issue, Level, Source

MEMORY_LIMIT = "320MB"
READER_MEMORY_LIMIT = "100MB"  # of each of several processes
THREADS = 2
ROWS_A_FETCH = 20_000
# What a transaction holds stays in memory, whatever the limit says: 8.6 million rows in one took 2.4 GB more
# (28 November 2026).
ROWS_A_TRANSACTION = 250_000
TEXTS_SHARED = 200_000  # different texts of a query that are kept to be shared
BEGUN = "it was not read to its end"  # the failure of a file while it is staged
PERSON_TABLES = (
    "nppes_people", "clinicians", "facility_affiliations", "procedures", "qhp_people", "qhp_networks",
    "network_members", "rosters", "corrections",
)  # fmt: skip
_FILES = """CREATE TABLE IF NOT EXISTS files (
    id INTEGER PRIMARY KEY, name VARCHAR UNIQUE, source VARCHAR, sha256 VARCHAR, size_bytes BIGINT,
    as_of VARCHAR, reader VARCHAR, rows_read BIGINT, records BIGINT, rejected BIGINT, repaired BIGINT,
    warnings BIGINT, failure VARCHAR)"""
_ISSUES = """CREATE TABLE IF NOT EXISTS issues (
    file_id INTEGER, row_number BIGINT, field VARCHAR, reason VARCHAR, level VARCHAR, count BIGINT,
    content VARCHAR)"""

# Names of trial investigators, split once (ingest/investigators.py).
_NAMES = """CREATE TABLE IF NOT EXISTS names_read (
    text VARCHAR, key VARCHAR, middle VARCHAR, version VARCHAR)"""


Parse = Callable[[InputFile, Source], Iterator[Batch]]


def _read(file: InputFile, source: Source) -> Iterator[Batch]:
    return source.read(file)


@dataclass(frozen=True, slots=True)
class FileReport:
    """What one file gave: `rows_read` = `records` + `rejected`; `failure` when it could not be read whole."""

    name: str
    source: str
    sha256: str
    size_bytes: int
    as_of: str | None
    rows_read: int
    records: int
    rejected: int
    repaired: int
    warnings: int
    failure: str | None
    was_staged: bool


@lru_cache(maxsize=1)
def reader_version(folder: Path = Path(__file__).parent) -> str:
    """Changes with the code that reads files, so that rows staged by older code are read again."""
    digest = hashlib.sha256()
    for path in sorted([*(folder / "sources").glob("*.py"), *folder.glob("*.py")]):
        if path.parent.name == "sources" or path.name in (
            "clean.py",
            "files.py",
            "json_stream.py",
            "staging.py",
        ):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


class Staging:
    """The staged rows of one data set, in one DuckDB file.

    A source file counts as staged when its last row is there; what a killed run left of one is dropped when
    the file is staged again.
    """

    def __init__(
        self, path: Path, sources: Iterable[Source], *, read_only: bool = False, is_alone: bool = False
    ) -> None:
        """Open the file; a reader has less memory than who stages, unless it `is_alone` at work."""
        self._columns = {table: columns for s in sources for table, columns in s.tables.items()}
        path.parent.mkdir(parents=True, exist_ok=True)
        self._unsorted: set[str] = set()
        self._db = _opened(path, read_only)
        limit = READER_MEMORY_LIMIT if read_only and not is_alone else MEMORY_LIMIT
        self._db.execute(f"SET memory_limit='{limit}'; SET threads={THREADS}")
        self._db.execute("SET preserve_insertion_order=false; SET enable_progress_bar=false")
        if not read_only:
            self._create_tables()
            self._ids = itertools.count(
                int(str(self._sql("SELECT coalesce(max(id), 0) FROM files")[0][0])) + 1
            )

    def __enter__(self) -> "Staging":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def _create_tables(self) -> None:
        self._db.execute(_FILES)
        self._db.execute(_ISSUES)
        self._db.execute(_NAMES)
        for table, columns in self._columns.items():
            wanted = (*columns, *(() if "as_of" in columns else ("as_of",)))
            existing = [
                row[0]
                for row in self._sql(
                    "SELECT column_name FROM information_schema.columns WHERE table_name = ?", [table]
                )
            ]
            if existing and existing != ["file_id", *wanted]:
                self._db.execute(f"DROP TABLE {table}")
                self._db.execute("UPDATE files SET reader = 'outdated'")
                existing = []
            if not existing:
                fields = ", ".join(f"{c} VARCHAR" for c in wanted)
                self._db.execute(f"CREATE TABLE {table} (file_id INTEGER, {fields})")

    def _sql(self, query: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        return self._db.execute(query, list(values)).fetchall()

    def beside(self) -> "Staging":
        """The same staged rows over a connection of its own, for another thread that stages other files."""
        other = copy.copy(self)
        other._db = self._db.cursor()
        other._db.execute("SET enable_progress_bar=false")
        return other

    def is_staged(self, file: InputFile, source: Source) -> bool:
        """Whether the same bytes are staged by the same reader."""
        known = self._sql(
            "SELECT id FROM files WHERE name = ? AND sha256 = ? AND source = ? AND reader = ?"
            " AND as_of IS NOT DISTINCT FROM ? AND failure IS NULL",
            [file.name, file.sha256, source.name, reader_version(), file.as_of],
        )
        return bool(known)

    def stage(
        self,
        file: InputFile,
        source: Source,
        on_rows: Callable[[int], None] = lambda rows: None,
        parse: Parse | None = None,
    ) -> FileReport:
        """Read one file into its tables, all or nothing, unless the same bytes are staged by the same reader.

        `parse` gives the batches of the file; without one the source reads it here.
        A file that stops being readable keeps no rows: its report carries the failure.
        """
        if self.is_staged(file, source):
            return self.report(file.name, was_staged=True)
        self.forget([file.name])
        file_id = next(self._ids)
        self._write_file(file, source, file_id, BEGUN)
        self._db.execute("BEGIN")
        try:
            totals = self._take(file, (parse or _read)(file, source), file_id, on_rows)
            counted = ", ".join(f"{name} = ?" for name in _TOTALS)
            whole = f"UPDATE files SET {counted}, failure = NULL WHERE id = ?"  # noqa: S608 - own names
            self._db.execute(whole, [*(totals[name] for name in _TOTALS), file_id])
            self._db.execute("COMMIT")
        except SourceError as problem:
            self._db.execute("ROLLBACK")
            self.forget([file.name])
            self._write_file(file, source, file_id, problem.message)
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        return self.report(file.name)

    def _take(
        self, file: InputFile, batches: Iterator[Batch], file_id: int, on_rows: Callable[[int], None]
    ) -> dict[str, int]:
        totals = dict.fromkeys(_TOTALS, 0)
        under_way = 0
        for batch in batches:
            for table, frame in batch.tables.items():
                self._insert(table, frame, file, file_id)
                under_way += len(frame)
            self._insert_issues(batch.issues, file_id)
            if under_way >= ROWS_A_TRANSACTION:
                self._db.execute("COMMIT")
                self._db.execute("BEGIN")
                under_way = 0
            _add(totals, batch)
            on_rows(batch.rows_read)
            if any(issue.reason == NO_ROWS for issue in batch.issues) and not _is_header_list(file):
                raise SourceError(file.name, None, None, f"{NO_ROWS}: it is empty or cut off")
        return totals

    def _insert(self, table: str, frame: pd.DataFrame, file: InputFile, file_id: int) -> None:
        if frame.empty:
            return
        self._unsorted.add(table)
        columns = self._columns[table]
        rows = pa.Table.from_pandas(frame[list(columns)], preserve_index=False)
        self._db.register("incoming", rows)
        dated = "coalesce(as_of, ?)" if "as_of" in columns else "?"
        others = ", ".join(c for c in columns if c != "as_of")
        names = f"file_id, {others}, as_of"
        self._db.execute(
            f"INSERT INTO {table} ({names}) SELECT ?, {others}, {dated} FROM incoming",  # noqa: S608 - own names
            [file_id, file.as_of],
        )
        self._db.unregister("incoming")

    def _insert_issues(self, issues: Sequence[Issue], file_id: int) -> None:
        if issues:
            rows = [
                [file_id, i.row, i.field, i.reason, i.level.value, i.count,
                 orjson.dumps(dict(i.content)).decode() if i.content else None]
                for i in issues
            ]  # fmt: skip
            self._db.executemany("INSERT INTO issues VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def _write_file(self, file: InputFile, source: Source, file_id: int, failure: str) -> None:
        """Write down a file of which nothing counts, and why."""
        self._db.execute(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [file_id, file.name, source.name, file.sha256, file.size_bytes, file.as_of, reader_version(),
             *(0 for _ in _TOTALS), failure],
        )  # fmt: skip

    def report(self, name: str, *, was_staged: bool = False) -> FileReport:
        """The report of a staged file, by its name."""
        fields = [f.name for f in dataclasses.fields(FileReport) if f.name != "was_staged"]
        row = self._sql(f"SELECT {', '.join(fields)} FROM files WHERE name = ?", [name])[0]  # noqa: S608
        values: dict[str, Any] = dict(zip(fields, row, strict=True))
        return FileReport(**values, was_staged=was_staged)

    def forget(self, names: Iterable[str]) -> None:
        """Remove the rows and issues of files, by name."""
        for name in names:
            for (file_id,) in self._sql("SELECT id FROM files WHERE name = ?", [name]):
                for table in (*self._columns, "issues"):
                    self._db.execute(f"DELETE FROM {table} WHERE file_id = ?", [file_id])  # noqa: S608 - own names
                self._db.execute("DELETE FROM files WHERE id = ?", [file_id])

    def staged(self, name: str) -> list[FileReport]:
        """The report of a file that was staged before, in a list; empty when it never was."""
        known = self._sql("SELECT id FROM files WHERE name = ?", [name])
        return [self.report(name, was_staged=True)] if known else []

    def sort_people(self) -> None:
        """Lay tables of people with new rows out by NPI, so that a range is read without the rest."""
        for table in PERSON_TABLES:
            if table in self._unsorted:
                self._db.execute("SET preserve_insertion_order=true")
                self._db.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM {table} ORDER BY npi")  # noqa: S608
                self._db.execute("SET preserve_insertion_order=false")
        self._unsorted.clear()

    def keep_names(self, parts: Sequence[tuple[str, str | None, str]], version: str) -> None:
        """Keep the parts of names as (text, key, middle); those of another version go."""
        self._db.execute("DELETE FROM names_read WHERE version <> ?", [version])
        if parts:
            columns = dict(zip(("text", "key", "middle"), zip(*parts, strict=True), strict=True))
            rows = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
            self._db.register("incoming", rows)
            self._db.execute("INSERT INTO names_read SELECT *, ? FROM incoming", [version])
            self._db.unregister("incoming")

    def keep_only(self, names: Iterable[str]) -> None:
        """Forget every staged file that is not among `names`."""
        self.forget({str(row[0]) for row in self._sql("SELECT name FROM files")} - set(names))

    def issues(self) -> Iterator[dict[str, object]]:
        """Every issue of every staged file, by file and row: what the quarantine file holds."""
        cursor = self._db.cursor().execute(
            "SELECT f.name, f.source, i.row_number, i.field, i.reason, i.level, i.count, i.content"
            " FROM issues i JOIN files f ON f.id = i.file_id ORDER BY ALL"
        )
        names = ("file", "source", "row", "field", "reason", "level", "count", "content")
        while rows := cursor.fetchmany(ROWS_A_FETCH):
            for row in rows:
                issue = dict(zip(names, row, strict=True))
                issue["content"] = orjson.loads(str(row[-1])) if row[-1] else None
                yield issue

    def rows(self, query: str, values: Sequence[object] = ()) -> Iterator[tuple[str | None, ...]]:
        """Stream the rows of a query over the staged tables, as tuples.

        Equal texts are one object, since much of what is looked up says the same of thousands.
        """
        one: dict[str | None, str | None] = {}
        for columns in self._columns_of(query, values):
            if len(one) > TEXTS_SHARED:
                one.clear()
            yield from zip(*([one.setdefault(text, text) for text in each] for each in columns), strict=True)

    def _columns_of(self, query: str, values: Sequence[object]) -> Iterator[list[list[str | None]]]:
        reader = self._db.cursor().sql(query, params=list(values)).to_arrow_reader(ROWS_A_FETCH)
        for batch in reader:
            yield [column.to_pylist() for column in batch.columns]

    def table(
        self, name: str, columns: Sequence[str], npis: Sequence[str] | None = None, *, is_range: bool = True
    ) -> Iterator[tuple[str | None, ...]]:
        """Columns of one table as tuples, of the given NPIs only, sorted by NPI.

        Where they are a range, every NPI from the first to the last one is meant.
        """
        query = f"SELECT {', '.join(columns)} FROM {name}"  # noqa: S608 - own names
        values: list[object] = []
        if npis is not None:
            if not npis:
                return
            query += " WHERE npi BETWEEN ? AND ?"
            values = [npis[0], npis[-1]]
            if not is_range:
                query += " AND npi IN (SELECT unnest(?))"
                values.append(list(npis))
            query += " ORDER BY npi"
        for found in self._columns_of(query, values):
            yield from zip(*found, strict=True)

    def prints(self, tables: Mapping[str, Sequence[str]]) -> pa.RecordBatchReader:
        """Every NPI of some tables with a mark of its rows: the sum of the hashes of the given columns.

        The order of rows and the file they came in change nothing, and a row that comes twice counts twice.
        """
        union = " UNION ALL ".join(
            f"SELECT npi, hash('{table}', {', '.join(columns)}) AS mark FROM {table}"  # noqa: S608 - own names
            for table, columns in tables.items()
        )
        query = f"SELECT npi, sum(mark::HUGEINT)::HUGEINT FROM ({union}) WHERE npi IS NOT NULL GROUP BY 1"  # noqa: S608
        return self._db.cursor().sql(query).to_arrow_reader(ROWS_A_FETCH)


def _opened(path: Path, read_only: bool) -> duckdb.DuckDBPyConnection:
    """The database; one that cannot be read (damaged, of another version) is a cache and is begun anew."""
    try:
        return duckdb.connect(str(path), read_only=read_only)
    except (duckdb.InvalidInputException, duckdb.SerializationException, duckdb.FatalException):
        path.unlink()
        return duckdb.connect(str(path), read_only=read_only)
    except duckdb.IOException as problem:
        if "lock" not in str(problem).lower():
            path.unlink()
            return duckdb.connect(str(path), read_only=read_only)
        raise FinderError("another process is using the staging file of this data folder") from problem


def _is_header_list(file: InputFile) -> bool:
    """NPPES ships lists of its headers beside its tables (`..._fileheader.csv`), rightly without rows."""
    return "header" in file.inner_name.casefold()


_TOTALS = ("rows_read", "records", "rejected", "repaired", "warnings")


def _add(totals: dict[str, int], batch: Batch) -> None:
    totals["rows_read"] += batch.rows_read
    totals["records"] += batch.records
    for issue in batch.issues:
        name = {Level.REJECTED: "rejected", Level.REPAIRED: "repaired", Level.WARNING: "warnings"}[
            issue.level
        ]
        totals[name] += issue.count
