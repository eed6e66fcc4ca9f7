"""Every page in every language in a real Chromium: accessible, no wider than its screen, no other host asked,
nothing of the search in an address, a referrer or a title, no cookie."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Locator, Page, Request, expect

from tests.factories import an_npi
from tests.pages.conftest import HELP, SEEN, WORDS, ZIP
from tests.pages.test_chromium import (  # base is a fixture
    DESKTOP,
    PHONE,
    SECRETS,
    assert_accessible,
    base,
    fits,
    served,
)

__all__ = ["base"]

PATHS = (
    "/", *HELP, "/help/about", "/privacy", "/colleagues", "/programs", "/programs/dana-farber", "/shortlist",
    "/two-opinions", "/two-opinions/large-print", f"/specialists/{an_npi(2)}", "/nowhere", "/results/broken",
    "/specialists/1999999984",
)  # fmt: skip
# test_chromium has the pages of a search in English on the phone, and in both schemes
VIEWS = [("en", DESKTOP, "light"), pytest.param("es", PHONE, "dark", marks=pytest.mark.dear)]


def search(page: Page, address: str, **changes: str) -> None:
    page.goto(address)
    for name, value in {"words": WORDS, "near": ZIP, "doctors": SEEN, **changes}.items():
        page.fill(f"#{name}", value)
    page.locator("form.search button.main").click()


def tour(page: Page, site: str) -> Iterator[str]:
    """Every page of the way of a patient, one after the other, by its name."""
    for path in PATHS:
        page.goto(site + path)
        yield path
    for name, changes in {
        "which place": {"near": "Springfield"},
        "which doctor": {"doctors": "Twin Exampleton, Baltimore MD"},
        "unknown words": {"words": "zzzz qqqq"},
        "urgent": {"words": "crushing chest pain"},
        "nobody": {"near": "59001"},
        "mistakes": {"words": "", "near": "2", "doctors": ""},
        "results": {},
    }.items():
        search(page, f"{site}/", **changes)
        yield name
    results = page.url
    for number in (0, 1):
        page.locator(".pick input").nth(number).check()
    page.locator("button[form=compare]").first.click()
    yield "compared"
    page.goto(results)
    page.locator(".card h2 a").first.click()
    yield "proof"
    page.locator("#report button").click()
    yield "report with a mistake"
    page.fill("#text", "The office has moved")
    page.wait_for_timeout(2_100)  # people are not faster
    page.locator("form.search button").click()
    yield "report"
    page.goto(f"{results}/records")
    yield "records"
    page.goto(results)
    page.locator(".card .keep button").first.click()
    page.locator(".mylist button").first.click()
    yield "list"
    page.goto(f"{page.url}/large-print")
    yield "list in large print"
    yield from packet_and_lists(page, results)
    yield from programs_and_help(page, site)


def packet_and_lists(page: Page, results: str) -> Iterator[str]:
    page.goto(f"{results}/packet")
    page.locator("button[value=page]").click()
    yield "packet with mistakes"
    page.locator("#npi input").first.check()
    page.fill("#question", "What would you do?")
    page.fill("#first", "Quokka")
    page.fill("#findings", "Quokka, MRN 7, 中")
    page.locator("button[value=page]").click()
    yield "packet"
    page.goto(f"{results}/own-lists")
    page.fill("#npis", f"{an_npi(20)}\nnobody")
    page.locator("form.search button").first.click()
    yield "own lists with a bad line"


def programs_and_help(page: Page, site: str) -> Iterator[str]:
    for state in ("MA", "QQ"):
        page.goto(f"{site}/programs")
        page.fill("#words", WORDS)
        page.fill("#state", state)
        page.locator("form.search button.main").click()
        yield f"programs for {state}"
    page.goto(f"{site}/help/when")
    page.locator("form.search button").click()
    yield "nothing ticked"
    page.locator(".ticks input").first.check()
    page.locator("form.search button").click()
    yield "form filled in"


@pytest.mark.parametrize(("language", "size", "scheme"), VIEWS, ids=["en", "es"])
def test_every_page_is_accessible_private_and_fits(
    chromium: Browser, base: str, cut_off: FlaskClient, language: str, size: tuple[int, int], scheme: str
) -> None:
    prefix = "" if language == "en" else f"/{language}"
    view = {"width": size[0], "height": size[1]}
    asked: list[Request] = []
    wide, told = [], []
    with (
        served(cut_off.application) as down,
        chromium.new_context(viewport=view, color_scheme=scheme) as opened,  # type: ignore[arg-type]
    ):
        opened.on("request", lambda request: asked.append(request))
        page = opened.new_page()
        for name in tour(page, base + prefix):
            for summary in page.locator("main summary").all():
                summary.evaluate("each => each.parentElement.open = true")
            is_wide = page.evaluate("document.documentElement.scrollWidth") > size[0]
            wide += [name] if is_wide or not fits(page) else []
            told += [name for secret in SECRETS if secret in page.title()]
            assert_accessible(page)
        page.goto(f"{down}{prefix}/programs")
        assert_accessible(page)
        assert opened.cookies() == []
    assert wide == []
    assert told == []
    assert {urlsplit(each.url).netloc for each in asked} <= {urlsplit(base).netloc, urlsplit(down).netloc}
    assert [each.url for each in asked if each.headers.get("referer")] == []
    assert [each.url for each in asked if [s for s in SECRETS if s in each.url]] == []


def tab_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Press a key until something has the focus, as somebody without a mouse does."""
    for _press in range(80):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press(key)
    pytest.fail(f"{wanted} is not reached by {key}")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_way_to_a_list_in_large_print_works_by_keyboard_in_spanish(
    chromium: Browser, base: str, scripts: bool
) -> None:
    view = {"width": PHONE[0], "height": PHONE[1]}
    with chromium.new_context(viewport=view, java_script_enabled=scripts) as opened:  # type: ignore[arg-type]
        page = opened.new_page()
        page.goto(f"{base}/es/")
        for field, value in (("words", "cancer de vias biliares"), ("near", ZIP), ("doctors", SEEN)):
            tab_to(page, page.locator(f"#{field}"))
            page.keyboard.type(value)
        tab_to(page, page.locator("form.search button.main"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("30 médicos para usted")
        tab_to(page, page.locator(".card .keep button").first)
        page.keyboard.press("Enter")
        expect(page.locator(".mylist button").first).to_be_visible()
        tab_to(page, page.locator(".mylist button").first, "Shift+Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Mi lista")
        tab_to(page, page.locator("a[href$='/large-print']"))
        page.keyboard.press("Enter")
        expect(page.locator(".large")).to_be_visible()
        expect(page.locator("[data-print]")).to_be_visible(visible=scripts)  # it needs a script
        tab_to(page, page.locator(".back a"))
        page.keyboard.press("Enter")
        tab_to(page, page.locator(".card h2 a").first)
        page.keyboard.press("Enter")
        tab_to(page, page.locator(".proof > summary"))
        page.keyboard.press("Enter")
        expect(page.locator(".proof table").first).to_be_visible()
