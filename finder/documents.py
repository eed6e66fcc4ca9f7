"""The documents of the index: frozen shapes, and their way to and from the engine's source."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

from finder.tie_kinds import together


class OrganizationKind(StrEnum):
    """What an organization is; also the first part of its id and of the tie keys that name it."""

    GROUP = "group"
    SYSTEM = "system"
    OWNER = "owner"
    HOSPITAL = "hospital"
    CANCER_CENTER = "cancer_center"


class EvidenceKind(StrEnum):
    """Where the evidence of a focus comes from."""

    ROSTER = "roster"
    PROCEDURE = "procedure"
    TRIAL = "trial"
    TAXONOMY = "taxonomy"
    CENTER = "center"
    RECRUITING = "recruiting"
    VOLUME = "volume"
    MAINLY = "mainly"


class Value(NamedTuple):
    """One dated value of one source; `as_of` is an ISO day, month or year, None where not known."""

    value: Any
    source: str
    as_of: str | None = None


class Said(NamedTuple):
    """Who says a value, and when: an ISO day, month or year, None where not known."""

    source: str
    as_of: str | None = None


class Fact(NamedTuple):
    """The value that won, the differing ones that lost, and who says the value that won besides."""

    best: Value
    others: tuple[Value, ...] = ()
    also: tuple[Said, ...] = ()

    def to_source(self) -> dict[str, Any]:
        """Value, source and date, with losing values under `others` and who agrees under `also`."""
        source = _value_source(self.best)
        if self.also:
            source["also"] = [_known(each._asdict()) for each in self.also]
        if self.others:
            source["others"] = [_value_source(v) for v in self.others]
        return source


class Site(NamedTuple):
    """One place of practice. `point` is (latitude, longitude) in degrees; `point_from` "source" (a source's)
    or "zip" (middle of the ZIP area). `said`, `phone_said`: who lists address and telephone; `phone_differs`:
    who lists another; `phone_elsewhere`: who lists it at another address; `is_unsure`: rather wrong.
    """

    street: str | None
    street_2: str | None
    city: str | None
    state: str | None
    zip: str | None
    phone: str | None
    fax: str | None
    point: tuple[float, float] | None
    point_from: str | None
    sources: tuple[str, ...]
    as_of: str | None
    said: tuple[Said, ...] = ()
    phone_said: tuple[Said, ...] = ()
    phone_differs: tuple[Said, ...] = ()
    phone_elsewhere: tuple[Said, ...] = ()
    is_unsure: bool = False

    def to_source(self) -> dict[str, Any]:
        """Address, telephone and point as carried in a document; unknown parts are absent."""
        fields: dict[str, Any] = {
            "street": self.street, "street_2": self.street_2, "city": self.city, "state": self.state,
            "zip": self.zip, "phone": self.phone, "fax": self.fax, "point_from": self.point_from,
            "sources": list(self.sources), "as_of": self.as_of, "said": _said_text(self.said),
            "phone_said": _said_text(self.phone_said), "phone_differs": _said_text(self.phone_differs),
            "phone_elsewhere": _said_text(self.phone_elsewhere), "unsure": self.is_unsure or None,
        }  # fmt: skip
        if self.point:
            fields["lat"], fields["lon"] = self.point
        return _known(fields)


@dataclass(frozen=True, slots=True)
class Evidence:
    """How strongly one kind of evidence (0 to 1) says that a specialist works on a concept.

    `count` things `of` that many in all are about the concept (procedures a year, trials), where it is a
    count; `source` is an id of sources.csv, `told` what the sentence needs beside that (evidence_words).
    """

    concept: str
    kind: EvidenceKind
    value: float
    as_of: str | None
    told: Mapping[str, Any] = field(default_factory=dict)
    count: int | None = None
    of: int | None = None
    source: str | None = None

    def to_source(self) -> dict[str, Any]:
        """As shown to the reader: what is searched, and what its sentence needs."""
        return {"concept": self.concept, **self.to_told()}

    def to_told(self) -> dict[str, Any]:
        """The same without the concept."""
        return _known(
            {"kind": self.kind.value, "value": round(self.value, 4), "as_of": self.as_of,
             "told": dict(self.told), "count": self.count, "of": self.of, "source": self.source}
        )  # fmt: skip

    def to_nested(self) -> dict[str, Any]:
        """As nested in a specialist, which is searched and not sent back."""
        piece = {"concept": self.concept, "kind": self.kind.value, "value": round(self.value, 4)}
        if self.as_of:
            piece["as_of"] = self.as_of
        return piece


class TieLabel(NamedTuple):
    """What a tie key stands for, in words, with the source that says so and through what it was found; a page
    beside a doctor already seen has hundreds.

    `via_key` is the tie key one step nearer to the person, itself in `ties`; `until` is when what is shared
    ended or will end (a trial, a school year), None where it has no end of its own.
    """

    label: str
    source: str
    as_of: str | None = None
    via: str | None = None
    via_key: str | None = None
    until: str | None = None

    def to_source(self) -> dict[str, Any]:
        """Label, source, dates and the step in between, where there is one."""
        told = zip(self._fields, self, strict=True)
        return {name: value for name, value in told if value}


@dataclass(frozen=True, slots=True)
class Trial:
    """One clinical trial that names this specialist as an investigator."""

    nct_number: str
    title: str
    status: str | None
    role: str
    source: str
    as_of: str | None

    def to_source(self) -> dict[str, Any]:
        """As carried in a specialist."""
        return _known(
            {"nct_number": self.nct_number, "title": self.title, "status": self.status, "role": self.role,
             "source": self.source, "as_of": self.as_of}
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Specialist:
    """One person, identified by NPI. Empty means not known, never "no"."""

    npi: str
    name: str
    name_folded: str
    credentials: str | None = None
    specialties: tuple[str, ...] = ()
    main_specialties: tuple[str, ...] = ()
    taxonomies: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    is_candidate: bool = False
    concepts: tuple[str, ...] = ()
    main_concepts: tuple[str, ...] = ()
    proven_concepts: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    sites: tuple[Site, ...] = ()
    licence_states: tuple[str, ...] = ()
    network_keys: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    ages: tuple[str, ...] = ()
    accepting: str | None = None
    attributes: tuple[str, ...] = ()
    approach: tuple[Evidence, ...] = ()
    tie_keys: tuple[str, ...] = ()
    tie_kinds_known: tuple[str, ...] = ()
    ties: Mapping[str, TieLabel] = field(default_factory=dict)
    trials: tuple[Trial, ...] = ()
    program_ids: tuple[str, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    is_demonstration: bool = False

    def to_source(self) -> dict[str, Any]:
        """The document as the engine keeps it; unknown fields are absent."""
        points = sorted({s.point for s in self.sites if s.point})
        evidence = _by_concept(self.evidence)
        return _known(
            {
                "npi": self.npi, "name": self.name, "name_folded": self.name_folded,
                "credentials": self.credentials, "specialties": list(self.specialties),
                "main_specialties": list(self.main_specialties), "main_concepts": list(self.main_concepts),
                "proven_concepts": list(self.proven_concepts),
                "taxonomies": list(self.taxonomies), "roles": list(self.roles),
                "is_candidate": self.is_candidate, "concepts": list(self.concepts),
                "evidence": [piece.to_nested() for pieces in evidence.values() for piece in pieces],
                "evidence_told": evidence_text(evidence),
                "points": [{"lat": lat, "lon": lon} for lat, lon in points],
                "sites": [s.to_source() for s in self.sites], "licence_states": list(self.licence_states),
                "network_keys": list(self.network_keys), "languages": list(self.languages),
                "ages": list(self.ages), "accepting": self.accepting,
                "attributes": list(self.attributes),
                "approach": list(dict.fromkeys(piece.concept for piece in self.approach)),
                "approach_told": approach_text(self.approach), "tie_keys": list(self.tie_keys),
                "tie_kinds_known": list(self.tie_kinds_known),
                "tie_kinds_together": together(self.tie_kinds_known), "ties": ties_text(self.ties),
                "trials": [t.to_source() for t in self.trials], "program_ids": list(self.program_ids),
                "facts": facts_text(self.facts), "demonstration": self.is_demonstration,
            }
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Organization:
    """One group, system, owner or hospital; `owner_ids` are every owner above it, nearest first."""

    id: str
    kind: OrganizationKind
    name: str
    name_folded: str
    aliases: tuple[str, ...] = ()
    owner_ids: tuple[str, ...] = ()
    points: tuple[tuple[float, float], ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    is_demonstration: bool = False

    def to_source(self) -> dict[str, Any]:
        """The document as the engine keeps it; unknown fields are absent."""
        return _known(
            {
                "kind": self.kind.value, "name": self.name, "name_folded": self.name_folded,
                "aliases": list(self.aliases), "owner_ids": list(self.owner_ids),
                "points": [{"lat": lat, "lon": lon} for lat, lon in self.points],
                "facts": {name: fact.to_source() for name, fact in self.facts.items()},
                "demonstration": self.is_demonstration,
            }
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """One ZIP code area with the middle of its area as (latitude, longitude) in degrees."""

    zip: str
    label: str
    label_folded: str
    state: str
    point: tuple[float, float]

    def to_source(self) -> dict[str, Any]:
        """The document as the engine keeps it."""
        lat, lon = self.point
        return {
            "zip": self.zip, "label": self.label, "label_folded": self.label_folded, "state": self.state,
            "point": {"lat": lat, "lon": lon},
        }  # fmt: skip


def approach_text(pieces: Iterable[Evidence]) -> str:
    """Get the evidence on how a specialist works as JSON text, as documents carry it; empty without any."""
    told = [piece.to_source() for piece in pieces]
    return orjson.dumps(told).decode() if told else ""


def facts_text(facts: Mapping[str, Fact]) -> str:
    """Get the facts of a specialist as JSON text, as documents carry them; empty without any.

    A page shows twenty people with twenty facts each: as text they pass from the engine into the answer
    unread, which takes a fifth off the time of a search (2026-11-28).
    """
    if not facts:
        return ""
    return orjson.dumps({name: {"as_of": None, **fact.to_source()} for name, fact in facts.items()}).decode()


def facts_of(source: Mapping[str, Any]) -> dict[str, Any]:
    """Get the facts of a specialist's document: field -> value, source, as_of (null if not known), others."""
    found: dict[str, Any] = orjson.loads(source.get("facts") or "{}")
    return found


def evidence_text(evidence: Mapping[str, Iterable[Evidence]]) -> dict[str, str]:
    """Get the evidence of a specialist by concept, as JSON text: a page reads that of a few concepts."""
    return {
        concept: orjson.dumps([piece.to_told() for piece in pieces]).decode()
        for concept, pieces in evidence.items()
    }


def _by_concept(evidence: Iterable[Evidence]) -> dict[str, list[Evidence]]:
    """In the order in which the concepts come first, so that `as_built` can make the nested pieces anew."""
    found: dict[str, list[Evidence]] = {}
    for piece in evidence:
        found.setdefault(piece.concept, []).append(piece)
    return found


def as_built(source: Mapping[str, Any]) -> dict[str, Any]:
    """Get a specialist's document with the nested evidence, which the engine searches and does not keep."""
    built: dict[str, Any] = {}
    for name, value in source.items():
        if name == "evidence_told":
            built["evidence"] = [
                {part: piece[part] for part in ("concept", "kind", "value", "as_of") if part in piece}
                for piece in evidence_of(source)
            ]
        built[name] = value
    return built


def evidence_of(source: Mapping[str, Any], concepts: Container[str] | None = None) -> list[dict[str, Any]]:
    """Get the pieces of evidence of a specialist's document, as `Evidence.to_source` has them: those on these
    concepts, or all.
    """
    told: Mapping[str, str] = source.get("evidence_told", {})
    return [
        {"concept": concept, **piece}
        for concept, text in told.items()
        if concepts is None or concept in concepts
        for piece in orjson.loads(text)
    ]


def ties_text(ties: Mapping[str, TieLabel]) -> str:
    """Get the labels of a specialist's tie keys as JSON text; empty without any."""
    return orjson.dumps({key: label.to_source() for key, label in ties.items()}).decode() if ties else ""


def ties_told(source: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Get the labels of a specialist's document: tie key -> label, source, dates, step in between."""
    found: dict[str, dict[str, Any]] = orjson.loads(source.get("ties") or "{}")
    return found


def shown(source: Mapping[str, Any]) -> dict[str, Any]:
    """Get a specialist's document with everything that it carries as text read: evidence, on the approach
    too, facts and ties.
    """
    kept = {name: value for name, value in source.items() if name not in ("evidence_told", "approach_told")}
    read = {"evidence": evidence_of(source), "facts": facts_of(source), "ties": ties_told(source)}
    return {**kept, **read, "approach": approach_of(source)}


def approach_of(source: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Get the pieces of evidence on how a specialist works, the id of the approach under `concept`."""
    pieces: list[dict[str, Any]] = orjson.loads(source.get("approach_told") or "[]")
    return pieces


def _said_text(said: Iterable[Said]) -> str:
    """Who says a thing, as one short text: every address has it, and pages seldom read it."""
    return ";".join(f"{source} {as_of or ''}".strip() for source, as_of in said)


def said_of(text: str | None) -> tuple[Said, ...]:
    """Get who says a thing from a site's `said`: `nppes 2026-11-01;clinicians`."""
    parts = (each.partition(" ") for each in (text or "").split(";") if each)
    return tuple(Said(source, as_of or None) for source, _space, as_of in parts)


def _value_source(value: Value) -> dict[str, Any]:
    told: dict[str, Any] = {"value": value.value, "source": value.source}
    if value.as_of:
        told["as_of"] = value.as_of
    return told


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Missing is missing: no nulls, empty strings, lists or objects reach a document."""
    return {name: value for name, value in fields.items() if value or value is False or value == 0}
