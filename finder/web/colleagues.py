"""The pages of a referring physician: the form, and the answer under a sealed link that holds no patient."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from finder import search
from finder.answers import Candidate
from finder.errors import FieldError, InputErrors
from finder.web import respond
from finder.web.colleagues_form import (
    ColleaguesForm,
    asked_back,
    colleagues_form_of,
    is_name,
    one_of,
    sent_of,
)
from finder.web.colleagues_page import colleagues_page
from finder.web.forms import with_plan_id
from finder.web.headers import own_forms_only
from finder.web.kept import opened
from finder.web.site import site

colleagues = Blueprint("colleagues", __name__)
FORM = "colleagues.html"


@dataclass(frozen=True, slots=True)
class AskingPage:
    """The form, empty or with what was wrong."""

    form: ColleaguesForm


@colleagues.get("/colleagues")
def asking() -> Response:
    """The empty form of a referring physician."""
    return respond.page(FORM, AskingPage(colleagues_form_of({}, site().languages)))


@colleagues.post("/colleagues")
@own_forms_only
def asked() -> ResponseReturnValue:
    """A sent form of a referring physician, checked, sealed and redirected to, as a search is."""
    args = sent_of(request.form, site().seals)
    candidates: tuple[Candidate, ...] = ()
    try:
        args, candidates = _named(args)
        if candidates:
            raise asked_back(candidates)
        criteria = search.colleagues_asked(args)
    except InputErrors as problem:
        form = colleagues_form_of(args, site().languages, problem.errors, candidates=candidates)
        return respond.page(FORM, AskingPage(form), problem.status)
    return redirect(url_for("colleagues.found", token=site().seals.seal(criteria.to_args())), 303)


@colleagues.get("/colleagues/found/<token>")
def found(token: str) -> Response:
    """Three names from three systems for a sealed search, own ties first, and what stands beside them."""
    here = site()
    args = opened(token)
    try:
        criteria = search.colleagues_asked(args)
        plans = here.plans() if criteria.plan else {}
        criteria = with_plan_id(criteria, plans)
        answer = search.find_colleagues(here.engine, here.prefix, criteria, here.context, here.today())
    except InputErrors as problem:
        form = colleagues_form_of(args, here.languages, problem.errors)
        return respond.page(FORM, AskingPage(form), problem.status)
    plan = plans.get(criteria.plan, criteria.plan) if criteria.plan else None
    content = colleagues_page(answer, criteria, token, here, plan)
    return respond.page(
        "colleagues_found.html", content, is_demonstration=answer.results.source.is_demonstration
    )


def _named(args: dict[str, Any]) -> tuple[dict[str, Any], tuple[Candidate, ...]]:
    """The parameters with the NPI of a physician who gave a name, else whom that name fits.

    Other mistakes are told first: colleagues_asked needs any NPI to look for them.
    """
    typed = str(args["referrer"])
    if not is_name(typed):
        return args, ()
    here = site()
    try:
        fitting = search.specialists_named(here.engine, here.prefix, typed, here.context.words)
    except InputErrors as problem:
        told = [FieldError("referrer", error.message) for error in problem.errors]
        raise InputErrors(told) from None
    one = one_of(typed, fitting)
    search.colleagues_asked({**args, "referrer": fitting[0].id})
    return (args, fitting) if one is None else ({**args, "referrer": one.id}, ())
