"""Measures what five doctors already seen add to the engine's time of the same search without them."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import fmean, median
from typing import Any

import numpy as np
import urllib3

from finder.answers import SearchResults
from finder.config import Config
from finder.criteria import MAX_SIZE, SearchCriteria
from finder.errors import FinderError
from finder.reads import Client, Remembered, documents
from finder.recording import Sent, recorded
from finder.search import SearchContext, find_specialists, load_context
from ingest.progress import Reporter

PRIORS = 5
MOST_ADDED = 0.10
PAGE = 20
APART = 7  # every so many results of a search is a doctor already seen
MILES = 500  # wide enough for both searches to fill a page
RESAMPLES, SEED = 2_000, 20260101
SAYS = (
    "The same words, place and radius without and with five doctors already seen, who are among the results "
    "and whose group and system are known. Both searches fill a page, with different people on it, since the "
    "families of the five are left out."
)
SAME = "again without, a second time"
# What the engine counts of its own time, a sum of nanoseconds: queries, hits fetched, look-ups by id.
COUNTED = {"search": ("query_time_in_millis", "fetch_time_in_millis"), "get": ("time_in_millis",)}


@dataclass(frozen=True, slots=True)
class Twin:
    """One search without and with doctors already seen: its requests to the engine by way."""

    requests: Mapping[str, tuple[Sent, ...]]
    left_out: int


def bench_priors(
    client: Client,
    config: Config,
    searches: Sequence[Mapping[str, Any]],
    rounds: int,
    reporter: Reporter,
) -> dict[str, Any]:
    """Get how much five doctors already seen add to the engine's time, for searches given as form values.

    `first` is a search whose place and doctors the process has to look up, `again` is its next page, its next
    filter or the same search. All are sent byte by byte over a kept-alive connection, in an order by chance,
    `rounds` times, after as many rounds that do not count: an engine just started compiles while it answers.
    Of each search the median counts, as other work on the machine only ever adds. One way is sent twice as
    often, so that `same_search_twice` shows what chance alone adds. Then all searches of a way are sent one
    after another, the ways in turn by chance, and the engine's own account is read before and after: the time
    of its queries, fetches and look-ups, without that of reading requests and writing answers; of twice as
    many rounds, as it is one figure for all searches, the median counts.
    Intervals (95 %) are from bootstrap samples of the searches, for the account of the rounds. The engine is
    the first address of `config`.
    Raises FinderError where too few people fit, RuntimeError for a request that fails.
    """
    prefix, url = config.index_prefix, config.elasticsearch_urls[0]
    context = load_context(remember_s=3600)
    found = [_twin(client, prefix, dict(args), context) for args in searches]
    twins = [twin for twin in found if twin]
    if not twins:
        raise FinderError("too few people fit any search to have seen five of them")
    sender = urllib3.PoolManager(maxsize=1, retries=False)
    times = _measured(sender, url, twins, rounds, reporter)
    account = _accounted(client, sender, url, twins, rounds, reporter)
    figures = {
        name: {
            **_compared(_medians(times, f"{name} without"), _medians(times, f"{name} with")),
            "as_the_engine_counts": _compared(
                account[f"{name} without"], account[f"{name} with"], middle=np.median
            ),
        }
        for name in ("first", "again")
    }
    noise = _compared(_medians(times, "again without"), _medians(times, SAME))
    return {
        "says": SAYS,
        "searches": len(twins),
        "too_few_people": len(found) - len(twins),
        "rounds": rounds,
        "left_out_mean": round(fmean(twin.left_out for twin in twins), 1),
        **figures,
        "same_search_twice": {name: noise[name] for name in ("added", "added_interval")},
        "holds": all(
            told["added"] < MOST_ADDED
            for each in figures.values()
            for told in (each, each["as_the_engine_counts"])
        ),
    }


def _twin(client: Client, prefix: str, args: dict[str, Any], context: SearchContext) -> Twin | None:
    """Listen to what a search asks the engine; None where too few people fit to fill a page both times."""
    args = {**{name: value for name, value in args.items() if name != "seen"}, "within": MILES, "size": PAGE}
    seen = _seen(client, prefix, args, context)
    requests: dict[str, tuple[Sent, ...]] = {}
    left_out = 0
    for way, values in (("without", args), ("with", {**args, "seen": seen})):
        fresh = replace(context, remembered=Remembered(3600))
        fresh.remembered.served(client, prefix)  # which generation is served is known to a busy process
        for time_ in ("first", "again"):
            with recorded(client) as sent:
                answer = _found(client, prefix, values, fresh)
            if len(answer.results) < PAGE or len(seen) < PRIORS:
                return None
            left_out = answer.excluded.total
            requests[f"{time_} {way}"] = tuple(sent)
    return Twin({**requests, SAME: requests["again without"]}, left_out)


def _seen(client: Client, prefix: str, args: Mapping[str, Any], context: SearchContext) -> list[str]:
    """Five of the results, apart from each other, of whom group and system are known."""
    wide = _found(client, prefix, {**args, "size": MAX_SIZE}, context)
    index = context.remembered.served(client, prefix).specialists
    npis = [one.npi for one in wide.results]
    known = documents(client, {index: npis}, {index: ("tie_kinds_known",)})[index]
    needed = set(context.words.rules.needed())
    fitting = [npi for npi, told in known.items() if needed <= set(told.get("tie_kinds_known", ()))]
    return fitting[::APART][:PRIORS]


def _found(client: Client, prefix: str, args: Mapping[str, Any], context: SearchContext) -> SearchResults:
    criteria = SearchCriteria.from_args(args)
    return find_specialists(client, prefix, criteria, context, date.today())


def _measured(
    engine: urllib3.PoolManager, url: str, twins: Sequence[Twin], rounds: int, reporter: Reporter
) -> dict[str, list[list[float]]]:
    """By way, for each search the milliseconds of its requests in every round, by the clock."""
    times: dict[str, list[list[float]]] = {way: [[] for _ in twins] for way in twins[0].requests}
    chance = random.Random(SEED)  # noqa: S311 - no secret
    with reporter.step("search without and with doctors already seen", "searches") as step:
        step.expect(2 * rounds * len(twins))
        for number in range(-rounds, rounds):
            for place, twin in enumerate(twins):
                order = list(twin.requests.items())
                chance.shuffle(order)  # what was asked just before warms what comes after it
                for way, requests in order:
                    took = _sent(engine, url, requests)
                    if number >= 0:
                        times[way][place].append(took)
                step.advance(1)
    return times


def _sent(engine: urllib3.PoolManager, url: str, requests: Sequence[Sent]) -> float:
    start = time.perf_counter()
    answers = [
        engine.request(sent.method, url + sent.target, body=sent.body, headers=dict(sent.headers))
        for sent in requests
    ]
    clock = (time.perf_counter() - start) * 1000
    if any(answer.status != 200 for answer in answers):
        raise RuntimeError(f"answered with {[answer.status for answer in answers]}")
    return clock


def _accounted(
    client: Client,
    engine: urllib3.PoolManager,
    url: str,
    twins: Sequence[Twin],
    rounds: int,
    reporter: Reporter,
) -> dict[str, list[float]]:
    """By way, for each round the mean milliseconds that the engine counts for a search."""
    account: dict[str, list[float]] = {way: [] for way in twins[0].requests if way != SAME}
    ways = list(account)
    chance = random.Random(SEED)  # noqa: S311 - no secret
    with reporter.step("the engine's own account of the same", "rounds") as step:
        step.expect(2 * rounds)
        for _round in range(2 * rounds):
            chance.shuffle(ways)
            for way in ways:
                before = _counted_ms(client)
                for twin in twins:
                    _sent(engine, url, twin.requests[way])
                account[way].append((_counted_ms(client) - before) / len(twins))
            step.advance(1)
    return account


def _counted_ms(client: Client) -> int:
    """Milliseconds of all queries, fetches and look-ups since the nodes started."""
    nodes = client.nodes.stats(metric="indices", index_metric=list(COUNTED))["nodes"]
    return sum(
        node["indices"][part][name]
        for node in nodes.values()
        for part, names in COUNTED.items()
        for name in names
    )


def _medians(times: Mapping[str, Sequence[Sequence[float]]], way: str) -> list[float]:
    return [median(rounds) for rounds in times[way]]


def _compared(
    without: Sequence[float], with_: Sequence[float], *, middle: Callable[..., Any] = np.mean
) -> dict[str, Any]:
    """The middle of milliseconds in pairs, and what the doctors add to it, with its interval."""
    pairs = np.array([without, with_]).T
    drawn = np.random.default_rng(SEED).integers(0, len(pairs), (RESAMPLES, len(pairs)))
    sampled = middle(pairs[drawn], axis=1)
    low, high = np.quantile(sampled[:, 1] / sampled[:, 0] - 1, [0.025, 0.975])
    base, more = middle(pairs, axis=0)
    return {
        "without_ms": round(float(base), 2),
        "with_ms": round(float(more), 2),
        "added": round(float(more / base - 1), 4),
        "added_interval": [round(float(low), 4), round(float(high), 4)],
    }
