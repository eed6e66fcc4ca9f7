"""Weighs what our own terms make of a text: which concept, how well it fits, which words stay unexplained.

The score of a reading is twice the words of its term plus the depth of its concept plus one for a condition,
less half a point per changed letter and one point when the words stood apart; two readings less than one
point apart are asked back, and so are two diseases in a row.

How well the terms fit a text is the share of its words that they explain (an unexplained one counts half, an
everyday one of a longer sentence nothing), less 0.05 per changed letter, 0.15 when the words stood apart,
0.25 for one word of a broader sense beside unexplained ones. The figures are our own choice and hold for
tests/unit/finder/test_vocabulary.py.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from finder.concepts import Concept, ConceptKind, line
from finder.spelling import Match, Reading, read
from finder.terms import TermIndex, Words
from finder.text import sound, tokens, word_key

CANCER = "cancer"
MARGIN = 1.0  # points; see the docstring
MOST_CHOICES = 5
_CLAUSES = re.compile(r"[,.;:!?]|\b(?:and|but|now|y|pero|ahora)\b", re.IGNORECASE)
_FAMILY = frozenset(("family", "familia"))
_OWN = re.compile(r"\b(?:i (?:\w+ )?(?:have|had|got|was|am|suffer)|ive|im|tengo)\b|^my ")
_ROW = re.compile(r"[&+]|\b(?:and|plus|y)\b", re.IGNORECASE)
_JOINED = re.compile(r"[,;&+/]|\b(?:and|with|plus|y|con)\b", re.IGNORECASE)
# What shapes the care of whatever comes with it: "pyelonephritis in pregnancy", "lupus pericarditis".
LEADING = frozenset(("high_risk_pregnancy", "autoimmune_diseases"))
TOLD = 0.45  # fit of a condition of which only a part of the name was said
LONG = 8  # letters of a word that may be corrected among words that say nothing
LONGER = 12  # letters of one that needs not sound the same
LEAST_TELLING = 6  # letters of a word that stands for a condition alone; one may be wrong in as many
MOST_TERMS = 60  # of a word that may be asked back with them; a commoner one says too little


@dataclass(frozen=True, slots=True)
class Own:
    """What our own terms make of a text: one concept or several to ask back; `fit` is 0 to 1.

    `also` are markers ("KRAS") beside the condition that is the answer; `is_several` says that other words
    stand for each of the concepts, not one word for all of them.
    """

    concepts: tuple[str, ...]
    is_asked: bool
    fit: float
    match: Match | None
    ignored: tuple[str, ...]
    also: tuple[str, ...] = ()
    is_several: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """The codes `low` to `high` of a concept; of several spans that hold a code the lowest `order` counts."""

    low: str
    high: str
    order: tuple[int, bool, bool, int]
    concept_id: str


def own_of(text: str, reading: Reading, concepts: Mapping[str, Concept], index: TermIndex) -> Own:
    """Get what the terms found in a text mean: the best reading, or those too close to tell apart.

    Of two diseases in a row ("diabetes and migraine") none is the better reading, whatever their scores,
    unless a cancer has the best one.
    """
    scored = _scored(reading, concepts)
    if not scored:
        told = _told(reading, concepts, index)
        if told is not None:
            concept = told.concepts[0]
            heard = replace(reading, matches=(told,))
            return Own((concept,), False, TOLD, told, _ignored((concept,), heard, concepts, index))
        close = _close(reading, index)
        ignored = _ignored(close, reading, concepts, index)
        is_noun = len(close) == 1 and _is_of_noun(close[0], reading, index)
        return Own(close, not is_noun, TOLD if is_noun else 0.0, None, ignored)
    match = scored[0][2]
    near = _near(text, scored, concepts)
    if any(CANCER in line(concepts, one) and one in index.conditions for one in near):
        # "melanoma of the ear": the field of the organ says where, the cancer says what
        near = tuple(one for one in near if concepts[one].kind is not ConceptKind.SUBSPECIALTY)
    near = near[:MOST_CHOICES]
    said = {one for concept in near for one in line(concepts, concept)}
    also = tuple(
        one
        for _score, one, _match in scored
        if concepts[one].kind is ConceptKind.BIOMARKER
        and one not in said
        and CANCER in line(concepts, near[0])
    )
    is_several = len({one.places for _score, concept, one in scored if concept in near}) == len(near) > 1
    ignored = _ignored((*near, *also), reading, concepts, index)
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
    return Own(near, len(near) > 1 or is_guess, fit, match, ignored, also, is_several)


def _near(
    text: str, scored: Sequence[tuple[float, str, Match]], concepts: Mapping[str, Concept]
) -> tuple[str, ...]:
    """The best concept and those too close to tell apart from it, or in a row with it."""
    top, first, match = scored[0]
    others = {
        one
        for _score, one, other in scored
        if not other.is_loose and other.places.isdisjoint(match.places) and _is_disease(concepts[one])
    }
    # "pancreatic cancer and diabetes": the cancer is what is asked about
    is_alone = not _is_disease(concepts[first]) or CANCER in line(concepts, first)
    row = others if _ROW.search(text) is not None and not is_alone else set[str]()
    return tuple(one for score, one, other in scored if top - score < MARGIN or other is match or one in row)


def _is_disease(concept: Concept) -> bool:
    """Whether a concept is a condition and not first a sign of one (chapter R of ICD-10-CM): "cancer and
    weight loss" is one disease.
    """
    return concept.kind is ConceptKind.CONDITION and not "".join(concept.icd10[:1]).startswith("R")


def _sounds_right(match: Match, reading: Reading) -> bool:
    """Whether a long corrected word sounds like what it was read as ("phacomatosis", "phakomatosis"), or is
    so long that hardly another word could be meant ("hyperglyceridemia").
    """
    word = reading.words[min(match.places)]
    is_alike = sound(word.typed) == sound(word.readings[0][0])
    return len(word.typed) >= (LONG if is_alike else LONGER)


def _is_of_noun(concept: str, reading: Reading, index: TermIndex) -> bool:
    """Whether the last word, in English the noun, stands as it is in a term of a concept."""
    quiet = index.words.weak | index.words.light
    said = [word for word in reading.words if word.readings[0][0] not in quiet]
    key, edits = said[-1].readings[0] if said else ("", 0)
    if (
        edits
        or said[-1:] == []
        or said[-1].is_denied
        or len(key) < LEAST_TELLING
        or key in index.words.ordinary
    ):
        return False
    return any(concept in index.loose[held].concepts for held in index.keys_by_word.get(key, ()))


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


def settled(
    text: str, own: Own, first: Mapping[str, tuple[str, ...]], concepts: Mapping[str, Concept]
) -> Own:
    """Ask nothing back where the answer would not change who is right: the doctor who leads in each of the
    conditions is on the `first` step of every other one, or one of them leads the others (see `LEADING`).
    """
    if not own.is_several or any(concepts[one].kind is not ConceptKind.CONDITION for one in own.concepts):
        return own
    steps = [first[one] for one in own.concepts]
    lead = own.concepts[0] if all(one[0] in other for one in steps for other in steps) else None
    lines = {one: line(concepts, one) for one in own.concepts}
    if lead is None and not _JOINED.search(text) and not any(CANCER in each for each in lines.values()):
        leading = [one for one in own.concepts if not LEADING.isdisjoint(lines[one])]
        lead = leading[0] if len(leading) == 1 else None
    if lead is None:
        return own
    others = tuple(one for one in own.concepts if one != lead)
    return replace(own, concepts=(lead,), is_asked=False, also=others)


def of_organ(text: str, own: Own, concepts: Mapping[str, Concept], index: TermIndex) -> Own:
    """Read a marker beside an organ ("KRAS colon") as the cancer of that organ with the marker."""
    if own.is_asked or not own.ignored or concepts[own.concepts[0]].kind is not ConceptKind.BIOMARKER:
        return own
    organ = f"{text} {CANCER}"
    found = own_of(organ, read(organ, index), concepts, index)
    is_told = not found.is_asked and CANCER in line(concepts, found.concepts[0])
    return found if is_told and set(own.ignored).isdisjoint(found.ignored) else own


def is_sure(own: Own) -> bool:
    """Get whether own terms say it as it stands, or with one letter changed."""
    match = own.match
    if match is None:
        return own.fit == 1
    return (
        not own.is_several
        and match.edits < 2
        and not match.is_apart
        and not (match.is_loose and match.size == 1)
    )


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


def spans_of(concepts: Mapping[str, Concept]) -> Mapping[str, tuple[Span, ...]]:
    """Get the codes of all concepts by their first letter."""
    found: dict[str, tuple[Span, ...]] = {}
    for concept in concepts.values():
        is_group = concept.kind is ConceptKind.SUBSPECIALTY
        depth = len(line(concepts, concept.concept_id))
        for span in concept.icd10:
            low, _dash, high = span.replace(".", "").partition("-")
            order = (-len(low), bool(high), is_group, depth)
            found[low[0]] = (*found.get(low[0], ()), Span(low, high or low, order, concept.concept_id))
    return MappingProxyType(found)


def of_code(code: str, spans: Mapping[str, tuple[Span, ...]]) -> tuple[str, ...]:
    """Get the concepts of an ICD-10-CM code without its dot, of the closest range the broadest."""
    found = [one for one in spans.get(code[:1], ()) if one.low <= code[: len(one.low)] <= one.high]
    best = min((one.order for one in found), default=None)
    return tuple(one.concept_id for one in found if one.order == best)
