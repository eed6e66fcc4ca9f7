"""Trial investigators are linked by name and state, or dropped and counted."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from ingest.files import InputFile
from ingest.investigators import Investigators, investigators
from ingest.sources import SOURCES
from ingest.sources.base import Batch, Source
from ingest.staging import Staging

TABLES = {table: columns for source in SOURCES for table, columns in source.tables.items()}


def frame(table: str, *rows: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [dict.fromkeys(TABLES[table]) | row for row in rows], columns=list(TABLES[table]), dtype="str"
    )


@pytest.fixture
def linked(tmp_path: Path) -> Iterator[Investigators]:
    """Two people named Ann Lee in different states, one Bob Ray, and one trial each way."""
    frames = {
        "nppes_people": frame(
            "nppes_people",
            {"npi": "1", "last_name": "LEE", "first_name": "ANN", "middle_name": "B", "state": "MD"},
            {"npi": "2", "last_name": "LEE", "first_name": "ANN", "state": "TX"},
            {"npi": "3", "last_name": "RAY", "first_name": "BOB", "state": "MD"},
        ),
        "trials": frame(
            "trials", *({"nct_number": f"NCT{n}", "title": "T", "conditions": "Melanoma"} for n in range(5))
        ),
        "trial_sites": frame(
            "trial_sites",
            {"nct_number": "NCT0", "state": "MD", "country": "United States"},
            {"nct_number": "NCT1", "state": "MD", "country": "United States"},
            {"nct_number": "NCT1", "state": "TX", "country": "United States"},
            {"nct_number": "NCT2", "state": "CA", "country": "United States"},
        ),
        "trial_people": frame(
            "trial_people",
            {"nct_number": "NCT0", "name": "Ann Lee, MD", "role": "PRINCIPAL_INVESTIGATOR"},
            {"nct_number": "NCT1", "name": "Ann Lee", "role": "PRINCIPAL_INVESTIGATOR"},
            {"nct_number": "NCT2", "name": "Bob Ray", "role": "PRINCIPAL_INVESTIGATOR"},
            {"nct_number": "NCT3", "name": "Dr. Bob Ray", "role": "SUB_INVESTIGATOR", "state": "MD"},
            {"nct_number": "NCT4", "name": "Ann C. Lee", "role": "STUDY_CHAIR", "state": "MD"},
        ),
    }

    def read(file: InputFile) -> Iterator[Batch]:
        yield Batch(frames, [], 1, 1)

    source = Source("tests", TABLES, lambda head: True, read)
    (tmp_path / "file.csv").write_text("x")
    with Staging(tmp_path / "s.duckdb", [source]) as staging:
        staging.stage(InputFile.of(tmp_path / "file.csv"), source)
        yield investigators(staging)


def test_the_state_of_the_trial_tells_namesakes_apart(linked: Investigators) -> None:
    assert linked.by_npi["1"] == (("NCT0", "PRINCIPAL_INVESTIGATOR"),)


def test_two_people_who_fit_drop_the_mention(linked: Investigators) -> None:
    assert linked.outcome["ambiguous"] == 1
    assert "2" not in linked.by_npi


def test_a_site_names_its_investigator_in_its_own_state(linked: Investigators) -> None:
    assert linked.by_npi["3"] == (("NCT3", "SUB_INVESTIGATOR"),)


def test_nobody_is_linked_across_states_or_against_a_middle_initial(linked: Investigators) -> None:
    assert linked.outcome == {"linked": 2, "ambiguous": 1, "nobody of that name there": 2}


def test_only_linked_trials_are_kept(linked: Investigators) -> None:
    assert sorted(linked.trials) == ["NCT0", "NCT3"]
    assert linked.trials["NCT0"].conditions == ("Melanoma",)
