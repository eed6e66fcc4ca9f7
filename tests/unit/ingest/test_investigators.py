"""Trial investigators are linked by name and state, or dropped and counted."""

from pathlib import Path
from typing import Any

import pytest

from ingest.investigators import Investigators, investigators
from tests.unit.ingest.staged_frames import frame, staged


def investigators_of(folder: Path, **frames: Any) -> Investigators:
    with staged(folder, frames) as staging:
        return investigators(staging)


@pytest.fixture
def linked(tmp_path: Path) -> Investigators:
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
    return investigators_of(tmp_path, **frames)


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


RAY = frame("nppes_people", {"npi": "3", "last_name": "RAY", "first_name": "BOB", "state": "MD"})
IN_MARYLAND = frame("trial_sites", {"nct_number": "NCT1", "state": "MD", "country": "United States"})


@pytest.mark.parametrize("other", ["STUDY_CHAIR", "STUDY_DIRECTOR", "SUB_INVESTIGATOR"])
def test_the_highest_role_of_a_trial_counts(tmp_path: Path, other: str) -> None:
    people = [
        {"nct_number": "NCT1", "name": "Bob Ray", "role": role, "state": "MD", "facility": "A"}
        for role in (other, "PRINCIPAL_INVESTIGATOR", "SUB_INVESTIGATOR")
    ]
    found = investigators_of(tmp_path, nppes_people=RAY, trial_people=frame("trial_people", *people),
                             trials=frame("trials", {"nct_number": "NCT1"}))  # fmt: skip
    assert found.by_npi == {"3": (("NCT1", "PRINCIPAL_INVESTIGATOR"),)}


@pytest.mark.parametrize(
    ("place", "is_linked"),
    [({}, True), ({"facility": "Klinik", "city": "Berlin"}, False), ({"city": "Berlin"}, False)],
)
def test_who_is_named_at_a_foreign_site_is_not_looked_for_at_the_sites_here(
    tmp_path: Path, place: dict[str, str], is_linked: bool
) -> None:
    named = {"nct_number": "NCT1", "name": "Bob Ray", "role": "SUB_INVESTIGATOR"} | place
    found = investigators_of(tmp_path, nppes_people=RAY, trial_sites=IN_MARYLAND,
                             trials=frame("trials", {"nct_number": "NCT1"}),
                             trial_people=frame("trial_people", named))  # fmt: skip
    assert ("3" in found.by_npi) is is_linked


def test_the_newest_record_of_a_trial_counts(tmp_path: Path) -> None:
    records = [
        {"nct_number": "NCT1", "title": "A new", "status": "COMPLETED", "as_of": "2025-01-01"},
        {"nct_number": "NCT1", "title": "Of no date", "status": "RECRUITING"},
        {"nct_number": "NCT1", "title": "The old", "status": "RECRUITING", "as_of": "2020-01-01"},
    ]
    named = {"nct_number": "NCT1", "name": "Bob Ray", "role": "STUDY_CHAIR", "state": "MD"}
    found = investigators_of(tmp_path, nppes_people=RAY, trials=frame("trials", *records),
                             trial_people=frame("trial_people", named))  # fmt: skip
    assert found.trials["NCT1"].title == "A new"
