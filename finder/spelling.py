"""Finds the terms in what somebody typed: misspelt, joined, split, in any order, with other words between.

Longest first: stretches of neighbouring words, then terms whose words stand apart, then single words. An
unknown word is read as the known words nearest to it: one edit from four letters on, two from seven on
(insert, delete, replace, swap of neighbours); words of up to five letters must keep their first letter.
"""

from dataclasses import dataclass, replace
from itertools import product

from rapidfuzz import process
from rapidfuzz.distance import OSA

from finder.terms import Entry, Key, TermIndex, content_of, is_negated
from finder.text import tokens, word_key

MOST_WORDS = 40  # a sentence; more is a letter, of which the first part says it
MOST_READINGS = 3  # of one unknown word


@dataclass(frozen=True, slots=True)
class Word:
    """One meaningful word as typed (folded), its places, and how it may be read, with edits."""

    typed: str
    first: int
    last: int
    readings: tuple[tuple[str, int], ...]
    is_denied: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """Words that mean concepts; `size` counts the words of the term, `edits` the letters changed."""

    concepts: tuple[str, ...]
    size: int
    edits: int
    is_apart: bool
    is_loose: bool
    typed: str
    places: frozenset[int]


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was found in a text, and its meaningful words, to which the places of the matches point."""

    matches: tuple[Match, ...]
    words: tuple[Word, ...]


def read(text: str, index: TermIndex) -> Reading:
    """Get the terms in `text`, without denied ones ("no cancer")."""
    typed = tokens(text)
    words = [
        replace(word, is_denied=is_negated(typed, word.first, word.last, index.words))
        for word in _words(text, typed, index)
    ]
    used: set[int] = set()
    matches: list[Match] = []
    for size in range(min(len(words), index.longest), 1, -1):
        matches += _neighbours(words, size, index, typed, used)
    matches += _apart(words, index, used)
    matches += _neighbours(words, 1, index, typed, used)
    return Reading(tuple(matches), tuple(words))


def _words(text: str, typed: list[str], index: TermIndex) -> list[Word]:
    places = content_of(text, typed, index)[:MOST_WORDS]
    words: list[Word] = []
    at = 0
    while at < len(places):
        place = places[at]
        token = typed[place]
        is_known = word_key(token) in index.known
        following = typed[place + 1] if at + 1 < len(places) and places[at + 1] == place + 1 else ""
        if following and not (is_known and word_key(following) in index.known):
            joined = word_key(token + following)
            if joined in index.known:
                words.append(Word(f"{token} {following}", place, place + 1, ((joined, 1),)))
                at += 2
                continue
        words += (
            [Word(token, place, place, ((word_key(token), 0),))] if is_known else _guess(token, place, index)
        )
        at += 1
    return words


def _guess(token: str, place: int, index: TermIndex) -> list[Word]:
    for cut in range(3, len(token) - 2):
        halves = word_key(token[:cut]), word_key(token[cut:])
        if all(half in index.known for half in halves):
            return [Word(token, place, place, ((half, cost),)) for cost, half in enumerate(halves)]
    return [Word(token, place, place, _nearest(token, index) or ((word_key(token), 0),))]


def _nearest(token: str, index: TermIndex) -> tuple[tuple[str, int], ...]:
    if len(token) < 4 or not token.isalpha():
        return ()
    limit = 1 if len(token) < 7 else 2
    near: dict[str, int] = {}
    for form in {token, word_key(token)}:
        for word, edits, _place in process.extract(
            form, index.lexicon, scorer=OSA.distance, score_cutoff=limit, limit=8
        ):
            if len(token) > 5 or word[0] == token[0]:
                near[word] = min(int(edits), near.get(word, limit))
    best = min(near.values(), default=0)
    ranked = sorted((edits, word[0] != token[0], word) for word, edits in near.items() if edits == best)
    return tuple((word, max(edits, 1)) for edits, _other, word in ranked[:MOST_READINGS])


def _neighbours(
    words: list[Word], size: int, index: TermIndex, typed: list[str], used: set[int]
) -> list[Match]:
    found = []
    for start in range(len(words) - size + 1):
        places = range(start, start + size)
        if not used.isdisjoint(places):
            continue
        match = _match(words[start : start + size], frozenset(places), index, typed)
        if match is not None:
            used.update(places)
            found.append(match)
    return found


def _match(words: list[Word], places: frozenset[int], index: TermIndex, typed: list[str]) -> Match | None:
    best: tuple[int, bool, int, Entry] | None = None
    for choice in product(*(word.readings for word in words)):
        keys = [key for key, _edits in choice]
        edits = sum(edits for _key, edits in choice)
        entry, loose = _entry(keys, index)
        if entry is None or (best is not None and (edits, loose is not None) >= best[:2]):
            continue
        best = (edits, loose is not None, len(loose) if loose is not None else len(keys), entry)
    if best is None or (len(words) == 1 and _is_wild(words[0], best[0])):
        return None
    edits, is_loose, count, entry = best
    if not entry.has_negation and is_negated(typed, words[0].first, words[-1].last, index.words):
        return None
    text = " ".join(dict.fromkeys(word.typed for word in words))
    return Match(entry.concepts, count, edits, False, is_loose, text, places)


def _entry(keys: list[str], index: TermIndex) -> tuple[Entry | None, Key | None]:
    strict = index.strict.get(tuple(sorted(keys)))
    if strict is not None:
        return strict, None
    loose = index.loose_key(keys)
    return index.loose.get(loose), loose


def _is_wild(word: Word, edits: int) -> bool:
    # A lone short word that had to be changed is more often another English word than a misspelt condition.
    return edits > 0 and len(word.typed) < 5


def _apart(words: list[Word], index: TermIndex, used: set[int]) -> list[Match]:
    found: list[Match] = []
    while True:
        places: dict[str, int] = {}
        for place, word in enumerate(words):
            if place not in used and not word.is_denied:
                head = index.words.kin.get(word.readings[0][0], word.readings[0][0])
                places.setdefault(head, place)
        keys = {key for head in places for key in index.keys_by_word.get(head, ()) if len(key) > 1}
        whole = sorted((-len(key), key) for key in keys if all(word in places for word in key))
        if not whole:
            return found
        key = whole[0][1]
        taken = frozenset(places[word] for word in key)
        edits = sum(words[place].readings[0][1] for place in taken)
        text = " ".join(words[place].typed for place in sorted(taken))
        found.append(Match(index.loose[key].concepts, len(key), edits, True, True, text, taken))
        used |= taken
