"""What a person works on, as the evidence of the document says it: grouped, each with its source and date."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from finder.documents import EvidenceKind
from finder.evidence_words import EvidenceWords, sentence
from finder.focus import percent
from finder.i18n import gettext, mark
from finder.web.cited import Cited, Citing
from finder.web.filters import capfirst

FIRST_SHOWN = 6  # rows of a group; the others are folded

# Own wording, 2026-11-23.
COUNTED = mark("Counted work (Medicare patients)")
COUNTED_IN = mark("Counted work (Medicare patients, %(year)s)")
# Own wording, 2026-11-23: heading, kinds in their order, and what a reader must know to read the rows.
_GROUPS: tuple[tuple[str, tuple[EvidenceKind, ...], str], ...] = (
    (
        mark("What this doctor mainly treats"),
        (EvidenceKind.MAINLY, EvidenceKind.TAXONOMY),
        mark(
            "We say “mainly” only if at least half of the counted work is on it, or if the own institution "
            "names it first. We work it out from the facts below."
        ),
    ),
    (
        COUNTED,
        (EvidenceKind.VOLUME, EvidenceKind.PROCEDURE),
        mark(
            "The file counts people with Medicare only, and hides what was done for fewer than 11 of them. "
            "So the true numbers are higher, and a number under a yearly standard does not mean too few. "
            "Some billing codes stand for more than one thing: then we share the count out."
        ),
    ),
    (
        mark("Trials"),
        (EvidenceKind.TRIAL, EvidenceKind.RECRUITING),
        mark("We link a trial only when the name fits one doctor. So some may be missing."),
    ),
    (
        mark("What the own institution says"),
        (EvidenceKind.ROSTER,),
        mark("An institution describes its own doctors here. Nobody else checked it."),
    ),
    (
        mark("Where they work"),
        (EvidenceKind.CENTER,),
        mark("This is about the place. It says nothing of this doctor."),
    ),
)
_LABELLED = (EvidenceKind.TAXONOMY, EvidenceKind.TRIAL, EvidenceKind.RECRUITING, EvidenceKind.ROSTER)


@dataclass(frozen=True, slots=True)
class FocusRow:
    """One piece of evidence: what it is about where its sentence does not say it, and the sentence.

    `cited` is None where the group is cited as a whole, and for what was worked out from other pieces.
    """

    label: str
    text: str
    cited: Cited | None


@dataclass(frozen=True, slots=True)
class FocusGroup:
    """Evidence of one sort; `cited` is the source of all rows where it is the same, `more` are folded."""

    heading: str
    note: str
    cited: Cited | None
    rows: tuple[FocusRow, ...]
    more: tuple[FocusRow, ...]


def focus_groups(
    evidence: Sequence[Mapping[str, Any]], words: EvidenceWords, citing: Citing
) -> tuple[FocusGroup, ...]:
    """Get the evidence of a document by sort, in each the strongest first; groups without any are left out.

    The same sentence about several concepts is one row.
    """
    found = []
    for heading, kinds, note in _GROUPS:
        pieces = [each for kind in kinds for each in evidence if each["kind"] == kind.value]
        if pieces:
            found.append(_group(heading, note, pieces, words, citing))
    return tuple(found)


def _group(
    heading: str,
    note: str,
    pieces: Sequence[Mapping[str, Any]],
    words: EvidenceWords,
    citing: Citing,
) -> FocusGroup:
    sources = {(each.get("source"), each.get("as_of")) for each in pieces}
    is_one = len(sources) == 1 and len(pieces) > 1 and None not in {source for source, _as_of in sources}
    rows = tuple(_rows(pieces, words, citing, is_one))
    cited = _cited(pieces[0], citing) if is_one else None
    years = {str(each.get("as_of") or "")[:4] for each in pieces}
    year = "".join(years) if len(years) == 1 else ""
    heading = gettext(COUNTED_IN, year=year) if year and heading == COUNTED else gettext(heading)
    return FocusGroup(heading, gettext(note), cited, rows[:FIRST_SHOWN], rows[FIRST_SHOWN:])


def _rows(
    pieces: Sequence[Mapping[str, Any]], words: EvidenceWords, citing: Citing, is_cited: bool
) -> Iterator[FocusRow]:
    alike: dict[tuple[str, str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for each in pieces:
        alike[each["kind"], _says(each, words), f"{each.get('source')} {each.get('as_of')}"].append(each)
    order = list(dict.fromkeys(each["kind"] for each in pieces))
    for (kind, says, _source), same in sorted(
        alike.items(), key=lambda item: (order.index(item[0][0]), -max(e["value"] for e in item[1]), item[0])
    ):
        labels = sorted(words.label(each["concept"]) for each in same) if kind in _LABELLED else []
        yield FocusRow(capfirst(", ".join(labels)), says, None if is_cited else _cited(same[0], citing))


def _says(piece: Mapping[str, Any], words: EvidenceWords) -> str:
    """The own sentence of a piece; a share of counted procedures with its count."""
    if piece["kind"] == EvidenceKind.PROCEDURE.value and piece.get("count") and piece.get("of"):
        part, whole = piece["count"], piece["of"]
        about = capfirst(words.label(piece["concept"]))
        counts = {"part": f"{part:,}", "whole": f"{whole:,}", "share": percent(part, whole)}
        says = mark("%(about)s: %(part)s of %(whole)s counted procedures (%(share)s)")
        return gettext(says, about=about, **counts)
    return sentence(piece, words)


def _cited(piece: Mapping[str, Any], citing: Citing) -> Cited | None:
    source = piece.get("source")
    return citing.cited("", source, piece.get("as_of")) if source else None
