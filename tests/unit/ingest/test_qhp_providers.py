"""QHP directory files: people, networks, plans, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from finder.errors import SourceError
from ingest.files import InputFile
from ingest.sources.base import Batch, Head, Level, head_of
from ingest.sources.qhp_providers import SOURCE

FIXTURE = Path(__file__).parents[2] / "fixtures" / "qhp" / "providers.json"


def batches(path: Path) -> list[Batch]:
    return list(SOURCE.read(InputFile.of(path)))


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{k: v for k, v in r.items() if isinstance(v, str)} for r in frame.to_dict("records")]


def one_person(tmp_path: Path, **values: Any) -> dict[str, Any]:
    provider = {"npi": "1234567893", "type": "INDIVIDUAL", "plans": [], "name": {"last": "X"}, **values}
    path = tmp_path / "providers.json"
    path.write_text(json.dumps([provider]))
    [batch] = batches(path)
    return rows(batch.tables["qhp_people"])[0]


def test_a_person_gives_its_columns() -> None:
    [batch] = batches(FIXTURE)
    [person] = rows(batch.tables["qhp_people"])
    assert json.loads(person.pop("addresses")) == [
        {
            "street": "1 Made-Up St",
            "street_2": "Suite 2",
            "city": "Baltimore",
            "state": "MD",
            "zip": "21287",
            "phone": "4105550100",
        },
        {"street": "3 Other St", "city": "Trenton", "state": "NJ", "zip": "08608"},
    ]
    assert person == {
        "npi": "1234567893",
        "last_name": "Example",
        "first_name": "Anna",
        "middle_name": "B",
        "specialties": "Oncology;Surgery",
        "accepting": "yes",
        "languages": "en;zh;klingon",
        "as_of": "2026-02-03",
    }


def test_a_network_gives_its_columns_and_a_plan_without_id_is_left_out() -> None:
    [batch] = batches(FIXTURE)
    assert rows(batch.tables["qhp_networks"]) == [
        {
            "npi": "1234567893",
            "plan_id": "99999XX0000001",
            "tier": "PREFERRED",
            "years": "2025;2026",
            "as_of": "2026-02-03",
        }
    ]
    assert any(i.reason == "a plan without an id was left out" for i in batch.issues)


def test_every_row_is_a_record_or_a_rejected_issue_with_its_content() -> None:
    [batch] = batches(FIXTURE)
    rejected = sorted((i.row, i.field, i.reason) for i in batch.issues if i.level is Level.REJECTED)
    assert (batch.rows_read, batch.records) == (6, 2)
    assert [(row, reason) for row, _, reason in rejected] == [
        (3, "the NPI is missing"),
        (4, "is not an NPI: the check digit does not fit"),
        (5, "type 'PLANET' is none of INDIVIDUAL, FACILITY, GROUP"),
        (6, "is not a provider record"),
    ]
    [carl] = [i.content for i in batch.issues if i.row == 4 and i.level is Level.REJECTED]
    assert carl is not None
    assert (carl["npi"], carl["last_name"]) == ("1234567890", "Check")


def test_repairs_and_losses_in_addresses_are_reported() -> None:
    [batch] = batches(FIXTURE)
    found = {(i.row, i.field, i.level) for i in batch.issues}
    assert (1, "zip", Level.REPAIRED) in found
    assert (1, "phone", Level.WARNING) in found


@pytest.mark.parametrize(
    ("of_person", "of_addresses", "accepting"),
    [
        ("accepting", [], "yes"),
        (["not accepting"], [], "no"),
        ("Accepting in some locations", ["accepting"], None),
        (None, ["accepting", "accepting"], "yes"),
        (None, ["accepting", "not accepting"], None),
        (None, ["accepting", None], None),
        (None, [], None),
    ],
)
def test_accepting_is_said_only_where_all_values_agree(
    tmp_path: Path, of_person: Any, of_addresses: list[Any], accepting: str | None
) -> None:
    addresses = [{"address": "1 A St", "accepting": value} for value in of_addresses]
    person = one_person(tmp_path, accepting=of_person, addresses=addresses)
    assert person.get("accepting") == accepting


def test_plans_give_id_name_and_years(tmp_path: Path) -> None:
    path = tmp_path / "plans.json"
    plan = {"plan_id_type": "HIOS-PLAN-ID", "plan_id": "99999XX0000001", "marketing_name": "Made-Up Gold",
            "years": [2026]}  # fmt: skip
    path.write_text(json.dumps([plan, {"marketing_name": "No Id"}]))
    [batch] = batches(path)
    assert rows(batch.tables["plans"]) == [
        {
            "plan_id": "99999XX0000001",
            "plan_id_type": "HIOS-PLAN-ID",
            "name": "Made-Up Gold",
            "years": "2026",
        }
    ]
    assert (batch.rows_read, batch.records, batch.issues[0].reason) == (2, 1, "the plan has no id")


def test_an_index_is_recognised_and_says_that_it_holds_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "index.json"
    path.write_text('{"provider_urls": ["https://example.org/p.json"], "plan_urls": []}')
    assert SOURCE.recognises(head_of(InputFile.of(path)))
    [batch] = batches(path)
    assert (batch.rows_read, batch.issues[0].level) == (0, Level.WARNING)


@pytest.mark.parametrize(
    "start",
    [
        b'{"$schema": "x", "provider_urls": 1, "plan_urls": 2}',
        b'[{"number": "1124762000", "enumeration_type": "NPI-1"}]',
        b'{"reporting_entity_name": "x", "in_network": [{"npi": 1, "type": "group"}]}',
        b'{"protocolSection": {}}',
        b"npi,type\n",
    ],
)
def test_other_formats_are_not_taken_for_directory_files(start: bytes) -> None:
    assert not SOURCE.recognises(Head("data.json", (), start))


def test_a_file_that_breaks_off_gives_the_whole_people_first(tmp_path: Path) -> None:
    path = tmp_path / "providers.json"
    path.write_text(FIXTURE.read_text()[:-40])
    found = []
    with pytest.raises(SourceError, match=r"providers\.json: at character"):
        for batch in SOURCE.read(InputFile.of(path)):
            found.append(batch.rows_read)
    assert sum(found) >= 4
