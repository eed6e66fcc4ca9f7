"""Hospital General Information (CMS Care Compare): name, address, type, ownership and rating by CCN.

Layouts: until 2020 ("Provider ID", "Hospital Name", "City"), until 2022 ("Facility ID", "Facility Name",
"City"), since 2023 ("City/Town", "County/Parish"). "Not Available" is missing.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pandas as pd

from ingest.clean import ccns, floats_to_text
from ingest.files import InputFile
from ingest.sources.base import Batch, Column, Head, Source
from ingest.sources.cleaner import Cleaner, csv_batches

TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "hospitals": (
            "ccn", "name", "street", "city", "state", "zip", "phone", "hospital_type", "ownership", "rating",
        )
    }
)  # fmt: skip
COLUMNS = (
    Column("ccn", ("Facility ID", "facility_id", "Provider ID", "provider_id"), is_required=True),
    Column("name", ("Facility Name", "facility_name", "Hospital Name", "hospital_name"), is_required=True),
    Column("street", ("Address",)),
    Column("city", ("City/Town", "citytown", "City")),
    Column("state", ("State",)),
    Column("zip", ("ZIP Code", "zip_code")),
    Column("phone", ("Telephone Number", "telephone_number", "Phone Number", "phone_number")),
    Column("hospital_type", ("Hospital Type", "hospital_type")),
    Column("ownership", ("Hospital Ownership", "hospital_ownership")),
    Column("rating", ("Hospital overall rating", "hospital_overall_rating")),
)
# Measure counts and footnotes behind the overall rating, and what is not about who and where.
IGNORED = (
    "county.*", "emergency services", "emergency_services", "meets criteria .*", "meets_criteria.*",
    ".*footnote.*", ".*measure.*", ".*national comparison", "location",
)  # fmt: skip


def recognises(head: Head) -> bool:
    """Whether a file is of this format: hospital type and ownership beside an id."""
    columns = {name.replace("_", " ") for name in head.columns}
    return {"hospital type", "hospital ownership"} <= columns and bool(
        columns & {"facility id", "provider id"}
    )


def read(file: InputFile) -> Iterator[Batch]:
    """Batches of one file. Rows whose CCN is missing or unreadable are rejected.

    Raises SourceError when the column of the CCN or of the name is missing.
    """
    return csv_batches(file, COLUMNS, _hospitals, IGNORED)


def _hospitals(cleaner: Cleaner) -> Mapping[str, pd.DataFrame]:
    cleaner.identify("ccn", ccns, "the certification number is missing")
    cleaner.clean(floats_to_text, "rating")
    cleaner.clean_address()
    return {"hospitals": cleaner.frame[list(TABLES["hospitals"])]}


SOURCE = Source("hospitals", TABLES, recognises, read, names=(r"hospital_general_information.*\.csv",))
