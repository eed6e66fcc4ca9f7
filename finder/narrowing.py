"""Scores only those with the strongest evidence among many people, and says when that is sure.

Scoring half a million people takes most of a second. Whoever lacks the strongest evidence can reach no more
than the weights of everything else: where the last hit of a page stands above that, nobody else belongs on
it, and the page is the one that scoring everybody gives. Where it does not, that hit says how much wider to
look, which is sure then. No evidence is newer than the newest of its kind, so age takes at least so much off.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from finder.clauses import any_of
from finder.criteria import SortAsked
from finder.evidence_fields import TOP, About, class_of
from finder.parts import DAYS_PER_YEAR, decided
from finder.query import TIED, Question, most_possible
from finder.ranking import EVIDENCE_PARTS, Part

# With fewer people in the directory everybody is scored as fast.
MANY_PEOPLE = 100_000
# By radius in miles, inf without one: from which value of the next heaviest evidence on whoever has none of
# the heaviest is looked at first, above 1 nobody; and the share of the best score that the two must give, as
# else almost anybody could be on the page. The more people there are to choose from, the more the best have.
# Fastest for 128 searches, the broadest fields, and all profiles (1,000,000 people, 2026-11-29).
FIRST_LOOK = ((10, 0.35, 0.25), (100, 0.5, 0.25), (500, 0.7, 0.2), (math.inf, 1.3, 0.13))
# Where so few are found that they fill no page, half as much is asked for next, unless it would be less than
# this, which many people have: then all are scored.
WEAK = 0.3
# So many classes of the heaviest evidence share a clause: some more people are scored, by half the clauses.
TOGETHER = 2
# The engine adds in 32 bits, and keeps values of evidence in 16.
MARGIN = 0.001
MOST_KINDS = 100  # there are eight

Newest = Mapping[str, date | None]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A way to score fewer: `about` are the two heaviest kinds of evidence with the most that they can give,
    `best` is the highest score that anybody can have, `strong` the value from which the second kind alone is
    enough. Who has evidence of the first kind as well needs less of the second, by what both can give.
    `specialty` finds those of the best main specialty, which everybody else lacks `lacking` of the score for.
    """

    about: tuple[tuple[float, About], ...]
    best: float
    strong: float
    specialty: Mapping[str, Any] | None = None
    lacking: float = 0.0

    @property
    def most(self) -> float:
        """The most that anybody who is left out can score."""
        (first, _), (second, _) = self.about
        return self.best - first - second * (1 - self.strong) + MARGIN

    def body(self, whole: Mapping[str, Any]) -> dict[str, Any]:
        """Get the body that scores only those, without counts, of one that scores everybody."""
        (_, _), (weight, _) = self.about
        chosen = self._strong(self.strong)
        if self.specialty:
            of_specialty = {"bool": {"filter": [self.specialty, chosen]}}
            chosen = any_of(of_specialty, self._strong(self.strong + self.lacking / weight))
        query = whole["query"]["bool"]
        kept = {name: value for name, value in whole.items() if name != "aggs"}
        few = {**query, "filter": [*query["filter"], chosen]}
        # Without counting, the engine asks every clause of the score before it has checked the whole filter.
        return {**kept, "track_total_hits": True, "query": {"bool": few}}

    def _strong(self, alone: float) -> dict[str, Any]:
        """Those with so much of the second kind alone, and those of each class of the first kind with as much
        of the second as the best of the class need.
        """
        (weight, first), (other_weight, second) = self.about
        found = [second.people(class_of(alone))] if alone <= 1 else []
        for least in range(0, TOP + 1, TOGETHER):
            needed = alone - weight / other_weight * min((least + TOGETHER) / TOP, 1)
            if needed <= 0:
                return any_of(*found, first.people(least))
            if needed <= 1:
                of_class = first.people(least, least + TOGETHER - 1)
                found.append({"bool": {"filter": [of_class, second.people(class_of(needed))]}})
        return any_of(*found) if found else {"match_none": {}}

    def is_sure(self, whole: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
        """Whether an answer to `body` has the very hits that the whole search has."""
        return _last_score(whole, answer) > self.most

    def wider(self, whole: Mapping[str, Any], answer: Mapping[str, Any]) -> "Narrowed | None":
        """Get the way to try after an answer that is not sure, None where that is to score everybody: the
        last hit of a full page tells how good one must be, which makes the next answer sure.
        """
        (_, _), (weight, _) = self.about
        last = _last_score(whole, answer)
        strong = self.strong - (self.most + MARGIN - last) / weight if last else self.strong / 2
        return replace(self, strong=strong) if strong > (0 if last else WEAK) else None


def may_narrow(question: Question, people: int) -> bool:
    """Whether scoring fewer of so many people pays: the order is that of the score, and there are two kinds
    of evidence.
    """
    by_score = question.criteria.sort is SortAsked.BEST
    return people >= MANY_PEOPLE and by_score and len(decided(question.subject).about) >= 2


def narrowed(question: Question, newest: Newest) -> Narrowed | None:
    """Get the way to score fewer; None where the directory has less than two kinds of evidence, or the two
    heaviest decide too little.
    """
    about, parts = decided(question.subject).about, question.profile.parts
    most = {name: parts[name].weight * _left(parts[name], newest, question.now) for name in about}
    first, second = sorted(about, key=lambda name: most[name], reverse=True)[:2]
    if not most[second]:
        return None
    aged = sum(parts[name].weight - most[name] for name in about)
    best = most_possible(question) - aged
    miles = question.criteria.within or math.inf
    strong, least = next(look for most_miles, *look in FIRST_LOOK if miles <= most_miles)
    if most[first] + most[second] < least * best:
        return None
    held = (most[first], about[first]), (most[second], about[second])
    specialty = decided(question.subject).best_specialty or (None, 0.0)
    return Narrowed(held, best, strong, *specialty)


def newest_body() -> dict[str, Any]:
    """Get the body that asks for the newest evidence of each kind."""
    of_kind = {
        "newest": {"max": {"field": "evidence.as_of"}},
        "undated": {"missing": {"field": "evidence.as_of"}},
    }
    kinds = {"terms": {"field": "evidence.kind", "size": MOST_KINDS}, "aggs": of_kind}
    return {
        "size": 0,
        "track_total_hits": False,
        "aggs": {"evidence": {"nested": {"path": "evidence"}, "aggs": {"kinds": kinds}}},
    }


def newest_of(answer: Mapping[str, Any]) -> Newest:
    """Get the day of the newest evidence by kind from the answer; None where some piece has no date."""
    buckets = answer["aggregations"]["evidence"]["kinds"]["buckets"]
    return {
        bucket["key"]: None
        if bucket["undated"]["doc_count"]
        else datetime.fromtimestamp(bucket["newest"]["value"] / 1000, UTC).date()
        for bucket in buckets
    }


def _total(number: int) -> dict[str, Any]:
    return {"hits": {"total": {"value": number}}}


def _left(part: Part, newest: Newest, now: date) -> float:
    """Which share age leaves of the newest evidence of a part: 0 where there is none, 1 without a date."""
    kind = EVIDENCE_PARTS[part.name].value
    if kind not in newest:
        return 0.0
    day = newest[kind]
    assert part.half_life_years is not None  # the loader of profiles sees to it
    days = (now - day).days if day else 0
    return float(0.5 ** (max(days, 0) / round(part.half_life_years * DAYS_PER_YEAR)))


def _last_score(whole: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    """The score of the last hit of a full page; 0 where it is not full."""
    hits = answer["hits"]["hits"]
    return float(hits[-1]["_score"]) if len(hits) == whole["size"] else 0.0


def counted(whole: Mapping[str, Any]) -> dict[str, Any]:
    """Get the body that only counts what a whole search counts: all who fit, and its facets."""
    query = {name: clause for name, clause in whole["query"]["bool"].items() if name != "should"}
    also = {name: whole[name] for name in ("aggs", "post_filter") if name in whole}
    return {"size": 0, "track_total_hits": True, "query": {"bool": query}, **also}


def counted_with_tied(whole: Mapping[str, Any], tied: Mapping[str, Any]) -> dict[str, Any]:
    """Get the body that counts everybody, tied or not, and the tied among them, of the one that counts only
    these (`query.tied_body`); `whole` is the search itself, of which a later page leaves out who was shown.
    """
    query = tied["query"]["bool"]
    *who, keys = query["filter"]
    among = {TIED: {"filter": keys, "aggs": tied["aggs"]}}
    return {**counted(whole), "query": {"bool": {**query, "filter": who}}, "aggs": among}


def told_apart(answer: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Get the answers of `counted` and of `query.tied_body` from that of `counted_with_tied`."""
    among = answer["aggregations"][TIED]
    tied = among["doc_count"]
    left = answer["hits"]["total"]["value"] - tied
    return _total(left), {**_total(tied), "aggregations": {TIED: among[TIED]}}


def joined(count: Mapping[str, Any], few: Mapping[str, Any]) -> dict[str, Any]:
    """Get the answer of the whole search from that of `counted` and the hits of a sure narrow one."""
    return {**count, "hits": {**count["hits"], "hits": few["hits"]["hits"]}}
