"""The pages of help: every one answers, says where a fact is from, and the checklist fills in the search."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.pages.conftest import HELP, address
from tests.pages.test_pages import Outline, text


def chosen(html: str, field: str) -> str:
    """The value that a list of choices shows."""
    listed = re.search(rf'<select id="{field}".*?</select>', html, re.DOTALL)
    assert listed
    found = re.search(r'value="([^"]*)" selected', listed[0])
    return found[1] if found else ""


@pytest.mark.parametrize("path", HELP)
def test_links_to_others_tell_them_nothing(browser: FlaskClient, path: str) -> None:
    outside = re.findall(r'<a href="https?:[^>]*>', browser.get(path).text)
    assert all('rel="noopener noreferrer"' in link for link in outside)


def test_every_page_is_linked_from_the_index_and_the_index_from_every_page(browser: FlaskClient) -> None:
    index = Outline(browser.get("/help").text)
    assert [path for path in HELP[1:] if path not in index.addresses] == []
    assert "/help" in Outline(browser.get("/privacy").text).addresses
    assert "/help/when" in Outline(browser.get("/").text).addresses
    assert "/es/help/costs" in Outline(browser.get("/es/help/records").text).addresses


def test_no_address_of_help_names_an_illness(app: Flask) -> None:
    ours = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("help.")}
    with_illness = {kind.kind for kind in app.extensions["finder"].guidance.kinds} - {"general"}
    assert ours
    assert [rule for rule in ours if any(kind in rule for kind in with_illness)] == []


def test_help_works_without_an_engine(cut_off: FlaskClient) -> None:
    assert {cut_off.get(path).status_code for path in HELP} == {200}


def test_the_ticked_lines_fill_in_the_search(browser: FlaskClient) -> None:
    sent = browser.post("/help/when", data={"tick": ["operation", "scan", "child", "far"]})
    assert sent.status_code == 303
    assert [word for word in ("operation", "surgery", "child", "scan") if word in sent.location] == []
    answer = browser.get(sent.location)
    assert answer.status_code == 200
    assert chosen(answer.text, "why") == "surgery"
    assert chosen(answer.text, "role") == "imaging"
    assert chosen(answer.text, "ages") == "child"
    assert re.search(r'name="virtual" type="checkbox" value="yes" checked', answer.text)
    assert '<details class="more" open>' in answer.text
    assert "It is for a child." in text(answer.text)
    assert 'action="/search"' in answer.text


def test_a_list_without_a_tick_says_so_and_a_strange_tick_is_no_tick(browser: FlaskClient) -> None:
    for data in ({}, {"tick": "<b>"}):
        answer = browser.post("/help/when", data=data)
        assert answer.status_code == 400
        assert "You ticked nothing yet" in answer.text
        assert "<b>" not in answer.text


def test_a_checklist_of_another_site_or_a_tampered_link_is_refused(browser: FlaskClient) -> None:
    sent = {"data": {"tick": "rare"}, "headers": {"Sec-Fetch-Site": "cross-site"}}
    assert browser.post("/help/when", **sent).status_code == 403  # type: ignore[arg-type]
    assert browser.get("/help/when/x").status_code == 400


def test_the_third_opinion_starts_the_search_of_a_tie_breaker(browser: FlaskClient) -> None:
    form = browser.get("/help/differ").text
    tick = re.search(r'action="/help/when".*?name="tick" value="(\w+)"', form, re.DOTALL)
    assert tick
    sent = browser.post("/help/when", data={"tick": tick[1]})
    assert chosen(browser.get(sent.location).text, "why") == "tie-breaker"


def test_what_to_bring_follows_the_search(browser: FlaskClient) -> None:
    told = address(browser)
    results = browser.get(told).text
    assert f"{told}/records" in Outline(results).addresses
    said = text(browser.get(f"{told}/records").text)
    assert "The glass slides of the tissue sample" in said
    assert "Heart tracing" not in said
    heart = text(browser.get(f"{address(browser, words='atrial fibrillation')}/records").text)
    assert "Heart tracing" in heart
    assert "glass slides" not in heart


def test_what_to_bring_is_general_where_the_words_are_not_known(browser: FlaskClient) -> None:
    said = text(browser.get(f"{address(browser, words='xyzzy plugh')}/records").text)
    assert "Letters and notes of the doctors you saw" in said
    assert "We have no special list for your illness" in said


def test_emergencies_have_what_to_do_and_a_source(browser: FlaskClient, app: Flask) -> None:
    said = text(browser.get("/help/emergency").text)
    for each in app.extensions["finder"].guidance.emergencies:
        assert each.advice in said
        assert each.source in said
    for number in ("tel:911", "tel:988", "tel:+18002221222"):
        assert f'href="{number}"' in browser.get("/help/emergency").text


def test_figures_show_how_many_when_and_where_from(browser: FlaskClient, app: Flask) -> None:
    said = text(browser.get("/help/figures").text)
    assert "Based on 286 people. Source: Naessens" in said
    assert "April 4, 2017; read November 28, 2026" in said
    assert said.count("not given where we read it") == 3
    assert said.count("Source:") == len(app.extensions["finder"].guidance.outcomes)


def test_a_fact_without_a_date_says_so(browser: FlaskClient) -> None:
    said = text(browser.get("/help/insurer").text)
    assert "Second surgical opinions , date not known; read November 28, 2026" in said


def test_sites_of_others_are_labelled(browser: FlaskClient) -> None:
    for path in ("/help/others", "/help/costs"):
        html = browser.get(path).text
        assert "These links leave our site" in html
        named = re.findall(r'<p><a href="https[^>]*>[^<]*</a> <span class="quiet">\(leaves our site\)', html)
        assert len(named) > 5
    assert (
        "Our own words, November 28, 2026. We could not look at the site." in browser.get("/help/others").text
    )
