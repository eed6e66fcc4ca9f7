"""Misspelling words as people do."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from finder.text import distance
from ingest import misspelling

WORDS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=5, max_size=14)


def misspelt(words: str, seed: int) -> str:
    return misspelling.misspelt(words, Random(seed))  # noqa: S311 reproducible mistakes, no secret


@given(st.lists(WORDS, min_size=1, max_size=5), st.integers(0, 9999))
def test_one_or_two_words_are_misspelt_by_a_letter_or_a_sound(words: list[str], seed: int) -> None:
    made = misspelt(" ".join(words), seed).split(" ")
    changed = [(old, new) for old, new in zip(words, made, strict=True) if old != new]
    assert 1 <= len(changed) <= 2
    assert all(distance(old, new, 9) <= 3 for old, new in changed)


def test_short_words_stay() -> None:
    assert misspelt("gout in toes", 1) == "gout in toes"


def test_the_same_seed_makes_the_same_mistakes() -> None:
    made = [misspelt("rheumatoid arthritis", seed) for seed in (7, 7, 8, 9, 10)]
    assert made[0] == made[1] and len(set(made)) > 2


def test_mostly_one_word_is_misspelt() -> None:
    made = [misspelt("rheumatoid arthritis", seed).split() for seed in range(200)]
    both = sum(first != "rheumatoid" and second != "arthritis" for first, second in made)
    assert 30 < both < 90


def test_every_kind_of_mistake_is_made() -> None:
    made = {misspelt("psoriasis", seed) for seed in range(400)}
    left_out, doubled, swapped, beside, sounding = (
        "psriasis",
        "psorriasis",
        "psoraisis",
        "paoriasis",
        "psoryasis",
    )
    assert {left_out, doubled, swapped, beside, sounding} <= made
