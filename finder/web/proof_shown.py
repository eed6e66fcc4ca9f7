"""The proof of independence as shown: each tie, both ways to it with sources, and what is missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from finder.explanations import PairShown
from finder.i18n import gettext, mark
from finder.independence import Strength
from finder.proof import Chain, ProvedTie
from finder.web.cited import Cited, Citing

WEIGHTS: Mapping[Strength, str] = {
    Strength.BREAKS: mark("This means: not independent."),
    Strength.WEAKENS: mark("A weaker tie. It does not rule this doctor out."),
    Strength.SHOWN: mark("Good to know. It does not count against this doctor."),
}


@dataclass(frozen=True, slots=True)
class WayShown:
    """How one of the two comes to what is shared, step by step."""

    name: str
    steps: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class TieShown:
    """One tie in a sentence, what it means, and both ways to it."""

    sentence: str
    weight: str
    ways: tuple[WayShown, ...]


@dataclass(frozen=True, slots=True)
class PairProof:
    """The proof beside one doctor or organization already seen."""

    name: str
    ties: tuple[TieShown, ...]
    missing: tuple[str, ...]


def proof_section(pairs: Sequence[PairShown], citing: Citing) -> tuple[PairProof, ...]:
    """Get the proof of one person beside every prior one, for a page or a printed list."""
    return tuple(
        PairProof(
            name=pair.one.name,
            ties=tuple(_tie(tie, citing) for tie in pair.proof.ties),
            missing=tuple(gap.sentence for gap in pair.proof.missing),
        )
        for pair in pairs
    )


def _tie(tie: ProvedTie, citing: Citing) -> TieShown:
    return TieShown(tie.sentence, gettext(WEIGHTS[tie.tie.strength]), tuple(_ways(tie.chains, citing)))


def _ways(chains: Sequence[Chain], citing: Citing) -> Iterator[WayShown]:
    for chain in chains:
        if chain.steps:
            steps = tuple(citing.cited(step.label, step.source, step.as_of) for step in chain.steps)
            yield WayShown(chain.name, steps)
