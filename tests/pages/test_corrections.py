"""A reader reports a mistake: kept for the admin, shown to the reader, floods and searches kept out."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from elasticsearch import Elasticsearch
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from finder import corrections
from finder.web.correcting import A_PERSON_AN_HOUR, ALL_AN_HOUR
from finder.web.site import EXTENSION
from finder.web.throttle import Throttle
from tests.factories import an_npi
from tests.pages.conftest import WORDS, address
from tests.pages.test_pages import text

NPI = an_npi(2)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
REPORT = {"npi": NPI, "about": "address", "text": "Moved to <b>2 Example Street</b>", "proof": "410 555 0100"}


@pytest.fixture
def clock(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[str, datetime]:
    """The time that the site believes; a fresh throttle."""
    told = {"now": NOW}
    site = replace(
        app.extensions[EXTENSION], now=lambda: told["now"], throttle=Throttle(A_PERSON_AN_HOUR, ALL_AN_HOUR)
    )
    monkeypatch.setitem(app.extensions, EXTENSION, site)
    return told


def stamp(browser: FlaskClient, path: str = f"/specialists/{NPI}") -> str:
    found = re.search(r'name="stamp" value="([^"]+)"', browser.get(path).text)
    assert found
    return found[1]


def reported(browser: FlaskClient, clock: dict[str, datetime], **changes: str) -> TestResponse:
    sealed = stamp(browser)
    clock["now"] += timedelta(seconds=10)
    return browser.post("/corrections", data={**REPORT, "stamp": sealed, **changes})


def kept(engine: Elasticsearch, prefix: str) -> list[corrections.Correction]:
    return corrections.corrections(engine, prefix)


def test_a_report_is_kept_and_listed_to_whoever_sent_it(
    browser: FlaskClient, clock: dict[str, datetime], engine: Elasticsearch, pages_prefix: str
) -> None:
    before = len(kept(engine, pages_prefix))
    answer = reported(browser, clock)
    assert answer.status_code == 200
    said = text(answer.text)
    escaped = "Moved to &lt;b&gt;2 Example Street&lt;/b&gt;"
    for part in (NPI, "An address or a phone number", escaped, "410 555 0100"):
        assert part in said
    assert "<b>2 Example" not in answer.text
    found = kept(engine, pages_prefix)
    assert len(found) == before + 1
    assert (NPI, "address", REPORT["text"]) in [(one.npi, one.about, one.text) for one in found]


def test_nothing_of_the_search_is_kept(
    browser: FlaskClient, clock: dict[str, datetime], engine: Elasticsearch, pages_prefix: str
) -> None:
    path = f"{address(browser)}/specialists/{NPI}"
    page = browser.get(path).text
    form = page.partition('action="/corrections"')[2].partition("</form>")[0]
    assert path.split("/")[2] not in form
    assert WORDS not in form
    sealed = stamp(browser, path)
    clock["now"] += timedelta(seconds=10)
    answer = browser.post("/corrections", data={**REPORT, "stamp": sealed, "words": WORDS})
    assert answer.status_code == 200
    hits = engine.search(index=f"{pages_prefix}-runs", query={"term": {"kind": "correction"}})["hits"]["hits"]
    assert hits
    assert WORDS not in str(hits)


def test_the_same_form_sent_twice_is_one_report(
    browser: FlaskClient, clock: dict[str, datetime], engine: Elasticsearch, pages_prefix: str
) -> None:
    sealed = stamp(browser)
    clock["now"] += timedelta(seconds=10)
    before = len(kept(engine, pages_prefix))
    for _ in range(2):
        assert browser.post("/corrections", data={**REPORT, "stamp": sealed}).status_code == 200
    assert len(kept(engine, pages_prefix)) == before + 1


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"text": " \x00 "}, "text", "Say in a few words what is wrong"),
        ({"text": "x" * 1001}, "text", "at most 1000 characters"),
        ({"proof": "x" * 301}, "proof", "at most 300 characters"),
        ({"about": "whatever"}, "about", "Pick one of the list"),
    ],
)
def test_mistakes_are_linked_to_their_fields_and_values_kept(
    browser: FlaskClient, clock: dict[str, datetime], changes: dict[str, str], field: str, says: str
) -> None:
    answer = reported(browser, clock, **changes)
    assert answer.status_code == 400
    assert f'href="#{field}"' in answer.text
    assert says in text(answer.text)
    assert "About Ada" in text(answer.text)
    assert 'value="410 555 0100"' in answer.text or field == "proof"


def test_a_form_that_is_not_ours_too_fast_or_too_old_is_asked_for_again(
    browser: FlaskClient, clock: dict[str, datetime]
) -> None:
    sealed = stamp(browser)
    fast = browser.post("/corrections", data={**REPORT, "stamp": sealed})
    assert fast.status_code == 400
    assert "that was very fast" in fast.text
    foreign = reported(browser, clock, stamp=address(browser).split("/")[2])
    assert foreign.status_code == 400
    of_another = reported(browser, clock, stamp=stamp(browser, f"/specialists/{an_npi(3)}"))
    assert of_another.status_code == 400
    clock["now"] += timedelta(days=2)
    assert browser.post("/corrections", data={**REPORT, "stamp": sealed}).status_code == 400
    other_site = {"Sec-Fetch-Site": "cross-site"}
    assert browser.post("/corrections", data=REPORT, headers=other_site).status_code == 403
    assert reported(browser, clock, npi="1999999984").status_code == 404


def test_what_fills_the_hidden_field_is_thanked_and_not_kept(
    browser: FlaskClient, clock: dict[str, datetime], engine: Elasticsearch, pages_prefix: str
) -> None:
    before = len(kept(engine, pages_prefix))
    assert reported(browser, clock, website="https://spam.example").status_code == 200
    assert len(kept(engine, pages_prefix)) == before


def test_a_flood_of_reports_about_one_person_is_held_up(
    browser: FlaskClient, clock: dict[str, datetime]
) -> None:
    for number in range(A_PERSON_AN_HOUR):
        assert reported(browser, clock, text=f"report {number}").status_code == 200
    held = reported(browser, clock)
    assert held.status_code == 400
    assert "many reports in a short time" in held.text


def test_the_hour_of_a_throttle_passes() -> None:
    now = [0.0]
    throttle = Throttle(A_PERSON_AN_HOUR, ALL_AN_HOUR, clock=lambda: now[0])
    assert [throttle.take("a") for _ in range(A_PERSON_AN_HOUR + 1)] == [True] * A_PERSON_AN_HOUR + [False]
    assert throttle.take("b")
    now[0] = 3601
    assert throttle.take("a")


def test_a_person_with_many_open_reports_takes_no_more(
    browser: FlaskClient, clock: dict[str, datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corrections, "MOST_OPEN", 0)
    assert reported(browser, clock).status_code == 400
