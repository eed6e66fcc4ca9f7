"""The engine's answer as results: parts, reasons, verdict, nearest site, counts, and the next-page token."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from operator import itemgetter
from typing import Any

from finder.answers import Emptied, Excluded, FacetCount, FacetValue, PartShown, Result, SiteShown
from finder.composition import Hit, Page
from finder.concepts import LadderStep
from finder.criteria import Position, SortAsked
from finder.documents import facts_of
from finder.facets import Facet
from finder.geo import nearest
from finder.i18n import gettext, language
from finder.independence import Ties, ties_of, verdict, worst
from finder.languages import language_name
from finder.loosened import TOGETHER
from finder.parts import ELSEWHERE, KEPT, PARTLY, STEP_PREFIX
from finder.query import REST, TIED, Question, facets_of
from finder.ranking import Profile
from finder.reasons import (
    OnStep,
    Pair,
    Place,
    Sentences,
    Words,
    specialty_shown,
    what_is_unknown,
    what_would_change,
    why_above,
    why_independent,
    why_it_fits,
)

NETWORKS_FACT = "networks"
NO_FACTS = "{}"
_share_and_place = itemgetter(0, 1)


def results_of(question: Question, page: Page, priors: Sequence[Ties], words: Words) -> tuple[Result, ...]:
    """Get the results of one page of hits, each with why it stands above the next one."""
    position = question.criteria.position
    first = position.rank + 1 if position else 1
    reading = _Reading.of(question, priors, words)
    found = []
    scored = [scores_of(question, hit) for hit in page.hits]
    each = zip_longest(page.hits, scored, scored[1:])
    for rank, (hit, scores, after) in enumerate(each, start=first):
        moved = page.moved.get(hit["_id"])
        above = None
        if question.criteria.sort is SortAsked.BEST:
            above = why_above(reading.sentences, scores, after, moved)
        one = _result(reading, hit, scores)
        found.append(one._replace(rank=rank, moved_for=moved.value if moved else None, above_next=above))
    return tuple(found)


def surgeon_of(
    question: Question,
    hit: Hit,
    shown: Sequence[Result],
    priors: Sequence[Ties],
    words: Words,
) -> Result:
    """Get the surgeon who fits best from the hit: ranked where the page shows the same person."""
    on_page = next((one for one in shown if one.npi == hit["_id"]), None)
    return on_page or _result(_Reading.of(question, priors, words), hit, scores_of(question, hit))


def next_token(question: Question, page: Page, total: int, generation: str) -> str | None:
    """Get the token of the next page, None on the last one; `total` are all results of the search."""
    criteria, position = question.criteria, question.criteria.position
    shown = (position.rank if position else 0) + len(page.hits)
    if page.last is None or shown >= total:
        return None
    skip = (*(position.skip if position else ()), *page.skip)
    sort = tuple(page.last["sort"])
    return Position(generation, question.now, criteria.fingerprint(), shown, sort, skip).to_token()


def scores_of(question: Question, hit: Hit) -> Mapping[str, float]:
    """Get the share of every clause that matched: the parts, and how the fit came about. The one part without
    a name is all or nothing: somebody has it where the others lack it of the score.
    """
    scores: Mapping[str, float] = hit.get("matched_queries", {})
    parts = question.profile.parts
    if REST not in parts or not question.criteria.has_prior:
        return scores
    rest, weight = hit["_score"] - sum(scores.get(name, 0.0) for name in parts), parts[REST].weight
    return {**scores, REST.value: weight} if rest > weight / 2 else scores


def total_of(response: Mapping[str, Any]) -> int:
    """Get how many documents match, exactly."""
    return int(response["hits"]["total"]["value"])


def excluded_of(response: Mapping[str, Any] | None, kinds: Sequence[str]) -> Excluded:
    """Get the counts from the answer to `query.tied_body` (None: nobody), 0 for kinds without anybody."""
    buckets = response["aggregations"][TIED]["buckets"] if response else {}
    counts = tuple((kind, int(buckets[kind]["doc_count"]) if kind in buckets else 0) for kind in kinds)
    return Excluded(total_of(response) if response else 0, counts)


def facet_counts(
    question: Question, response: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]], words: Words
) -> tuple[FacetCount, ...]:
    """Get the counts of every facet from the search's answer and the answers to `query.facet_bodies`.

    Values that nobody has are left out, except the chosen one.
    """
    found = []
    for facet in facets_of(question):
        own = others.get(facet.name)
        counted = own["aggregations"] if own else response["aggregations"]
        chosen = facet.text(getattr(question.criteria, facet.name))
        counts: dict[str, int] = {}
        for bucket in counted.get(f"{facet.name}.terms", {}).get("buckets", ()):
            counts[bucket["key"]] = int(bucket["doc_count"])
        for value, bucket in counted.get(f"{facet.name}.named", {}).get("buckets", {}).items():
            counts[value] = int(bucket["doc_count"])
        values = [
            FacetValue(value, _value_label(facet, value, words), count, value == chosen)
            for value, count in counts.items()
            if count or value == chosen
        ]
        most_first = sorted(values, key=lambda v: (-v.count, v.label))
        found.append(FacetCount(facet.name, gettext(facet.label), tuple(most_first)))
    return tuple(found)


def _value_label(facet: Facet, value: str, words: Words) -> str:
    if facet.name == "language":
        return language_name(value, words.languages)
    own = {"specialty": words.specialties, "plan": words.plans}
    return gettext(own.get(facet.name, facet.choices).get(value, value))


def emptied_by(counts: Mapping[str, int]) -> Emptied | None:
    """Get the filter without which there is most, from counts by facet; None where nothing helps."""
    single = {facet: count for facet, count in counts.items() if facet != TOGETHER}
    if any(single.values()):
        facet = max(single, key=lambda name: single[name])
        return Emptied(facet, single[facet])
    together = counts.get(TOGETHER, 0)
    return Emptied(TOGETHER, together) if together else None


def loosening(counts: Mapping[str, int], within: Mapping[int, int]) -> tuple[Emptied, ...]:
    """Get every change of a limit after which somebody is found: wider distances first, the nearest of those
    with the same count; then filters left out, most first, all of them together at the end.
    """
    moved = []
    most = 0
    for miles, count in sorted(within.items()):
        if count > most:
            moved.append(Emptied("near", count, miles))
            most = count
    dropped = [Emptied(facet, count) for facet, count in counts.items() if count]
    return (*moved, *sorted(dropped, key=lambda each: (each.facet == TOGETHER, -each.without)))


@dataclass(frozen=True, slots=True)
class _Reading:
    """What reading every hit of one answer needs, worked out once: a page reads twenty.

    `parts` are name and sentence of each part of the score, `steps` by the name of each clause inside `fit`
    its place, the closest highest, and what it says of a person.
    """

    question: Question
    priors: Sequence[Ties]
    words: Words
    sentences: Sentences
    parts: tuple[tuple[str, str], ...]
    steps: Mapping[str, tuple[int, OnStep]]

    @classmethod
    def of(cls, question: Question, priors: Sequence[Ties], words: Words) -> "_Reading":
        parts, steps = _named(question.profile, tuple(question.ladder), language())
        return cls(question, priors, words, Sentences.of(question), parts, steps)


@lru_cache(KEPT)
def _named(
    profile: Profile, ladder: Sequence[LadderStep], _language: str
) -> tuple[tuple[tuple[str, str], ...], Mapping[str, tuple[int, OnStep]]]:
    """The `parts` and the `steps` of a reading, in the language spoken."""
    named = [
        (f"{STEP_PREFIX}{step.step}{ending}", OnStep(step, place))
        for step in ladder
        for ending, place in (("", Place.WHOLE), (PARTLY, Place.PARTLY), (ELSEWHERE, Place.ELSEWHERE))
    ]
    parts = tuple((name.value, gettext(part.says)) for name, part in profile.parts.items())
    return parts, {name: (-at, on) for at, (name, on) in enumerate(named)}


def _result(reading: _Reading, hit: Hit, scores: Mapping[str, float]) -> Result:
    """One result by itself: its rank, and what it has to do with the others of a page, are not told."""
    question, words, source = reading.question, reading.words, hit["_source"]
    parts = _parts(reading, scores)
    on = _best_step(reading, scores)
    site, miles = _nearest_site(question, source.get("sites", ()))
    pairs = _pairs(reading, source)
    specialty = specialty_shown(source, on, words)
    fits = why_it_fits(
        question, reading.sentences, source, on, specialty, {part.name for part in parts}, words
    )
    unknown = what_is_unknown(question, source, site, pairs, words)
    return Result(
        rank=None,
        npi=source["npi"],
        name=source["name"],
        credentials=source.get("credentials"),
        specialty=specialty,
        ladder_step=on.step.step if on else None,
        score=hit["_score"],
        parts=parts,
        reasons=(*fits, *why_independent(pairs, words)),
        distance_miles=miles,
        nearest_site=site,
        verdict=worst([pair.verdict for pair in pairs]),
        pairs=tuple(pair.verdict for pair in pairs),
        # the filter leaves only those whom the plan lists; "out" needs the plan's complete file
        network="in" if question.criteria.plan else "unknown",
        network_as_of=_network_as_of(question, source),
        accepting=source.get("accepting", "unknown"),
        languages=tuple(source.get("languages", ())),
        trials=tuple(source.get("trials", ())),
        programs=tuple(source.get("program_ids", ())),
        unknown=tuple(unknown),
        facts=source.get("facts", NO_FACTS),
        moved_for=None,
        above_next=None,
        would_change=what_would_change(reading.sentences, scores),
    )


def _parts(reading: _Reading, scores: Mapping[str, float]) -> tuple[PartShown, ...]:
    """The named shares that add up to the score, in the order of the profile; no step inside `fit`."""
    get = scores.get
    return tuple([PartShown(name, share, says) for name, says in reading.parts if (share := get(name))])


def _best_step(reading: _Reading, scores: Mapping[str, float]) -> OnStep | None:
    """The one of the greatest share among those reached, the closest of equals."""
    steps = reading.steps
    reached = [(share, *steps[name]) for name, share in scores.items() if name in steps]
    return max(reached, key=_share_and_place)[2] if reached else None


def _pairs(reading: _Reading, source: Mapping[str, Any]) -> list[Pair]:
    if not reading.priors:
        return []
    candidate, rules, now = ties_of(source["npi"], source), reading.words.rules, reading.question.now
    return [Pair(prior, candidate, verdict(prior, candidate, rules, now)) for prior in reading.priors]


def _nearest_site(
    question: Question, sites: Sequence[Mapping[str, Any]]
) -> tuple[SiteShown | None, float | None]:
    """The nearest site with a point, else the first listed one, with miles to one decimal."""
    located = [site for site in sites if "lat" in site]
    found = nearest(question.place, [(s["lat"], s["lon"]) for s in located]) if question.place else None
    if found:
        return _site(located[found[0]]), round(found[1], 1)
    return (_site(sites[0]) if sites else None), None


def _site(site: Mapping[str, Any]) -> SiteShown:
    lines = [site[name] for name in ("street", "street_2") if name in site]
    return SiteShown(
        name=site.get("name"),
        address=", ".join(lines) or None,
        city=site.get("city"),
        state=site.get("state"),
        zip=site.get("zip"),
        phone=site.get("phone"),
        confidence=site.get("point_from", "unknown"),
        as_of=site.get("as_of"),
        point=(site["lat"], site["lon"]) if "lat" in site else None,
        sources=tuple(site.get("sources", ())),
        is_unsure=site.get("unsure", False),
    )


def _network_as_of(question: Question, source: Mapping[str, Any]) -> str | None:
    if not question.criteria.plan:
        return None
    as_of: str | None = facts_of(source).get(NETWORKS_FACT, {}).get("as_of")
    return as_of
