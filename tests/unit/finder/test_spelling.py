"""Misspelt words are read as the nearest known ones; everyday words stay what they are."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finder.spelling import nearest, whole
from finder.terms import Term, TermKind, lexicon_of
from finder.text import sound
from finder.vocabulary import load_vocabulary, resolve

VOCABULARY = load_vocabulary()
PLAIN = tuple(
    one
    for one in VOCABULARY.index.terms
    if len(one.folded) >= 5 and one.kind in (TermKind.CLINICAL, TermKind.LAY, TermKind.SPANISH)
)
NEIGHBOURS = {
    "a": "s",
    "c": "v",
    "d": "f",
    "e": "r",
    "i": "o",
    "l": "k",
    "m": "n",
    "o": "p",
    "r": "t",
    "s": "d",
}
SOUNDS = (
    ("ph", "f"),
    ("y", "i"),
    ("c", "k"),
    ("z", "s"),
    ("ie", "ei"),
    ("rh", "r"),
    ("ll", "l"),
    ("ea", "ee"),
)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("newmonia", "pneumonia"),
        ("sykosis", "psychosis"),
        ("numatic", "pneumatic"),
        ("rumatoid", "rheumatoid"),
        ("iskemia", "ischemia"),
        ("exema", "eczema"),
        ("nefritis", "nephritis"),
    ],
)
def test_words_that_sound_the_same_have_one_sound(left: str, right: str) -> None:
    assert sound(left) == sound(right)


@given(st.text())
def test_any_word_has_a_sound(word: str) -> None:
    sound(word)


@pytest.mark.parametrize(
    ("token", "word"),
    [
        ("pancraetic", "pancreatic"),  # swapped
        ("pancretic", "pancreatic"),  # missing
        ("pancrreatic", "pancreatic"),  # doubled
        ("lnug", "lung"),
        ("utmor", "tumor"),  # swapped at the start
        ("umor", "tumor"),  # the first letter left out
        ("nefroblastoma", "nephroblastoma"),  # by sound, though another word is nearer
    ],
)
def test_an_unknown_word_is_read_as_the_nearest(token: str, word: str) -> None:
    lexicon = lexicon_of(["pancreatic", "lung", "tumor", "nephroblastoma", "neuroblastoma", "liver"])
    assert nearest(token, lexicon)[0][0] == word


@pytest.mark.parametrize("token", ["ab", "x1y2", "purple", "golfers", "bumor"])
def test_a_word_that_is_near_none_stays_unknown(token: str) -> None:
    assert nearest(token, lexicon_of(["goiters", "tumor", "liver", "pancreatic"])) == ()


def test_a_whole_phrase_finds_the_term_of_short_words() -> None:
    for phrase in ("gum diease", "ung tumor", "lower back ain", "basal cel carcinoma"):
        assert whole(phrase, VOCABULARY.index) is not None


@pytest.mark.parametrize(
    "phrase", ["type 7 diabetes", "retinal cancer", "no cancer", "tumor", "", "good pipes"]
)
def test_figures_denials_and_other_known_words_are_not_changed(phrase: str) -> None:
    assert whole(phrase, VOCABULARY.index) is None


@pytest.mark.parametrize(
    ("words", "concept_id"),
    [
        ("new monia", "pneumonia"),
        ("sikle cell", "sickle_cell_disease"),
        ("colitus", "ulcerative_colitis"),
        ("fibermyalgia", "fibromyalgia"),
        ("diverticulitus", "diverticulitis"),
        ("hemeroids", "hemorrhoids"),
        ("krohns", "crohn_disease"),
        ("alzimers", "alzheimer_disease"),
        ("skitsofrenia", "schizophrenia"),
        ("brian tumor", "brain_tumors"),  # an everyday word beside one that stands as it is
    ],
)
def test_misspellings_of_patients_are_understood(words: str, concept_id: str) -> None:
    answer = resolve(words, VOCABULARY)
    assert answer.concept_id == concept_id
    assert answer.corrected_from == words


@pytest.mark.parametrize(
    "words", ["dancer", "humor", "planet", "heard", "live", "gravy", "rental", "handshake"]
)
def test_an_everyday_word_is_no_misspelt_condition(words: str) -> None:
    assert resolve(words, VOCABULARY).concept_id is None


def test_at_most_two_in_a_hundred_misspelt_terms_are_lost() -> None:
    source = random.Random(20261123)  # noqa: S311 -- a fixed choice of misspellings
    lost, tried = [], 0
    while tried < 1500:
        term = source.choice(PLAIN)
        typed = _misspelt(term, source)
        meant = resolve(term.folded, VOCABULARY).concept_id
        if typed != term.folded and meant is not None:
            tried += 1
            if resolve(typed, VOCABULARY).concept_id != meant:
                lost.append((typed, meant))
    assert len(lost) / tried <= 0.02, lost


def _misspelt(term: Term, source: random.Random) -> str:
    text = term.folded
    at = source.choice([place for place, letter in enumerate(text) if letter.isalpha()])
    kind = source.randrange(5)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        is_inside = text[at + 1 : at + 2].isalpha()
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :] if is_inside else text
    if kind == 3:
        return text[:at] + NEIGHBOURS.get(text[at], text[at]) + text[at + 1 :]
    old, new = source.choice(SOUNDS)
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("typed", "concept"),
    [
        ("LDL 190 over", "familial_hypercholesterolemia"),
        ("crohns biologics for failed", "ibd_biologics"),
        ("heart born with problem", "congenital_heart_disease"),
    ],
)
def test_a_whole_term_in_another_order_is_no_figure_no_failure_and_not_two_words_joined(
    typed: str, concept: str
) -> None:
    assert resolve(typed, VOCABULARY).concept_id == concept


@given(st.sampled_from(PLAIN), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_order_and_case_of_a_term_change_nothing(term: Term, source: random.Random) -> None:
    if term.kind is TermKind.SPANISH or min(map(len, term.folded.split())) < 3:
        return  # very short words join with their neighbours ("car t", "tcar")
    meant = resolve(term.folded, VOCABULARY).concept_id
    assert resolve(term.folded.upper(), VOCABULARY).concept_id == meant
    words = [one for one in term.folded.split() if one not in VOCABULARY.index.words.negation]
    if len(words) == len(term.folded.split()):
        source.shuffle(words)
        assert resolve(" ".join(words), VOCABULARY).concept_id == meant
