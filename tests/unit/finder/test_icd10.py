"""What our own terms do not know is read as a code of ICD-10-CM, whose block has a field."""

from collections.abc import Callable
from pathlib import Path

import pytest

from finder.errors import SourceError
from finder.icd10 import diagnoses, load_fields, stem, tabular_list
from finder.tables import DATA
from finder.vocabulary import Certainty, load_vocabulary, resolve

VOCABULARY = load_vocabulary()
LIBRARY = VOCABULARY.library


def test_the_book_stays_closed_while_own_terms_understand_the_words() -> None:
    fresh = load_vocabulary()
    for words in ("bile duct cancer", "cancer of the pancreas", "C22.1", "my mother has lung cancer", "ALL"):
        assert resolve(words, fresh).concept_id is not None
    assert "book" not in vars(fresh.library)


@pytest.mark.parametrize(
    ("words", "code", "concept_id"),
    [
        ("cholera", "A00", "infectious_diseases"),
        ("Lassa fever", "A96.2", "infectious_diseases"),
        ("whooping cough", "A37", "infectious_diseases"),
        ("chickenpox", "B01", "infectious_diseases"),  # stands in the brackets of a title
        ("chicken pox", "B01", "infectious_diseases"),
        ("frostbite", "T33", "skin_diseases"),  # a part of every title that has it
        ("corns", "L84", "skin_diseases"),
        ("cancer of the spleen", "C26.1", "digestive_cancers"),
        ("kleptomania", "F63.2", "mental_health"),
    ],
)
def test_words_beyond_our_terms_are_read_as_a_code(words: str, code: str, concept_id: str) -> None:
    answer = resolve(words, VOCABULARY)
    assert answer.read_as is not None
    assert (answer.read_as.code, answer.concept_id) == (code, concept_id)
    assert answer.codes == (code,)
    assert answer.certainty is Certainty.LESS_SURE
    assert answer.ladder


def test_a_correction_of_a_word_of_the_book_is_said() -> None:
    answer = resolve("measels", VOCABULARY)
    assert answer.read_as is not None
    assert answer.read_as.title == "Measles"
    assert answer.corrected_from == "measels"


@pytest.mark.parametrize(
    ("words", "never"), [("hypotension", "hypertension"), ("cholera", "huntington_disease")]
)
def test_a_word_that_the_book_knows_is_not_corrected_into_one_of_ours(words: str, never: str) -> None:
    assert resolve(words, VOCABULARY).concept_id != never


def test_a_typed_code_without_own_concept_is_understood_by_its_block() -> None:
    answer = resolve("A00.0", VOCABULARY)
    assert answer.read_as is not None
    assert answer.read_as.code == "A00.0"
    assert answer.concept_id == "infectious_diseases"
    assert answer.certainty is Certainty.LESS_SURE


def test_a_code_without_a_field_says_what_it_was_read_as() -> None:
    answer = resolve("Z00.00", VOCABULARY)
    assert answer.concept_id is None
    assert answer.read_as is not None
    assert answer.ladder == ()


def test_no_such_code_is_not_understood() -> None:
    assert resolve("A99.99", VOCABULARY).read_as is None


@pytest.mark.parametrize(
    "words", ["heard live planet", "best pizza near me", "i love my dog", "rumor", "trash"]
)
def test_everyday_words_are_no_code(words: str) -> None:
    answer = resolve(words, VOCABULARY)
    assert (answer.concept_id, answer.read_as) == (None, None)


def test_a_denied_word_opens_no_code() -> None:
    assert resolve("no cholera", VOCABULARY).read_as is None


def test_pregnancy_is_never_meant_unless_it_is_said() -> None:
    answer = resolve("gonorrhea", VOCABULARY)
    assert answer.concept_id != "high_risk_pregnancy"


@pytest.mark.parametrize(
    ("word", "other"), [("dislocated", "dislocation"), ("dizzy", "dizziness"), ("infected", "infections")]
)
def test_forms_of_a_word_have_one_stem(word: str, other: str) -> None:
    assert stem(word) == stem(other)


# --- fields of the blocks ---------------------------------------------------------------------------------


def test_every_category_of_the_book_has_a_field_or_a_reason_for_none() -> None:
    ranges = [(one.low, one.high) for one in LIBRARY.fields]
    categories = {code[:3] for code, _title, _terms in diagnoses(tabular_list())}
    uncovered = [one for one in sorted(categories) if not any(low <= one <= high for low, high in ranges)]
    assert len(categories) > 1900
    assert uncovered == []


def test_the_closest_range_gives_the_field() -> None:
    assert LIBRARY.field_of("C25.9") == "hepatobiliary_cancers"
    assert LIBRARY.field_of("C80.1") == "cancer"
    assert LIBRARY.field_of("I1A.0") == "hypertension"
    assert LIBRARY.field_of("V01") is None


def test_every_field_leads_to_specialists() -> None:
    concepts = {one.concept_id for one in LIBRARY.fields if one.concept_id}
    assert [one for one in concepts if not VOCABULARY.ladder(one)] == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("A00-B99,infectious_diseases,", "A00-B99,nonsense,", "not a concept"),
        ("A00-B99,infectious_diseases,", "A00-B99,,", "either"),
        ("A00-B99,", "B99-A00,", "ends before"),
    ],
)
def test_a_wrong_table_of_blocks_is_refused(
    altered: Callable[[str, str, str], Path], old: str, new: str, said: str
) -> None:
    folder = altered("icd10_blocks.csv", old, new)
    with pytest.raises(SourceError, match=said):
        load_fields(folder, VOCABULARY.concepts)


def test_the_book_takes_the_plainest_of_several_codes() -> None:
    hit = LIBRARY.find("malaria")
    assert hit is not None
    assert hit.named.code == "B54"  # "Unspecified malaria", not "Other malaria"


def test_titles_and_inclusion_terms_find_their_own_category() -> None:
    tried, found = 0, 0
    for code, title, terms in diagnoses(tabular_list()):
        if code[0] in "VWXYZ" or len(code) > 5:
            continue
        for text in (title, *terms)[:2]:
            hit = LIBRARY.find(text)
            tried += 1
            found += hit is not None and (hit.named.code[:3] == code[:3] or hit.score > 0.99)
        if tried > 4000:
            break
    assert found / tried > 0.97


@pytest.fixture
def altered(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """A folder with a copy of one table in which one text was replaced."""

    def alter(name: str, old: str, new: str) -> Path:
        text = (DATA / name).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        return tmp_path

    return alter


def test_a_range_of_longer_codes_goes_before_the_category() -> None:
    assert LIBRARY.field_of("E80.4") == "liver_diseases"
    assert LIBRARY.field_of("E80.2") == "genetic_diseases"
    assert LIBRARY.field_of("D89.1") == "autoimmune_diseases"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Ragpicker's disaese", "A22.1"),  # the weak word is misspelt, too
        ("allegic arthritis", "M13.8"),  # reads like the rest of another word
        ("Mediterranean tick fver", "A77.1"),
        ("ulcaer of urethr", "N34.2"),
    ],
)
def test_two_slips_still_find_the_title(words: str, code: str) -> None:
    answer = resolve(words, VOCABULARY)
    assert answer.read_as is not None
    assert answer.read_as.code == code
