"""Reads the rule and fact tables of `finder/data`: UTF-8 CSV, exact header, refused whole."""

import csv
from collections.abc import Container, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from finder.errors import SourceError

DATA = Path(__file__).resolve().parent / "data"
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; `number` counts from 1 with the header as row 1."""

    file: str
    number: int
    cells: dict[str, str]

    def __getitem__(self, field: str) -> str:
        return self.cells[field]

    def wrong(self, field: str, reason: str) -> SourceError:
        """Get the exception that names this row's file, number and field."""
        return SourceError(self.file, self.number, field, reason)

    def needed(self, field: str) -> str:
        """Get a cell that may not be empty; raises SourceError when it is."""
        if not self[field]:
            raise self.wrong(field, "is empty")
        return self[field]

    def choice(self, field: str, kind: type[Choice]) -> Choice:
        """Get a cell as a member of the enumeration `kind`; raises SourceError for any other value."""
        try:
            return kind(self[field])
        except ValueError:
            allowed = ", ".join(member.value for member in kind)
            raise self.wrong(field, f"'{self[field]}' is none of: {allowed}") from None

    def one_of(self, field: str, known: Container[str], what: str) -> str:
        """Get a cell that names one of `known`, which are `what` ("a concept"); raises SourceError for an
        empty one and any other.
        """
        return self._checked(field, self.needed(field), known, what)

    def several_of(self, field: str, known: Container[str], what: str) -> tuple[str, ...]:
        """Get a cell of at least one name, parted by spaces, each as for `one_of`."""
        return tuple(self._checked(field, name, known, what) for name in self.needed(field).split())

    def share(self, field: str) -> float:
        """Get a cell as a number above 0 and up to 1; raises SourceError for any other."""
        try:
            value = float(self.needed(field))
        except ValueError:
            raise self.wrong(field, f"'{self[field]}' is not a number") from None
        if not 0 < value <= 1:
            raise self.wrong(field, f"{value} is not above 0 and up to 1")
        return value

    def _checked(self, field: str, name: str, known: Container[str], what: str) -> str:
        if name not in known:
            raise self.wrong(field, f"'{name}' is not {what}")
        return name


def read_table(path: Path, columns: Sequence[str]) -> list[Row]:
    """Get the rows of a CSV file whose header is exactly `columns`; cells come without outer spaces.

    Raises SourceError when the file is missing, empty, not UTF-8, has another header or a wrong row.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file, strict=True))
    except FileNotFoundError:
        raise SourceError(path.name, None, None, "the file is missing") from None
    except UnicodeDecodeError as problem:
        raise SourceError(path.name, None, None, f"is not UTF-8 at byte {problem.start}") from None
    except csv.Error as problem:
        raise SourceError(path.name, None, None, f"is not CSV: {problem}") from None
    if not lines or lines[0] != list(columns):
        raise SourceError(path.name, 1, None, f"the header must be {','.join(columns)}")
    if len(lines) == 1:
        raise SourceError(path.name, None, None, "has no rows")
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(columns):
            raise SourceError(path.name, number, None, f"has {len(line)} cells instead of {len(columns)}")
        cells = dict(zip(columns, (cell.strip() for cell in line), strict=True))
        rows.append(Row(path.name, number, cells))
    return rows
