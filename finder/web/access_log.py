"""One line per request: method, route template, status, milliseconds; no address, no body, no person."""

import logging
import time
from functools import partial

from flask import Flask, Response, g, request

LOGGER = "finder.access"


def add_access_log(app: Flask) -> None:
    """Log every answer of `app` under `finder.access`; an address that no route knows is written as `-`."""
    log = logging.getLogger(LOGGER)
    # Below this level it writes the engine's addresses, which hold ids of documents.
    logging.getLogger("urllib3").setLevel(logging.WARNING)

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def write(response: Response) -> Response:
        rule = request.url_rule.rule if request.url_rule else "-"
        started = g.get("started")
        spent = f"{(time.perf_counter() - started) * 1000:.1f}" if started is not None else "-"
        method = request.method if request.method.isalpha() and len(request.method) < 10 else "-"
        # when the answer has been sent: nobody waits for its line
        response.call_on_close(partial(log.info, "%s %s %d %s ms", method, rule, response.status_code, spent))
        return response
