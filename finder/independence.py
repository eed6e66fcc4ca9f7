"""What ties two specialists, how strongly, and the verdict on a pair: independent, some tie, not, unknown.

The verdict follows the truth table of the README ("Independence"): a shared key of a breaking kind decides
first; then every kind that must be known has to be known on both sides; then weaker ties count. Missing data
never reads as "no tie".
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from finder.documents import OrganizationKind, TieLabel
from finder.errors import SourceError

RULES_FILE = Path(__file__).resolve().parent / "data" / "independence.toml"
# Kinds that are settled of an organization by what it is; `ties_of_organization` says why.
_SETTLED_BY: Mapping[OrganizationKind, tuple[str, ...]] = MappingProxyType(
    {
        OrganizationKind.GROUP: ("group",),
        OrganizationKind.HOSPITAL: ("hospital",),
        OrganizationKind.SYSTEM: ("group", "system", "hospital"),
        OrganizationKind.OWNER: (),
    }
)


class Strength(StrEnum):
    """What a shared key of a kind does to the verdict."""

    BREAKS = "breaks"
    WEAKENS = "weakens"
    SHOWN = "shown"


class Verdict(StrEnum):
    """The answer for one pair, or for one candidate and every prior doctor; listed worst first."""

    NOT_INDEPENDENT = "not_independent"
    UNKNOWN = "unknown"
    SOME_TIE = "some_tie"
    INDEPENDENT = "independent"


class Side(StrEnum):
    """Whose data is missing."""

    CANDIDATE = "candidate"
    PRIOR = "prior"


@dataclass(frozen=True, slots=True)
class TieKind:
    """One row of independence.toml; `sentence` is read with the label of what is shared after it."""

    name: str
    strength: Strength
    needs_known: bool
    one: str
    plural: str
    sentence: str
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class TieRules:
    """Every kind of tie, in the order of the file."""

    kinds: Mapping[str, TieKind]

    def breaking(self) -> tuple[str, ...]:
        """Kinds whose shared keys make two specialists not independent."""
        return tuple(k.name for k in self.kinds.values() if k.strength is Strength.BREAKS)

    def needed(self) -> tuple[str, ...]:
        """Kinds that must be known on both sides before anyone is called independent."""
        return tuple(k.name for k in self.kinds.values() if k.needs_known)

    def strength(self, kind: str) -> Strength:
        """Strength of a kind; one that the rules do not list weakens, so that it never proves anything."""
        return self.kinds[kind].strength if kind in self.kinds else Strength.WEAKENS


@dataclass(frozen=True, slots=True)
class Ties:
    """What one specialist could share with another: keys (`kind:id`), their labels, and the settled kinds.

    An organization that was already seen stands here as well, without an NPI, by its `organization_id`.
    """

    npi: str | None
    name: str
    keys: frozenset[str]
    kinds_known: frozenset[str]
    labels: Mapping[str, TieLabel]
    organization_id: str | None = None

    @property
    def kind(self) -> str:
        """`specialist`, or the kind of the organization."""
        return kind_of(self.organization_id) if self.organization_id else "specialist"

    def to_json(self) -> dict[str, Any]:
        """Get the prior doctor or organization under the keys of the contract."""
        return {
            "npi": self.npi, "name": self.name, "ties_known": sorted(self.kinds_known), "kind": self.kind,
            "id": self.organization_id or self.npi,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tie:
    """One thing that a candidate and a prior doctor share; `sentence` says it to the reader.

    `with_npi` is None where the prior is an organization.
    """

    kind: str
    strength: Strength
    with_npi: str | None
    label: str
    source: str
    as_of: str | None
    sentence: str
    with_name: str = ""

    def to_json(self) -> dict[str, Any]:
        """Get the tie under the keys of the contract."""
        return {
            "kind": self.kind, "with_npi": self.with_npi, "label": self.label, "source": self.source,
            "as_of": self.as_of, "with_name": self.with_name, "strength": self.strength.value,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A kind that could not be compared, since nothing is known of it on one side."""

    kind: str
    side: Side
    with_npi: str | None


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """The verdict on one candidate and one prior doctor, each tie named, and what could not be checked."""

    with_npi: str | None
    verdict: Verdict
    ties: tuple[Tie, ...]
    unchecked: tuple[Unchecked, ...]


def load_rules(path: Path = RULES_FILE) -> TieRules:
    """Get the kinds of ties. Raises SourceError for the first thing that is wrong in the file."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise SourceError(path.name, None, None, f"cannot be read: {problem}") from None
    fields = set(TieKind.__dataclass_fields__)
    kinds: dict[str, TieKind] = {}
    for number, row in enumerate(content.get("kind", []), start=1):
        where = f"kind {row.get('name', number)}"
        if set(row) != fields:
            raise SourceError(path.name, None, where, f"must have exactly: {', '.join(sorted(fields))}")
        if empty := [name for name, value in row.items() if value == ""]:
            raise SourceError(path.name, None, where, f"{empty[0]} is empty")
        if row["name"] in kinds:
            raise SourceError(path.name, None, where, "is listed twice")
        if row["strength"] not in {s.value for s in Strength}:
            raise SourceError(path.name, None, where, f"strength {row['strength']} is not known")
        kinds[row["name"]] = TieKind(**{**row, "strength": Strength(row["strength"])})
    rules = TieRules(MappingProxyType(kinds))
    if not rules.breaking() or not rules.needed():
        raise SourceError(path.name, None, None, "needs a kind that breaks and a kind that must be known")
    return rules


def ties_of(npi: str, source: Mapping[str, Any]) -> Ties:
    """Get what a specialist's document (as the engine returns it) says about ties; absent means unknown."""
    labels = {key: TieLabel(**label) for key, label in source.get("ties", {}).items()}
    return Ties(
        npi=npi,
        name=source.get("name", npi),
        keys=frozenset(source.get("tie_keys", ())),
        kinds_known=frozenset(source.get("tie_kinds_known", ())),
        labels=MappingProxyType(labels),
    )


def ties_of_organization(organization_id: str, source: Mapping[str, Any]) -> Ties:
    """Get what an organization's document says about ties, for one that stands as a doctor already seen.

    Its keys are its own id and those of all its owners. What is settled follows from its kind: of a system
    everything, as each of its groups and hospitals passes its key on to the people there; of a group or a
    hospital itself and, where an owner is known, its system; of an owner nothing, since people are not
    checked for owners as such. Without an owner in the document the linkage may lack the organization.
    """
    owners = tuple(source.get("owner_ids", ()))
    kind = OrganizationKind(kind_of(organization_id))
    known = set(_SETTLED_BY[kind])
    if known and any(kind_of(owner) == OrganizationKind.SYSTEM for owner in owners):
        known.add("system")
    name = source.get("name", organization_id)
    fact = source.get("facts", {}).get("name", {})
    return Ties(
        npi=None,
        name=name,
        keys=frozenset((organization_id, *owners)),
        kinds_known=frozenset(known),
        labels=MappingProxyType({organization_id: TieLabel(name, fact.get("source", ""), fact.get("as_of"))}),
        organization_id=organization_id,
    )


def weakening_keys(priors: Iterable[Ties], rules: TieRules) -> tuple[str, ...]:
    """Keys of all prior doctors that make "some tie", sorted."""
    keys = {key for prior in priors for key in prior.keys}
    return tuple(sorted(key for key in keys if rules.strength(kind_of(key)) is Strength.WEAKENS))


def has_gap(priors: Iterable[Ties], rules: TieRules) -> bool:
    """Whether a kind that must be known is not known of some prior doctor: then nobody is independent."""
    return any(kind not in prior.kinds_known for prior in priors for kind in rules.needed())


def breaking_keys(priors: Iterable[Ties], rules: TieRules) -> dict[str, tuple[str, ...]]:
    """Keys of all prior doctors that break independence, by kind, sorted: what search leaves out."""
    found: dict[str, set[str]] = {kind: set() for kind in rules.breaking()}
    for prior in priors:
        for key in prior.keys:
            if kind_of(key) in found:
                found[kind_of(key)].add(key)
    return {kind: tuple(sorted(keys)) for kind, keys in found.items()}


def kind_of(key: str) -> str:
    """The kind in a tie key: `group` in `group:123`."""
    return key.partition(":")[0]


def verdict(prior: Ties, candidate: Ties, rules: TieRules) -> PairVerdict:
    """Get the verdict on a pair by the truth table; every cell is a test.

    Ties come strongest first. `unchecked` also lists hospitals where they are unknown, which the reader
    should see, though by the table group and system decide.
    """
    ties = _shared(prior, candidate, rules)
    unchecked = _unchecked(prior, candidate, rules)
    strengths = {tie.strength for tie in ties}
    if Strength.BREAKS in strengths:
        answer = Verdict.NOT_INDEPENDENT
    elif any(gap.kind in rules.needed() for gap in unchecked):
        answer = Verdict.UNKNOWN
    elif Strength.WEAKENS in strengths:
        answer = Verdict.SOME_TIE
    else:
        answer = Verdict.INDEPENDENT
    return PairVerdict(prior.npi, answer, ties, unchecked)


def worst(pairs: Sequence[PairVerdict]) -> Verdict:
    """The verdict that counts over several prior doctors; unknown where there is no pair at all."""
    order = list(Verdict)
    return min((pair.verdict for pair in pairs), key=order.index, default=Verdict.UNKNOWN)


def _shared(prior: Ties, candidate: Ties, rules: TieRules) -> tuple[Tie, ...]:
    strongest_first = list(Strength)
    listed = list(rules.kinds)
    ties = [_tie(key, prior, candidate, rules) for key in prior.keys & candidate.keys]
    return tuple(
        sorted(
            ties,
            key=lambda tie: (
                strongest_first.index(tie.strength),
                listed.index(tie.kind) if tie.kind in listed else len(listed),
                tie.label,
            ),
        )
    )


def _tie(key: str, prior: Ties, candidate: Ties, rules: TieRules) -> Tie:
    kind = kind_of(key)
    labels = [side.labels[key] for side in (candidate, prior) if key in side.labels]
    label = labels[0].label if labels else key.partition(":")[2]
    dates = [each.as_of for each in labels if each.as_of]
    lead = rules.kinds[kind].sentence if kind in rules.kinds else f"Both share the same {kind}:"
    return Tie(
        kind=kind,
        strength=rules.strength(kind),
        with_npi=prior.npi,
        label=label,
        source="; ".join(dict.fromkeys(each.source for each in labels)),
        as_of=min(dates, default=None),  # a tie is as current as the older of its two halves
        sentence=f"{lead} {label}",
        with_name=prior.name,
    )


def _unchecked(prior: Ties, candidate: Ties, rules: TieRules) -> tuple[Unchecked, ...]:
    wanted = dict.fromkeys((*rules.needed(), "hospital"))
    return tuple(
        Unchecked(kind, side, prior.npi)
        for kind in wanted
        for side, person in ((Side.CANDIDATE, candidate), (Side.PRIOR, prior))
        if kind not in person.kinds_known
    )
