"""Weighs what our own terms make of a text: which concept, how well it fits, which words stay unexplained.

The score of a reading is twice the words of its term plus the depth of its concept plus one for a condition,
less half a point per changed letter and one point when the words stood apart; two readings less than one
point apart are asked back.

How well the terms fit a text is the share of its words that they explain (an unexplained one counts half, an
everyday one of a longer sentence nothing), less 0.05 per changed letter, 0.15 when the words stood apart,
0.25 for one word of a broader sense beside unexplained ones. The figures are our own choice and hold for
tests/unit/finder/test_vocabulary.py.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from finder.concepts import Concept, ConceptKind, line
from finder.spelling import Match, Reading
from finder.terms import TermIndex, Words
from finder.text import sound, tokens, word_key

CANCER = "cancer"
MARGIN = 1.0  # points; see the docstring
MOST_CHOICES = 5
_CLAUSES = re.compile(r"[,.;:!?]|\b(?:and|but|now|y|pero|ahora)\b", re.IGNORECASE)
_FAMILY = frozenset(("family", "familia"))
_OWN = re.compile(r"\b(?:i (?:\w+ )?(?:have|had|got|was|am|suffer)|ive|im|tengo)\b|^my ")
TOLD = 0.45  # fit of a condition of which only a part of the name was said
LONG = 8  # letters of a word that may be corrected among words that say nothing
LEAST_TELLING = 6  # letters of a word that stands for a condition alone; one may be wrong in as many
MOST_TERMS = 60  # of a word that may be asked back with them; a commoner one says too little


@dataclass(frozen=True, slots=True)
class Own:
    """What our own terms make of a text: one concept or several to ask back; `fit` is 0 to 1."""

    concepts: tuple[str, ...]
    is_asked: bool
    fit: float
    match: Match | None
    ignored: tuple[str, ...]


def own_of(reading: Reading, concepts: Mapping[str, Concept], index: TermIndex) -> Own:
    """Get what the terms found in a text mean: the best reading, or those too close to tell apart."""
    scored = _scored(reading, concepts)
    if not scored:
        told = _told(reading, concepts, index)
        if told is not None:
            concept = told.concepts[0]
            heard = replace(reading, matches=(told,))
            return Own((concept,), False, TOLD, told, _ignored((concept,), heard, concepts, index))
        close = _close(reading, index)
        return Own(close, True, 0.0, None, _ignored(close, reading, concepts, index))
    top, _concept, match = scored[0]
    near = tuple(concept for score, concept, other in scored if top - score < MARGIN or other is match)
    if any(CANCER in line(concepts, one) and one in index.conditions for one in near):
        # "melanoma of the ear": the field of the organ says where, the cancer says what
        near = tuple(one for one in near if concepts[one].kind is not ConceptKind.SUBSPECIALTY)
    near = near[:MOST_CHOICES]
    ignored = _ignored(near, reading, concepts, index)
    # In a sentence everyday words are talk; in a short phrase they matter ("heat stroke").
    talk = index.words.ordinary if len(reading.words) > 3 else frozenset[str]()
    extra = sum(1 for word in ignored if not talk.issuperset(word.split()))
    if any(concepts[one].kind is ConceptKind.SUBSPECIALTY for one in near[1:]):
        extra += len(near) - 1  # two broad words that one narrower entry may join ("kidney infection")
    used = max(1, len(reading.words) - len(ignored))
    fit = used / (used + extra / 2) - match.edits / 20 - 0.15 * match.is_apart
    if match.is_loose and match.size == 1 and extra:
        fit -= 0.25
    # One misspelt word among others that say nothing to us is asked back.
    is_guess = match.size == 1 and extra > 0 and bool(match.edits) and not _sounds_right(match, reading)
    return Own(near, len(near) > 1 or is_guess, fit, match, ignored)


def _sounds_right(match: Match, reading: Reading) -> bool:
    """Whether a long corrected word sounds like what it was read as ("phacomatosis", "phakomatosis")."""
    word = reading.words[min(match.places)]
    return len(word.typed) >= LONG and sound(word.typed) == sound(word.readings[0][0])


def _told(reading: Reading, concepts: Mapping[str, Concept], index: TermIndex) -> Match | None:
    """Get the condition that a rare word stands for alone: all its terms mean this one ("Shwachman", of
    "Shwachman-Diamond syndrome"); None where no word does, or two stand for different ones.
    """
    words = index.words
    found: dict[str, Match] = {}
    for place, word in enumerate(reading.words):
        key, edits = word.readings[0]
        if word.is_denied or word.is_wild or len(key) < LEAST_TELLING or edits > len(key) // LEAST_TELLING:
            continue
        if key in words.ordinary or key in words.weak or key in words.light or not key.isalpha():
            continue
        meant = {one for held in index.keys_by_word.get(key, ()) for one in index.loose[held].concepts}
        if len(meant) == 1 and (concept := meant.pop()) in index.conditions:
            found.setdefault(
                concept, Match((concept,), 1, edits, False, True, word.typed, frozenset((place,)))
            )
    return next(iter(found.values())) if len(found) == 1 else None


def misspelt(match: Match) -> Own:
    """Get what a whole phrase means that is a misspelt term."""
    return Own(match.concepts[:MOST_CHOICES], len(match.concepts) > 1, 1 - match.edits / 20, match, ())


def _scored(reading: Reading, concepts: Mapping[str, Concept]) -> list[tuple[float, str, Match]]:
    best: dict[str, tuple[float, Match]] = {}
    for match in reading.matches:
        for concept in match.concepts:
            score = _score(concept, match, concepts)
            if concept not in best or score > best[concept][0]:
                best[concept] = (score, match)
    lines = {one: frozenset(line(concepts, one)[1:]) for one in best}
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


def _score(concept_id: str, match: Match, concepts: Mapping[str, Concept]) -> float:
    depth = len(line(concepts, concept_id)) - 1
    is_condition = concepts[concept_id].kind is ConceptKind.CONDITION
    return 2 * match.size + depth + is_condition - match.edits / 2 - match.is_apart


def _close(reading: Reading, index: TermIndex) -> tuple[str, ...]:
    # Nothing fits: offer the concepts of the shortest terms of which the words are at least half.
    plain = {
        word.readings[0][0]
        for word in reading.words
        if not word.is_denied
        and not word.is_wild
        and (not word.readings[0][1] or len(word.typed) > 7 or len(reading.words) == 1)
    }
    quiet = index.words.weak | index.words.light
    heads = {index.words.kin.get(word, word) for word in plain - quiet if not word.isdigit()}
    found: dict[str, int] = {}
    for head in heads - index.words.ordinary:  # "down" and "car" are no reason for a question
        held = index.keys_by_word.get(head, ())
        for key in held if len(heads) == 1 or len(held) <= MOST_TERMS else ():
            if 2 * len(heads.intersection(key)) >= len(key):
                for concept in index.loose[key].concepts:
                    found[concept] = min(len(key), found.get(concept, len(key)))
    return tuple(sorted(found, key=lambda one: (found[one], one))[:MOST_CHOICES])


def _ignored(
    answered: tuple[str, ...], reading: Reading, concepts: Mapping[str, Concept], index: TermIndex
) -> tuple[str, ...]:
    # Words of a broader concept ("cancer" beside "bile duct cancer") are understood, not ignored.
    said = {one for concept in answered for one in line(concepts, concept)}
    used = {
        place for match in reading.matches if not said.isdisjoint(match.concepts) for place in match.places
    }
    return tuple(
        word.typed
        for place, word in enumerate(reading.words)
        if place not in used and not {word_key(word.typed)} & (index.words.weak | index.words.light)
    )


def own_clauses(text: str, words: Words) -> str | None:
    """Get what somebody says of themselves beside what a relative has; None where there is not both.

    "My mother had breast cancer and I have pancreatitis" gives "I have pancreatitis".
    """
    clauses = [clause for clause in _CLAUSES.split(text) if clause and clause.strip()]
    typed = [tokens(clause) for clause in clauses]
    is_of_family = [not (words.family | _FAMILY).isdisjoint(found) for found in typed]
    own = [
        clause
        for clause, found, others in zip(clauses, typed, is_of_family, strict=True)
        if not others and _OWN.search(" ".join(found))
    ]
    return " ".join(own) if own and any(is_of_family) else None


def of_code(code: str, concepts: Mapping[str, Concept]) -> tuple[str, ...]:
    """Get the concepts of an ICD-10-CM code without its dot, of the closest range the broadest."""
    found: list[tuple[int, bool, bool, int, str]] = []
    for concept in concepts.values():
        for span in concept.icd10:
            if span[0] != code[0]:
                continue
            low, _dash, high = span.replace(".", "").partition("-")
            if low <= code[: len(low)] <= (high or low):
                is_group = concept.kind is ConceptKind.SUBSPECIALTY
                depth = len(line(concepts, concept.concept_id))
                found.append((-len(low), bool(high), is_group, depth, concept.concept_id))
    best = min((item[:4] for item in found), default=None)
    return tuple(item[4] for item in found if item[:4] == best)
