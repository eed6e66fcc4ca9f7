"""JSON bodies of requests: an object, and an object of one text."""

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
    body = sent()
    errors = [FieldError(other, gettext("is not a parameter here")) for other in sorted(set(body) - {name})]
    text = body.get(name)
    if not isinstance(text, str) or not text.strip():
        errors.append(FieldError(name, missing))
    elif len(text) > most:
        errors.append(FieldError(name, gettext("must have at most %(most)s characters", most=most)))
    if errors:
        raise InputErrors(errors)
    return str(text)
