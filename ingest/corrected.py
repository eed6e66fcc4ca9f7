"""What corrections say of a person, for merging: which of them stand, and the facts they give."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from finder.correctable import parts_of
from finder.trust import CORRECTION
from ingest.rows import CorrectionRow, PersonRows

# Fields whose corrected value is a fact of the same name; lists are told as lists.
_FACTS = ("accepting", "accepts_second_opinions", "virtual", "practises")
_LISTS = ("languages",)


class Corrected(NamedTuple):
    """The corrected values of a list field with the day of the correction."""

    value: list[str]
    as_of: str
    source: str = CORRECTION


def corrections_of(rows: PersonRows, field: str) -> list[CorrectionRow]:
    """Get the corrections of one field, the newest first."""
    if not rows.corrections:  # nearly everybody
        return []
    found = (row for row in rows.corrections if row.field == field)
    return sorted(found, key=lambda row: row.as_of, reverse=True)


def corrected(rows: PersonRows, field: str) -> Corrected | None:
    """Get the newest correction of a field that lists several values; None without one."""
    found = corrections_of(rows, field)
    return Corrected(parts_of(found[0].value), found[0].as_of) if found else None


def said_of(rows: PersonRows) -> Iterator[tuple[str, Any, str]]:
    """Get what becomes a fact as it stands: field, value, day."""
    for row in rows.corrections:
        if row.field in _FACTS:
            yield row.field, row.value, row.as_of
        elif row.field in _LISTS:
            yield row.field, parts_of(row.value), row.as_of
        elif row.field in ("phone", "fax", "site_closed"):
            yield row.field, ", ".join(parts_of(row.value)), row.as_of
        elif row.field == "groups":
            names = {each.group_id: each.group_name for each in rows.clinicians}
            yield "group", [names.get(key) or f"group {key}" for key in parts_of(row.value)], row.as_of
