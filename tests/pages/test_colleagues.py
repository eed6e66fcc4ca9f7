"""The way of a referring physician: own name asked back, three names, nothing in an address; the API."""

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, Request, expect

from finder.answers import Candidate
from finder.web.colleagues_form import one_of
from tests.factories import an_npi
from tests.pages.conftest import SEEN, SEEN_NAME, WORDS, ZIP
from tests.pages.test_api import assert_error, validator
from tests.pages.test_chromium import (  # base and context are fixtures
    SECRETS,
    assert_accessible,
    base,
    context,
    fits,
)

__all__ = ["base", "context"]

SENT = {"referrer": SEEN, "words": WORDS, "near": ZIP}
ASKED = {"referrer": SEEN, "words": WORDS, "near": ZIP, "seen": [an_npi(5)]}


def test_a_sent_form_is_sealed_and_answers_with_own_ties_and_three_names(browser: FlaskClient) -> None:
    sent = browser.post("/colleagues", data=SENT)
    assert sent.status_code == 303
    assert not any(secret in sent.location for secret in SECRETS)
    page = browser.get(sent.location).text
    assert f"{SEEN_NAME} (NPI {SEEN})" in page and "Demo group:g1" in page and "Demo hospital:h1" in page
    assert page.count('id="name-') == 3 and "3 names for your patient" in page
    assert "Not published: Gives the opinion and returns the patient" in page
    assert f"/results/{sent.location.rpartition('/')[2]}/packet" in page


def test_a_name_is_asked_back_where_it_fits_several_and_picked_by_npi(browser: FlaskClient) -> None:
    named = {**SENT, "referrer": "Twin Exampleton, Baltimore MD"}
    answer = browser.post("/colleagues", data=named)
    assert answer.status_code == 400
    assert answer.text.count('name="picked"') == 2 and WORDS in answer.text
    picked = browser.post("/colleagues", data={**named, "picked": an_npi(51)})
    assert f"NPI {an_npi(51)}" in browser.get(picked.location).text


def test_a_name_is_taken_only_where_one_person_at_that_place_has_it() -> None:
    here = Candidate("specialist", an_npi(1), an_npi(1), "Jane Roe", None, "Towson", "MD")
    other = replace(here, id=an_npi(2), city="Annapolis")
    assert one_of("Jane Roe, Towson MD", (here,)) is here and one_of("Jane Roe, MD", (here,)) is here
    assert one_of("Jane Roe, Bethesda MD", (here,)) is None
    assert one_of("Jane Roe, Towson MD", (here, other)) is None


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"referrer": ""}, "referrer", "Give your own NPI"),
        ({"referrer": "12"}, "referrer", "Is not an NPI"),
        ({"referrer": "Nobody Known, Baltimore MD"}, "referrer", "nobody of this name"),
        ({"words": ""}, "words", "Say what the opinion is about"),
        ({"near": "2"}, "near", "Must be a ZIP code"),
    ],
)
def test_a_mistake_stands_beside_its_control_and_keeps_what_was_typed(
    browser: FlaskClient, changes: dict[str, str], field: str, told: str
) -> None:
    answer = browser.post("/colleagues", data={**SENT, **changes})
    assert answer.status_code == 400
    trouble = re.search(rf'id="{field}-trouble".*?</p>', answer.text, re.DOTALL)
    assert trouble and told.lower() in trouble[0].lower()
    kept = {**SENT, **changes}
    assert all(f'value="{kept[name]}"' in answer.text for name in ("referrer", "words", "near"))


def test_an_npi_that_the_directory_lacks_leads_back_to_the_form(browser: FlaskClient) -> None:
    sent = browser.post("/colleagues", data={**SENT, "referrer": "1999999984"})
    answer = browser.get(sent.location)
    assert answer.status_code == 400 and "is not in the directory" in answer.text


def test_the_api_answers_the_contract_and_seals_a_link_for_a_record_system(browser: FlaskClient) -> None:
    answer = browser.post("/api/v1/colleagues", json=ASKED)
    validator("colleagues_answer").validate(answer.json)
    assert len(answer.json["names"]) == 3 and answer.json["tie_breaker"]
    link = browser.post("/api/v1/colleagues/link", json=ASKED).json
    validator("colleagues_link").validate(link)
    assert not any(secret in link["link"] for secret in SECRETS)
    assert browser.get(link["link"]).text.count('id="name-') == 3
    for path in ("/api/v1/colleagues", "/api/v1/colleagues/link"):
        wrong = browser.post(path, json={"near": ZIP, "foo": 1})
        assert_error(wrong.json, 400)
        assert {error["field"] for error in wrong.json["errors"]} == {"referrer", "words", "foo"}


def test_the_way_is_told_in_spanish_too(browser: FlaskClient) -> None:
    sent = browser.post("/es/colleagues", data=SENT)
    page = browser.get(sent.location).text
    assert sent.location.startswith("/es/") and "3 nombres para su paciente" in page
    assert "Lo que sabemos de usted" in page and "What we know" not in page


def test_the_journey_of_a_referring_physician(
    context: BrowserContext, base: str, request: pytest.FixtureRequest
) -> None:
    asked: list[Request] = []
    context.on("request", lambda sent: asked.append(sent))
    page = context.new_page()
    page.goto(f"{base}/colleagues")
    for name, value in {**SENT, "doctors": an_npi(5)}.items():
        page.fill(f"#{name}", value)
    page.locator("form.search button.main").click()
    expect(page.locator("h1")).to_have_text("3 names for your patient")
    expect(page.locator("ol.cards > li")).to_have_count(3)
    expect(page.get_by_role("heading", name="If you and the other doctor disagree")).to_be_visible()
    assert fits(page)
    if "no-scripts" not in request.node.name:
        assert_accessible(page)
    page.locator("ol.cards h2 a").first.click()
    expect(page.get_by_text("Independent of the doctors you have seen?")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Make the packet").click()
    expect(page.locator("#npi input:checked")).to_have_count(3)
    for name in ("diagnosis", "question", "first"):
        page.fill(f"#{name}", SECRETS[0])
    page.get_by_role("button", name="Make the packet").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your packet is ready")
    addresses = [request.url for request in asked]
    assert not any(secret in address for secret in SECRETS for address in addresses)
    assert all(address.startswith((base, "data:")) for address in addresses)
