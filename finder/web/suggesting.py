"""Suggestions for what was typed so far, as JSON; the words come in a body, so that no address holds them."""

from dataclasses import asdict

from flask import Response

from finder import search
from finder.i18n import gettext
from finder.web import respond
from finder.web.bodies import sent_text
from finder.web.site import site

MAX_PREFIX = 100  # characters; what is longer is a sentence, which no suggestion completes


def suggestions() -> Response:
    """Get the answer to a body of `prefix`. Raises InputErrors for any other body."""
    prefix = sent_text("prefix", MAX_PREFIX, gettext("say what was typed so far"))
    found = search.suggest(prefix, site().context)
    return respond.data({"suggestions": [asdict(one) for one in found]})
