"""The answer to a referring physician as frozen shapes, each with its keys in the contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from finder.answers import Result, SearchResults
from finder.in_common import Beside, Matter, Told
from finder.offers import Offer


@dataclass(frozen=True, slots=True)
class Own:
    """The referring physician as the directory knows them, shown before anything is concluded from it.

    `places` are (kind, statement) of group, system and hospitals, `not_known` the kinds of which nothing is
    known; `practice` says how the physician works, empty where nothing shows it.
    """

    npi: str
    name: str
    specialty: str | None
    places: tuple[tuple[str, Told], ...]
    not_known: tuple[str, ...]
    practice: tuple[Told, ...]
    is_comparable: bool

    def to_json(self) -> dict[str, Any]:
        """Get it under the keys of the contract."""
        return {
            "npi": self.npi, "name": self.name, "specialty": self.specialty,
            "places": [{"kind": kind, **told.to_json()} for kind, told in self.places],
            "not_known": list(self.not_known), "practice": [told.to_json() for told in self.practice],
            "is_comparable": self.is_comparable,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Colleague:
    """One specialist beside the referring physician.

    `likeness` is the cosine of the two practices, None where nothing is known of one; `systems` are the
    health systems, or the groups of somebody who belongs to none, empty where neither is known.
    """

    result: Result
    document: Mapping[str, Any]
    likeness: float | None
    systems: tuple[str, ...]
    common: tuple[Beside, ...]
    apart: tuple[Beside, ...]
    matters: tuple[Matter, ...]

    def to_json(self) -> dict[str, Any]:
        """Get it under the keys of the contract; only orjson can write it."""
        return {
            "result": self.result.to_json(),
            "likeness": None if self.likeness is None else round(self.likeness, 4),
            "systems": list(self.systems), "common": [each.to_json() for each in self.common],
            "apart": [each.to_json() for each in self.apart],
            "matters": [each.to_json() for each in self.matters],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Colleagues:
    """The whole answer. `results` hold what was understood, asked back and left out, and everybody in order:
    the names first. Without `own` nothing could be looked up yet.

    `pulled_apart` says where likeness and independence do not go together: `tied` is more alike than any of
    the names and has a tie. `tie_breaker` is there where somebody else was seen too.
    """

    results: SearchResults
    own: Own | None = None
    names: tuple[Colleague, ...] = ()
    others: tuple[Colleague, ...] = ()
    near_home: Colleague | None = None
    teaching: Colleague | None = None
    programs: tuple[Offer, ...] = ()
    tied: Colleague | None = None
    pulled_apart: str | None = None
    tie_breaker: Colleague | None = None

    def to_json(self) -> dict[str, Any]:
        """Get the answer of `colleagues --json`; $defs/colleagues_answer of search.schema.json."""
        found = self.results
        beside = {
            "near_home": self.near_home, "teaching": self.teaching, "tied": self.tied,
            "tie_breaker": self.tie_breaker,
        }  # fmt: skip
        return {
            "understood": found.understood.to_json(), "urgent": found.understood.urgent,
            "ask": [ask.to_json() for ask in found.ask],
            "prior": [prior.to_json() for prior in found.prior], "prior_gaps": list(found.prior_gaps),
            "own": self.own.to_json() if self.own else None, "total": found.total,
            "excluded": {"total": found.excluded.total, "by_kind": dict(found.excluded.by_kind)},
            "own_list_left_out": found.own_list_left_out,
            "names": [each.to_json() for each in self.names],
            "others": [each.to_json() for each in self.others],
            **{name: each.to_json() if each else None for name, each in beside.items()},
            "pulled_apart": self.pulled_apart,
            "programs": [offer.to_short_json() for offer in self.programs],
            "generation": found.source.generation, "as_of": found.source.as_of,
            "demonstration": found.source.is_demonstration, "profile": found.profile,
        }  # fmt: skip
