"""The operations that have a sourced yearly standard: their codes, concepts and thresholds (`volumes.csv`).

The standards count every patient of a surgeon or hospital; Medicare's file counts Medicare fee-for-service
patients only, and hides counts under 11. A count is therefore shown beside the standard and never judged by
it. Nor is a standard the line between good and bad: deaths after removal of the esophagus were below 1 % from
23 a year for the hospital and 8 for the surgeon on, and 4.2 % at 20 and 7.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from finder.concepts import A_CONCEPT, Concept
from finder.tables import DATA, Row, read_table

VOLUME_COLUMNS = (
    "group_id",
    "label",
    "concept_ids",
    "hcpcs",
    "surgeon_per_year",
    "hospital_per_year",
    "source",
    "as_of",
)


@dataclass(frozen=True, slots=True)
class VolumeGroup:
    """One kind of operation: the HCPCS codes that count as it, the concepts it is evidence of, and how many
    a year the source asks of a surgeon and of a hospital; `as_of` is the ISO day on which it was read."""

    group_id: str
    label: str
    concept_ids: tuple[str, ...]
    codes: tuple[str, ...]
    surgeon_per_year: int
    hospital_per_year: int
    source: str
    as_of: str


def load_volumes(concepts: Mapping[str, Concept], folder: Path = DATA) -> Mapping[str, VolumeGroup]:
    """Get the operations of volumes.csv by HCPCS code.

    Raises SourceError with row and field for an unknown concept, a code that is not five characters or that
    two operations share, and a threshold that is no whole number above 0.
    """
    found: dict[str, VolumeGroup] = {}
    for row in read_table(folder / "volumes.csv", VOLUME_COLUMNS):
        group = _group(row, concepts)
        for code in group.codes:
            if len(code) != 5 or not code.isalnum() or code != code.upper():
                raise row.wrong("hcpcs", f"'{code}' is not five capitals and digits")
            if code in found:
                raise row.wrong("hcpcs", f"'{code}' is listed twice")
            found[code] = group
    return MappingProxyType(found)


def _group(row: Row, concepts: Mapping[str, Concept]) -> VolumeGroup:
    return VolumeGroup(
        group_id=row.needed("group_id"),
        label=row.needed("label"),
        concept_ids=row.several_of("concept_ids", concepts, A_CONCEPT),
        codes=tuple(row.needed("hcpcs").split()),
        surgeon_per_year=_count(row, "surgeon_per_year"),
        hospital_per_year=_count(row, "hospital_per_year"),
        source=row.needed("source"),
        as_of=row.needed("as_of"),
    )


def _count(row: Row, field: str) -> int:
    if not row[field].isdecimal() or int(row[field]) < 1:
        raise row.wrong(field, f"'{row[field]}' is not a whole number above 0")
    return int(row[field])
