"""The sentences of a result: why it fits, why it is independent, and what is not known."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from finder.concepts import LadderStep
from finder.criteria import AgesAsked
from finder.documents import EvidenceKind
from finder.focus import FOCUS_KINDS, mainly
from finder.gaps import short_gap
from finder.independence import PairVerdict, Side, TieRules, Ties, Verdict, kind_of
from finder.query import Question
from finder.ranking import EVIDENCE_PARTS, Breadth, PartName

EQUAL = 1e-6  # scores of 32 bits that differ by less are the same
MOST_TOLD = 2  # reasons in one sentence
# Plain strings, as they are compared a few hundred times for one page.
_CENTER = EvidenceKind.CENTER.value
_KINDS = {part: kind.value for part, kind in EVIDENCE_PARTS.items()}
BREADTHS: Mapping[str, str] = {Breadth.SYSTEM: "health systems", Breadth.ROLE: "kinds of doctor"}


@dataclass(frozen=True, slots=True)
class Words:
    """The reader's words for ids: specialties, sources, languages, plans; and the rules for ties."""

    specialties: Mapping[str, str]
    sources: Mapping[str, str]
    rules: TieRules
    languages: Mapping[str, str] = field(default_factory=dict)
    plans: Mapping[str, str] = field(default_factory=dict)
    concepts: Mapping[str, str] = field(default_factory=dict)


class Place(StrEnum):
    """How somebody stands on a ladder step."""

    WHOLE = "whole"
    PARTLY = "partly"  # evidence short of a main focus
    ELSEWHERE = "elsewhere"  # the right specialty, with a main focus on something unrelated


@dataclass(frozen=True, slots=True)
class OnStep:
    """The best ladder step of somebody, and how far it is reached."""

    step: LadderStep
    place: Place


@dataclass(frozen=True, slots=True)
class Pair:
    """A candidate beside one prior doctor: what both could share, and the verdict."""

    prior: Ties
    candidate: Ties
    verdict: PairVerdict


@dataclass(frozen=True, slots=True)
class Sentences:
    """What the profile of one search says of each part by name: what speaks for somebody who has more of it,
    and what is missing to whoever has little, with the weight. Evidence is on the condition with the concepts
    `about`; that of a center may be on the whole field, the concepts `around`.
    """

    gains: Mapping[str, str]
    lacks: tuple[tuple[str, float, str], ...]
    about: Set[str]
    around: Set[str]

    @classmethod
    def of(cls, question: Question) -> "Sentences":
        """Get the sentences of a question; parts on which it is silent lack nothing."""
        silent = set() if question.criteria.has_prior else {PartName.INDEPENDENCE}
        silent |= set() if question.place else {PartName.DISTANCE}
        parts = question.profile.parts.items()
        lacks = ((n.value, p.weight, p.lacks) for n, p in parts if p.lacks and n not in silent)
        return cls(
            gains={name.value: part.lacks or part.says for name, part in parts if part.says},
            lacks=tuple(lacks),
            about=frozenset(question.concepts),
            around=frozenset((*question.concepts, *question.above)),
        )


def specialty_shown(source: Mapping[str, Any], on: OnStep | None, words: Words) -> str | None:
    """Get the title of the specialty that put somebody on a ladder step, else of the first one listed."""
    listed = (*source.get("main_specialties", ()), *source.get("specialties", ()))
    on_step = [each for each in listed if on and each in on.step.specialties]
    return next((words.specialties.get(each, each) for each in (*on_step, *listed)), None)


def why_it_fits(
    question: Question,
    sentences: Sentences,
    source: Mapping[str, Any],
    on: OnStep | None,
    specialty: str | None,
    scored: Set[str],
    words: Words,
) -> list[str]:
    """Get the sentences for the parts that `scored`: ladder step, best evidence of each kind, attributes.

    `specialty` is the title of `specialty_shown`.
    """
    titles = [specialty] if specialty else []
    told = []
    if on:
        closeness = f"(step {on.step.step} of {question.ladder[-1].step}, 1 is closest)"
        told.append(": ".join([*titles, f"{_lower_first(_label(question, source, on, words))} {closeness}"]))
    elif titles:
        # without any, only `explain` shows the person
        evidence = "but with evidence" if scored & set(EVIDENCE_PARTS) else "and no evidence"
        told.append(f"{titles[0]}: another specialty, {evidence} of work on this")
    if kinds := [kind for part, kind in _KINDS.items() if part in scored]:
        told += _best_evidence(sentences, source.get("evidence", ()), kinds)
    for part in (PartName.ROLE, PartName.SECOND_OPINIONS, PartName.ACADEMIC):
        if part in scored:
            told.append(question.profile.parts[part].says)
    return told


def _label(question: Question, source: Mapping[str, Any], on: OnStep, words: Words) -> str:
    """What the step says of this person: "mainly" only with the counts that prove it."""
    label, concept = on.step.label, on.step.evidence_of
    if on.place is Place.PARTLY:
        return f"{_upper_first(label.removeprefix('Mainly '))}, among other work"
    if on.place is Place.ELSEWHERE:
        other = _main_elsewhere(question, source.get("evidence", ()), words)
        return f"{label}, but works more on {other}"
    if concept and concept == question.concepts[0]:
        pieces = source.get("evidence", ())
        # worked out at ingest for the narrowest concept; of a broader one the pieces below it say it together
        own = (e for e in pieces if e["kind"] == EvidenceKind.MAINLY.value and e["concept"] == concept)
        told = next((str(e["says"]) for e in own if e.get("says")), None)
        return told or mainly(pieces, question.concepts, words.concepts.get(concept, concept)) or label
    return label


def _main_elsewhere(question: Question, evidence: Iterable[Mapping[str, Any]], words: Words) -> str:
    """The concept with the strongest evidence that is not related to what was asked."""
    related = question.related
    others = [e for e in evidence if e["kind"] in FOCUS_KINDS and e["concept"] not in related]
    best = max(others, key=lambda e: (e["value"], e["concept"]), default=None)
    return words.concepts.get(best["concept"], "something else") if best else "something else"


def why_independent(pairs: Sequence[Pair], words: Words) -> list[str]:
    """Get one sentence per prior doctor for what was proved, and one for every tie found."""
    sentences = []
    for pair in pairs:
        if pair.verdict.verdict in (Verdict.INDEPENDENT, Verdict.SOME_TIE):
            sentences.append(_works_for_none(pair, words))
        for tie in pair.verdict.ties:
            note = _note([(tie.source, tie.as_of)], words)
            sentences.append(f"{pair.prior.name}: {_lower_first(tie.sentence)}{note}")
    return sentences


def what_is_unknown(
    question: Question, source: Mapping[str, Any], phone: str | None, pairs: Sequence[Pair], words: Words
) -> list[str]:
    """Get, in plain words, everything a reader would want to know and no source says."""
    unknown = [_gap(pair, gap.kind, gap.side, words) for pair in pairs for gap in pair.verdict.unchecked]
    if not pairs:
        unknown.append("independence: no doctor already seen was named to compare with")
    if not source.get("accepting"):
        unknown.append("whether new patients are taken")
    if "second_opinions" not in source.get("attributes", ()):
        unknown.append("whether second opinions are given")
    if question.criteria.ages and not source.get("ages"):
        people = {AgesAsked.CHILD: "children", AgesAsked.ADULT: "adults"}[question.criteria.ages]
        unknown.append(f"whether {people} are seen")
    if not question.criteria.plan:
        unknown.append("whether your insurance plan is taken: no plan was given")
    if not source.get("languages"):
        unknown.append("languages spoken")
    if not phone:
        unknown.append("telephone number")
    return unknown


def why_above(
    sentences: Sentences, own: Mapping[str, float], below: Mapping[str, float] | None, moved: Breadth | None
) -> str | None:
    """Get the sentence that says why a result stands above the next one, from the parts of both scores.

    `moved` says that it was moved up, and for what; else there is nothing to say without a next one.
    """
    if moved:
        return f"Moved up, so that the first ones come from different {BREADTHS[moved]}"
    if below is None:
        return None
    gains = ((share - below.get(name, 0.0), name) for name, share in own.items() if name in sentences.gains)
    most = sorted((each for each in gains if each[0] > EQUAL), reverse=True)[:MOST_TOLD]
    if most:
        told = (_lower_first(sentences.gains[name]) for _gain, name in most)
        return f"Above the next one for {' and '.join(told)}"
    return "As good as the next one by all that is known here; the order between the two is fixed, not a rank"


def what_would_change(
    sentences: Sentences, own: Mapping[str, float], most: int | None = MOST_TOLD
) -> tuple[str, ...]:
    """Get what would raise a result, the largest gain first; `most` of them, all with None."""
    gaps = [(weight - own.get(name, 0.0), weight, text) for name, weight, text in sentences.lacks]
    missing = [(gap, text) for gap, weight, text in gaps if gap > weight / 2]
    return tuple(text for _gap, text in sorted(missing, key=lambda each: -each[0])[:most])


def _best_evidence(
    sentences: Sentences, evidence: Iterable[Mapping[str, Any]], kinds: Sequence[str]
) -> list[str]:
    """The best piece on the condition of each kind, in the order of the kinds; a center may be one for a
    whole field above it.
    """
    best: dict[str, tuple[float, str, str]] = {}
    for piece in evidence:
        kind, concept, says = piece["kind"], piece["concept"], piece.get("says")
        if not says or kind not in kinds:
            continue
        if concept in (sentences.around if kind == _CENTER else sentences.about):
            rank = (piece["value"], piece.get("as_of", ""), says)
            best[kind] = max(best.get(kind, rank), rank)
    found = (best[kind] for kind in kinds if kind in best)
    return [_dated(_upper_first(says), as_of) for _value, as_of, says in found]


def _dated(says: str, as_of: str) -> str:
    return f"{says} ({as_of})" if as_of and as_of[:4] not in says else says


def _works_for_none(pair: Pair, words: Words) -> str:
    """Names only the kinds that were compared: hospitals may be unknown and the pair still judged."""
    gaps = {gap.kind for gap in pair.verdict.unchecked}
    compared = [kind for kind in ("group", "system", "hospital") if kind not in gaps]
    names = [words.rules.kinds[kind].plural for kind in compared]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    said = {
        (label.source, label.as_of): None
        for side in (pair.candidate, pair.prior)
        for key, label in side.labels.items()
        if kind_of(key) in compared
    }
    labels = sorted(said, key=lambda source: (source[0], source[1] or ""))
    return f"Works for none of the {listed} of {pair.prior.name}{_note(labels, words)}"


def _note(sources: Iterable[tuple[str, str | None]], words: Words) -> str:
    """Sources with their years, in brackets: the reader's proof."""
    notes = []
    for ids, as_of in sources:
        for each in filter(None, ids.split("; ")):
            year = (as_of or "")[:4]
            name = words.sources.get(each, each)
            notes.append(name if not year or year in name else f"{name} {year}")
    unique = list(dict.fromkeys(notes))
    return f" ({'; '.join(unique)})" if unique else ""


def _gap(pair: Pair, kind: str, side: Side, words: Words) -> str:
    if side is Side.PRIOR:
        return short_gap(pair.prior, kind, words.rules)
    return f"{words.rules.name_of(kind)} of this specialist: could not be compared"


def _upper_first(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _lower_first(sentence: str) -> str:
    """For the middle of a sentence; an abbreviation in front keeps its capitals."""
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]
