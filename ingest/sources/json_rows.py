"""What the sources of JSON files share: rows to frames of text, and the warning for a file without rows."""

from collections.abc import Iterator, Sequence

import pandas as pd

from ingest.files import InputFile
from ingest.sources.base import NO_ROWS, Batch, Issue, Level


def text_frame(rows: Sequence[Sequence[str | None]], columns: Sequence[str]) -> pd.DataFrame:
    """Rows as a frame of text columns; None is NA."""
    by_column = zip(*rows, strict=True) if rows else ([] for _ in columns)
    return pd.DataFrame({c: pd.Series(v, dtype="str") for c, v in zip(columns, by_column, strict=True)})


def or_empty_warning(file: InputFile, batches: Iterator[Batch]) -> Iterator[Batch]:
    """The batches; one with a warning where there is none, so that an empty file is reported."""
    first = next(batches, None)
    yield first or Batch({}, (Issue(file.name, None, None, NO_ROWS, Level.WARNING),), 0, 0)
    yield from batches
