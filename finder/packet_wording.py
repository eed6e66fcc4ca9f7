"""What a packet holds and says: its parts, the fields that a physician fills, and our own words around them.

`packet_parts.csv` is the checklist of a packet, `packet_fields.csv` the form, `packet.csv` the words for
physicians, `packet_records.csv` their names of records, and `packet_patient.csv` the words for the patient,
which are translated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from finder.tables import DATA, Row, read_table

PART_COLUMNS = ("part", "reader", "label", "says", "as_of", "source")
FIELD_COLUMNS = ("field_id", "part", "label", "hint", "most", "lines", "needed", "as_of", "source")
RECORD_COLUMNS = ("record_id", "text", "as_of", "source")
LINE_COLUMNS = ("part", "kind", "text", "slot", "lines", "as_of", "source")
OWN_WORDING = "own wording"


class Part(StrEnum):
    """One page, or more, of a packet."""

    FACTS = "facts"
    QUESTIONS = "questions"
    RECORDS = "records"
    LETTER = "letter"
    ANSWER = "answer"
    LOOP_NOTE = "loop_note"
    CONTACTS = "contacts"
    RELEASE = "release"
    PATIENT = "patient"
    COVER = "cover"
    FIRST = "first"


class PacketReader(StrEnum):
    """Who reads a part, and when: the specialist at once, the patient, the specialist at the end."""

    SPECIALIST = "specialist"
    PATIENT = "patient"
    SEALED = "sealed"


class LineKind(StrEnum):
    """What a row of wording is; at a slot the facts of this packet stand, `ask` is a label with lines."""

    TITLE = "title"
    HEADING = "heading"
    TEXT = "text"
    STRONG = "strong"
    BULLET = "bullet"
    BOX = "box"
    ASK = "ask"
    SLOT = "slot"


class Slot(StrEnum):
    """Where facts of a packet stand among the wording."""

    FACTS = "facts"
    QUESTION = "question"
    SENT = "sent"
    MISSING = "missing"
    ADDRESSEE = "addressee"
    WHY = "why"
    WISH = "wish"
    SOON = "soon"
    REFERRER = "referrer"
    ANSWER = "answer"
    CALL = "call"
    CONTACTS = "contacts"
    ANCHOR_SOURCE = "anchor_source"
    FIRST = "first"
    RELEASE_FROM = "release_from"
    RELEASE_TO = "release_to"
    RELEASE_WHAT = "release_what"
    PATIENT_CONTACTS = "patient_contacts"
    PATIENT_QUESTION = "patient_question"
    PATIENT_RECORDS = "patient_records"


@dataclass(frozen=True, slots=True)
class PartWording:
    """One item of the checklist of a packet."""

    part: Part
    reader: PacketReader
    label: str
    says: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field that the physician fills: at most `most` characters, shown with `lines` lines."""

    field_id: str
    part: Part
    label: str
    hint: str
    most: int
    lines: int
    is_needed: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One row of wording, or a slot for facts; `lines` are lines to write on, `source` is None where the
    words are our own.
    """

    kind: LineKind
    text: str
    slot: Slot | None
    lines: int
    source: str | None


@dataclass(frozen=True, slots=True)
class Wording:
    """All of it, in the order of the files; `lines` by part, `records` by the id of a record."""

    parts: tuple[PartWording, ...]
    fields: tuple[Field, ...]
    lines: Mapping[Part, tuple[Line, ...]]
    records: Mapping[str, str]

    def fields_on(self, part: Part) -> tuple[Field, ...]:
        """Get the fields whose words stand on one part."""
        return tuple(each for each in self.fields if each.part is part)


def load_wording(folder: Path = DATA) -> Wording:
    """Get the wording of packets.

    Raises SourceError with file, row and field for an empty cell, an unknown choice or slot, a day that does
    not exist, and a part without wording.
    """
    parts = tuple(map(_part, read_table(folder / "packet_parts.csv", PART_COLUMNS)))
    fields = tuple(map(_field, read_table(folder / "packet_fields.csv", FIELD_COLUMNS)))
    lines: dict[Part, list[Line]] = {}
    for name in ("packet.csv", "packet_patient.csv"):
        for row in read_table(folder / name, LINE_COLUMNS):
            lines.setdefault(row.choice("part", Part), []).append(_line(row))
    silent = [part for part in Part if part not in lines or part not in {each.part for each in parts}]
    if silent:
        row = read_table(folder / "packet_parts.csv", PART_COLUMNS)[-1]
        raise row.wrong("part", f"nothing is said for: {', '.join(silent)}")
    records = dict(map(_record, read_table(folder / "packet_records.csv", RECORD_COLUMNS)))
    return Wording(parts, fields, {part: tuple(lines[part]) for part in Part}, records)


def _part(row: Row) -> PartWording:
    _check_origin(row)
    reader = row.choice("reader", PacketReader)
    return PartWording(row.choice("part", Part), reader, row.needed("label"), row.needed("says"))


def _field(row: Row) -> Field:
    _check_origin(row)
    return Field(
        field_id=row.needed("field_id"),
        part=row.choice("part", Part),
        label=row.needed("label"),
        hint=row.needed("hint"),
        most=_number(row, "most"),
        lines=_number(row, "lines"),
        is_needed=row["needed"] == "yes",
    )


def _record(row: Row) -> tuple[str, str]:
    _check_origin(row)
    return row.needed("record_id"), row.needed("text")


def _line(row: Row) -> Line:
    source = _check_origin(row)
    kind = row.choice("kind", LineKind)
    slot = row.choice("slot", Slot) if kind is LineKind.SLOT else None
    text = "" if slot else row.needed("text")
    lines = _number(row, "lines") if kind is LineKind.ASK else 0
    return Line(kind, text, slot, lines, None if source == OWN_WORDING else source)


def _number(row: Row, field: str) -> int:
    if not row[field].isdecimal() or int(row[field]) < 1:
        raise row.wrong(field, f"'{row[field]}' is not a number above 0")
    return int(row[field])


def _check_origin(row: Row) -> str:
    try:
        date.fromisoformat(row.needed("as_of"))
    except ValueError:
        raise row.wrong("as_of", f"'{row['as_of']}' is not a day") from None
    return row.needed("source")
