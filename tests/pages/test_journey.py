"""From a worry to a choice: places, order, what an empty list offers, the map, people side by side."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from elasticsearch import Elasticsearch
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from finder import indexes
from finder.app import create_app
from finder.config import Config
from finder.documents import Fact, Value
from tests.factories import NEW_YORK, a_generation, a_site, an_npi, removed
from tests.pages.conftest import SEEN, SEEN_NAME, TODAY, an_expert, everything_known, searched
from tests.pages.test_pages import text, token

FAR = (39.6, -76.6)  # about 21 miles north of the middle of Baltimore
BOX = re.compile(r'name="npi" value="(\d{10})" form="compare"')


@pytest.fixture(scope="module")
def spread(engine: Elasticsearch, prefix: str, config: Config) -> Iterator[FlaskClient]:
    """The best one is far, the nearest one the least; one with everything known; one in New York."""
    own = f"{prefix}_spread"
    best = {"facts": {"hospitals": Fact(Value("Demo Hospital", "facility_affiliations", "2026-01"), ())}}
    people = (
        an_expert(1, tie_keys=("group:g1", "system:s1")),
        everything_known(),
        an_expert(3, sites=(a_site(FAR, phone="4105550103"),), **best),
        an_expert(4, sites=(a_site(),), evidence=(), concepts=()),
        an_expert(5, sites=(a_site(NEW_YORK, city="New York", state="NY", zip="10065"),), languages=("fr",)),
        an_expert(6, tie_keys=("group:g1",)),
    )
    indexes.flip(engine, own, a_generation(engine, own, people))
    yield create_app(replace(config, index_prefix=own), engine, lambda: TODAY).test_client()
    removed(engine, own)


def compared(browser: FlaskClient, html: str, *numbers: int) -> TestResponse:
    """The page of people who were ticked on a results page."""
    sent = browser.post("/compare", data={"from": token(html), "npi": [an_npi(n) for n in numbers]})
    return browser.get(sent.location) if sent.status_code == 303 else sent


def test_a_city_is_a_place_and_one_of_several_states_is_asked_back(spread: FlaskClient) -> None:
    assert "within 50 miles of Baltimore MD" in text(searched(spread, near="Baltimore MD").text)
    asked = searched(spread, near="Springfield").text
    assert "Which one do you mean?" in text(asked)
    assert 'name="near" value="Springfield, IL"' in asked
    picked = spread.post("/search", data={"from": token(asked), "near": "Springfield, IL"}).location
    assert "Nobody fits all of this" in text(spread.get(picked).text)
    without = spread.post("/search", data={"from": token(asked), "without": "near"}).location
    assert "4 doctors for you" in text(spread.get(without).text)


def test_a_city_that_nobody_knows_leads_back_to_the_form(spread: FlaskClient) -> None:
    answer = searched(spread, near="Nowhereville MD")
    assert answer.status_code == 400
    assert "there is no city Nowhereville MD" in text(answer.text)


def test_the_nearest_may_come_first_and_then_nobody_is_said_to_stand_above(spread: FlaskClient) -> None:
    best = searched(spread, doctors="", within="100").text
    assert re.findall(r'place-(\d+)">\s*<h2', best) == ["1", "2", "3", "4", "5"]
    near = spread.post("/search", data={"from": token(best), "sort": "nearest"}).location
    found = spread.get(near).text
    order = BOX.findall(found)
    assert order[-1] == an_npi(3)
    assert order != BOX.findall(best)
    assert 'value="nearest" aria-pressed="true"' in found
    assert "Above the next one" in text(best)
    assert "Above the next one" not in text(found)


def test_an_empty_list_offers_every_change_that_helps_with_its_count(spread: FlaskClient) -> None:
    empty = searched(spread, doctors="", language="fr").text
    said = text(empty)
    assert "Within 200 miles: 1 doctor" in said
    assert "Without the limit on distance: 1 doctor" in said
    assert "Without the limit “Language”: 5 doctors" in said
    assert "Without all of these limits: 6 doctors" in said
    wider = spread.post("/search", data={"from": token(empty), "within": "200"}).location
    assert "1 doctor for you" in text(spread.get(wider).text)


def test_the_map_has_a_pin_for_each_card_and_nothing_from_elsewhere(spread: FlaskClient) -> None:
    found = searched(spread, doctors="").text
    drawn = found.partition("<svg")[2].partition("</svg>")[0]
    assert sorted(re.findall(r'href="#(place-\d+)"', drawn)) == sorted(re.findall(r'id="(place-\d+)"', found))
    assert 'aria-label="1: ' in drawn
    assert "Towson" in drawn
    assert "style=" not in drawn
    assert "<svg" not in searched(spread, doctors="", language="es").text


def test_people_stand_side_by_side_with_sources_and_what_is_not_known(spread: FlaskClient) -> None:
    found = searched(spread).text
    page = compared(spread, found, 3, 2)
    said = text(page.text)
    assert said.index("Person 3 Exampleton") < said.index("Ada &lt;script&gt;")
    assert "<script>alert" not in page.text
    assert f"Works for none of the practice groups, health systems or hospitals of {SEEN_NAME}" in said
    assert "Hospitals Demo Hospital Facility Affiliation Data , January 2026 Not known" in said
    assert "NCT90000001, open for patients" in said
    assert "None that we could link to this doctor" in said
    back = re.search(r'href="(/results/[^"/]+)"', page.text)
    assert back
    assert "doctors for you" in spread.get(back[1]).text


def test_two_to_four_are_compared(spread: FlaskClient) -> None:
    found = searched(spread, doctors="").text
    one = compared(spread, found, 3)
    assert one.status_code == 400
    assert "Tick two to four doctors" in one.text
    assert "the first four that you ticked" in text(compared(spread, found, 1, 2, 3, 4, 5).text)
    assert "the first four" not in text(compared(spread, found, 1, 2).text)
    assert spread.post("/compare", data={"from": token(found), "npi": ["x", "y"]}).status_code == 400
    assert spread.post("/compare", data={"from": "x", "npi": [an_npi(1), an_npi(2)]}).status_code == 400


def test_the_page_of_one_shows_what_was_compared_on_both_sides(spread: FlaskClient) -> None:
    found = searched(spread).text
    said = text(spread.get(f"/results/{token(found)}/specialists/{an_npi(3)}").text)
    assert f"What we compared with {SEEN_NAME}" in said
    assert "Practice group Demo group:g1" in said
    tied = text(spread.get(f"/results/{token(found)}/specialists/{an_npi(6)}").text)
    assert "Not independent" in tied
    assert "Demo group:g1 Doctors and Clinicians" in tied


def test_who_was_seen_stands_in_the_form_by_name_and_is_read_by_number(spread: FlaskClient) -> None:
    found = searched(spread).text
    line = f"{SEEN_NAME} (NPI {SEEN})"
    assert f"{line}</textarea>" in found
    again = searched(spread, doctors=f"{line}\n").text
    assert f"Already seen: {SEEN_NAME}" in text(again)


@pytest.mark.parametrize(
    ("path", "body", "label"),
    [
        ("places", {"prefix": "balti"}, "Baltimore, MD"),
        ("places", {"prefix": "Baltimore, mary"}, "Baltimore, MD"),
        ("doctors", {"prefix": "exam"}, f"{SEEN_NAME}, Baltimore MD (NPI {SEEN})"),
        ("doctors", {"prefix": "person 1 ex"}, f"{SEEN_NAME}, Baltimore MD (NPI {SEEN})"),
        ("doctors", {"prefix": "exam, baltimore md"}, f"{SEEN_NAME}, Baltimore MD (NPI {SEEN})"),
    ],
)
def test_what_is_typed_is_suggested(spread: FlaskClient, path: str, body: dict[str, str], label: str) -> None:
    found = spread.post(f"/suggest/{path}", json=body).get_json()["suggestions"]
    assert label in [one["label"] for one in found]


def test_doctors_near_the_place_come_first_and_only_those_of_a_typed_city(spread: FlaskClient) -> None:
    def suggested(**body: str) -> list[str]:
        answer = spread.post("/suggest/doctors", json=body).get_json()
        return [one["label"] for one in answer["suggestions"]]

    assert "New York" in suggested(prefix="exampleton", near="10065")[0]
    assert "New York" in suggested(prefix="exampleton", near="New York NY")[0]
    assert "Baltimore" in suggested(prefix="exampleton", near="21287")[0]
    assert all("New York" in label for label in suggested(prefix="exampleton, New York NY"))
    assert suggested(prefix="ex") == []


def test_plans_are_suggested_by_any_of_their_words(varied: FlaskClient) -> None:
    def suggested(prefix: str) -> list[str]:
        answer = varied.post("/suggest/plans", json={"prefix": prefix}).get_json()
        return [one["label"] for one in answer["suggestions"]]

    assert suggested("gold") == ["Example Gold"]
    assert suggested("silv ex") == ["Example Silver (p2)", "Example Silver (p3)"]
    assert suggested("bronze") == []


@pytest.mark.parametrize("path", ["places", "plans", "doctors"])
def test_suggestions_are_for_our_own_pages_and_for_few_letters(spread: FlaskClient, path: str) -> None:
    ask = {"prefix": "exam"}
    refused = spread.post(f"/suggest/{path}", json=ask, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert spread.post(f"/suggest/{path}", json={"prefix": "x" * 101}).status_code == 400
    assert spread.post(f"/suggest/{path}", json={"prefix": 1}).status_code == 400
    assert spread.post(f"/suggest/{path}", data=ask).status_code == 415
    assert spread.get(f"/suggest/{path}").status_code == 405


def test_the_first_paint_of_a_page_needs_nothing_but_the_page(spread: FlaskClient) -> None:
    found = searched(spread)
    assert 'rel="stylesheet"' not in found.text
    assert re.findall(r"<script[^>]*>", found.text) == re.findall(r"<script[^>]* defer[^>]*>", found.text)
    assert "style-src 'sha256-" in found.headers["Content-Security-Policy"]
    packed = spread.get(found.request.path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert len(packed.data) < len(found.data) / 3
    assert "Content-Encoding" not in found.headers
