"""The way to a packet: at most three forms, nothing typed stays on the server, the same for pages and API."""

import io
import json
import logging
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from pypdf import PdfReader

from finder.config import Config
from finder.packet_wording import load_wording
from finder.reads import Client
from finder.web.openapi import document, packet_schema
from tests.factories import an_npi
from tests.pages.conftest import PATIENT, SEEN, searched
from tests.pages.test_pages import Outline, text, title, token

FIRST, OTHER = an_npi(20), an_npi(21)
# Words that nobody else writes, in every field, so that each can be looked for; too long to stand by chance
# in the random letters of an index id (engine log) or of a sealed link.
MARKED = {
    field.field_id: f"zqxvwkjq{at}marked{field.field_id}" for at, field in enumerate(load_wording().fields)
}
SENT = ["cancer-all-scans-since-it-was", "general-results-of-blood-and-other"]


def make(browser: FlaskClient, sealed: str, make: str = "page", **changes: Any) -> Any:
    data = {**MARKED, "npi": [FIRST, OTHER], "sent": SENT, "answer": "call", "make": make, **changes}
    return browser.post(f"/results/{sealed}/packet", data=data)


@pytest.fixture
def sealed(browser: FlaskClient) -> str:
    return token(searched(browser).text)


def test_the_packet_is_two_forms_away_from_the_results(browser: FlaskClient) -> None:
    results = searched(browser)
    link = re.search(r'href="(/results/[^"]+/packet)"', results.text)
    assert link
    form = browser.get(link[1])
    assert form.status_code == 200
    assert "bile duct cancer" in form.text.lower()
    shown = make(browser, link[1].split("/")[2])
    assert shown.status_code == 200
    said = text(shown.text)
    for part in (
        "Second opinion: the facts",
        "Letter to Person 20 Exampleton, MD",
        "Letter to Person 21",
        "Contacts",
        "Consent and release of records",
        "Your second opinion",
        "behind this page",
        "made up",
    ):
        assert part in said, part
    for marked in MARKED.values():
        assert marked in said
    outline = Outline(shown.text)
    assert outline.inline == []
    steps = zip(outline.headings, outline.headings[1:], strict=False)
    assert all(after - before <= 1 for before, after in steps)


def test_the_letter_says_why_and_how_independent_and_a_tie_is_told(browser: FlaskClient, sealed: str) -> None:
    said = text(make(browser, sealed).text)
    assert "you share no practice group, health system or hospital" in said
    assert "Example Hospital lists" in said
    tied = text(make(browser, sealed, npi=[an_npi(3)]).text)
    assert "Please note that you share a practice group, health system or hospital" in tied
    unknown = text(make(browser, sealed, npi=[an_npi(4)]).text)
    assert "is not known from public files" in unknown


def test_the_form_comes_back_with_every_mistake_and_every_value(browser: FlaskClient, sealed: str) -> None:
    again = make(browser, sealed, npi=[], question="", findings="x" * 3001, referrer="12")
    assert again.status_code == 400
    assert MARKED["first"] in again.text
    assert "x" * 3001 in again.text
    links = re.findall(r'<li><a href="#(\w+)"', again.text)
    assert links == ["npi", "referrer", "findings", "question"]
    assert all(f'id="{each}"' in again.text for each in links)
    assert "Please check these" in again.text
    assert 'value="cancer-all-scans-since-it-was" checked' in again.text
    assert make(browser, sealed, "edit").status_code == 200
    assert make(browser, sealed, npi=[an_npi(998)]).status_code == 400
    own = make(browser, sealed, npi=[FIRST], referrer=FIRST)
    assert "The referring physician can’t be asked as well" in own.text


def test_the_page_of_a_person_opens_the_form_with_that_person_ticked(
    browser: FlaskClient, sealed: str
) -> None:
    person = browser.get(f"/results/{sealed}/specialists/{OTHER}").text
    assert 'value="open"' in person
    form = browser.post(f"/results/{sealed}/packet", data={"npi": OTHER, "make": "open"})
    assert form.status_code == 200
    assert re.findall(r'name="npi" value="(\d+)" checked', form.text) == [OTHER]
    assert "Please check" not in form.text


def test_the_referring_physician_stands_in_the_packet(browser: FlaskClient, sealed: str) -> None:
    shown = text(make(browser, sealed, referrer=an_npi(2)).text)
    assert shown.count("Ada") >= 4
    assert "Referring physician: name, telephone, fax" not in shown


@pytest.mark.parametrize(
    ("kind", "name"),
    [("pdf", "packet.pdf"), ("specialist", "packet-open.pdf"), ("sealed", "packet-sealed.pdf"),
     ("patient", "packet-patient.pdf")],
)  # fmt: skip
def test_each_pdf_holds_its_parts_under_a_neutral_name(
    browser: FlaskClient, sealed: str, kind: str, name: str
) -> None:
    answer = make(browser, sealed, kind)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["Cache-Control"] == "private, no-store"
    told = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    assert (MARKED["first"] in told) == (kind in ("pdf", "sealed"))
    assert (MARKED["findings"] in told) == (kind in ("pdf", "specialist"))
    assert ("Consent and release" in told) == (kind in ("pdf", "patient"))


def test_the_fhir_document_of_the_form_and_of_the_api_are_alike(browser: FlaskClient, sealed: str) -> None:
    answer = make(browser, sealed, "fhir")
    assert answer.mimetype == "application/fhir+json"
    body = {**MARKED, "npi": [FIRST, OTHER], "sent": SENT, "words": PATIENT["words"], "seen": [SEEN]}
    api = browser.post("/api/v1/packet", json=body)
    assert api.mimetype == "application/fhir+json"
    kinds = []
    for told in (json.loads(answer.data), json.loads(api.data)):
        Bundle.model_validate(told)
        Draft202012Validator(document()["components"]["schemas"]["packet_answer"]).validate(told)
        kinds.append([entry["resource"]["resourceType"] for entry in told["entry"]])
    assert kinds[0] == kinds[1]


def test_the_api_gives_what_is_accepted_or_asked_for_and_reports_mistakes(browser: FlaskClient) -> None:
    body = {**MARKED, "npi": [FIRST]}
    pdf = browser.post("/api/v1/packet", json=body, headers={"Accept": "application/pdf"})
    assert pdf.data.startswith(b"%PDF")
    html = browser.post("/api/v1/packet", json={**body, "format": "html"})
    assert "<script" not in html.text
    assert MARKED["first"] in html.text
    wrong = browser.post("/api/v1/packet", json={"npi": [FIRST], "format": "word", "name": "Ann"})
    assert wrong.status_code == 400
    wrong = browser.post("/api/v1/packet", json={"npi": [FIRST], "name": "Ann"})
    assert {error["field"] for error in wrong.json["errors"]} == {"name", "diagnosis", "question"}
    Draft202012Validator(packet_schema()).validate(body)
    assert browser.post("/api/v1/packet", data=b"x").status_code == 415


def test_a_packet_as_long_as_its_fields_in_any_script_is_taken_and_a_longer_one_is_not(
    browser: FlaskClient, sealed: str
) -> None:
    full = {field.field_id: "ж" * field.most for field in load_wording().fields}
    assert make(browser, sealed, **full).status_code == 200
    assert make(browser, sealed, findings="x" * 300_000).status_code == 413


def test_another_site_cannot_send_the_form(browser: FlaskClient, sealed: str) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site"}
    answer = browser.post(f"/results/{sealed}/packet", data=MARKED, headers=foreign)
    assert answer.status_code == 403


def test_nothing_typed_stays_on_the_server(
    app: Flask, config: Config, engine: Client, pages_prefix: str, caplog: pytest.LogCaptureFixture
) -> None:
    browser = app.test_client()
    with caplog.at_level(logging.DEBUG):
        sealed = token(searched(browser).text)
        for kind in ("page", "pdf", "fhir", "edit"):
            answer = make(browser, sealed, kind)
            assert answer.status_code == 200
            assert "Set-Cookie" not in answer.headers
            assert not [m for m in MARKED.values() if m in str(answer.headers)]
        make(browser, sealed, npi=[])
        browser.post("/api/v1/packet", json={**MARKED, "npi": [FIRST]})
        browser.post("/api/v1/packet", json={**MARKED, "npi": ["9"]})
    assert "zqxvwkjq" not in caplog.text
    home = Path(config.home)
    engine.indices.flush(index=f"{pages_prefix}*")
    written = [path for path in home.rglob("*") if path.is_file() and b"zqxvwkjq" in path.read_bytes()]
    assert written == []
    everything = engine.search(
        index=f"{config.index_prefix}*", query={"query_string": {"query": "zqxvwkjq*"}}
    )
    assert everything["hits"]["total"]["value"] == 0


def test_no_address_and_no_title_tells_what_was_typed(browser: FlaskClient, sealed: str) -> None:
    page = make(browser, sealed).text
    everything = [title(page), *Outline(page).addresses]
    said = re.compile(r"zqxvwkjq|bile(%20|[ +_-])duct", re.IGNORECASE)
    assert [one for one in everything if said.search(one)] == []


def test_the_copy_for_the_patient_speaks_spanish_on_an_english_page(
    browser: FlaskClient, sealed: str
) -> None:
    page = make(browser, sealed, patient_language="es").text
    assert re.search(r'<section class="leaf" id="part-patient-\d+" lang="es">\s*<h2>Su segunda opinión', page)
    spanish = browser.get(f"/es/results/{sealed}/packet").text
    assert "Paquete de referencia" in spanish
    assert '<option value="es" selected>' in spanish


def test_the_schema_names_every_field_and_every_record() -> None:
    properties = packet_schema()["properties"]
    assert set(MARKED) <= set(properties)
    assert set(SENT) <= set(properties["sent"]["items"]["enum"])
    assert files("finder")


def test_the_names_for_a_referring_physician_go_into_the_packet_ticked(browser: FlaskClient) -> None:
    sent = browser.post(
        "/colleagues", data={"referrer": SEEN, "words": PATIENT["words"], "never": an_npi(20)}
    )
    assert sent.status_code == 303, text(sent.text)
    found = browser.get(sent.location)
    assert "1 doctor of your own list is left out." in text(found.text)
    assert f"/specialists/{an_npi(20)}" not in found.text
    assert f'name="never" value="{an_npi(20)}"' in found.text
    form = re.search(
        r'<form action="(/results/[^"]+/packet)" method="post">(.*?)</form>', found.text, re.DOTALL
    )
    assert form
    names = re.findall(r'name="npi" value="(\d+)"', form[2])
    assert len(names) == 3
    opened = browser.post(form[1], data={"npi": names, "make": "open"}).text
    assert re.findall(r'name="npi" value="(\d+)" checked', opened) == names
    assert f'name="referrer" type="text" inputmode="numeric" value="{SEEN}"' in opened
    answer = browser.post(
        "/api/v1/colleagues", json={"referrer": SEEN, "words": PATIENT["words"], "never": names}
    )
    assert answer.json["own_list_left_out"] == 3
