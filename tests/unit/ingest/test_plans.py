"""Names of plans and networks for the reader: the most used first, told apart, bounded."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from ingest.files import InputFile
from ingest.plans import MOST_LETTERS, plan_names
from ingest.sources import SOURCES
from ingest.sources.base import Batch, Source
from ingest.staging import Staging

TABLES = {table: columns for source in SOURCES for table, columns in source.tables.items()}
Rows = dict[str, list[dict[str, str]]]


def names_of(folder: Path, rows: Rows, most: int = 10) -> dict[str, str]:
    def framed(table: str) -> pd.DataFrame:
        columns = TABLES[table]
        return pd.DataFrame(
            [dict.fromkeys(columns) | row for row in rows[table]], columns=list(columns), dtype="str"
        )

    def read(file: InputFile) -> Iterator[Batch]:
        for table in rows:
            yield Batch({table: framed(table)}, [], len(rows[table]), len(rows[table]))

    source = Source("tests", TABLES, lambda head: True, read)
    (folder / "file.csv").write_text("x")
    with Staging(folder / "s.duckdb", [source]) as staging:
        staging.stage(InputFile.of(folder / "file.csv"), source)
        return plan_names(staging, most)


def listed(plan: str, people: int) -> list[dict[str, str]]:
    return [{"npi": str(1000000000 + n), "plan_id": plan} for n in range(people)]


def named(**names: str) -> list[dict[str, str]]:
    return [{"plan_id": plan, "name": name} for plan, name in names.items()]


def test_plans_and_networks_that_list_somebody_have_names(tmp_path: Path) -> None:
    member = {"npi": "1", "network_id": "insurer:choice", "network_name": "Choice  PPO"}
    rows = {
        "plans": named(p1="Gold", unused="Silver"),
        "qhp_networks": [*listed("p1", 2), *listed("nameless", 3)],
        "network_members": [member],
    }
    assert names_of(tmp_path, rows) == {"p1": "Gold", "insurer:choice": "Choice PPO"}


def test_a_shared_name_carries_the_id_and_an_endless_one_is_left_out(tmp_path: Path) -> None:
    rows = {
        "plans": named(p1="Gold", p2="GOLD", p3="x" * (MOST_LETTERS + 1)),
        "qhp_networks": [*listed("p1", 1), *listed("p2", 1), *listed("p3", 1)],
    }
    assert names_of(tmp_path, rows) == {"p1": "Gold (p1)", "p2": "GOLD (p2)"}


def test_of_too_many_the_most_used_are_named(tmp_path: Path) -> None:
    rows = {
        "plans": named(p1="One", p2="Two", p3="Three"),
        "qhp_networks": [*listed("p1", 1), *listed("p2", 2), *listed("p3", 3)],
    }
    assert list(names_of(tmp_path, rows, most=2)) == ["p3", "p2"]
