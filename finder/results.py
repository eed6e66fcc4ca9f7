"""The engine's answer as results: parts, reasons, verdict, nearest site, counts, and the next-page token."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from finder.concepts import LadderStep
from finder.criteria import Position
from finder.geo import nearest
from finder.independence import PairVerdict, Tie, Ties, Verdict, ties_of, verdict, worst
from finder.query import STEP_PREFIX, TOGETHER, Question
from finder.ranking import PartName
from finder.reasons import Pair, Words, what_is_unknown, why_independent, why_it_fits
from finder.vocabulary import Understood

NETWORKS_FACT = "networks"


@dataclass(frozen=True, slots=True)
class PartShown:
    """One named share of a score, with the reader's sentence."""

    name: str
    value: float
    says: str


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
            "parts": [asdict(part) for part in self.parts], "reasons": list(self.reasons),
            "distance_miles": self.distance_miles,
            "nearest_site": asdict(self.nearest_site) if self.nearest_site else None,
            "verdict": self.verdict.value, "ties": [_tie_json(tie) for tie in ties],
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
class Source:
    """Which generation answered: its run, the date of its newest file, and whether it is fictional."""

    generation: str
    as_of: str | None
    is_demonstration: bool


@dataclass(frozen=True, slots=True)
class SearchResults:
    """The whole answer to one search; not understood words give no results but `understood.choices`."""

    understood: Understood
    source: Source
    prior: tuple[Ties, ...] = ()
    total: int = 0
    next: str | None = None
    excluded: Excluded = Excluded()
    emptied_by: Emptied | None = None
    results: tuple[Result, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Get the answer of `search --json`; finder/contract/search.schema.json describes it."""
        return {
            "understood": self.understood.to_json(),
            "urgent": self.understood.urgent,
            "ask": [],  # prior doctors found by name are not asked for yet
            "prior": [
                {"npi": p.npi, "name": p.name, "ties_known": sorted(p.kinds_known)} for p in self.prior
            ],
            "total": self.total,
            "next": self.next,
            "excluded": {"total": self.excluded.total, "by_kind": dict(self.excluded.by_kind)},
            "emptied_by": asdict(self.emptied_by) if self.emptied_by else None,
            "generation": self.source.generation,
            "as_of": self.source.as_of,
            "demonstration": self.source.is_demonstration,
            "results": [result.to_json() for result in self.results],
            "programs": [],
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
    """Get the counts from the answer to `query.excluded_body`, with 0 for kinds that left nobody out."""
    buckets = response["aggregations"]["by_kind"]["buckets"]
    counts = tuple((kind, int(buckets[kind]["doc_count"]) if kind in buckets else 0) for kind in kinds)
    return Excluded(total_of(response), counts)


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
    source, scores = hit["_source"], hit["matched_queries"]
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
        specialty=next((words.specialties.get(s, s) for s in source.get("specialties", ())), None),
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
    return tuple(
        PartShown(name.value, scores[name.value], part.says)
        for name, part in question.profile.parts.items()
        if scores.get(name.value)
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


def _fact(fact: Mapping[str, Any]) -> dict[str, Any]:
    return {"value": fact.get("value"), "source": fact.get("source"), "as_of": fact.get("as_of")}


def _tie_json(tie: Tie) -> dict[str, Any]:
    return {
        "kind": tie.kind, "with_npi": tie.with_npi, "label": tie.label, "source": tie.source,
        "as_of": tie.as_of,
    }  # fmt: skip
