"""Request bodies: one search as the sentence filter, exclude, should; each share of the score can be told.

The score is the sum of the parts and of nothing else: filters do not score, and the steps inside `fit` are
named `why.*` so that they can be told from parts. Adding up the parts of a hit gives its score within 1e-6
(32-bit sums), so what the named ones lack is the share of REST: of its dozens of keys the engine would make
a second search for the hits of a page, 0.2 of 12 ms among 1,000,000 people (2026-11-29).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from finder.clauses import alike, near, order
from finder.clauses import constant as _constant
from finder.clauses import geo as _geo
from finder.clauses import term as _term
from finder.clauses import terms as _terms
from finder.concepts import LadderStep
from finder.criteria import SearchCriteria, SortAsked
from finder.facets import FACETS, Facet, RoleAsked, Scope, VerdictAsked, clause_of_verdict
from finder.geo import Point
from finder.likeness import VECTOR
from finder.parts import Subject, decided
from finder.ranking import Part, PartName, Profile
from finder.specialties import Ages

FOUND, TIED = "why.found", "tied"
REST = PartName.INDEPENDENCE
MOST_ALIKE = 1_000  # nearest practices of a shard that are scored; the condition's own experts are fewer


@dataclass(frozen=True, slots=True)
class Question:
    """One search, everything looked up.

    `concepts` are the concept understood and everything below it, `above` all broader ones, nearest first,
    `broader` the next one where it is a condition, evidence of which counts as kin, and `beside` the
    conditions beside all these. `ages` says for whom the opinion is; not known, it is taken to be an adult.
    `place` is latitude and longitude in degrees; `now` is the day from which the age of evidence counts. Of
    the prior doctors: their NPIs, the tie keys by kind that break independence of any of them, the keys that
    weaken it, the value of `tie_kinds_together` of whoever all is known of that must be, and whether such a
    kind is not known of some prior doctor. `practice` is the practice vector (finder/likeness.py) of the
    referring physician, empty where nothing is known of it or nobody is to be alike. `subject` is what the
    search is about, whatever the place and the doctors already seen.
    """

    criteria: SearchCriteria
    ladder: Sequence[LadderStep]
    concepts: Sequence[str]
    profile: Profile
    now: date
    above: Sequence[str] = ()
    broader: Sequence[str] = ()
    beside: Sequence[str] = ()
    ages: Ages = Ages.ANY
    place: Point | None = None
    prior_npis: Sequence[str] = ()
    excluded_keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    weaker_keys: Sequence[str] = ()
    settled_kinds: str = ""
    has_prior_gap: bool = False
    practice: Sequence[int] = ()
    subject: Subject = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out once what several bodies and every sentence need."""
        subject = Subject(
            self.profile,
            tuple(self.ladder),
            tuple(self.concepts),
            tuple(self.above),
            tuple(self.broader),
            tuple(self.beside),
            self.ages,
            self.now,
        )
        object.__setattr__(self, "subject", subject)

    def leaves_out(self) -> list[str]:
        """Tie keys whose holders are left out; none where tied people are to be shown."""
        return [] if self.criteria.show_tied else self.breaking()

    def breaking(self) -> list[str]:
        """Every tie key that breaks independence, sorted."""
        return sorted(key for keys in self.excluded_keys.values() for key in keys)

    def scope(self) -> Scope:
        """Get what the clauses of facets need to know."""
        return Scope(
            concepts=self.concepts,
            breaking=self.breaking(),
            weakening=self.weaker_keys,
            settled=self.settled_kinds,
            has_prior_gap=self.has_prior_gap,
            has_prior=self.criteria.has_prior,
        )


def specialists_body(question: Question) -> dict[str, Any]:
    """Get the body of the search itself: a page of specialists, best first, with the parts named, without
    those who are tied to a prior doctor: `tied_body` counts them.
    """
    body = _hits_body(question)
    if not question.criteria.facets:
        return body
    return {
        **body,
        "aggs": _counts(question, [f for f in facets_of(question) if not _is_asked(question, f)]),
    }


def tied_body(question: Question) -> dict[str, Any] | None:
    """Get the body that counts who is left out for a tie, in total and by kind (one person may have several);
    None where nobody is.

    Counting them in the same pass, after the query, took 9 % of a search with five doctors; this takes 5 %,
    beside the search, which saves the scores of those left out (5,000 people, 2026-11-28).
    """
    keys = question.leaves_out()
    if not keys:
        return None
    who = _who(question)
    by_kind = {kind: _terms("tie_keys", of) for kind, of in question.excluded_keys.items() if of}
    return {
        "size": 0,
        "track_total_hits": True,
        "query": {"bool": {**who, "filter": [*who["filter"], _terms("tie_keys", keys)]}},
        "aggs": {TIED: {"filters": {"filters": by_kind}}},
    }


def further_body(question: Question, sort: Sequence[Any], size: int) -> dict[str, Any]:
    """Get the body of the `size` hits that follow on the one with the sort values `sort`, without counts."""
    return {**_hits_body(question), "size": size, "search_after": list(sort)}


def surgeon_body(question: Question, search: Mapping[str, Any]) -> dict[str, Any]:
    """Get the body of the search for the one surgeon who fits best, whatever kind of doctor was asked for.

    It scores by the same parts as `search`, the body of the search itself.
    """
    asked = replace(question.criteria, role=RoleAsked.SURGERY, specialty=None, size=1)
    return _hits_body(replace(question, criteria=asked), search["query"]["bool"]["should"])


def shows_surgeons(criteria: SearchCriteria) -> bool:
    """Whether the search itself finds surgeons of every specialty, so that its first one is the best."""
    return criteria.specialty is None and criteria.role in (RoleAsked.ANY, RoleAsked.SURGERY)


def facets_of(question: Question) -> list[Facet]:
    """Get the facets that can be counted: those about verdicts only where there is a prior doctor."""
    return [facet for facet in FACETS if question.criteria.has_prior or not facet.needs_prior]


def facet_bodies(question: Question) -> dict[str, dict[str, Any]]:
    """Get, for every facet that was asked for, a body that counts its values without its own filter.

    So a reader sees what choosing another value would give. Facets that were not asked for are counted by
    `specialists_body`.
    """
    asked = [facet for facet in facets_of(question) if _is_asked(question, facet)]
    return {
        facet.name: {
            "size": 0,
            "track_total_hits": False,
            "query": {"bool": who_is_left(question, {facet.name})},
            "aggs": _counts(question, [facet]),
        }
        for facet in asked
    }


def explaining_body(question: Question, npis: Sequence[str]) -> dict[str, Any]:
    """Get the body that scores these specialists, whether or not the search would find them.

    The named clause FOUND tells whether it would; it adds nothing to the score.
    """
    found = _constant({"bool": who_is_left(question, frozenset())}, 0.0, FOUND)
    only = {"filter": [{"ids": {"values": list(npis)}}], "should": [*_parts(question), found]}
    criteria = replace(question.criteria, position=None)
    body = _hits_body(replace(question, criteria=criteria))
    return {**body, "size": len(npis), "query": {"bool": only}}


def _hits_body(question: Question, parts: Sequence[Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """One page of hits, without any count; `parts` score them, where they are known already.

    With their whole documents: choosing fields makes the engine read and write each one anew, which took 15 %
    of its time for a fifth less to send (5,000 people, 2026-11-28).
    """
    criteria = question.criteria
    if parts is None:
        # where tied people are left out, the score need not look for breaking ties again
        parts = _parts(replace(question, excluded_keys={}) if question.leaves_out() else question)
    body: dict[str, Any] = {
        "size": criteria.size,
        "track_total_hits": True,
        "query": {"bool": {**who_is_left(question, frozenset()), "should": parts}},
        "sort": order(question.place, is_nearest=criteria.sort is SortAsked.NEAREST),
    }
    if criteria.position:
        body["search_after"] = list(criteria.position.sort)
        if criteria.position.skip:  # after the counting of facets, as they were counted on the first page
            shown = {"ids": {"values": list(criteria.position.skip)}}
            body["post_filter"] = {"bool": {"must_not": [shown]}}
    return body


def _counts(question: Question, facets: Sequence[Facet]) -> dict[str, Any]:
    """Aggregations under `<facet>.terms` and `<facet>.named`."""
    scope, criteria = question.scope(), question.criteria
    return {
        f"{facet.name}.{name}": aggregation
        for facet in facets
        for name, aggregation in facet.counted(scope, getattr(criteria, facet.name)).items()
    }


def _is_asked(question: Question, facet: Facet) -> bool:
    return facet.is_asked(getattr(question.criteria, facet.name))


def _who(question: Question, without: set[str] | frozenset[str] = frozenset()) -> dict[str, Any]:
    """Everything that decides who is in the answer but ties, and nothing that scores."""
    filters = [clause for name, clause in filters_of(question).items() if name not in without]
    who: dict[str, Any] = {
        "filter": [_term("is_candidate", True), decided(question.subject).treats, *filters]
    }
    if nobody := [*question.prior_npis, *question.criteria.never]:
        who["must_not"] = [{"ids": {"values": nobody}}]
    return who


def who_is_left(question: Question, without: set[str] | frozenset[str]) -> dict[str, Any]:
    """Get everything that decides who is in the answer, ties to prior doctors included."""
    who, keys = _who(question, without), question.leaves_out()
    if keys and "seen" not in without:
        who["must_not"] = [*who.get("must_not", ()), _terms("tie_keys", keys)]
    return who


def filters_of(question: Question) -> dict[str, dict[str, Any]]:
    """Get the optional filters that were asked for, by the name of their parameter."""
    criteria, found = question.criteria, {}
    if question.place and criteria.within:
        found["near"] = {"geo_distance": {"distance": f"{criteria.within}mi", "points": _geo(question.place)}}
    scope = question.scope()
    for facet in FACETS:
        if _is_asked(question, facet):
            found[facet.name] = facet.clause(getattr(criteria, facet.name), scope)
    return found


def most_possible(question: Question) -> float:
    """Get the highest score that anybody can have: the sum of the weights of the parts that are measured."""
    return sum(question.profile.parts[name].weight for name in _clauses(question))


def _parts(question: Question) -> list[dict[str, Any]]:
    """The clauses of the score."""
    return list(_clauses(question).values())


def _clauses(question: Question) -> dict[PartName, dict[str, Any]]:
    """The clauses of the score by part, those without anything to measure a part by left out."""
    of_subject = decided(question.subject).parts
    every = {
        name: of_subject[name] if name in of_subject else _part(question, part)
        for name, part in question.profile.parts.items()
    }
    return {name: clause for name, clause in every.items() if clause is not None}


def _part(question: Question, part: Part) -> dict[str, Any] | None:
    """The clause of a part that hangs on the place, the prior doctors or the referring physician; None where
    this search has nothing to measure it by.
    """
    if part.name is PartName.DISTANCE:
        assert part.pivot_miles is not None  # the loader of profiles sees to it
        place = question.place
        return near(place, part.pivot_miles, part.weight, part.name.value) if place else None
    if part.name is PartName.LIKENESS:
        if not question.practice:
            return None
        who = {"bool": who_is_left(question, frozenset())}
        return alike(VECTOR, question.practice, who, MOST_ALIKE, part.weight, part.name.value)
    if not question.criteria.has_prior:
        return None
    if part.name is PartName.UNTIED:
        tied = _terms("tie_keys", [*question.breaking(), *question.weaker_keys])
        return _constant({"bool": {"must_not": [tied]}}, part.weight, part.name.value)
    proved = clause_of_verdict(VerdictAsked.INDEPENDENT, question.scope())
    return _constant(proved, part.weight, None)
