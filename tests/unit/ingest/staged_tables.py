"""A staging file with given rows, for tests of what is read back from the staged tables."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from ingest.files import InputFile
from ingest.sources import SOURCES
from ingest.sources.base import Batch, Source
from ingest.staging import Staging

COLUMNS = {table: columns for source in SOURCES for table, columns in source.tables.items()}


@contextmanager
def staged(folder: Path, tables: Mapping[str, Sequence[Mapping[str, str]]]) -> Iterator[Staging]:
    """An open staging file in which the tables hold these rows; columns that a row leaves out are empty."""
    frames: dict[str, pd.DataFrame] = {}
    for table, rows in tables.items():
        names = [*COLUMNS[table], *(() if "as_of" in COLUMNS[table] else ("as_of",))]
        frames[table] = pd.DataFrame(
            [dict.fromkeys(names) | dict(r) for r in rows], columns=names, dtype="str"
        )

    def read(file: InputFile) -> Iterator[Batch]:
        yield Batch(frames, [], 1, 1)

    held = {table: tuple(frame.columns) for table, frame in frames.items()}
    source = Source("tests", {**COLUMNS, **held}, lambda head: True, read)
    (folder / "file.csv").write_text("x")
    with Staging(folder / "s.duckdb", [source]) as staging:
        staging.stage(InputFile.of(folder / "file.csv"), source)
        yield staging
