"""Understands free words about a condition: which concept, what was corrected and ignored, what is urgent.

`load_vocabulary` reads the tables once; `resolve` reads what somebody typed; `Vocabulary.terms_in` finds the
concepts of a free text such as a trial's conditions. The score of a reading is twice the words of its term
plus the depth of its concept plus one for a condition, less half a point per changed letter and one point
when the words stood apart; two readings less than one point apart are asked back. The figures are our own
choice and hold for the sentences of tests/unit/finder/test_vocabulary.py.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from finder.concepts import (
    Concept,
    ConceptKind,
    LadderStep,
    ProcedureMeaning,
    UrgentWords,
    load_concepts,
    load_ladders,
    load_procedures,
    load_urgent,
)
from finder.specialties import Specialties, load_specialties
from finder.spelling import Match, Reading, read
from finder.tables import DATA
from finder.terms import TermIndex, is_negated, load_terms, load_words, terms_in
from finder.text import tokens, word_key

MARGIN = 1.0  # points; see the docstring
MOST_CHOICES = 5
MOST_LETTERS = 600  # of a text; a longer one is read up to here
_CODE = re.compile(r"(?<![\w.])([A-Z]\d[\dA-Z])(\.[\dA-Z]{1,4})?(?![\w])", re.IGNORECASE)


class Certainty(StrEnum):
    """Whether the words were understood as they stand, or by correction or a broader reading."""

    SURE = "sure"
    LESS_SURE = "less_sure"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several concepts that the words may mean."""

    concept_id: str
    label: str


@dataclass(frozen=True, slots=True)
class Understood:
    """What free words mean; without a single reading `concept_id` is None and `choices` are asked back."""

    concept_id: str | None
    label: str | None
    corrected_from: str | None
    codes: tuple[str, ...]
    ladder: tuple[LadderStep, ...]
    certainty: Certainty
    choices: tuple[Choice, ...]
    ignored: tuple[str, ...]
    urgent: str | None

    def to_json(self) -> dict[str, Any]:
        """Get the answer of `understand --json`."""
        return {
            "concept_id": self.concept_id,
            "label": self.label,
            "corrected_from": self.corrected_from,
            "codes": list(self.codes),
            "ladder": [
                {
                    "step": step.step,
                    "label": step.label,
                    "specialties": list(step.specialties),
                    "needs_evidence": step.needs_evidence,
                    "evidence_of": step.evidence_of,
                }
                for step in self.ladder
            ],
            "certainty": str(self.certainty),
            "choices": [{"concept_id": one.concept_id, "label": one.label} for one in self.choices],
            "ignored": list(self.ignored),
            "urgent": self.urgent,
        }


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The concepts with their terms, ladders and procedures; built once by `load_vocabulary`."""

    concepts: Mapping[str, Concept]
    ladders: Mapping[str, tuple[LadderStep, ...]]
    procedures: Mapping[str, tuple[ProcedureMeaning, ...]]
    urgent: tuple[UrgentWords, ...]
    index: TermIndex
    children: Mapping[str, tuple[str, ...]]

    def ancestors(self, concept_id: str) -> tuple[str, ...]:
        """Get every concept above, nearest first; raises KeyError for an unknown id."""
        return _line(self.concepts, concept_id)[1:]

    def descendants(self, concept_id: str) -> tuple[str, ...]:
        """Get every concept below, without itself, parents before children; KeyError for an unknown id."""
        if concept_id not in self.concepts:
            raise KeyError(concept_id)
        found = list(self.children.get(concept_id, ()))
        for one in found:
            found.extend(self.children.get(one, ()))
        return tuple(found)

    def ladder(self, concept_id: str) -> tuple[LadderStep, ...]:
        """Get the ladder of a concept, its own or the nearest one above, with its label filled in."""
        concept = self.concepts[concept_id]
        owner = next(one for one in _line(self.concepts, concept_id) if one in self.ladders)
        return tuple(
            LadderStep(
                step=step.step,
                label=step.label.replace("{concept}", concept.label),
                specialties=step.specialties,
                needs_evidence=step.needs_evidence,
                evidence_of=(step.evidence_of or concept_id) if step.needs_evidence else None,
            )
            for step in self.ladders[owner]
        )

    def procedure_concepts(self, hcpcs: str) -> tuple[tuple[str, float], ...]:
        """Get the concepts that a HCPCS code points to, with weights 0 to 1; nothing for an unlisted code."""
        meanings = self.procedures.get(hcpcs.strip().upper(), ())
        return tuple((meaning.concept_id, meaning.weight) for meaning in meanings)

    def terms_in(self, text: str) -> list[str]:
        """Get the concepts that a free text names, in its order, each once; exact words only."""
        return terms_in(text, self.index)

    def concepts_of_code(self, code: str) -> tuple[str, ...]:
        """Get the concepts of an ICD-10-CM code, of the closest range the broadest."""
        return _of_code(code.upper().replace(".", ""), self.concepts)

    def urgent_text(self, text: str) -> str | None:
        """Get the emergency line for urgent words in a text, unless they are denied; None without any."""
        typed, negation = tokens(text), self.index.words.negation
        for one in self.urgent:
            size = len(one.key)
            for start in range(len(typed) - size + 1):
                if tuple(typed[start : start + size]) == one.key and (
                    not negation.isdisjoint(one.key)
                    or not is_negated(typed, start, start + size - 1, self.index.words)
                ):
                    return one.text
        return None


def load_vocabulary(folder: Path = DATA, specialties: Specialties | None = None) -> Vocabulary:
    """Get the vocabulary of `folder`, checked as a whole; takes about a tenth of a second.

    Raises SourceError with file, row and field for an unknown parent, concept or specialty, a cycle, a ladder
    with a gap, and words that mean two concepts without being marked `shared`.
    """
    concepts = load_concepts(folder)
    children: dict[str, tuple[str, ...]] = {}
    for concept in concepts.values():
        if concept.parent_id:
            children[concept.parent_id] = (*children.get(concept.parent_id, ()), concept.concept_id)
    return Vocabulary(
        concepts=concepts,
        ladders=load_ladders(folder, concepts, specialties or load_specialties(folder)),
        procedures=load_procedures(folder, concepts),
        urgent=load_urgent(folder),
        index=load_terms(folder, load_words(folder), concepts, lambda one: _line(concepts, one)),
        children=MappingProxyType(children),
    )


def resolve(words: str, vocabulary: Vocabulary) -> Understood:
    """Get what free words mean: terms in any order, plural or misspelt, sentences, ICD-10-CM codes.

    Never raises for any text. An exact, folded or reordered term is `sure`; a reading by correction of more
    than one letter, of a broader single word or of words that stood apart is `less_sure`.
    """
    text = words[:MOST_LETTERS]
    urgent = vocabulary.urgent_text(text)
    by_code = _by_code(text, vocabulary)
    if by_code is not None:
        return _answer(by_code, vocabulary, urgent=urgent)
    reading = read(text, vocabulary.index)
    scored = _scored(reading, vocabulary)
    if not scored:
        return _answer((), vocabulary, _close(reading, vocabulary), None, reading, urgent)
    top = scored[0][0]
    match = scored[0][2]
    near = [concept for score, concept, other in scored if top - score < MARGIN or other is match]
    if len(near) > 1:
        return _answer((), vocabulary, tuple(near[:MOST_CHOICES]), match, reading, urgent)
    return _answer((near[0],), vocabulary, (), match, reading, urgent)


def _scored(reading: Reading, vocabulary: Vocabulary) -> list[tuple[float, str, Match]]:
    best: dict[str, tuple[float, Match]] = {}
    for match in reading.matches:
        for concept in match.concepts:
            score = _score(concept, match, vocabulary)
            if concept not in best or score > best[concept][0]:
                best[concept] = (score, match)
    lines = {one: frozenset(vocabulary.ancestors(one)) for one in best}
    # "cancer" beside "bile duct cancer" says nothing new; a shared word is settled by a relative elsewhere.
    kept = [
        one
        for one in best
        if not any(one in lines[other] for other in best)
        and not _is_settled_elsewhere(one, best, lines, reading)
    ]
    return sorted(((*best[one][:1], one, best[one][1]) for one in kept), key=lambda item: (-item[0], item[1]))


def _is_settled_elsewhere(
    concept: str,
    best: Mapping[str, tuple[float, Match]],
    lines: Mapping[str, frozenset[str]],
    reading: Reading,
) -> bool:
    match = best[concept][1]
    if len(match.concepts) < 2:
        return False
    certain = [one for other in reading.matches if len(other.concepts) == 1 for one in other.concepts]
    fitting = {
        shared
        for shared in match.concepts
        for one in certain
        if shared == one or one in lines.get(shared, ()) or shared in lines.get(one, ())
    }
    return bool(fitting) and concept not in fitting


def _score(concept_id: str, match: Match, vocabulary: Vocabulary) -> float:
    depth = len(vocabulary.ancestors(concept_id))
    is_condition = vocabulary.concepts[concept_id].kind is ConceptKind.CONDITION
    return 2 * match.size + depth + is_condition - match.edits / 2 - match.is_apart


def _close(reading: Reading, vocabulary: Vocabulary) -> tuple[str, ...]:
    # Nothing fits: offer the concepts whose shortest terms hold one of the words.
    index = vocabulary.index
    found: dict[str, int] = {}
    for word in reading.words:
        for key, _edits in () if word.is_denied else word.readings:
            for term in index.keys_by_word.get(index.words.kin.get(key, key), ()):
                for concept in index.loose[term].concepts:
                    found[concept] = min(len(term), found.get(concept, len(term)))
    return tuple(sorted(found, key=lambda one: (found[one], one))[:MOST_CHOICES])


def _answer(
    concepts: tuple[str, ...],
    vocabulary: Vocabulary,
    choices: tuple[str, ...] = (),
    match: Match | None = None,
    reading: Reading | None = None,
    urgent: str | None = None,
) -> Understood:
    if len(concepts) > 1:
        concepts, choices = (), concepts[:MOST_CHOICES]
    concept = vocabulary.concepts[concepts[0]] if concepts else None
    answered = (concept.concept_id,) if concept else choices
    return Understood(
        concept_id=concept.concept_id if concept else None,
        label=concept.label if concept else None,
        corrected_from=match.typed if match is not None and match.edits else None,
        codes=concept.icd10 if concept else (),
        ladder=vocabulary.ladder(concept.concept_id) if concept else (),
        certainty=Certainty.SURE if concept and _is_sure(match) else Certainty.LESS_SURE,
        choices=tuple(Choice(one, vocabulary.concepts[one].label) for one in choices),
        ignored=_ignored(answered, reading, vocabulary) if reading else (),
        urgent=urgent,
    )


def _ignored(answered: tuple[str, ...], reading: Reading, vocabulary: Vocabulary) -> tuple[str, ...]:
    # Words of a broader concept ("cancer" beside "bile duct cancer") are understood, not ignored.
    said = {one for concept in answered for one in _line(vocabulary.concepts, concept)}
    used = {
        place for match in reading.matches if not said.isdisjoint(match.concepts) for place in match.places
    }
    index = vocabulary.index
    return tuple(
        word.typed
        for place, word in enumerate(reading.words)
        if place not in used and not {word_key(word.typed)} & (index.words.weak | index.words.light)
    )


def _is_sure(match: Match | None) -> bool:
    if match is None:
        return True
    return match.edits < 2 and not match.is_apart and not (match.is_loose and match.size == 1)


def _by_code(text: str, vocabulary: Vocabulary) -> tuple[str, ...] | None:
    for found in _CODE.finditer(text):
        # "B12" or "A1C" in a sentence is no diagnosis: three characters count only when they stand alone.
        if not found.group(2) and found.group() != text.strip():
            continue
        concepts = vocabulary.concepts_of_code(found.group())
        if concepts:
            return concepts
    return None


def _of_code(code: str, concepts: Mapping[str, Concept]) -> tuple[str, ...]:
    found: list[tuple[int, bool, bool, int, str]] = []
    for concept in concepts.values():
        depth = len(_line(concepts, concept.concept_id))
        for span in concept.icd10:
            low, _dash, high = span.replace(".", "").partition("-")
            if code[0] == low[0] and low <= code[: len(low)] <= (high or low):
                is_group = concept.kind is ConceptKind.SUBSPECIALTY
                found.append((-len(low), bool(high), is_group, depth, concept.concept_id))
    best = min((item[:4] for item in found), default=None)
    return tuple(item[4] for item in found if item[:4] == best)


def _line(concepts: Mapping[str, Concept], concept_id: str) -> tuple[str, ...]:
    found = [concept_id]
    while parent := concepts[found[-1]].parent_id:
        found.append(parent)
    return tuple(found)
