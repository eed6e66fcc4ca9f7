"""Measures what five doctors already seen add to the engine's time of the same search without them."""

import random
import re
import time
from collections.abc import Mapping, Sequence
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
HEAD = 200  # bytes within which the time of a request stands
SAME = "again without, a second time"
LOOKING_UP = ("first without", "first with")
LOOK_UP = "/_mget"
LOOKED_UP_ROUNDS = 10
_TOOK = re.compile(rb'"took":(\d+)')  # the first one is that of the whole request


@dataclass(frozen=True, slots=True)
class Twin:
    """One search without and with doctors already seen: its requests to the engine by way."""

    requests: Mapping[str, tuple[Sent, ...]]
    left_out: int


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds of all requests of one search: by the clock, and as the engine says."""

    clock: float
    said: float


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
    often, so that `same_search_twice` shows what chance alone adds. What the engine says of itself are the
    whole milliseconds of its searches, and the mean time of the look-ups by id.
    Intervals (95 %) are from bootstrap samples of the searches. The engine is the first address of `config`.
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
    for way in LOOKING_UP:
        read = _read(client, sender, url, twins, way)
        times[way] = [[replace(took, said=took.said + read) for took in each] for each in times[way]]
    figures = {
        name: _compared(times[f"{name} without"], times[f"{name} with"]) for name in ("first", "again")
    }
    noise = _compared(times["again without"], times[SAME])
    return {
        "says": SAYS,
        "searches": len(twins),
        "too_few_people": len(found) - len(twins),
        "rounds": rounds,
        "left_out_mean": round(fmean(twin.left_out for twin in twins), 1),
        **figures,
        "same_search_twice": {name: noise[name] for name in ("added", "added_interval")},
        "holds": all(each["added"] < MOST_ADDED for each in figures.values()),
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
) -> dict[str, list[list[Took]]]:
    """By way, for each search what it took in every round."""
    times: dict[str, list[list[Took]]] = {way: [[] for _ in twins] for way in twins[0].requests}
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


def _sent(engine: urllib3.PoolManager, url: str, requests: Sequence[Sent]) -> Took:
    start = time.perf_counter()
    answers = [
        engine.request(sent.method, url + sent.target, body=sent.body, headers=dict(sent.headers))
        for sent in requests
    ]
    clock = (time.perf_counter() - start) * 1000
    if any(answer.status != 200 for answer in answers):
        raise RuntimeError(f"answered with {[answer.status for answer in answers]}")
    told = [_TOOK.search(answer.data, 0, HEAD) for answer in answers]
    return Took(clock, sum(int(each[1]) for each in told if each))


def _read(client: Client, engine: urllib3.PoolManager, url: str, twins: Sequence[Twin], way: str) -> float:
    """Mean milliseconds that the engine says the look-ups by id of a search take; it adds them up for all."""
    asked = [sent for twin in twins for sent in twin.requests[way] if sent.target.startswith(LOOK_UP)]
    before = _reading_ms(client)
    for _round in range(LOOKED_UP_ROUNDS):
        _sent(engine, url, asked)
    return (_reading_ms(client) - before) / LOOKED_UP_ROUNDS / len(twins)


def _reading_ms(client: Client) -> int:
    nodes = client.nodes.stats(metric="indices", index_metric="get")["nodes"]
    return sum(node["indices"]["get"]["time_in_millis"] for node in nodes.values())


def _compared(without: Sequence[Sequence[Took]], with_: Sequence[Sequence[Took]]) -> dict[str, Any]:
    """Mean over the searches of their medians, and what the doctors add, with its interval."""
    figures: dict[str, Any] = {}
    for name, ending in (("clock", ""), ("said", "_as_the_engine_says")):
        pairs = np.array(
            [
                [median(getattr(took, name) for took in each) for each in side]
                for side in zip(without, with_, strict=True)
            ]
        )
        drawn = np.random.default_rng(SEED).integers(0, len(pairs), (RESAMPLES, len(pairs)))
        sums = pairs[drawn].sum(axis=1)
        low, high = np.quantile(sums[:, 1] / sums[:, 0] - 1, [0.025, 0.975])
        base, more = pairs.mean(axis=0)
        figures |= {
            f"without_ms{ending}": round(float(base), 2),
            f"with_ms{ending}": round(float(more), 2),
            f"added{ending}": round(float(more / base - 1), 4),
            f"added_interval{ending}": [round(float(low), 4), round(float(high), 4)],
        }
    return figures
