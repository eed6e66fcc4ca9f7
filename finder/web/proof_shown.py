"""The proof of a verdict as a page shows it: ties with their chains, what was compared, what could not be."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from finder.explanations import PairShown
from finder.i18n import gettext, mark
from finder.independence import Strength, Ties, kind_of
from finder.proof import Chain, ProvedTie
from finder.web.cited import Cited, Citing
from finder.web.results_page import Badge, badge_of

# Own wording, 2026-11-23, in the order of the page.
KINDS: Mapping[str, str] = {
    "group": mark("Practice group"),
    "owner": mark("Owner"),
    "system": mark("Health system"),
    "hospital": mark("Hospital"),
}

WEIGHTS: Mapping[Strength, str] = {
    Strength.BREAKS: mark("This means: not independent."),
    Strength.WEAKENS: mark("A weaker tie. It does not rule this doctor out."),
    Strength.SHOWN: mark("Good to know. It does not count against this doctor."),
}


@dataclass(frozen=True, slots=True)
class ChainShown:
    """The way from one person to what is shared: each step with its source."""

    name: str
    steps: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class TieShown:
    """One tie: sentence, what it means, who says so, and the way of each side to it where that has steps."""

    sentence: str
    weight: str
    cited: Cited
    chains: tuple[ChainShown, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """One kind of organization: those of the doctor already seen beside those of this person.

    A side is None where nothing is known of it, and empty where it is known that there is none.
    """

    kind: str
    prior: tuple[Cited, ...] | None
    own: tuple[Cited, ...] | None


@dataclass(frozen=True, slots=True)
class PairProof:
    """Everything that led to the verdict on this person and one doctor already seen."""

    name: str
    badge: Badge
    ties: tuple[TieShown, ...]
    compared: tuple[Compared, ...]
    missing: tuple[str, ...]


def proof_section(pairs: Iterable[PairShown], citing: Citing) -> tuple[PairProof, ...]:
    """Get the proof of one person beside every prior one, for a page or a printed list."""
    return tuple(pair_proof(pair, citing) for pair in pairs)


def pair_proof(pair: PairShown, citing: Citing) -> PairProof:
    """Get the proof of a pair, whose first person is the doctor already seen."""
    return PairProof(
        name=pair.one.name,
        badge=badge_of(pair.verdict.verdict.value),
        ties=tuple(_tie(tie, citing) for tie in pair.proof.ties),
        compared=tuple(_compared(pair.one, pair.other, citing)),
        missing=tuple(gap.sentence for gap in pair.proof.missing),
    )


def _tie(proved: ProvedTie, citing: Citing) -> TieShown:
    chains = tuple(_chain(chain, citing) for chain in proved.chains if chain.steps)
    cited = citing.cited("", proved.tie.source, proved.tie.as_of)
    return TieShown(proved.sentence, gettext(WEIGHTS[proved.tie.strength]), cited, chains)


def _chain(chain: Chain, citing: Citing) -> ChainShown:
    steps = tuple(citing.cited(step.label, step.source, step.as_of) for step in chain.steps)
    return ChainShown(chain.name, steps)


def _compared(prior: Ties, own: Ties, citing: Citing) -> Iterator[Compared]:
    for kind, label in KINDS.items():
        sides = [_listed(side, kind, citing) for side in (prior, own)]
        if any(sides):
            yield Compared(gettext(label), sides[0], sides[1])


def _listed(side: Ties, kind: str, citing: Citing) -> tuple[Cited, ...] | None:
    labels = [label for key, label in side.labels.items() if kind_of(key) == kind]
    if not labels and kind not in side.kinds_known:
        return None
    return tuple(
        citing.cited(each.label, each.source, each.as_of)
        for each in sorted(labels, key=lambda label: label.label)
    )
