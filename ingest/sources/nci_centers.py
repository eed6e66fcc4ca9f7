"""NCI-designated cancer centers: name, address, point and kind of designation.

The National Cancer Institute gives them out as a shapefile (`NCI_CancerCenter_Address_*`); read is its
attribute table as CSV, with the same field names. ZIPs have lost their leading zeros, states are written out,
latitude and longitude come as 3.35446220000e+01.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from ingest.clean import Cleaned
from ingest.files import InputFile
from ingest.sources.base import Batch, Column, Head, Source
from ingest.sources.cleaner import Cleaner, csv_batches

TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"nci_centers": ("name", "street", "city", "state", "zip", "lat", "lon", "center_type", "url")}
)
COLUMNS = (
    Column("name", ("name",), is_required=True),
    Column("street", ("Street",)),
    Column("city", ("City",)),
    Column("state", ("state",)),
    Column("zip", ("Zip_Code",)),
    Column("lat", ("Latitude",)),
    Column("lon", ("Longitude",)),
    Column("center_type", ("type",), is_required=True),
    Column("url", ("url",)),
)
# `Zip` is that of the point on the map, `Zip_Code` that of the address.
IGNORED = ("id", "county", "zip", "country")


def recognises(head: Head) -> bool:
    """Whether a file is of this format: a name, a type and a point, and the word "cancer" in name or rows."""
    columns = {"name", "type", "latitude", "longitude", "zip_code"}
    is_about_cancer = "cancer" in head.name.casefold() or b"cancer" in head.start.lower()
    return columns <= set(head.columns) and is_about_cancer


def read(file: InputFile) -> Iterator[Batch]:
    """Batches of one file. Rows without a name are rejected; SourceError when name or type is no column."""
    return csv_batches(file, COLUMNS, _centers, IGNORED)


def _centers(cleaner: Cleaner) -> Mapping[str, pd.DataFrame]:
    cleaner.require("name", "the center has no name")
    _check_degrees(cleaner)
    cleaner.clean(lambda values: _degrees(values, 90), "lat")
    cleaner.clean(lambda values: _degrees(values, 180), "lon")
    cleaner.clean_address()
    return {"nci_centers": cleaner.frame[list(TABLES["nci_centers"])]}


def _check_degrees(cleaner: Cleaner) -> None:
    """No place of the United States lies both south of the equator and east of Greenwich."""
    lat, lon = (pd.to_numeric(cleaner.frame[name], errors="coerce") for name in ("lat", "lon"))
    is_swapped = ((lat < 0) & (lon > 0)).to_numpy()
    cleaner.stop(is_swapped, "Latitude", "the columns Latitude and Longitude are swapped")


def _degrees(values: pd.Series, limit: float) -> Cleaned:
    degrees = pd.to_numeric(values, errors="coerce")
    text = degrees.where(degrees.abs() <= limit).round(6).astype("str")
    lost = np.flatnonzero(values.notna() & text.isna())
    return Cleaned(text, {}, {f"is not a number of degrees up to {limit}": lost} if lost.size else {})


SOURCE = Source("nci_centers", TABLES, recognises, read, names=(r"nci_cancercenter_address.*\.csv",))
