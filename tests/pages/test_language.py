"""The language is the first part of the address, and every link keeps it."""

import re

from flask.testing import FlaskClient


def test_every_link_and_form_of_a_spanish_page_stays_spanish(browser: FlaskClient) -> None:
    html = browser.get("/es/").text
    assert '<html lang="es">' in html
    addresses = re.findall(r'(?:href|action|data-suggest)="(/[^"]*)"', html)
    assert {a for a in addresses if not a.startswith("/es/")} == {"/"}  # the way back to English


def test_a_page_links_to_itself_in_the_other_language(browser: FlaskClient) -> None:
    assert '<a href="/es/privacy" lang="es" hreflang="es">Español</a>' in browser.get("/privacy").text
    assert '<a href="/privacy" lang="en" hreflang="en">English</a>' in browser.get("/es/privacy").text


def test_english_has_one_address_only(browser: FlaskClient) -> None:
    assert browser.get("/en/privacy").status_code == 404
