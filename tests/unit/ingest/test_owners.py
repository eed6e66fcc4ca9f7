"""Owners above owners: levels, identical owners and systems, tax numbers, families that the linkage lacks."""

from datetime import date
from pathlib import Path

from finder.centers import Acceptance, Family, FamilyKind
from ingest.owners import Owners, owners
from tests.unit.ingest.staged_tables import staged


def linked(ccn: str, system: str = "", owner: str = "", as_of: str = "2023") -> dict[str, str]:
    row = {"ccn": ccn, "as_of": as_of, "system_id": system, "system_name": system and f"System {system}",
           "owner_id": owner, "owner_name": owner and f"Owner {owner}"}  # fmt: skip
    return {name: value for name, value in row.items() if value}


def grouped(group: str, system: str = "", tin: str = "") -> dict[str, str]:
    row = {
        "group_id": group,
        "group_name": f"Group {group}",
        "system_id": system,
        "tin": tin,
        "as_of": "2023",
    }
    return {name: value for name, value in row.items() if value}


def a_family(kind: FamilyKind, member: str, system: str) -> Family:
    said = (Acceptance.NOT_PUBLISHED, "", "health_systems", "a list", "2018", date(2026, 1, 1))
    return Family(kind, member, member, system, f"System {system}", *said)


def owned(
    folder: Path,
    hospitals: list[dict[str, str]],
    groups: list[dict[str, str]] | None = None,
    *families: Family,
) -> Owners:
    with staged(folder, {"system_hospitals": hospitals, "system_groups": groups or []}) as staging:
        return owners(staging, families)


def keys(links: tuple[object, ...]) -> list[str]:
    return [link.key for link in links]  # type: ignore[attr-defined]


def test_owners_come_nearest_first_over_three_levels_each_with_the_step_below(tmp_path: Path) -> None:
    rows = [linked("1", "R", "N"), linked("2", "N", "H")]
    found = owned(tmp_path, rows, [grouped("g", "R")])
    assert [(link.key, link.below) for link in found.groups["g"]] == [
        ("system:R", None), ("owner:N", "system:R"), ("owner:H", "owner:N"),
    ]  # fmt: skip
    assert keys(found.hospitals["1"]) == ["system:R", "owner:N", "owner:H"]


def test_who_belongs_to_an_owner_itself_shares_its_key_with_those_below_it(tmp_path: Path) -> None:
    found = owned(tmp_path, [linked("1", "R", "N"), linked("2", "N")], [grouped("g", "N")])
    assert keys(found.hospitals["2"]) == ["system:N", "owner:N"]
    assert keys(found.groups["g"]) == ["system:N", "owner:N"]
    assert "owner:N" in keys(found.hospitals["1"])


def test_a_circle_of_owners_ends(tmp_path: Path) -> None:
    found = owned(tmp_path, [linked("1", "A", "B"), linked("2", "B", "A")])
    assert set(keys(found.hospitals["1"])) == {"system:A", "owner:A", "owner:B"}


def test_a_system_whose_hospitals_name_several_parents_has_no_single_owner(tmp_path: Path) -> None:
    found = owned(tmp_path, [linked("1", "R", "N"), linked("2", "R", "M")], [grouped("g", "R")])
    assert keys(found.groups["g"]) == ["system:R"]
    assert keys(found.hospitals["2"]) == ["system:R", "owner:M"]


def test_groups_of_one_tax_number_have_one_owner_and_the_number_itself_is_not_kept(tmp_path: Path) -> None:
    rows = [grouped("7", tin="123456789"), grouped("5", tin="123456789"), grouped("6", tin="987654321")]
    found = owned(tmp_path, [], rows)
    assert keys(found.groups["7"]) == keys(found.groups["5"]) == ["owner:tax-number-of-5"]
    assert found.groups["6"] == ()
    assert "123456789" not in repr(found)


def test_a_blank_is_known_to_be_none_and_an_absent_number_is_unknown(tmp_path: Path) -> None:
    found = owned(tmp_path, [linked("1")], [grouped("g")])
    assert found.hospitals == {"1": ()}
    assert found.groups == {"g": ()}


def test_the_newest_linkage_counts(tmp_path: Path) -> None:
    found = owned(tmp_path, [linked("1", "OLD", as_of="2018"), linked("1", "NEW", as_of="2023")])
    assert keys(found.hospitals["1"]) == ["system:NEW"]


def test_a_family_speaks_only_of_what_the_linkage_lacks(tmp_path: Path) -> None:
    families = [
        a_family(FamilyKind.HOSPITAL, "1", "F"),
        a_family(FamilyKind.HOSPITAL, "2", "F"),
        a_family(FamilyKind.GROUP, "g", "F"),
        a_family(FamilyKind.CANCER_CENTER, "Big Cancer Center", "F"),
        a_family(FamilyKind.MEDICAL_SCHOOL, "Big School", "F"),
    ]
    found = owned(tmp_path, [linked("1")], None, *families)
    assert found.hospitals["1"] == ()
    assert [(link.key, link.source, link.as_of) for link in found.hospitals["2"]] == [
        ("system:F", "health_systems", "2018")
    ]
    assert keys(found.groups["g"]) == ["system:F"]
    assert keys(found.centers["big cancer center"]) == ["system:F"]
    assert keys(found.schools["big school"]) == ["system:F"]
