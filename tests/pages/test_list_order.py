"""The results page says how its list is ordered, who was moved, which surgeon to ask; plans by name."""

import re
from dataclasses import replace

from flask import Flask, get_template_attribute
from flask.testing import FlaskClient

from finder.icd10 import Named
from tests.factories import an_npi
from tests.pages.conftest import CONTEXT, UNDERSTOOD, searched
from tests.pages.test_pages import text, token

ALONE = {"doctors": ""}


def card(html: str, number: int) -> str:
    """The words of the card of one person."""
    found = [c for c in html.split('<li class="card"')[1:] if f"/specialists/{an_npi(number)}" in c]
    assert len(found) == 1
    return text(found[0])


def order(html: str) -> list[str]:
    """The NPIs of the cards, from the top."""
    return re.findall(r'<li class="card".*?/specialists/(\d{10})', html, re.DOTALL)


def test_a_card_says_why_it_stands_above_the_next_and_what_would_move_it_up(varied: FlaskClient) -> None:
    first = card(searched(varied, **ALONE).text, 1)
    assert first.count("Above the next one for") == 1
    assert "What would move this doctor up" in first
    assert "A role as investigator of trials on this condition" in first


def test_who_was_moved_up_says_so_once_and_the_plain_order_is_one_button_away(varied: FlaskClient) -> None:
    mixed = searched(varied, **ALONE).text
    said = "so that the first ones come from different health systems"
    assert f"2 doctors were moved up, {said}" in text(mixed)
    assert card(mixed, 9).count(f"Moved up, {said}") == 1
    assert "Moved up" not in card(mixed, 1)
    assert order(mixed)[3:5] == [an_npi(9), an_npi(10)]
    plain = varied.get(varied.post("/search", data={"from": token(mixed), "diverse": "no"}).location).text
    assert order(plain)[:7] == [an_npi(number) for number in range(1, 8)]
    assert "Moved up" not in text(plain)
    again = varied.post("/search", data={"from": token(plain), "diverse": "yes"}).location
    assert order(varied.get(again).text) == order(mixed)


def test_the_best_surgeon_is_named_beside_the_list_unless_first_on_it(varied: FlaskClient) -> None:
    found = searched(varied, **ALONE).text
    said = text(found.partition('aria-labelledby="surgeon"')[2].partition("</section>")[0])
    assert "Also ask a surgeon" in said
    assert "Person 11 Exampleton" in said
    assert "less than 1 mile away" in said
    assert "Number 10 of this list" in said
    assert 'id="place-10"' in found
    beside = text(searched(varied, **ALONE, role="medical").text)
    assert "Person 11 Exampleton" in beside
    assert "Not among the doctors on this page" in beside
    assert "Also ask a surgeon" not in searched(varied, **ALONE, role="surgery").text


def test_a_reason_to_ask_changes_the_order_and_says_so(varied: FlaskClient) -> None:
    usual = text(searched(varied, **ALONE).text)
    assert "How this list is ordered" not in usual
    asked = searched(varied, **ALONE, why="trial").text
    assert f"How this list is ordered: {CONTEXT.profiles['trial'].says}" in text(asked)
    assert '<option value="trial" selected>' in asked
    wrong = varied.post("/search", data={"words": "x", "why": "whatever"})
    assert wrong.status_code == 400
    assert 'href="#why"' in wrong.text


def test_plans_are_shown_and_taken_by_their_names(varied: FlaskClient) -> None:
    every = searched(varied, **ALONE).text
    assert 'name="plan" value="p1" aria-pressed="false">Example Gold <' in every
    for typed in ("p1", "example gold"):
        found = searched(varied, **ALONE, plan=typed).text
        said = text(found)
        assert "7 doctors for you" in said
        assert "in the network of plan Example Gold" in said
        assert "Listed by Example Gold" in said
        assert 'value="Example Gold"' in found
        assert re.search(r'value="plan" aria-pressed="true">Example Gold', found)


def test_a_name_of_several_plans_is_asked_back_and_an_id_that_has_no_name_stays(varied: FlaskClient) -> None:
    shared = searched(varied, **ALONE, plan="Example Silver")
    assert shared.status_code == 400
    assert "more than one plan has this name" in shared.text
    assert "1 doctor for you" in text(searched(varied, **ALONE, plan="Example Silver (p2)").text)
    assert "in the network of plan p9" in text(searched(varied, **ALONE, plan="p9").text)


def test_words_that_only_the_book_of_codes_knows_are_said_to_be_known_less(app: Flask) -> None:
    read = replace(UNDERSTOOD, read_as=Named("H00.01", "Hordeolum externum"), label="eye disease")
    with app.app_context():
        said = text(str(get_template_attribute("parts/understood.html", "understood")(read)))
    assert "We read this as: Hordeolum externum (ICD-10-CM H00.01), which we know less well." in said
    assert "We look for doctors for: eye disease" in said
