"""JSON bodies of requests: an object, and an object of one text."""

from collections.abc import Collection, Mapping
from typing import Any

import orjson
from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from finder.errors import FieldError, InputErrors
from finder.i18n import gettext


def sent() -> dict[str, Any]:
    """Get the JSON object of the request. Raises InputErrors for another body, 415 for another kind."""
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        body = orjson.loads(request.get_data())
    except orjson.JSONDecodeError:
        raise InputErrors([FieldError("", gettext("the body is not JSON"))]) from None
    if not isinstance(body, dict):
        raise InputErrors([FieldError("", gettext("the body must be a JSON object"))])
    return body


def sent_text(name: str, most: int, missing: str) -> str:
    """Get the one text of a JSON object, of at most `most` characters.

    Raises InputErrors with every mistake: another parameter, no text under `name` (told as `missing`), or one
    that is too long.
    """
    return sent_texts((name,), most, {name: missing})[name]


def sent_texts(names: Collection[str], most: int, needed: Mapping[str, str]) -> dict[str, str]:
    """Get the texts of a JSON object by name, each of at most `most` characters, empty where it is not given.

    `needed` are the names that must be given, each with what its absence is told as. Raises InputErrors with
    every mistake: another parameter, no text, one that is missing or too long.
    """
    body = sent()
    errors = [
        FieldError(other, gettext("is not a parameter here")) for other in sorted(set(body) - set(names))
    ]
    for name in names:
        text = body.get(name, "")
        if not isinstance(text, str) or (name in needed and not text.strip()):
            errors.append(FieldError(name, needed.get(name, gettext("must be a text"))))
        elif len(text) > most:
            errors.append(FieldError(name, gettext("must have at most %(most)s characters", most=most)))
    if errors:
        raise InputErrors(errors)
    return {name: str(body.get(name, "")) for name in names}
