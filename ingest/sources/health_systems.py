"""Compendium of U.S. Health Systems (AHRQ): systems, and which hospitals and groups belong to them.

Three files, told apart by their headers: the list of systems (25 columns in 2018, 38 in 2023), the hospital
linkage (12 columns in 2018; 2023 adds the corporate parent and teaching), and the group practice linkage
(published for 2016 and later). Of the group linkage no publisher's header was at hand: the names
`pecos_pac_ids` (several PAC IDs, separated by commas), `health_sys_id` and `health_sys_name` are those that
three independent public programs read from the files of 2016 and later, so that `pecos_pac_ids` and
`health_sys_id` are required and the others optional. A blank system means "no system in that year"; such rows
are staged, without a system. A hospital without CCN cannot be linked to anybody and is not staged. The tax
number (`tin`) of a group is staged where it has nine digits: groups under one number have one owner.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pandas as pd

from ingest.clean import ccns, floats_to_text, pac_ids, states
from ingest.files import InputFile
from ingest.sources.base import Batch, Column, Head, Source, head_of
from ingest.sources.cleaner import Cleaner, csv_batches

TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "health_systems": ("system_id", "name", "city", "state"),
        "system_hospitals": (
            "ccn", "hospital_name", "street", "city", "state", "zip", "system_id", "system_name", "owner_id",
            "owner_name", "owner_type", "major_teaching",
        ),
        "system_groups": ("group_id", "group_name", "tin", "system_id", "system_name"),
    }
)  # fmt: skip
SYSTEM_COLUMNS = (
    Column("system_id", ("health_sys_id",), is_required=True),
    Column("name", ("health_sys_name",), is_required=True),
    Column("city", ("health_sys_city",)),
    Column("state", ("health_sys_state",)),
)
HOSPITAL_COLUMNS = (
    Column("ccn", ("ccn",), is_required=True),
    Column("hospital_name", ("hospital_name",)),
    Column("street", ("hospital_street",)),
    Column("city", ("hospital_city",)),
    Column("state", ("hospital_state",)),
    Column("zip", ("hospital_zip",)),
    Column("system_id", ("health_sys_id",), is_required=True),
    Column("system_name", ("health_sys_name",)),
    Column("owner_id", ("corp_parent_id",)),
    Column("owner_name", ("corp_parent_name",)),
    Column("owner_type", ("corp_parent_type",)),
    Column("major_teaching", ("hos_majteach",)),
)
GROUP_COLUMNS = (
    Column("group_ids", ("pecos_pac_ids",), is_required=True),
    Column("group_name", ("tin_name", "group_practice_name")),
    Column("tin", ("tin",)),
    Column("system_id", ("health_sys_id",), is_required=True),
    Column("system_name", ("health_sys_name",)),
)
IGNORED_OF_SYSTEMS = (
    "in_onekey", "in_aha", "onekey_id", "aha_sysid", "total_.*", "prim_care_mds", ".*_cnt(_restricted)?",
    "sys_.*", "maj_inv_owned", "deg_children", "hos_(net|total)_revenue",
)  # fmt: skip
IGNORED_OF_LINKAGES = (
    "compendium_.*_id", "acutehosp_flag", "health_sys_(city|state)", "hos_.*", "tin_.*", "md_do.*",
    "group_practice.*", "in_onekey", "onekey_id",
)  # fmt: skip


def recognises(head: Head) -> bool:
    """Whether a file is one of the three, by its header."""
    return _is_hospitals(head) or _is_groups(head) or _is_systems(head)


def read(file: InputFile) -> Iterator[Batch]:
    """Batches of one file. A system without id and a group row without any readable PAC ID are rejected.

    Raises SourceError when an identifying column is missing.
    """
    head = head_of(file)
    if _is_hospitals(head):
        return csv_batches(file, HOSPITAL_COLUMNS, _hospitals, IGNORED_OF_LINKAGES)
    if _is_groups(head):
        return csv_batches(file, GROUP_COLUMNS, _groups, IGNORED_OF_LINKAGES)
    return csv_batches(file, SYSTEM_COLUMNS, _systems, IGNORED_OF_SYSTEMS)


def _is_hospitals(head: Head) -> bool:
    return {"ccn", "health_sys_id", "hospital_name"} <= set(head.columns)


def _is_groups(head: Head) -> bool:
    return {"pecos_pac_ids", "health_sys_id"} <= set(head.columns)


def _is_systems(head: Head) -> bool:
    return {"health_sys_id", "health_sys_name", "hosp_cnt"} <= set(head.columns)


def _systems(cleaner: Cleaner) -> Mapping[str, pd.DataFrame]:
    cleaner.require("system_id", "the system has no id")
    cleaner.clean(states, "state")
    return {"health_systems": cleaner.frame[list(TABLES["health_systems"])]}


def _hospitals(cleaner: Cleaner) -> Mapping[str, pd.DataFrame]:
    cleaner.warn(cleaner.frame["ccn"].isna().to_numpy(), "ccn", "has no CCN, nobody can be linked to it")
    cleaner.clean(ccns, "ccn")
    cleaner.clean(floats_to_text, "major_teaching")
    cleaner.clean_address()
    linked = cleaner.frame[cleaner.frame["ccn"].notna()].reset_index(drop=True)
    return {"system_hospitals": linked[list(TABLES["system_hospitals"])]}


def _groups(cleaner: Cleaner) -> Mapping[str, pd.DataFrame]:
    """One staged row per PAC ID; a repair or loss is counted per row of the file."""
    cleaner.require("group_ids", "the group has no PAC ID")
    numbers = cleaner.frame["tin"].str.replace(r"\D", "", regex=True)
    # A mask or filler in place of the number would tie groups that have nothing in common.
    cleaner.frame["tin"] = numbers.where(numbers.str.fullmatch(r"(?!(\d)\1{8})\d{9}").fillna(False))
    ids = cleaner.frame["group_ids"].str.split(r"[,;\s]+", regex=True).explode()
    ids = ids[ids.notna() & (ids != "")]
    cleaned = pac_ids(ids.reset_index(drop=True))
    for reasons, note in ((cleaned.repairs, cleaner.repaired), (cleaned.losses, cleaner.warn)):
        for reason, where in reasons.items():
            note(cleaner.frame.index.isin(ids.index[where]), "pecos_pac_ids", reason)
    good = cleaned.values.set_axis(ids.index).dropna()
    rows = cleaner.frame.loc[good.index].assign(group_id=good.to_numpy()).reset_index(drop=True)
    has_none = ~cleaner.frame.index.isin(good.index)
    cleaner.reject(has_none, "pecos_pac_ids", "none of the PAC IDs can be read")
    return {"system_groups": rows[list(TABLES["system_groups"])].drop_duplicates(ignore_index=True)}


SOURCE = Source(
    "health_systems",
    TABLES,
    recognises,
    read,
    names=(
        r"chsp-(compendium|hospital-linkage|grouppractice-linkage).*\.csv",
        r"group-practice-linkage.*\.csv",
    ),
)
