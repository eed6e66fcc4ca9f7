"""Towers, main addresses and switchboards: what so many list that it is no tie."""

from pathlib import Path

from ingest.crowds import MAX_PRACTICES_AT_ONE_PLACE, Crowds, crowds
from tests.unit.ingest.staged_tables import staged

FEW = MAX_PRACTICES_AT_ONE_PLACE


def listed(npi: int, group: str | None, street_2: str = "", street: str = "1 Main St") -> dict[str, str]:
    row = {"npi": str(npi), "group_id": group or "", "street": street, "street_2": street_2, "zip": "21287"}
    return {name: value for name, value in row.items() if value}


def of(folder: Path, rows: list[dict[str, str]]) -> Crowds:
    with staged(folder, {"clinicians": rows}) as staging:
        return crowds(staging)


def test_a_building_of_more_groups_than_three_is_crowded_whatever_the_suites(tmp_path: Path) -> None:
    rows = [listed(n, f"g{n}", f"Ste {n}") for n in range(FEW + 1)]
    assert of(tmp_path, rows) == Crowds(frozenset({"1 main st|21287"}))


def test_three_groups_with_many_people_are_no_crowd(tmp_path: Path) -> None:
    assert of(tmp_path, [listed(n, f"g{n % FEW}") for n in range(100)]).buildings == frozenset()


def test_people_without_a_group_count_each_for_themselves_in_a_building_but_not_in_a_suite(
    tmp_path: Path,
) -> None:
    found = of(tmp_path, [listed(n, None, "Ste 5") for n in range(FEW + 1)])
    assert found.buildings == {"1 main st|21287"}
    assert found.suites == frozenset()


def test_a_suite_of_more_groups_than_three_is_crowded(tmp_path: Path) -> None:
    rows = [listed(n, f"g{n}", "Ste 5") for n in range(FEW + 1)] + [listed(9, "g1", "Ste 6")]
    assert of(tmp_path, rows).suites == {"1 main st|5|21287"}
