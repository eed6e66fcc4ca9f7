"""Adds up the scored searches of the relevance bench: means, worst seed, weakest searches, intervals, goals.

Every mean is over searches, each seed's search counting once. Where a figure does not exist for a search
(no true expert in reach, nobody judged in reach), that search is left out of it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np

from ingest.relevance_queries import Asked, Way

RESAMPLES = 10_000
WEAKEST = 20
BOOTSTRAP_SEED = 20260101
LEAST_NDCG, LEAST_STEP, MOST_EMPTY, LEAST_GAIN = 0.90, 0.95, 0.01, 0.15


@dataclass(frozen=True, slots=True)
class Scored:
    """One search in one world. None: there was nothing to measure. `concept_id` is what the words became.

    The readings of `is_right_step` are told in finder/relevance.py, `Answer`. `is_expert_first`: the first
    result is a true expert, where one is in reach. `best_grade` is that of those in reach. `baselines` are
    the same search as each baseline answers it; they have none themselves.
    """

    seed: int
    asked: Asked
    ndcg: float | None
    ndcg_exponential: float | None
    is_right_step: bool | None
    is_right_step_or_closer: bool | None
    is_right_step_as_read: bool | None
    is_right_step_where_shown: bool | None
    is_expert_first: bool | None
    precision: float | None
    is_empty: bool
    best_grade: int
    concept_id: str | None
    baselines: Mapping[str, "Scored"]


def figures(scored: Sequence[Scored]) -> dict[str, Any]:
    """Get the means of some searches, rounded, with how many searches each of them rests on."""
    judged = [one for one in scored if one.ndcg is not None]
    return {
        "searches": len(judged),
        "ndcg_at_10": _mean(one.ndcg for one in judged),
        "ndcg_at_10_exponential_gain": _mean(one.ndcg_exponential for one in judged),
        "right_step_first": _mean(one.is_right_step for one in judged),
        "right_step_or_closer_first": _mean(one.is_right_step_or_closer for one in judged),
        "right_step_first_as_read": _mean(one.is_right_step_as_read for one in judged),
        "right_step_first_where_shown": _mean(one.is_right_step_where_shown for one in judged),
        "searches_with_an_expert_shown": sum(one.is_right_step_where_shown is not None for one in judged),
        "searches_with_an_expert": sum(one.is_right_step is not None for one in judged),
        "expert_first": _mean(one.is_expert_first for one in judged),
        "precision_at_3": _mean(one.precision for one in judged),
        "zero_results": _mean(one.is_empty for one in judged),
    }


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(fmean(known), 4) if known else None


def grouped(scored: Sequence[Scored], key: Callable[[Scored], str]) -> dict[str, dict[str, Any]]:
    """Get the figures by area, way or seed; searches with nobody to find are in no group."""
    groups: dict[str, list[Scored]] = defaultdict(list)
    for one in scored:
        if one.ndcg is not None:
            groups[key(one)].append(one)
    return {name: figures(groups[name]) for name in sorted(groups)}


def misspelling(scored: Sequence[Scored]) -> dict[str, Any]:
    """Get what one wrong letter costs: the same label at the same place, right and misspelt, in pairs."""
    pairs: dict[tuple[int, str], dict[Way, Scored]] = defaultdict(dict)
    for one in scored:
        if one.ndcg is not None and one.asked.way in (Way.LABEL, Way.MISSPELT):
            pairs[one.seed, one.asked.condition_id][one.asked.way] = one
    whole = [p for p in pairs.values() if len(p) == 2 and _differ(p)]
    right = _mean(p[Way.LABEL].ndcg for p in whole)
    wrong = _mean(p[Way.MISSPELT].ndcg for p in whole)
    loss = round(right - wrong, 4) if right is not None and wrong is not None else None
    other = _mean(p[Way.LABEL].concept_id != p[Way.MISSPELT].concept_id for p in whole)
    return {"pairs": len(whole), "right": right, "misspelt": wrong, "loss": loss, "other_concept": other}


def _differ(pair: Mapping[Way, Scored]) -> bool:
    return pair[Way.LABEL].asked.criteria.words != pair[Way.MISSPELT].asked.criteria.words


def compared(scored: Sequence[Scored]) -> dict[str, dict[str, float]]:
    """Get for each baseline its nDCG and ours minus it, with a 95 % bootstrap interval.

    Resampled are searches: the same search in several worlds is one draw, with all its differences.
    """
    judged = [one for one in scored if one.ndcg is not None]
    found = {}
    for name in judged[0].baselines if judged else ():
        by_search: dict[str, list[float]] = defaultdict(list)
        for one in judged:
            by_search[one.asked.query_id].append((one.ndcg or 0.0) - (one.baselines[name].ndcg or 0.0))
        low, high = interval(list(by_search.values()))
        its = fmean(one.baselines[name].ndcg or 0.0 for one in judged)
        gain = fmean(one.ndcg or 0.0 for one in judged) - its
        found[name] = {"ndcg_at_10": its, "gain": gain, "gain_low": low, "gain_high": high}
    return {name: {key: round(value, 4) for key, value in row.items()} for name, row in found.items()}


def overall_and_by_area(scored: Sequence[Scored]) -> dict[str, Any]:
    """Get the figures and the loss by misspelling, of all searches and of each area."""
    areas = sorted({one.asked.area for one in scored})
    return {
        "overall": figures(scored),
        "by_area": grouped(scored, lambda one: one.asked.area),
        "misspelling": misspelling(scored),
        "misspelling_by_area": {a: misspelling([s for s in scored if s.asked.area == a]) for a in areas},
    }


def interval(groups: Sequence[Sequence[float]], seed: int = BOOTSTRAP_SEED) -> tuple[float, float]:
    """Get the 95 % interval of the mean of all values by resampling whole groups; always the same one."""
    rng = np.random.default_rng(seed)
    sums, sizes = np.array([sum(group) for group in groups]), np.array([len(group) for group in groups])
    drawn = rng.integers(0, len(groups), (RESAMPLES, len(groups)))
    low, high = np.quantile(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1), (0.025, 0.975))
    return float(low), float(high)


def weakest(scored: Sequence[Scored], count: int = WEAKEST) -> list[dict[str, Any]]:
    """Get the searches with the lowest nDCG, each with the mean of all worlds."""
    by_search: dict[str, list[Scored]] = defaultdict(list)
    for one in scored:
        if one.ndcg is not None:
            by_search[one.asked.query_id].append(one)
    rows = []
    for query_id, worlds in by_search.items():
        criteria = worlds[0].asked.criteria
        filters = {"role": criteria.role.value, "ages": criteria.ages and criteria.ages.value}
        rows.append(
            {
                "search": query_id,
                "words": criteria.words,
                "near": criteria.near,
                "within": criteria.within,
                **filters,
                "understood": worlds[0].concept_id,
                "worlds": len(worlds),
                "ndcg_at_10": _mean(one.ndcg for one in worlds),
            }
        )
    return sorted(rows, key=lambda row: (row["ndcg_at_10"], row["search"]))[:count]


def worst_seed(by_seed: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Get the seed with the lowest nDCG, and its figures."""
    name = min(by_seed, key=lambda seed: (by_seed[seed]["ndcg_at_10"], seed))
    return {"seed": int(name), **by_seed[name]}


def goals(overall: Mapping[str, Any], baselines: Mapping[str, Mapping[str, float]]) -> list[dict[str, Any]]:
    """Get each goal of the issue with what was measured and whether it holds."""
    rows = [
        ("ndcg_at_10", overall["ndcg_at_10"], "at least", LEAST_NDCG),
        ("right_step_first", overall["right_step_first"], "at least", LEAST_STEP),
        ("zero_results", overall["zero_results"], "below", MOST_EMPTY),
    ]
    for name, row in baselines.items():
        rows.append((f"gain over {name}", row["gain"], "at least", LEAST_GAIN))
        rows.append((f"low end of the gain over {name}", row["gain_low"], "above", 0.0))
    return [
        {"goal": name, "measured": value, "limit": f"{how} {limit:g}", "holds": _holds(value, how, limit)}
        for name, value, how, limit in rows
    ]


def _holds(value: float | None, how: str, limit: float) -> bool:
    if value is None:
        return False
    return {"at least": value >= limit, "below": value < limit, "above": value > limit}[how]
