"""How alike two practices are, as vectors for the engine's kNN, and what both have in common, as facts.

A **practice vector** has DIMENSIONS whole numbers from -127 to 127, built from a specialist's document and
nothing else, so that the same document always gives the same vector. What it is made of, each with its share
of the likeness of two people of whom all is known (own judgment, 2026-11-28; on worlds 1 and 2 of
`finder bench colleagues`):

- `approach`, 0.55: how the work is done (approaches.csv): counted procedures, the own roster, titles of
  trials.
- `practice`, 0.30: what is worked on: procedures, trials and the roster by concept, and broader concepts.
- `role`, 0.15: surgery, medical, radiation ...

**Why the first places are fixed and the others hashed:** approaches and roles are few and order people of
one condition, so each has a place of its own (`place` of approaches.csv, the order of `Role`), and their
likeness is exact. Concepts are 1,600 and any may be added to, so each goes to the one of the other places
that its name alone says, with a sign (feature hashing; Weinberger et al., ICML 2009): a new concept moves no
other one. With 128 places in all the likeness of two people differs from that of whole vectors by 0.02 on
average (tests/unit/finder/test_likeness.py holds it), far less than one approach weighs; 256 places halve
that and double the field.

Of whom nothing is known there is no vector. Who is silent on an approach lies between those who share it and
those who are known to work another way: silence is no difference.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from math import sqrt
from types import MappingProxyType
from typing import Any

from finder.approaches import PLACES, Approaches, load_approaches
from finder.documents import EvidenceKind, approach_of, evidence_of
from finder.focus import FOCUS_SHARES
from finder.specialties import Role

DIMENSIONS = 128
FIXED = PLACES + 8  # the first places: those of approaches, then roles
LARGEST = 127  # of a signed byte, in which the engine keeps each number
VECTOR = "practice_vector"
SHARES: Mapping[str, float] = MappingProxyType({"approach": 0.55, "practice": 0.30, "role": 0.15})
BROADER = 0.1  # a concept that the document lists without evidence of its own: the broader ones
# How much each source says of an approach, as witnesses that confirm each other: what is counted, what the
# own institution states, the titles of trials. Own judgment, 2026-11-28.
WITNESSES: Mapping[str, float] = MappingProxyType(
    {EvidenceKind.PROCEDURE.value: 1.0, EvidenceKind.ROSTER.value: 0.9, EvidenceKind.TRIAL.value: 0.6}
)

Features = Mapping[str, float]


def features_of(source: Mapping[str, Any]) -> dict[str, Features]:
    """Get what a specialist's document says of the practice: group (of SHARES) -> feature -> strength.

    `source` may be a document as built, or one that the engine sent back.
    """
    pieces = source["evidence"] if "evidence" in source else evidence_of(source)
    concepts: dict[str, float] = dict.fromkeys(source.get("concepts", ()), BROADER)
    concepts |= _together((p["concept"], FOCUS_SHARES.get(p["kind"], 0.0) * p["value"]) for p in pieces)
    approaches = _together((p["concept"], WITNESSES[p["kind"]] * p["value"]) for p in approach_of(source))
    roles = dict.fromkeys(source.get("roles", ())[:1], 1.0)
    return {"approach": _decided(approaches), "practice": concepts, "role": roles}


def vector_of(source: Mapping[str, Any]) -> list[int] | None:
    """Get the practice vector of a specialist's document; None where nothing is known of the practice.

    A role alone, which every specialty has, is nothing.
    """
    groups = features_of(source)
    if not groups["approach"] and not groups["practice"]:
        return None
    total = [0.0] * DIMENSIONS
    for group, features in groups.items():
        ordered = sorted(features.items())  # sums in one order, whatever the order of the evidence
        length = sqrt(sum(value * value for _name, value in ordered))
        if not length:
            continue
        scale = sqrt(SHARES[group]) / length
        for name, value in ordered:
            at, sign = _place(group, name)
            total[at] += sign * value * scale
    most = max(max(total), -min(total))
    return [round(each / most * LARGEST) if each else 0 for each in total] if most else None


def with_vector(source: dict[str, Any]) -> dict[str, Any]:
    """Get a document as built with its practice vector, where there is one."""
    found = vector_of(source)
    return source if found is None else {**source, VECTOR: found}


def likeness(one: Sequence[int] | None, other: Sequence[int] | None) -> float | None:
    """Get how alike two practices are, the cosine of their vectors: 1 for the same, about 0 for nothing in
    common; None where nothing is known of one of them.
    """
    if one is None or other is None:
        return None
    product = sum(a * b for a, b in zip(one, other, strict=True))
    lengths = sqrt(sum(a * a for a in one)) * sqrt(sum(b * b for b in other))
    return max(-1.0, min(1.0, product / lengths)) if lengths else None


def _decided(approaches: Features) -> dict[str, float]:
    """The strengths, each times its share of the squares of its axis: who does two thirds of the work in one
    way and one third in the other is close to those who work in the one, and far from those of the other.
    """
    axes: dict[str, float] = {}
    for name, value in sorted(approaches.items()):
        axis = _axis(name)
        axes[axis] = axes.get(axis, 0.0) + value * value
    return {name: value * value * value / axes[_axis(name)] for name, value in approaches.items()}


def _axis(approach: str) -> str:
    """The axis of an approach; one that the table lacks stands alone."""
    known = _approaches().by_id.get(approach)
    return known.axis if known else approach


def _together(pieces: Iterable[tuple[str, float]]) -> dict[str, float]:
    """The strength of each name by all that is said of it, whatever the order; nothing of no strength."""
    doubts: dict[str, list[float]] = {}
    for name, value in pieces:
        if value > 0:
            doubts.setdefault(name, []).append(1.0 - min(value, 1.0))
    found = {}
    for name, each in doubts.items():
        doubt = 1.0
        for one in sorted(each) if len(each) > 1 else each:
            doubt *= one
        found[name] = 1.0 - doubt
    return found


@lru_cache(maxsize=10_000)
def _hashed(concept: str) -> tuple[int, float]:
    """The place of one concept with its sign, from its name alone."""
    digest = hashlib.blake2b(concept.encode(), digest_size=5).digest()
    place = int.from_bytes(digest[:4]) % (DIMENSIONS - FIXED)
    return FIXED + place, 1.0 if digest[4] & 1 else -1.0


@cache
def _approaches() -> Approaches:
    return load_approaches()


@cache
def _own_places() -> Mapping[tuple[str, str], int]:
    """The fixed places by group and name."""
    roles = {("role", role.value): PLACES + number for number, role in enumerate(Role)}
    return roles | {("approach", each.approach_id): each.place for each in _approaches().by_id.values()}


def _place(group: str, name: str) -> tuple[int, float]:
    """The place of one feature with its sign."""
    own = _own_places().get((group, name))
    return _hashed(name) if own is None else (own, 1.0)
