"""The web application: reads the rules once, wires routes, headers, errors and log; holds no client."""

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import cast

from flask import Flask

from finder import i18n
from finder.centers import by_key, load_families
from finder.config import Config
from finder.context import load_context
from finder.guidance import load_guidance
from finder.languages import load_languages
from finder.packet_wording import load_wording
from finder.programs import load_programs
from finder.reads import Client
from finder.sealed import load_seals
from finder.sources import load_sources
from finder.visit import load_visit
from finder.web import (
    admin_actions,
    admin_changes,
    admin_corrections,
    admin_quarantine,
    admin_sign_in,
    admin_sources,
)
from finder.web.access_log import add_access_log
from finder.web.admin_frame import admin
from finder.web.admin_words import add_admin_filters
from finder.web.api import api
from finder.web.colleagues import colleagues
from finder.web.compressed import add_compression
from finder.web.engines import Engines
from finder.web.errors import add_error_answers
from finder.web.filters import add_filters
from finder.web.headers import add_headers
from finder.web.help_pages import help_pages
from finder.web.kept import kept_under, never_under
from finder.web.language import add_languages
from finder.web.lists import lists
from finder.web.metrics import metrics
from finder.web.own_lists import own_lists
from finder.web.packets import packets
from finder.web.pages import pages
from finder.web.site import EXTENSION, Site, static_version
from finder.web.site_map import Atlas
from finder.web.style import STATIC
from finder.web.written import add_writing

# Their views join the blueprint of the admin pages when they are imported.
ADMIN_PAGES = (
    admin_actions,
    admin_changes,
    admin_corrections,
    admin_quarantine,
    admin_sign_in,
    admin_sources,
)
TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
# A flip is seen by every worker within this time; two generations stay, so nothing is missed meanwhile.
SERVED_SECONDS = 1.0
MAX_BODY = 64 * 1024  # bytes; the longest search that the form takes is about 3 kB


def create_app(config: Config, engine: Client | None = None, today: Callable[[], date] = date.today) -> Flask:
    """Get the application for WSGI. Without `engine` each process makes its own client when first asked.

    Raises SourceError when a data file is wrong, InputErrors when the key of the links cannot be used.
    """
    app = Flask("finder", static_folder=str(STATIC), template_folder=str(TEMPLATES))
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_MEMORY_SIZE=MAX_BODY, MAX_FORM_PARTS=100)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "autoescape": True}
    app.url_map.strict_slashes = False
    context = load_context(SERVED_SECONDS)
    app.extensions[EXTENSION] = Site(
        config=config,
        context=context,
        guidance=load_guidance(context.vocabulary.concepts),
        seals=load_seals(config),
        sources=load_sources(),
        languages=load_languages(),
        engines=Engines(config, engine),
        today=today,
        static_version=static_version(),
        atlas=cache(lambda: Atlas(context.gazetteer())),
        visit=load_visit(),
        families=by_key(load_families()),
        wording=load_wording(),
    )
    add_writing(app)
    add_filters(app)
    add_admin_filters(app)
    add_languages(app)
    app.jinja_env.globals |= {"kept": kept_under, "never": never_under}
    add_access_log(app)
    add_headers(app)
    add_compression(app)
    add_error_answers(app)
    for each in (pages, help_pages, lists, packets, own_lists, colleagues, api, admin):
        app.register_blueprint(each)
    if config.metrics:
        app.register_blueprint(metrics)
    return app


def warm_up(app: Flask) -> None:
    """Read now what would else be read at the first question that needs it, which takes some seconds:
    ICD-10-CM, the rare diseases, suggestions, cities, the fields of programs. A server that does it before it
    forks shares the memory between its workers.
    """
    context = cast(Site, app.extensions[EXTENSION]).context
    for language in i18n.LANGUAGES:
        with i18n.speaking(language):
            context.prompter()
    context.gazetteer()
    for program in load_programs():
        only_for = [price.only_for for price in program.prices if price.only_for]
        for words in (*program.specialties_in, *program.specialties_out, *only_for):
            context.concept_of(words)
    vocabulary = context.vocabulary
    _ = (vocabulary.library.book, vocabulary.rare.names, vocabulary.rare.parents)
