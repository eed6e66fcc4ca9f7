"""The engine is killed, frozen, slow, full or overloaded (F10-F15)."""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from finder import indexes
from finder.app import create_app
from finder.config import Config
from finder.engine import connect
from finder.local_node import ensure_node, node_status, stop_node
from finder.reads import Client
from ingest.report import State
from tests.faults.conftest import Seen, settle, settled
from tests.faults.nodes import frozen, kill_family, running
from tests.faults.place import PEOPLE, Place, address, ended, wait_for
from tests.faults.proxy import Proxy, proxied
from tests.faults.test_kills import nth

pytestmark = pytest.mark.dear
BACK_S = 60.0
ANSWER_S = 2.0
SEARCH = {"words": "diabetes"}
BULK = r"/[^/]+/_bulk"


@pytest.fixture(scope="module")
def place(config: Config, world: Path) -> Iterator[Place]:
    """A place on a local node of its own, which may be killed."""
    home = Path(tempfile.mkdtemp(prefix="finder-faults-"))
    home.chmod(0o755)
    own = replace(config, home=home, elasticsearch_urls=())
    try:
        yield settle(connect(own), own, world, home)
    finally:
        stop_node(own)
        shutil.rmtree(home)


def killed(place: Place) -> None:
    pid = node_status(place.config).pid
    assert pid is not None
    kill_family(pid)


def back(place: Place) -> float:
    """Start the engine again and wait until it serves; the seconds that took."""
    began = time.monotonic()
    ensure_node(place.config, lambda _: None)
    place.engine = connect(place.config)
    wait_for(lambda: place.served() is not None, BACK_S, "a served generation")
    return time.monotonic() - began


@contextmanager
def browsing(place: Place) -> Iterator[tuple[FlaskClient, list[tuple[int, float, bool]]]]:
    """A visitor who searches without pause: status, seconds, and whether Retry-After is there."""
    browser = create_app(place.config).test_client()
    assert browser.post("/api/v1/search", json=SEARCH).status_code == 200
    answers: list[tuple[int, float, bool]] = []
    stop = threading.Event()

    def search() -> None:
        while not stop.wait(0.05):
            began = time.monotonic()
            answer = browser.post("/api/v1/search", json=SEARCH)
            answers.append((answer.status_code, time.monotonic() - began, "Retry-After" in answer.headers))

    thread = threading.Thread(target=search)
    thread.start()
    try:
        yield browser, answers
    finally:
        stop.set()
        thread.join()


def must_degrade(answers: list[tuple[int, float, bool]], within_s: float) -> str:
    """Every answer is a result or a 503 with Retry-After, in time; what was seen, in words."""
    statuses = [status for status, _, _ in answers]
    assert set(statuses) == {200, 503}, sorted(set(statuses))
    assert all(has_retry for status, _, has_retry in answers if status == 503)
    slowest = max(seconds for status, seconds, _ in answers if status == 503)
    assert slowest <= within_s, f"{slowest:.1f} s"
    return f"web: {statuses.count(200)} answered, {statuses.count(503)} times 503 within {slowest:.1f} s"


def ingest_through(place: Place, trap: Callable[[Proxy], None]) -> tuple[int, str]:
    """A full run behind a proxy with a trap: its exit code and its last word."""
    with proxied(address(place.engine)) as proxy:
        trap(proxy)
        with place.started("--full", ELASTICSEARCH_URL=proxy.url) as process:
            code, out, err = ended(process, 300)
    assert "Traceback" not in out + "".join(err), err[-5:]
    told = next((line for line in out.splitlines() if line.startswith("run ")), err[-1])
    return code, told


@pytest.mark.fault("F10", "engine killed with SIGKILL during the bulk load")
def test_engine_killed_during_bulk(place: Place, seen: Seen) -> None:
    before = place.served()

    def trap(proxy: Proxy) -> None:
        proxy.before = nth("PUT|POST", BULK, 3, lambda: killed(place), goes_on=True)

    with browsing(place) as (_, answers):
        code, told = ingest_through(place, trap)
        seconds = back(place)
        time.sleep(0.5)
    assert code == 3
    assert place.served() == before
    place.must_recover()
    seen(f"exit code {code}: {told}; back after {seconds:.0f} s; {must_degrade(answers, ANSWER_S)}")


@pytest.mark.fault("F11", "engine killed with SIGKILL during searches")
def test_engine_killed_during_search(place: Place, seen: Seen) -> None:
    with browsing(place) as (browser, answers):
        time.sleep(1)
        killed(place)
        time.sleep(3)
        seconds = back(place)
        time.sleep(1)
        assert browser.post("/api/v1/search", json=SEARCH).status_code == 200
    seen(f"back after {seconds:.0f} s; {must_degrade(answers, ANSWER_S)}")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.fault("F12", "engine killed with SIGKILL at the flip of the aliases")
def test_engine_killed_at_the_flip(place: Place, seen: Seen, when: str) -> None:
    def trap(proxy: Proxy) -> None:
        setattr(proxy, when, nth("POST", "/_aliases", 1, lambda: killed(place)))

    code, told = ingest_through(place, trap)
    assert code == 3
    seconds = back(place)
    index = indexes.alias_name(place.config.index_prefix, "specialists")
    assert place.engine.count(index=index)["count"] == PEOPLE
    place.must_recover()
    seen(f"exit code {code}: {told}; one whole generation served after {seconds:.0f} s")


@pytest.mark.fault("F13", "engine frozen (SIGSTOP) for 60 s")
def test_engine_frozen(place: Place, seen: Seen) -> None:
    pid = node_status(place.config).pid
    assert pid is not None
    with browsing(place) as (browser, answers):
        with frozen(pid):
            time.sleep(60)
        wait_for(lambda: browser.get("/health").status_code == 200, BACK_S, "an answer of /health")
        time.sleep(1)
        assert browser.post("/api/v1/search", json=SEARCH).status_code == 200
    seen(must_degrade(answers, 5.5))


@pytest.mark.fault("F13", "engine that takes 2 s for each answer")
def test_engine_slow(place: Place, seen: Seen) -> None:
    with proxied(address(place.engine)) as proxy:
        browser = create_app(replace(place.config, elasticsearch_urls=(proxy.url,))).test_client()
        assert browser.post("/api/v1/search", json=SEARCH).status_code == 200
        proxy.delay_s = 2.0
        began = time.monotonic()
        search = browser.post("/api/v1/search", json=SEARCH)
        seconds = time.monotonic() - began
        began = time.monotonic()
        health = browser.get("/health")
        health_s = time.monotonic() - began
    assert search.status_code in (200, 503)
    assert health.status_code == 200
    assert seconds <= 10
    assert health_s <= 5
    seen(f"search: {search.status_code} in {seconds:.1f} s; health: {health.status_code} in {health_s:.1f} s")


@contextmanager
def full_disk(engine: Client, index: str) -> Iterator[Callable[[], None]]:
    """What fills the disk up to the flood stage, by marks above the free space; undone at the end."""
    names = [f"cluster.routing.allocation.disk.watermark.{name}" for name in ("low", "high", "flood_stage")]

    def fill() -> None:
        settings = {**dict.fromkeys(names, "100000gb"), "cluster.info.update.interval": "10s"}
        engine.cluster.put_settings(persistent=settings)
        wait_for(lambda: is_blocked(engine, index), 60, "the block of the flood stage")

    try:
        yield fill
    finally:
        engine.cluster.put_settings(persistent=dict.fromkeys([*names, "cluster.info.update.interval"]))
        wait_for(lambda: not is_blocked(engine, index), 90, "the end of the block")


def is_blocked(engine: Client, index: str) -> bool:
    answer = engine.indices.get_settings(index=index, name="index.blocks.read_only_allow_delete")
    return any(answer[name]["settings"] for name in answer)


@pytest.mark.parametrize("when", ["before the run", "in the middle of the bulk load"])
@pytest.mark.fault("F14", "flood stage: the engine's disk is full")
def test_flood_stage(place: Place, seen: Seen, when: str) -> None:
    before = place.served()
    assert before is not None
    index = indexes.alias_name(place.config.index_prefix, "specialists")
    with full_disk(place.engine, index) as fill:
        began = time.monotonic()
        if when == "before the run":
            fill()
            began = time.monotonic()
            code, told = ingest_through(place, lambda proxy: None)
        else:

            def trap(proxy: Proxy) -> None:
                proxy.before = nth("PUT|POST", BULK, 2, fill, goes_on=True)

            code, told = ingest_through(place, trap)
        seconds = time.monotonic() - began
        assert place.engine.count(index=index)["count"] == PEOPLE  # searches go on
    seen(f"exit code {code} after {seconds:.0f} s: {told}")
    assert code == 3
    assert "disk" in told
    assert place.served() == before
    place.must_recover()
    assert seconds <= 120


@pytest.mark.fault("F15", "storm of 429: indexing pressure limited to 2 MB")
def test_indexing_pressure(config: Config, world: Path, tmp_path: Path, seen: Seen) -> None:
    settings: dict[str, object] = {"discovery.type": "single-node", "indexing_pressure.memory.limit": "2mb"}
    with running(config, [settings]) as (node,):
        own = replace(config, elasticsearch_urls=(node.url,))
        with connect(own) as client:
            for place in settled(client, own, world, tmp_path):
                report = place.first
                assert report and report.built
                assert report.state is State.PUBLISHED, report.reason
                served = indexes.served(client, place.config.index_prefix)
                assert served
                found = indexes.counts(client, served.indices)
                rejected = client.nodes.stats(metric="indexing_pressure")["nodes"]
                times = sum(
                    n["indexing_pressure"]["memory"]["total"]["coordinating_rejections"]
                    + n["indexing_pressure"]["memory"]["total"]["primary_rejections"]
                    for n in rejected.values()
                )
    assert found == dict(report.built.documents)
    assert times > 0
    seen(f"{times} rejections, {sum(found.values()):,} documents, 0 dropped")
