"""People whom the reader leaves out: how many a search would name, and lists of NPIs as people keep."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from finder import parameters
from finder.errors import FieldError, InputErrors
from finder.i18n import gettext
from finder.query import Question, who_is_left
from finder.results import total_of

MOST_LINES, MOST_TEXT = 500, 100_000  # lines, characters
_NUMBER = re.compile(r"(?<![0-9-])[0-9]{6,}(?![0-9-])")  # shorter ones are ZIP codes and house numbers
_HEAD = re.compile(r"\bnpi\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BadLine:
    """One line of a list that cannot be taken, with its number from 1, and why."""

    number: int
    text: str
    reason: str

    def __str__(self) -> str:
        told = gettext("line %(number)s", number=self.number)
        return f"{told}: {self.text}: {self.reason}" if self.text else f"{told}: {self.reason}"


@dataclass(frozen=True, slots=True)
class NpiList:
    """A list as read: each NPI once, with the number of its line, and every line that is wrong."""

    lines: dict[str, int]
    bad: tuple[BadLine, ...]


def left_out_body(question: Question) -> dict[str, Any] | None:
    """Get the body that counts whom the reader's own list takes out of this search; None without a list."""
    never = question.criteria.never
    if not never:
        return None
    who = who_is_left(replace(question, criteria=replace(question.criteria, never=())), frozenset())
    own = {"ids": {"values": list(never)}}
    return {"size": 0, "track_total_hits": True, "query": {"bool": {**who, "filter": [*who["filter"], own]}}}


def left_out_of(response: Mapping[str, Any] | None) -> int:
    """Get the count from the answer to `left_out_body`."""
    return total_of(response) if response else 0


def read_npis(text: str) -> NpiList:
    """Get the NPIs of a list: one a line, several parted by anything, or a CSV file with a column NPI.

    A first line of names only is a head. Lines without an NPI, with a wrong check digit, or beyond MOST_LINES
    are named; empty ones are not.
    """
    if len(text) > MOST_TEXT:
        return NpiList(
            {}, (BadLine(1, "", gettext("must have at most %(most)s characters", most=MOST_TEXT)),)
        )
    found: dict[str, int] = {}
    bad: list[BadLine] = []
    for number, line in _cells(text):
        if number > MOST_LINES:
            bad.append(BadLine(number, "", gettext("a list has at most %(most)s lines", most=MOST_LINES)))
            break
        numbers = _NUMBER.findall(line)
        if not numbers:
            bad.append(BadLine(number, line[:40], gettext("there is no NPI in it")))
        for each in numbers:
            try:
                found.setdefault(parameters.checked_npi(each), number)
            except ValueError as problem:
                bad.append(BadLine(number, "", str(problem)))
    return NpiList(found, tuple(bad))


def npis_of_file(content: bytes) -> tuple[str, ...]:
    """Get the NPIs of a file in UTF-8. Raises InputErrors on `never-file` with every line that is wrong."""
    read = read_npis(content.decode("utf-8-sig", errors="replace"))
    if read.bad:
        raise InputErrors([FieldError("never-file", str(each)) for each in read.bad])
    return tuple(read.lines)


def _cells(text: str) -> Iterator[tuple[int, str]]:
    """Each line that holds something with its number; of a CSV file its column of NPIs."""
    lines = text.lstrip("\ufeff").splitlines()
    if not lines:
        return
    head = next(csv.reader(lines[:1]), [])
    columns = [at for at, cell in enumerate(head) if _HEAD.search(cell)]
    if columns and len(head) > 1 and not _NUMBER.search(lines[0]):
        reader = csv.reader(io.StringIO("\n".join(lines), newline=""))
        for cells in reader:
            if reader.line_num > 1 and any(map(str.strip, cells)):
                yield reader.line_num, cells[columns[0]].strip() if len(cells) > columns[0] else ""
        return
    for number, line in enumerate(lines, start=1):
        is_head = number == 1 and _HEAD.search(line) and not _NUMBER.search(line)
        if line.strip() and not is_head:
            yield number, line.strip()
