"""Institution rosters: our documented CSV, every value checked."""

from pathlib import Path
from typing import Any

import pandas as pd

from ingest.files import InputFile
from ingest.sources.base import Batch, Level, head_of
from ingest.sources.rosters import ROSTER, SOURCE

FIXTURE = Path(__file__).parents[2] / "fixtures" / "rosters" / "roster.csv"


def batches(path: Path) -> list[Batch]:
    return list(SOURCE.read(InputFile.of(path)))


def rows(found: list[Batch]) -> list[dict[str, Any]]:
    frames: list[pd.DataFrame] = [b.tables["rosters"] for b in found if b.tables]
    return [{k: v for k, v in r.items() if isinstance(v, str)} for f in frames for r in f.to_dict("records")]


def test_a_line_gives_every_column_in_its_one_form() -> None:
    first = rows(batches(FIXTURE))[0]
    assert tuple(first) == ROSTER
    assert first == {
        "npi": "1234567893",
        "first_name": "Anna",
        "last_name": "Example",
        "institution": "Fictional Hospital",
        "institution_ccn": "099001",
        "practice_group": "Made-Up Group",
        "sole_practice": "no",
        "academic_title": "Professor of Surgery",
        "academic_institution": "Fictional Medical School",
        "clinical_focus": "Bile duct cancer;liver surgery",
        "accepts_second_opinions": "yes",
        "accepts_for": "any",
        "sees_own_system_patients": "yes",
        "languages": "es;fr;klingon",
        "virtual": "yes",
        "ages": "child;adult",
        "residency_institution": "Fictional Hospital",
        "residency_specialty": "Surgery",
        "residency_year": "2012",
        "referral_partners": "1999999984;1234567893",
        "second_opinion_programs": "Demo Second Look",
        "approach": "Minimally invasive;surveillance first",
        "opinion_only": "yes",
        "calls_back": "no",
        "written_report": "yes",
        "multidisciplinary_board": "no",
        "as_of": "2026-03-04",
    }


def test_an_empty_cell_is_not_known_and_a_wrong_one_is_dropped_and_reported() -> None:
    found = batches(FIXTURE)
    second = rows(found)[1]
    assert second == {
        "npi": "1999999984",
        "first_name": "Bert",
        "last_name": "Beispiel",
        "institution": "Other Hospital",
        "institution_ccn": "99001X",
        "sees_own_system_patients": "no",
    }
    warned = {(i.row, i.field, i.reason) for b in found for i in b.issues if i.level is Level.WARNING}
    assert warned >= {
        (3, "accepts_second_opinions", "is neither yes nor no"),
        (3, "opinion_only", "is neither yes nor no"),
        (3, "ages", "is neither child nor adult"),
        (3, "residency_year", "is no year"),
        (3, "referral_partners", "holds a wrong NPI"),
    }


def test_a_line_with_a_wrong_npi_is_rejected_with_its_content() -> None:
    found = batches(FIXTURE)
    [rejected] = [i for b in found for i in b.issues if i.level is Level.REJECTED]
    assert (rejected.row, rejected.field, rejected.reason) == (
        4,
        "npi",
        "is not an NPI: the check digit does not fit",
    )
    assert rejected.content == {
        "npi": "1234567890",
        "first_name": "Carl",
        "last_name": "Check",
        "clinical_focus": "knees",
    }
    assert (sum(b.rows_read for b in found), sum(b.records for b in found)) == (3, 2)


def test_a_roster_is_known_by_two_columns_and_may_lack_the_others(tmp_path: Path) -> None:
    path = tmp_path / "any name.csv"
    path.write_text("npi;clinical_focus\n1234567893;knees, hips\n")
    assert SOURCE.recognises(head_of(InputFile.of(path)))
    assert rows(batches(path)) == [{"npi": "1234567893", "clinical_focus": "knees, hips"}]


def test_other_tables_are_no_roster(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("npi,specialty\n1234567893,knees\n")
    assert not SOURCE.recognises(head_of(InputFile.of(path)))
