"""NPPES: people, organizations, deactivated NPIs and further practice locations (CMS, monthly and weekly).

Two files of the dissemination zip are read, told apart by their headers: `npidata_pfile` (329 or 330 columns;
"Provider Gender Code" is "Provider Sex Code" since 2025) and `pl_pfile` (further practice locations). The
`*FileHeader.csv` files hold no rows. An extract without the taxonomy columns is read with a warning.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ingest.clean import dates, floats_to_text, to_arrow
from ingest.files import InputFile
from ingest.sources.base import Batch, Column, Head, Source, head_of
from ingest.sources.cleaner import Cleaner, csv_batches

SLOTS = range(1, 16)
TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "nppes_people": (
            "npi", "last_name", "first_name", "middle_name", "suffix", "credential", "other_last_name",
            "other_first_name", "sex", "street", "street_2", "city", "state", "zip", "country", "phone",
            "fax", "enumerated_on", "as_of", "deactivated_on", "reactivated_on", "sole_proprietor",
            "taxonomies",
        ),
        "nppes_organizations": (
            "npi", "name", "other_name", "street", "street_2", "city", "state", "zip", "phone",
            "parent_name", "taxonomies", "as_of",
        ),
        "nppes_deactivated": ("npi", "deactivated_on"),
        "nppes_locations": (
            "npi", "street", "street_2", "city", "state", "zip", "country", "phone", "fax",
        ),
    }
)  # fmt: skip
_SITE = "Provider Business Practice Location Address"
PEOPLE_COLUMNS = (
    Column("npi", ("NPI",), is_required=True),
    Column("entity", ("Entity Type Code",), is_required=True),
    Column("name", ("Provider Organization Name (Legal Business Name)",)),
    Column("last_name", ("Provider Last Name (Legal Name)",)),
    Column("first_name", ("Provider First Name",)),
    Column("middle_name", ("Provider Middle Name",)),
    Column("suffix", ("Provider Name Suffix Text",)),
    Column("credential", ("Provider Credential Text",)),
    Column("other_name", ("Provider Other Organization Name",)),
    Column("other_last_name", ("Provider Other Last Name",)),
    Column("other_first_name", ("Provider Other First Name",)),
    Column("street", ("Provider First Line Business Practice Location Address",)),
    Column("street_2", ("Provider Second Line Business Practice Location Address",)),
    Column("city", (f"{_SITE} City Name",)),
    Column("state", (f"{_SITE} State Name",)),
    Column("zip", (f"{_SITE} Postal Code",)),
    Column("country", (f"{_SITE} Country Code (If outside U.S.)",)),
    Column("phone", (f"{_SITE} Telephone Number",)),
    Column("fax", (f"{_SITE} Fax Number",)),
    Column("enumerated_on", ("Provider Enumeration Date",)),
    Column("as_of", ("Last Update Date",)),
    Column("deactivated_on", ("NPI Deactivation Date",)),
    Column("reactivated_on", ("NPI Reactivation Date",)),
    Column("sex", ("Provider Gender Code", "Provider Sex Code")),
    Column("sole_proprietor", ("Is Sole Proprietor",)),
    Column("parent_name", ("Parent Organization LBN",)),
    *(
        Column(f"{name}_{slot}", (f"{header}_{slot}",))
        for slot in SLOTS
        for name, header in (
            ("code", "Healthcare Provider Taxonomy Code"),
            ("licence", "Provider License Number"),
            ("licence_state", "Provider License Number State Code"),
            ("switch", "Healthcare Provider Primary Taxonomy Switch"),
        )
    ),
)
_SECOND = "Provider Secondary Practice Location Address"
LOCATION_COLUMNS = (
    Column("npi", ("NPI",), is_required=True),
    Column("street", (f"{_SECOND}- Address Line 1",), is_required=True),
    Column("street_2", (f"{_SECOND}- Address Line 2",)),
    Column("city", (f"{_SECOND} - City Name",)),
    Column("state", (f"{_SECOND} - State Name",)),
    Column("zip", (f"{_SECOND} - Postal Code",)),
    Column("country", (f"{_SECOND} - Country Code (If outside U.S.)",)),
    Column("phone", (f"{_SECOND} - Telephone Number",)),
    Column("fax", ("Provider Practice Location Address - Fax Number",)),
)
# Known and not read: mailing addresses, officials, other identifiers, taxonomy groups, tax numbers.
IGNORED = (
    "replacement npi", "employer identification number.*", "provider name prefix text", "provider other .*",
    "provider (first|second) line business mailing address", "provider business mailing address .*",
    "npi deactivation reason code", "authorized official .*", "other provider identifier.*",
    "is organization subpart", "parent organization tin", "healthcare provider taxonomy group_.*",
    "certification date", "provider secondary practice location address - telephone extension",
)  # fmt: skip
# Postal codes of these are ZIPs; NPPES gives some territories as countries.
_HOME = ("US", "PR", "VI", "GU", "AS", "MP", "UM")


def recognises(head: Head) -> bool:
    """Whether a file is npidata or pl_pfile, by its header."""
    return {"npi", "entity type code"} <= set(head.columns) or _is_locations(head)


def read(file: InputFile) -> Iterator[Batch]:
    """Batches of one NPPES file. Every row is a record or rejected: no valid NPI, or no entity type.

    An NPI that was deactivated and not reactivated since goes to `nppes_deactivated`, whatever else its
    row says; a reactivated one stays. Raises SourceError when the NPI or entity type column is missing.
    """
    if _is_locations(head_of(file)):
        return csv_batches(file, LOCATION_COLUMNS, _locations, IGNORED)
    return csv_batches(file, PEOPLE_COLUMNS, _people, IGNORED)


def _is_locations(head: Head) -> bool:
    return "provider secondary practice location address- address line 1" in head.columns


def _locations(cleaner: Cleaner) -> Mapping[str, pd.DataFrame]:
    cleaner.identify()
    _clean_site(cleaner)
    return {"nppes_locations": cleaner.frame[list(TABLES["nppes_locations"])]}


def _people(cleaner: Cleaner) -> Mapping[str, pd.DataFrame]:
    cleaner.identify()
    cleaner.clean(floats_to_text, "entity")
    cleaner.clean(dates, "enumerated_on", "as_of", "deactivated_on", "reactivated_on")
    is_gone = _is_deactivated(cleaner.frame)
    has_type = cleaner.frame["entity"].isin(["1", "2"]).to_numpy()
    cleaner.reject(
        ~has_type & ~is_gone, "entity", "the entity type is neither 1 (person) nor 2 (organization)"
    )
    _clean_site(cleaner)
    frame = cleaner.frame
    frame["taxonomies"] = _taxonomies(cleaner)
    is_gone, entity = _is_deactivated(frame), frame["entity"].to_numpy()
    return {
        "nppes_people": _rows(frame, (entity == "1") & ~is_gone, "nppes_people"),
        "nppes_organizations": _rows(frame, (entity == "2") & ~is_gone, "nppes_organizations"),
        "nppes_deactivated": _rows(frame, is_gone, "nppes_deactivated"),
    }


def _rows(frame: pd.DataFrame, mask: np.ndarray, table: str) -> pd.DataFrame:
    columns = frame[list(TABLES[table])]
    return columns if mask.all() else columns[mask].reset_index(drop=True)


def _is_deactivated(frame: pd.DataFrame) -> np.ndarray:
    deactivated, reactivated = frame["deactivated_on"], frame["reactivated_on"]
    return (deactivated.notna() & ~(reactivated >= deactivated).fillna(False)).to_numpy(dtype=bool)


def _clean_site(cleaner: Cleaner) -> None:
    """Foreign states and postal codes are not ours to read: kept is the country."""
    country = cleaner.frame["country"]
    is_foreign = (country.notna() & ~country.isin(_HOME)).to_numpy()
    if is_foreign.any():
        cleaner.warn(
            is_foreign, "country", "a foreign address: its state, postal code and phone are not kept"
        )
        for column in ("state", "zip", "phone", "fax"):
            cleaner.frame[column] = cleaner.frame[column].mask(is_foreign)
    cleaner.clean_address()


def _taxonomies(cleaner: Cleaner) -> pd.Series:
    """The filled slots in their order, each "CODE|STATE|SWITCH|LICENCE", joined with ";".

    Only filled rows of a slot are touched: of the 15, most people fill one or two.
    """
    text = pa.nulls(len(cleaner.frame), pa.large_string())
    for slot in SLOTS:
        code = to_arrow(cleaner.frame[f"code_{slot}"])
        if code.null_count == len(code):
            continue
        cleaner.clean(floats_to_text, f"licence_{slot}")
        filled = code.is_valid()
        piece = _slot(cleaner.frame, slot, filled)
        longer = pc.binary_join_element_wise(text.filter(filled), piece, _mark(";"))
        text = pc.replace_with_mask(text, filled, pc.coalesce(longer, piece))
    return pd.Series(text.to_pandas(), dtype="str")


def _slot(frame: pd.DataFrame, slot: int, filled: pa.Array) -> pa.Array:
    code, state, switch, licence = (
        pc.fill_null(to_arrow(frame[f"{name}_{slot}"]).filter(filled), "").cast(pa.large_string())
        for name in ("code", "licence_state", "switch", "licence")
    )
    licence = pc.replace_substring_regex(licence, "[|;]", " ")
    return pc.binary_join_element_wise(code, state, switch, licence, _mark("|"))


def _mark(text: str) -> pa.Scalar:
    return pa.scalar(text, pa.large_string())


SOURCE = Source("nppes", TABLES, recognises, read, names=(r"npidata_pfile_.*\.csv", r"pl_pfile_.*\.csv"))
