"""What an answer without anybody could be loosened to: bodies that count, one for each change of a limit."""

from dataclasses import replace
from typing import Any

from finder.query import Question, filters_of, who_is_left

TOGETHER = "together"
WIDER = (100, 200, 500)  # miles that are tried


def emptied_bodies(question: Question) -> dict[str, dict[str, Any]]:
    """Get, for a search that found nobody, a counting body without each facet asked for, by facet.

    The last one, `together`, drops all of them; it is there only where more than one was asked for.
    """
    names = list(filters_of(question))
    if question.leaves_out():
        names.append("seen")
    bodies = {name: _counting(question, {name}) for name in names}
    if len(names) > 1:
        bodies[TOGETHER] = _counting(question, set(names))
    return bodies


def wider_bodies(question: Question) -> dict[int, dict[str, Any]]:
    """Get, for a search that found nobody, a counting body for each wider distance, by miles."""
    within = question.criteria.within if question.place else None
    return {
        miles: _counting(replace(question, criteria=replace(question.criteria, within=miles)), set())
        for miles in (WIDER if within else ())
        if miles > (within or 0)
    }


def _counting(question: Question, without: set[str]) -> dict[str, Any]:
    return {"size": 0, "track_total_hits": True, "query": {"bool": who_is_left(question, without)}}
