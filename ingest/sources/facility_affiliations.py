"""Facility Affiliation (CMS): which clinician works at which hospital, nursing home and the like, by CCN.

Nine columns, several rows per NPI. Since 2023 it holds what the clinician file held before in its hospital
columns. `unit_ccn` is the certification number of a unit of the facility, where the row is about one.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pandas as pd

from ingest.clean import ccns, pac_ids
from ingest.files import InputFile
from ingest.sources.base import Batch, Column, Head, Source
from ingest.sources.cleaner import Cleaner, csv_batches

TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "facility_affiliations": (
            "npi", "pac_id", "last_name", "first_name", "facility_type", "ccn", "unit_ccn",
        )
    }
)  # fmt: skip
_CCN = "Facility Affiliations Certification Number"
_UNIT = "Facility Type Certification Number"
COLUMNS = (
    Column("npi", ("NPI",), is_required=True),
    Column("pac_id", ("Ind_PAC_ID",)),
    Column("last_name", ("Provider Last Name", "provider_last_name", "lst_nm")),
    Column("first_name", ("Provider First Name", "provider_first_name", "frst_nm")),
    Column("facility_type", ("facility_type",)),
    Column("ccn", (_CCN, "facility_affiliations_certification_number", "facility_afl_ccn"), is_required=True),
    Column("unit_ccn", (_UNIT, "facility_type_certification_number", "parent_ccn")),
)
IGNORED = ("provider middle name", "provider_middle_name", "mid_nm", "suff", "record_number")


def recognises(head: Head) -> bool:
    """Whether a file is of this format: NPI, facility type and a certification number."""
    columns = set(head.columns)
    ccn_headers = {header.casefold() for header in COLUMNS[5].headers}
    return {"npi", "facility_type"} <= columns and bool(columns & ccn_headers)


def read(file: InputFile) -> Iterator[Batch]:
    """Batches of one file. Rows without a valid NPI, or whose CCN is missing or unreadable, are rejected.

    Raises SourceError when the column of the NPI or of the CCN is missing.
    """
    return csv_batches(file, COLUMNS, _affiliations, IGNORED)


def _affiliations(cleaner: Cleaner) -> Mapping[str, pd.DataFrame]:
    cleaner.identify()
    cleaner.identify("ccn", ccns, "the certification number is missing")
    cleaner.clean(ccns, "unit_ccn")
    cleaner.clean(pac_ids, "pac_id")
    return {"facility_affiliations": cleaner.frame[list(TABLES["facility_affiliations"])]}


SOURCE = Source("facility_affiliations", TABLES, recognises, read, names=(r"facility_affiliation.*\.csv",))
