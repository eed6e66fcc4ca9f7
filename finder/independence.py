"""What ties two specialists, how strongly, and the verdict on a pair: independent, some tie, not, unknown.

The verdict follows the truth table of the README ("Independence"): a shared key of a breaking kind decides
first; then every kind that must be known has to be known on both sides; then weaker ties count. Missing data
never reads as "no tie". A weaker tie that is long over no longer counts: `now` says how long.
"""

import calendar
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from finder.documents import OrganizationKind, TieLabel, ties_told
from finder.errors import SourceError
from finder.i18n import english, gettext
from finder.tie_kinds import RULES_FILE, together
from finder.tie_labels import TieLabels

# A weaker tie that is over counts until it is worth less than a quarter (own rule, 2026-11-23); with the
# half-life of a trial that is the five years within which co-investigators are asked to say so.
HALF_LIVES_THAT_COUNT = 2
DAYS_A_YEAR = 365.25
TIE_FIELDS = ("npi", "name", "tie_keys", "tie_kinds_known", "ties")  # of a document, for `ties_of`
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


_STRONGEST_FIRST, _WORST_FIRST = tuple(Strength), tuple(Verdict)


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
    minimum: str
    half_life_years: float
    reason: str
    source: str

    def worth(self, stated: str | None, now: date) -> float | None:
        """What a statement of that day, month or year is still worth, 0 to 1; None where it has no date."""
        if not stated:
            return None
        return 0.5 ** (years_since(stated, now) / self.half_life_years) if self.half_life_years else 1.0

    def has_lapsed(self, until: str | None, now: date) -> bool:
        """Whether what was shared ended so long ago that this weaker kind no longer counts."""
        if self.strength is not Strength.WEAKENS or not until or not self.half_life_years:
            return False
        return years_since(until, now) > HALF_LIVES_THAT_COUNT * self.half_life_years


@dataclass(frozen=True, slots=True)
class TieRules:
    """Every kind of tie, in the order of the file.

    `compared` are the kinds of which a verdict says where nothing is known: those that must be known, and
    hospitals.
    """

    kinds: Mapping[str, TieKind]
    compared: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Work out once what every pair of a page needs."""
        object.__setattr__(self, "compared", tuple(dict.fromkeys((*self.needed(), "hospital"))))

    def breaking(self) -> tuple[str, ...]:
        """Kinds whose shared keys make two specialists not independent."""
        return tuple(k.name for k in self.kinds.values() if k.strength is Strength.BREAKS)

    def name_of(self, kind: str) -> str:
        """Name of a kind in a sentence about one person: practice in one group, but at several hospitals."""
        rule = self.kinds.get(kind)
        return (rule.plural if kind == "hospital" else rule.one) if rule else kind

    def needed(self) -> tuple[str, ...]:
        """Kinds that must be known on both sides before anyone is called independent."""
        return tuple(k.name for k in self.kinds.values() if k.needs_known)

    def settled(self) -> str:
        """The value of a document's `tie_kinds_together` of whom all kinds are known that must be."""
        return together(self.needed()) or ""

    def strength(self, kind: str, until: str | None = None, now: date | None = None) -> Strength:
        """Strength of a kind; one that the rules do not list weakens, so that it never proves anything.

        With `until`, the end of what is shared, a weaker kind that has lapsed on the day `now` is only shown.
        """
        if kind not in self.kinds:
            return Strength.WEAKENS
        lapsed = now is not None and self.kinds[kind].has_lapsed(until, now)
        return Strength.SHOWN if lapsed else self.kinds[kind].strength


class Ties(NamedTuple):
    """What one specialist could share with another: keys (`kind:id`), their labels, and the settled kinds.

    An organization that was already seen stands here as well, without an NPI, by its `organization_id`.
    """

    npi: str | None
    name: str
    keys: frozenset[str]
    kinds_known: frozenset[str]
    labels: Mapping[str, TieLabel]
    organization_id: str | None = None

    def until(self, key: str) -> str | None:
        """When what the key stands for ended or will end, where it has an end."""
        return self.labels[key].until if key in self.labels else None

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

    `with_npi` is None where the prior is an organization. `until` is when it ended or will end; `worth` is
    what the statement is still worth, 0 to 1, by its age: None without a date, or where no day was given.
    """

    kind: str
    strength: Strength
    with_npi: str | None
    label: str
    source: str
    as_of: str | None
    sentence: str
    with_name: str = ""
    key: str = ""
    until: str | None = None
    worth: float | None = None

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


class PairVerdict(NamedTuple):
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
        if not isinstance(row["half_life_years"], int | float) or row["half_life_years"] < 0:
            raise SourceError(path.name, None, where, "half_life_years must be 0 or more years")
        kinds[row["name"]] = TieKind(**{**row, "strength": Strength(row["strength"])})
    rules = TieRules(MappingProxyType(kinds))
    if not rules.breaking() or not rules.needed():
        raise SourceError(path.name, None, None, "needs a kind that breaks and a kind that must be known")
    return rules


def ties_of(npi: str, source: Mapping[str, Any]) -> Ties:
    """Get what a specialist's document (as the engine returns it) says about ties; absent means unknown."""
    return Ties(
        npi=npi,
        name=source.get("name", npi),
        keys=frozenset(source.get("tie_keys", ())),
        kinds_known=frozenset(source.get("tie_kinds_known", ())),
        labels=TieLabels(ties_told(source)),
    )


def ties_of_organization(organization_id: str, source: Mapping[str, Any]) -> Ties:
    """Get what an organization's document says about ties, for one that stands as a doctor already seen.

    Its keys are its own id and those of all its owners. What is settled follows from its kind: of a system
    everything, as each of its groups and hospitals passes its key on to the people there; of a group or a
    hospital itself and, where the linkage lists it, its system: the fact `in_linkage` says so, also of those
    that it lists without any; of a cancer center its system where centers.csv names one; of an owner
    nothing, since people are not checked for owners as such.
    """
    owners = tuple(source.get("owner_ids", ()))
    facts = source.get("facts", {})
    known = set(_SETTLED_BY.get(OrganizationKind(kind_of(organization_id)), ()))
    is_linked = "in_linkage" in facts or any(kind_of(o) == OrganizationKind.SYSTEM for o in owners)
    if is_linked and kind_of(organization_id) != OrganizationKind.OWNER:
        known.add("system")
    name = source.get("name", organization_id)
    fact = facts.get("name", {})
    return Ties(
        npi=None,
        name=name,
        keys=frozenset((organization_id, *owners)),
        kinds_known=frozenset(known),
        labels=MappingProxyType({organization_id: TieLabel(name, fact.get("source", ""), fact.get("as_of"))}),
        organization_id=organization_id,
    )


def weakening_keys(priors: Iterable[Ties], rules: TieRules, now: date | None = None) -> tuple[str, ...]:
    """Keys of all prior doctors that make "some tie" on the day `now`, sorted; lapsed ones are left out."""
    return tuple(
        sorted(
            {
                key
                for prior in priors
                for key in prior.keys
                if rules.strength(kind_of(key), prior.until(key), now) is Strength.WEAKENS
            }
        )
    )


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


def years_since(stated: str, now: date) -> float:
    """Years from the end of an ISO day, month or year to `now`; 0 where it still lies ahead."""
    year, month, day = (*(int(part) for part in stated[:10].split("-")), 0, 0)[:3]
    month = month or 12
    last = date(year, month, day or calendar.monthrange(year, month)[1])
    return max(0.0, (now - last).days / DAYS_A_YEAR)


def verdict(prior: Ties, candidate: Ties, rules: TieRules, now: date | None = None) -> PairVerdict:
    """Get the verdict on a pair by the truth table; every cell is a test.

    Ties come strongest first. `unchecked` also lists hospitals where they are unknown, which the reader
    should see, though by the table group and system decide. `now` is the day on which the age of a tie
    counts; without it nothing has lapsed.
    """
    ties = _shared(prior, candidate, rules, now)
    unchecked = _unchecked(prior, candidate, rules)
    strengths = {tie.strength for tie in ties}
    if Strength.BREAKS in strengths:
        answer = Verdict.NOT_INDEPENDENT
    elif unchecked and any(gap.kind in rules.needed() for gap in unchecked):
        answer = Verdict.UNKNOWN
    elif Strength.WEAKENS in strengths:
        answer = Verdict.SOME_TIE
    else:
        answer = Verdict.INDEPENDENT
    return PairVerdict(prior.npi, answer, ties, unchecked)


def worst(pairs: Sequence[PairVerdict]) -> Verdict:
    """The verdict that counts over several prior doctors; unknown where there is no pair at all."""
    return min((pair.verdict for pair in pairs), key=_WORST_FIRST.index, default=Verdict.UNKNOWN)


def _shared(prior: Ties, candidate: Ties, rules: TieRules, now: date | None) -> tuple[Tie, ...]:
    shared = prior.keys & candidate.keys
    if not shared:
        return ()
    listed = list(rules.kinds)
    return tuple(
        sorted(
            (_tie(key, prior, candidate, rules, now) for key in shared),
            key=lambda tie: (
                _STRONGEST_FIRST.index(tie.strength),
                listed.index(tie.kind) if tie.kind in listed else len(listed),
                tie.label,
            ),
        )
    )


def _tie(key: str, prior: Ties, candidate: Ties, rules: TieRules, now: date | None) -> Tie:
    kind = kind_of(key)
    labels = [side.labels[key] for side in (candidate, prior) if key in side.labels]
    label = labels[0].label if labels else key.partition(":")[2]
    as_of = min((each.as_of for each in labels if each.as_of), default=None)
    until = prior.until(key) or candidate.until(key)
    rule = rules.kinds.get(kind)
    lead = gettext(rule.sentence) if rule else gettext("Both share the same %(kind)s:", kind=kind)
    return Tie(
        kind=kind,
        strength=rules.strength(kind, until, now),
        with_npi=prior.npi,
        label=label,
        source="; ".join(dict.fromkeys(each.source for each in labels)),
        as_of=as_of,  # a tie is as current as the older of its two halves
        sentence=f"{lead} {english(label)}",
        with_name=prior.name,
        key=key,
        until=until,
        worth=rule.worth(until or as_of, now) if rule and now else None,
    )


def _unchecked(prior: Ties, candidate: Ties, rules: TieRules) -> tuple[Unchecked, ...]:
    both = prior.kinds_known & candidate.kinds_known
    if both.issuperset(rules.compared):
        return ()
    return tuple(
        Unchecked(kind, side, prior.npi)
        for kind in rules.compared
        for side, person in ((Side.CANDIDATE, candidate), (Side.PRIOR, prior))
        if kind not in person.kinds_known
    )
