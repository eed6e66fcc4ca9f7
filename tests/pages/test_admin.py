"""The admin pages by the test client: who gets in, who does not, and what each page tells and does."""

import csv
import io
import socket
import subprocess
import sys
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from finder import admins, run_requests, runs, sessions
from finder.admins import LOCKED_FOR, MOST_WRONG
from finder.config import Config
from finder.errors import InputErrors
from finder.recording import recorded
from finder.web.admin_sign_in import BUSY, WRONG
from finder.web.site import AN_ADDRESS, EXTENSION
from ingest.request_commands import work_off
from tests.factories import an_npi
from tests.pages.admin_world import (
    NAME,
    NOW,
    PASSWORD,
    World,
    a_record,
    posted,
    sign_in,
    signed_in,
    token_of,
)

OPEN = "/admin/sign-in"


@pytest.fixture
def world(admin_world: World) -> World:
    """The world of all tests; each one lets the clock begin a day later, so that no lock is left."""
    admin_world.now = admin_world.now + timedelta(days=1)
    return admin_world


@pytest.fixture
def eve(world: World) -> FlaskClient:
    return signed_in(world)


def rules(app: Flask, method: str) -> list[Rule]:
    found = [r for r in app.url_map.iter_rules() if r.rule.startswith("/admin")]
    return [r for r in found if method in (r.methods or set())]


def filled(world: World, rule: Rule) -> str:
    values = {"run_id": world.refused, "old": world.before, "new": world.served, "npi": an_npi(1),
              "name": "clinicians", "report_id": "report1"}  # fmt: skip
    adapter = world.app.url_map.bind("localhost")
    return str(adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments}))


def log(world: World) -> list[str]:
    found = runs.events(world.engine, world.prefix, 200, of_runs=False)
    return [f"{event.by}: {event.text}" for event in found]


def test_without_an_admin_there_are_no_admin_pages(app: Flask, browser: FlaskClient) -> None:
    for rule in rules(app, "GET"):
        if not rule.arguments:
            assert browser.get(rule.rule).status_code == 404, rule.rule
    assert browser.post(OPEN, data={"name": NAME, "password": PASSWORD}).status_code == 404


def test_a_signed_out_visitor_gets_nothing(world: World) -> None:
    pages = [filled(world, rule) for rule in rules(world.app, "GET")]
    assert len(pages) > 10
    for path in pages:
        answer = world.app.test_client().get(path)
        if path != OPEN:
            assert (answer.status_code, answer.location) == (303, OPEN), path
        assert "20260101t" not in answer.text
        assert world.app.test_client().get(f"/es{path}").status_code == 404


def test_every_form_without_its_token_is_refused_and_changes_nothing(world: World, eve: FlaskClient) -> None:
    other = token_of(signed_in(world).get("/admin/runs"))
    was, said = world.served_now(), len(log(world))
    forms = [filled(world, rule) for rule in rules(world.app, "POST")]
    assert len(forms) > 6
    for path in forms:
        form = {"reason": "because", "name": NAME, "password": PASSWORD, "why": "no", "value": "yes"}
        mine = token_of(eve.get("/admin/runs"))
        assert eve.post(path, data=form).status_code == 403, path
        assert eve.post(path, data={**form, "token": other}).status_code == 403, path
        assert eve.post(path, data={**form, "token": mine + "x"}).status_code == 403, path
        elsewhere = {"Sec-Fetch-Site": "cross-site"}
        assert eve.post(path, data={**form, "token": mine}, headers=elsewhere).status_code == 403, path
        assert world.app.test_client().post(path, data=form).status_code == 403, path
    assert (world.served_now(), len(log(world))) == (was, said)
    assert eve.get("/admin").status_code == 200


def test_ten_wrong_passwords_lock_the_name_for_a_time_and_are_in_the_log(world: World) -> None:
    browser = world.app.test_client()
    for _ in range(MOST_WRONG - 1):
        assert sign_in(browser, "wrong password").status_code == 403
    assert sign_in(browser).status_code == 303  # one less than ten, and then the right one: counted anew
    sign_in(browser := world.app.test_client())
    browser = world.app.test_client()
    for _ in range(MOST_WRONG):
        assert WRONG in sign_in(browser, "wrong password").text
    assert WRONG in sign_in(browser).text  # the right one does not help while the name is locked
    entries = log(world)
    assert entries[0] == "eve: attempt from 127.0.0.1 while locked"
    assert entries[1].startswith("eve: wrong password from 127.0.0.1, the tenth: locked for 15 minutes")
    assert sum(entry.startswith("eve: wrong password") for entry in entries) == 2 * MOST_WRONG - 1
    world.now += LOCKED_FOR + timedelta(seconds=1)
    assert sign_in(browser).status_code == 303


def test_a_name_that_nobody_has_takes_the_same_steps_and_gets_the_same_answer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    right = admins._is_right
    monkeypatch.setattr(admins, "_is_right", lambda h, p: (checked.append(h[:9]), right(h, p))[1])
    steps, answers = [], []
    for name in (NAME, "mallory"):
        browser = world.app.test_client()
        sign_in(browser, "wrong password", name)  # its counter is there
        with recorded(world.engine) as sent:
            answer = sign_in(browser, "wrong password", name)
        steps.append([request.method for request in sent])
        answers.append((answer.status_code, WRONG in answer.text))
    assert steps[0] == steps[1]
    assert answers == [(403, True)] * 2
    assert checked == ["$argon2id"] * 4
    assert "mallory" not in " ".join(log(world))


def test_one_address_gets_no_endless_attempts(world: World) -> None:
    browser = world.app.test_client()
    for _ in range(AN_ADDRESS - 1):
        world.app.extensions[EXTENSION].sign_ins.take("127.0.0.1")
    assert WRONG in sign_in(browser, "wrong password", "nobody").text
    assert BUSY in sign_in(browser).text
    elsewhere = {"X-Forwarded-For": "6.6.6.6, 203.0.113.9"}  # what the proxy on this machine adds is last
    token = token_of(browser.get(OPEN))
    form = {"name": NAME, "password": PASSWORD, "token": token}
    assert browser.post(OPEN, data=form, headers=elsewhere).status_code == 303
    assert log(world)[0] == "eve: signed in from 203.0.113.9"


def test_the_cookie_is_new_with_every_session_and_for_these_pages_only(world: World) -> None:
    browser = world.app.test_client()
    token = token_of(form := browser.get(OPEN, base_url="https://finder.example"))
    sent = {"name": NAME, "password": PASSWORD, "token": token}
    done = browser.post(OPEN, data=sent, base_url="https://finder.example")
    before, after = form.headers["Set-Cookie"], done.headers["Set-Cookie"]
    assert before.split(";")[0] != after.split(";")[0]
    assert after.startswith("__Secure-finder_admin=")
    for part in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/admin", "Max-Age=7200"):
        assert part in after
    page = browser.get("/admin", base_url="https://finder.example")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "private, no-store"
    policy = page.headers["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "unsafe" not in policy


def test_a_session_ends_by_signing_out_by_time_by_another_password_and_with_the_admin(world: World) -> None:
    def stolen(browser: FlaskClient) -> FlaskClient:
        """Another browser with the same cookie."""
        cookie = browser.get_cookie("finder_admin", path="/admin")
        assert cookie
        thief = world.app.test_client()
        thief.set_cookie("finder_admin", cookie.value, path="/admin")
        assert thief.get("/admin").status_code == 200
        return thief

    first = signed_in(world)
    thief = stolen(first)
    assert posted(first, "/admin/sign-out").status_code == 303
    assert thief.get("/admin").status_code == 303
    thief = stolen(signed_in(world))
    world.now += sessions.LIFE
    assert thief.get("/admin").status_code == 303
    thief = stolen(signed_in(world))
    admins.reset(world.engine, world.prefix, NAME, PASSWORD)
    assert thief.get("/admin").status_code == 303
    admins.create(world.engine, world.prefix, "bob", PASSWORD, "a test", NOW)
    thief = stolen(signed_in(world, name="bob"))
    admins.remove(world.engine, world.prefix, "bob")
    assert thief.get("/admin").status_code == 303


def test_a_weak_password_or_a_wrong_name_makes_no_admin(world: World) -> None:
    for name, password in (("x", PASSWORD), ("Eve!", PASSWORD), ("ann", "short"), ("ann", "a" * 30),
                           ("ann", "annannann123")):  # fmt: skip
        with pytest.raises(InputErrors):
            admins.create(world.engine, world.prefix, name, password, "a test", NOW)
    with pytest.raises(InputErrors, match="admin already"):
        admins.create(world.engine, world.prefix, NAME, PASSWORD, "a test", NOW)


def test_the_morning_page_tells_what_is_served_and_what_comes_first(world: World, eve: FlaskClient) -> None:
    text = eve.get("/admin").text
    late = "Doctors and Clinicians national downloadable file: nothing new for"
    order = ("The last run kept its directory from being served", late, "2 corrections wait")
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert world.served in text
    assert "2026-11-01" in text


def test_a_refused_run_says_why_in_plain_words_and_publishing_it_needs_a_reason(
    world: World, eve: FlaskClient
) -> None:
    text = eve.get(f"/admin/runs/{world.refused}").text
    assert "10.0% of the rows of Doctors and Clinicians national downloadable file could not be read" in text
    assert "the limit is at most 2 %" in text
    answer = posted(eve, f"/admin/runs/{world.refused}/publish", reason="  ")
    assert answer.status_code == 400
    assert "Say why the refused generation is to be served" in answer.text
    assert posted(eve, f"/admin/runs/{world.served}/publish", reason="why not").status_code == 400
    assert world.served_now() == world.served


def test_a_run_under_way_shows_how_far_it_is_and_loads_itself_anew(world: World, eve: FlaskClient) -> None:
    live = a_record("20261201t000000abcd", "running", "2026-12-01T00:00:00+00:00")
    now = {"step": "merge and enrich", "unit": "people", "done": 500, "total": 2000,
           "at": world.now.isoformat()}  # fmt: skip
    runs.save(world.engine, world.prefix, runs.RunRecord(
        live.run_id, "running", live.started, None, None, None, {**live.detail, "now": now}
    ))  # fmt: skip
    answer = eve.get(f"/admin/runs/{live.run_id}")
    assert answer.headers["Refresh"] == "5"
    assert "500 of about 2,000 people" in answer.text
    assert "Refresh" not in eve.get(f"/admin/runs/{live.run_id}?still=1").headers
    world.engine.delete(index=f"{world.prefix}-runs", id=f"run-{live.run_id}", refresh=True)


def test_a_run_whose_process_was_killed_is_not_called_under_way(world: World, eve: FlaskClient) -> None:
    killed = subprocess.Popen([sys.executable, "-c", ""])
    killed.wait()
    owner = f"{socket.gethostname()}:{killed.pid}:{runs._boot_id()}:1:0"
    live = a_record("20261201t000000abcd", "running", world.now.isoformat(timespec="seconds"))
    runs.save(world.engine, world.prefix, live)
    lock = {"kind": "lock", "owner": owner, "beat": 1, "fence": 0}
    world.engine.index(index=f"{world.prefix}-runs", id=runs.LOCK_ID, document=lock, refresh=True)
    try:
        assert "stopped without an end" in eve.get("/admin").text
        assert "running</span>" not in eve.get("/admin/runs").text
        answer = eve.get(f"/admin/runs/{live.run_id}")
        assert "its process was killed" in answer.text
        assert "Refresh" not in answer.headers
    finally:
        for each in (runs.LOCK_ID, f"run-{live.run_id}"):
            world.engine.delete(index=f"{world.prefix}-runs", id=each, refresh=True)


def test_the_quarantine_is_read_page_by_page_and_filtered(world: World, eve: FlaskClient) -> None:
    path = f"/admin/runs/{world.refused}/quarantine"
    first = eve.get(path).text
    assert first.count("the row</summary>") == 50
    found = first.split(f'href="{path}?')[-1].split('"')[0].replace("&amp;", "&")
    second = eve.get(f"{path}?{found}").text
    assert ">52<" in second
    assert ">51<" not in second
    some = eve.get(f"{path}?reason=is+missing").text
    assert "is not an NPI</td>" not in some
    assert eve.get(f"/admin/runs/{world.before}/quarantine").status_code == 200  # of another machine
    assert eve.get(f"{path}?at=x").status_code == 400


def test_no_cell_of_the_downloaded_quarantine_is_a_formula(world: World, eve: FlaskClient) -> None:
    answer = eve.get(f"/admin/runs/{world.refused}/quarantine.csv?reason=is+missing")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 60
    assert {row["reason"] for row in rows} == {"is missing"}
    assert not any(cell.startswith("=") for row in rows for cell in row.values())
    assert "attachment" in answer.headers["Content-Disposition"]
    assert eve.get("/admin/runs/..%2f..%2fsecret_key/quarantine.csv").status_code == 404


def test_a_source_shows_issues_by_reason_and_charts_without_anything_inline(
    world: World, eve: FlaskClient
) -> None:
    text = eve.get("/admin/sources/clinicians").text
    assert "10 × is not an NPI" in text
    assert "Rejected rows, per cent over 3 runs: from 0.00 to 10.00" in text
    assert "style=" not in text
    assert "<script" not in text
    assert eve.get("/admin/sources/nowhere").status_code == 404
    everything = eve.get("/admin/sources").text
    assert "Doctors and Clinicians" in everything
    assert "very late" in everything


def test_the_difference_of_two_generations_is_told_by_kind_and_person(world: World, eve: FlaskClient) -> None:
    text = eve.get(f"/admin/changes/{world.before}/{world.served}").text
    assert "3 people differ" in text
    assert "4105550177" in text
    one = eve.get(f"/admin/changes/{world.before}/{world.served}/{an_npi(1)}").text
    assert "4105550100, fax none" in one
    assert "4105550177, fax none" in one
    newest = eve.get("/admin/changes")
    assert newest.location == f"/admin/changes/{world.before}/{world.served}"
    assert eve.get(f"/admin/changes/{world.before}/nowhere").status_code == 404


def test_a_request_waits_once_and_is_worked_off_by_whoever_takes_it(
    world: World, eve: FlaskClient, config: Config
) -> None:
    assert posted(eve, "/admin/requests", full="yes").status_code == 303
    again = posted(eve, "/admin/requests")
    assert again.status_code == 400
    assert "asked for already" in again.text
    taken: list[run_requests.Request] = []

    def run(asked: run_requests.Request) -> tuple[str, str | None, int]:
        taken.append(asked)
        return "unchanged", world.served, 0

    own = world.app.extensions["finder"].config
    assert work_off(world.engine, own, run) == 0
    assert [(asked.by, asked.is_full) for asked in taken] == [(NAME, True)]
    assert run_requests.requests(world.engine, world.prefix)[0].outcome == "unchanged"
    assert work_off(world.engine, own, run) == 0
    assert len(taken) == 1
    assert "eve: asked for a full run" in log(world)


def test_a_correction_is_checked_accepted_and_in_the_log(world: World, eve: FlaskClient) -> None:
    page = "/admin/corrections"
    assert "The office moved &lt;b&gt;up&lt;/b&gt;" in eve.get(page).text
    wrong = posted(eve, f"{page}/report1/accept", field="site", value="somewhere")
    assert wrong.status_code == 400
    assert 'value="somewhere"' in wrong.text
    site = "2 Example Street; Baltimore; MD; 21287"
    assert posted(eve, f"{page}/report1/accept", field="site", value=site).status_code == 303
    assert site in eve.get(page).text
    assert 'id="about-report1"' not in eve.get(page).text
    assert posted(eve, f"{page}/report1/reject", why="no").status_code == 409
    assert log(world)[0] == f"eve: accepted a correction of NPI {an_npi(5)}: Sees patients at: {site}"


def test_nothing_is_published_while_a_run_is_at_work_or_without_a_generation_before(
    world: World, eve: FlaskClient
) -> None:
    with runs.locked(world.engine, world.prefix):
        busy = posted(eve, f"/admin/runs/{world.refused}/publish", reason="right all the same")
        back = posted(eve, "/admin/rollback", reason="to be sure")
    assert (busy.status_code, back.status_code) == (503, 503)
    assert "another ingest is running" in busy.text.casefold()
    never = posted(eve, "/admin/rollback", run_id=world.refused, reason="never published")
    assert never.status_code == 404
    assert "was never published" in never.text
    assert world.served_now() == world.served
