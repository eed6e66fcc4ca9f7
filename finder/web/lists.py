"""The reader's own list and the sheet for two opinions: pages, and files to take along; nothing is stored."""

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from finder import search
from finder.criteria import MAX_KEPT, SearchCriteria
from finder.visit import VisitPart
from finder.web import respond
from finder.web.contacts import contacts
from finder.web.forms import with_plan_id
from finder.web.headers import own_forms_only
from finder.web.kept import on_from, opened, with_list
from finder.web.pdf import pdf
from finder.web.printed import printed_list, printed_opinions
from finder.web.shortlist_page import ShortlistPage, shortlist_page
from finder.web.site import site
from finder.web.spreadsheet import spreadsheet

lists = Blueprint("lists", __name__)
LARGE = "large-print"
PDF, CSV, VCARD = "application/pdf", "text/csv; charset=utf-8", "text/vcard; charset=utf-8"


@dataclass(frozen=True, slots=True)
class EmptyList:
    """How a list is made, for somebody who has none."""

    most: int


@dataclass(frozen=True, slots=True)
class OpinionsPage:
    """The rows of the sheet for two opinions."""

    rows: tuple[str, ...]
    is_large: bool


@lists.post("/keep")
@own_forms_only
def keep() -> ResponseReturnValue:
    """One person or program put on the reader's list or taken off; the page comes back under a new link."""
    token = _sealed_list()
    return redirect(on_from(request.form, token), 303)


@lists.get("/shortlist")
def empty_shortlist() -> Response:
    """How to fill a list of one's own."""
    return respond.page("empty_list.html", EmptyList(MAX_KEPT))


@lists.post("/shortlist")
@own_forms_only
def open_shortlist() -> ResponseReturnValue:
    """The list of a sealed search, under an address of its own."""
    return redirect(url_for("lists.shortlist", token=_sealed_list()), 303)


@lists.get("/shortlist/<token>")
def shortlist(token: str) -> Response:
    """The reader's list: people with proof, offices and what is not known, programs, and what to do next."""
    return _shown(_list(token, is_large=False))


@lists.get(f"/shortlist/<token>/{LARGE}")
def large_shortlist(token: str) -> Response:
    """The same list in large print."""
    return _shown(_list(token, is_large=True))


@lists.get("/shortlist/<token>/<name>")
def shortlist_file(token: str, name: str) -> Response:
    """The list as a file: `my-list.pdf`, `my-list-large-print.pdf`, `my-list.csv`, `my-list.vcf`."""
    page = _list(token, is_large=name == f"my-list-{LARGE}.pdf")
    if name in ("my-list.pdf", f"my-list-{LARGE}.pdf"):
        return respond.file(pdf(printed_list(page)), name, PDF)
    if name == "my-list.csv":
        return respond.file(spreadsheet(page), name, CSV)
    if name == "my-list.vcf":
        return respond.file(contacts(page), name, VCARD)
    raise NotFound


@lists.get("/two-opinions")
def two_opinions() -> Response:
    """A sheet to write down what two doctors said, side by side; it is filled by hand."""
    return respond.page("two_opinions.html", OpinionsPage(site().visit[VisitPart.OPINIONS], is_large=False))


@lists.get(f"/two-opinions/{LARGE}")
def large_two_opinions() -> Response:
    """The same sheet in large print."""
    return respond.page("two_opinions.html", OpinionsPage(site().visit[VisitPart.OPINIONS], is_large=True))


@lists.get("/two-opinions/<name>")
def two_opinions_file(name: str) -> Response:
    """The sheet as a file: `two-opinions.pdf`, `two-opinions-large-print.pdf`."""
    if name not in ("two-opinions.pdf", f"two-opinions-{LARGE}.pdf"):
        raise NotFound
    rows = site().visit[VisitPart.OPINIONS]
    return respond.file(pdf(printed_opinions(rows, is_large=LARGE in name)), name, PDF)


def _sealed_list() -> str:
    return site().seals.seal(with_list(request.form, site().seals).to_args())


def _list(token: str, is_large: bool) -> ShortlistPage:
    here = site()
    criteria = SearchCriteria.from_args(opened(token))
    plans = here.plans() if criteria.plan else {}
    criteria = with_plan_id(criteria, plans)
    found = search.shortlist(here.engine, here.prefix, criteria, here.context, here.today())
    plan = plans.get(criteria.plan, criteria.plan) if criteria.plan else None
    return shortlist_page(found, criteria, token, here, plan, is_large=is_large)


def _shown(page: ShortlistPage) -> Response:
    return respond.page("shortlist.html", page, is_demonstration=page.is_demonstration)
