"""The admin's morning in a real Chromium: with scripts and without, on a desktop and a small phone, with axe.

The short journey goes over invented runs; the long one (dear) over real ones, from a poisoned file to a
correction that is live after the next run.
"""

import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from elasticsearch import Elasticsearch
from playwright.sync_api import Browser, Page, expect

from finder import admins, indexes, runs
from finder.app import create_app
from finder.config import Config
from finder.reads import Client
from ingest.report import State
from tests.integration.test_control import spoiled
from tests.integration.test_ingest_run import data, ingested, own, world
from tests.pages.admin_world import NAME, NOW, PASSWORD, World, a_record, a_world
from tests.pages.test_chromium import DESKTOP, PHONE, assert_accessible, fits, served

__all__ = ["data", "own", "world"]
LIVE = "20261128t070000abcd"


def looked_at(page: Page, has_scripts: bool) -> None:
    """A page that fits its screen, stands under no policy violation, and that axe has nothing against."""
    assert fits(page), page.url
    if has_scripts:
        assert_accessible(page)


def sign_in(page: Page, base: str) -> None:
    page.goto(f"{base}/admin")
    assert urlsplit(page.url).path == "/admin/sign-in"
    page.fill("#name", NAME)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This morning")


def under_way(done: int, now: datetime) -> runs.RunRecord:
    step = {"step": "load", "unit": "documents", "done": done, "total": 900, "at": now.isoformat()}
    record = a_record(LIVE, "running", now.isoformat(timespec="seconds"))
    return replace(record, finished=None, detail={**record.detail, "now": step})


def test_the_morning_on_a_desktop(chromium: Browser, admin_world: World) -> None:
    morning(chromium, admin_world, DESKTOP, True, "light")


@pytest.mark.dear
def test_the_morning_on_a_small_phone_without_scripts(
    chromium: Browser, engine: Elasticsearch, config: Config, prefix: str, cheap: None
) -> None:
    with a_world(engine, config, f"{prefix}_phone") as own_world:
        morning(chromium, own_world, PHONE, False, "dark")


def morning(chromium: Browser, invented: World, size: tuple[int, int], scripts: bool, scheme: str) -> None:
    view = {"width": size[0], "height": size[1]}
    troubles: list[str] = []
    with (
        served(invented.app) as base,
        chromium.new_context(viewport=view, java_script_enabled=scripts, color_scheme=scheme) as opened,  # type: ignore[arg-type]
    ):
        page = opened.new_page()
        page.on("console", lambda message: troubles.append(message.text))
        page.goto(f"{base}/admin")
        looked_at(page, scripts)
        sign_in(page, base)
        looked_at(page, scripts)
        watch_a_run(page, base, invented, scripts)
        page.goto(f"{base}/admin")
        page.get_by_role("link", name="The last run kept its directory from being served").click()
        expect(page.get_by_text("10.0% of the rows of Doctors and Clinicians")).to_be_visible()
        looked_at(page, scripts)
        for link in ("What changed since", "Rejected rows"):
            page.get_by_role("link", name=link).click()
            looked_at(page, scripts)
            page.go_back()
        page.get_by_label("Why is it right although it was refused?").fill("the publisher says so")
        page.get_by_role("button", name="Publish this generation").click()
        expect(page.get_by_role("status")).to_contain_text("is served now")
        assert invented.served_now() == invented.refused
        page.goto(f"{base}/admin")
        page.get_by_text("Go back to the generation before").click()
        page.get_by_label("Why? It is recorded.").fill("it was wrong after all")
        page.get_by_role("button", name=f"Serve {invented.served} again").click()
        expect(page.get_by_role("status")).to_contain_text("served again")
        assert invented.served_now() == invented.served
        accept_a_correction(page, scripts)
        for name in ("Sources", "Changes", "Log", "Runs"):
            page.get_by_role("navigation", name="Admin").get_by_role("link", name=name).click()
            looked_at(page, scripts)
        for told in (f"published by {NAME}: the publisher says so", "it was wrong after all"):
            page.goto(f"{base}/admin/log")
            expect(page.get_by_text(told)).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        page.goto(f"{base}/admin/log")
        assert urlsplit(page.url).path == "/admin/sign-in"
    # A form that is sent again with its mistake is an answer of 400, which the console repeats.
    assert [each for each in troubles if "Failed to load resource" not in each] == []


def watch_a_run(page: Page, base: str, world: World, has_scripts: bool) -> None:
    """The page of a run that is under way moves on by itself."""
    runs.save(world.engine, world.prefix, under_way(100, world.now))
    page.goto(f"{base}/admin/runs/{LIVE}")
    expect(page.locator("#step")).to_contain_text("100 of about 900 documents")
    looked_at(page, has_scripts)
    runs.save(world.engine, world.prefix, under_way(800, world.now))
    expect(page.locator("#step")).to_contain_text("800 of about 900 documents", timeout=15_000)
    index = indexes.alias_name(world.prefix, indexes.RUNS)
    world.engine.delete(index=index, id=f"run-{LIVE}", refresh=True)


def accept_a_correction(page: Page, has_scripts: bool) -> None:
    page.get_by_role("navigation", name="Admin").get_by_role("link", name="Corrections").click()
    looked_at(page, has_scripts)
    page.get_by_label("Field").last.select_option("phone")
    page.get_by_label("What is right, as you checked it").last.fill("call me")
    page.get_by_role("button", name="Accept").last.click()
    expect(page.get_by_role("alert")).to_contain_text("10 digits")
    looked_at(page, has_scripts)
    page.get_by_label("What is right, as you checked it").last.fill("410-555-0123")
    page.get_by_role("button", name="Accept").last.click()
    expect(page.get_by_role("status")).to_contain_text("Accepted")
    expect(page.get_by_text("Telephone number: 4105550123")).to_be_visible()


@pytest.mark.dear
def test_a_poisoned_file_is_watched_published_rolled_back_and_a_correction_is_live_after_the_next_run(
    chromium: Browser, engine: Client, own: Config, data: Path, cheap: None
) -> None:
    first = ingested(engine, own, data)
    admins.create(engine, own.index_prefix, NAME, PASSWORD, "a test", NOW)
    good = (data / "DAC_NationalDownloadableFile.csv").read_bytes()
    spoiled(data)
    poisoned = threading.Thread(target=ingested, args=(engine, own, data))
    with served(create_app(own, engine)) as base, chromium.new_context() as opened:
        page = opened.new_page()
        sign_in(page, base)
        poisoned.start()
        expect_run(page, base)
        expect(page.get_by_text("Why it was refused")).to_be_visible(timeout=120_000)  # it loads itself anew
        poisoned.join()
        refused = urlsplit(page.url).path.rpartition("/")[2]
        expect(page.get_by_text("of the rows of Doctors and Clinicians")).to_be_visible()
        page.get_by_label("Why is it right although it was refused?").fill("only a test")
        page.get_by_role("button", name="Publish this generation").click()
        assert served_run(engine, own) == refused
        page.goto(f"{base}/admin/runs/{first.run_id}")
        page.get_by_label("Why? It is recorded.").fill("it was poisoned")
        page.get_by_role("button", name="Serve it instead of the present one").click()
        assert served_run(engine, own) == first.run_id
        npi = report_a_mistake(page, base, engine, own)
        page.goto(f"{base}/admin")
        accept_a_correction(page, True)
        (data / "DAC_NationalDownloadableFile.csv").write_bytes(good)
        assert ingested(engine, own, data).state is State.PUBLISHED
        page.goto(f"{base}/specialists/{npi}")
        expect(page.get_by_text("(410) 555-0123").first).to_be_visible()


def expect_run(page: Page, base: str) -> None:
    """Open the newest run as soon as it is in the list."""
    page.goto(f"{base}/admin")
    link = page.get_by_role("link", name="A run is under way.")
    while not link.count():
        page.wait_for_timeout(200)
        page.reload()
    link.click()
    expect(page.get_by_text("Under way")).to_be_visible()


def report_a_mistake(page: Page, base: str, engine: Client, own: Config) -> str:
    """Report one as a visitor does."""
    index = indexes.alias_name(own.index_prefix, "specialists")
    hits = engine.search(index=index, query={"term": {"is_candidate": True}}, size=1)["hits"]["hits"]
    npi = str(hits[0]["_id"])
    page.goto(f"{base}/specialists/{npi}")
    page.locator("#report summary").click()
    page.fill("#text", "The number is 410-555-0123")
    page.wait_for_timeout(2_100)  # people are not faster
    page.locator("#report button").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    return npi


def served_run(engine: Client, own: Config) -> str | None:
    found = indexes.served(engine, own.index_prefix)
    return found.run_id if found else None
