"""What is missing for a verdict is said of the right side, with what to name instead."""

import pytest

from finder.gaps import gap_sentence, prior_gaps, short_gap
from finder.independence import Ties, load_rules, ties_of_organization
from tests.reading import grade

RULES = load_rules()
ANN = Ties("1", "Ann Doe", frozenset(), frozenset({"system"}), {})
LINKED = {"name": "Hill Hospital", "owner_ids": ["system:s1"]}
HOSPITAL = ties_of_organization("hospital:h1", LINKED)


def test_of_a_hospital_already_seen_the_doctor_is_asked_for_since_the_hospital_has_no_group() -> None:
    assert gap_sentence(HOSPITAL, "group", RULES) == (
        "You named Hill Hospital, not a doctor, so the practice group of your doctor can't be told"
    )
    assert short_gap(HOSPITAL, "group", RULES).endswith("name the doctor, and it can be checked")
    assert prior_gaps([HOSPITAL], RULES) == (
        "You named Hill Hospital, but not who saw you there: we can't tell the practice group of your doctor."
        " So nobody can be called independent yet. Name the doctor, and we can check.",
    )


def test_a_hospital_that_the_linkage_lacks_lacks_the_system_too() -> None:
    [told] = prior_gaps([ties_of_organization("hospital:h1", {"name": "Hill Hospital"})], RULES)
    assert "the practice group and health system of your doctor" in told
    unlinked = ties_of_organization("hospital:h1", {"name": "Hill Hospital"})
    assert gap_sentence(unlinked, "system", RULES).startswith(
        "The health system of Hill Hospital is not known"
    )


def test_a_system_leaves_no_gap_and_a_linked_group_none_that_matters() -> None:
    system = ties_of_organization("system:s1", {"name": "City Health"})
    group = ties_of_organization("group:g1", {"name": "Bay Group", "owner_ids": ["system:s1"]})
    assert prior_gaps([system, group], RULES) == ()


def test_of_a_doctor_without_a_listed_group_the_group_is_asked_for_by_name() -> None:
    assert prior_gaps([ANN], RULES) == (
        "No source tells the practice group of Ann Doe. So nobody can be called independent yet."
        " If you know it, name the practice group or health system instead of the doctor.",
    )


@pytest.mark.parametrize("person", [ANN, HOSPITAL])
def test_what_is_missing_can_be_read_by_everybody(person: Ties) -> None:
    told = [*prior_gaps([person], RULES), gap_sentence(person, "group", RULES)]
    assert [text for text in told if grade(text, [person.name]) > 8] == []
