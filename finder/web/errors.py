"""Every failure as one answer: a page in plain words, or the one error shape of the JSON API."""

import logging
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from finder.errors import EngineDown, FieldError, FinderError, InputErrors, NotReady
from finder.i18n import gettext, mark
from finder.web import respond
from finder.web.site import site

API = "/api/"
JSON_ONLY = ("/health", "/suggest", "/suggest/places", "/suggest/plans", "/suggest/doctors")
RETRY_SECONDS = "2"
_LOG = logging.getLogger("finder.web")


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What an error page says: a heading, what happened, what the reader can do."""

    status: int
    heading: str
    message: str
    advice: str


# Own wording, for readers who did nothing wrong.
_TEXTS = {
    400: (
        mark("We could not read that"),
        mark("Something in the request was not right."),
        mark("Please start the search again."),
    ),
    403: (
        mark("That form came from another site"),
        mark("For your safety we only take searches from our own pages."),
        mark("Please start the search on our first page."),
    ),
    404: (
        mark("We could not find that page"),
        mark("It may have moved, or the address is not complete."),
        mark("You can start a new search, or go back."),
    ),
    405: (
        mark("That does not work here"),
        mark("This address does not take that kind of request."),
        mark("Please start from our first page."),
    ),
    413: (
        mark("That was too long"),
        mark("We got more text than a search needs."),
        mark("A few words about the condition are enough."),
    ),
    415: (
        mark("We could not read that"),
        mark("This address takes JSON only."),
        mark("Send it as application/json."),
    ),
    500: (
        mark("Something went wrong on our side"),
        mark("This is our mistake, not yours. Nothing you typed was kept."),
        mark("Please try again. If it stays like this, try again later."),
    ),
    503: (
        mark("The search is not working right now"),
        mark("This is our problem, not yours."),
        mark("It does not mean that nobody can help you. Please try again in a moment."),
    ),
}


def add_error_answers(app: Flask) -> None:
    """Answer every exception of `app`; what is not ours is logged by its kind and place, without values."""
    app.register_error_handler(FinderError, _ours)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _unexpected)


def errors_json(status: int, errors: list[FieldError] | tuple[FieldError, ...]) -> Response:
    """Get the error shape of the API; an error of no field has an empty one."""
    listed = [{"field": error.field, "message": error.message} for error in errors]
    return respond.data({"ok": False, "status": status, "errors": listed}, status)


def _ours(problem: FinderError) -> Response:
    if isinstance(problem, EngineDown):
        site().engines.lost()
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _LOG.error("%s: %s", type(problem).__name__, problem.message)
    if isinstance(problem, InputErrors):
        return _answered(problem.status, list(problem.errors))
    # what is wrong with the engine is for the operator's log; readers get the plain sentence
    is_ours = problem.status in (500, 503) and not _is_api()
    message = gettext(_TEXTS[problem.status][1]) if is_ours else problem.message
    response = _answered(problem.status, [FieldError("", message)])
    if isinstance(problem, EngineDown | NotReady):
        response.headers["Retry-After"] = RETRY_SECONDS
    return response


def _of_http(problem: HTTPException) -> ResponseReturnValue:
    if problem.code is None or problem.code < HTTPStatus.BAD_REQUEST:
        return problem.get_response()
    status = problem.code if problem.code in _TEXTS else HTTPStatus.BAD_REQUEST.value
    response = _answered(status, [FieldError("", gettext(_TEXTS[status][1]))])
    if isinstance(problem, MethodNotAllowed) and problem.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(problem.valid_methods))
    return response


def _unexpected(problem: Exception) -> Response:
    """The kind and place only: the text of an exception may hold what somebody typed."""
    trace, place = problem.__traceback__, "?"
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    _LOG.error("unexpected %s at %s", type(problem).__name__, place)
    return _answered(500, [FieldError("", gettext(_TEXTS[500][1]))])


def _is_api() -> bool:
    return request.path.startswith(API) or request.path in JSON_ONLY


def _answered(status: int, errors: list[FieldError]) -> Response:
    if _is_api():
        return errors_json(status, errors)
    heading, message, advice = map(gettext, _TEXTS[status])
    own = " ".join(error.message for error in errors)
    said = own[:1].upper() + own[1:] if own else message
    content = ErrorPage(status, heading, said if said.endswith((".", "?")) else f"{said}.", advice)
    return respond.framed("error.html", content, status, site().banner.known())
