"""Security and privacy headers on every answer, and the check that a form came from our own pages."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec
from urllib.parse import urlsplit

from flask import Flask, Request, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from finder.web.style import STYLE_SOURCE

P = ParamSpec("P")

# No script, font, frame or picture of anybody else; of inline text only our own style sheet (ASVS 5.0, 3.4).
_POLICY = (
    "default-src 'none'",
    f"style-src {STYLE_SOURCE}",
    "img-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
CONTENT_SECURITY_POLICY = "; ".join(_POLICY)
# For pages with a field that suggests: our own script, which may ask our own site.
POLICY_WITH_SCRIPT = "; ".join((*_POLICY, "script-src 'self'", "connect-src 'self'"))
# The admin pages have a style sheet of their own as a file, and no script.
POLICY_OF_ADMIN = CONTENT_SECURITY_POLICY.replace("style-src ", "style-src 'self' ")
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
PRIVATE = "private, no-store"
FOR_EVER = "public, max-age=31536000, immutable"  # the address of a static file changes with its content
TRANSPORT_SECURITY = "max-age=31536000; includeSubDomains"


def add_headers(app: Flask) -> None:
    """Put the headers on every answer of `app`, errors included; nothing but static files may be kept."""

    @app.after_request
    def with_headers(response: Response) -> Response:
        own = {name for name, _value in response.headers}  # `setdefault` would read them all for each of ours
        for name, value in HEADERS.items():
            if name not in own:
                response.headers.add(name, value)
        is_static = request.endpoint == "static" and response.status_code in (200, 304)
        response.headers["Cache-Control"] = FOR_EVER if is_static else PRIVATE
        if request.is_secure:
            response.headers["Strict-Transport-Security"] = TRANSPORT_SECURITY
        return response


def own_forms_only(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Decorates a view that takes forms: those of other sites are answered with 403."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not is_same_origin(request):
            raise Forbidden
        return view(*args, **kwargs)

    return guarded


def is_same_origin(asked: Request) -> bool:
    """Whether a form was sent by one of our pages, as far as the browser says.

    Sec-Fetch-Site decides where it is sent. Else Origin: under our own no-referrer policy a browser writes
    "null" there, so that and a missing one pass. A search changes nothing, so no more is needed.
    """
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = asked.headers.get("Origin")
    return origin in (None, "null") or urlsplit(origin or "").netloc == asked.host
