"""Three invented generations with their runs for the admin pages: one before, one served, one refused."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import orjson
from elasticsearch import Elasticsearch
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from finder import admins, corrections, indexes, runs
from finder.app import create_app
from finder.config import Config
from finder.web.site import AN_ADDRESS, EXTENSION, Site
from finder.web.throttle import Throttle
from tests.factories import a_generation, a_site, a_specialist, an_npi, removed

NAME, PASSWORD = "eve", "correct horse battery"
NOW = datetime(2026, 11, 28, 7, tzinfo=UTC)
REASON = "share of clinicians rows rejected"
POISON = {"NPI": "=HYPERLINK(1)", "last_name": "Roe"}


@dataclass
class World:
    """An application with an admin, three generations, a waiting report, and a clock that tests set."""

    app: Flask
    engine: Elasticsearch
    prefix: str
    before: str
    served: str
    refused: str
    now: datetime = NOW

    def served_now(self) -> str | None:
        """The run whose generation is served."""
        found = indexes.served(self.engine, self.prefix)
        return found.run_id if found else None


def _file(rejected: int) -> dict[str, Any]:
    return {
        "name": "DAC_NationalDownloadableFile.csv", "source": "clinicians", "sha256": "ab" * 32,
        "size_bytes": 4096, "as_of": "2026-11-01", "rows_read": 100, "records": 100 - rejected,
        "rejected": rejected, "repaired": 0, "warnings": 0, "failure": None, "was_staged": False,
    }  # fmt: skip


def _issues(count: int) -> list[dict[str, Any]]:
    return [
        {"file": "DAC_NationalDownloadableFile.csv", "source": "clinicians", "row": row + 2, "field": "npi",
         "reason": "is not an NPI" if row % 2 else "is missing", "level": "rejected", "count": 1,
         "content": POISON}
        for row in range(count)
    ]  # fmt: skip


def a_record(run_id: str, state: str, at: str, rejected: int = 0) -> runs.RunRecord:
    """The record of a run that read one file."""
    gates = [
        {"name": "specialists", "measured": 30, "limit": "at least 1", "holds": True},
        {"name": REASON, "measured": rejected / 100, "limit": "at most 0.02", "holds": rejected <= 2},
    ]
    example = {"file": "DAC_NationalDownloadableFile.csv", "row": 2, "content": POISON}
    issue = {"source": "clinicians", "level": "rejected", "field": "npi", "reason": "is not an NPI",
             "count": rejected, "examples": [example]}  # fmt: skip
    detail = {
        "run_id": run_id, "state": state, "files": [_file(rejected)], "gates": gates,
        "steps": [{"name": "load", "rows_in": 30, "rows_out": 30, "seconds": 1.5}],
        "issues": [issue] if rejected else [], "documents": {"specialists": 30}, "coverage": {},
        "arrived": {"clinicians": {"at": "2026-08-01T02:30:00+00:00", "files": ["ab"]}},
    }  # fmt: skip
    reason = f"gates: {REASON}: {rejected / 100} (at most 0.02)" if state == "refused" else None
    return runs.RunRecord(run_id, state, at, at.replace(":00+", ":30+"), reason, None, detail)


def _generation(engine: Elasticsearch, prefix: str, fence: int, phone: str, *, is_published: bool) -> str:
    people = [a_specialist(n, sites=(a_site(phone=phone if n < 4 else "4105550100"),)) for n in range(1, 31)]
    run_id = a_generation(engine, prefix, people)
    mine = next(g for g in indexes.generations(engine, prefix) if g.run_id == run_id)
    told = {"fence": fence, "specialists": 30, "as_of": "2026-11-01", "rows": {"clinicians": 100}}
    indexes.tell(engine, mine.indices, {**told, "published": True} if is_published else told)
    return run_id


@contextmanager
def a_world(engine: Elasticsearch, config: Config, prefix: str) -> Iterator[World]:
    """A world of its own under a prefix, gone at the end."""
    before = _generation(engine, prefix, 1, "4105550100", is_published=True)
    served = _generation(engine, prefix, 2, "4105550177", is_published=True)
    refused = _generation(engine, prefix, 3, "4105550188", is_published=False)
    indexes.flip(engine, prefix, served)
    index = runs.ensure_runs_index(engine, prefix)
    # The next lock must be the fourth, as after three runs.
    lock = {"kind": "lock", "owner": "", "beat": 0, "fence": 3}
    engine.index(index=index, id=runs.LOCK_ID, document=lock)
    runs.save(engine, prefix, a_record(before, "published", "2026-11-26T02:30:00+00:00"))
    runs.save(engine, prefix, a_record(served, "published", "2026-11-27T02:30:00+00:00", 1))
    runs.save(engine, prefix, a_record(refused, "refused", "2026-11-28T02:30:00+00:00", 10))
    folder = config.home / "runs" / refused
    folder.mkdir(parents=True)
    (folder / "quarantine.jsonl").write_bytes(b"".join(orjson.dumps(i) + b"\n" for i in _issues(120)))
    for number, text in enumerate(("The office moved <b>up</b>", "Another number"), 1):
        sent = f"2026-11-2{number}T09:00Z"
        report = corrections.Correction(an_npi(5), "address", text, "https://example.org", sent)
        corrections.keep(engine, prefix, report, f"report{number}")
    admins.create(engine, prefix, NAME, PASSWORD, "a test", NOW)
    app = create_app(replace(config, index_prefix=prefix), engine, lambda: NOW.date())
    world = World(app, engine, prefix, before, served, refused)
    site: Site = app.extensions[EXTENSION]
    throttle = Throttle(AN_ADDRESS, 10 * AN_ADDRESS, clock=lambda: world.now.timestamp())
    app.extensions[EXTENSION] = replace(site, now=lambda: world.now, sign_ins=throttle)
    yield world
    removed(engine, prefix)


def token_of(answer: TestResponse) -> str:
    """The token of the first form of a page."""
    found = re.search(r'name="token" value="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1]


def signed_in(world: World, password: str = PASSWORD, name: str = NAME) -> FlaskClient:
    """A browser that has sent the sign-in form."""
    browser = world.app.test_client()
    sign_in(browser, password, name)
    return browser


def sign_in(browser: FlaskClient, password: str = PASSWORD, name: str = NAME) -> TestResponse:
    """The answer to the sign-in form."""
    token = token_of(browser.get("/admin/sign-in"))
    return browser.post("/admin/sign-in", data={"name": name, "password": password, "token": token})


def posted(browser: FlaskClient, path: str, page: str = "/admin/runs", **form: str) -> TestResponse:
    """The answer to a form that carries the token of a page."""
    return browser.post(path, data={**form, "token": token_of(browser.get(page))})
