"""Suggestions for what was typed so far, as JSON; the words come in a body, so that no address holds them."""

from collections.abc import Iterable
from dataclasses import asdict

from flask import Response

from finder import search
from finder.answers import Candidate
from finder.i18n import gettext, mark
from finder.web import respond
from finder.web.bodies import sent_text, sent_texts
from finder.web.site import site

MAX_PREFIX = 100  # characters; what is longer is a sentence, which no suggestion completes
MOST = 8
_MISSING = mark("say what was typed so far")


def suggestions() -> Response:
    """Get the answer to a body of `prefix`. Raises InputErrors for any other body."""
    prefix = sent_text("prefix", MAX_PREFIX, gettext(_MISSING))
    found = search.suggest(prefix, site().context)
    return respond.data({"suggestions": [asdict(one) for one in found]})


def places_suggested() -> Response:
    """Get cities for a body of `prefix`; none for digits, as a ZIP code needs no help."""
    found = site().context.gazetteer().beginning(sent_text("prefix", MAX_PREFIX, gettext(_MISSING)), MOST)
    return _labelled((city.label, "") for city in found)


def plans_suggested() -> Response:
    """Get names of plans for a body of `prefix`."""
    typed, here = sent_text("prefix", MAX_PREFIX, gettext(_MISSING)), site()
    return _labelled(search.plans_beginning(here.engine, here.prefix, typed, here.context, MOST))


def doctors_suggested() -> Response:
    """Get doctors for a body of `prefix`, a name and perhaps a city behind a comma, and of `near`, the place
    in the form, whose doctors come first.
    """
    asked = sent_texts(("prefix", "near"), MAX_PREFIX, {"prefix": gettext(_MISSING)})
    here = site()
    found = search.doctors_beginning(
        here.engine, here.prefix, asked["prefix"], asked["near"], here.context, MOST
    )
    return _labelled((_line(each), each.specialty or "") for each in found)


def _line(each: Candidate) -> str:
    """A doctor as a line of the box: the number in it is what counts."""
    place = ", ".join(filter(None, (each.name, " ".join(filter(None, (each.city, each.state))))))
    return f"{place} (NPI {each.npi})"


def _labelled(found: Iterable[tuple[str, str]]) -> Response:
    """Each suggestion is what goes into the field, and a second line that tells it from others."""
    return respond.data({"suggestions": [{"label": label, "term": term or label} for label, term in found]})
