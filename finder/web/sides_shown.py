"""What was compared of one person and a doctor already seen: organizations of both sides by kind."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from finder.explanations import PairShown
from finder.i18n import gettext, mark
from finder.independence import Ties, kind_of
from finder.web.cited import Cited, Citing

# Own wording, 2026-11-23, in the order of the page.
KINDS: Mapping[str, str] = {
    "group": mark("Practice group"),
    "owner": mark("Owner"),
    "system": mark("Health system"),
    "hospital": mark("Hospital"),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One kind of organization: those of the doctor already seen beside those of this person.

    A side is None where nothing is known of it, and empty where it is known that there is none.
    """

    kind: str
    prior: tuple[Cited, ...] | None
    own: tuple[Cited, ...] | None


@dataclass(frozen=True, slots=True)
class Sides:
    """Everything that was compared with one doctor already seen."""

    name: str
    rows: tuple[Compared, ...]


def sides_of(pair: PairShown, citing: Citing) -> Sides:
    """Get what was compared in a pair, whose first person is the doctor already seen."""
    return Sides(pair.one.name, tuple(_compared(pair.one, pair.other, citing)))


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
