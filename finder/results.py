"""The engine's answer as results: parts, reasons, verdict, nearest site, counts, and the next-page token."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from finder.concepts import LadderStep
from finder.criteria import Position
from finder.facets import Facet
from finder.geo import nearest
from finder.independence import PairVerdict, Ties, Verdict, ties_of, verdict, worst
from finder.offers import Offer
from finder.query import SHOWN, STEP_PREFIX, TOGETHER, Question, facets_of
from finder.ranking import PartName
from finder.reasons import (
    Pair,
    Words,
    specialty_shown,
    what_is_unknown,
    why_independent,
    why_it_fits,
)
from finder.vocabulary import Understood

NETWORKS_FACT = "networks"


@dataclass(frozen=True, slots=True)
class PartShown:
    """One named share of a score, with the reader's sentence."""

    name: str
    value: float
    says: str

    def to_json(self) -> dict[str, Any]:
        """Get the part under the keys of the contract; by hand, as `asdict` takes ten times as long."""
        return {"name": self.name, "value": self.value, "says": self.says}


@dataclass(frozen=True, slots=True)
class SiteShown:
    """One place of practice. `confidence` says where its point is from: source, zip, or unknown."""

    name: str | None
    address: str | None
    city: str | None
    state: str | None
    zip: str | None
    phone: str | None
    confidence: str
    as_of: str | None

    def to_json(self) -> dict[str, Any]:
        """Get the site under the keys of the contract."""
        return {
            "name": self.name, "address": self.address, "city": self.city, "state": self.state,
            "zip": self.zip, "phone": self.phone, "confidence": self.confidence, "as_of": self.as_of,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """One specialist in the answer. `distance_miles` is that of `nearest_site`, None without a place."""

    rank: int
    npi: str
    name: str
    credentials: str | None
    specialty: str | None
    ladder_step: int | None
    score: float
    parts: tuple[PartShown, ...]
    reasons: tuple[str, ...]
    distance_miles: float | None
    nearest_site: SiteShown | None
    verdict: Verdict
    pairs: tuple[PairVerdict, ...]
    network: str
    network_as_of: str | None
    accepting: str
    languages: tuple[str, ...]
    trials: tuple[Mapping[str, Any], ...]
    programs: tuple[str, ...]
    unknown: tuple[str, ...]
    facts: Mapping[str, Mapping[str, Any]]

    def to_json(self) -> dict[str, Any]:
        """Get the result under the keys of the contract."""
        ties = [tie for pair in self.pairs for tie in pair.ties]
        gaps = [gap.kind for pair in self.pairs for gap in pair.unchecked]
        return {
            "rank": self.rank, "npi": self.npi, "name": self.name, "credentials": self.credentials,
            "specialty": self.specialty, "ladder_step": self.ladder_step, "score": self.score,
            "parts": [part.to_json() for part in self.parts], "reasons": list(self.reasons),
            "distance_miles": self.distance_miles,
            "nearest_site": self.nearest_site.to_json() if self.nearest_site else None,
            "verdict": self.verdict.value, "ties": [tie.to_json() for tie in ties],
            "unchecked": list(dict.fromkeys(gaps)), "network": self.network,
            "network_as_of": self.network_as_of, "accepting": self.accepting,
            "languages": list(self.languages), "trials": [dict(t) for t in self.trials],
            "programs": list(self.programs), "unknown": list(self.unknown), "moved_for": None,
            "facts": {name: dict(fact) for name, fact in self.facts.items()},
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Excluded:
    """How many were left out for a tie; one person may count under several kinds."""

    total: int = 0
    by_kind: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Emptied:
    """The filter that emptied an answer, `together` for several, and how many there are without it."""

    facet: str
    without: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person or organization that a name may mean; `kind` is `specialist` or that of the organization."""

    kind: str
    id: str
    npi: str | None
    name: str
    specialty: str | None
    city: str | None
    state: str | None


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to answer before anyone can be called independent: which of the candidates was meant.

    `prior` is what was typed under the parameter `field` (`seen_name` or `seen_org`); the answer is the
    candidate's NPI as `seen`, or its id as `seen_org`.
    """

    prior: str
    field: str
    candidates: tuple[Candidate, ...]

    def to_json(self) -> dict[str, Any]:
        """Get the question under the keys of the contract."""
        candidates = [asdict(candidate) for candidate in self.candidates]
        return {"prior": self.prior, "field": self.field, "candidates": candidates}


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet: how many there are with it, given everything else that was asked for."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class FacetCount:
    """A facet with its values, the most frequent first."""

    name: str
    label: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Which generation answered: its run, the date of its newest file, and whether it is fictional."""

    generation: str
    as_of: str | None
    is_demonstration: bool


@dataclass(frozen=True, slots=True)
class SearchResults:
    """The whole answer to one search; not understood words give no results but `understood.choices`.

    Nor are there results while a prior doctor must be asked back (`ask`). `programs` come with the first
    page, those that do not take the condition or the state left out; `facets` where they were asked for.
    """

    understood: Understood
    source: Source
    prior: tuple[Ties, ...] = ()
    total: int = 0
    next: str | None = None
    excluded: Excluded = Excluded()
    emptied_by: Emptied | None = None
    results: tuple[Result, ...] = ()
    ask: tuple[Ask, ...] = ()
    facets: tuple[FacetCount, ...] = ()
    programs: tuple[Offer, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Get the answer of `search --json`; finder/contract/search.schema.json describes it."""
        return {
            "understood": self.understood.to_json(),
            "urgent": self.understood.urgent,
            "ask": [ask.to_json() for ask in self.ask],
            "prior": [prior.to_json() for prior in self.prior],
            "total": self.total,
            "next": self.next,
            "excluded": {"total": self.excluded.total, "by_kind": dict(self.excluded.by_kind)},
            "emptied_by": asdict(self.emptied_by) if self.emptied_by else None,
            "generation": self.source.generation,
            "as_of": self.source.as_of,
            "demonstration": self.source.is_demonstration,
            "results": [result.to_json() for result in self.results],
            "programs": [program.to_short_json() for program in self.programs],
            "facets": [asdict(facet) for facet in self.facets],
        }


def results_of(
    question: Question, response: Mapping[str, Any], priors: Sequence[Ties], words: Words
) -> tuple[Result, ...]:
    """Get the results of one page from the engine's answer to `query.specialists_body`."""
    position = question.criteria.position
    first = position.rank + 1 if position else 1
    hits = response["hits"]["hits"]
    return tuple(_result(question, hit, rank, priors, words) for rank, hit in enumerate(hits, start=first))


def next_token(question: Question, response: Mapping[str, Any], generation: str) -> str | None:
    """Get the token of the next page, None on the last one."""
    criteria, hits = question.criteria, response["hits"]["hits"]
    shown = (criteria.position.rank if criteria.position else 0) + len(hits)
    if not hits or shown >= total_of(response):
        return None
    sort = tuple(hits[-1]["sort"])
    return Position(generation, question.now, criteria.fingerprint(), shown, sort).to_token()


def total_of(response: Mapping[str, Any]) -> int:
    """Get how many documents match, exactly."""
    return int(response["hits"]["total"]["value"])


def excluded_of(response: Mapping[str, Any], kinds: Sequence[str]) -> Excluded:
    """Get the counts from the answer to `query.specialists_body`, with 0 for kinds that left nobody out."""
    counted = response.get("aggregations", {}).get("excluded")
    if counted is None:
        return Excluded(0, tuple((kind, 0) for kind in kinds))
    buckets = counted["by_kind"]["buckets"]
    counts = tuple((kind, int(buckets[kind]["doc_count"]) if kind in buckets else 0) for kind in kinds)
    return Excluded(int(counted["doc_count"]), counts)


def facet_counts(
    question: Question, response: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]], words: Words
) -> tuple[FacetCount, ...]:
    """Get the counts of every facet from the search's answer and the answers to `query.facet_bodies`.

    Values that nobody has are left out, except the chosen one.
    """
    found = []
    for facet in facets_of(question):
        own = others.get(facet.name)
        counted = own["aggregations"] if own else response["aggregations"][SHOWN]
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
        found.append(FacetCount(facet.name, facet.label, tuple(most_first)))
    return tuple(found)


def _value_label(facet: Facet, value: str, words: Words) -> str:
    names = {"specialty": words.specialties, "language": words.languages}.get(facet.name, facet.choices)
    return names.get(value, value)


def emptied_by(counts: Mapping[str, int]) -> Emptied | None:
    """Get the filter without which there is most, from counts by facet; None where nothing helps."""
    single = {facet: count for facet, count in counts.items() if facet != TOGETHER}
    if any(single.values()):
        facet = max(single, key=lambda name: single[name])
        return Emptied(facet, single[facet])
    together = counts.get(TOGETHER, 0)
    return Emptied(TOGETHER, together) if together else None


def _result(
    question: Question, hit: Mapping[str, Any], rank: int, priors: Sequence[Ties], words: Words
) -> Result:
    source, scores = hit["_source"], hit.get("matched_queries", {})
    parts = _parts(question, scores)
    step = _best_step(question, scores)
    site, miles = _nearest_site(question, source.get("sites", ()))
    pairs = _pairs(source, priors, words)
    fits = why_it_fits(question, source, step, [PartName(part.name) for part in parts], words)
    unknown = what_is_unknown(question, source, site.phone if site else None, pairs, words)
    return Result(
        rank=rank,
        npi=source["npi"],
        name=source["name"],
        credentials=source.get("credentials"),
        specialty=specialty_shown(source, step, words),
        ladder_step=step.step if step else None,
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
        facts={name: _fact(fact) for name, fact in source.get("facts", {}).items()},
    )


def _parts(question: Question, scores: Mapping[str, float]) -> tuple[PartShown, ...]:
    """The named shares that add up to the score, in the order of the profile; no step inside `fit`."""
    parts = question.profile.parts
    return tuple(
        PartShown(str(name), scores[name], part.says) for name, part in parts.items() if scores.get(name)
    )


def _best_step(question: Question, scores: Mapping[str, float]) -> LadderStep | None:
    matched = [step for step in question.ladder if f"{STEP_PREFIX}{step.step}" in scores]
    return min(matched, key=lambda step: step.step, default=None)


def _pairs(source: Mapping[str, Any], priors: Sequence[Ties], words: Words) -> list[Pair]:
    candidate = ties_of(source["npi"], source)
    return [Pair(prior, candidate, verdict(prior, candidate, words.rules)) for prior in priors]


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
    )


def _network_as_of(question: Question, source: Mapping[str, Any]) -> str | None:
    if not question.criteria.plan:
        return None
    as_of: str | None = source.get("facts", {}).get(NETWORKS_FACT, {}).get("as_of")
    return as_of


def _fact(fact: Mapping[str, Any]) -> Mapping[str, Any]:
    if len(fact) == 3 and "others" not in fact:
        return fact  # the usual case is already what is shown
    return {"value": fact.get("value"), "source": fact.get("source"), "as_of": fact.get("as_of")}
