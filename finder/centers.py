"""Institution families: the hospitals, groups, cancer centers, schools and programs of each system."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from finder.tables import DATA, Row, read_table

CENTERS_FILE = DATA / "centers.csv"
COLUMNS = (
    "kind", "member_id", "member", "system_id", "system", "sees_own_patients", "acceptance_source",
    "source_id", "source", "as_of", "checked",
)  # fmt: skip


class FamilyKind(StrEnum):
    """What belongs to a system; the kind says what `member_id` is.

    A CCN (hospital), a PAC ID (group), a name as NCI gives it (cancer_center), a name as CMS gives it
    (medical_school), a `program_id` of programs.csv (program), or the system itself (system).
    """

    HOSPITAL = "hospital"
    GROUP = "group"
    CANCER_CENTER = "cancer_center"
    MEDICAL_SCHOOL = "medical_school"
    PROGRAM = "program"
    SYSTEM = "system"


class Acceptance(StrEnum):
    """Whether patients whom the same system has already seen are taken for a second opinion."""

    YES = "yes"
    NO = "no"
    NOT_PUBLISHED = "not_published"


@dataclass(frozen=True, slots=True)
class Family:
    """One member of one system; the fact is retyped from `source`, which said so at `as_of`.

    `source_id` is a row of sources.csv where the source is one that is also read as a file, else `centers`.
    """

    kind: FamilyKind
    member_id: str
    member: str
    system_id: str
    system_name: str
    sees_own_patients: Acceptance
    acceptance_source: str
    source_id: str
    source: str
    as_of: str
    checked: date


def load_families(path: Path = CENTERS_FILE) -> tuple[Family, ...]:
    """Get every member of every family in the order of the file.

    Raises SourceError for the first row that lacks a part, is listed twice, or states an acceptance rule
    without its source.
    """
    found: dict[tuple[FamilyKind, str], Family] = {}
    for row in read_table(path, COLUMNS):
        family = _family(row)
        if (family.kind, family.member_id) in found:
            raise row.wrong("member_id", "is listed twice")
        found[family.kind, family.member_id] = family
    return tuple(found.values())


def _family(row: Row) -> Family:
    acceptance = row.choice("sees_own_patients", Acceptance)
    if (acceptance is Acceptance.NOT_PUBLISHED) != (not row["acceptance_source"]):
        raise row.wrong("acceptance_source", "is needed for yes and no, and only for these")
    try:
        checked = date.fromisoformat(row["checked"])
    except ValueError:
        raise row.wrong("checked", f"'{row['checked']}' is not a day") from None
    return Family(
        kind=row.choice("kind", FamilyKind),
        member_id=row.needed("member_id"),
        member=row.needed("member"),
        system_id=row.needed("system_id"),
        system_name=row.needed("system"),
        sees_own_patients=acceptance,
        acceptance_source=row["acceptance_source"],
        source_id=row.needed("source_id"),
        source=row.needed("source"),
        as_of=row.needed("as_of"),
        checked=checked,
    )


def by_key(families: Sequence[Family]) -> dict[str, Family]:
    """Get members by `kind:id`, as tie keys and documents of organizations write it."""
    return {f"{family.kind.value}:{family.member_id}": family for family in families}


def keys_of_programs(families: Sequence[Family]) -> dict[str, tuple[str, ...]]:
    """Get the tie keys of the systems behind each program, by `program_id`."""
    return {f.member_id: (f"system:{f.system_id}",) for f in families if f.kind is FamilyKind.PROGRAM}
