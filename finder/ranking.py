"""Loads and checks `ranking.toml`: profiles of named parts whose weights add up to exactly 1.

A profile names the parts that it uses; fit and distance are in every one. What a part says to the reader, and
what it says where it is missing, stands once for all profiles.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import fields as fields_of
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

from finder.criteria import DEFAULT_PROFILE, WhyAsked
from finder.documents import EvidenceKind
from finder.errors import FieldError, InputErrors, SourceError
from finder.i18n import gettext
from finder.specialties import Role

RANKING_FILE = Path(__file__).resolve().parent / "data" / "ranking.toml"
LADDER_STEP = "ladder_step"
_PROFILE_KEYS = frozenset({"name", "says", "why", "steps", "outweighs", "parts"})


class PartName(StrEnum):
    """Every part that a score may have; the engine reports each under this name."""

    FIT = "fit"
    SPECIALTY = "specialty"
    ROLE = "role"
    ROSTER = "evidence.roster"
    PROCEDURE = "evidence.procedure"
    TRIAL = "evidence.trial"
    VOLUME = "evidence.volume"
    RECRUITING = "evidence.recruiting"
    CENTER = "evidence.center"
    UNTIED = "untied"
    INDEPENDENCE = "independence"
    LIKENESS = "likeness"
    AGES = "ages"
    DISTANCE = "distance"
    ACCEPTING = "access.accepting"
    ACADEMIC = "attributes.academic"
    SECOND_OPINIONS = "attributes.second_opinions"


EVIDENCE_PARTS: Mapping[PartName, EvidenceKind] = MappingProxyType(
    {
        PartName.ROSTER: EvidenceKind.ROSTER,
        PartName.PROCEDURE: EvidenceKind.PROCEDURE,
        PartName.TRIAL: EvidenceKind.TRIAL,
        PartName.VOLUME: EvidenceKind.VOLUME,
        PartName.RECRUITING: EvidenceKind.RECRUITING,
        PartName.CENTER: EvidenceKind.CENTER,
    }
)
ALWAYS = frozenset({PartName.FIT, PartName.DISTANCE})
# What no profile may let outweigh one ladder step, unless it says `nearest_first`.
NEARNESS = (PartName.DISTANCE, PartName.ACCEPTING)


class Breadth(StrEnum):
    """What the first page is kept varied by."""

    SYSTEM = "system"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Part:
    """One named share of the score. `weight` is the most it can give; `says` is the reader's sentence.

    `lacks` says what is missing where the part gives nothing, empty where there is nothing to say.
    """

    name: PartName
    weight: float
    why: str
    says: str
    lacks: str = ""
    half_life_years: float | None = None
    pivot_miles: float | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How fully somebody stands on a ladder step, as shares; `finder/data/ranking.toml` says why.

    `partly`: of the way to the next step, for evidence short of a main focus. `elsewhere`: of an open step
    or of partial evidence, for a main focus on something unrelated. `beside`: of partial evidence, for a main
    focus on a condition next to this one. `other_specialty`: of the first step, for
    a main focus from a specialty that no step names. `kin`: of evidence, where it is of a narrower concept or
    of the next broader condition.
    """

    partly: float
    elsewhere: float
    beside: float
    other_specialty: float
    kin: float


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """One named set of weights. `steps` are shares of the weight of `fit`, the closest ladder step first.

    `breadth` says by what the first page is kept varied. A profile equals itself alone.
    """

    name: str
    says: str
    why: str
    steps: tuple[float, ...]
    parts: Mapping[PartName, Part]
    standing: Standing
    breadth: Breadth = Breadth.SYSTEM

    def step_weight(self, position: int) -> float:
        """Score for the ladder step at `position`, counted from 0; beyond the last share, the last one."""
        return self.parts[PartName.FIT].weight * self.steps[min(position, len(self.steps) - 1)]

    def partly_weight(self, position: int) -> float:
        """Score for partial evidence at the ladder step at `position`, counted from 0."""
        full, following = self.step_weight(position), self.step_weight(position + 1)
        return full - (full - following) * self.standing.partly

    def elsewhere_weight(self, position: int) -> float:
        """Score at an open step at `position` for somebody whose main focus is something unrelated."""
        return self.step_weight(position) * self.standing.elsewhere

    def other_specialty_weight(self) -> float:
        """Score for a main focus on the condition from a specialty that no step names."""
        return self.step_weight(0) * self.standing.other_specialty


def load_profiles(path: Path = RANKING_FILE) -> Mapping[str, Profile]:
    """Get every profile by name. Raises SourceError for a file that breaks its own declarations.

    Refused are: unknown keys and parts, a missing part, weights that do not add up to 1 exactly, steps that
    do not fall from 1 to above 0, numbers that break what the profile says outweighs what, distance and
    access that together could outweigh a ladder step unless the profile says `nearest_first`, and a value of
    WhyAsked without a profile.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, ValueError) as problem:
        raise SourceError(path.name, None, None, f"cannot be read: {problem}") from None
    profiles: dict[str, Profile] = {}
    try:
        _only(content, {"profile", "part", "standing"}, "the file")
        shared, standing = _shared(content.get("part", {})), _standing(content.get("standing", {}))
        for number, row in enumerate(content.get("profile", []), start=1):
            profile = _profile(row, shared, standing, f"profile {row.get('name', number)}")
            if profile.name in profiles:
                raise ValueError(f"profile {profile.name} is listed twice")
            profiles[profile.name] = profile
        for wanted in (DEFAULT_PROFILE, *WhyAsked):
            if wanted not in profiles:
                raise ValueError(f"profile {wanted} is missing")
    except ValueError as problem:
        raise SourceError(path.name, None, None, str(problem)) from None
    return MappingProxyType(profiles)


def profile_named(name: str, profiles: Mapping[str, Profile]) -> Profile:
    """Get a profile. Raises InputErrors on the field `profile` when there is none of that name."""
    if name not in profiles:
        known = ", ".join(sorted(profiles))
        told = gettext("there is no profile %(name)s: take one of %(known)s", name=name, known=known)
        raise InputErrors([FieldError("profile", told)])
    return profiles[name]


def _shared(content: Mapping[str, Any]) -> Mapping[PartName, Mapping[str, Any]]:
    """What stands once for all profiles: the sentences of a part, and how fast its evidence ages."""
    _exactly(content, {p.value for p in PartName}, "part")
    for name, fields in content.items():
        where = f"part {name}"
        ages = {"half_life_years"} if PartName(name) in EVIDENCE_PARTS else set()
        _only(fields, {"says", "lacks", *ages}, where)
        if missing := {"says", *ages} - set(fields):
            raise ValueError(f"{where}: {sorted(missing)[0]} is missing")
        for each in ages:
            _above_zero(fields, each, where)
        for each in {"says", "lacks"} & set(fields):
            _text(fields, each, where)
    return {PartName(name): fields for name, fields in content.items()}


def _standing(content: Mapping[str, Any]) -> Standing:
    names = [field.name for field in fields_of(Standing)]
    _exactly(content, set(names), "standing")
    for name, fields in content.items():
        where = f"standing {name}"
        _exactly(fields, {"share", "why"}, where)
        _above_zero(fields, "share", where)
        _text(fields, "why", where)
        if fields["share"] >= 1:
            raise ValueError(f"{where}: share must be below 1")
    return Standing(**{name: float(content[name]["share"]) for name in names})


def _profile(
    row: Mapping[str, Any],
    shared: Mapping[PartName, Mapping[str, Any]],
    standing: Standing,
    where: str,
) -> Profile:
    _only(row, {*_PROFILE_KEYS, "breadth", "nearest_first"}, where)
    if missing := _PROFILE_KEYS - set(row):
        raise ValueError(f"{where}: {sorted(missing)[0]} is missing")
    if unknown := set(row["parts"]) - {p.value for p in PartName}:
        raise ValueError(f"{where}: parts: {sorted(unknown)[0]} is not known here")
    parts = {n: _part(row["parts"][n], n, shared[n], where) for n in PartName if n.value in row["parts"]}
    if missing := ALWAYS - set(parts):
        raise ValueError(f"{where}: parts: {sorted(missing)[0]} is missing")
    weights = {name: Decimal(row["parts"][name.value]["weight"]) for name in parts}
    total = sum(weights.values())
    if total != 1:
        raise ValueError(f"{where}: the weights add up to {total} instead of 1")
    if not all(isinstance(step, int | Decimal) for step in row["steps"]):
        raise ValueError(f"{where}: steps must be numbers")
    steps = [Decimal(step) for step in row["steps"]]
    if not steps or steps[0] != 1 or steps[-1] <= 0 or any(a <= b for a, b in pairwise(steps)):
        raise ValueError(f"{where}: steps must start at 1 and fall, the last one above 0")
    promises = list(row["outweighs"])
    if row.get("nearest_first") is not True:
        promises.append({"one": LADDER_STEP, "all": [name.value for name in NEARNESS if name in parts]})
    _check_promises(promises, weights, steps, where)
    return Profile(
        name=_text(row, "name", where),
        says=_text(row, "says", where),
        why=_text(row, "why", where),
        steps=tuple(float(step) for step in steps),
        parts=MappingProxyType(parts),
        standing=standing,
        breadth=Breadth(row.get("breadth", Breadth.SYSTEM)),
    )


def _part(fields: Mapping[str, Any], name: PartName, shared: Mapping[str, Any], profile: str) -> Part:
    where = f"{profile}: {name}"
    extra = {PartName.DISTANCE: {"pivot_miles"}, PartName.ROLE: {"roles"}}.get(name, set())
    _exactly(fields, {"weight", "why"} | extra, where)
    for number in {"weight", *extra} - {"roles"}:
        _above_zero(fields, number, where)
    half_life, pivot, roles = (
        shared.get("half_life_years"),
        fields.get("pivot_miles"),
        fields.get("roles", []),
    )
    if unknown := set(roles) - {role.value for role in Role}:
        raise ValueError(f"{where}: roles: {sorted(unknown)[0]} is not known here")
    return Part(
        name=name,
        weight=float(fields["weight"]),
        why=_text(fields, "why", where),
        says=shared["says"],
        lacks=shared.get("lacks", ""),
        half_life_years=None if half_life is None else float(half_life),
        pivot_miles=None if pivot is None else float(pivot),
        roles=tuple(roles),
    )


def _above_zero(fields: Mapping[str, Any], name: str, where: str) -> None:
    value = fields[name]
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value <= 0:
        raise ValueError(f"{where}: {name} must be a number above 0")


def _check_promises(
    promises: list[Mapping[str, Any]], weights: Mapping[PartName, Decimal], steps: list[Decimal], where: str
) -> None:
    """Raises ValueError when the numbers do not keep what the profile declares."""
    values = {part.value: weight for part, weight in weights.items()}
    gaps = [a - b for a, b in pairwise(steps)]
    values[LADDER_STEP] = weights[PartName.FIT] * min(gaps, default=Decimal(0))
    for promise in promises:
        _exactly(promise, {"one", "all"}, f"{where}: outweighs")
        if unknown := {promise["one"], *promise["all"]} - set(values):
            raise ValueError(f"{where}: outweighs names {sorted(unknown)[0]}, which is no part of it")
        rest = sum((values[name] for name in promise["all"]), Decimal(0))
        if values[promise["one"]] <= rest:
            together = " and ".join(promise["all"])
            raise ValueError(
                f"{where}: {promise['one']} ({values[promise['one']]}) must outweigh {together} ({rest})"
            )


def _text(fields: Mapping[str, Any], name: str, where: str) -> str:
    value = fields[name]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{where}: {name} must be a text")
    return value


def _only(fields: Mapping[str, Any], allowed: set[str], where: str) -> None:
    if unknown := set(fields) - allowed:
        raise ValueError(f"{where}: {sorted(unknown)[0]} is not known here")


def _exactly(fields: Mapping[str, Any], wanted: set[str], where: str) -> None:
    _only(fields, wanted, where)
    if missing := wanted - set(fields):
        raise ValueError(f"{where}: {sorted(missing)[0]} is missing")
