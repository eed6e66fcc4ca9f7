"""What a generation was built from, person by person: marks of rows and lookups, checksums of documents.

The next run compares itself with it: whoever has the same rows and lookups needs no merge, and a document
with the same checksum needs no indexing. One DuckDB file a generation, in FINDER_HOME.
"""

import hashlib
import importlib.metadata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import duckdb
import orjson
import pyarrow as pa

from finder.mappings import MAPPINGS, SERVED_ALIASES, mapping_hash

FORMAT = "1"  # of the tables below; another one is not compared with
MEMORY_LIMIT = "200MB"
MEMORY_LIMIT_BESIDE = "100MB"  # where other processes merge and nothing is compared with a base
ROWS_A_FETCH = 50_000
# Above this share of stale people everybody is merged: reading scattered rows then costs more than all rows.
MOST_STALE = 0.3
_ROOT = Path(__file__).resolve().parent.parent
_TABLES = """
CREATE TABLE people (npi VARCHAR, print HUGEINT, digest BLOB, left_out VARCHAR, covered UINTEGER,
    asked UINTEGER[]);
CREATE TABLE documents (alias VARCHAR, id VARCHAR, digest BLOB);
CREATE TABLE looked_up (entry UINTEGER, said UBIGINT);
CREATE TABLE rows_now (npi VARCHAR, print HUGEINT);
CREATE TABLE stale (npi VARCHAR);
CREATE TABLE told (name VARCHAR, value VARCHAR);
"""
PEOPLE = pa.schema(
    [
        ("npi", pa.string()), ("digest", pa.binary()), ("left_out", pa.string()), ("covered", pa.uint32()),
        ("asked", pa.list_(pa.uint32())),
    ]
)  # fmt: skip


def lines_of(key: str, source: Mapping[str, Any]) -> bytes:
    """One document as it is sent: the action with its id, and its source."""
    return orjson.dumps({"index": {"_id": key}}) + b"\n" + orjson.dumps(source) + b"\n"


def digest_of(lines: bytes) -> bytes:
    """The checksum of one document: 16 bytes over its id and source as they are sent."""
    return hashlib.blake2b(lines, digest_size=16).digest()


def rules_version(common: str) -> str:
    """Changes with our code and data, any installed package and `common`: then everybody is merged."""
    digest = hashlib.sha256(common.encode())
    data = [path for path in (_ROOT / "finder" / "data").rglob("*") if path.is_file()]
    code = [*(_ROOT / "finder").glob("*.py"), *(_ROOT / "ingest").glob("*.py"), *MAPPINGS.glob("*.json")]
    for path in sorted([*data, *code]):
        if not path.name.startswith("bench_"):
            digest.update(path.name.encode() + path.read_bytes())
    for name, version in sorted((d.name, d.version) for d in importlib.metadata.distributions()):
        digest.update(f"{name} {version}".encode())
    return digest.hexdigest()


def checksum_of(sums: Mapping[str, str]) -> str:
    """One checksum over every document and mapping, whichever way and in how many parts they were built.

    A sum of checksums does not depend on the order; each one has the document's id in it.
    """
    told = (f"{alias} {mapping_hash(alias)} {sums[alias]}" for alias in SERVED_ALIASES)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


class Sampled(NamedTuple):
    """One document of a generation by alias and id, with its checksum."""

    alias: str
    id: str
    digest: bytes


def sample(ledger: Path, count: int) -> list[Sampled]:
    """About `count` documents of each alias, spread evenly over the ids, the same ones every time."""
    query = (
        "SELECT alias, id, digest FROM"
        " (SELECT *, row_number() OVER (PARTITION BY alias ORDER BY id) AS n,"
        " count(*) OVER (PARTITION BY alias) AS whole FROM documents)"
        " WHERE (n - 1) % greatest(1, whole // ?) = 0 ORDER BY alias, id"
    )
    with duckdb.connect(str(ledger), read_only=True) as database:
        database.execute(f"SET memory_limit='{MEMORY_LIMIT}'")
        return [Sampled(*row) for row in database.execute(query, [count]).fetchall()]


def is_usable(path: Path) -> bool:
    """Whether there is a whole ledger that this version of the product can compare with."""
    if not path.is_file():
        return False
    try:
        with duckdb.connect(str(path), read_only=True) as database:
            found = database.execute("SELECT value FROM told WHERE name = 'finished'").fetchall()
    except duckdb.Error:
        return False
    return found == [(FORMAT,)]


class Ledger:
    """The ledger of a generation under way; `base` is that of the generation to compare with, if any.

    `is_begun` goes on with one that another process has begun.
    """

    def __init__(self, path: Path, base: Path | None = None, *, is_begun: bool = False) -> None:
        if not is_begun:
            path.unlink(missing_ok=True)
        self.path, self._has_base = path, base is not None
        self._db = duckdb.connect(str(path))
        limit = MEMORY_LIMIT_BESIDE if is_begun and base is None else MEMORY_LIMIT
        self._db.execute(f"SET memory_limit='{limit}'; SET threads=2; SET enable_progress_bar=false")
        if not is_begun:
            self._db.execute(_TABLES)
        if base is not None:
            self._db.execute(f"ATTACH '{str(base).replace(chr(39), chr(39) * 2)}' AS base (READ_ONLY)")
        self.is_whole = not is_begun or self.stale == self._one("SELECT count(*) FROM rows_now")

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def begin(self, prints: pa.RecordBatchReader, entries: Iterable[tuple[int, int]], rules: str) -> None:
        """Take in what the rows and tables say now, and keep what the base says of unchanged people.

        `prints` are the NPIs with the mark of their rows (`Staging.prints`).
        """
        self._db.register("incoming", prints)
        self._db.execute("INSERT INTO rows_now SELECT * FROM incoming ORDER BY npi")
        self._db.unregister("incoming")
        self._insert_entries(entries)
        self._db.execute("INSERT INTO told VALUES ('rules', ?)", [rules])
        self.is_whole = not self._find_stale(rules)
        if self.is_whole:
            self._db.execute("DELETE FROM stale; INSERT INTO stale SELECT npi FROM rows_now")
            return
        self._db.execute(
            "INSERT INTO people SELECT o.* FROM base.people o JOIN rows_now n USING (npi)"
            " WHERE o.npi NOT IN (SELECT npi FROM stale)"
        )

    def _insert_entries(self, entries: Iterable[tuple[int, int]]) -> None:
        pending: tuple[list[int], list[int]] = ([], [])
        for entry, said in entries:
            pending[0].append(entry)
            pending[1].append(said)
            if len(pending[0]) >= ROWS_A_FETCH:
                self._flush_entries(pending)
        self._flush_entries(pending)

    def _flush_entries(self, pending: tuple[list[int], list[int]]) -> None:
        rows = pa.table(
            {"entry": pa.array(pending[0], pa.uint32()), "said": pa.array(pending[1], pa.uint64())}
        )
        self._insert("looked_up", rows)
        pending[0].clear()
        pending[1].clear()

    def _insert(self, table: str, rows: pa.Table) -> None:
        self._db.register("incoming", rows)
        self._db.execute(f"INSERT INTO {table} SELECT * FROM incoming")  # noqa: S608 - own names
        self._db.unregister("incoming")

    def _find_stale(self, rules: str) -> bool:
        """Fill `stale` and say whether it is worth it: False where everybody is to be merged."""
        if not self._has_base or self._one("SELECT value FROM base.told WHERE name = 'rules'") != rules:
            return False
        self._db.execute(
            "CREATE TEMP TABLE moved AS SELECT DISTINCT entry FROM ("
            " (FROM looked_up EXCEPT FROM base.looked_up) UNION ALL"
            " (FROM base.looked_up EXCEPT FROM looked_up))"
        )
        self._db.execute(
            "INSERT INTO stale SELECT n.npi FROM rows_now n LEFT JOIN base.people o USING (npi)"
            " WHERE o.npi IS NULL OR o.print <> n.print UNION"
            " SELECT n.npi FROM (SELECT npi, unnest(asked) AS entry FROM base.people)"
            " JOIN moved USING (entry) JOIN rows_now n USING (npi)"
        )
        people = int(str(self._one("SELECT count(*) FROM rows_now")))
        return int(str(self._one("SELECT count(*) FROM stale"))) <= MOST_STALE * people

    def _one(self, query: str) -> object:
        rows = self._db.execute(query).fetchall()
        return rows[0][0] if rows else None

    @property
    def stale(self) -> int:
        """How many people are to be merged."""
        return int(str(self._one("SELECT count(*) FROM stale")))

    def slices(self, people: int) -> Iterator[tuple[str, ...]]:
        """The NPIs to merge, in order, at most `people` at a time."""
        cursor = self._db.cursor().execute("SELECT npi FROM stale ORDER BY npi")
        while rows := cursor.fetchmany(people):
            yield tuple(str(row[0]) for row in rows)

    def add_people(self, merged: pa.Table) -> None:
        """Note merged people (schema PEOPLE): the document's checksum, or why there is none."""
        self._db.register("incoming", merged)
        self._db.execute(
            "INSERT INTO people SELECT i.npi, n.print, digest, left_out, covered, asked"
            " FROM incoming i JOIN rows_now n USING (npi)"
        )
        self._db.unregister("incoming")

    def add_documents(self, alias: str, ids: Sequence[str], digests: Sequence[bytes]) -> None:
        """Note the documents of another alias, whole."""
        rows = {"alias": [alias] * len(ids), "id": list(ids), "digest": list(digests)}
        self._insert("documents", pa.table(rows))

    def finish(self) -> None:
        """Every document in one table, without what only this run needed."""
        self._db.execute(
            "INSERT INTO documents SELECT 'specialists', npi, digest FROM people WHERE digest IS NOT NULL"
        )
        self._db.execute("INSERT INTO told VALUES ('finished', ?)", [FORMAT])
        self._db.execute("DROP TABLE rows_now; DROP TABLE stale; CHECKPOINT")

    def counts(self) -> dict[str, int]:
        """How many documents each alias has."""
        rows = self._db.execute("SELECT alias, count(*) FROM documents GROUP BY 1").fetchall()
        return dict.fromkeys(SERVED_ALIASES, 0) | {str(alias): int(count) for alias, count in rows}

    def left_out(self) -> dict[str, int]:
        """Why people have no document, with how many."""
        rows = self._db.execute(
            "SELECT left_out, count(*) FROM people WHERE left_out IS NOT NULL GROUP BY 1 ORDER BY 1"
        ).fetchall()
        return {str(reason): int(count) for reason, count in rows}

    def coverage(self, names: Sequence[str]) -> dict[str, int]:
        """How many specialists have what; `names` are those of the bits of `covered`, the lowest first."""
        sums = ", ".join(f"coalesce(sum((covered >> {bit}) & 1), 0)" for bit in range(len(names)))
        rows = self._db.execute(f"SELECT {sums} FROM people WHERE digest IS NOT NULL").fetchall()  # noqa: S608
        return {name: int(count) for name, count in zip(names, rows[0], strict=True)}

    def sums(self) -> dict[str, str]:
        """By alias the sum of the documents' checksums, in hexadecimal digits; sums of parts add up."""
        totals = dict.fromkeys(SERVED_ALIASES, 0)
        cursor = self._db.cursor().execute("SELECT alias, digest FROM documents")
        while rows := cursor.fetchmany(ROWS_A_FETCH):
            for alias, digest in rows:
                totals[alias] += int.from_bytes(digest, "little")
        return {alias: f"{total:x}" for alias, total in totals.items()}

    @property
    def rules(self) -> str:
        """What `begin` was told of the rules."""
        return str(self._one("SELECT value FROM told WHERE name = 'rules'"))

    def keep_part(self, number: int, of: int) -> None:
        """Leave only one of several equal ranges of NPIs to merge; the other machines take the others."""
        self._db.execute(
            "DELETE FROM stale WHERE npi NOT IN (SELECT npi FROM"
            " (SELECT npi, ntile(?) OVER (ORDER BY npi) AS part FROM rows_now) WHERE part = ?)",
            [of, number],
        )

    def difference(self) -> dict[str, tuple[frozenset[str], tuple[str, ...]]] | None:
        """By alias the ids to write and those to delete, compared with the base; None without one."""
        if not self._has_base:
            return None
        found = {}
        for alias in SERVED_ALIASES:
            new, old = (self._ids_of(alias, one, other) for one, other in _BOTH_WAYS)
            found[alias] = (frozenset(new), tuple(sorted(set(old) - set(new))))
        return found

    def _ids_of(self, alias: str, one: str, other: str) -> list[str]:
        query = (
            f"SELECT id FROM {one} a WHERE alias = ? AND NOT EXISTS"  # noqa: S608 - own names
            f" (FROM {other} b WHERE b.alias = a.alias AND b.id = a.id AND b.digest = a.digest)"
        )
        return [str(row[0]) for row in self._db.execute(query, [alias]).fetchall()]


_BOTH_WAYS = (("documents", "base.documents"), ("base.documents", "documents"))
