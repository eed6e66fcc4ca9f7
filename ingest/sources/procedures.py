"""Medicare Physician and Other Practitioners by Provider and Service (CMS): who did which code how often.

Two layouts: the text file of 2012 and 2013 (lower-case names, separated by TAB) and the CSV since then
(`Rndrng_*`). Of about 10 million rows a year only codes and counts are kept, never the wording of a code.
Counts of 1 to 10 patients are suppressed by the publisher, such rows are not in the file.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pandas as pd

from ingest.clean import numbers
from ingest.files import InputFile
from ingest.sources.base import Batch, Column, Head, Source
from ingest.sources.cleaner import Cleaner, csv_batches

TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "procedures": (
            "npi", "last_name", "first_name", "middle_name", "credential", "sex", "street", "street_2",
            "city", "state", "zip", "specialty", "hcpcs", "place_of_service", "services", "beneficiaries",
        )
    }
)  # fmt: skip
COLUMNS = (
    Column("npi", ("Rndrng_NPI", "npi"), is_required=True),
    Column("last_name", ("Rndrng_Prvdr_Last_Org_Name", "nppes_provider_last_org_name")),
    Column("first_name", ("Rndrng_Prvdr_First_Name", "nppes_provider_first_name")),
    Column("middle_name", ("Rndrng_Prvdr_MI", "nppes_provider_mi")),
    Column("credential", ("Rndrng_Prvdr_Crdntls", "nppes_credentials")),
    Column("sex", ("Rndrng_Prvdr_Gndr", "nppes_provider_gender")),
    Column("entity", ("Rndrng_Prvdr_Ent_Cd", "nppes_entity_code")),
    Column("street", ("Rndrng_Prvdr_St1", "nppes_provider_street1")),
    Column("street_2", ("Rndrng_Prvdr_St2", "nppes_provider_street2")),
    Column("city", ("Rndrng_Prvdr_City", "nppes_provider_city")),
    Column("state", ("Rndrng_Prvdr_State_Abrvtn", "nppes_provider_state")),
    Column("zip", ("Rndrng_Prvdr_Zip5", "nppes_provider_zip")),
    Column("specialty", ("Rndrng_Prvdr_Type", "provider_type")),
    Column("hcpcs", ("HCPCS_Cd", "hcpcs_code"), is_required=True),
    Column("place_of_service", ("Place_Of_Srvc", "place_of_service")),
    Column("services", ("Tot_Srvcs", "line_srvc_cnt"), is_required=True),
    Column("beneficiaries", ("Tot_Benes", "bene_unique_cnt")),
)
IGNORED = (
    "rndrng_prvdr_(state_fips|ruca|ruca_desc|cntry|mdcr_prtcptg_ind)", "nppes_provider_country",
    "medicare_participation_indicator", "hcpcs_desc", "hcpcs_description", "hcpcs_drug_ind",
    "hcpcs_drug_indicator", "tot_bene_day_srvcs", "bene_day_srvc_cnt", "(avg|average|stdev)_.*",
)  # fmt: skip


def recognises(head: Head) -> bool:
    """Whether a file is of this format: an NPI, a HCPCS code and a count of services."""
    columns = set(head.columns)
    return {"rndrng_npi", "hcpcs_cd", "tot_srvcs"} <= columns or {
        "npi",
        "hcpcs_code",
        "line_srvc_cnt",
    } <= columns


def read(file: InputFile) -> Iterator[Batch]:
    """Batches of one file. Rows without a valid NPI or without code are rejected (one of the publisher's
    own is a copyright notice); organizations (entity O) are records that are not staged.

    Raises SourceError when the column of the NPI, of the code or of the services is missing.
    """
    return csv_batches(file, COLUMNS, _procedures, IGNORED)


def _procedures(cleaner: Cleaner) -> Mapping[str, pd.DataFrame]:
    cleaner.identify()
    cleaner.require("hcpcs", "the HCPCS code is missing")
    cleaner.clean(numbers, "services", "beneficiaries")
    cleaner.clean_address()
    frame = cleaner.frame
    is_organization = (frame["entity"] == "O").to_numpy(dtype=bool)
    columns = frame[list(TABLES["procedures"])]
    people = columns[~is_organization].reset_index(drop=True) if is_organization.any() else columns
    return {"procedures": people}


SOURCE = Source(
    "procedures",
    TABLES,
    recognises,
    read,
    names=(r"mup_phy_.*prov_svc.*\.csv", r"medicare_provider_util.*\.(csv|txt)"),
)
