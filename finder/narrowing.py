"""Scores only those with the strongest evidence where a search has no radius, and says when that is sure.

Scoring half a million people takes most of a second. Whoever lacks the strongest evidence can reach no more
than the weights of everything else: where the last hit of a page stands above that, nobody else belongs on
it, and the page is the one that scoring everybody gives. Where it does not, that hit says how much wider to
look, which is sure then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from finder.criteria import SortAsked
from finder.parts import decided
from finder.query import Question, most_possible

# With fewer people in the directory everybody is scored as fast.
MANY_PEOPLE = 100_000
# Whoever has none of the heaviest evidence is looked at first from this value of the next heaviest on: with a
# million people that is enough for the broadest fields (2026-11-29).
STRONG = 0.85
# The heaviest evidence is looked at in classes, from these values on: one trial gives 0.29 at most.
CLASSES = (0.0, 0.3, 0.5)
# The engine adds in 32 bits, and keeps values of evidence in 16.
MARGIN = 0.001


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A way to score fewer: `about` are the two heaviest kinds of evidence with their weights, `best` is the
    highest score that anybody can have, `strong` the value from which the second kind alone is enough. Who
    has evidence of the first kind as well needs less of the second, by the weights of both.
    """

    about: tuple[tuple[float, Sequence[Mapping[str, Any]]], ...]
    best: float
    strong: float = STRONG

    @property
    def most(self) -> float:
        """The most that anybody who is left out can score."""
        (first, _), (second, _) = self.about
        return self.best - first - second * (1 - self.strong) + MARGIN

    def body(self, whole: Mapping[str, Any]) -> dict[str, Any]:
        """Get the body that scores only those, without counts, of one that scores everybody."""
        (_, _), (_, second) = self.about
        either = [_having(second, self.strong), *self._with_first()]
        chosen = {"bool": {"should": either, "minimum_should_match": 1}}
        query = whole["query"]["bool"]
        kept = {name: value for name, value in whole.items() if name != "aggs"}
        few = {**query, "filter": [*query["filter"], chosen]}
        return {**kept, "track_total_hits": False, "query": {"bool": few}}

    def _with_first(self) -> list[dict[str, Any]]:
        """Those of each class of the first kind, with as much of the second as the best of the class need."""
        (weight, first), (other_weight, second) = self.about
        found: list[dict[str, Any]] = []
        for least, next_ in zip(CLASSES, (*CLASSES[1:], 1.0), strict=True):
            needed = self.strong - weight / other_weight * next_
            of_class = _having(first, least)
            if needed <= 0:
                return [*found, of_class]
            found.append({"bool": {"filter": [of_class, _having(second, needed)]}})
        return found

    def is_sure(self, whole: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
        """Whether an answer to `body` has the very hits that the whole search has."""
        return _last_score(whole, answer) > self.most

    def wider(self, whole: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
        """Get the body whose answer is sure, after one to `body` that was not: the last hit of a full page
        tells how good one must be; without a full page, or where that is little, everybody is scored.
        """
        (_, _), (weight, _) = self.about
        strong = self.strong - (self.most + MARGIN - _last_score(whole, answer)) / weight
        return replace(self, strong=strong).body(whole) if strong > 0 else dict(whole)


def narrowed(question: Question, people: int) -> Narrowed | None:
    """Get the way to score fewer of so many people; None where there is a radius, few people, another order
    than by score, or less than two kinds of evidence.
    """
    criteria = question.criteria
    if people < MANY_PEOPLE or criteria.within is not None or criteria.sort is not SortAsked.BEST:
        return None
    about, parts = decided(question.subject).about, question.profile.parts
    if len(about) < 2:
        return None
    heaviest = sorted(about, key=lambda name: parts[name].weight, reverse=True)[:2]
    return Narrowed(tuple((parts[name].weight, about[name]) for name in heaviest), most_possible(question))


def _last_score(whole: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    """The score of the last hit of a full page; 0 where it is not full."""
    hits = answer["hits"]["hits"]
    return float(hits[-1]["_score"]) if len(hits) == whole["size"] else 0.0


def _having(pieces: Sequence[Mapping[str, Any]], least: float) -> dict[str, Any]:
    """Whoever has a piece of evidence of at least this value."""
    strong = [{"range": {"evidence.value": {"gte": least}}}] if least else []
    return {"nested": {"path": "evidence", "query": {"bool": {"filter": [*pieces, *strong]}}}}


def counted(whole: Mapping[str, Any]) -> dict[str, Any]:
    """Get the body that only counts what a whole search counts: all who fit, and its facets."""
    query = {name: clause for name, clause in whole["query"]["bool"].items() if name != "should"}
    also = {name: whole[name] for name in ("aggs", "post_filter") if name in whole}
    return {"size": 0, "track_total_hits": True, "query": {"bool": query}, **also}


def joined(count: Mapping[str, Any], few: Mapping[str, Any]) -> dict[str, Any]:
    """Get the answer of the whole search from that of `counted` and the hits of a sure narrow one."""
    return {**count, "hits": {**count["hits"], "hits": few["hits"]["hits"]}}
