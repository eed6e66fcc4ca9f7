"""The JSON API: the same service functions as the pages, and its OpenAPI document."""

from typing import Any

import orjson
from flask import Blueprint, Response, request
from werkzeug.exceptions import UnsupportedMediaType

from finder import search
from finder.criteria import SearchCriteria
from finder.errors import FieldError, InputErrors
from finder.parameters import MAX_WORDS
from finder.vocabulary import resolve
from finder.web import respond
from finder.web.openapi import document
from finder.web.site import site

api = Blueprint("api", __name__, url_prefix="/api/v1")


@api.post("/search")
def search_() -> Response:
    """Specialists for a search; the answer is that of `finder search --json`."""
    here = site()
    criteria = SearchCriteria.from_args(_sent())
    found = search.find_specialists(here.engine, here.prefix, criteria, here.context, here.today())
    return respond.data(found.to_json())


@api.post("/understand")
def understand() -> Response:
    """What words mean; the answer is that of `finder understand --json`."""
    sent = _sent()
    errors = [FieldError(name, "is not a parameter here") for name in sorted(set(sent) - {"words"})]
    words = sent.get("words")
    if not isinstance(words, str) or not words.strip():
        errors.append(FieldError("words", "say what the opinion is about, such as a diagnosis"))
    elif len(words) > MAX_WORDS:
        errors.append(FieldError("words", f"must have at most {MAX_WORDS} characters"))
    if errors:
        raise InputErrors(errors)
    return respond.data(resolve(str(words), site().context.vocabulary).to_json())


@api.get("/specialists/<npi>")
def specialist(npi: str) -> Response:
    """The document of one person."""
    here = site()
    return respond.data(search.specialist(here.engine, here.prefix, npi))


@api.get("/openapi.json")
def openapi() -> Response:
    """The description of this API."""
    return respond.data(document())


def _sent() -> dict[str, Any]:
    """The JSON object of the request. Raises InputErrors for any other body."""
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        sent = orjson.loads(request.get_data())
    except orjson.JSONDecodeError:
        raise InputErrors([FieldError("", "the body is not JSON")]) from None
    if not isinstance(sent, dict):
        raise InputErrors([FieldError("", "the body must be a JSON object")])
    return sent
