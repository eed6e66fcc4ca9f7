"""Measures searches side by side in one run: raw engine, JSON answers and page, through gunicorn."""

import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import orjson
import urllib3

from finder.app import create_app
from finder.config import Config
from finder.local_node import node_status
from finder.reads import Client
from finder.recording import Sent, recorded
from finder.search import load_context
from ingest.bench_priors import bench_priors
from ingest.bench_world import ROOT, bench_home, environ_of
from ingest.demo.generate import generate
from ingest.progress import Reporter
from ingest.run import ingest_run

WORDS = (
    "bile duct cancer", "pancreatic cancer", "breast cancer", "prostate cancer", "lung cancer", "melanoma",
    "aortic stenosis", "atrial fibrillation", "multiple sclerosis", "parkinson disease", "epilepsy",
    "spinal stenosis", "knee arthritis", "crohn disease", "rheumatoid arthritis", "kidney transplant",
)  # fmt: skip
ZIPS = ("21287", "02115", "77030", "60611", "10021", "90095", "55905", "98109")
ROUNDS = 5
WARM_UP = 40
TWENTY = 20  # people of the longer JSON answer, as the command gives; the usual one has as many as a page
BROWSER = {"Accept-Encoding": "gzip"}  # pages are measured as browsers get them, over the wire


@dataclass(frozen=True, slots=True)
class Asked:
    """One search: the API's bodies and the page's address, each with the requests to the engine it makes."""

    api: bytes
    api_engine: tuple[Sent, ...]
    twenty: bytes
    twenty_engine: tuple[Sent, ...]
    page: str
    page_engine: tuple[Sent, ...]


def bench_search(client: Client, config: Config, people: int | None, reporter: Reporter) -> dict[str, Any]:
    """Milliseconds at p50, p95 and p99 of the same searches, asked in turn of engine, API and page.

    Half of the searches name a prior doctor, half have a radius of 50 miles and the rest of 500. The raw
    figures are all requests to the engine that the API, or the page with its counts of every filter, makes
    for one search, replayed byte by byte over a kept-alive connection. The people are as in `served_people`.
    `broadest` is the search that the most people fit, without a radius. The figures of `bench_priors` over
    the same people are among the answer.
    """
    with served_people(client, config, people, reporter) as own:
        searches = searches_of(client, own)
        here = create_app(own, client).test_client()
        words, fitting = _broadest(here)
        wide = [{"words": words} for _ in ZIPS]  # with a place there would be a radius
        with web_server(own) as web:
            asked, asked_wide = ([_asked(client, here, web, a) for a in args] for args in (searches, wide))
            times, sizes = _measured(own.elasticsearch_urls[0], web, asked, reporter)
            wide_times, _sizes = _measured(own.elasticsearch_urls[0], web, asked_wide, reporter)
        return {
            **_figures(_count(client, own), times, sizes),
            "broadest": {"words": words, "people_who_fit": fitting, **_percentiles(wide_times)},
            "five_doctors_seen": bench_priors(client, own, searches, ROUNDS, reporter),
        }


def bench_seen(
    client: Client, config: Config, people: int | None, rounds: int, reporter: Reporter
) -> dict[str, Any]:
    """The figures of `bench_priors` over the people of `served_people`."""
    with served_people(client, config, people, reporter) as own:
        figures = bench_priors(client, own, searches_of(client, own), rounds, reporter)
        return {"people": _count(client, own), **figures}


@contextmanager
def served_people(client: Client, config: Config, people: int | None, reporter: Reporter) -> Iterator[Config]:
    """Settings of a served directory: that of this home, or so many people under a prefix of their own, who
    are generated, ingested, and deleted when the block ends.
    """
    if people is None:
        url = config.elasticsearch_urls[0] if config.elasticsearch_urls else str(node_status(config).url)
        yield replace(config, elasticsearch_urls=(url,))
        return
    with bench_home(client, config) as own:
        generate(people, own.home / "data")
        ingest_run(client, own, own.home / "data", gate_set="demonstration", reporter=reporter)
        yield own


def _count(client: Client, config: Config) -> int:
    return int(client.count(index=f"{config.index_prefix}-specialists")["count"])


def searches_of(client: Client, config: Config) -> list[dict[str, Any]]:
    """Form values of searches: each of WORDS at each of ZIPS, with radii and doctors already seen in turn."""
    answer = client.search(
        index=f"{config.index_prefix}-specialists", size=len(ZIPS) * len(WORDS), source=False, sort=["npi"],
        query={"term": {"tie_kinds_known": "group"}},
    )  # fmt: skip
    npis = [hit["_id"] for hit in answer["hits"]["hits"]]
    found: list[dict[str, Any]] = []
    for number, words in enumerate(WORDS):
        for place, zip_code in enumerate(ZIPS):
            args: dict[str, Any] = {"words": words, "near": zip_code, "within": 50 if place % 2 else 500}
            if (number + place // 2) % 2:
                args["seen"] = [npis[(number * len(ZIPS) + place) % len(npis)]]
            found.append(args)
    return found


def _broadest(here: Any) -> tuple[str, int]:
    """Get the field of the vocabulary that the most people of the served directory fit, and how many do."""
    concepts = load_context().vocabulary.concepts.values()
    fields = [concept.label for concept in concepts if concept.parent_id is None]
    told = [here.post("/api/v1/search", json={"words": field, "size": 1}).json or {} for field in fields]
    return max(zip(fields, (each["total"] for each in told), strict=True), key=lambda one: one[1])


@contextmanager
def web_server(config: Config) -> Iterator[str]:
    """gunicorn with the product's own settings on a free port; the address while the block runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-c",
        "gunicorn.conf.py",
        "-b",
        f"127.0.0.1:{port}",
        "wsgi:app",
    ]
    with subprocess.Popen(command, cwd=ROOT, env=environ_of(config), stderr=subprocess.DEVNULL) as server:  # noqa: S603 - own program
        try:
            yield _ready(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()


def _ready(web: str) -> str:
    pool = urllib3.PoolManager(retries=False)
    for _ in range(150):
        try:
            if pool.request("GET", f"{web}/health").status == 200:
                return web
        except urllib3.exceptions.HTTPError:
            time.sleep(0.2)
    raise RuntimeError("the web server did not become ready")


def _asked(client: Client, here: Any, web: str, args: dict[str, Any]) -> Asked:
    """Seal the search with the server's key, and listen to what the same code asks the engine in here."""
    form = {name: value for name, value in args.items() if name != "seen"} | {"doctors": args.get("seen", [])}
    pool = urllib3.PoolManager(retries=False)
    answer = pool.urlopen(
        "POST",
        f"{web}/search",
        body=urlencode(form, doseq=True),
        redirect=False,
        headers={"Content-Type": "application/x-www-form-urlencoded", "Origin": web},
    )
    if answer.status != 303:
        raise RuntimeError(f"the form was answered with {answer.status}")
    page = answer.headers["Location"]
    here.get(page)  # looks at the aliases for the next second, as a busy worker has
    longer = {**args, "size": TWENTY}
    with recorded(client) as of_api:
        here.post("/api/v1/search", json=args)
    with recorded(client) as of_twenty:
        here.post("/api/v1/search", json=longer)
    with recorded(client) as of_page:
        here.get(page)
    return Asked(
        orjson.dumps(args), tuple(of_api), orjson.dumps(longer), tuple(of_twenty), page, tuple(of_page)
    )


def _ways(url: str, web: str) -> dict[str, Callable[[Asked], int]]:
    """What is timed, by name: each sends one search in its form and gives the bytes of the answer."""
    engine = urllib3.PoolManager(maxsize=1, retries=False)
    site = urllib3.PoolManager(maxsize=1, retries=False)
    headers = {"Content-Type": "application/json", "Accept": "application/json"}

    def replayed(requests: Sequence[Sent]) -> int:
        return sum(sent(engine, s.method, url + s.target, s.body, dict(s.headers)) for s in requests)

    return {
        "raw json": lambda one: replayed(one.api_engine),
        "json": lambda one: sent(site, "POST", f"{web}/api/v1/search", one.api, headers),
        "raw json of 20": lambda one: replayed(one.twenty_engine),
        "json of 20": lambda one: sent(site, "POST", f"{web}/api/v1/search", one.twenty, headers),
        "raw page": lambda one: replayed(one.page_engine),
        "page": lambda one: sent(site, "GET", web + one.page, None, BROWSER),
    }


def _measured(
    url: str, web: str, asked: Sequence[Asked], reporter: Reporter
) -> tuple[dict[str, list[float]], dict[str, list[int]]]:
    ways = _ways(url, web)
    times: dict[str, list[float]] = {name: [] for name in ways}
    sizes: dict[str, list[int]] = {name: [] for name in ways}
    for one in asked[:WARM_UP]:
        for way in ways.values():
            way(one)
    with reporter.step("search", "searches") as step:
        step.expect(len(asked) * ROUNDS)
        for _ in range(ROUNDS):
            for one in asked:
                for name, way in ways.items():
                    start = time.perf_counter()
                    size = way(one)
                    times[name].append((time.perf_counter() - start) * 1000)
                    sizes[name].append(size)
                step.advance(1)
    return times, sizes


def sent(
    pool: urllib3.PoolManager, method: str, url: str, body: bytes | None, headers: dict[str, str]
) -> int:
    """Get the bytes of an answer over the wire. Raises RuntimeError for any status but 200."""
    answer = pool.request(method, url, body=body, headers=headers, decode_content=False)
    if answer.status != 200:
        raise RuntimeError(f"{method} was answered with {answer.status}")
    return len(answer.data)


def _percentile(values: list[float], share: int) -> float:
    return round(statistics.quantiles(values, n=100, method="inclusive")[share - 1], 2)


def percentiles_of(values: list[float]) -> dict[str, float]:
    """Get the values at p50, p95 and p99, by these names."""
    return {f"p{share}": _percentile(values, share) for share in (50, 95, 99)}


def _percentiles(times: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    return {name: percentiles_of(values) for name, values in times.items()}


def _figures(people: int, times: dict[str, list[float]], sizes: dict[str, list[int]]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "people": people, "searches": len(times["json"]), "milliseconds": _percentiles(times)
    }  # fmt: skip
    for name in ("json", "json of 20", "page"):
        mine, raw = found["milliseconds"][name], found["milliseconds"][f"raw {name}"]
        pairs = zip(times[name], times[f"raw {name}"], strict=True)
        found[name] = {
            "outside_engine_p50_ms": _percentile([whole - engine for whole, engine in pairs], 50),
            "p95_to_raw": round(mine["p95"] / raw["p95"], 2),
            "largest_kb": round(max(sizes[name]) / 1000, 1),
        }
    return found
