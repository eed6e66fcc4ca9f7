"""A word that no list holds is read by the parts that medical words are made of; everyday words are not."""

from pathlib import Path

import pytest

from finder.errors import SourceError
from finder.tables import DATA
from finder.text import tokens
from finder.vocabulary import load_vocabulary
from finder.word_parts import load_word_parts

VOCABULARY = load_vocabulary()
WORDS, CONCEPTS = VOCABULARY.index.words, VOCABULARY.concepts
PARTS = load_word_parts(DATA, CONCEPTS)


def field(text: str) -> str | None:
    guess = PARTS.guess(tokens(text), WORDS)
    return guess.concept_id if guess else None


@pytest.mark.parametrize(
    ("text", "concept_id"),
    [
        ("hypermethioninemia", "genetic_diseases"),
        ("hypermethioninaemia", "genetic_diseases"),  # British
        ("propionyl carboxylase", "genetic_diseases"),
        ("chorioretinosis", "retinal_diseases"),
        ("keratoconjunctivosis", "corneal_diseases"),  # the longest part
        ("osteochondrosarcoma", "cancer"),  # a cancer wherever it grows
        ("nephrocalcinosis", "kidney_diseases"),
        ("pharingopathy", "ent_diseases"),  # y and i, one for the other
        ("erythrocytossis", "blood_diseases"),  # a letter doubled
        ("cardiomyopahty", "heart_diseases"),  # letters swapped, in a long word
        ("hereditary trichodystrophy", "skin_diseases"),  # an organ before a broader word
    ],
)
def test_an_unknown_word_has_the_field_of_its_parts(text: str, concept_id: str) -> None:
    assert field(text) == concept_id


@pytest.mark.parametrize(
    "text",
    [
        "Quixley-Brannock syndrome",
        "Tolvane's disease",
        "quixley syndrme",
        "Quixley anomaly",
        "Enfermedad de Quixley",
    ],
)
def test_an_unknown_name_beside_a_head_is_a_rare_disease(text: str) -> None:
    assert field(text) == "genetic_diseases"


@pytest.mark.parametrize(
    "text",
    [
        "purple banana", "cancel my car", "academia", "database purchase", "syndrome", "the disease",
        "my disease", "no nephropathia", "a diploma from Oklahoma", "",
    ],
)  # fmt: skip
def test_everyday_words_denied_words_and_a_head_alone_have_no_field(text: str) -> None:
    assert field(text) is None


def test_every_part_finds_its_own_field() -> None:
    wrong = []
    for place, parts in PARTS.by_place.items():
        for part in parts.values():
            word = {"starts": f"{part.text}uqu", "ends": f"uqu{part.text}"}.get(place, part.text)
            found = PARTS.of_word(word) if place in ("starts", "ends", "is") else part
            if len(word) >= 6 and (found.concept_id if found else None) != part.concept_id:
                wrong.append((part.text, found))
    assert wrong == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("genetic_diseases,2", "nonsense,2", "not a concept"),
        ("genetic_diseases,2", ",2", "only a whole word"),
        ("genetic_diseases,2", "genetic_diseases,9", "none of"),
        ("alopec,", "Alopec,", "not a part"),
        ("alopec,", "trich,", "listed twice"),
    ],
)
def test_a_wrong_table_of_word_parts_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (DATA / "word_parts.csv").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "word_parts.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SourceError, match=said):
        load_word_parts(tmp_path, CONCEPTS)
