"""The way of a referring physician in a real Chromium: to the packet in three steps, lists in the tab."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.factories import an_npi
from tests.pages.conftest import WORDS
from tests.pages.test_chromium import (  # base is a fixture
    DESKTOP,
    PHONE,
    assert_accessible,
    base,
    fill,
    fits,
)

__all__ = ["base"]

MARKED = {
    "diagnosis": "zqxvwkjqdiagnosis",
    "findings": "zqxvwkjqfindings\nzqxvwkjqsecond",
    "question": "zqxvwkjqquestion",
    "first": "zqxvwkjqfirst",
}


def to_results(page: Page, base: str) -> str:
    fill(page, base)
    page.get_by_role("button", name="Find doctors").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("30 doctors for you")
    return page.url


@pytest.fixture(params=[(DESKTOP, True), (PHONE, False)], ids=["desktop", "phone-no-scripts"])
def context(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[BrowserContext]:
    (width, height), scripts = request.param
    view = {"width": width, "height": height}
    with chromium.new_context(viewport=view, java_script_enabled=scripts) as opened:  # type: ignore[arg-type]
        yield opened


def test_a_packet_is_three_steps_from_the_results_with_and_without_scripts(
    context: BrowserContext, base: str
) -> None:
    page = context.new_page()
    asked: list[Request] = []
    to_results(page, base)
    context.on("request", lambda request: asked.append(request))
    page.get_by_role("link", name="Make a referral packet").click()  # step 1
    assert fits(page)
    for number in (0, 1):  # step 2: whom, the facts
        page.locator("#npi input").nth(number).check()
    for name, value in MARKED.items():
        page.fill(f"#{name}", value)
    page.locator("#sent input").first.check()
    page.get_by_role("button", name="Make the packet").click()  # step 3: the packet
    expect(page.get_by_role("heading", level=1)).to_have_text("Your packet is ready")
    assert fits(page)
    facts, first = page.locator(".leaf").first, page.locator(".leaf").last
    expect(facts).to_contain_text("zqxvwkjqsecond")
    expect(facts).not_to_contain_text("zqxvwkjqfirst")
    expect(first).to_contain_text("zqxvwkjqfirst")
    expect(page.locator(".leaf", has_text="zqxvwkjqfirst")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("button", name="PDF of all pages").click()
    assert download.value.suggested_filename == "packet.pdf"
    page.get_by_role("button", name="Change it").click()
    expect(page.locator("#findings")).to_have_value("zqxvwkjqfindings\nzqxvwkjqsecond")
    expect(page.locator("#npi input:checked")).to_have_count(2)
    posted = [request for request in asked if request.method == "POST"]
    assert len(posted) == 3, "one for the packet, one for its file, one to change it"
    assert [r.url for r in asked if "zqxvwkjq" in r.url or WORDS in r.url] == []
    assert {urlsplit(request.url).netloc for request in asked} == {urlsplit(base).netloc}
    assert context.cookies() == []


def test_nothing_typed_is_kept_in_the_browser_and_the_printed_page_holds_the_packet(
    chromium: Browser, base: str
) -> None:
    view = {"width": DESKTOP[0], "height": DESKTOP[1]}
    with chromium.new_context(viewport=view) as opened:  # type: ignore[arg-type]
        page = opened.new_page()
        page.goto(f"{to_results(page, base)}/packet")
        page.locator("#npi input").first.check()
        for name, value in MARKED.items():
            page.fill(f"#{name}", value)
        page.get_by_role("button", name="Make the packet").click()
        assert_accessible(page)
        kept = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])")
        assert "zqxvwkjq" not in kept
        page.emulate_media(media="print")
        expect(page.get_by_role("heading", name="Second opinion: the facts")).to_be_visible()
        expect(page.locator(".take")).to_be_hidden()
        expect(page.locator("footer")).to_be_hidden()


def test_the_tab_keeps_whom_to_leave_out_for_the_next_search(chromium: Browser, base: str) -> None:
    view = {"width": DESKTOP[0], "height": DESKTOP[1]}
    with chromium.new_context(viewport=view) as opened:  # type: ignore[arg-type]
        page = opened.new_page()
        page.goto(f"{to_results(page, base)}/specialists/{an_npi(20)}")
        page.get_by_role("button", name="Leave out of my searches").click()
        expect(page.locator("main")).to_contain_text("Person 20 Exampleton")
        fill(page, base)  # a new search, whose form knows of nobody
        page.get_by_role("button", name="Find doctors").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("29 doctors for you")
        expect(page.locator("main")).to_contain_text("1 doctor of your own list is left out.")
        page.get_by_role("link", name="Your own lists").first.click()
        page.get_by_role("button", name="Name again").click()
        expect(page.locator("main")).to_contain_text("Nobody yet")
        fill(page, base)
        page.get_by_role("button", name="Find doctors").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("30 doctors for you")
