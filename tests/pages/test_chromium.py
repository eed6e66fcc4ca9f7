"""A real Chromium: the whole journey with and without scripts, on a desktop and a small phone; axe; privacy.

Skips where no Chromium is found (CHROMIUM or PATH).
"""

import os
import shutil
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.factories import an_npi
from tests.pages.conftest import SEEN, SEEN_NAME, WORDS, ZIP

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without the last ones Chromium asks its maker's hosts for things on every start.
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps",
)  # fmt: skip
DESKTOP, PHONE = (1280, 900), (320, 640)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SECRETS = ("bile", "duct", ZIP, SEEN, "Exampleton")


class Quiet(WSGIRequestHandler):
    """The test server's own log line holds addresses; ours is tested elsewhere."""

    def log_request(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def base(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not path:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: the page tests must run here")
        pytest.skip("no Chromium: set CHROMIUM, or put one on PATH (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(
    params=[(size, scripts) for size in (DESKTOP, PHONE) for scripts in (True, False)],
    ids=["desktop", "desktop-no-scripts", "phone", "phone-no-scripts"],
)
def context(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[BrowserContext]:
    (width, height), scripts = request.param
    view = {"width": width, "height": height}
    with chromium.new_context(viewport=view, java_script_enabled=scripts) as opened:  # type: ignore[arg-type]
        opened.set_default_timeout(15_000)
        yield opened


def fill(page: Page, base: str, **changes: str) -> None:
    """Type a search into the start page."""
    page.goto(base)
    for name, value in {"words": WORDS, "near": ZIP, "doctors": SEEN, **changes}.items():
        page.fill(f"#{name}", value)


def fits(page: Page) -> bool:
    """Whether nothing sticks out to the right; measured by the browser's own layout, not by a script."""
    box = page.locator("body").bounding_box()
    size = page.viewport_size
    widest = page.locator("main").bounding_box()
    assert box and size and widest
    return box["width"] <= size["width"] and widest["x"] + widest["width"] <= size["width"]


def test_a_search_ends_on_results_under_a_sealed_link(context: BrowserContext, base: str) -> None:
    page = context.new_page()
    asked: list[Request] = []
    context.on("request", lambda request: asked.append(request))
    fill(page, base)
    assert fits(page)
    page.get_by_role("button", name="Find doctors").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("30 doctors for you")
    assert urlsplit(page.url).path.startswith("/results/")
    assert fits(page)
    page.get_by_role("link", name="Show the next doctors").click()
    expect(page.locator("ol.cards")).to_have_attribute("start", "21")
    page.go_back()
    page.locator(".card h2 a").first.click()
    expect(page.get_by_role("heading", name="Independent of the doctors you have seen?")).to_be_visible()
    assert fits(page)
    page.get_by_role("link", name="Back to your results").click()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("30 doctors for you")
    assert {urlsplit(request.url).netloc for request in asked} == {urlsplit(base).netloc}
    for request in asked:
        assert [s for s in SECRETS if s in request.url] == []
        assert request.all_headers().get("referer", "") == ""
    assert [s for s in SECRETS if s in page.title()] == []
    assert context.cookies() == []


def test_the_tied_are_shown_filters_work_and_a_name_is_asked_back(context: BrowserContext, base: str) -> None:
    page = context.new_page()
    fill(page, base, doctors=f"{SEEN}\nTwin Exampleton, Baltimore MD")
    page.get_by_role("button", name="Find doctors").click()
    page.locator(".choices button").first.click()
    expect(page.locator(".asked")).to_contain_text(SEEN_NAME)
    page.get_by_role("button", name="Show them, marked").click()
    expect(page.locator(".badge.bad").first).to_have_text("Not independent")
    page.locator(".facets > summary").click()
    page.get_by_role("button", name="Spanish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 doctor for you")
    assert fits(page)


def test_the_journey_works_by_keyboard_alone(chromium: Browser, base: str) -> None:
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(base)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.locator("#words")).to_be_focused()
        page.keyboard.type(WORDS)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("doctors for you")


def test_a_mistake_is_linked_to_its_field(chromium: Browser, base: str) -> None:
    with chromium.new_context() as context:
        page = context.new_page()
        fill(page, base, near="2")
        page.get_by_role("button", name="Find doctors").click()
        page.locator(".mistakes a").click()
        expect(page.locator("#near")).to_be_focused()
        expect(page.locator("#near")).to_have_value("2")
        expect(page.locator("#words")).to_have_value(WORDS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(chromium: Browser, base: str, scheme: str, size: tuple[int, int]) -> None:
    view = {"width": size[0], "height": size[1]}
    with chromium.new_context(viewport=view, color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        for path in ("/", "/programs", "/programs/dana-farber", "/privacy", "/help/about", "/nothing",
                     "/results/x", f"/specialists/{an_npi(2)}"):  # fmt: skip
            page.goto(base + path)
            assert_accessible(page)
        fill(page, base, near="x")
        page.get_by_role("button", name="Find doctors").click()
        assert_accessible(page)
        fill(page, base)
        page.get_by_role("button", name="Find doctors").click()
        for summary in page.locator("main summary").all():
            summary.click()
        assert_accessible(page)
        page.get_by_role("button", name="Show them, marked").click()
        assert_accessible(page)
        page.locator(".card h2 a").first.click()
        assert_accessible(page)


def assert_accessible(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, f"{urlsplit(page.url).path[:20]}: {found.generate_report()}"
