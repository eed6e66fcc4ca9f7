"""Pieces of a page in reading order, from which print pages and PDF are made alike."""

from dataclasses import dataclass
from enum import StrEnum

from finder.i18n import mark

# Own wording, 2026-11-28.
DEMONSTRATION = mark(
    "Demonstration. Every person, office and hospital here is made up. Please don’t call them."
)


class Kind(StrEnum):
    """What a block is."""

    TITLE = "title"
    HEADING = "heading"
    TEXT = "text"
    STRONG = "strong"
    BULLETS = "bullets"
    BOXES = "boxes"  # to tick
    LINES = "lines"  # to write on
    ASK = "ask"  # a label with lines to write on
    TABLE = "table"  # to fill: the first items are the heads of its columns, each other one the head of a row


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a sheet: a text or several items; `level` is that of a heading, or a number of lines."""

    kind: Kind
    text: str = ""
    items: tuple[str, ...] = ()
    level: int = 0
