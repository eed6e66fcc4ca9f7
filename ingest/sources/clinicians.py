"""Doctors and Clinicians (CMS): practice groups, addresses, school, telehealth, hospitals.

The national downloadable file, in the layouts of 2017 ("Physician Compare", long names), 2021 (short names,
each after a space) and since 2023 (hospitals moved to the facility affiliation file). A person has one row
per enrollment, group and address, up to 33 were seen. Files re-saved by a spreadsheet lost leading zeros of
PAC IDs, ZIPs and CCNs: restored where that is certain.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pandas as pd

from ingest.clean import ccns, dates, floats_to_text, joined, pac_ids
from ingest.files import InputFile
from ingest.sources.base import Batch, Column, Head, Source
from ingest.sources.cleaner import Cleaner, csv_batches

HOSPITALS = range(1, 6)
TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "clinicians": (
            "npi", "pac_id", "enrollment_id", "last_name", "first_name", "middle_name", "suffix", "sex",
            "credential", "school", "graduation_year", "specialty", "secondary_specialties", "telehealth",
            "group_name", "group_id", "group_size", "street", "street_2", "street_2_suppressed", "city",
            "state", "zip", "phone", "assignment", "hospital_ccns", "hospital_names",
        )
    }
)  # fmt: skip
# Headers: since 2023 as published, since 2023 in the API, 2021, 2017.
COLUMNS = (
    Column("npi", ("NPI",), is_required=True),
    Column("pac_id", ("Ind_PAC_ID", "PAC ID")),
    Column("enrollment_id", ("Ind_enrl_ID", "Professional Enrollment ID")),
    Column(
        "last_name", ("Provider Last Name", "provider_last_name", "lst_nm", "Last Name"), is_required=True
    ),
    Column("first_name", ("Provider First Name", "provider_first_name", "frst_nm", "First Name")),
    Column("middle_name", ("Provider Middle Name", "provider_middle_name", "mid_nm", "Middle Name")),
    Column("suffix", ("suff", "Suffix")),
    Column("sex", ("gndr", "Gender")),
    Column("credential", ("Cred", "Credential")),
    Column("school", ("Med_sch", "Medical school name")),
    Column("graduation_year", ("Grd_yr", "Graduation year")),
    Column("specialty", ("pri_spec", "Primary specialty")),
    Column("secondary_all", ("sec_spec_all", "All secondary specialties")),
    *(
        Column(f"secondary_{place}", (f"sec_spec_{place}", f"Secondary specialty {place}"))
        for place in range(1, 5)
    ),
    Column("telehealth", ("Telehlth", "telehlth")),
    Column(
        "group_name", ("Facility Name", "facility_name", "org_nm", "org_lgl_nm", "Organization legal name")
    ),
    Column("group_id", ("org_pac_id", "Group Practice PAC ID")),
    Column("group_size", ("num_org_mem", "Number of Group Practice members")),
    Column("street", ("adr_ln_1", "Line 1 Street Address")),
    Column("street_2", ("adr_ln_2", "Line 2 Street Address")),
    Column("street_2_suppressed", ("ln_2_sprs", "Marker of address line 2 suppression")),
    Column("city", ("City/Town", "citytown", "cty", "City")),
    Column("state", ("State", "st")),
    Column("zip", ("ZIP Code", "zip_code", "zip")),
    Column("phone", ("Telephone Number", "telephone_number", "phn_numbr", "Phone Number")),
    Column("assignment", ("ind_assgn", "Professional accepts Medicare Assignment")),
    *(
        Column(f"{name}_{place}", (f"{short}_{place}", f"Hospital affiliation {long} {place}"))
        for place in HOSPITALS
        for name, short, long in (("ccn", "hosp_afl", "CCN"), ("hospital", "hosp_afl_lbn", "LBN"))
    ),
)
IGNORED = (
    "grp_assgn", "adrs_id", "record_number", "reported quality measures", "used electronic health records",
    "participated in the medicare maintenance of certification program.?", "committed to heart health .*",
    "participated in .*", "pqrs.*", "ehr.*",
)  # fmt: skip


def recognises(head: Head) -> bool:
    """Whether a file is of this format: a person's PAC ID and a primary specialty, in any year's words."""
    columns = set(head.columns)
    return "npi" in columns and bool(columns & {"pri_spec", "primary specialty"})


def read(file: InputFile) -> Iterator[Batch]:
    """Batches of one file. Rows without a valid NPI are rejected.

    Raises SourceError when the column of the NPI or of the last name is missing.
    """
    return csv_batches(file, COLUMNS, _clinicians, IGNORED)


def _clinicians(cleaner: Cleaner) -> Mapping[str, pd.DataFrame]:
    cleaner.identify()
    cleaner.clean(pac_ids, "pac_id", "group_id")
    cleaner.clean(dates, "graduation_year")
    cleaner.clean(floats_to_text, "group_size")
    cleaner.clean(ccns, *(f"ccn_{place}" for place in HOSPITALS))
    cleaner.clean_address()
    frame = cleaner.frame
    frame["secondary_specialties"] = _secondary(frame)
    frame["hospital_ccns"], frame["hospital_names"] = _hospitals(frame)
    return {"clinicians": frame[list(TABLES["clinicians"])]}


def _secondary(frame: pd.DataFrame) -> pd.Series:
    """The list that the file gives in one cell, else its four columns; joined with ";"."""
    listed = frame["secondary_all"].str.replace(r"\s*[,;]\s*", ";", regex=True)
    return listed.fillna(joined([frame[f"secondary_{place}"] for place in range(1, 5)], ";"))


def _hospitals(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """CCNs joined with ";" and names joined with "|" in the same order; a name without CCN is left out."""
    ccn_columns = [frame[f"ccn_{place}"] for place in HOSPITALS]
    names = [
        frame[f"hospital_{place}"].str.replace("|", " ", regex=False).fillna("").where(ccn.notna())
        for place, ccn in zip(HOSPITALS, ccn_columns, strict=True)
    ]
    return joined(ccn_columns, ";"), joined(names, "|")


SOURCE = Source(
    "clinicians",
    TABLES,
    recognises,
    read,
    names=(r"dac_nationaldownloadablefile.*\.csv", r"physician_compare_national.*\.csv"),
)
