"""The language of a page is the first part of its address: /es/... is Spanish, everything else English.

So no cookie is needed, and a link keeps its language. The prefix is taken off before routing, as the root of
the application: routes have one address each, and `url_for` and `at` put the prefix in front again.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from flask import Flask, request
from markupsafe import Markup

from finder import i18n

_BASE = "finder.base"  # where the application is mounted, without the language
# A tag, whose attributes cannot be marked; or English words without a tag in between.
_TAG_OR_QUOTE = re.compile(f"(<[^>]*>)|{i18n.QUOTED}([^<>{i18n.QUOTED}{i18n.UNQUOTED}]*){i18n.UNQUOTED}")
# Where the application is mounted, with the language: a page of results writes fifty addresses.
_root: ContextVar[str | None] = ContextVar("root", default=None)
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def add_languages(app: Flask) -> None:
    """Let `app` answer in every language of i18n.LANGUAGES, its templates included."""
    for code in i18n.LANGUAGES:
        i18n.catalog(code)  # read before the workers fork
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals |= {"_": _told, "gettext": _told, "at": at, "english": i18n.english}
    app.jinja_env.filters["spoken"] = i18n.gettext  # for texts of data files: escaped, a % is a per cent sign
    app.wsgi_app = _spoken(app.wsgi_app)  # type: ignore[method-assign, assignment]


def _told(message: str, **values: object) -> Markup:
    """What templates call: the message with its values escaped. Jinja's own goes through its context twice,
    and formats messages without values as well; a page has two hundred of them.
    """
    told = _whole(i18n.language(), message)
    return told % values if values else told


@cache
def _whole(language: str, message: str) -> Markup:
    return Markup(i18n.catalog(language).gettext(message))  # noqa: S704 - our own words, never the reader's


def at(path: str) -> str:
    """Get the address of one of our paths in the language of this request."""
    root = _root.get()
    return f"{request.script_root if root is None else root}{path}"


def same_page_in(language: str) -> str:
    """Get the address of the current page in another language; the start page where this one was posted."""
    path = request.path if request.method in ("GET", "HEAD") else "/"
    base = request.environ.get(_BASE, request.script_root)
    return f"{base}{path}" if language == i18n.ENGLISH else f"{base}/{language}{path}"


def english_marked(html: str) -> str:
    """Get a page with `lang="en"` around the words that `i18n.english` marked (WCAG 2.2, 3.1.2)."""
    if i18n.QUOTED not in html:
        return html
    return i18n.unquoted(
        _TAG_OR_QUOTE.sub(lambda m: m[1] or f'<span lang="{i18n.ENGLISH}">{m[2]}</span>', html)
    )


def _spoken(wsgi: Wsgi) -> Wsgi:
    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        first, _, rest = environ.get("PATH_INFO", "")[1:].partition("/")
        if first == i18n.ENGLISH or first not in i18n.LANGUAGES:
            with _rooted(environ):
                return wsgi(environ, start_response)
        environ[_BASE] = environ.get("SCRIPT_NAME", "")
        environ["SCRIPT_NAME"] = f"{environ[_BASE]}/{first}"
        environ["PATH_INFO"] = f"/{rest}"
        with i18n.speaking(first), _rooted(environ):
            return wsgi(environ, start_response)

    return answer


@contextmanager
def _rooted(environ: dict[str, Any]) -> Iterator[None]:
    """Remember the root for `at`; one with other letters than ASCII is left to the request to read."""
    root = environ.get("SCRIPT_NAME", "").rstrip("/")
    token = _root.set(root if root.isascii() else None)
    try:
        yield
    finally:
        _root.reset(token)
