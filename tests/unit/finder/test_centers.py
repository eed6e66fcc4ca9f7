"""Institution families: every row a fact with its source."""

from pathlib import Path

import pytest

from finder.centers import CENTERS_FILE, Acceptance, FamilyKind, keys_of_programs, load_families
from finder.errors import SourceError
from finder.programs import load_programs
from finder.sources import load_sources

FAMILIES = load_families()
BY_KEY = {(family.kind, family.member_id): family for family in FAMILIES}


def test_sibley_belongs_to_johns_hopkins_as_do_its_university_and_its_cancer_center() -> None:
    hopkins = {family.member_id for family in FAMILIES if family.system_id == "HSI00000531"}
    hospitals = {"210009", "090005", "210022", "210029", "210048", "103300"}
    assert hospitals | {"8921903147", "johns-hopkins-surgical"} <= hopkins
    assert "Sidney Kimmel Comprehensive Cancer at Center at Johns Hopkins University" in hopkins
    assert BY_KEY[FamilyKind.HOSPITAL, "090005"].member == "Sibley Memorial Hospital"


def test_every_kind_of_member_is_there_and_every_source_is_known() -> None:
    assert {family.kind for family in FAMILIES} == set(FamilyKind)
    assert {family.source_id for family in FAMILIES} <= set(load_sources())
    assert all(len(family.source) > 10 for family in FAMILIES)
    names = {(family.system_id, family.system_name) for family in FAMILIES}
    assert len({system_id for system_id, _name in names}) == len(names)


def test_acceptance_rules_are_said_to_be_not_published_without_a_source() -> None:
    said = {f.member_id: f.acceptance_source for f in FAMILIES}
    assert [f.member_id for f in FAMILIES if f.sees_own_patients is not Acceptance.NOT_PUBLISHED] == [
        member for member, source in said.items() if source
    ]


def test_programs_get_the_key_of_the_system_behind_them() -> None:
    keys = keys_of_programs(FAMILIES)
    assert keys["johns-hopkins-surgical"] == ("system:HSI00000531",)
    assert set(keys) <= {program.id for program in load_programs()}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("hospital,090005,", "hospital,210009,", "is listed twice"),
        ("hospital,090005,", "clinic,090005,", "is none of"),
        ("hospital,090005,Sibley", "hospital,,Sibley", "is empty"),
        ("not_published,,health", "yes,,health", "is needed for yes and no"),
        ("2026-11-23", "lately", "is not a day"),
    ],
)
def test_a_wrong_row_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    text = CENTERS_FILE.read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "centers.csv"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SourceError, match=reason):
        load_families(broken)
