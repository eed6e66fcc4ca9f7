"""Headers on every answer, and logs that hold nothing of a search: searched for it, all of them."""

import base64
import hashlib
import logging
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from http.client import HTTPConnection, HTTPResponse
from json import dumps
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from finder.config import Config
from finder.web.access_log import LOGGER
from finder.web.style import STYLE_SOURCE
from tests.factories import an_npi
from tests.pages.conftest import PATIENT, SEEN, WORDS, ZIP, address, searched

PATHS = (
    "/",
    "/privacy",
    "/programs",
    "/colleagues",
    "/help/others",
    "/nothing",
    "/health",
    "/results/x",
    "/api/v1/openapi.json",
)
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
LINE = re.compile(r"[A-Z]+ (/[a-z0-9/.<>:_-]*|-) [1-5][0-9][0-9] [0-9]+\.[0-9] ms")


ASKING = ("/", "/programs", "/colleagues")


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_headers_and_no_cookie(browser: FlaskClient, path: str) -> None:
    headers = browser.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy.pop("style-src") == STYLE_SOURCE
    assert set(policy.values()) == {"'none'", "'self'"}
    assert ("script-src" in policy) == ("connect-src" in policy) == (path in ASKING)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "Set-Cookie" not in headers
    assert "Strict-Transport-Security" not in headers


def test_a_search_and_its_redirect_set_no_cookie_and_are_not_kept(browser: FlaskClient) -> None:
    for answer in (browser.post("/search", data=PATIENT), searched(browser)):
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_https_is_kept_to_where_it_is_used(browser: FlaskClient) -> None:
    headers = browser.get("/privacy", base_url="https://example.org").headers
    assert "max-age=31536000" in headers["Strict-Transport-Security"]


def test_the_script_is_small_and_asks_nobody_else(browser: FlaskClient) -> None:
    found = re.search(
        r'<script src="(/static/suggest\.js\?v=[0-9a-f]{12})" defer data-[^>]*></script>',
        searched(browser).text,
    )
    assert found
    with browser.get(found[1]) as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert len(answer.data) < 8_000
        for other in ("http", "innerHTML", "Storage", "cookie", "eval"):
            assert other not in answer.text


def test_the_style_sheet_is_small_and_the_one_that_the_policy_allows(browser: FlaskClient) -> None:
    answer = browser.get("/privacy")
    (css,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
    assert len(css) < 25_000
    for other in ("url(", "@import", "/*", "</"):
        assert other not in css


def test_the_log_has_method_route_status_and_time_only(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    browser = app.test_client()
    browser.open = partial(browser.open, buffered=True)  # type: ignore[method-assign]  # logged when read whole
    with caplog.at_level(logging.DEBUG):
        told = address(browser)
        browser.get(told)
        browser.get(f"{told}/specialists/{SEEN}", headers={"Referer": f"http://x/?q={WORDS}"})
        browser.get(f"/specialists/{SEEN}")
        sealed = browser.post("/programs", data={"words": WORDS}).location
        browser.get(sealed)
        browser.get(f"/{WORDS}?zip={ZIP}")
        browser.post("/api/v1/search", json={"words": WORDS, "near": ZIP, "seen": [SEEN]})
        browser.post("/api/v1/search", json={"words": WORDS, "near": f"{ZIP}x"})
        browser.post("/suggest", json={"prefix": WORDS})
        browser.post("/suggest", json={"prefix": WORDS, WORDS: 1})
        browser.post("/suggest", data=WORDS, content_type="application/json")
        browser.get(f"{told}/records")
        filled = browser.post("/help/when", data={"tick": "rare"}).location
        browser.get(filled)
        for path in ("places", "plans", "doctors"):
            browser.post(f"/suggest/{path}", json={"prefix": f"{WORDS}, Exampleton"})
            browser.post(f"/suggest/{path}", json={"prefix": WORDS, WORDS: 1})
        ticked = {"from": told.rpartition("/")[2], "npi": [an_npi(2), an_npi(4)]}
        sealed_too = browser.post("/compare", data=ticked).location
        browser.get(sealed_too)
        browser.post("/corrections", data={"npi": an_npi(2), "text": WORDS})
    lines = [record.getMessage() for record in caplog.records if record.name == LOGGER]
    assert len(lines) == 24
    assert all(LINE.fullmatch(line) for line in lines)
    assert lines[0].startswith("POST /search 303 ")
    assert lines[2].startswith("GET /results/<token>/specialists/<npi> 200 ")
    assert lines[5].startswith("GET /programs/found/<token> 200 ")
    assert lines[6].startswith("GET - 404 ")
    assert lines[9].startswith("POST /suggest 200 ")
    assert lines[10].startswith("POST /suggest 400 ")
    assert lines[12].startswith("GET /results/<token>/records 200 ")
    assert lines[13].startswith("POST /help/when 303 ")
    assert lines[14].startswith("GET /help/when/<token> 200 ")
    assert lines[22].startswith("GET /results/<token>/compare 200 ")
    assert lines[23].startswith("POST /corrections 400 ")
    for link in (told, sealed, filled, sealed_too.removesuffix("/compare")):
        assert_secret(caplog.text, link)


def test_the_server_writes_nothing_of_a_search(
    config: Config, pages_prefix: str, tmp_path: Path, closed_port: int, engine: object
) -> None:
    kept = {name: v for name, v in os.environ.items() if not name.startswith("FINDER_")}
    own = {"HOME": config.home, "INDEX_PREFIX": pages_prefix, "PORT": closed_port}
    environ = kept | {f"FINDER_{name}": str(value) for name, value in own.items()}
    log = tmp_path / "server.log"
    with log.open("wb") as output:
        command = [sys.executable, "-c", "from finder.cli import main; main()", "serve"]
        server = subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=output, stderr=output)
        try:
            wait_for(closed_port)
            sent = asked(closed_port, "/search", urlencode(PATIENT))
            told = str(sent.getheader("Location"))
            assert asked(closed_port, told).status == 200
            assert asked(closed_port, "/suggest", dumps({"prefix": WORDS}), JSON).status == 200
            for path in (f"/?words={quote(WORDS)}", f"/{ZIP}", f"/specialists/{SEEN}", f"/{quote(WORDS)} x"):
                asked(closed_port, path)
        finally:
            server.send_signal(signal.SIGTERM)
            assert server.wait(20) == 0
    written = log.read_text()
    assert "POST /search 303" in written
    assert "GET /results/<token> 200" in written
    assert "POST /suggest 200" in written
    assert_secret(written, told)


def wait_for(port: int) -> None:
    for _ in range(300):
        try:
            if asked(port, "/health").status == 200:
                return
        except OSError:
            pass  # not listening yet
        time.sleep(0.2)
    raise AssertionError("the server did not start")


def asked(port: int, path: str, body: str | None = None, kind: str = FORM) -> HTTPResponse:
    """The answer to one request, sent as it stands, spaces and all."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection._validate_path = lambda _path: None  # type: ignore[attr-defined]
        headers = {"Content-Type": kind} if body else {}
        connection.request("POST" if body else "GET", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer


def assert_secret(written: str, token: str) -> None:
    for secret in (WORDS, "bile", ZIP, SEEN, "Exampleton", token.rpartition("/")[2]):
        assert secret not in written
