"""Loads and checks `ranking.toml`: profiles of named parts whose weights add up to exactly 1."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

from finder.criteria import DEFAULT_PROFILE
from finder.documents import EvidenceKind
from finder.errors import FieldError, InputErrors, SourceError

RANKING_FILE = Path(__file__).resolve().parent / "data" / "ranking.toml"
LADDER_STEP = "ladder_step"


class PartName(StrEnum):
    """Every part that a score may have; the engine reports each under this name."""

    FIT = "fit"
    ROSTER = "evidence.roster"
    PROCEDURE = "evidence.procedure"
    TRIAL = "evidence.trial"
    DISTANCE = "distance"
    ACCEPTING = "access.accepting"
    ACADEMIC = "attributes.academic"
    SECOND_OPINIONS = "attributes.second_opinions"


EVIDENCE_PARTS: Mapping[PartName, EvidenceKind] = MappingProxyType(
    {
        PartName.ROSTER: EvidenceKind.ROSTER,
        PartName.PROCEDURE: EvidenceKind.PROCEDURE,
        PartName.TRIAL: EvidenceKind.TRIAL,
    }
)


@dataclass(frozen=True, slots=True)
class Part:
    """One named share of the score. `weight` is the most it can give; `says` is the reader's sentence."""

    name: PartName
    weight: float
    why: str
    says: str
    half_life_years: float | None = None
    pivot_miles: float | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """One named set of weights. `steps` are shares of the weight of `fit`, the closest ladder step first."""

    name: str
    says: str
    why: str
    steps: tuple[float, ...]
    parts: Mapping[PartName, Part]

    def step_weight(self, position: int) -> float:
        """Score for the ladder step at `position`, counted from 0; beyond the last share, the last one."""
        return self.parts[PartName.FIT].weight * self.steps[min(position, len(self.steps) - 1)]


def load_profiles(path: Path = RANKING_FILE) -> Mapping[str, Profile]:
    """Get every profile by name. Raises SourceError for a file that breaks its own declarations.

    Refused are: unknown keys and parts, a missing part, weights that do not add up to 1 exactly, steps that
    do not fall from 1 to above 0, and numbers that break what the profile says outweighs what.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, ValueError) as problem:
        raise SourceError(path.name, None, None, f"cannot be read: {problem}") from None
    profiles: dict[str, Profile] = {}
    try:
        _only(content, {"profile"}, "the file")
        for number, row in enumerate(content.get("profile", []), start=1):
            profile = _profile(row, f"profile {row.get('name', number)}")
            if profile.name in profiles:
                raise ValueError(f"profile {profile.name} is listed twice")
            profiles[profile.name] = profile
        if DEFAULT_PROFILE not in profiles:
            raise ValueError(f"profile {DEFAULT_PROFILE} is missing")
    except ValueError as problem:
        raise SourceError(path.name, None, None, str(problem)) from None
    return MappingProxyType(profiles)


def profile_named(name: str, profiles: Mapping[str, Profile]) -> Profile:
    """Get a profile. Raises InputErrors on the field `profile` when there is none of that name."""
    if name not in profiles:
        known = ", ".join(sorted(profiles))
        raise InputErrors([FieldError("profile", f"there is no profile {name}: take one of {known}")])
    return profiles[name]


def _profile(row: Mapping[str, Any], where: str) -> Profile:
    _exactly(row, {"name", "says", "why", "steps", "outweighs", "parts"}, where)
    weights: dict[PartName, Decimal] = {}
    parts: dict[PartName, Part] = {}
    _exactly(row["parts"], {p.value for p in PartName}, f"{where}: parts")
    for name, fields in row["parts"].items():
        part = PartName(name)
        weights[part] = _weight(fields, part, f"{where}: {name}")
        parts[part] = _part(fields, part)
    total = sum(weights.values())
    if total != 1:
        raise ValueError(f"{where}: the weights add up to {total} instead of 1")
    if not all(isinstance(step, int | Decimal) for step in row["steps"]):
        raise ValueError(f"{where}: steps must be numbers")
    steps = [Decimal(step) for step in row["steps"]]
    if not steps or steps[0] != 1 or steps[-1] <= 0 or any(a <= b for a, b in pairwise(steps)):
        raise ValueError(f"{where}: steps must start at 1 and fall, the last one above 0")
    _check_promises(row["outweighs"], weights, steps, where)
    shares = tuple(float(step) for step in steps)
    return Profile(_text(row, "name", where), _text(row, "says", where), _text(row, "why", where),
                   shares, MappingProxyType(parts))  # fmt: skip


def _weight(fields: Mapping[str, Any], part: PartName, where: str) -> Decimal:
    extra = set()
    if part in EVIDENCE_PARTS:
        extra = {"half_life_years"}
    elif part is PartName.DISTANCE:
        extra = {"pivot_miles"}
    _exactly(fields, {"weight", "why", "says"} | extra, where)
    for name in ("weight", *extra):
        if isinstance(fields[name], bool) or not isinstance(fields[name], int | Decimal) or fields[name] <= 0:
            raise ValueError(f"{where}: {name} must be a number above 0")
    _text(fields, "why", where)
    _text(fields, "says", where)
    return Decimal(fields["weight"])


def _part(fields: Mapping[str, Any], name: PartName) -> Part:
    half_life, pivot = fields.get("half_life_years"), fields.get("pivot_miles")
    return Part(
        name=name,
        weight=float(fields["weight"]),
        why=fields["why"],
        says=fields["says"],
        half_life_years=None if half_life is None else float(half_life),
        pivot_miles=None if pivot is None else float(pivot),
    )


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
            raise ValueError(f"{where}: outweighs names {sorted(unknown)[0]}, which is no part")
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
