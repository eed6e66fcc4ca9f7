"""What is read at the first question is read before a server forks, and by nobody who does not need it."""

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from finder.app import warm_up
from finder.web.site import EXTENSION

ROOT = Path(__file__).resolve().parents[2]


def opened(app: Flask) -> set[str]:
    """What a vocabulary has read since it was loaded."""
    vocabulary = app.extensions[EXTENSION].context.vocabulary
    return {*vars(vocabulary.library), *vars(vocabulary.rare)} & {"book", "names", "parents"}


def test_an_application_reads_no_book_until_it_is_warmed_up(cut_off: FlaskClient) -> None:
    app = cut_off.application
    assert opened(app) == set()
    warm_up(app)
    assert opened(app) == {"book", "names", "parents"}
    context = app.extensions[EXTENSION].context
    assert context.prompter() is context.prompter()
    assert context.gazetteer.cache_info().currsize == 1


def test_gunicorn_loads_the_application_before_it_forks() -> None:
    assert "preload_app = True" in (ROOT / "gunicorn.conf.py").read_text()
    assert "warm_up(app)" in (ROOT / "wsgi.py").read_text()
