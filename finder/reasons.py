"""The sentences of a result: why it fits, why it is independent, and what is not known."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from finder.answers import SiteShown
from finder.concepts import LadderStep
from finder.criteria import AgesAsked
from finder.documents import EvidenceKind, evidence_of
from finder.evidence_words import EvidenceWords, mainly, sentence
from finder.focus import FOCUS_KINDS, main_counts
from finder.gaps import short_gap
from finder.i18n import english, gettext, language, mark
from finder.independence import PairVerdict, Side, TieRules, Ties, Verdict
from finder.parts import KEPT, Subject
from finder.query import Question
from finder.ranking import EVIDENCE_PARTS, Breadth, PartName
from finder.trust import is_fresh

EQUAL = 1e-6  # scores of 32 bits that differ by less are the same
MOST_TOLD = 2  # reasons in one sentence
# Plain strings, as they are compared a few hundred times for one page.
_CENTER = EvidenceKind.CENTER.value
_KINDS = {part: kind.value for part, kind in EVIDENCE_PARTS.items()}
_SAYS_OF_OPINIONS = frozenset(("second_opinions", "no_second_opinions"))
_COMPARED = ("group", "system", "hospital")
BREADTHS: Mapping[str, str] = {Breadth.SYSTEM: mark("health systems"), Breadth.ROLE: mark("kinds of doctor")}


SEES: Mapping[AgesAsked, str] = {
    AgesAsked.CHILD: mark("whether children are seen"),
    AgesAsked.ADULT: mark("whether adults are seen"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """The reader's words for ids (specialties, sources ...), for evidence, and the rules for ties."""

    specialties: Mapping[str, str]
    sources: Mapping[str, str]
    rules: TieRules
    languages: Mapping[str, str] = field(default_factory=dict)
    plans: Mapping[str, str] = field(default_factory=dict)
    evidence: EvidenceWords = field(default_factory=EvidenceWords)


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


class Pair(NamedTuple):
    """A candidate beside one prior doctor: what both could share, and the verdict."""

    prior: Ties
    candidate: Ties
    verdict: PairVerdict


@dataclass(frozen=True, slots=True)
class Sentences:
    """What the profile of one search says of each part by name, in the language spoken: what speaks for
    somebody who has more of it, and what is missing to whoever has little, with the weight. Evidence is on
    the condition with the concepts `about`; that of a center may be on the whole field, the concepts
    `around`.
    """

    gains: Mapping[str, str]
    lacks: tuple[tuple[str, float, str], ...]
    about: Set[str]
    around: Set[str]

    @classmethod
    def of(cls, question: Question) -> "Sentences":
        """Get the sentences of a question; parts on which it is silent lack nothing."""
        silent: tuple[PartName, ...] = () if question.criteria.has_prior else (PartName.INDEPENDENCE,)
        silent += () if question.place else (PartName.DISTANCE,)
        return _sentences(question.subject, silent, language())


@lru_cache(KEPT)
def _sentences(subject: Subject, silent: Sequence[PartName], _language: str) -> Sentences:
    parts = subject.profile.parts.items()
    lacks = ((n.value, p.weight, gettext(p.lacks)) for n, p in parts if p.lacks and n not in silent)
    return Sentences(
        gains={
            name.value: _lower_first(gettext(part.lacks or part.says)) for name, part in parts if part.says
        },
        lacks=tuple(lacks),
        about=frozenset(subject.concepts),
        around=frozenset((*subject.concepts, *subject.above)),
    )


def specialty_shown(source: Mapping[str, Any], on: OnStep | None, words: Words) -> str | None:
    """Get the title of the specialty that put somebody on a ladder step, else of the first one listed."""
    listed = (*source.get("main_specialties", ()), *source.get("specialties", ()))
    on_step = [each for each in listed if on and each in on.step.specialties]
    return next((gettext(words.specialties.get(each, each)) for each in (*on_step, *listed)), None)


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
    told, evidence = [], evidence_of(source, sentences.around)
    if on:
        label = _lower_first(_label(question, sentences.about, source, evidence, on, words))
        says = f"{specialty}: {label}" if specialty else label
        last = question.ladder[-1].step
        told.append(
            gettext(
                "%(says)s (step %(step)s of %(last)s, 1 is closest)", says=says, step=on.step.step, last=last
            )
        )
    elif specialty:
        # without any, only `explain` shows the person
        if scored & set(EVIDENCE_PARTS):
            other = gettext("another specialty, but with evidence of work on this")
        else:
            other = gettext("another specialty, and no evidence of work on this")
        told.append(f"{specialty}: {other}")
    if kinds := [kind for part, kind in _KINDS.items() if part in scored]:
        told += _best_evidence(sentences, evidence, kinds, words)
    for part in (PartName.ROLE, PartName.SECOND_OPINIONS, PartName.ACADEMIC):
        if part in scored:
            told.append(gettext(question.profile.parts[part].says))
    return told


def _label(
    question: Question,
    about: Set[str],
    source: Mapping[str, Any],
    evidence: Sequence[Mapping[str, Any]],
    on: OnStep,
    words: Words,
) -> str:
    """What the step says of this person: "mainly" only with the counts that prove it."""
    label, concept = on.step.label, on.step.evidence_of
    if on.place is Place.PARTLY:
        return gettext("%(focus)s, among other work", focus=_upper_first(without_mainly(label)))
    if on.place is Place.ELSEWHERE:
        other = _main_elsewhere(question, evidence_of(source), words)
        if other is None:
            return gettext("%(focus)s, but works more on something else", focus=label)
        return gettext("%(focus)s, but works more on %(other)s", focus=label, other=other)
    if concept and concept == question.concepts[0]:
        # worked out at ingest for the narrowest concept; of a broader one the pieces below it say it together
        own = (e for e in evidence if e["kind"] == EvidenceKind.MAINLY.value and e["concept"] == concept)
        counts = next((e["told"]["counts"] for e in own if "counts" in e.get("told", ())), None)
        return mainly(counts or main_counts(evidence, about), concept, words.evidence) or label
    return label


def without_mainly(label: str) -> str:
    """Get the label of a step without its "mainly", for people of whom it is not proved."""
    return label.replace(gettext("Mainly "), "", 1)


def _main_elsewhere(question: Question, evidence: Iterable[Mapping[str, Any]], words: Words) -> str | None:
    """The concept with the strongest evidence that is not related to what was asked."""
    related = question.subject.related
    others = [e for e in evidence if e["kind"] in FOCUS_KINDS and e["concept"] not in related]
    best = max(others, key=lambda e: (e["value"], e["concept"]), default=None)
    return (
        words.evidence.label(best["concept"]) if best and best["concept"] in words.evidence.concepts else None
    )


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
    question: Question, source: Mapping[str, Any], site: SiteShown | None, pairs: Sequence[Pair], words: Words
) -> list[str]:
    """Get, in plain words, everything a reader would want to know and no source says."""
    unknown = [_gap(pair, gap.kind, gap.side, words) for pair in pairs for gap in pair.verdict.unchecked]
    if not pairs:
        unknown.append(gettext("independence: no doctor already seen was named to compare with"))
    if not source.get("accepting"):
        unknown.append(gettext("whether new patients are taken"))
    if _SAYS_OF_OPINIONS.isdisjoint(source.get("attributes", ())):
        unknown.append(gettext("whether second opinions are given"))
    if question.criteria.ages and not source.get("ages"):
        unknown.append(gettext(SEES[question.criteria.ages]))
    if not question.criteria.plan:
        unknown.append(gettext("whether your insurance plan is taken: no plan was given"))
    if not source.get("languages"):
        unknown.append(gettext("languages spoken"))
    if not site or not site.phone:
        unknown.append(gettext("telephone number"))
    if site and site.is_unsure:
        unknown.append(gettext("whether this office is right: sources list different ones, so call first"))
    if site and not is_fresh(site.as_of, question.now):
        unknown.append(gettext("whether this office is still right: not confirmed for over 90 days"))
    return unknown


def why_above(
    sentences: Sentences, own: Mapping[str, float], below: Mapping[str, float] | None, moved: Breadth | None
) -> str | None:
    """Get the sentence that says why a result stands above the next one, from the parts of both scores.

    `moved` says that it was moved up, and for what; else there is nothing to say without a next one.
    """
    if moved:
        different = gettext(BREADTHS[moved])
        return gettext("Moved up, so that the first ones come from different %(kinds)s", kinds=different)
    if below is None:
        return None
    gains = sentences.gains
    more = [
        (gain, part)
        for part, share in own.items()
        if part in gains and (gain := share - below.get(part, 0.0)) > EQUAL
    ]
    if most := sorted(more, reverse=True)[:MOST_TOLD]:
        one, *others = [gains[part] for _gain, part in most]
        if others:
            return gettext("Above the next one for %(one)s and %(other)s", one=one, other=others[0])
        return gettext("Above the next one for %(one)s", one=one)
    return gettext(
        "As good as the next one by all that is known here; the order between the two is fixed, not a rank"
    )


def what_would_change(
    sentences: Sentences, own: Mapping[str, float], most: int | None = MOST_TOLD
) -> tuple[str, ...]:
    """Get what would raise a result, the largest gain first; `most` of them, all with None."""
    missing = [
        (-gap, place, text)
        for place, (part, weight, text) in enumerate(sentences.lacks)
        if (gap := weight - own.get(part, 0.0)) > weight / 2
    ]
    return tuple([text for _gap, _place, text in sorted(missing)[:most]])


def _best_evidence(
    sentences: Sentences, evidence: Iterable[Mapping[str, Any]], kinds: Sequence[str], words: Words
) -> list[str]:
    """The best piece on the condition of each kind, in the order of the kinds; a center may be one for a
    whole field above it.
    """
    best: dict[str, tuple[tuple[float, str, str], Mapping[str, Any]]] = {}
    for piece in evidence:
        kind, concept = piece["kind"], piece["concept"]
        if kind in kinds and concept in (sentences.around if kind == _CENTER else sentences.about):
            rank = (piece["value"], piece.get("as_of", ""), concept)
            if kind not in best or rank > best[kind][0]:
                best[kind] = rank, piece
    found = (best[kind][1] for kind in kinds if kind in best)
    return [_dated(_upper_first(sentence(piece, words.evidence)), piece.get("as_of", "")) for piece in found]


def _dated(says: str, as_of: str) -> str:
    return f"{says} ({as_of})" if as_of and as_of[:4] not in says else says


def _works_for_none(pair: Pair, words: Words) -> str:
    """Names only the kinds that were compared: hospitals may be unknown and the pair still judged."""
    gaps = {gap.kind for gap in pair.verdict.unchecked}
    compared = [kind for kind in _COMPARED if kind not in gaps]
    keys = tuple([f"{kind}:" for kind in compared])
    said = {
        (label.source, label.as_of)
        for side in (pair.candidate, pair.prior)
        for label in (side.labels[key] for key in side.labels if key.startswith(keys))
    }
    labels = sorted(said, key=lambda source: (source[0], source[1] or ""))
    every = mark("Works for none of the practice groups, health systems or hospitals of %(name)s")
    most = mark("Works for none of the practice groups or health systems of %(name)s")
    proved = gettext(every if "hospital" in compared else most, name=pair.prior.name)
    return f"{proved}{_note(labels, words)}"


def _note(sources: Iterable[tuple[str, str | None]], words: Words) -> str:
    """Sources with their years, in brackets: the reader's proof."""
    notes = []
    for ids, as_of in sources:
        for each in filter(None, ids.split("; ")):
            year = (as_of or "")[:4]
            title = words.sources.get(each, each)
            notes.append(title if not year or year in title else f"{title} {year}")
    unique = list(dict.fromkeys(notes))
    return f" ({english('; '.join(unique))})" if unique else ""


def _gap(pair: Pair, kind: str, side: Side, words: Words) -> str:
    if side is Side.PRIOR:
        return short_gap(pair.prior, kind, words.rules)
    what = gettext(words.rules.name_of(kind))
    return gettext("%(what)s of this specialist: could not be compared", what=what)


def _upper_first(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _lower_first(sentence: str) -> str:
    """For the middle of a sentence; an abbreviation in front keeps its capitals."""
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]
