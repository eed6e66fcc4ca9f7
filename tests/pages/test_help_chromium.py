"""Help in a real Chromium: accessible on every size, the checklist without scripts, what is printed."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Request, expect

from tests.pages.conftest import HELP
from tests.pages.test_chromium import (  # base and context are fixtures
    DESKTOP,
    PHONE,
    WORDS,
    assert_accessible,
    base,
    context,
    fits,
)

__all__ = ["base", "context"]


@pytest.mark.parametrize(
    ("size", "scheme"),
    [pytest.param(DESKTOP, "dark", marks=pytest.mark.dear), (PHONE, "light")],
    ids=["desktop", "phone"],
)
def test_axe_finds_nothing_on_help(chromium: Browser, base: str, size: tuple[int, int], scheme: str) -> None:
    view = {"width": size[0], "height": size[1]}
    with chromium.new_context(viewport=view, color_scheme=scheme) as opened:  # type: ignore[arg-type]
        page = opened.new_page()
        for path in HELP:
            page.goto(base + path)
            for summary in page.locator("main summary").all():
                summary.click()
            assert fits(page), path
            assert_accessible(page)
        page.goto(f"{base}/help/when")
        page.get_by_role("button", name="Fill in the search").click()
        assert_accessible(page)
        page.get_by_label("It is for a child.").check()
        page.get_by_role("button", name="Fill in the search").click()
        assert_accessible(page)


def test_the_checklist_leads_to_results_and_to_what_to_bring(context: BrowserContext, base: str) -> None:
    page = context.new_page()
    asked: list[Request] = []
    context.on("request", lambda request: asked.append(request))
    page.goto(base)
    page.get_by_role("link", name="Not sure if you need one?").click()
    page.get_by_label("My disease is rare").check()
    page.get_by_role("button", name="Fill in the search").click()
    expect(page.locator("#why")).to_have_value("rare")
    assert fits(page)
    page.fill("#words", WORDS)
    page.get_by_role("button", name="Find doctors").click()
    page.get_by_role("link", name="What to bring to the visit").click()
    expect(page.get_by_role("heading", name="Cancer")).to_be_visible()
    assert fits(page)
    page.get_by_role("link", name="Back to your results").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("doctors for you")
    assert {urlsplit(request.url).netloc for request in asked} == {urlsplit(base).netloc}
    assert [r.url for r in asked if any(word in r.url for word in ("rare", "bile", "cancer"))] == []
    assert context.cookies() == []


def test_every_list_is_printed_and_no_link_to_more_help(chromium: Browser, base: str) -> None:
    with chromium.new_context() as opened:
        page = opened.new_page()
        page.goto(f"{base}/help/records")
        slides = page.get_by_text("The glass slides of the tissue sample")
        expect(slides).to_be_hidden()
        page.emulate_media(media="print")
        expect(slides).to_be_visible()
        expect(page.locator(".more-help")).to_be_hidden()
