"""The way of a patient on the Spanish pages in a real Chromium, with and without scripts, small and large."""

from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Request, expect

from tests.pages.conftest import PATIENT
from tests.pages.test_chromium import (  # base and context are fixtures
    PHONE,
    assert_accessible,
    base,
    context,
    fits,
)

__all__ = ["base", "context"]


def test_a_search_stays_spanish_from_the_start_to_a_person_and_back(
    context: BrowserContext, base: str
) -> None:
    page = context.new_page()
    asked: list[Request] = []
    context.on("request", lambda request: asked.append(request))
    page.goto(base)
    page.get_by_role("link", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.fill("#words", "cancer de vias biliares")
    page.fill("#near", PATIENT["near"])
    page.locator("form.search button.main").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("médicos para usted")
    expect(page.locator(".asked")).to_contain_text("cáncer de las vías biliares")
    assert fits(page)
    page.locator(".card h2 a").first.click()
    expect(page.get_by_role("heading", name="Por qué este médico")).to_be_visible()
    assert fits(page)
    page.get_by_role("link", name="Volver a sus resultados").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("médicos para usted")
    assert {urlsplit(request.url).netloc for request in asked} == {urlsplit(base).netloc}


def test_axe_finds_nothing_on_spanish_pages_of_a_phone(chromium: Browser, base: str) -> None:
    view = {"width": PHONE[0], "height": PHONE[1]}
    with chromium.new_context(viewport=view) as opened:  # type: ignore[arg-type]
        page = opened.new_page()
        for path in ("/es/", "/es/programs", "/es/help/records", "/es/privacy", "/es/nowhere"):
            page.goto(base + path)
            assert fits(page), path
            assert_accessible(page)
