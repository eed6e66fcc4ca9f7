"""What two specialists have in common, where they work differently, and how one gives opinions, with sources.

Facts first, words after: `common` and `apart` compare two documents, `matters` lists what a referring
physician weighs. Every line carries who says it and when; what nobody says is told as not published.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from finder.approaches import SURVEILLANCE_FIRST, Approaches
from finder.documents import EvidenceKind, approach_of, evidence_of, facts_of
from finder.focus import FOCUS_SHARES, percent
from finder.i18n import english, gettext, mark, ngettext
from finder.likeness import WITNESSES
from finder.reasons import Words

MOST_CONCEPTS = 2  # fields of work told of a pair; more say little
NARROWER = 0.5  # of what the broader concept says
MOSTLY = 0.5  # of all counted procedures
COUNTED = (EvidenceKind.PROCEDURE.value, EvidenceKind.TRIAL.value)
Piece = Mapping[str, Any]
Document = Mapping[str, Any]
Above = Callable[[str], Iterable[str]]

# Own wording, 2026-11-28. What a referring physician weighs: the fact that a roster gives, and its label.
OPINION: Mapping[str, str] = {
    "opinion_only": mark("Gives the opinion and returns the patient"),
    "calls_back": mark("Calls the referring physician back"),
    "written_report": mark("Writes a report"),
    "multidisciplinary_board": mark("Discusses cases in a multidisciplinary board"),
}
SURVEILLANCE = mark("Surveillance first")
TEACHING = mark("Teaches")
TRIALS = mark("Leads or takes part in trials")
SILENT = mark("not published")
_ANSWERS: Mapping[str, str] = {"yes": mark("yes"), "no": mark("no")}


@dataclass(frozen=True, slots=True)
class Told:
    """One statement about one person: in words, with the source's id, its title and its date."""

    says: str
    source: str
    title: str
    as_of: str | None

    def to_json(self) -> dict[str, Any]:
        """Get it under the keys of the contract."""
        return {"says": self.says, "source": self.source, "title": self.title, "as_of": self.as_of}


@dataclass(frozen=True, slots=True)
class Beside:
    """One thing of both, with the statements behind it; `is_counted`: the sentence holds all their counts."""

    about: str
    sentence: str
    own: Told
    other: Told
    is_counted: bool = False

    def to_json(self) -> dict[str, Any]:
        """Get it under the keys of the contract."""
        return {
            "about": self.about, "sentence": self.sentence, "own": self.own.to_json(),
            "other": self.other.to_json(),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that a physician weighs: `answer` is yes, no or not_published; `by` who published it."""

    name: str
    label: str
    answer: str
    says: str
    by: str | None = None
    source: str | None = None
    as_of: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Get it under the keys of the contract."""
        return {
            "name": self.name, "label": self.label, "answer": self.answer, "says": self.says, "by": self.by,
            "source": self.source, "as_of": self.as_of,
        }  # fmt: skip


def common(
    own: Document, other: Document, approaches: Approaches, above: Above, words: Words
) -> tuple[Beside, ...]:
    """Get what both practices share, how they work before what they work on; `above` gives the broader
    concepts of each.
    """
    mine, theirs = _ways(own, approaches), _ways(other, approaches)
    found = [
        _same_way(mine[axis], theirs[axis], approaches, words)
        for axis in mine
        if axis in theirs and mine[axis]["concept"] == theirs[axis]["concept"]
    ]
    return (*found, *_same_work(own, other, above, words))


def apart(own: Document, other: Document, approaches: Approaches, words: Words) -> tuple[Beside, ...]:
    """Get where both are known to work differently."""
    mine, theirs = _ways(own, approaches), _ways(other, approaches)
    found = []
    for axis in mine:
        if axis not in theirs or mine[axis]["concept"] == theirs[axis]["concept"]:
            continue
        labels = [gettext(approaches.by_id[side[axis]["concept"]].label) for side in (mine, theirs)]
        sentence = gettext("You: %(own)s. This specialist: %(other)s", own=labels[0], other=labels[1])
        sides = [_told(side[axis], words) for side in (mine, theirs)]
        found.append(Beside(axis, sentence, sides[0], sides[1]))
    return tuple(found)


def practice(document: Document, approaches: Approaches, words: Words) -> tuple[Told, ...]:
    """Get how somebody works, one statement an axis, each with what shows it."""
    found = []
    for piece in _ways(document, approaches).values():
        told, label = _told(piece, words), gettext(approaches.by_id[piece["concept"]].label)
        says = gettext("%(way)s: %(proof)s", way=label, proof=told.says)
        found.append(Told(says, told.source, told.title, told.as_of))
    return tuple(found)


def matters(document: Document, approaches: Approaches, words: Words) -> tuple[Matter, ...]:
    """Get what a referring physician weighs of one person, each with who published it, or not published."""
    facts = facts_of(document)
    found = [_stated(name, label, facts, words) for name, label in OPINION.items()]
    found.append(_surveillance(document, approaches, words))
    found.append(_teaching(facts, words))
    found.append(_trials(document, words))
    return tuple(found)


def _ways(document: Document, approaches: Approaches) -> dict[str, Piece]:
    """The best proved approach of each axis, by its best piece; none where two are proved alike."""
    best: dict[str, dict[str, tuple[float, Piece]]] = {}
    for piece in approach_of(document):
        approach = approaches.by_id.get(piece["concept"])
        if approach is None:
            continue
        weight = WITNESSES[piece["kind"]] * piece["value"]
        ways = best.setdefault(approach.axis, {})
        if piece["concept"] not in ways or weight > ways[piece["concept"]][0]:
            ways[piece["concept"]] = weight, piece
    found = {}
    for axis, ways in best.items():
        ranked = sorted(ways.values(), key=lambda each: (-each[0], each[1]["concept"]))
        if len(ranked) == 1 or ranked[0][0] > ranked[1][0]:
            found[axis] = ranked[0][1]
    return found


def _same_way(own: Piece, other: Piece, approaches: Approaches, words: Words) -> Beside:
    approach = approaches.by_id[own["concept"]]
    label, sides = gettext(approach.label), (own, other)
    if any(piece["kind"] != EvidenceKind.PROCEDURE.value for piece in sides):
        return Beside(
            approach.axis, gettext("Both: %(way)s", way=label), _told(own, words), _told(other, words)
        )
    shared = [c for c in own["told"]["concepts"] if c in other["told"]["concepts"]]
    counts = [piece["told"]["concepts"][shared[0]] if shared else piece["count"] for piece in sides]
    if shared:
        label = gettext("%(way)s (%(what)s)", way=label, what=words.evidence.label(shared[0]))
    is_mostly = all(count >= MOSTLY * piece["of"] for count, piece in zip(counts, sides, strict=True))
    sentence = gettext(
        mark("Both do mostly %(way)s: %(own)s of %(own_of)s and %(other)s of %(other_of)s counted procedures")
        if is_mostly
        else mark("Both do %(way)s: %(own)s of %(own_of)s and %(other)s of %(other_of)s counted procedures"),
        way=label,
        own=percent(counts[0], own["of"]), own_of=_number(own["of"]),
        other=percent(counts[1], other["of"]), other_of=_number(other["of"]),
    )  # fmt: skip
    told = [
        _counted_told(piece, count, piece["of"], words) for piece, count in zip(sides, counts, strict=True)
    ]
    return Beside(approach.axis, sentence, told[0], told[1], is_counted=True)


def _same_work(own: Document, other: Document, above: Above, words: Words) -> list[Beside]:
    """The concepts that the counts of both are most about, each under the kind that says most; a broader one
    is left out where a narrower one says at least half as much.
    """
    mine, theirs = _counted(evidence_of(own)), _counted(evidence_of(other))
    most: dict[str, tuple[float, str]] = {}
    for (kind, concept), piece in theirs.items():
        if (kind, concept) in mine:
            value = FOCUS_SHARES[EvidenceKind(kind)] * min(mine[kind, concept]["value"], piece["value"])
            most[concept] = max(most.get(concept, (0.0, "")), (value, kind))
    broader = {
        wide for concept, (value, _kind) in most.items() for wide in above(concept)
        if wide in most and value >= NARROWER * most[wide][0]
    }  # fmt: skip
    ranked = sorted(
        (-value, concept, kind) for concept, (value, kind) in most.items() if concept not in broader
    )
    return [
        _both_work_on(kind, concept, (mine[kind, concept], theirs[kind, concept]), words)
        for _value, concept, kind in ranked[:MOST_CONCEPTS]
    ]


def _counted(pieces: Iterable[Piece]) -> dict[tuple[str, str], Piece]:
    return {(p["kind"], p["concept"]): p for p in pieces if p["kind"] in COUNTED and p.get("of")}


def _both_work_on(kind: str, concept: str, pair: Sequence[Piece], words: Words) -> Beside:
    own, other = pair
    label = words.evidence.label(concept)
    if kind == EvidenceKind.PROCEDURE.value:
        sentence = gettext(
            "Both work on %(what)s: %(own)s of %(own_of)s and %(other)s of %(other_of)s counted procedures",
            what=label, own=percent(own["count"], own["of"]), own_of=_number(own["of"]),
            other=percent(other["count"], other["of"]), other_of=_number(other["of"]),
        )  # fmt: skip
    else:
        sentence = gettext(
            "Both investigate %(what)s: %(own)s of %(own_of)s and %(other)s of %(other_of)s linked trials",
            what=label, own=own["count"], own_of=_number(own["of"]),
            other=other["count"], other_of=_number(other["of"]),
        )  # fmt: skip
    told = [_counted_told(piece, piece["count"], piece["of"], words) for piece in pair]
    return Beside(concept, sentence, told[0], told[1], is_counted=True)


def _told(piece: Piece, words: Words) -> Told:
    """One piece on an approach in words."""
    if piece["kind"] == EvidenceKind.ROSTER.value:
        told = piece.get("told", {})
        place = english(told.get("place") or "") or gettext("The institution")
        says = gettext("%(place)s publishes “%(term)s”", place=place, term=english(told.get("term", "")))
        return _sourced(says, piece, words)
    return _counted_told(piece, piece["count"], piece["of"], words)


def _counted_told(piece: Piece, count: int, of: int, words: Words) -> Told:
    if piece["kind"] == EvidenceKind.TRIAL.value:
        says = ngettext(
            "%(part)s of %(num)s linked trial", "%(part)s of %(num)s linked trials", of, part=count
        )
    else:
        says = gettext(
            "%(share)s of %(whole)s counted procedures", share=percent(count, of), whole=_number(of)
        )
    return _sourced(says, piece, words)


def _number(number: int) -> str:
    return f"{number:,}"


def _sourced(says: str, piece: Piece, words: Words) -> Told:
    source = piece.get("source", "")
    return Told(says, source, words.sources.get(source, source), piece.get("as_of"))


def _stated(name: str, label: str, facts: Mapping[str, Any], words: Words) -> Matter:
    """What the own institution states as yes or no."""
    fact = facts.get(name)
    if fact is None or fact["value"] not in ("yes", "no"):
        return _silent(name, label)
    return _published(name, label, fact["value"], fact, facts, words)


def _surveillance(document: Document, approaches: Approaches, words: Words) -> Matter:
    timing = _ways(document, approaches).get(approaches.by_id[SURVEILLANCE_FIRST].axis)
    if timing is None:
        return _silent(SURVEILLANCE_FIRST, SURVEILLANCE)
    told = _told(timing, words)
    answer = "yes" if timing["concept"] == SURVEILLANCE_FIRST else "no"
    is_stated = timing["kind"] == EvidenceKind.ROSTER.value
    place = english(timing.get("told", {}).get("place") or "") if is_stated else ""
    says = gettext("%(answer)s: %(proof)s", answer=gettext(_ANSWERS[answer]), proof=_quoted(timing, told))
    return Matter(
        SURVEILLANCE_FIRST, gettext(SURVEILLANCE), answer, says, place or told.title, told.source, told.as_of
    )


def _quoted(piece: Piece, told: Told) -> str:
    """The words of the institution itself, else what was counted."""
    is_stated = piece["kind"] == EvidenceKind.ROSTER.value
    return f"“{english(piece['told'].get('term', ''))}”" if is_stated else told.says


def _teaching(facts: Mapping[str, Any], words: Words) -> Matter:
    title = facts.get("academic_title")
    if title is None:
        return _silent("teaching", TEACHING)
    return _published("teaching", TEACHING, "yes", title, facts, words, english(str(title["value"])))


def _trials(document: Document, words: Words) -> Matter:
    trials: Sequence[Mapping[str, Any]] = document.get("trials", ())
    if not trials:
        return _silent("trials", TRIALS)
    says = ngettext("%(num)s linked trial", "%(num)s linked trials", len(trials))
    as_of = max((trial.get("as_of") or "" for trial in trials), default="") or None
    return Matter(
        "trials", gettext(TRIALS), "yes", says, words.sources.get("trials", "trials"), "trials", as_of
    )


def _published(
    name: str,
    label: str,
    answer: str,
    fact: Mapping[str, Any],
    facts: Mapping[str, Any],
    words: Words,
    says: str | None = None,
) -> Matter:
    place = facts.get("institution", {}).get("value")
    by = english(place) if place and fact["source"] == "rosters" else words.sources.get(fact["source"], "")
    said = says or gettext(_ANSWERS[answer])
    return Matter(name, gettext(label), answer, said, by, fact["source"], fact.get("as_of"))


def _silent(name: str, label: str) -> Matter:
    return Matter(name, gettext(label), "not_published", gettext(SILENT))
