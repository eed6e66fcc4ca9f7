"""The answer to a search as frozen shapes, each with its keys in the contract.

What a page has many of is a NamedTuple, which is made in less than half the time of a frozen dataclass.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import orjson

from finder.criteria import DEFAULT_PROFILE
from finder.geo import Point
from finder.independence import PairVerdict, Ties, Verdict
from finder.offers import Offer
from finder.vocabulary import Understood


class PartShown(NamedTuple):
    """One named share of a score, with the reader's sentence; a page has a hundred of them."""

    name: str
    value: float
    says: str

    def to_json(self) -> dict[str, Any]:
        """Get the part under the keys of the contract; by hand, which is quicker than `_asdict`."""
        return {"name": self.name, "value": self.value, "says": self.says}


class SiteShown(NamedTuple):
    """One place of practice. `confidence` says where its `point` is from: source, zip, or unknown;
    `is_unsure` that sources list different places, so that this one is more likely wrong than right."""

    name: str | None
    address: str | None
    city: str | None
    state: str | None
    zip: str | None
    phone: str | None
    confidence: str
    as_of: str | None
    point: Point | None = None
    sources: tuple[str, ...] = ()
    is_unsure: bool = False

    def to_json(self) -> dict[str, Any]:
        """Get the site under the keys of the contract."""
        return {
            "name": self.name, "address": self.address, "city": self.city, "state": self.state,
            "zip": self.zip, "phone": self.phone, "confidence": self.confidence, "as_of": self.as_of,
            "unsure": self.is_unsure,
            "lat": self.point[0] if self.point else None, "lon": self.point[1] if self.point else None,
        }  # fmt: skip


class Result(NamedTuple):
    """One specialist in the answer. `distance_miles` is that of `nearest_site`, None without a place.

    `rank` is None for somebody beside the list; `moved_for` says what a hit was moved up for, `above_next`
    why it stands above the next one, `would_change` what would raise it. `facts` is JSON text.
    """

    rank: int | None
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
    facts: str
    moved_for: str | None = None
    above_next: str | None = None
    would_change: tuple[str, ...] = ()

    @property
    def fits(self) -> tuple[str, ...]:
        """The reasons but those for its independence, which come last, as many as proved."""
        return self.reasons[: len(self.reasons) - self._proved]

    @property
    def proofs(self) -> tuple[str, ...]:
        """The reasons for its independence."""
        return self.reasons[len(self.reasons) - self._proved :]

    @property
    def _proved(self) -> int:
        proved = (Verdict.INDEPENDENT, Verdict.SOME_TIE)
        return sum((pair.verdict in proved) + len(pair.ties) for pair in self.pairs)

    def to_json(self) -> dict[str, Any]:
        """Get the result under the keys of the contract; only orjson can write it, as the facts are text."""
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
            "languages": list(self.languages), "trials": list(self.trials),
            "programs": list(self.programs), "unknown": list(self.unknown), "moved_for": self.moved_for,
            "above_next": self.above_next, "would_change": list(self.would_change),
            "facts": orjson.Fragment(self.facts),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Excluded:
    """How many were left out for a tie; one person may count under several kinds."""

    total: int = 0
    by_kind: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Emptied:
    """A filter of an answer without anybody, `together` for several, and how many there are without it.

    `within` are miles: then the limit is not dropped, but moved to there.
    """

    facet: str
    without: int
    within: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a name may mean: `kind` is `specialist`, that of an organization, or `place`."""

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

    `prior` is what was typed under the parameter `field` (`seen_name`, `seen_org` or `near`); the answer is
    the candidate's NPI as `seen`, or its id as `seen_org` or `near`.
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

    Nor are there results while a prior doctor or the place must be asked back (`ask`). `programs` come with
    the first page, those that do not take the condition or the state left out; `facets` where they were asked
    for. Where nobody was found, `emptied_by` is the filter to blame and `loosening` everyone that would help,
    the most helpful first. `place` is the point from which distances are measured. `prior_gaps` say of whom
    too little is known for a verdict, and what to name instead. `own_list_left_out` counts whom the reader's
    own list took out.
    """

    understood: Understood
    source: Source
    prior: tuple[Ties, ...] = ()
    total: int = 0
    next: str | None = None
    excluded: Excluded = Excluded()
    emptied_by: Emptied | None = None
    loosening: tuple[Emptied, ...] = ()
    results: tuple[Result, ...] = ()
    ask: tuple[Ask, ...] = ()
    facets: tuple[FacetCount, ...] = ()
    programs: tuple[Offer, ...] = ()
    profile: str = DEFAULT_PROFILE
    surgeon: Result | None = None
    place: Point | None = None
    prior_gaps: tuple[str, ...] = ()
    own_list_left_out: int = 0

    def to_json(self) -> dict[str, Any]:
        """Get the answer of `search --json`; finder/contract/search.schema.json describes it."""
        return {
            "understood": self.understood.to_json(),
            "urgent": self.understood.urgent,
            "ask": [ask.to_json() for ask in self.ask],
            "prior": [prior.to_json() for prior in self.prior],
            "prior_gaps": list(self.prior_gaps),
            "total": self.total,
            "next": self.next,
            "excluded": {"total": self.excluded.total, "by_kind": dict(self.excluded.by_kind)},
            "own_list_left_out": self.own_list_left_out,
            "emptied_by": asdict(self.emptied_by) if self.emptied_by else None,
            "loosening": [asdict(each) for each in self.loosening],
            "generation": self.source.generation,
            "as_of": self.source.as_of,
            "demonstration": self.source.is_demonstration,
            "results": [result.to_json() for result in self.results],
            "programs": [program.to_short_json() for program in self.programs],
            "facets": [asdict(facet) for facet in self.facets],
            "profile": self.profile,
            "surgeon": self.surgeon.to_json() if self.surgeon else None,
        }
