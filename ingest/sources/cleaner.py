"""One batch of a CSV file on its way to staging: columns cleaned, rows rejected, issues gathered."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from finder.errors import SourceError
from ingest.clean import Cleaned, npis, phones, states, zips
from ingest.files import InputFile
from ingest.sources.base import NO_ROWS, Batch, Column, CsvBatch, Issue, Level, read_csv

Cleaning = Callable[[pd.Series], Cleaned]


class Cleaner:
    """One batch being cleaned: `frame` holds the rows still kept; issues are gathered on the way."""

    def __init__(self, file: str, raw: CsvBatch) -> None:
        self.frame, self.rows = raw.frame, raw.rows
        self._file, self._issues = file, list(raw.issues)
        self._rows_read = len(raw.frame) + raw.unreadable

    def put(self, column: str, cleaned: Cleaned) -> None:
        """Set a column to its cleaned values; one issue per reason, counted, under its first row."""
        self.frame[column] = cleaned.values
        for reason, where in cleaned.repairs.items():
            self._note(where, column, reason, Level.REPAIRED)
        for reason, where in cleaned.losses.items():
            self._note(where, column, reason, Level.WARNING)

    def clean(self, clean: Cleaning, *columns: str) -> None:
        """Clean each of these columns by itself."""
        for column in columns:
            self.put(column, clean(self.frame[column]))

    def clean_address(self) -> None:
        """Clean the columns state, zip, phone and fax (as far as they are there), the ZIP by its state."""
        self.clean(states, "state")
        self.put("zip", zips(self.frame["zip"], self.frame["state"]))
        self.clean(phones, *(c for c in ("phone", "fax") if c in self.frame))

    def warn(self, where: np.ndarray, column: str | None, reason: str) -> None:
        """Report the rows at which a mask is true, counted, under the first of them."""
        self._note(np.flatnonzero(where), column, reason, Level.WARNING)

    def repaired(self, where: np.ndarray, column: str | None, reason: str) -> None:
        """Report the rows at which a mask is true as mended, counted, under the first of them."""
        self._note(np.flatnonzero(where), column, reason, Level.REPAIRED)

    def reject(self, bad: np.ndarray, column: str | None, reason: str) -> None:
        """Take the rows at which a mask is true out of `frame`; each is an issue with its content."""
        self._reject(np.where(bad, reason, ""), column)

    def stop(self, where: np.ndarray, column: str, reason: str) -> None:
        """Give the whole file up where at least half of the rows are of this mask. Raises SourceError."""
        if where.any() and where.mean() >= 0.5:
            raise SourceError(self._file, int(self.rows[where.argmax()]), column, reason)

    def require(self, column: str, reason: str) -> None:
        """Reject the rows that have nothing in this column."""
        self.reject(self.frame[column].isna().to_numpy(), column, reason)

    def identify(
        self, column: str = "npi", clean: Cleaning = npis, if_missing: str = "the NPI is missing"
    ) -> None:
        """Keep the rows with a valid NPI (or other id) in this column; others are rejected, saying why."""
        cleaned = clean(self.frame[column])
        reasons = np.where(self.frame[column].isna(), if_missing, "").astype(object)
        for reason, where in cleaned.losses.items():
            reasons[where] = reason
        for reason, where in cleaned.repairs.items():
            self._note(where, column, reason, Level.REPAIRED)
        self._reject(reasons, column)
        self.frame[column] = cleaned.values[reasons == ""].reset_index(drop=True)

    def batch(self, tables: Mapping[str, pd.DataFrame]) -> Batch:
        """The finished batch: every row read is a record or was rejected."""
        return Batch(tables, tuple(self._issues), self._rows_read, len(self.frame))

    def _reject(self, reasons: np.ndarray, column: str | None) -> None:
        bad = reasons != ""
        if not bad.any():
            return
        contents = self.frame[bad].to_dict("records")
        for row, reason, content in zip(self.rows[bad], reasons[bad], contents, strict=True):
            known = {str(name): value for name, value in content.items() if isinstance(value, str)}
            self._issues.append(
                Issue(self._file, int(row), column, str(reason), Level.REJECTED, content=known)
            )
        self.frame, self.rows = self.frame[~bad].reset_index(drop=True), self.rows[~bad]

    def _note(self, where: np.ndarray, column: str | None, reason: str, level: Level) -> None:
        if where.size:
            row = int(self.rows[where[0]])
            self._issues.append(Issue(self._file, row, column, reason, level, len(where)))


def csv_batches(
    file: InputFile,
    columns: Sequence[Column],
    build: Callable[[Cleaner], Mapping[str, pd.DataFrame]],
    ignored: Sequence[str] = (),
) -> Iterator[Batch]:
    """Batches of a CSV file: `build` cleans each stretch and gives its staging tables, by name.

    A file without rows gives no records and one warning. Raises SourceError as `read_csv` does.
    """
    rows_read = 0
    for raw in read_csv(file, columns, ignored):
        cleaner = Cleaner(file.name, raw)
        tables = build(cleaner) if len(raw.frame) else {}
        batch = cleaner.batch(tables)
        rows_read += batch.rows_read
        yield batch
    if not rows_read:
        yield Batch({}, (Issue(file.name, None, None, NO_ROWS, Level.WARNING),), 0, 0)
