"""One normal form for names and terms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.text import american, distance, fold, name_key, person_name, singular, tokens, word_key


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Sjögren's   DISEASE ", "sjogrens disease"),
        ("O'Brien", "obrien"),
        ("O’Brien", "obrien"),
        ("Smith-Jones", "smith jones"),
        ("HER2/neu (positive)", "her2 neu positive"),
        ("Łukasz Ørsted", "lukasz orsted"),
        ("cáncer de páncreas", "cancer de pancreas"),
        ("", ""),
    ],
)
def test_case_accents_and_punctuation_fold_away(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_any_text_has_a_name_form(text: str) -> None:
    name = person_name(text)
    assert name.key == fold(name.key)


def test_tokens_keep_their_order() -> None:
    assert tokens("Cancer, breast (left)") == ["cancer", "breast", "left"]


@pytest.mark.parametrize(
    ("plural", "single"),
    [
        ("tumors", "tumor"),
        ("biopsies", "biopsy"),
        ("metastases", "metastasis"),
        ("diagnoses", "diagnosis"),
        ("diseases", "disease"),
        ("sarcomata", "sarcoma"),
        ("diabetes", "diabetes"),
        ("arthritis", "arthritis"),
        ("pancreas", "pancreas"),
        ("lupus", "lupus"),
        ("abscesses", "abscess"),
        ("als", "als"),
    ],
)
def test_plurals_fold_to_their_singular(plural: str, single: str) -> None:
    assert singular(plural) == single


def test_british_spelling_is_read_as_american() -> None:
    assert [american(word) for word in ("tumour", "leukaemia", "oesophagus", "paediatric")] == [
        "tumor",
        "leukemia",
        "esophagus",
        "pediatric",
    ]
    assert word_key("haemorrhoids") == "hemorrhoid"


@pytest.mark.parametrize(
    "text",
    [
        "Smith, Jane A., M.D.",
        "Dr. Jane A Smith PhD",
        "JANE A. SMITH, MD, MPH, FACS",
        "Jane Smith",
        "Jane Smith, MBBS, MRCP",
        "Smith Jr, Jane",
    ],
)
def test_a_name_is_the_same_however_it_is_written(text: str) -> None:
    assert person_name(text).key == "smith jane"


def test_a_name_in_columns_has_the_key_of_the_name_in_one_text() -> None:
    assert name_key("JO ANN", "VAN DER BERG MD") == person_name("Jo Ann Van Der Berg, MD").key
    assert name_key("Jean-Pierre", "O'Neil") == person_name("O'Neil, Jean-Pierre").key


def test_a_last_name_that_looks_like_a_credential_is_kept() -> None:
    assert name_key("MINH", "DO") == "do minh"


def test_an_edit_swaps_neighbours_and_stops_counting_above_the_limit() -> None:
    assert distance("crohn", "chron", 2) == 2
    assert distance("tumor", "tumro", 2) == 1
    assert distance("cancer", "epilepsy", 2) == 3
