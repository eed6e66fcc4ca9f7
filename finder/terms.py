"""The term index: which words mean which concepts, whatever their order, case, plural and spelling.

Every term is filed twice. *Strict*: its words in normal form, sorted, without function words. *Loose*: those
without weak words ("disease", "doctor", "problem"), without light ones ("new", "treatment") where two others
remain, and with kin words folded together ("renal" and "kidney", "carcinoma" and "cancer"). A loose key that
several concepts share belongs to the one with the nearest term ("recurrent ovarian cancer" stands back behind
"ovarian cancer"), of several to the one above all others; otherwise it is ambiguous and asked back, never
guessed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from rapidfuzz import process
from rapidfuzz.distance import OSA

from finder.concepts import A_CONCEPT, Concept, ConceptKind, line
from finder.tables import Row, read_table
from finder.text import by_sound, fold, tokens, word_key

TERM_COLUMNS = ("concept_id", "term", "kind", "source")
WORD_COLUMNS = ("word", "kind", "means", "source")
Key = tuple[str, ...]
_CAPITALS = re.compile(r"[^\W_]*[A-Z][^\W_]*[A-Z0-9][^\W_]*")


class TermKind(StrEnum):
    """What sort of words a term is: `shared` ones mean several concepts and are asked back, a `test` means
    its concept where a figure stands behind it ("eGFR 25").
    """

    CLINICAL = "clinical"
    LAY = "lay"
    ABBREVIATION = "abbreviation"
    SPANISH = "spanish"
    MISSPELLING = "misspelling"
    SHARED = "shared"
    TEST = "test"


class WordKind(StrEnum):
    """What a single word does in a sentence about a condition."""

    STOP = "stop"
    FAMILY = "family"
    NEGATION = "negation"
    NEGATION_AFTER = "negation_after"
    WEAK = "weak"
    LIGHT = "light"
    KIN = "kin"
    ORDINARY = "ordinary"
    PARTICLE = "particle"
    TITLE = "title"
    LAY = "lay"
    IDIOM = "idiom"
    FAILED = "failed"
    HELPED = "helped"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of words.csv: function words, negations, weak and light words, kin words with their head.
    `ordinary` are everyday words, never taken for a misspelt condition, `particles` stand in an urgent phrase
    ("cough *up* blood"), `title` in titles of codes only ("nos"), and `lay` gives the word of a title for one
    of patients ("broken", "fracture"). `failed` and a denied `helped` say that a treatment did not help,
    `idioms` are phrases that mean no part of the body ("set of eyes"), by their first word."""

    stop: frozenset[str]
    family: frozenset[str]
    negation: frozenset[str]
    negation_after: frozenset[str]
    weak: frozenset[str]
    light: frozenset[str]
    kin: Mapping[str, str]
    ordinary: frozenset[str]
    particles: frozenset[str]
    title: frozenset[str]
    lay: Mapping[str, str]
    failed: frozenset[str]
    helped: frozenset[str]
    idioms: Mapping[str, tuple[Key, ...]]

    def is_function(self, token: str) -> bool:
        """Get whether a folded word carries no medical meaning."""
        return token in self.stop or token in self.family or token in self.negation


@dataclass(frozen=True, slots=True)
class Entry:
    """What a key means: one concept, or several that are asked back."""

    concepts: tuple[str, ...]
    has_negation: bool
    is_abbreviation: bool


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words or phrases by length and first letter, by what follows it, and by sound: few are compared."""

    by_start: Mapping[tuple[int, str], tuple[str, ...]]
    by_tail: Mapping[str, tuple[str, ...]]
    sounds: Mapping[str, tuple[str, ...]]

    def within(self, text: str, limit: int) -> list[tuple[str, int]]:
        """Get up to twenty entries with at most `limit` edits to `text`, each with its edits; those with more
        than one edit begin with the same letter, as nearly all misspellings do.
        """
        found = dict.fromkeys(self._other_starts(text), 1)
        for size in range(len(text) - limit, len(text) + limit + 1):
            held = self.by_start.get((size, text[:1]), ())
            near = process.extract(text, held, scorer=OSA.distance, score_cutoff=limit, limit=20)
            found.update((one, int(edits)) for one, edits, _place in near)
        return sorted(found.items(), key=lambda one: (one[1], one[0]))[:20]

    def __contains__(self, text: str) -> bool:
        return text in self.by_start.get((len(text), text[:1]), ())

    def _other_starts(self, text: str) -> Iterator[str]:
        # The first letter is another one, left out, doubled by another, or swapped with the second.
        yield from self.by_tail.get(text[1:], ())
        yield from self.by_tail.get(text, ())
        yield from (form for form in (text[1:], text[1:2] + text[:1] + text[2:]) if form in self)


@dataclass(frozen=True, slots=True)
class Term:
    """One row of terms.csv: its words folded (in their order) and as written."""

    folded: str
    written: str
    concept_id: str
    kind: TermKind


@dataclass(frozen=True, slots=True)
class TermIndex:
    """The terms by strict and by loose key, as written (sorted by folded text), and every word in them; the
    concepts of tests with a figure by the word keys of their names, in their order.
    """

    words: Words
    conditions: frozenset[str]
    tests: Mapping[Key, str]
    strict: Mapping[Key, Entry]
    loose: Mapping[Key, Entry]
    keys_by_word: Mapping[str, tuple[Key, ...]]
    lexicon: Lexicon
    known: frozenset[str]
    ambivalent: frozenset[str]
    longest: int
    terms: tuple[Term, ...]
    phrases: Lexicon

    def loose_key(self, keys: Iterable[str]) -> Key:
        """Get the loose key of word keys."""
        return _loose_key(keys, self.words)


def load_words(folder: Path) -> Words:
    """Get the words of words.csv; raises SourceError for a word listed twice or a kin word without a head."""
    found: dict[WordKind, dict[str, str]] = {kind: {} for kind in WordKind}
    for row in read_table(folder / "words.csv", WORD_COLUMNS):
        row.needed("source")
        word, kind = row.needed("word"), row.choice("kind", WordKind)
        if fold(word) != word or (" " in word) is not (kind is WordKind.IDIOM):
            raise row.wrong("word", f"'{word}' is not one folded word, or an idiom of one")
        if word in found[kind]:
            raise row.wrong("word", f"'{word}' is listed twice")
        if bool(row["means"]) != (kind in (WordKind.KIN, WordKind.LAY)):
            raise row.wrong("means", "belongs to kin and lay words, and every one of them has it")
        found[kind][word] = row["means"]
    return Words(
        stop=frozenset(found[WordKind.STOP]),
        family=frozenset(found[WordKind.FAMILY]),
        negation=frozenset(found[WordKind.NEGATION]),
        negation_after=frozenset(found[WordKind.NEGATION_AFTER]),
        weak=frozenset(map(word_key, found[WordKind.WEAK])),
        light=frozenset(map(word_key, found[WordKind.LIGHT])),
        kin=MappingProxyType({word_key(word): head for word, head in found[WordKind.KIN].items()}),
        ordinary=frozenset(found[WordKind.ORDINARY]),
        particles=frozenset(found[WordKind.PARTICLE]),
        title=frozenset(found[WordKind.TITLE]),
        lay=MappingProxyType({word_key(word): head for word, head in found[WordKind.LAY].items()}),
        failed=frozenset(found[WordKind.FAILED]),
        helped=frozenset(found[WordKind.HELPED]),
        idioms=_by_first_word(found[WordKind.IDIOM]),
    )


def _by_first_word(phrases: Iterable[str]) -> Mapping[str, tuple[Key, ...]]:
    found: dict[str, tuple[Key, ...]] = {}
    for phrase in phrases:
        first, *_others = words = tuple(phrase.split())
        found[first] = (*found.get(first, ()), words)
    return MappingProxyType(found)


def load_terms(folder: Path, words: Words, concepts: Mapping[str, Concept]) -> TermIndex:
    """Get the index of terms.csv.

    Raises SourceError for an unknown concept, and for words that mean two concepts without being `shared`.
    """
    strict: dict[Key, Entry] = {}
    shared: dict[Key, bool] = {}
    terms: list[Term] = []
    tests: dict[Key, str] = {}
    keys: dict[str, str] = {}  # by word, as most words stand in many terms
    for row in read_table(folder / "terms.csv", TERM_COLUMNS):
        row.one_of("concept_id", concepts, A_CONCEPT)
        row.needed("source")
        if row.choice("kind", TermKind) is TermKind.TEST:
            tests[tuple(map(word_key, tokens(row.needed("term"))))] = row["concept_id"]
        else:
            terms.append(_add(row, words, strict, shared, keys))
    loose = _loose(strict, words, concepts)
    by_word: dict[str, list[Key]] = {}
    for key in loose:
        for word in key:
            by_word.setdefault(word, []).append(key)
    known = frozenset(word for key in (*strict, *loose, *tests) for word in key)
    return TermIndex(
        words=words,
        conditions=frozenset(key for key, one in concepts.items() if one.kind is ConceptKind.CONDITION),
        tests=MappingProxyType(tests),
        strict=MappingProxyType(strict),
        loose=MappingProxyType(loose),
        keys_by_word=MappingProxyType({word: tuple(keys) for word, keys in by_word.items()}),
        lexicon=lexicon_of(word for word in known if len(word) > 2 and word.isalpha()),
        known=known | frozenset(words.kin) | words.weak | words.light,
        ambivalent=frozenset(
            key[0] for key, entry in strict.items() if entry.is_abbreviation and words.is_function(key[0])
        ),
        longest=max(map(len, strict)),
        terms=tuple(sorted(terms, key=lambda one: (one.folded, one.concept_id))),
        phrases=lexicon_of({one.folded for one in terms}, has_sounds=False),
    )


def lexicon_of(words: Iterable[str], has_sounds: bool = True) -> Lexicon:
    """Get a lexicon of folded words; `has_sounds` False leaves out the sounds, for whole phrases."""
    listed = sorted(words)
    by_start: dict[tuple[int, str], list[str]] = {}
    by_tail: dict[str, list[str]] = {}
    for word in listed:
        by_start.setdefault((len(word), word[:1]), []).append(word)
        by_tail.setdefault(word[1:], []).append(word)
    return Lexicon(
        MappingProxyType({start: tuple(held) for start, held in by_start.items()}),
        MappingProxyType({tail: tuple(held) for tail, held in by_tail.items()}),
        by_sound(listed) if has_sounds else MappingProxyType({}),
    )


def _add(
    row: Row, words: Words, strict: dict[Key, Entry], shared: dict[Key, bool], keys: dict[str, str]
) -> Term:
    kind = row.choice("kind", TermKind)
    typed = tokens(row.needed("term"))
    content = [token for token in typed if not words.is_function(token)] or typed
    key = tuple(sorted(keys.get(token) or keys.setdefault(token, word_key(token)) for token in content))
    if not key:
        raise row.wrong("term", "has neither letters nor digits")
    is_shared = kind is TermKind.SHARED
    entry = Entry(
        concepts=(row["concept_id"],),
        has_negation=any(token in words.negation for token in typed),
        is_abbreviation=kind is TermKind.ABBREVIATION and len(key) == 1,
    )
    earlier = strict.get(key)
    if earlier is not None and row["concept_id"] not in earlier.concepts:
        if not (is_shared and shared[key]):
            raise row.wrong("term", f"'{row['term']}' means {earlier.concepts[0]} too: make both `shared`")
        entry = Entry((*earlier.concepts, row["concept_id"]), False, False)
    elif earlier is not None:
        entry = earlier if not earlier.is_abbreviation else entry
    strict[key] = entry
    shared[key] = is_shared and shared.get(key, True)
    return Term(" ".join(typed), row["term"], row["concept_id"], kind)


def _loose(strict: Mapping[Key, Entry], words: Words, concepts: Mapping[str, Concept]) -> dict[Key, Entry]:
    meant: dict[Key, dict[str, tuple[int, int]]] = {}
    for key, entry in strict.items():
        loose = _loose_key(key, words)
        if len(loose) == 1 < len(key) and loose[0] in words.ordinary:
            continue  # "Weaver syndrome" is not meant by "weaver"
        if loose and not entry.has_negation and not entry.is_abbreviation:
            # How far the term is from the loose key: words left out ("recurrent"), then words folded.
            far = (len(key) - len(loose), sum(word not in loose for word in key))
            for concept in entry.concepts:
                nearest = meant.setdefault(loose, {})
                nearest[concept] = min(far, nearest.get(concept, far))
    found = {}
    for key, distances in meant.items():
        least = min(distances.values())
        near = sorted(one for one in distances if distances[one] == least)
        if len(near) > 1:
            lines = [line(concepts, one) for one in near]
            near = [one for one in near if all(one in each for each in lines)] or near
        found[key] = Entry(tuple(near), False, False)
    return found


def _loose_key(keys: Iterable[str], words: Words) -> Key:
    heads = {words.kin.get(word, word) for word in keys if word not in words.weak}
    heavy = heads - words.light
    return tuple(sorted(heavy if len(heavy) > 1 else heads))


def capitals(text: str) -> frozenset[str]:
    """Get the folded words of `text` that are written with two capitals or a capital and a digit; nothing for
    a text in capitals throughout, where they say nothing, unless it is one single word.
    """
    if text.isupper() and len(text.split()) > 1:
        return frozenset()
    return frozenset(token for match in _CAPITALS.finditer(text) for token in tokens(match.group()))


def is_negated(typed: list[str], start: int, end: int, words: Words) -> bool:
    """Get whether a negation before position `start`, up to `end` or right after denies the words there."""
    if any(token in words.negation for token in typed[start : end + 1]):
        return True
    position = start - 1
    while position >= 0 and start - position <= 4:
        token = typed[position]
        if token in words.negation:
            return typed[position + 1] not in words.helped  # "did not help my migraine" denies the help
        if not (token in words.stop or token in words.family):
            break
        position -= 1
    after = [token for token in typed[end + 1 : end + 4] if token not in words.stop]
    return bool(after) and after[0] in words.negation_after


def content_of(text: str, typed: list[str], index: TermIndex) -> list[int]:
    """Get the places of the words in `typed` (the tokens of `text`) that carry medical meaning; a function
    word that is an abbreviation too ("ALL", acute lymphoblastic leukemia) counts when in capitals.
    """
    words = index.words
    loud = capitals(text) if not index.ambivalent.isdisjoint(typed) else frozenset()
    idle = {
        start + step
        for start, token in enumerate(typed)
        for idiom in words.idioms.get(token, ())
        if tuple(typed[start : start + len(idiom)]) == idiom
        for step in range(len(idiom))
    }
    return [
        place
        for place, token in enumerate(typed)
        if place not in idle and (not words.is_function(token) or token in index.ambivalent & loud)
    ]


def terms_in(text: str, index: TermIndex) -> list[str]:
    """Get the concepts that a free text names, in its order, each once; for trial conditions and rosters.
    Exact words only (any order, plural, spelling tradition), longest first; words that mean several concepts,
    denied ones, and abbreviations in small letters inside a longer text give nothing.
    """
    typed = tokens(text)
    content = [(place, word_key(typed[place])) for place in content_of(text, typed, index)]
    loud: frozenset[str] | None = None
    found: dict[str, None] = {}
    at = 0
    while at < len(content):
        size, entry = _longest_at(content, at, index)
        if entry is None:
            at += 1
            continue
        first, last = content[at][0], content[at + size - 1][0]
        at += size
        if entry.is_abbreviation and len(typed) > 1:
            loud = capitals(text) if loud is None else loud
            if typed[first] not in loud:
                continue
        if entry.has_negation or not is_negated(typed, first, last, index.words):
            found[entry.concepts[0]] = None
    return list(found)


def _longest_at(content: list[tuple[int, str]], at: int, index: TermIndex) -> tuple[int, Entry | None]:
    run: list[str] = []
    for _place, key in content[at : at + index.longest]:
        if key not in index.known:
            break
        run.append(key)
    for size in range(len(run), 0, -1):
        keys = run[:size]
        entry = index.strict.get(tuple(sorted(keys)))
        if entry is None and size > 1:
            loose = index.loose_key(keys)
            entry = index.loose.get(loose) if len(loose) > 1 else None
        if entry is not None and len(entry.concepts) == 1:
            return size, entry
    return 0, None
