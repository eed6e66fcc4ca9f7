"""The specialties: which taxonomy codes are kept, under which plain name, and which is broader than which.

Kept as *candidate*, who may be a result, are the clinicians who give second opinions: every physician code of
the NUCC set except the purely non-clinical ones, dentists with a specialty and oral surgeons, podiatrists,
clinical psychologists and neuropsychologists, genetic counselors. Kept as *prior_only*, who may be a doctor
already seen but are never a result, are clinicians whom patients name as "my doctor", while a second opinion
comes from a physician: physician assistants, nurse practitioners, clinical nurse specialists, midwives, nurse
anesthetists, optometrists, audiologists, chiropractors, therapists, social workers, counselors, dietitians,
general dentists, psychologists of other fields, and the non-clinical physicians (informatics, legal and
forensic medicine, independent examiners, public health, radiation physics, clinical laboratory, ambulance
services). Codes that are not listed (organizations, students, pharmacists, nurses ...) are not kept.

Labels are our own words; from the code set come the codes only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from finder.tables import DATA, Row, read_table
from finder.text import fold

SPECIALTY_COLUMNS = (
    "taxonomy_code",
    "specialty_id",
    "label",
    "parent_id",
    "role",
    "ages",
    "kept",
    "source",
    "as_of",
)
CMS_COLUMNS = ("cms_name", "medicare_code", "taxonomy_code", "source")


class Role(StrEnum):
    """How somebody treats; interventional radiology counts as `other`: neither surgery nor reading."""

    SURGERY = "surgery"
    MEDICAL = "medical"
    RADIATION = "radiation"
    PATHOLOGY = "pathology"
    IMAGING = "imaging"
    OTHER = "other"


class Ages(StrEnum):
    """Whom a specialty or a concept is about."""

    ADULT = "adult"
    CHILD = "child"
    ANY = "any"


class Kept(StrEnum):
    """Whether a taxonomy code makes a specialist: a possible result, a prior doctor only, or nobody."""

    CANDIDATE = "candidate"
    PRIOR_ONLY = "prior_only"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Specialty:
    """One specialty; several taxonomy codes may mean it."""

    specialty_id: str
    label: str
    parent_id: str | None
    role: Role
    ages: Ages
    kept: Kept


@dataclass(frozen=True, slots=True)
class Specialties:
    """Every specialty by id, by taxonomy code and by its folded label; taxonomy codes by the folded CMS name
    of a specialty.
    """

    by_id: Mapping[str, Specialty]
    by_code: Mapping[str, Specialty]
    codes_by_cms_name: Mapping[str, str]
    by_label: Mapping[str, Specialty]

    def of_code(self, taxonomy_code: str) -> Specialty | None:
        """Get the specialty of a taxonomy code, None when the code is not kept."""
        return self.by_code.get(taxonomy_code.strip().upper())

    def kept(self, taxonomy_code: str) -> Kept:
        """Get whether a taxonomy code makes a candidate, a prior doctor only, or nobody."""
        specialty = self.of_code(taxonomy_code)
        return specialty.kept if specialty else Kept.NO

    def lineage(self, specialty_id: str) -> tuple[str, ...]:
        """Get the id itself and every broader specialty, nearest first; raises KeyError for an unknown id."""
        found = [specialty_id]
        while parent := self.by_id[found[-1]].parent_id:
            found.append(parent)
        return tuple(found)

    def code_of_cms_name(self, name: str) -> str | None:
        """Get the taxonomy code for a specialty name of a CMS file (any case), None when it is unknown.

        Source: CMS crosswalk of 2019; codes that are not kept (laboratory, optician) come back as well.
        """
        return self.codes_by_cms_name.get(fold(name))

    def named(self, words: str) -> Specialty | None:
        """Get the specialty that a directory names freely: by its taxonomy code, its CMS name or our label.

        None for other words, as for a name that is not kept.
        """
        coded = self.of_code(words) or self.of_code(self.code_of_cms_name(words) or "")
        return coded or self.by_label.get(fold(words))


def load_specialties(folder: Path = DATA) -> Specialties:
    """Get the specialties of specialties.csv and cms_specialties.csv in `folder`.

    Raises SourceError with file, row and field for the first thing that is wrong; nothing is read by halves.
    """
    by_id: dict[str, Specialty] = {}
    by_code: dict[str, Specialty] = {}
    rows = read_table(folder / "specialties.csv", SPECIALTY_COLUMNS)
    for row in rows:
        specialty = _specialty(row)
        code = row.needed("taxonomy_code")
        if len(code) != 10 or not code.isalnum():
            raise row.wrong("taxonomy_code", f"'{code}' is not a code of ten letters and digits")
        if code in by_code:
            raise row.wrong("taxonomy_code", f"'{code}' is listed twice")
        if by_id.setdefault(specialty.specialty_id, specialty) != specialty:
            raise row.wrong("specialty_id", f"'{specialty.specialty_id}' differs from its earlier row")
        by_code[code] = specialty
    _check_parents(rows, by_id)
    cms = _cms_names(folder / "cms_specialties.csv")
    labels = {fold(specialty.label): specialty for specialty in by_id.values()}
    return Specialties(
        MappingProxyType(by_id), MappingProxyType(by_code), MappingProxyType(cms), MappingProxyType(labels)
    )


def _specialty(row: Row) -> Specialty:
    row.needed("source")
    row.needed("as_of")
    kept = row.choice("kept", Kept)
    if kept is Kept.NO:
        raise row.wrong("kept", "a code that is not kept is left out of the file")
    return Specialty(
        specialty_id=row.needed("specialty_id"),
        label=row.needed("label"),
        parent_id=row["parent_id"] or None,
        role=row.choice("role", Role),
        ages=row.choice("ages", Ages),
        kept=kept,
    )


def _check_parents(rows: list[Row], by_id: Mapping[str, Specialty]) -> None:
    for row in rows:
        seen = {row["specialty_id"]}
        parent = row["parent_id"]
        while parent:
            if parent not in by_id:
                raise row.wrong("parent_id", f"'{parent}' is not a specialty")
            if parent in seen:
                raise row.wrong("parent_id", f"'{parent}' leads back to itself")
            seen.add(parent)
            parent = by_id[parent].parent_id or ""


def _cms_names(path: Path) -> dict[str, str]:
    codes: dict[str, str] = {}
    for row in read_table(path, CMS_COLUMNS):
        row.needed("source")
        name = fold(row.needed("cms_name"))
        if name in codes:
            raise row.wrong("cms_name", f"'{row['cms_name']}' is listed twice")
        codes[name] = row["taxonomy_code"]
    return {name: code for name, code in codes.items() if code}
