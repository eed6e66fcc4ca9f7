"""What a form changes on the reader's own list, and where the reader goes on from there."""

import re
from collections.abc import Mapping
from typing import Any

from flask import g, url_for
from werkzeug.datastructures import MultiDict

from finder.criteria import MAX_KEPT, SearchCriteria
from finder.errors import FieldError, InputErrors
from finder.i18n import gettext
from finder.parameters import npi
from finder.sealed import Seals
from finder.web.site import site

_PLACE = re.compile(r"keep(-online)?-[0-9]{1,4}")  # where on the results a button of the list stands


def with_list(form: MultiDict[str, str], seals: Seals) -> SearchCriteria:
    """Get the sealed search of a form (`from`) with the list as the form leaves it.

    `kept` is the list where the browser's own copy is newer than the link, `keep` puts on it, `drop` takes
    off, `forget` empties it. Raises InputErrors without a sealed search, for a full list and for wrong ids.
    """
    if "from" not in form:
        raise InputErrors([FieldError("from", gettext("a list belongs to a search; please start one first"))])
    args = seals.open(form["from"])
    kept = form.getlist("kept") if "kept" in form else args.get("kept", [])
    kept = [] if "forget" in form else [each for each in kept if each not in form.getlist("drop")]
    wanted = list(dict.fromkeys(filter(None, [*kept, *form.getlist("keep")])))
    if len(wanted) > MAX_KEPT:
        full = gettext("your list is full with %(most)s; go back and take one off first", most=MAX_KEPT)
        raise InputErrors([FieldError("keep", full)])
    return SearchCriteria.from_args({**carried(args, form), "kept": wanted})


def carried(args: Mapping[str, Any], form: MultiDict[str, str]) -> dict[str, Any]:
    """Get the arguments of a search with the lists of the form, where the browser's own copies are newer."""
    newer = {name: list(filter(None, form.getlist(name))) for name in ("kept", "never") if name in form}
    return {**args, **newer}


def on_from(form: MultiDict[str, str], token: str) -> str:
    """Get the address of the page that a button of the list stood on, under the new sealed search."""
    came_from = form.get("back", "")
    if came_from == "list":
        return url_for("lists.shortlist", token=token)
    if came_from == "person":
        try:
            person = npi("".join((form.get("keep", ""), form.get("drop", ""))))
        except ValueError:
            return url_for("pages.results", token=token)
        return url_for("pages.specialist_of_results", token=token, npi=person)
    place = came_from if _PLACE.fullmatch(came_from) else None
    return url_for("pages.results", token=token, _anchor=place)


def kept_under(token: str) -> tuple[str, ...]:
    """Get the list that a sealed search carries."""
    return tuple(opened(token).get("kept", ()))


def never_under(token: str) -> tuple[str, ...]:
    """Get the people whom a sealed search leaves out by the reader's own list."""
    return tuple(opened(token).get("never", ()))


def opened(token: str) -> dict[str, Any]:
    """Get the arguments of a sealed search, opened once for a page. Raises InputErrors on `token`."""
    known: dict[str, dict[str, Any]] = g.setdefault("opened", {})
    if token not in known:
        known[token] = site().seals.open(token)
    return known[token]
