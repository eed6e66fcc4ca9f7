"""Names of investigators as trial records write them."""

import pytest

from ingest.names import InvestigatorName, investigator_name, person_key


@pytest.mark.parametrize(
    "text",
    [
        "Anna Example, MD, PhD",
        "Dr. Anna Example",
        "Example, Anna",
        "ANNA EXAMPLE M.D",
        "Anna Example, Prof.",
        "AnnaExample",
    ],
)
def test_every_way_to_write_a_name_gives_the_same_key(text: str) -> None:
    name = investigator_name(text)
    assert name is not None
    assert name.key == person_key("Example", "Anna") == "example anna"


def test_first_middle_and_last_name_are_kept_apart() -> None:
    assert investigator_name("José Q. D'Example, MD") == InvestigatorName("jose", "dexample", "q")


def test_a_hyphen_does_not_separate_two_spellings_of_one_name() -> None:
    name = investigator_name("Mary-Ann Doe-Roe, MD")
    assert name == InvestigatorName("mary", "doe roe", "ann")
    assert name.key == person_key("Doe Roe", "Mary Ann")


@pytest.mark.parametrize(
    "text",
    ["Example Pharmaceuticals", "Clinical Sciences & Operations", "Medical Monitor", "Call 1-877-000-0000",
     "", "Example", "A. Example, MD"],
)  # fmt: skip
def test_companies_hotlines_and_single_words_name_nobody(text: str) -> None:
    assert investigator_name(text) is None


def test_a_credential_in_the_last_name_column_is_no_part_of_the_key() -> None:
    assert person_key("EXAMPLE MD", "ANNA") == "example anna"
