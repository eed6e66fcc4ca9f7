"""The proof of a verdict: each tie with its chain from person to owner, sources, dates, what is missing."""

from dataclasses import dataclass
from typing import Any

from finder.documents import TieLabel
from finder.gaps import gap_sentence
from finder.i18n import english, gettext
from finder.independence import PairVerdict, Side, Tie, Ties
from finder.reasons import Pair, Words

MOST_STEPS = 10  # longer chains of owners do not exist; a file that closes a circle must not hang a page


@dataclass(frozen=True, slots=True)
class Step:
    """One link of a chain: a group or hospital of the person, or an owner above it, and who says so."""

    key: str
    kind: str
    label: str
    source: str
    as_of: str | None

    def to_json(self) -> dict[str, Any]:
        """Get the step under the keys of the contract."""
        return {
            "id": self.key, "kind": self.kind, "label": self.label, "source": self.source,
            "as_of": self.as_of,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chain:
    """How one person comes to what is shared, from their own group or hospital upward."""

    npi: str | None
    name: str
    steps: tuple[Step, ...]

    def to_json(self) -> dict[str, Any]:
        """Get the chain under the keys of the contract."""
        return {"npi": self.npi, "name": self.name, "steps": [step.to_json() for step in self.steps]}


@dataclass(frozen=True, slots=True)
class ProvedTie:
    """One tie with a chain for each side; `sentence` says the whole of it, without sources."""

    tie: Tie
    sentence: str
    chains: tuple[Chain, ...]

    def to_json(self) -> dict[str, Any]:
        """Get the tie under the keys of the contract."""
        tie = self.tie
        return {
            "kind": tie.kind, "label": tie.label, "source": tie.source, "as_of": tie.as_of,
            "strength": tie.strength.value, "until": tie.until, "sentence": self.sentence,
            "worth": None if tie.worth is None else round(tie.worth, 2),
            "chains": [chain.to_json() for chain in self.chains],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Missing:
    """A kind that could not be compared, whose data lacks it, and the sentence that says so."""

    kind: str
    npi: str | None
    name: str
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """Get the gap under the keys of the contract."""
        return {"kind": self.kind, "npi": self.npi, "sentence": self.sentence}


@dataclass(frozen=True, slots=True)
class Proof:
    """Everything that led to one verdict, for a page, a printed list or JSON."""

    verdict: PairVerdict
    ties: tuple[ProvedTie, ...]
    missing: tuple[Missing, ...]

    def to_json(self) -> dict[str, Any]:
        """Get the proof under the keys of the contract."""
        return {
            "verdict": self.verdict.verdict.value,
            "ties": [tie.to_json() for tie in self.ties],
            "unchecked": [gap.to_json() for gap in self.missing],
        }


def proof(pair: Pair, words: Words) -> Proof:
    """Get the proof of the verdict on a pair: ties strongest first, then what could not be compared."""
    ties = tuple(_proved(tie, pair, words) for tie in pair.verdict.ties)
    missing = tuple(_missing(gap.kind, gap.side, pair, words) for gap in pair.verdict.unchecked)
    return Proof(pair.verdict, ties, missing)


def chain(person: Ties, key: str) -> Chain:
    """Get the way from the person to what the key stands for, step by step; empty where it is not theirs.

    A system that is itself an owner of others has two keys of one number: it is one step.
    """
    steps: list[Step] = []
    at = key if key in person.keys else None
    for _ in range(MOST_STEPS):
        if at is None:
            break
        kind, _, number = at.partition(":")
        label = person.labels.get(at, TieLabel(number, ""))
        if not steps or steps[-1].key.partition(":")[2] != number:
            steps.append(Step(at, kind, label.label, label.source, label.as_of))
        at = label.via_key
    return Chain(person.npi, person.name, tuple(reversed(steps)))


def _proved(tie: Tie, pair: Pair, words: Words) -> ProvedTie:
    chains = tuple(chain(side, tie.key) for side in (pair.prior, pair.candidate))
    # only the own group or hospital: owners in between stand in the chains, and long sentences read hard
    through = [
        gettext("%(name)s through %(steps)s", name=each.name, steps=english(each.steps[0].label))
        for each in chains
        if len(each.steps) > 1
    ]
    sentence = tie.sentence if not through else f"{tie.sentence} ({'; '.join(through)})"
    return ProvedTie(tie, sentence + _over(tie), chains)


def _over(tie: Tie) -> str:
    """Says of a trial when it ended or will end; a school year is in the label already."""
    if tie.until and tie.kind == "trial":
        return f" ({gettext('its end: %(year)s', year=tie.until[:4])})"
    return ""


def _missing(kind: str, side: Side, pair: Pair, words: Words) -> Missing:
    person = pair.prior if side is Side.PRIOR else pair.candidate
    return Missing(kind, person.npi, person.name, gap_sentence(person, kind, words.rules))
