"""The JSON API: the contract, one error shape, an OpenAPI document that tells the truth."""

import json
from importlib.resources import files
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from finder.criteria import SearchCriteria
from finder.web.openapi import document, search_schema
from finder.web.results_page import MOST_CARDS
from tests.factories import an_npi
from tests.pages.conftest import PATIENT, SEEN, WORDS, ZIP

SCHEMA = json.loads(files("finder").joinpath("contract", "search.schema.json").read_text())
ASKED: dict[str, Any] = {"words": WORDS, "near": ZIP, "within": 50, "seen": [SEEN], "size": 5}


def test_a_search_answers_the_contract(browser: FlaskClient) -> None:
    answer = browser.post("/api/v1/search", json=ASKED)
    assert answer.status_code == 200
    Draft202012Validator(SCHEMA).validate(answer.json)
    assert answer.json["total"] == 30
    assert len(answer.json["results"]) == 5
    following = browser.post("/api/v1/search", json={**ASKED, "next": answer.json["next"]}).json
    assert following["results"][0]["rank"] == 6


@pytest.mark.parametrize("size", [{}, {"size": None}])
def test_a_search_shows_as_many_as_a_page(browser: FlaskClient, size: dict[str, Any]) -> None:
    answer = browser.post("/api/v1/search", json={"words": WORDS, **size}).json
    assert len(answer["results"]) == MOST_CARDS < answer["total"]


def test_words_are_understood(browser: FlaskClient) -> None:
    answer = browser.post("/api/v1/understand", json={"words": "bile duct cancr"})
    assert answer.json["concept_id"] == "bile_duct_cancer"
    assert answer.json["corrected_from"] == "bile duct cancr"


def test_what_is_typed_is_completed_for_pages_and_programs(
    browser: FlaskClient, cut_off: FlaskClient
) -> None:
    for path in ("/suggest", "/api/v1/suggest"):
        answer = browser.post(path, json={"prefix": "bile duct canc"})
        validator("suggest_answer").validate(answer.json)
        assert answer.json["suggestions"][0] == {
            "concept_id": "bile_duct_cancer", "label": "bile duct cancer", "term": "bile duct cancer",
        }  # fmt: skip
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert len(browser.post(path, json={"prefix": "ca"}).json["suggestions"]) == 8
        assert browser.post(path, json={"prefix": "xyzzyx"}).json == {"suggestions": []}
        assert cut_off.post(path, json={"prefix": "bile"}).status_code == 200  # no engine is asked


@pytest.mark.parametrize(
    "body", [{}, {"prefix": " "}, {"prefix": 7}, {"prefix": "x" * 101}, {"prefix": "a", "b": 1}]
)
def test_what_cannot_be_completed_is_refused_in_the_one_shape(browser: FlaskClient, body: Any) -> None:
    for path in ("/suggest", "/api/v1/suggest"):
        answer = browser.post(path, json=body)
        assert answer.status_code == 400
        assert_error(answer.json, 400)


def test_another_site_cannot_ask_for_suggestions_through_a_reader(browser: FlaskClient) -> None:
    answer = browser.post("/suggest", json={"prefix": "bile"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert_error(answer.json, 403)


@pytest.mark.parametrize("words", ["bile duct cancr", "measles", "prostate", "purple banana"])
def test_what_was_understood_has_the_shape_of_the_contract(browser: FlaskClient, words: str) -> None:
    answer = browser.post("/api/v1/understand", json={"words": words}).json
    validator("understood").validate(answer)
    assert (answer["read_as"] or {}).get("title") == ("Measles" if words == "measles" else None)


def test_a_specialist_is_given_whole(browser: FlaskClient) -> None:
    assert browser.get(f"/api/v1/specialists/{an_npi(2)}").json["npi"] == an_npi(2)


def test_every_bad_parameter_is_reported_at_once(browser: FlaskClient) -> None:
    wrong = {"near": "2", "within": 9000, "seen": ["1"], "state": "QQ", "size": 0, "foo": 1}
    answer = browser.post("/api/v1/search", json=wrong)
    assert (answer.status_code, answer.json["ok"], answer.json["status"]) == (400, False, 400)
    fields = {error["field"] for error in answer.json["errors"]}
    assert fields == {"words", "near", "within", "seen", "state", "size", "foo"}
    understand = browser.post("/api/v1/understand", json={"word": 1})
    assert {error["field"] for error in understand.json["errors"]} == {"words", "word"}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"words=x", "application/x-www-form-urlencoded", 415),
        (b'{"words": "' + b"x" * 70_000 + b'"}', "application/json", 413),
        (b'{"words": NaN}', "application/json", 400),
        (b"[" * 50_000, "application/json", 400),
    ],
)
def test_a_body_that_is_no_search_is_refused(
    browser: FlaskClient, body: bytes, kind: str, status: int
) -> None:
    for path in ("/api/v1/search", "/api/v1/understand", "/api/v1/suggest", "/suggest"):
        answer = browser.post(path, data=body, content_type=kind)
        assert answer.status_code == status
        assert_error(answer.json, status)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v1/nothing", 404), ("GET", "/api/v1/search", 405),
     ("GET", "/api/v1/specialists/1999999984", 404)],
)  # fmt: skip
def test_every_error_has_one_shape(browser: FlaskClient, method: str, path: str, status: int) -> None:
    answer = browser.open(path, method=method)
    assert answer.status_code == status
    assert_error(answer.json, status)


def validator(name: str) -> Draft202012Validator:
    """The check of one part of the contract."""
    return Draft202012Validator({**SCHEMA["$defs"][name], "$defs": SCHEMA["$defs"]})


def assert_error(answer: Any, status: int) -> None:
    Draft202012Validator(document()["components"]["schemas"]["Errors"]).validate(answer)
    assert answer["status"] == status
    assert all(error["message"] for error in answer["errors"])


def test_without_an_engine_the_api_says_503(cut_off: FlaskClient) -> None:
    answers = [
        cut_off.post("/api/v1/search", json=ASKED),
        cut_off.get(f"/api/v1/specialists/{SEEN}"),
        cut_off.get("/health"),
    ]
    for answer in answers:
        assert answer.status_code == 503
        assert_error(answer.json, 503)
        assert "results" not in answer.json


def test_health_tells_the_served_generation(browser: FlaskClient) -> None:
    told = browser.get("/health").json
    assert (told["ok"], told["as_of"], told["demonstration"]) == (True, "2026-01-05", True)
    assert told["generation"]


def test_the_openapi_document_is_valid_and_names_every_route(app: Flask, browser: FlaskClient) -> None:
    told = browser.get("/api/v1/openapi.json").json
    validate(told)
    rules = {r.rule.replace("<", "{").replace(">", "}") for r in app.url_map.iter_rules()}
    wanted = {rule for rule in rules if rule.startswith("/api/") and not rule.endswith("openapi.json")}
    assert set(told["paths"]) == wanted


def test_the_openapi_document_names_every_parameter() -> None:
    known = set(SearchCriteria.__dataclass_fields__) - {"position"} | {"next"}
    assert set(search_schema()["properties"]) == known


def test_the_form_knows_only_parameters_of_the_api() -> None:
    assert set(PATIENT) - {"doctors"} <= set(search_schema()["properties"])
