"""The public pages: every view parses, calls one function of the service, and responds."""

from dataclasses import dataclass, replace

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from finder import search
from finder.criteria import SearchCriteria
from finder.errors import InputErrors
from finder.program_search import ProgramsAsked
from finder.web import respond
from finder.web.acceptance import acceptance_of
from finder.web.comparing import MOST, compare_page, compared_npis
from finder.web.correcting import (
    CorrectionPage,
    about_of,
    correction_form,
    form_again,
    kept,
    sent_of,
)
from finder.web.forms import SearchForm, args_of, form_of, with_plan_id
from finder.web.headers import own_forms_only
from finder.web.kept import opened
from finder.web.programs_form import args_of_asked, programs_args_of, programs_form_of
from finder.web.programs_page import ProgramPage, ProgramsPage, program_shown, programs_page, programs_shown
from finder.web.results_page import MOST_CARDS, results_page
from finder.web.site import now_served, site
from finder.web.specialist_page import Proof, proof_of, specialist_page
from finder.web.suggesting import doctors_suggested, places_suggested, plans_suggested, suggestions

pages = Blueprint("pages", __name__)


@dataclass(frozen=True, slots=True)
class StartPage:
    """The start page: the form, empty or with what was wrong."""

    form: SearchForm


@dataclass(frozen=True, slots=True)
class TextPage:
    """A page that only says something."""


@pages.get("/")
def start() -> Response:
    """The empty form."""
    return respond.page("start.html", StartPage(form_of({}, site().languages)))


@pages.post("/search")
@own_forms_only
def search_() -> ResponseReturnValue:
    """A sent form, checked, sealed and redirected to: nothing of it reaches an address or the history."""
    args = args_of(request.form, site().seals)
    try:
        criteria = SearchCriteria.from_args(args)
    except InputErrors as problem:
        form = form_of(args, site().languages, problem.errors)
        return respond.page("start.html", StartPage(form), problem.status)
    return redirect(url_for("pages.results", token=site().seals.seal(criteria.to_args())), 303)


@pages.post("/suggest")
@own_forms_only
def suggest() -> Response:
    """What the words typed so far may become, as JSON for our own pages; nothing of it is kept or logged."""
    return suggestions()


@pages.post("/suggest/places")
@own_forms_only
def suggest_places() -> Response:
    """Cities that begin as typed, as JSON for our own pages."""
    return places_suggested()


@pages.post("/suggest/plans")
@own_forms_only
def suggest_plans() -> Response:
    """Insurance plans with words that begin as typed, as JSON for our own pages."""
    return plans_suggested()


@pages.post("/suggest/doctors")
@own_forms_only
def suggest_doctors() -> Response:
    """Doctors whose names begin as typed, those near the place first, as JSON for our own pages."""
    return doctors_suggested()


@pages.get("/results/<token>")
def results(token: str) -> Response:
    """The answer to a sealed search; a ZIP code or doctor that nobody knows leads back to the form."""
    here = site()
    criteria = SearchCriteria.from_args(opened(token))
    try:
        plans = here.plans() if criteria.plan else {}
        criteria = with_plan_id(criteria, plans)
        # later pages need no counts
        wanted = replace(criteria, facets=criteria.position is None, size=MOST_CARDS)
        found = search.find_specialists(here.engine, here.prefix, wanted, here.context, here.today())
    except InputErrors as problem:
        form = form_of(criteria.to_args(), here.languages, problem.errors)
        return respond.page("start.html", StartPage(form), problem.status)
    content = results_page(found, criteria, token, here, plans)
    return respond.page("results.html", content, is_demonstration=found.source.is_demonstration)


@pages.post("/compare")
@own_forms_only
def compare() -> ResponseReturnValue:
    """The people who were ticked, sealed together with their search and redirected to."""
    seals = site().seals
    npis = compared_npis(request.form.getlist("npi"))
    told = {**seals.open(request.form.get("from", "")), "compare": npis}
    return redirect(url_for("pages.compared", token=seals.seal(told)), 303)


@pages.get("/results/<token>/compare")
def compared(token: str) -> Response:
    """Two to four people of a sealed search side by side."""
    here = site()
    told = here.seals.open(token)
    ticked = compared_npis(told.pop("compare", ()))
    criteria = SearchCriteria.from_args(told)
    plans = here.plans() if criteria.plan else {}
    criteria = with_plan_id(criteria, plans)
    found = search.side_by_side(here.engine, here.prefix, ticked[:MOST], criteria, here.context, here.today())
    plan = plans.get(criteria.plan, criteria.plan) if criteria.plan else None
    content = compare_page(
        found, criteria, here.seals.seal(told), here.citing(), here.languages, plan=plan,
        left_out=max(0, len(ticked) - MOST),
    )  # fmt: skip
    return respond.page("compare.html", content, is_demonstration=found.source.is_demonstration)


@pages.get("/specialists/<npi>")
def specialist(npi: str) -> Response:
    """Everything known of one person."""
    return _specialist(npi, None)


@pages.get("/results/<token>/specialists/<npi>")
def specialist_of_results(token: str, npi: str) -> Response:
    """The same, with the proof of independence for the search that the reader came from."""
    here = site()
    criteria = SearchCriteria.from_args(opened(token))
    told = search.explain(here.engine, here.prefix, npi, criteria, here.context, here.today())
    return _specialist(npi, proof_of(told, criteria, token, here.citing()))


@pages.post("/corrections")
@own_forms_only
def correct() -> Response:
    """A reported mistake, kept for the admin and shown to whoever sent it; nothing of a search is in it."""
    here = site()
    form = request.form
    name = search.specialist(here.engine, here.prefix, form.get("npi", ""))["name"]  # of nobody else
    try:
        sent = sent_of(form, here.seals, here.now(), here.throttle)
        kept(here.engine, here.prefix, form, sent)
    except InputErrors as problem:
        again = form_again(form, problem, here.seals, here.now())
        return respond.page("correction.html", CorrectionPage(name, again), problem.status)
    return respond.page("correction.html", CorrectionPage(name, kept=sent.correction, about=about_of(sent)))


@pages.get("/programs")
def programs() -> Response:
    """All online programs side by side, with a form that sorts them."""
    return _programs(ProgramsAsked(), None)


@pages.post("/programs")
@own_forms_only
def programs_asked() -> ResponseReturnValue:
    """A sent form about programs, checked, sealed and redirected to, as a search is."""
    args = programs_args_of(request.form, site().seals)
    try:
        asked = ProgramsAsked.from_args(args)
    except InputErrors as problem:
        content = ProgramsPage(programs_form_of(args, problem.errors))
        return respond.page("programs.html", content, problem.status)
    told = args_of_asked(asked)
    if not told:
        return redirect(url_for("pages.programs"), 303)
    return redirect(url_for("pages.programs_found", token=site().seals.seal(told)), 303)


@pages.get("/programs/found/<token>")
def programs_found(token: str) -> Response:
    """The online programs for a sealed condition and state, each with what it says of both."""
    return _programs(ProgramsAsked.from_args(site().seals.open(token)), token)


@pages.get("/programs/<slug>")
def program(slug: str) -> Response:
    """One online program with everything that its sources say."""
    here = site()
    found = search.program(here.engine, here.prefix, slug)
    return respond.page(
        "program.html",
        ProgramPage(program_shown(found, here.today()), acceptance_of([f"program:{slug}"], here.families)),
    )


@pages.get("/privacy")
def privacy() -> Response:
    """What is kept of a search: nothing."""
    return respond.page("privacy.html", TextPage())


@pages.get("/help/about")
def about() -> Response:
    """What this site is, where its facts come from, what it cannot do."""
    return respond.page("about.html", TextPage())


@pages.get("/health")
def health() -> Response:
    """The served generation and its date; 503 without an engine or a generation."""
    served = now_served()
    return respond.data(
        {
            "ok": True,
            "generation": served.run_id,
            "as_of": served.as_of,
            "demonstration": served.is_demonstration,
        }
    )


def _programs(asked: ProgramsAsked, token: str | None) -> Response:
    here = site()
    found = search.find_programs(here.engine, here.prefix, asked, here.context)
    content = programs_page(found, token, here.today())
    return respond.page("programs.html", content, is_demonstration=found.source.is_demonstration)


def _specialist(npi: str, proof: Proof | None) -> Response:
    here = site()
    document = search.specialist(here.engine, here.prefix, npi, here.today())
    offered = search.programs_named(here.engine, here.prefix, document.get("program_ids", ()))
    content = specialist_page(
        document,
        here.citing(),
        here.context.words.evidence,
        here.languages,
        correction_form(npi, here.seals, here.now()),
        families=here.families,
        programs=programs_shown(offered, here.today()),
        proof=proof,
    )
    return respond.page(
        "specialist.html", content, is_demonstration=bool(document.get("demonstration", False))
    )
