"""Signing in and out of the admin pages, against guessing: limits by address and by name, all in the log."""

from dataclasses import dataclass

from flask import Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from finder import admins, runs, sessions
from finder.admins import LOCKED_FOR, MOST_WRONG, Outcome
from finder.engine import translated
from finder.web.admin_frame import a_secret, admin, new_token, page, who, with_cookie
from finder.web.site import site

_MINUTES = int(LOCKED_FOR.total_seconds() // 60)
WRONG = (
    "That did not work. The name or the password is wrong, or the name is locked: "
    f"{MOST_WRONG} wrong passwords in a row lock it for {_MINUTES} minutes."
)
BUSY = f"Too many attempts from your address. Try again in {_MINUTES} minutes."
LOOPBACK = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class SignIn:
    """The sign-in form: its token, the name as typed, and what was wrong."""

    token: str
    name: str = ""
    trouble: str = ""


@admin.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """The sign-in form of the admin pages."""
    if g.session:
        return redirect(url_for("admin.overview"), 303)
    return _form()


@admin.post("/sign-in")
def signed_in() -> ResponseReturnValue:
    """A name and a password, checked; then a new session."""
    here, name = site(), request.form.get("name", "").strip().casefold()[:64]
    if not here.sign_ins.take(_address()):
        return _form(name, BUSY, 429)
    tried = admins.attempt(here.engine, here.prefix, name, request.form.get("password", ""), here.now())
    _note(tried, name)
    if tried.admin is None:
        return _form(name, WRONG, 403)
    secret = sessions.begin(here.engine, here.prefix, tried.admin, here.now())
    return with_cookie(_to("admin.overview"), secret)


@admin.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """The end of the session, for this browser and on the server."""
    here = site()
    sessions.end(here.engine, here.prefix, g.secret)
    with translated():
        runs.note(here.engine, here.prefix, None, "signed out", here.now(), who())
    return with_cookie(_to("admin.sign_in"), "")


def _to(endpoint: str) -> Response:
    response = redirect(url_for(endpoint), 303)
    assert isinstance(response, Response)
    return response


def _form(name: str = "", trouble: str = "", status: int = 200) -> Response:
    secret = g.secret or a_secret()
    response = page("admin/sign_in.html", SignIn(new_token(secret), name, trouble), status)
    return response if g.secret else with_cookie(response, secret)


def _note(tried: admins.Attempt, name: str) -> None:
    """The log names those who exist; what else was typed could be a password in the wrong field."""
    here, address = site(), _address()
    text = {
        Outcome.RIGHT: f"signed in from {address}",
        Outcome.WRONG: f"wrong password from {address}",
        Outcome.LOCKED_NOW: f"wrong password from {address}, the tenth: locked for {_MINUTES} minutes",
        Outcome.LOCKED: f"attempt from {address} while locked",
    }[tried.outcome]
    told = text if tried.is_known else f"{text} (a name that nobody has)"
    with translated():
        runs.note(here.engine, here.prefix, None, told, here.now(), name if tried.is_known else None)


def _address() -> str:
    """The visitor's address: that of the connection, or what a proxy on this machine says it was."""
    address = request.remote_addr or "?"
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded[:45] if address in LOOPBACK and forwarded else address
