"""What a page tells where a source says no, says nothing, or names places; and where a reader is led next."""

import re

from flask.testing import FlaskClient

from finder.i18n import QUOTED
from tests.factories import an_npi
from tests.pages.conftest import MEDICAL, address, searched
from tests.pages.test_lists import pdf_of
from tests.pages.test_pages import text

LISTED = an_npi(44)  # conftest.in_networks


def part(html: str, name: str) -> str:
    """The section of a page with this heading."""
    return text(re.split(rf'<h2 id="{name}"', html)[1].partition("</section>")[0])


def test_a_published_no_to_second_opinions_is_told_with_its_date_and_is_no_gap(browser: FlaskClient) -> None:
    said = "Gives no second opinions, says the own institution (July 11, 2025)"
    told = address(browser)
    pages = [browser.get(told).text]
    while more := re.search(r'href="(/results/[^"/]+)">Show the next', pages[-1]):
        pages.append(browser.get(more[1]).text)
    cards = [each for html in pages for each in html.split('<li class="card"') if LISTED in each]
    assert [said in card for card in cards] == [True]
    assert "whether second opinions are given" not in cards[0]
    kept = browser.post("/keep", data={"from": told.rpartition("/")[2], "keep": LISTED}).location
    mine = browser.get(kept.replace("results", "shortlist")).text
    assert said in mine
    assert "hether second opinions are given" not in mine


def test_offices_are_told_apart_by_whether_the_plans_name_them(browser: FlaskClient) -> None:
    said = part(browser.get(f"/specialists/{LISTED}").text, "networks")
    assert "7 Listed Street, Baltimore, MD 21287 : named in the directory of the plans" in said
    assert "8 Other Street, Baltimore, MD 21287 : not named there, so ask" in said
    assert "Example Gold" in said


def test_what_nobody_publishes_of_patients_of_the_own_system_says_so(browser: FlaskClient) -> None:
    rule = "Sees patients whom the same health system has seen Not published"
    assert rule in text(browser.get(f"/specialists/{an_npi(3)}").text)
    assert rule in text(browser.get("/programs/dana-farber").text)


def test_a_program_names_the_source_of_what_it_tells(browser: FlaskClient) -> None:
    said = part(browser.get("/programs/dana-farber").text, "facts")
    assert "from the source of the price: dana-farber.org" in said
    assert "read November 22, 2026; from the program’s own page" in said


def test_names_in_spanish_sentences_are_marked_as_english_and_nowhere_else(browser: FlaskClient) -> None:
    person = browser.get(f"/es/specialists/{LISTED}").text
    assert '<span lang="en">Mercy Hospital</span>' in person
    assert '<span lang="en">Mercy' not in browser.get(f"/specialists/{LISTED}").text
    found = browser.post("/es/api/v1/search", json={"words": "bile duct cancer", "size": 50}).text
    sent = browser.post("/es/search", data={"words": "bile duct cancer"}).location
    kept = browser.post("/es/keep", data={"from": sent.rpartition("/")[2], "keep": LISTED}).location
    sheet = pdf_of(browser.get(f"{kept.replace('results', 'shortlist')}/my-list.pdf"))
    printed = " ".join(each.extract_text() for each in sheet.pages)
    assert "Mercy Hospital" in found
    assert "Mercy Hospital" in printed
    assert [one for one in (person, found, printed) if QUOTED in one] == []


def test_what_was_asked_has_names_and_no_ids(browser: FlaskClient) -> None:
    label = browser.application.extensions["finder"].context.words.specialties[MEDICAL]
    told = address(browser, specialty=MEDICAL, language="es")
    asked = f"specialty: {label}, speaking Spanish"
    token = told.rpartition("/")[2]
    kept = browser.post("/keep", data={"from": token, "keep": an_npi(2)}).location
    for page in (told, kept.replace("results", "shortlist")):
        assert asked in text(browser.get(page).text)


def test_the_list_comes_before_filters_unless_one_was_picked_there(
    browser: FlaskClient, varied: FlaskClient
) -> None:
    assert '<details class="facets">' in searched(varied, plan="Example Gold", doctors="").text
    assert '<details class="facets" open>' in searched(browser, language="es").text


def test_words_that_nobody_knows_leave_the_form_open(browser: FlaskClient) -> None:
    assert '<details class="change" open>' in searched(browser, words="zzzz qqqq").text
    assert '<details class="change">' in searched(browser).text


def test_numbers_of_the_emergency_line_can_be_pressed(browser: FlaskClient) -> None:
    assert 'call <a href="tel:911">911</a>' in searched(browser, words="crushing chest pain").text


def test_before_an_operation_the_way_leads_to_what_medicare_pays(browser: FlaskClient) -> None:
    link = '<a class="plain" href="/help/insurer">{}</a>'
    surgical = searched(browser, words="whipple operation").text
    assert link.format("What Medicare and your plan pay before an operation") in surgical
    assert link.format("What to ask your plan") in searched(browser).text
    assert "If the two opinions differ, it helps to pay for a third" in text(
        browser.get("/help/insurer").text
    )
