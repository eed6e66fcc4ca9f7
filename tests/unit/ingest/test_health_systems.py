from pathlib import Path

from ingest.clean import LOST_ZERO
from ingest.files import InputFile
from ingest.sources.base import Level, head_of
from ingest.sources.health_systems import SOURCE
from tests.unit.ingest.reading import FIXTURES, read_whole, written

FOLDER = FIXTURES / "health_systems"


def test_every_field_of_a_linked_hospital_lands_in_its_column() -> None:
    found = read_whole(SOURCE, FOLDER / "chsp-hospital-linkage-2023.csv")
    assert found.rows("system_hospitals")[0] == {
        "ccn": "990001",
        "hospital_name": "Hôpital Imaginaire – Général",
        "street": "1 Fictional Avenue",
        "city": "Nowhereton",
        "state": "MA",
        "zip": "02134",
        "system_id": "HSI99000001",
        "system_name": "Imaginary Health System",
        "owner_id": "CP9901",
        "owner_name": "Imaginary Holdings",
        "owner_type": "Made-up type",
        "major_teaching": "1",
    }
    assert not [i for i in found.issues if "column" in i.reason]


def test_a_hospital_with_a_blank_system_is_kept_without_one() -> None:
    second = read_whole(SOURCE, FOLDER / "chsp-hospital-linkage-2023.csv").rows("system_hospitals")[1]
    assert (second["ccn"], second["system_id"], second["owner_id"]) == ("990002", None, None)


def test_a_hospital_without_ccn_is_a_record_that_is_not_staged() -> None:
    found = read_whole(SOURCE, FOLDER / "chsp-hospital-linkage-2023.csv")
    assert (found.records, len(found.tables["system_hospitals"])) == (3, 2)
    assert found.said(Level.WARNING) == {("ccn", "has no CCN, nobody can be linked to it", 1)}


def test_every_field_of_a_system_lands_in_its_column() -> None:
    found = read_whole(SOURCE, FOLDER / "chsp-compendium-2023.csv")
    (row,) = found.rows("health_systems")
    assert (row["system_id"], row["name"]) == ("HSI99000001", "Imaginary Health System")
    assert (row["city"], row["state"]) == ("Nowhereton", "MA")
    assert not found.issues


def test_a_group_gives_one_row_for_each_of_its_pac_ids() -> None:
    found = read_whole(SOURCE, FOLDER / "chsp-grouppractice-linkage-2020.csv")
    assert [tuple(row.values()) for row in found.rows("system_groups")] == [
        ("9900000001", "Imaginary Care Group", "000000007", "HSI99000001", "Imaginary Health System"),
        ("0123456789", "Imaginary Care Group", "000000007", "HSI99000001", "Imaginary Health System"),
        ("9900000003", "Lonely Practice", None, None, None),
    ]
    assert found.said(Level.REPAIRED) == {("pecos_pac_ids", LOST_ZERO, 1)}


def test_a_group_without_any_readable_pac_id_is_rejected_once() -> None:
    found = read_whole(SOURCE, FOLDER / "chsp-grouppractice-linkage-2020.csv")
    assert found.said(Level.REJECTED) == {("pecos_pac_ids", "none of the PAC IDs can be read", 1)}
    assert found.records == 2


def test_the_narrower_layout_of_2018_is_read_with_a_warning(tmp_path: Path) -> None:
    header = "compendium_hospital_id,ccn,hospital_name,hospital_zip,health_sys_id,health_sys_name"
    path = written(tmp_path, "chsp-hospital-linkage-2018.csv", header, "C1,990001,A,02134,HSI99000001,B")
    (row,) = read_whole(SOURCE, path).rows("system_hospitals")
    assert (row["system_id"], row["owner_id"], row["major_teaching"]) == ("HSI99000001", None, None)


def test_a_hospital_list_without_systems_is_not_claimed(tmp_path: Path) -> None:
    assert not SOURCE.recognises(head_of(InputFile.of(written(tmp_path, "x.csv", "ccn,hospital_name"))))
