"""What is offered while somebody types."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finder.suggestions import Suggestion, prompter_of, suggest
from finder.text import fold
from finder.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()
PROMPTER = prompter_of(VOCABULARY)


def concepts(prefix: str, limit: int = 8) -> list[str]:
    return [one.concept_id for one in suggest(prefix, PROMPTER, limit)]


@pytest.mark.parametrize(
    ("prefix", "concept_id"),
    [
        ("pancreatic canc", "pancreatic_cancer"),
        ("Cáncer de ma", "breast_cancer"),
        ("whipp", "whipple"),
        ("klatskin", "hilar_cholangiocarcinoma"),
        ("heart val", "heart_valve_disease"),
    ],
)
def test_a_beginning_finds_its_concept(prefix: str, concept_id: str) -> None:
    assert concept_id in concepts(prefix)


@pytest.mark.parametrize(
    ("prefix", "concept_id"),
    [
        ("pancraetic", "pancreatic_cancer"),
        ("sikle", "sickle_cell_disease"),
        ("colitus", "ulcerative_colitis"),
        ("brest canc", "breast_cancer"),
        ("diabetis", "diabetes"),
    ],
)
def test_a_misspelt_beginning_finds_its_concept_too(prefix: str, concept_id: str) -> None:
    assert concept_id in concepts(prefix)


def test_a_label_comes_before_other_terms() -> None:
    assert concepts("bile duct cancer")[0] == "bile_duct_cancer"
    assert suggest("bile duct cancer", PROMPTER)[0] == Suggestion(
        "bile_duct_cancer", "bile duct cancer", "bile duct cancer"
    )


def test_each_concept_comes_once_and_the_limit_holds() -> None:
    found = concepts("cancer", 20)
    assert len(found) == len(set(found)) == 20
    assert len(concepts("cancer", 3)) == 3


@pytest.mark.parametrize("prefix", ["", "   ", "!?", "xqzw"])
def test_nothing_is_suggested_for_nothing(prefix: str) -> None:
    assert suggest(prefix, PROMPTER) == ()


def test_a_misspelling_is_never_suggested() -> None:
    misspelt = {term.written for term in VOCABULARY.index.terms if term.kind == "misspelling"}
    shown = {one.term for one in PROMPTER.suggestions}
    assert misspelt
    assert shown.isdisjoint(misspelt)


@given(st.sampled_from(PROMPTER.folded), st.integers(min_value=3, max_value=30))
@settings(max_examples=300, deadline=None)
def test_what_is_suggested_first_holds_what_was_typed(term: str, size: int) -> None:
    prefix = term[:size].strip()
    if len(prefix) < 3:
        return
    first = suggest(prefix, PROMPTER, 1)[0]
    assert any(
        " ".join(fold(first.term).split()[at:]).startswith(prefix) for at in range(len(first.term.split()))
    )


@given(st.text(max_size=100))
@settings(max_examples=300, deadline=None)
def test_no_beginning_raises(prefix: str) -> None:
    assert len(suggest(prefix, PROMPTER, 5)) <= 5
