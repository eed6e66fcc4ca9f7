"""How hard a text is to read, for tests of what patients see: the grade in school, with names masked."""

import re
from collections.abc import Iterable

import textstat

NAME = "Ann Lee"  # stands for each name: how long somebody's name is says nothing about our words


def masked(text: str, names: Iterable[str]) -> str:
    """The text with every one of the names (people, hospitals, groups, trials, addresses) put short."""
    longest_first = sorted(set(filter(None, names)), key=len, reverse=True)
    if not longest_first:
        return text
    return re.sub("|".join(map(re.escape, longest_first)), NAME, text)


def grade(text: str, names: Iterable[str] = ()) -> float:
    """The Flesch-Kincaid grade (Kincaid et al. 1975) as textstat counts it, names masked."""
    return float(textstat.flesch_kincaid_grade(masked(text, names)))
