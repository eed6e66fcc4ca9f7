"""NUCC taxonomy codes, and the CMS crosswalk from Medicare specialty to taxonomy.

Two formats, told apart by their headers. The NUCC set (January and July) has 8 columns, of which code and
names are read; definitions and notes are not. The crosswalk (CMS) is seen with semicolons, byte order mark
and empty trailing columns, codes that lost their leading zero ("1" for "01"), footnote marks ("A4[11]"), and
rows that leave the code blank because the one above goes on. Both are staged; either may be missing.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from ingest.clean import LOST_ZERO, Cleaned, matches
from ingest.files import InputFile
from ingest.sources.base import Batch, Column, Head, Source, head_of
from ingest.sources.cleaner import Cleaner, csv_batches

TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "taxonomy_codes": ("code", "grouping", "classification", "specialization", "display_name"),
        "cms_crosswalk": ("medicare_code", "cms_name", "taxonomy_code"),
    }
)
CODE_COLUMNS = (
    Column("code", ("Code",), is_required=True),
    Column("grouping", ("Grouping",)),
    Column("classification", ("Classification",), is_required=True),
    Column("specialization", ("Specialization",)),
    Column("display_name", ("Display Name",)),
)
CROSSWALK_COLUMNS = (
    Column("medicare_code", ("MEDICARE SPECIALTY CODE",), is_required=True),
    Column(
        "cms_name",
        ("MEDICARE PROVIDER/SUPPLIER TYPE DESCRIPTION", "MEDICARE PROVIDER/SUPPLIER TYPE"),
        is_required=True,
    ),
    Column("taxonomy_code", ("PROVIDER TAXONOMY CODE",), is_required=True),
)
IGNORED = ("definition", "notes", "section", "effective date", "deactivation date", "last modified date",
           "provider taxonomy description.*")  # fmt: skip
_TAXONOMY_CODE = "^[0-9A-Z]{9}X$"
_FOOTNOTE = r"\s*\[[0-9]+\]"
# A crosswalk has about 600 rows: one block of the reader, so that a blank code sees the row above it.
MAX_BYTES = 8 << 20


def recognises(head: Head) -> bool:
    """Whether a file is the NUCC set or the CMS crosswalk, by its header."""
    return {"code", "grouping", "classification"} <= set(head.columns) or _is_crosswalk(head)


def read(file: InputFile) -> Iterator[Batch]:
    """Batches of either file. Rows without a well-formed taxonomy code are rejected: in the crosswalk these
    are provider types that have none, and rows that a spreadsheet broke at a comma."""
    if _is_crosswalk(head_of(file)):
        return csv_batches(file, CROSSWALK_COLUMNS, _crosswalk, IGNORED)
    return csv_batches(file, CODE_COLUMNS, _codes, IGNORED)


def _is_crosswalk(head: Head) -> bool:
    return {"medicare specialty code", "provider taxonomy code"} <= set(head.columns)


def _codes(cleaner: Cleaner) -> Mapping[str, pd.DataFrame]:
    _require_taxonomy(cleaner, "code")
    return {"taxonomy_codes": cleaner.frame[list(TABLES["taxonomy_codes"])]}


def _crosswalk(cleaner: Cleaner) -> Mapping[str, pd.DataFrame]:
    frame = cleaner.frame
    for column in TABLES["cms_crosswalk"]:
        frame[column] = frame[column].str.replace(_FOOTNOTE, "", regex=True)
    is_short = matches(frame["medicare_code"], "^[0-9]$")
    restored = frame["medicare_code"].mask(is_short, frame["medicare_code"].str.zfill(2))
    cleaner.put(
        "medicare_code", Cleaned(restored, {LOST_ZERO: np.flatnonzero(is_short)} if is_short.any() else {})
    )
    # A blank code beside a name of its own is a type without a code: nothing is carried down to it.
    block = (frame["medicare_code"].notna() | frame["cms_name"].notna()).cumsum()
    for column in ("medicare_code", "cms_name"):
        frame[column] = frame[column].groupby(block).transform("first").astype("str")
    _require_taxonomy(cleaner, "taxonomy_code")
    is_odd = cleaner.frame["medicare_code"].notna() & ~matches(
        cleaner.frame["medicare_code"], "^[0-9A-Z]{2}$"
    )
    cleaner.reject(is_odd.to_numpy(), "medicare_code", "is not a Medicare specialty code of 2 characters")
    return {"cms_crosswalk": cleaner.frame[list(TABLES["cms_crosswalk"])]}


def _require_taxonomy(cleaner: Cleaner, column: str) -> None:
    cleaner.require(column, "has no taxonomy code")
    cleaner.reject(~matches(cleaner.frame[column], _TAXONOMY_CODE), column, "is not a taxonomy code")


SOURCE = Source("taxonomy", TABLES, recognises, read, names=(r"nucc_taxonomy_.*\.csv",), max_bytes=MAX_BYTES)
