"""Helpers of the source tests: read a whole file at once, write a small one."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ingest.files import InputFile
from ingest.sources.base import Batch, Issue, Level, Source, head_of

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


@dataclass(frozen=True, slots=True)
class Whole:
    """All batches of a file together."""

    tables: dict[str, pd.DataFrame]
    issues: tuple[Issue, ...]
    rows_read: int
    records: int

    def rows(self, table: str) -> list[dict[str, str | None]]:
        """The rows of a table as dicts, missing as None."""
        frame = self.tables[table].astype(object)
        return [
            {str(key): value for key, value in row.items()}
            for row in frame.where(frame.notna(), None).to_dict("records")
        ]

    def said(self, level: Level) -> set[tuple[str | None, str, int]]:
        """Field, reason and count of the issues of one level."""
        counts: Counter[tuple[str | None, str]] = Counter()
        for issue in self.issues:
            if issue.level is level:
                counts[issue.field, issue.reason] += issue.count
        return {(field, reason, count) for (field, reason), count in counts.items()}


def whole(batches: Iterable[Batch]) -> Whole:
    """Gather all batches and check what holds for every file: each row is a record or rejected."""
    taken = list(batches)
    issues = tuple(issue for batch in taken for issue in batch.issues)
    rows_read, records = sum(b.rows_read for b in taken), sum(b.records for b in taken)
    assert rows_read == records + sum(issue.level is Level.REJECTED for issue in issues)
    frames: dict[str, list[pd.DataFrame]] = {}
    for batch in taken:
        for name, frame in batch.tables.items():
            frames.setdefault(name, []).append(frame)
    return Whole({n: pd.concat(f, ignore_index=True) for n, f in frames.items()}, issues, rows_read, records)


def read_whole(source: Source, path: Path) -> Whole:
    """Recognise and read one file, and check that each table has its declared columns, all of them text."""
    file = InputFile.of(path)
    assert source.recognises(head_of(file)), f"{source.name} does not recognise {path.name}"
    found = whole(source.read(file))
    for name, frame in found.tables.items():
        assert tuple(frame.columns) == source.tables[name]
        assert {str(dtype) for dtype in frame.dtypes} == {"str"}
    return found


def written(folder: Path, name: str, *lines: str, encoding: str = "utf-8") -> Path:
    """A file of these lines, each ended by a line feed."""
    path = folder / name
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    return path
