"""Urgent words are found in every form, and not where they are denied."""

import pytest

from finder.concepts import load_urgent
from finder.tables import DATA
from finder.terms import load_words
from finder.urgent import urgent_text, with_stems

WORDS = load_words(DATA)
URGENT = with_stems(load_urgent(DATA), WORDS)


def said(text: str) -> str:
    return urgent_text(text, URGENT, WORDS) or ""


@pytest.mark.parametrize(
    "text",
    [
        "lung cancer, coughing blood",
        "coughing up blood",
        "he coughs up blood",
        "I cough blood",
        "coughed up some blood this morning",
        "vomited blood",
        "my father is vomiting blood",
        "keeps vomiting blood",
        "crushing chest pains",
        "I cant breath",
        "my lips are turning blue",
        "wants to kill myself",
        "his throat is closing",
    ],
)
def test_every_form_of_urgent_words_shows_where_to_call(text: str) -> None:
    assert "911" in said(text)


@pytest.mark.parametrize(
    "text",
    [
        "no chest pain",
        "never coughed up blood",
        "blood cancer with a cough",
        "stroke recovery",
        "seizures",
        "high blood pressure",
        "broke my water bottle",
        "dies ist ein test",
        "",
    ],
)
def test_words_without_urgency_or_denied_ones_show_nothing(text: str) -> None:
    assert said(text) == ""


def test_every_row_of_the_table_finds_itself() -> None:
    silent = [one for one in load_urgent(DATA) if not said(" ".join(one.key))]
    assert silent == []


def test_thoughts_of_suicide_show_the_lifeline() -> None:
    assert "988" in said("I am thinking about ending my life")
    assert "988" in said("suicidal thoughts")
