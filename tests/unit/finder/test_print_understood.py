"""`finder understand` in text: what was understood, corrected and left out, and who treats it."""

import pytest

from finder.print_results import listed_as, printed_understood
from finder.specialties import load_specialties
from finder.vocabulary import load_vocabulary, resolve

VOCABULARY = load_vocabulary()
LABELS = {one.specialty_id: one.label for one in load_specialties().by_id.values()}


def printed(words: str) -> str:
    return printed_understood(resolve(words, VOCABULARY), LABELS)


def test_a_condition_is_shown_with_its_codes_and_the_whole_ladder() -> None:
    lines = printed("bile duct cancer").splitlines()
    assert lines[:3] == [
        "Understood: bile duct cancer (ICD-10-CM C22.1, C24.0), sure",
        "",
        "Who treats it, the closest first:",
    ]
    assert lines[3].startswith("  1. Mainly treats bile duct cancer, as their work shows: ")
    assert "Cancer surgeon" in lines[3]
    assert max(map(len, lines)) <= 100


def test_what_was_corrected_and_not_used_is_said() -> None:
    said = printed("brest cancr xyzzyx")
    assert "less sure" in said
    assert "Spelling corrected from: brest cancr" in said
    assert "Not used: xyzzyx" in said


def test_an_entry_of_a_list_is_named_with_the_field_that_stands_for_it() -> None:
    assert printed("measles").splitlines()[:2] == [
        "Read as: Measles (ICD-10-CM B05), less sure", "Doctors for: infections",
    ]  # fmt: skip


def test_two_meanings_are_asked_back_and_nonsense_is_not_understood() -> None:
    assert printed("prostate").splitlines()[0] == "Did you mean one of these? Search again with its words:"
    assert "  prostate cancer" in printed("prostate").splitlines()
    assert printed("purple banana").startswith("Not understood.")


def test_urgent_words_come_first() -> None:
    assert "call 911" in printed("chest pain right now").splitlines()[0]


@pytest.mark.parametrize(
    ("code", "shown"),
    [("B05", "ICD-10-CM B05"), ("ORPHA:355", "Orphanet 355"), ("OMIM:230800", "OMIM 230800")],
)
def test_a_code_is_shown_with_the_name_of_its_list(code: str, shown: str) -> None:
    assert listed_as(code) == shown
