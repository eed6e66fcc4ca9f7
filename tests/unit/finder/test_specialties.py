"""Which taxonomy codes are kept, and how specialties relate."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from finder.errors import SourceError
from finder.specialties import Kept, Role, Specialties, load_specialties
from finder.tables import DATA
from finder.text import fold


@pytest.fixture(scope="module")
def specialties() -> Specialties:
    return load_specialties()


@pytest.fixture
def altered(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """A copy of the data folder in which one text of one file was replaced."""

    def alter(name: str, old: str, new: str) -> Path:
        folder = tmp_path / "data"
        shutil.copytree(DATA, folder)
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return alter


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ("2085R0204X", Kept.CANDIDATE),  # interventional radiology
        ("1223S0112X", Kept.CANDIDATE),  # oral surgery
        ("213E00000X", Kept.CANDIDATE),  # podiatry
        ("103G00000X", Kept.CANDIDATE),  # neuropsychology
        ("170300000X", Kept.CANDIDATE),  # genetic counseling
        ("122300000X", Kept.PRIOR_ONLY),  # general dentist
        ("363A00000X", Kept.PRIOR_ONLY),  # physician assistant
        ("363LF0000X", Kept.PRIOR_ONLY),  # nurse practitioner
        ("367500000X", Kept.PRIOR_ONLY),  # nurse anesthetist
        ("209800000X", Kept.PRIOR_ONLY),  # legal medicine
        ("2085R0205X", Kept.PRIOR_ONLY),  # radiation physics
        ("282N00000X", Kept.NO),  # a hospital
        ("390200000X", Kept.NO),  # a student
    ],
)
def test_only_clinicians_who_give_second_opinions_may_be_results(
    specialties: Specialties, code: str, kept: Kept
) -> None:
    assert specialties.kept(code) is kept


def test_the_lineage_goes_from_narrow_to_broad(specialties: Specialties) -> None:
    assert specialties.lineage("transplant_hepatology") == (
        "transplant_hepatology",
        "hepatology",
        "gastroenterology",
        "internal_medicine",
    )


def test_roles_tell_surgeons_from_readers(specialties: Specialties) -> None:
    assert specialties.by_id["surgical_oncology"].role is Role.SURGERY
    assert specialties.by_id["radiation_oncology"].role is Role.RADIATION
    assert specialties.by_id["diagnostic_radiology"].role is Role.IMAGING
    assert specialties.by_id["interventional_radiology"].role is Role.OTHER


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("INTERVENTIONAL RADIOLOGY", "2085R0204X"),
        ("HEMATOLOGY/ONCOLOGY", "207RH0003X"),
        ("Hematology-Oncology", "207RH0003X"),
        ("Internal Medicine", "207R00000X"),
        ("Cardiology", "207RC0000X"),
        ("GERIATRIC PSYCHIATRY", "2084P0805X"),
        ("Mass Immunization Roster Biller", None),
        ("Witchcraft", None),
    ],
)
def test_a_cms_specialty_name_gives_its_taxonomy_code(
    specialties: Specialties, name: str, code: str | None
) -> None:
    assert specialties.code_of_cms_name(name) == code


def test_every_physician_code_of_the_real_code_set_is_listed(
    specialties: Specialties, shared_data: Path
) -> None:
    with (shared_data / "nucc/nucc_taxonomy_251.csv").open(encoding="utf-8-sig", errors="replace") as file:
        rows = list(csv.DictReader(file))
    codes = {row["Code"] for row in rows}
    assert [code for code in codes if code.startswith("20") and code not in specialties.by_code] == []
    assert sorted(set(specialties.by_code) - codes) == []


def test_every_specialty_name_in_the_real_cms_files_is_known(
    specialties: Specialties, shared_data: Path
) -> None:
    names: set[str] = set()
    for path in (shared_data / "cms_dac").glob("[DP]*.csv"):
        with path.open(encoding="latin-1") as file:
            for row in csv.DictReader(file):
                named = {(key or "").strip().lower(): value for key, value in row.items()}
                names.update(
                    value.strip()
                    for key, value in named.items()
                    if isinstance(value, str) and key in ("pri_spec", "sec_spec_1", "primary specialty")
                )
    used = shared_data / "medicare_utilization/Medicare_Provider_Utilization_CY2012.txt"
    with used.open(encoding="latin-1") as file:
        names.update(row["provider_type"] for row in csv.DictReader(file, delimiter="\t"))
    with (DATA / "cms_specialties.csv").open(encoding="utf-8") as file:
        known = {fold(row["cms_name"]) for row in csv.DictReader(file)}
    assert len(names) > 60
    assert sorted(name for name in names - {""} if fold(name) not in known) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("specialties.csv", ",medical,adult,candidate,", ",magical,adult,candidate,", "none of"),
        ("specialties.csv", "hepatology,Liver physician", "hepatology,Liver doctor,", "cells"),
        ("specialties.csv", ",gastroenterology,medical", ",nowhere,medical", "not a specialty"),
        ("specialties.csv", "207RT0003X", "207RI0008X", "listed twice"),
        ("specialties.csv", "taxonomy_code,", "code,", "header"),
        ("specialties.csv", ",internal_medicine,medical,adult,candidate", ",x,medical,adult,no", "left out"),
        ("cms_specialties.csv", "CARDIAC SURGERY", "Thoracic Surgery", "listed twice"),
    ],
)
def test_a_wrong_file_is_refused_with_row_and_reason(
    altered: Callable[[str, str, str], Path], name: str, old: str, new: str, said: str
) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        load_specialties(altered(name, old, new))
    assert caught.value.file == name


def test_a_specialty_that_is_broader_than_itself_is_refused(
    altered: Callable[[str, str, str], Path],
) -> None:
    folder = altered("specialties.csv", "207R00000X,internal_medicine,Internist,,",
                     "207R00000X,internal_medicine,Internist,cardiology,")  # fmt: skip
    with pytest.raises(SourceError, match="leads back"):
        load_specialties(folder)
