"""The JSON API: the same service functions as the pages, and its OpenAPI document."""

from flask import Blueprint, Response

from finder import search
from finder.criteria import SearchCriteria
from finder.parameters import MAX_WORDS
from finder.vocabulary import resolve
from finder.web import respond
from finder.web.bodies import sent, sent_text
from finder.web.language import at
from finder.web.openapi import document
from finder.web.results_page import MOST_CARDS
from finder.web.site import site
from finder.web.suggesting import suggestions

api = Blueprint("api", __name__, url_prefix="/api/v1")


@api.post("/search")
def search_() -> Response:
    """Specialists for a search, as many as a page shows unless `size` says otherwise; the answer is that of
    `finder search --json`.
    """
    here, asked = site(), sent()
    if asked.get("size") in (None, ""):
        asked["size"] = MOST_CARDS
    criteria = SearchCriteria.from_args(asked)
    found = search.find_specialists(here.engine, here.prefix, criteria, here.context, here.today())
    return respond.data(found.to_json())


@api.post("/colleagues")
def colleagues() -> Response:
    """Three names for a referring physician; the answer is that of `finder colleagues --json`."""
    here = site()
    criteria = search.colleagues_asked(sent())
    found = search.find_colleagues(here.engine, here.prefix, criteria, here.context, here.today())
    return respond.data(found.to_json())


@api.post("/colleagues/link")
def colleagues_link() -> Response:
    """A sealed link to the page of that answer, for a record system: its address tells nothing."""
    token = site().seals.seal(search.colleagues_asked(sent()).to_args())
    return respond.data({"link": at(f"/colleagues/found/{token}"), "token": token})


@api.post("/understand")
def understand() -> Response:
    """What words mean; the answer is that of `finder understand --json`."""
    words = sent_text("words", MAX_WORDS, "say what the opinion is about, such as a diagnosis")
    return respond.data(resolve(words, site().context.vocabulary).to_json())


@api.post("/suggest")
def suggest() -> Response:
    """Conditions and procedures whose words begin as those typed so far."""
    return suggestions()


@api.get("/specialists/<npi>")
def specialist(npi: str) -> Response:
    """The document of one person."""
    here = site()
    return respond.data(search.specialist(here.engine, here.prefix, npi, here.today()))


@api.get("/openapi.json")
def openapi() -> Response:
    """The description of this API."""
    return respond.data(document())
