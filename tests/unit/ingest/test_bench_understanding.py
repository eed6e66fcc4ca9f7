"""Measuring understanding: what counts as right, and the sets that it is measured with."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from finder.specialties import Kept, load_specialties
from finder.vocabulary import Choice, Understood, Vocabulary, load_vocabulary, resolve
from ingest.bench_understanding import (
    Expected,
    Outcome,
    Sentence,
    covers,
    is_accepted,
    is_own_term,
    judge,
    load_expected,
    load_sentences,
    sentence_figures,
    understanding_figures,
    wrong_ones,
)
from ingest.understanding_phrases import Origin, Phrase, icd_package, icd_phrases, phrases

SETS = Path(__file__).resolve().parents[2] / "relevance"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


@pytest.fixture(scope="module")
def expected() -> Expected:
    return load_expected(SETS)


def sentence(accepted: str, kind: str = "lay", specialties: str = "") -> Sentence:
    return Sentence("some words", frozenset(accepted.split()), frozenset(specialties.split()), "en", kind)


def asked_for(understood: Understood, *concepts: str) -> Understood:
    choices = tuple(Choice(one, one) for one in concepts)
    return replace(understood, concept_id=None, label=None, codes=(), ladder=(), choices=choices)


def test_the_closest_range_says_which_specialties_are_expected() -> None:
    table = Expected(
        (
            ("C00", "C14", frozenset({"wide"})),
            ("C00", "C06", frozenset({"narrow"})),
            ("C02", "C02", frozenset({"one"})),
            ("C021", "C024", frozenset({"below"})),
        )
    )
    found = [table.of(code) for code in ("C10.9", "C05", "C02.9", "C02.2", "D10")]
    assert found == [{"wide"}, {"narrow"}, {"one"}, {"below"}, frozenset()]


def test_expected_specialties_are_ones_that_give_second_opinions(expected: Expected) -> None:
    known = {one.specialty_id for one in load_specialties().by_id.values() if one.kept is Kept.CANDIDATE}
    assert {one for _low, _high, names in expected.spans for one in names} - known == set()


def test_every_phrase_has_expected_specialties(expected: Expected, shared_data: Path) -> None:
    found = [phrase for seed in (1, 2, 3) for phrase in phrases(shared_data / "conditions", seed)]
    assert sorted({phrase.code for phrase in found if not expected.of(phrase.code)}) == []


def test_sentences_are_many_and_of_every_kind() -> None:
    found = load_sentences(SETS)
    assert len({one.text for one in found}) == len(found) >= 170
    assert sum(one.lang == "es" for one in found) >= 25
    kinds = Counter(one.kind for one in found)
    assert set(kinds) >= {"intent", "family", "drug", "test", "typo", "negation", "two", "urgent", "nonsense"}


def test_sentences_accept_concepts_and_codes_that_exist(vocabulary: Vocabulary) -> None:
    known = {one.specialty_id for one in load_specialties().by_id.values() if one.kept is Kept.CANDIDATE}
    icd = icd_package()
    for one in load_sentences(SETS):
        codes = {name for name in one.accepted if re.fullmatch(r"[A-Z]\d\w(\.\w+)?", name)}
        assert one.accepted - codes <= set(vocabulary.concepts), one.text
        assert [code for code in codes if not icd.is_valid_item(code)] == [], one.text
        assert one.specialties <= known and bool(one.specialties) == bool(one.accepted), one.text


def test_right_needs_an_accepted_specialty_on_the_first_step(
    vocabulary: Vocabulary, expected: Expected
) -> None:
    understood = resolve("pancreatic cancer", vocabulary)
    fitting, foreign = (judge(understood, code, expected, vocabulary) for code in ("C25.1", "H40.1"))
    assert fitting.is_right and fitting.is_covered and not fitting.is_asked and not fitting.is_zero
    assert not foreign.is_right and not foreign.is_covered


def test_the_first_named_specialty_is_judged_by_itself(vocabulary: Vocabulary) -> None:
    understood = resolve("pancreatic cancer", vocabulary)
    first, *others = understood.ladder[0].specialties
    only_others = judge(understood, "C25", Expected((("C25", "C25", frozenset(others)),)), vocabulary)
    only_first = judge(understood, "C25", Expected((("C25", "C25", frozenset({first})),)), vocabulary)
    assert only_others.is_right and not only_others.is_first_named
    assert only_first.is_right and only_first.is_first_named


def test_offers_are_asked_and_not_right(vocabulary: Vocabulary, expected: Expected) -> None:
    offered = asked_for(resolve("pancreatic cancer", vocabulary), "glaucoma", "pancreatic_cancer")
    outcome = judge(offered, "C25.1", expected, vocabulary)
    assert outcome.is_asked and outcome.asked_right and not outcome.is_right and not outcome.is_zero
    assert not judge(offered, "F20", expected, vocabulary).asked_right


def test_neither_ladder_nor_offers_is_a_zero_result(vocabulary: Vocabulary, expected: Expected) -> None:
    outcome = judge(asked_for(resolve("cancer", vocabulary)), "C25", expected, vocabulary)
    assert outcome.is_zero and not outcome.is_asked and not outcome.is_right


def test_a_code_is_covered_by_itself_what_is_above_and_ranges() -> None:
    assert covers("C22.1", "C22.1") and covers("C22", "C22.1") and covers("C15-C26", "C22.1")
    assert not covers("C22.1", "C22.2") and not covers("C22.1", "C22")


def test_an_own_term_is_known_in_any_order_and_number(vocabulary: Vocabulary) -> None:
    assert is_own_term("Cancers of the bile duct", vocabulary)
    assert not is_own_term("cancer of the bile duct of Klingons", vocabulary)


def test_a_sentence_is_right_at_its_concept_below_it_and_within_its_code(vocabulary: Vocabulary) -> None:
    hilar = replace(resolve("Klatskin tumor", vocabulary), concept_id="hilar_cholangiocarcinoma")
    assert is_accepted(sentence("hilar_cholangiocarcinoma"), hilar, vocabulary)
    assert is_accepted(sentence("bile_duct_cancer"), hilar, vocabulary)
    assert is_accepted(sentence("C24"), hilar, vocabulary)
    assert not is_accepted(sentence("cancer"), hilar, vocabulary)
    assert not is_accepted(sentence("C22"), hilar, vocabulary)


def test_words_without_meaning_are_right_only_when_nothing_is_offered(vocabulary: Vocabulary) -> None:
    nothing = asked_for(resolve("cancer", vocabulary))
    assert is_accepted(sentence("", "nonsense"), nothing, vocabulary)
    offered = asked_for(nothing, "glaucoma")
    assert not is_accepted(sentence("", "nonsense"), offered, vocabulary)


def test_urgent_words_are_right_only_with_their_line(vocabulary: Vocabulary) -> None:
    plain = replace(resolve("lung cancer", vocabulary), urgent=None)
    assert not is_accepted(sentence("lung_cancer", "urgent"), plain, vocabulary)
    assert is_accepted(sentence("lung_cancer", "urgent"), replace(plain, urgent="Call 911."), vocabulary)


def test_two_conditions_may_be_asked_back(vocabulary: Vocabulary) -> None:
    offered = asked_for(resolve("cancer", vocabulary), "glaucoma", "breast_cancer")
    assert is_accepted(sentence("breast_cancer", "two"), offered, vocabulary)
    assert not is_accepted(sentence("breast_cancer", "lay"), offered, vocabulary)


def test_sentences_are_counted_per_kind_and_named_when_wrong(vocabulary: Vocabulary) -> None:
    right = resolve("glaucoma", vocabulary)
    texts = [f"text {number}" for number in range(20)]
    given = [
        (replace(sentence("glaucoma", "lay", "ophthalmology glaucoma"), text=text), right) for text in texts
    ]
    given += [(replace(sentence("gout", "drug", "rheumatology"), text=f"{text}!"), right) for text in texts]
    figures = sentence_figures(given, vocabulary)
    assert figures["per_kind"]["lay"]["right"] == figures["per_kind"]["lay"]["right_specialty"] == 1
    assert figures["per_kind"]["drug"]["right"] == 0 and figures["all"]["right"] == 0.5
    named = {one["text"] for one in figures["wrong"]}
    assert named == {one.text for one, _answer in given if one.kind == "drug" and not one.is_held_out}


def test_wrong_phrases_of_the_held_out_half_are_never_named(expected: Expected) -> None:
    wrong = Outcome(False, False, False, False, False, True, "")
    made = [Phrase(f"disease {number}", "C25", 2, Origin.ICD_10_CM) for number in range(60)]
    named = {one["words"] for one in wrong_ones([(one, frozenset(), wrong) for one in made], expected)}
    assert named and named <= {one.words for one in made if not one.is_held_out}


def test_the_bench_gives_every_figure(vocabulary: Vocabulary) -> None:
    figures = understanding_figures(vocabulary, SETS, None, 1)
    assert figures["phrases"] == len(icd_phrases(1)) == figures["all"]["typed"]["phrases"]
    assert (
        figures["tuning"]["typed"]["phrases"] + figures["held_out"]["typed"]["phrases"] == figures["phrases"]
    )
    assert (
        figures["own_terms"]["typed"]["phrases"] + figures["rest"]["typed"]["phrases"] == figures["phrases"]
    )
    assert figures["own_terms"]["typed"]["right"] > 0.8
    assert set(figures["per_chapter"]) == {f"{chapter:02}" for chapter in range(1, 18)}
    assert figures["all"]["misspelt"]["phrases"] == 2 * figures["phrases"]
    assert figures["milliseconds"]["processor"]["p50"] > 0 and len(figures["wrong"]) <= 40
