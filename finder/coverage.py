"""Who pays for a second opinion: Medicare's rule, usual prices, what to ask a plan; `coverage.csv` read."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from finder.tables import DATA, read_table

COVERAGE_COLUMNS = ("topic", "says", "source", "as_of", "seen_at")


class Topic(StrEnum):
    """What a row is about; rows of `ask_plan` and `ask_work` are questions and advice of our own."""

    MEDICARE = "medicare"
    ASK_PLAN = "ask_plan"
    ASK_WORK = "ask_work"
    USUAL = "usual"


@dataclass(frozen=True, slots=True)
class CoverageFact:
    """One whole sentence or two with their source.

    `as_of` is the date that the source carries, None where it shows none; `seen_at` the day it was read.
    """

    topic: Topic
    says: str
    source: str
    as_of: str | None
    seen_at: str

    def to_json(self) -> dict[str, str | None]:
        """Get it under the keys of the contract."""
        return {
            "topic": self.topic.value, "says": self.says, "source": self.source, "as_of": self.as_of,
            "seen_at": self.seen_at,
        }  # fmt: skip


def load_coverage(path: Path = DATA / "coverage.csv") -> tuple[CoverageFact, ...]:
    """Get the rows in the order of the file. Raises SourceError naming file, row and field."""
    return tuple(
        CoverageFact(
            topic=row.choice("topic", Topic),
            says=row.needed("says"),
            source=row.needed("source"),
            as_of=row["as_of"] or None,
            seen_at=row.needed("seen_at"),
        )
        for row in read_table(path, COVERAGE_COLUMNS)
    )
