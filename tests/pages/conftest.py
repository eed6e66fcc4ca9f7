"""An application over a few invented people in the real engine, and one over a closed port."""

import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from elasticsearch import Elasticsearch
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright
from werkzeug.test import TestResponse

from finder import admins, indexes
from finder.app import create_app
from finder.config import Config
from finder.documents import EvidenceKind, Fact, Specialist, Trial, Value
from finder.search import load_context
from finder.vocabulary import resolve
from finder.web.help_pages import TOPICS
from tests.factories import a_generation, a_site, a_specialist, an_evidence, an_npi, removed, serving
from tests.pages.admin_world import World, a_world

TODAY = date(2026, 11, 23)
WORDS = "bile duct cancer"
ZIP = "21287"
SEEN = an_npi(1)
SEEN_NAME = "Person 1 Exampleton"
CONTEXT = load_context()
UNDERSTOOD = resolve(WORDS, CONTEXT.vocabulary)
CONCEPT = UNDERSTOOD.concept_id or ""
CLOSE = UNDERSTOOD.ladder[0].specialties[0]
MEDICAL = next(s for s in UNDERSTOOD.ladder[0].specialties if s not in CONTEXT.surgical)
SURGICAL = next(s for s in UNDERSTOOD.ladder[0].specialties if s in CONTEXT.surgical)
PLANS = {"p1": "Example Gold", "p2": "Example Silver (p2)", "p3": "Example Silver (p3)"}
HELP = ("/help", *(f"/help/{topic.slug}" for topic in TOPICS))
PATIENT = {"words": WORDS, "near": ZIP, "within": "50", "doctors": SEEN}


def an_expert(number: int, **changes: object) -> Specialist:
    fields: dict[str, object] = {
        "specialties": (CLOSE,),
        "concepts": (CONCEPT, *CONTEXT.vocabulary.ancestors(CONCEPT)),
        "evidence": (an_evidence(CONCEPT, EvidenceKind.ROSTER, 0.9),),
    }
    return a_specialist(number, **{**fields, **changes})


def everything_known() -> Specialist:
    """A person with a value in every field that a page shows."""
    old = Value("Old Demo Group", "nppes", "2011-07-03")
    trial = Trial("NCT90000001", "A study of <b>bile</b>", "RECRUITING", "principal_investigator", "trials",
                  "2025-11-15")  # fmt: skip
    return an_expert(
        2,
        name='Ada <script>alert("x")</script> Exampleton',
        languages=("en", "es"),
        accepting="yes",
        trials=(trial,),
        program_ids=("cleveland-clinic",),
        attributes=("second_opinions", "virtual"),
        facts={"group": Fact(Value("Demo Group", "clinicians", "2026-01"), (old,))},
    )


def in_networks(number: int) -> Specialist:
    """A person whom plans list at one of two offices, and whose institution says: no second opinions."""
    listed = a_site(street="7 Listed Street", sources=("clinicians", "qhp_providers"))
    told = {"place": "Mercy Hospital", "term": "bile duct tumor", "rank": 1, "of": 1}
    return an_expert(
        number,
        sites=(listed, a_site(street="8 Other Street")),
        attributes=("no_second_opinions",),
        evidence=(replace(an_evidence(CONCEPT, EvidenceKind.ROSTER, 0.9), told=told),),
        facts={
            "networks": Fact(Value(["Example Gold"], "qhp_providers", "2026-01-05")),
            "accepts_second_opinions": Fact(Value("no", "rosters", "2025-07-11")),
        },
    )


def the_people() -> list[Specialist]:
    shared = {"tie_keys": ("group:g1", "hospital:h1")}
    return [
        an_expert(1, **shared),
        everything_known(),
        an_expert(3, **shared),
        an_expert(4, tie_kinds_known=("hospital",)),
        an_expert(5, tie_keys=("group:own5", "trial:t1"), sites=(a_site(phone=None),)),
        *(an_expert(number) for number in range(20, 44)),
        in_networks(44),
        an_expert(50, name="Twin Exampleton", name_folded="twin exampleton"),
        an_expert(51, name="Twin Exampleton", name_folded="twin exampleton"),
    ]


NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without the last ones Chromium asks its maker's hosts for things on every start.
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps",
)  # fmt: skip


@pytest.fixture(scope="package")
def cheap() -> Iterator[None]:
    """Passwords are hashed with the least work; the real parameters have a test of their own."""
    with pytest.MonkeyPatch.context() as patch:
        least = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
        patch.setattr(admins, "PasswordHasher", partial(PasswordHasher, **least))
        admins._nobody.cache_clear()
        yield
    admins._nobody.cache_clear()


@pytest.fixture(scope="package")
def admin_world(engine: Elasticsearch, config: Config, prefix: str, cheap: None) -> Iterator[World]:
    """What the admin pages tell of; whoever changes what is served comes last (test_admin_chromium)."""
    with a_world(engine, config, f"{prefix}_admin") as world:
        yield world


@pytest.fixture(scope="session")
def pages_prefix(engine: Elasticsearch, prefix: str) -> Iterator[str]:
    with serving(engine, f"{prefix}_pages", the_people()) as own:
        yield own


@pytest.fixture(scope="session")
def app(config: Config, engine: Elasticsearch, pages_prefix: str) -> Flask:
    return create_app(replace(config, index_prefix=pages_prefix), engine, lambda: TODAY)


def of_system(number: int, system: str, value: float, **changes: object) -> Specialist:
    fields: dict[str, object] = {
        "specialties": (MEDICAL,),
        "evidence": (an_evidence(CONCEPT, value=value),),
        "tie_keys": (f"group:own{number}", f"system:{system}"),
    }
    return an_expert(number, **{**fields, **changes})


def the_varied() -> list[Specialist]:
    """Seven of one system first, then one each of two others, and a surgeon with the least evidence."""
    return [
        *(of_system(number, "a", 0.9 - number / 100, network_keys=("p1",)) for number in range(1, 8)),
        of_system(9, "b", 0.1, network_keys=("p2",)),
        of_system(10, "c", 0.05),
        of_system(11, "a", 0.01, specialties=(SURGICAL,), roles=("surgery",)),
    ]


@pytest.fixture(scope="session")
def varied(engine: Elasticsearch, prefix: str, config: Config) -> Iterator[FlaskClient]:
    own = f"{prefix}_varied"
    run_id = a_generation(engine, own, the_varied())
    found = next(g for g in indexes.generations(engine, own) if g.run_id == run_id)
    indexes.mark_published(engine, {"specialists": found.indices["specialists"]}, {"plans": PLANS})
    indexes.flip(engine, own, run_id)
    yield create_app(replace(config, index_prefix=own), engine, lambda: TODAY).test_client()
    removed(engine, own)


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def cut_off(tmp_path: Path, closed_port: int) -> FlaskClient:
    """The application of an engine that does not answer."""
    known = Config.from_env(
        {"FINDER_HOME": str(tmp_path), "ELASTICSEARCH_URL": f"http://127.0.0.1:{closed_port}"}
    )
    return create_app(known).test_client()


def searched(browser: FlaskClient, **changes: str) -> TestResponse:
    """The results page of a sent form."""
    sent = browser.post("/search", data={**PATIENT, **changes})
    assert sent.status_code == 303, sent.text
    return browser.get(sent.location)


def address(browser: FlaskClient, **changes: str) -> str:
    """The sealed address of a search."""
    return str(browser.post("/search", data={**PATIENT, **changes}).location)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests: Playwright cannot be started twice in one process."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not path:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: the page tests must run here")
        pytest.skip("no Chromium: set CHROMIUM, or put one on PATH (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()
