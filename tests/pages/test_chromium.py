"""A real Chromium: the whole journey with and without scripts, on a desktop and a small phone; axe; privacy.

Skips where no Chromium is found (CHROMIUM or PATH).
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Request,
    Route,
    expect,
)
from werkzeug.serving import WSGIRequestHandler, make_server

from finder.app import warm_up
from tests.factories import an_npi
from tests.pages.conftest import SEEN, SEEN_NAME, WORDS, ZIP

DESKTOP, PHONE = (1280, 900), (320, 640)
every_look = pytest.mark.parametrize(
    ("size", "scheme"),
    [
        # test_every_page has the pages on the desktop
        pytest.param(DESKTOP, "light", marks=pytest.mark.dear),
        (PHONE, "dark"),
        pytest.param(DESKTOP, "dark", marks=pytest.mark.dear),
        pytest.param(PHONE, "light", marks=pytest.mark.dear),
    ],
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Long enough that the random letters of a sealed link never hold one by chance.
SECRETS = (*(f"bile{gap}duct" for gap in (" ", "+", "%20", "-", "_")), ZIP, SEEN, "Exampleton")


class Quiet(WSGIRequestHandler):
    """The test server's own log line holds addresses; ours is tested elsewhere."""

    def log_request(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def base(app: Flask) -> Iterator[str]:
    warm_up(app)  # as a server does before its first question
    with served(app) as address:
        yield address


@pytest.fixture(scope="session")
def varied_base(varied: FlaskClient) -> Iterator[str]:
    warm_up(varied.application)
    with served(varied.application) as address:
        yield address


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address of a server that runs as long as the block."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(
    params=[
        (DESKTOP, True),
        pytest.param((DESKTOP, False), marks=pytest.mark.dear),
        pytest.param((PHONE, True), marks=pytest.mark.dear),
        (PHONE, False),
    ],
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
    expect(page.locator("ol.cards")).to_have_attribute("start", "11")
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
    page.locator(".facets > summary").click()
    page.get_by_role("button", name="Not independent").click()
    expect(page.locator(".card .badge.bad").first).to_have_text("Not independent")
    page.get_by_role("button", name="Not independent").click()
    page.locator(".facets > summary").click()
    page.get_by_role("button", name="Spanish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 doctor for you")
    assert fits(page)


def ask_programs(page: Page, base: str, **asked: str) -> None:
    """Send the form above the online programs."""
    page.goto(f"{base}/programs")
    for name, value in asked.items():
        page.fill(f"#{name}", value)
    page.select_option("#local_doctor", "no")
    page.get_by_role("button", name="Show programs").click()


def test_programs_are_found_and_the_question_is_changed(context: BrowserContext, base: str) -> None:
    page = context.new_page()
    asked: list[Request] = []
    context.on("request", lambda request: asked.append(request))
    ask_programs(page, base, words=WORDS, state="md")
    expect(page.locator(".asked")).to_contain_text("bile duct cancer, open to MD, without your own doctor")
    expect(page.locator(".programs .badge").first).to_have_text("Not known if it is open to your state")
    page.get_by_text("not take this condition").click()
    assert fits(page)
    is_wide = (page.viewport_size or {"width": 0})["width"] > 1000
    assert page.locator(".programs thead").is_visible() == is_wide
    assert page.locator(".programs .column").first.is_visible() != is_wide
    page.locator(".change > summary").click()
    page.fill("#state", "MA")
    page.get_by_role("button", name="Show programs").click()
    expect(page.locator(".badge.bad").last).to_have_text("Not open to you")
    assert fits(page)
    assert urlsplit(page.url).path.startswith("/programs/found/")
    for request in asked:
        assert [s for s in SECRETS if s in request.url] == []
        assert request.all_headers().get("referer", "") == ""


def test_the_list_is_put_in_plain_order_and_the_surgeon_is_a_step_away(
    context: BrowserContext, varied_base: str
) -> None:
    page = context.new_page()
    fill(page, varied_base, doctors="")
    page.locator(".more > summary").click()
    page.select_option("#why", "rare")
    page.get_by_role("button", name="Find doctors").click()
    expect(page.get_by_text("How this list is ordered")).to_be_visible()
    assert fits(page)
    page.locator(".surgeon").get_by_text("of this list").click()
    expect(page.locator(".card:target h2 a")).to_have_text(page.locator(".surgeon h3").inner_text())
    page.get_by_role("button", name="Keep the plain order").click()
    expect(page.locator(".moved")).to_have_count(0)
    page.get_by_role("button", name="Mix the first ones again").click()
    expect(page.locator(".moved")).to_have_count(2)


def test_the_journey_works_by_keyboard_alone(chromium: Browser, base: str) -> None:
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(base)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Not sure if you need one?")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.locator("#words")).to_be_focused()
        page.keyboard.type(WORDS)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("doctors for you")
        for number in (0, 1):
            page.locator(".pick input").nth(number).focus()
            page.keyboard.press("Space")
        page.get_by_role("button", name="Compare those I ticked").first.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Doctors side by side")


def test_a_mistake_is_linked_to_its_field(chromium: Browser, base: str) -> None:
    with chromium.new_context() as context:
        page = context.new_page()
        fill(page, base, near="2")
        page.get_by_role("button", name="Find doctors").click()
        page.locator(".mistakes a").click()
        expect(page.locator("#near")).to_be_focused()
        expect(page.locator("#near")).to_have_value("2")
        expect(page.locator("#words")).to_have_value(WORDS)


def typed(page: Page, address: str, words: str) -> Locator:
    """The open list under the field for a condition."""
    page.goto(address)
    page.locator("#words").press_sequentially(words)
    listed = page.get_by_role("listbox", name="Suggestions")
    expect(listed).to_be_visible()
    return listed


@pytest.fixture
def scripted(chromium: Browser) -> Iterator[Page]:
    view = {"width": PHONE[0], "height": PHONE[1]}
    with chromium.new_context(viewport=view, has_touch=True) as opened:  # type: ignore[arg-type]
        opened.set_default_timeout(15_000)
        yield opened.new_page()


def test_a_suggestion_is_picked_by_keys_and_then_sent(scripted: Page, base: str) -> None:
    asked: list[Request] = []
    scripted.context.on("request", lambda request: asked.append(request))
    listed = typed(scripted, base, "brest canc")
    field, options = (
        scripted.get_by_role("combobox", name="What have you been told"),
        listed.get_by_role("option"),
    )
    expect(options).to_have_count(8)
    expect(scripted.get_by_role("status").first).to_contain_text("8 suggestions")
    assert fits(scripted)
    scripted.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    scripted.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", str(options.first.get_attribute("id")))
    scripted.keyboard.press("Enter")
    expect(listed).to_be_hidden()
    expect(field).to_have_value("breast cancer")
    expect(field).to_have_attribute("aria-expanded", "false")
    assert urlsplit(scripted.url).path == "/"
    assert [request.url for request in asked if "brest" in request.url] == []
    scripted.keyboard.press("Enter")
    scripted.wait_for_url("**/results/*")
    expect(scripted.locator(".asked")).to_contain_text("breast cancer")


def test_the_server_is_asked_when_nobody_typed_for_a_moment(scripted: Page, base: str) -> None:
    asked: list[str] = []
    scripted.on("request", lambda request: asked.append(request.url))
    scripted.clock.install(time=0)
    scripted.goto(base)
    scripted.clock.pause_at(60_000)
    del asked[:]
    for letters in ("he", "hear"):
        scripted.fill("#words", letters)
        scripted.clock.run_for(149)
    assert asked == []
    with scripted.expect_request("**/suggest") as sent:
        scripted.clock.run_for(1)
    assert sent.value.post_data_json == {"prefix": "hear"}


def test_escape_keeps_what_was_typed_and_enter_sends_it(scripted: Page, base: str) -> None:
    listed = typed(scripted, base, WORDS)
    scripted.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    scripted.keyboard.press("ArrowDown")
    expect(listed).to_be_visible()
    expect(scripted.locator("#words")).to_have_value(WORDS)
    scripted.keyboard.press("Enter")
    scripted.wait_for_url("**/results/*")


def test_a_suggestion_is_picked_by_touch_and_leaving_the_field_closes_the_list(
    scripted: Page, base: str
) -> None:
    listed = typed(scripted, f"{base}/programs", "klatsk")
    listed.get_by_role("option").first.tap()
    expect(scripted.locator("#words")).to_have_value("Klatskin tumor")
    expect(scripted.locator("#words")).to_be_focused()
    scripted.locator("#words").press_sequentially("s")
    expect(listed).to_be_visible()
    scripted.keyboard.press("Tab")
    expect(listed).to_be_hidden()
    expect(scripted.locator("#words")).to_have_value("Klatskin tumors")


def test_only_the_newest_words_are_answered_and_a_failure_closes_the_list(scripted: Page, base: str) -> None:
    listed = typed(scripted, base, "heart val")
    scripted.route("**/suggest", lambda route: route.abort())
    scripted.keyboard.type("v")
    expect(listed).to_be_hidden()
    scripted.unroute("**/suggest")
    scripted.route("**/suggest", lambda route: route.fulfill(status=500, body="{}"))
    scripted.keyboard.press("ArrowDown")
    expect(listed).to_be_hidden()
    scripted.unroute("**/suggest")
    held: list[Route] = []
    scripted.route("**/suggest", lambda route: route.continue_() if held else held.append(route))
    with scripted.expect_request("**/suggest"):
        scripted.fill("#words", "heart")
    scripted.fill("#words", "klatskin")
    expect(listed.get_by_role("option")).to_have_text(["Klatskin tumor"])
    late = {"concept_id": "x", "label": "too late", "term": "too late"}
    held[0].fulfill(json={"suggestions": [late]})
    scripted.wait_for_timeout(300)
    expect(listed.get_by_role("option")).to_have_text(["Klatskin tumor"])


def test_without_scripts_the_field_is_a_plain_one(chromium: Browser, base: str) -> None:
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(base)
        page.locator("#words").press_sequentially("brest")
        expect(page.get_by_role("textbox", name="What have you been told")).to_have_value("brest")
        expect(page.get_by_role("listbox")).to_have_count(0)


@every_look
def test_axe_finds_nothing(
    chromium: Browser, base: str, varied_base: str, scheme: str, size: tuple[int, int]
) -> None:
    view = {"width": size[0], "height": size[1]}
    with chromium.new_context(viewport=view, color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        for path in ("/", "/programs", "/programs/dana-farber", "/privacy", "/help/about", "/nothing",
                     "/results/x", f"/specialists/{an_npi(2)}"):  # fmt: skip
            page.goto(base + path)
            assert_accessible(page)
        typed(page, base, "brest canc")
        page.keyboard.press("ArrowDown")
        assert_accessible(page)
        ask_programs(page, base, words=WORDS, state="MA")
        for summary in page.locator("main summary").all():
            summary.click()
        assert_accessible(page)
        ask_programs(page, base, state="QQ")
        assert_accessible(page)
        fill(page, varied_base, doctors="")
        page.locator(".more > summary").click()
        page.select_option("#why", "rare")
        page.get_by_role("button", name="Find doctors").click()
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


def test_doctors_places_and_plans_are_picked_while_typing(scripted: Page, varied_base: str) -> None:
    page = scripted
    asked: list[Request] = []
    page.context.on("request", lambda request: asked.append(request))
    page.goto(varied_base)
    page.fill("#words", WORDS)
    for field, typed_, picked in (("near", "baltimore md", "Baltimore, MD"), ("plan", "gol", "Example Gold")):
        page.locator(f"#{field}").press_sequentially(typed_)
        expect(page.locator(f"#{field}-suggestions [role=option]").first).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.locator(f"#{field}")).to_have_value(picked)
    page.fill("#plan", "")
    for typed_ in ("person 1 ex", "exampleton"):
        page.locator("#doctor").press_sequentially(typed_)
        expect(page.locator("#doctor-suggestions [role=option]").first).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.locator("#doctor")).to_have_value("")
    expect(page.locator("#doctors")).to_have_value(
        re.compile(r"Person 1 Exampleton, Baltimore MD \(NPI \d+\)")
    )
    assert page.locator("#doctors").input_value().count("NPI") == len(
        set(page.locator("#doctors").input_value().splitlines())
    )
    page.locator("#doctor").fill("Nobody Known, Baltimore MD")  # typed and not picked
    page.get_by_role("button", name="Find doctors").click()
    expect(page.locator("#doctors")).to_have_value(re.compile("Nobody Known, Baltimore MD"))
    assert fits(page)
    for request in asked:
        assert [
            s for s in (*SECRETS, "Person", "Example+Gold", "Example%20Gold", "altimore") if s in request.url
        ] == []
    assert {urlsplit(request.url).netloc for request in asked} == {urlsplit(varied_base).netloc}


def test_people_are_compared_and_found_on_the_map(context: BrowserContext, base: str) -> None:
    page = context.new_page()
    fill(page, base)
    page.get_by_role("button", name="Find doctors").click()
    page.get_by_role("button", name="Nearest").click()
    expect(page.get_by_role("button", name="Nearest")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="See them on a map").click()
    page.locator(".map a").nth(2).click()
    expect(page.locator(".card:target")).to_have_attribute("id", "place-3")
    for number in (0, 1, 2):
        page.locator(".pick input").nth(number).check()
    assert fits(page)
    page.get_by_role("button", name="Compare those I ticked").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Doctors side by side")
    expect(page.locator(".compare thead th")).to_have_count(3)
    assert fits(page)
    assert re.fullmatch(r"/results/[^/]+/compare", urlsplit(page.url).path)
    page.get_by_role("link", name="Back to your results").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("30 doctors for you")


def test_a_mistake_is_reported_by_keyboard(chromium: Browser, base: str) -> None:
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{base}/specialists/{an_npi(2)}")
        page.locator(".report summary").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.locator("#about")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.type("The office has moved")
        page.keyboard.press("Tab")
        page.keyboard.type("410 555 0100")
        page.keyboard.press("Tab")  # the hidden field is left out
        expect(page.get_by_role("button", name="Send the report")).to_be_focused()
        page.wait_for_timeout(2_100)  # people are not faster
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Thank you for telling us")
        expect(page.locator("main")).to_contain_text("The office has moved")


@every_look
def test_axe_finds_nothing_on_the_way(
    chromium: Browser, base: str, scheme: str, size: tuple[int, int]
) -> None:
    view = {"width": size[0], "height": size[1]}
    with chromium.new_context(viewport=view, color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(base)
        page.locator("#doctor").press_sequentially("exampleton")
        expect(page.locator("#doctor-suggestions [role=option]").first).to_be_visible()
        assert_accessible(page)
        for near in ("Springfield", "59001"):  # asked back; nobody there
            fill(page, base, near=near)
            page.get_by_role("button", name="Find doctors").click()
            assert_accessible(page)
        fill(page, base)
        page.get_by_role("button", name="Find doctors").click()
        for number in (0, 1):
            page.locator(".pick input").nth(number).check()
        page.get_by_role("button", name="Compare those I ticked").first.click()
        assert_accessible(page)
        page.get_by_role("link", name="Back to your results").click()
        page.get_by_role("button", name="Show them, marked").click()
        page.locator(".card h2 a").first.click()
        for summary in page.locator("main summary").all():
            summary.click()
        assert_accessible(page)
        page.get_by_role("button", name="Send the report").click()
        expect(page.locator(".mistakes")).to_be_visible()
        assert_accessible(page)


def test_a_list_is_kept_found_again_and_forgotten(context: BrowserContext, base: str) -> None:
    page = context.new_page()
    asked: list[Request] = []
    context.on("request", lambda request: asked.append(request))
    fill(page, base)
    page.get_by_role("button", name="Find doctors").click()
    first = page.locator(".card").first
    first.get_by_role("button", name="Keep on my list").click()
    expect(first.get_by_role("button", name="On my list. Take it off")).to_be_in_viewport()
    page.get_by_role("link", name="Show the next doctors").click()
    page.locator(".card").first.get_by_role("button", name="Keep on my list").click()
    assert fits(page)
    page.get_by_role("button", name="See my list (2)").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My list")
    expect(page.locator(".listed")).to_have_count(2)
    assert fits(page)
    with page.expect_download() as saved:
        page.get_by_role("link", name="PDF", exact=True).click()
    assert saved.value.suggested_filename == "my-list.pdf"
    page.get_by_role("button", name="Take off my list").first.click()
    expect(page.locator(".listed")).to_have_count(1)
    page.get_by_role("button", name="Forget my list").click()
    expect(page.locator(".mylist")).to_be_hidden()
    for request in asked:
        assert [s for s in SECRETS if s in request.url] == []
    assert context.cookies() == []


def test_the_tab_knows_the_list_in_a_new_search_and_on_a_page_gone_back_to(scripted: Page, base: str) -> None:
    fill(scripted, base)
    scripted.get_by_role("button", name="Find doctors").click()
    keep = scripted.get_by_role("button", name="Keep on my list")
    keep.first.click()
    scripted.wait_for_url("**#keep-1")
    scripted.go_back()
    expect(scripted.get_by_role("button", name="See my list (1)")).to_be_visible()
    expect(scripted.get_by_role("button", name="On my list. Take it off")).to_have_count(1)
    keep.first.click()
    expect(scripted.get_by_role("button", name="See my list (2)")).to_be_visible()
    fill(scripted, base, doctors="")
    scripted.get_by_role("button", name="Find doctors").click()
    expect(scripted.get_by_role("button", name="See my list (2)")).to_be_visible()
    scripted.goto(f"{base}/shortlist")
    scripted.get_by_role("button", name="See my list (2)").click()
    expect(scripted.locator(".listed")).to_have_count(2)
    scripted.get_by_role("button", name="Forget my list").click()
    expect(scripted.locator(".mylist")).to_be_hidden()
    scripted.go_back()
    scripted.goto(f"{base}/shortlist")
    expect(scripted.get_by_role("button", name="See my list")).to_be_hidden()


@pytest.mark.parametrize(
    "size", [pytest.param(DESKTOP, marks=pytest.mark.dear), PHONE], ids=["desktop", "phone"]
)
def test_axe_finds_nothing_in_a_list(chromium: Browser, base: str, size: tuple[int, int]) -> None:
    view = {"width": size[0], "height": size[1]}
    with chromium.new_context(viewport=view) as context:  # type: ignore[arg-type]
        page = context.new_page()
        for path in ("/shortlist", "/two-opinions", "/two-opinions/large-print"):
            page.goto(base + path)
            assert fits(page)
            assert_accessible(page)
        fill(page, base)
        page.get_by_role("button", name="Find doctors").click()
        page.get_by_role("button", name="Show them, marked").click()
        for at in (0, 1):
            page.locator(".card .keep button").nth(at).click()
            page.wait_for_load_state()
        assert_accessible(page)
        page.get_by_role("button", name="See my list").click()
        assert_accessible(page)
        page.get_by_role("link", name="Large print", exact=True).click()
        expect(page.locator(".large")).to_be_visible()
        assert fits(page)
        assert_accessible(page)
