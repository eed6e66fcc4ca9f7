"""Staged tables for tests, from rows that state only what matters."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from ingest.files import InputFile
from ingest.sources import SOURCES
from ingest.sources.base import Batch, Source
from ingest.staging import Staging

TABLES = {table: columns for source in SOURCES for table, columns in source.tables.items()}


def frame(table: str, *rows: dict[str, str]) -> pd.DataFrame:
    """The rows of one table; what they do not give is missing."""
    return pd.DataFrame(
        [dict.fromkeys(TABLES[table]) | row for row in rows],
        columns=list(dict.fromkeys([*TABLES[table], *(key for row in rows for key in row)])), dtype="str",
    )  # fmt: skip


@contextmanager
def staged(folder: Path, frames: Mapping[str, pd.DataFrame]) -> Iterator[Staging]:
    """A staging database that holds these tables."""

    def read(file: InputFile) -> Iterator[Batch]:
        yield Batch(dict(frames), [], 1, 1)

    source = Source("tests", TABLES, lambda head: True, read)
    (folder / "file.csv").write_text("x")
    with Staging(folder / "s.duckdb", [source]) as staging:
        staging.stage(InputFile.of(folder / "file.csv"), source)
        yield staging
