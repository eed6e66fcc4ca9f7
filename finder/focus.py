"""What makes a focus: how a count becomes a strength from 0 to 1, and when somebody mainly treats something.

**Strength.** Of `whole` things counted, `part` belong to a concept. Two shares say how much that means, both
shrunk towards 0 by a prior that stands for so many things of other kinds: `part / (whole + prior)`, the share
of the own work, and `part / (part + prior)`, the bare amount. The strength is the root of their product:
neither a large sideline nor a small but only line of work counts whole. More of the concept never lowers it,
more of anything else never raises it.

**Priors** (own judgment, 2026-11-23): 50 procedures and 2.5 trials. They pull towards 0, not towards the
specialty's ordinary share, which can't be told from the few years and states that a folder may hold. So the
11 procedures that Medicare's file shows at least give 0.18, one trial 0.29; one half takes 50 procedures and
nothing else, or 3 trials and no other. Trials: 5, then 3 until 2026-11-28; on worlds 1 and 2 of
`finder bench relevance` 3 gains 0.004 of nDCG@10, and 2.5 gains 0.003 more and 0.8 % of right steps. 2 would
make two trials a main focus.

**Mainly** needs half of the own work after shrinking, `part / (whole + prior)` and the strength both at least
0.5, or that the own institution names it first: 78 % of 145 procedures do (0.58), 6 of 7 trials do (0.67),
one of one does not (0.29). A sub-investigator's trials count half in the strength: it takes six of them.
"""

from collections.abc import Collection, Iterable, Mapping
from math import sqrt
from pathlib import Path
from types import MappingProxyType
from typing import Any

from finder.concepts import A_CONCEPT, Concept
from finder.documents import EvidenceKind
from finder.i18n import gettext
from finder.specialties import Specialties
from finder.tables import DATA, read_table

PROCEDURE_PRIOR = 50.0
TRIAL_PRIOR = 2.5
MAINLY = 0.5
FIRST_FOCUS = 1.0  # the strength that only the first focus of a roster has
# All evidence of a concept together must reach this, so that a person is listed under it, "among other work":
# a focus named anywhere in a roster does, and so does the only trial that somebody leads (0.29); a trial as
# sub-investigator (0.17), one of two (0.25) or eleven procedures (0.18) alone do not. Own judgment,
# 2026-11-28.
LISTED = 0.26
# Counted procedures list somebody from here on, a little above eleven and no other: 13 and no other, or 35 of
# 300 do. Own judgment, 2026-11-28: on worlds 1 and 2 of `finder bench relevance` gains 0.3 % of right steps.
LISTED_COUNTED = 0.2
# What says that a person works on something; where somebody works and how often one operation was counted
# are shown and weighed, and make nobody an expert.
FOCUS_KINDS = frozenset(
    {EvidenceKind.ROSTER, EvidenceKind.PROCEDURE, EvidenceKind.TRIAL, EvidenceKind.TAXONOMY}
)
# How much each kind says of a focus, as witnesses that confirm each other: 1 - (1 - 0.3 roster) x
# (1 - 0.85 procedures) x (1 - 0.8 trials). Own judgment: what is counted says more than what is declared;
# compared with other values on one demonstration world, 2026-11-23 (a roster at 0.5 costs 0.01 of nDCG@10).
FOCUS_SHARES = MappingProxyType(
    {EvidenceKind.ROSTER: 0.3, EvidenceKind.PROCEDURE: 0.85, EvidenceKind.TRIAL: 0.8}
)
FOCUSED_COLUMNS = ("specialty_id", "concept_ids", "source", "as_of")
_PRIORS = MappingProxyType(
    {EvidenceKind.PROCEDURE: PROCEDURE_PRIOR, EvidenceKind.TRIAL: TRIAL_PRIOR},
)
Count = tuple[str, int, int]  # kind, part, whole


def strength(part: float, whole: float, prior: float) -> float:
    """Get the strength, 0 to below 1, of `part` out of `whole` things counted; see the module's docstring.

    `part` is from 0 to `whole`, `prior` above 0.
    """
    return sqrt(part / (whole + prior) * part / (part + prior))


def percent(part: float, whole: float) -> str:
    """Get a share in whole percent as shown, "under 1 %" for less; `whole` is above 0."""
    share = 100 * part / whole
    return f"{share:.0f} %" if share >= 1 else gettext("under 1 %")


def carries(kind: EvidenceKind, value: float, count: int | None, of: int | None) -> bool:
    """Whether one piece of evidence is enough to say that somebody mainly treats its concept.

    `value` is its strength, `count` of `of` what it counts; see the module's docstring.
    """
    if kind is EvidenceKind.ROSTER:
        return value >= FIRST_FOCUS
    if kind not in _PRIORS or not count or not of:
        return False
    return value >= MAINLY and count / (of + _PRIORS[kind]) >= MAINLY


def main_counts(evidence: Iterable[Mapping[str, Any]], concepts: Collection[str]) -> tuple[Count, ...]:
    """Get the counts that say "mainly treats": kind, part and whole; none where nothing carries it.

    `evidence` is that of a document (`Evidence.to_source`), `concepts` the concept asked for and everything
    below it. What carries it comes first; another count is there where it is at least one half. That the own
    institution names it first is the kind `roster`, 1 of 1.
    """
    about = [e for e in evidence if e["concept"] in concepts]
    carried: list[Count] = []
    beside: list[Count] = []
    for kind in _PRIORS:
        found = [e for e in about if e["kind"] == kind.value and e.get("count") and e.get("of")]
        best = max(found, key=lambda e: (e["count"] / e["of"], e["concept"]), default=None)
        if best is None:
            continue
        part, whole = best["count"], best["of"]
        if carries(kind, best["value"], part, whole):
            carried.append((kind.value, part, whole))
        elif part / whole >= MAINLY:
            beside.append((kind.value, part, whole))
    if any(e["kind"] == EvidenceKind.ROSTER.value and e["value"] >= FIRST_FOCUS for e in about):
        carried.append((EvidenceKind.ROSTER.value, 1, 1))
    return (*carried, *beside) if carried else ()


def load_focused_specialties(
    concepts: Mapping[str, Concept], specialties: Specialties, folder: Path = DATA
) -> Mapping[str, tuple[str, ...]]:
    """Get what the focused specialties of focused_specialties.csv are about: concept ids by specialty id.

    Raises SourceError with row and field for an unknown specialty or concept and a specialty listed twice.
    """
    found: dict[str, tuple[str, ...]] = {}
    for row in read_table(folder / "focused_specialties.csv", FOCUSED_COLUMNS):
        specialty_id = row.one_of("specialty_id", specialties.by_id, "a specialty")
        if specialty_id in found:
            raise row.wrong("specialty_id", f"'{specialty_id}' is listed twice")
        found[specialty_id] = row.several_of("concept_ids", concepts, A_CONCEPT)
        row.needed("source")
        row.needed("as_of")
    return MappingProxyType(found)
