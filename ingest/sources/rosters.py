"""Reads institution rosters: our own CSV, in which a hospital or practice says what its people focus on.

One line is one person at one institution. A file is recognised by its columns `npi` and `clinical_focus`; its
name is free. All columns but `npi` and `clinical_focus` may be left out, and every cell but the NPI may be
empty, which means "not known". Several values in a cell are separated by ";".

| Column | Holds |
|---|---|
| npi | the person's NPI, 10 digits |
| first_name, last_name | the person's name |
| institution, institution_ccn | name of the hospital and its CMS certification number (6 characters) |
| practice_group | name of the practice group that employs the person |
| sole_practice | yes when the person practises alone |
| academic_title, academic_institution | such as "Professor of Surgery", and the medical school |
| clinical_focus | conditions and procedures in any words, the strongest first |
| accepts_second_opinions | yes or no |
| accepts_for | conditions for which second opinions are given, or "any" |
| sees_own_system_patients | yes when patients of the own health system are seen for second opinions |
| languages | names or ISO 639-1 codes |
| virtual | yes when video or written opinions are given |
| ages | child, adult |
| residency_institution, residency_specialty, residency_year | where the person trained, in what, last year |
| referral_partners | NPIs of those to whom the person sends patients, or who send patients to the person |
| second_opinion_programs | names (or ids of programs.csv) of programs for which the person writes opinions |
| approach | how the person works, in any words, such as "minimally invasive; surveillance first" |
| opinion_only | yes when the person gives the opinion and returns the patient |
| calls_back | yes when the person calls the physician who sent the patient |
| written_report | yes when the physician who sent the patient gets a written report |
| multidisciplinary_board | yes when cases are discussed by a board of several fields |
| as_of | the day on which the line was checked, ISO or MM/DD/YYYY |

Yes and no may be written yes, y, true, 1 and no, n, false, 0 in any case; other words are dropped, and
reported.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa

from finder.languages import load_languages
from ingest.clean import Cleaned, as_series, ccns, dates, is_npi, to_arrow
from ingest.files import InputFile
from ingest.sources.base import Batch, Column, Head, Source
from ingest.sources.cleaner import Cleaner, csv_batches

ROSTER = (
    "npi", "first_name", "last_name", "institution", "institution_ccn", "practice_group", "sole_practice",
    "academic_title", "academic_institution", "clinical_focus", "accepts_second_opinions", "accepts_for",
    "sees_own_system_patients", "languages", "virtual", "ages", "residency_institution",
    "residency_specialty", "residency_year", "referral_partners", "second_opinion_programs", "approach",
    "opinion_only", "calls_back", "written_report", "multidisciplinary_board", "as_of",
)  # fmt: skip
_REQUIRED = frozenset({"npi", "clinical_focus"})
_YES_NO_COLUMNS = (
    "sole_practice", "accepts_second_opinions", "sees_own_system_patients", "virtual", "opinion_only",
    "calls_back", "written_report", "multidisciplinary_board",
)  # fmt: skip
_YES_NO = MappingProxyType(
    dict.fromkeys(("yes", "y", "true", "1", "1.0"), "yes")
    | dict.fromkeys(("no", "n", "false", "0", "0.0"), "no")
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_AGES = MappingProxyType(
    {"child": "child", "children": "child", "pediatric": "child", "adult": "adult", "adults": "adult"}
)


def _recognises(head_: Head) -> bool:
    return set(head_.columns) >= _REQUIRED


def _read(file: InputFile) -> Iterator[Batch]:
    columns = [Column(name, (name,), name in _REQUIRED) for name in ROSTER]
    languages = load_languages()

    def spoken(value: str) -> str | None:
        return ";".join(languages.codes(value.split(";"))) or None

    def build(cleaner: Cleaner) -> Mapping[str, pd.DataFrame]:
        cleaner.identify()
        cleaner.clean(ccns, "institution_ccn")
        cleaner.clean(dates, "as_of")
        for name in _YES_NO_COLUMNS:
            cleaner.put(name, _said(cleaner.frame[name], _yes_no, "is neither yes nor no"))
        cleaner.put("ages", _said(cleaner.frame["ages"], _ages, "is neither child nor adult"))
        cleaner.put("residency_year", _said(cleaner.frame["residency_year"], _year, "is no year"))
        cleaner.put(
            "referral_partners", _said(cleaner.frame["referral_partners"], _npis, "holds a wrong NPI")
        )
        for name, form in (
            ("clinical_focus", _terms), ("accepts_for", _terms), ("second_opinion_programs", _terms),
            ("approach", _terms), ("languages", spoken),
        ):  # fmt: skip
            cleaner.put(name, _said(cleaner.frame[name], form, "holds no words"))
        return {"rosters": cleaner.frame}

    yield from csv_batches(file, columns, build)


def _said(values: pd.Series, form: Callable[[str], str | None], reason: str) -> Cleaned:
    """Each value in its one form; what has none is lost, for the reason given."""
    told = to_arrow(values).to_pylist()
    found = [value and form(value) for value in told]
    lost = np.flatnonzero([one is not None and other is None for one, other in zip(told, found, strict=True)])
    kept = as_series(pa.array(found, pa.string()), values)
    return Cleaned(kept, {}, {reason: lost} if lost.size else {})


def _yes_no(value: str) -> str | None:
    return _YES_NO.get(value.casefold())


def _ages(value: str) -> str | None:
    named = [_AGES.get(part.strip().casefold()) for part in value.split(";") if part.strip()]
    known = [part for part in named if part]
    return ";".join(dict.fromkeys(known)) if len(known) == len(named) and known else None


def _year(value: str) -> str | None:
    return value.strip() if _YEAR.fullmatch(value.strip()) else None


def _npis(value: str) -> str | None:
    """All or none: with one number mistyped, nobody can tell who else was meant."""
    parts = [part.strip() for part in value.split(";") if part.strip()]
    return ";".join(dict.fromkeys(parts)) if parts and all(is_npi(part) for part in parts) else None


def _terms(value: str) -> str | None:
    parts = (" ".join(part.split()) for part in value.split(";"))
    return ";".join(dict.fromkeys(part for part in parts if part)) or None


SOURCE = Source(
    name="rosters", tables=MappingProxyType({"rosters": ROSTER}), recognises=_recognises, read=_read
)
