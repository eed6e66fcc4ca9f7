"""Answers: a page from a template and its one dataclass, or JSON."""

from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response, current_app, render_template
from markupsafe import Markup

from finder import i18n
from finder.web.headers import POLICY_WITH_SCRIPT
from finder.web.language import at, english_marked, same_page_in
from finder.web.site import now_served, site
from finder.web.style import STYLE

SUGGESTING = (  # pages with a field for a condition
    "start.html",
    "results.html",
    "programs.html",
    "colleagues.html",
    "colleagues_found.html",
    "help/filled.html",
)
LISTING = (  # pages with the reader's own list, or something to print
    "start.html",
    "results.html",
    "specialist.html",
    "shortlist.html",
    "empty_list.html",
    "two_opinions.html",
    "packet.html",
    "colleagues.html",
    "colleagues_found.html",
    "own_lists.html",
)
_SCRIPTS = {"suggest.js": SUGGESTING, "list.js": LISTING}


@dataclass(frozen=True, slots=True)
class OtherLanguage:
    """The current page in another language."""

    code: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What the base template shows around every page; `script_urls` are the scripts that this one uses."""

    language: str
    others: tuple[OtherLanguage, ...]
    style: Markup
    icon_url: str
    script_urls: tuple[str, ...]
    is_demonstration: bool


def page(template: str, content: Any, status: int = 200, *, is_demonstration: bool | None = None) -> Response:
    """Get a page. Its template sees `page`, one dataclass, and `frame`.

    `is_demonstration` is that of the generation shown; None looks at the one that is served.
    """
    if is_demonstration is None:
        is_demonstration = site().banner.asked(now_served)
    return framed(template, content, status, is_demonstration)


def framed(template: str, content: Any, status: int, is_demonstration: bool) -> Response:
    """Get a page without asking the engine anything."""
    scripts = [name for name, users in _SCRIPTS.items() if template in users]
    spoken = i18n.language()
    frame = Frame(
        language=spoken,
        others=tuple(
            OtherLanguage(each.code, each.name, same_page_in(each.code))
            for each in i18n.LANGUAGES.values()
            if each.code != spoken
        ),
        style=Markup(STYLE),  # noqa: S704 - our own file
        icon_url=_static("icon.svg"),
        script_urls=tuple(_static(name) for name in scripts),
        is_demonstration=is_demonstration,
    )
    html = english_marked(render_template(template, page=content, frame=frame))
    response = current_app.response_class(html, status=status, mimetype="text/html")
    if scripts:
        response.headers["Content-Security-Policy"] = POLICY_WITH_SCRIPT
    return response


def _static(name: str) -> str:
    return f"{at('/static/' + name)}?v={site().static_version}"


def file(content: bytes, name: str, kind: str) -> Response:
    """Get a file to save, under a name that must tell nothing of the search."""
    response = current_app.response_class(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def data(content: Any, status: int = 200) -> Response:
    """Get JSON."""
    text = orjson.dumps(content)
    if i18n.language() != i18n.ENGLISH:
        text = i18n.unquoted(text.decode()).encode()
    return current_app.response_class(text, status=status, mimetype="application/json")
