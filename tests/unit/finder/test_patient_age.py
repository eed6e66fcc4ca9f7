"""The patient's age is understood from words and figures, and is no part of the condition."""

import pytest

from finder.concepts import load_concepts
from finder.context import load_context
from finder.criteria import SearchCriteria
from finder.errors import SourceError
from finder.patient_age import load_age_words
from finder.specialties import Ages
from finder.tables import DATA
from finder.vocabulary import load_vocabulary, resolve

WORDS = load_age_words(DATA)
VOCABULARY = load_vocabulary()


@pytest.mark.parametrize(
    ("text", "ages", "said"),
    [
        ("my 5-year-old has leukemia", Ages.CHILD, "5-year-old"),
        ("newborn with a heart murmur", Ages.CHILD, "newborn"),
        ("my teenage son has scoliosis", Ages.CHILD, "teenage"),
        ("83 yo mother with aortic stenosis", Ages.ADULT, "83 yo"),
        ("mi hijo de 5 años tiene leucemia", Ages.CHILD, "de 5 años"),
        ("mi madre de 83 años", Ages.ADULT, "de 83 años"),
        ("tiene 3 meses de edad", Ages.CHILD, "3 meses de edad"),
        ("my daughter is 7 and has epilepsy", Ages.CHILD, "is 7"),
        ("my husband (54) has a mass", Ages.ADULT, "54"),
        ("two-year-old with Wilms", Ages.CHILD, "two-year-old"),
        ("eighty three year old dad", Ages.ADULT, "eighty three year old"),
        ("45F with lupus", Ages.ADULT, "45F"),
        ("in her 80s with afib", Ages.ADULT, "in her 80s"),
        ("mother of a 4 year old", Ages.CHILD, "4 year old"),
        ("my mother has gout", Ages.ADULT, "mother"),
        ("mi mamá tiene gota", Ages.ADULT, "mama"),
    ],
)
def test_ages_are_heard(text: str, ages: Ages, said: str) -> None:
    age = WORDS.hear(text).age
    assert age is not None and (age.ages, age.said) == (ages, said)


@pytest.mark.parametrize(
    "text",
    [
        "diagnosed 5 years ago with MS",
        "hace 5 años tengo diabetes",
        "I am 30 weeks pregnant and the baby has a heart defect",
        "when I was a child I had asthma",
        "Child-Pugh C cirrhosis",
        "cáncer de mama",
        "ejection fraction 25",
        "my daughter has lupus",
        "L4 L5 fusion, T2 N0 M1",
        "5-year-old and her 70-year-old grandfather",
    ],
)
def test_what_is_no_age_of_a_patient_is_not_heard_as_one(text: str) -> None:
    assert WORDS.hear(text).age is None


@pytest.mark.parametrize(
    ("text", "concept_id"),
    [
        ("my 5-year-old has leukemia", "leukemia"),
        ("mi hijo de 5 años tiene leucemia", "leukemia"),
        ("child with seizures that medicine does not control", "epilepsy"),
        ("newborn with a heart murmur", "heart_murmur"),
        ("mi mamá tiene cáncer de pulmón", "lung_cancer"),
        ("cáncer de mama", "breast_cancer"),
    ],
)
def test_an_age_is_no_part_of_the_condition(text: str, concept_id: str) -> None:
    understood = resolve(text, VOCABULARY)
    assert understood.concept_id == concept_id
    assert not {"5", "anos", "child", "newborn"}.intersection(understood.ignored)


def test_the_ladder_is_that_of_the_age_that_was_written_unless_the_form_says_another() -> None:
    context = load_context()
    understood = resolve("my 5-year-old has aortic stenosis", context.vocabulary)
    written = context.ladder_for(SearchCriteria.from_args({"words": "x"}), understood)
    asked = context.ladder_for(SearchCriteria.from_args({"words": "x", "ages": "adult"}), understood)
    ages = load_context().ages_of
    said = {name for step in written for name in step.specialties}
    assert "pediatric_cardiology" in said and not any(ages.get(name) is Ages.ADULT for name in said)
    assert not any("pediatric" in name for step in asked for name in step.specialties)


def test_a_relative_does_not_make_an_adult_of_a_child_with_a_disease_of_children() -> None:
    concept_id = next(key for key, one in load_concepts(DATA).items() if one.ages is Ages.CHILD)
    label = VOCABULARY.concepts[concept_id].label
    assert resolve(f"mother worried about {label}", VOCABULARY).age is None


def test_a_word_listed_twice_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "age_words.csv").write_text("word,kind,source\nbaby,child,x\nbaby,adult,x\n")
    with pytest.raises(SourceError, match="twice"):
        load_age_words(tmp_path)
