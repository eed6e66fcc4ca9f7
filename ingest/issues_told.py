"""The issues of a run: each one a line of the quarantine file, and counted by reason for the run's record."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

MOST_REASONS = 150  # told of one run, the most frequent first; the quarantine file has all
MOST_COUNTED = 5_000
EXAMPLES = 3
MOST_TEXT = 120  # characters of one value in an example
MOST_VALUES = 12  # columns of one example
_MORE = "further reasons"


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """Issues of one source for one reason: how many rows or values, and the first rows that show it."""

    source: str
    level: str
    field: str | None
    reason: str
    count: int
    examples: tuple[Mapping[str, Any], ...]


def write_quarantine(issues: Iterable[Mapping[str, Any]], path: Path) -> tuple[IssueGroup, ...]:
    """Write every issue as a JSON line, and get them counted by source, level, field and reason."""
    counted: Counter[tuple[str, str, str, str]] = Counter()
    examples: dict[tuple[str, str, str, str], list[Mapping[str, Any]]] = {}
    with path.open("wb") as file:
        for issue in issues:
            file.write(orjson.dumps(issue) + b"\n")
            key = (issue["source"], issue["level"], issue["field"] or "", issue["reason"])
            if key not in counted and len(counted) >= MOST_COUNTED:
                key = (issue["source"], issue["level"], "", _MORE)
            counted[key] += issue["count"]
            shown = examples.setdefault(key, [])
            if len(shown) < EXAMPLES:
                shown.append(_example(issue))
    return tuple(
        IssueGroup(source, level, field or None, reason, count, tuple(examples[source, level, field, reason]))
        for (source, level, field, reason), count in counted.most_common(MOST_REASONS)
    )


def _example(issue: Mapping[str, Any]) -> dict[str, Any]:
    content = list((issue["content"] or {}).items())[:MOST_VALUES]
    return {
        "file": issue["file"], "row": issue["row"],
        "content": {str(name): str(value)[:MOST_TEXT] for name, value in content if value is not None},
    }  # fmt: skip
