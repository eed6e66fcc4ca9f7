"""Says a piece of evidence in the reader's language, from the facts that its document carries.

What a piece carries beside count and total (`told` of `documents.Evidence`), by kind: `taxonomy` the
`specialty`; `roster` the `place`, the `term` and its `rank` of `of`; `volume` the `group` of volumes.csv;
`center` the `place` and the `center`; `mainly` the `counts` (see focus.main_counts).
"""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from finder.documents import EvidenceKind
from finder.focus import Count, percent
from finder.i18n import english, gettext, mark, ngettext
from finder.labels import spoken
from finder.volumes import VolumeGroup

Piece = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EvidenceWords:
    """English labels by id of concepts and specialties, the concepts that are operations, and the groups of
    operations by id.
    """

    concepts: Mapping[str, str] = field(default_factory=dict)
    specialties: Mapping[str, str] = field(default_factory=dict)
    operations: Set[str] = frozenset()
    volumes: Mapping[str, VolumeGroup] = field(default_factory=dict)

    def label(self, concept: str) -> str:
        """Get the label of a concept in the language spoken; of an unknown one its id in words."""
        return spoken(self.concepts.get(concept, concept.replace("_", " ")))


def sentence(piece: Piece, words: EvidenceWords) -> str:
    """Get the sentence of one piece of evidence of a document."""
    if piece["kind"] in _COUNTED and "count" not in piece:
        return words.label(piece["concept"])
    return _SAYS[piece["kind"]](piece, piece.get("told", {}), words)


def mainly(counts: Iterable[Count], concept: str, words: EvidenceWords) -> str | None:
    """Get "Mainly treats pancreatic cancer: 78 % of 145 counted procedures, 6 of 7 trials"; None without any.

    `counts` are those of `focus.main_counts`; an operation is performed, and not treated.
    """
    listed = ", ".join(_counted(*count) for count in counts)
    if not listed:
        return None
    pattern = (
        mark("Mainly performs %(label)s: %(counts)s")
        if concept in words.operations
        else mark("Mainly treats %(label)s: %(counts)s")
    )
    return gettext(pattern, label=words.label(concept), counts=listed)


def _counted(kind: str, part: int, whole: int) -> str:
    if kind == EvidenceKind.PROCEDURE:
        share = percent(part, whole)
        return gettext("%(share)s of %(whole)s counted procedures", share=share, whole=_number(whole))
    if kind == EvidenceKind.TRIAL:
        return ngettext("%(part)s of %(num)s trial", "%(part)s of %(num)s trials", whole, part=part)
    return gettext("named first by the own institution")


def _mainly(piece: Piece, told: Mapping[str, Any], words: EvidenceWords) -> str:
    concept = piece["concept"]
    return mainly(told.get("counts", ()), concept, words) or words.label(concept)


def _taxonomy(_piece: Piece, told: Mapping[str, Any], words: EvidenceWords) -> str:
    specialty = told.get("specialty", "")
    return gettext("Listed as %(specialty)s", specialty=gettext(words.specialties.get(specialty, specialty)))


def _roster(_piece: Piece, told: Mapping[str, Any], _words: EvidenceWords) -> str:
    place = english(told.get("place", "")) or gettext("The institution")
    term, rank, number = english(told.get("term", "")), told.get("rank", 1), told.get("of", 1)
    if number == 1:
        return gettext("%(place)s lists “%(term)s” as the clinical focus", place=place, term=term)
    if rank == 1:
        return gettext(
            "%(place)s lists “%(term)s” as the first of %(number)s, a clinical focus",
            place=place,
            term=term,
            number=number,
        )
    return gettext("%(place)s lists “%(term)s” as a further clinical focus", place=place, term=term)


def _procedure(piece: Piece, _told: Mapping[str, Any], words: EvidenceWords) -> str:
    part, whole, year = piece["count"], piece["of"], _year(piece)
    known = mark("%(share)s of %(whole)s counted procedures were for %(label)s (Medicare patients, %(year)s)")
    undated = mark("%(share)s of %(whole)s counted procedures were for %(label)s (Medicare patients)")
    label, share = words.label(piece["concept"]), percent(part, whole)
    return gettext(known if year else undated, share=share, whole=_number(whole), label=label, year=year)


def _volume(piece: Piece, told: Mapping[str, Any], words: EvidenceWords) -> str:
    group, year, count = words.volumes.get(told.get("group", "")), _year(piece), _number(piece["count"])
    if group is None:
        return f"{count}: {words.label(piece['concept'])}"
    label = gettext(group.label)
    dated = mark(
        "%(count)s in %(year)s: %(label)s (Medicare fee-for-service patients only; counts under 11 are "
        "hidden). Leapfrog asks for %(surgeon)s a year of a surgeon, %(hospital)s of a hospital, all "
        "patients counted"
    )
    undated = mark(
        "%(count)s in a year: %(label)s (Medicare fee-for-service patients only; counts under 11 are "
        "hidden). Leapfrog asks for %(surgeon)s a year of a surgeon, %(hospital)s of a hospital, all "
        "patients counted"
    )
    asked = {"surgeon": group.surgeon_per_year, "hospital": group.hospital_per_year}
    return gettext(dated if year else undated, count=count, year=year, label=label, **asked)


def _trial(piece: Piece, _told: Mapping[str, Any], _words: EvidenceWords) -> str:
    if piece["of"] == 1:
        return gettext("Investigator of one linked trial, which is on this")
    count, linked = piece["count"], piece["of"]
    return gettext(
        "Investigator of %(count)s of %(linked)s linked trials on this", count=count, linked=linked
    )


def _recruiting(piece: Piece, _told: Mapping[str, Any], _words: EvidenceWords) -> str:
    return ngettext(
        "Investigator of a trial on this that takes patients, as last recorded",
        "Investigator of %(num)s trials on this that take patients, as last recorded",
        piece["count"],
    )


def _center(_piece: Piece, told: Mapping[str, Any], _words: EvidenceWords) -> str:
    itself = mark("Works at %(place)s: a cancer center designated by the National Cancer Institute")
    part = mark(
        "Works at %(place)s, place of the %(center)s: a cancer center designated by the National Cancer "
        "Institute"
    )
    place, center = english(told.get("place", "")), english(told.get("center", ""))
    return gettext(part if center else itself, place=place, center=center)


def _year(piece: Piece) -> str:
    return str(piece.get("as_of") or "")[:4]


def _number(number: int) -> str:
    return f"{number:,}"


_COUNTED = (EvidenceKind.PROCEDURE, EvidenceKind.VOLUME, EvidenceKind.TRIAL, EvidenceKind.RECRUITING)
_SAYS: Mapping[str, Callable[[Piece, Mapping[str, Any], EvidenceWords], str]] = {
    EvidenceKind.MAINLY: _mainly,
    EvidenceKind.TAXONOMY: _taxonomy,
    EvidenceKind.ROSTER: _roster,
    EvidenceKind.PROCEDURE: _procedure,
    EvidenceKind.VOLUME: _volume,
    EvidenceKind.TRIAL: _trial,
    EvidenceKind.RECRUITING: _recruiting,
    EvidenceKind.CENTER: _center,
}
