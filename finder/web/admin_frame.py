"""What every admin page shares: who may see it, the cookie, the token of its forms, and how it is answered.

Until an admin exists there is no such page at all. A signed-out visitor gets the sign-in form, nothing else.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from finder import admins, i18n, sessions
from finder.errors import FinderError, InputErrors
from finder.errors import NotFound as NoSuchThing
from finder.web import respond
from finder.web.headers import POLICY_OF_ADMIN, is_same_origin
from finder.web.language import at
from finder.web.site import site

COOKIE = "finder_admin"
TOKEN = "token"  # noqa: S105 - the name of a form field
TOKEN_LIFE = timedelta(hours=12)
OPEN_TO_ALL = ("admin.sign_in", "admin.signed_in")
# What a page says after something was done, by the word in its address.
DONE = {
    "published": "The generation is served now. The reason is in the log.",
    "rolled-back": "The earlier generation is served again.",
    "asked": "Your request waits. The machine with the files takes it within a minute, where its timer runs.",
    "accepted": "Accepted. The next run takes the value into the directory.",
    "rejected": "Rejected. The directory stays as it is.",
    "computed": "The difference is computed.",
}
admin = Blueprint("admin", __name__, url_prefix="/admin")


@dataclass(frozen=True, slots=True)
class Refused:
    """The page that refuses a form, and why."""

    message: str


@admin.before_request
def guard() -> ResponseReturnValue | None:
    """Let through whoever is signed in, and forms that carry the token of their page."""
    here = site()
    if i18n.language() != i18n.ENGLISH or not admins.admins(here.engine, here.prefix):
        raise NotFound
    g.secret = request.cookies.get(cookie_name(), "")
    found = sessions.session(here.engine, here.prefix, g.secret, here.now()) if g.secret else None
    g.session = found
    if request.method == "POST" and not (is_same_origin(request) and has_token()):
        return page("admin/refused.html", Refused("The form came without its token, or from elsewhere."), 403)
    if found is None and request.endpoint not in OPEN_TO_ALL:
        return redirect(url_for("admin.sign_in"), 303)
    return None


@admin.errorhandler(NoSuchThing)
@admin.errorhandler(InputErrors)
def trouble(problem: FinderError) -> Response:
    """Say on an admin page what is not there, or what a form or an address got wrong."""
    return page("admin/refused.html", Refused(message_of(problem)), problem.status)


def message_of(problem: FinderError) -> str:
    """Get what went wrong, without the names of form fields."""
    if isinstance(problem, InputErrors):
        return "; ".join(error.message for error in problem.errors)
    return problem.message


@admin.after_request
def strict(response: Response) -> Response:
    """Allow the style sheet of these pages beside that of the site; nothing inline, no script."""
    response.headers["Content-Security-Policy"] = POLICY_OF_ADMIN
    return response


@admin.context_processor
def frame() -> dict[str, Any]:
    """What the layout of these pages shows, and the token of their forms."""
    return {
        "who": g.session.admin.name if g.get("session") else "",
        "new_token": new_token,
        "sheet_url": f"{at('/static/admin.css')}?v={site().static_version}",
        "done": DONE.get(request.args.get("done", ""), ""),
        "now": site().now(),
    }


def page(template: str, content: Any, status: int = 200) -> Response:
    """Get an admin page; the banner of demonstration data is that of the site."""
    return respond.framed(template, content, status, site().banner.known())


def who() -> str:
    """Get the name of whoever is signed in."""
    return str(g.session.admin.name)


def cookie_name() -> str:
    """Get the name of the cookie; browsers take one that begins so over https only (RFC 6265bis, 4.1.3)."""
    return f"__Secure-{COOKIE}" if request.is_secure else COOKIE


def with_cookie(response: Response, secret: str) -> Response:
    """Get an answer that gives the browser a secret, for these pages only; an empty one takes it away."""
    response.set_cookie(
        cookie_name(), secret, max_age=int(sessions.LIFE.total_seconds()) if secret else 0,
        path=f"{request.script_root}/admin", secure=request.is_secure, httponly=True, samesite="Strict",
    )  # fmt: skip
    return response


def a_secret() -> str:
    """Get a secret for a visitor who has none: the token of the sign-in form belongs to it."""
    return secrets.token_urlsafe(32)


def new_token(secret: str = "") -> str:
    """Get a token for the forms of this page: sealed, of this session, another one each time."""
    at_ = int(site().now().timestamp())
    return site().seals.seal({"admin": _of(secret or g.secret), "at": at_})


def has_token() -> bool:
    """Whether the form that was sent carries a token of this session that is not too old."""
    try:
        opened = site().seals.open(request.form.get(TOKEN, ""))
    except InputErrors:
        return False
    age = site().now().timestamp() - float(opened.get("at", 0))
    is_ours = secrets.compare_digest(str(opened.get("admin", "")), _of(g.secret))
    return bool(g.secret) and is_ours and 0 <= age + 1 <= TOKEN_LIFE.total_seconds()


def _of(secret: str) -> str:
    return hashlib.sha256(f"admin form {secret}".encode()).hexdigest()
