"""Urgent words in a free text, whatever their form: "coughing up blood", "coughs blood", "cough blood".

Words are compared by their stem, and small words between them (words.csv, `particle`) do not count. Words
that are denied ("no chest pain") are not urgent. Which words are urgent stands in urgent.csv, with sources.
"""

from collections.abc import Sequence
from dataclasses import replace

from finder.concepts import UrgentWords
from finder.i18n import gettext
from finder.terms import Words, is_negated
from finder.text import tokens

_ENDINGS = ("ing", "ed", "es", "s", "e")
_SHORTEST = 3  # letters that a stem keeps, so that "die" stays what it is


def with_stems(urgent: Sequence[UrgentWords], words: Words) -> tuple[UrgentWords, ...]:
    """Get urgent words with the key that `urgent_text` compares, most words first."""
    stemmed = [replace(one, key=tuple(stem for _place, stem in _stems(one.key, words))) for one in urgent]
    return tuple(sorted(stemmed, key=lambda one: -len(one.key)))


def urgent_text(text: str, urgent: Sequence[UrgentWords], words: Words) -> str | None:
    """Get the emergency line for the urgent words in a text, unless they are denied; None without any.

    `urgent` comes from `with_stems`.
    """
    typed = tokens(text)
    stems = _stems(typed, words)
    said = [stem for _place, stem in stems]
    present = frozenset(said)
    for one in urgent:
        if one.key[0] not in present:
            continue
        size = len(one.key)
        for start in range(len(said) - size + 1):
            if tuple(said[start : start + size]) != one.key:
                continue
            first, last = stems[start][0], stems[start + size - 1][0]
            if not words.negation.isdisjoint(one.key) or not is_negated(typed, first, last, words):
                return f"{gettext(one.label)}. {gettext(one.advice)}"
    return None


def _stems(typed: Sequence[str], words: Words) -> list[tuple[int, str]]:
    return [(place, _stem(word)) for place, word in enumerate(typed) if word not in words.particles]


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word[: -len(ending)]
    return word
