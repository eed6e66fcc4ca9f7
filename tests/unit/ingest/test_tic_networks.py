"""Transparency-in-Coverage files: members of a network, both layouts, what is refused."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from finder.errors import SourceError
from ingest.clean import is_npi
from ingest.files import InputFile
from ingest.sources.base import Batch, Head, Level, head_of
from ingest.sources.tic_networks import SOURCE, network_id

FIXTURE = Path(__file__).parents[2] / "fixtures" / "tic" / "in-network-1.json"
ONE, TWO = "1234567893", "1999999984"


def batches(path: Path) -> list[Batch]:
    return list(SOURCE.read(InputFile.of(path)))


def members(found: list[Batch]) -> list[tuple[str | None, ...]]:
    frames = [b.tables["network_members"] for b in found if b.tables]
    return [
        tuple(v if isinstance(v, str) else None for v in row)
        for f in frames
        for row in f.itertuples(index=False)
    ]


def written(tmp_path: Path, **content: Any) -> Path:
    path = tmp_path / "2026-01-01_in-network.json"
    path.write_text(json.dumps(content))
    return path


def test_the_groups_of_layout_1_give_each_member_once() -> None:
    plan = ("fictional-insurer:made-up-ppo", "Made-Up PPO")
    assert members(batches(FIXTURE)) == [
        (ONE, *plan, "ein", "00-0000001", "2026-03-04"),
        (TWO, *plan, "ein", "00-0000001", "2026-03-04"),
        (TWO, *plan, "npi", TWO, "2026-03-04"),
    ]


def test_a_row_is_a_group_and_every_group_is_a_record_or_rejected() -> None:
    [batch] = batches(FIXTURE)
    rejected = [(i.row, i.reason) for i in batch.issues if i.level is Level.REJECTED]
    assert (batch.rows_read, batch.records) == (6, 4)
    assert sorted(rejected) == [
        (4, "has no valid NPI: the check digit does not fit"),
        (5, "is not a provider group"),
    ]


def test_tax_number_only_groups_and_single_bad_numbers_are_counted_warnings() -> None:
    [batch] = batches(FIXTURE)
    assert [(i.row, i.reason, i.count) for i in batch.issues if i.level is Level.WARNING] == [
        (2, "names a tax number only, no NPI", 2),
        (1, "left out: is not an NPI: the check digit does not fit", 1),
    ]


def test_nothing_of_billing_codes_and_prices_is_kept() -> None:
    [batch] = batches(FIXTURE)
    kept = repr(batch.tables["network_members"].to_dict()) + repr(batch.issues)
    assert "NOT KEPT" not in kept
    assert "X0001" not in kept


def test_the_references_of_layout_2_name_the_networks(tmp_path: Path) -> None:
    group = {"npi": [int(ONE)], "tin": {"type": "ein", "value": "00-0000001", "business_name": "Made Up"}}
    path = written(
        tmp_path,
        reporting_entity_name="Fictional Insurer",
        last_updated_on="2026-03-04",
        provider_references=[
            {"provider_group_id": 1, "provider_groups": [group], "network_name": ["Net A", "Net B"]},
            {"provider_group_id": 2, "location": "https://example.org/more.json"},
        ],
        in_network=[{"negotiated_rates": [{"provider_references": [1]}]}],
    )
    found = batches(path)
    assert [(m[0], m[1], m[2]) for m in members(found)] == [
        (ONE, "fictional-insurer:net-a", "Net A"),
        (ONE, "fictional-insurer:net-b", "Net B"),
    ]
    assert (found[0].rows_read, found[0].records) == (2, 2)
    assert "points to another file" in found[0].issues[0].reason


def test_entity_and_date_behind_the_arrays_are_found(tmp_path: Path) -> None:
    group = {"npi": [int(ONE)], "tin": {"type": "ein", "value": "1"}}
    path = written(
        tmp_path,
        in_network=[{"negotiated_rates": [{"provider_groups": [group]}]}],
        reporting_entity_name="Late Insurer",
        last_updated_on="2026-03-04",
    )
    assert members(batches(path)) == [
        (ONE, "late-insurer", "Late Insurer", "ein", "1", "2026-03-04"),
    ]


def test_an_entity_without_plan_names_its_network_by_itself() -> None:
    assert network_id("Fictional Insurer", "Fictional Insurer") == "fictional-insurer"


@pytest.mark.parametrize(
    ("start", "is_ours"),
    [
        (b'{"reporting_entity_name": "x", "in_network": [', True),
        (b'\xef\xbb\xbf{"provider_references": [', True),
        (b'{"$schema": "x", "properties": {"in_network": {}}}', False),
        (b'{"reporting_entity_name": "x", "reporting_structure": [{"in_network_files": []}]}', False),
        (b'{"reporting_entity_name": "x", "out_of_network": [', False),
        (b'[{"npi": 1}]', False),
    ],
)
def test_only_in_network_files_are_recognised(start: bytes, is_ours: bool) -> None:
    assert SOURCE.recognises(Head("data.json", (), start)) is is_ours


def test_a_file_that_breaks_off_gives_its_whole_groups_first(tmp_path: Path) -> None:
    path = tmp_path / "in-network.json"
    path.write_text(FIXTURE.read_text()[:-250])
    assert SOURCE.recognises(head_of(InputFile.of(path)))
    found = []
    with pytest.raises(SourceError, match=r"in-network\.json: at character"):
        for batch in SOURCE.read(InputFile.of(path)):
            found.append(batch)
    assert len(members(found)) >= 2


def test_memory_does_not_grow_with_the_number_of_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.sources.tic_networks.NPIS_A_BATCH", 5_000)
    valid = [n for n in range(1_999_990_000, 2_000_000_000) if is_npi(str(n))][:500]
    group = json.dumps({"npi": valid, "tin": {"type": "ein", "value": "1"}})

    def peak(groups: int) -> int:
        path = tmp_path / f"{groups}.json"
        body = ",".join([group] * groups)
        path.write_text('{"in_network":[{"negotiated_rates":[{"provider_groups":[' + body + "]}]}]}")
        file = InputFile.of(path)
        tracemalloc.start()
        seen = sum(batch.rows_read for batch in SOURCE.read(file))
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert seen == groups
        return top

    assert peak(200) < peak(50) * 1.3
