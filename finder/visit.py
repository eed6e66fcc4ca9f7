"""What helps around a visit, as short lists: whom to ask what on the telephone, and what to compare."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path

from finder.tables import DATA, read_table

COLUMNS = ("part", "text", "as_of", "source")


class VisitPart(StrEnum):
    """Which list a line belongs to: what to ask the office or the insurer, or the sheet for two opinions."""

    OFFICE = "office"
    INSURER = "insurer"
    OPINIONS = "opinions"


def load_visit(path: Path = DATA / "visit.csv") -> Mapping[VisitPart, tuple[str, ...]]:
    """Get the lines of every list in their order, in English. Raises SourceError when the file is wrong."""
    found: dict[VisitPart, list[str]] = {part: [] for part in VisitPart}
    for row in read_table(path, COLUMNS):
        row.needed("source")
        try:
            date.fromisoformat(row.needed("as_of"))
        except ValueError:
            raise row.wrong("as_of", f"'{row['as_of']}' is not a day") from None
        found[row.choice("part", VisitPart)].append(row.needed("text"))
    return {part: tuple(lines) for part, lines in found.items()}
