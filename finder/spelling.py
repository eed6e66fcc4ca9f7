"""Finds the terms in what somebody typed: misspelt, joined, split, in any order, with other words between.

Longest first: stretches of neighbouring words, then terms whose words stand apart, then single words. An
unknown word is read as the known words nearest to it (`nearest`); `whole` compares the phrase as one text,
which finds what stands in short words ("lnug", "gum diease"). Everyday English words (words.csv, `ordinary`)
and words of up to four letters are corrected only beside words that stand as they are.
"""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from itertools import product

from rapidfuzz.distance import OSA

from finder.terms import Entry, Key, Lexicon, TermIndex, Words, content_of, is_negated
from finder.text import sound, tokens, word_key

MOST_WORDS = 40  # a sentence; more is a letter, of which the first part says it
MOST_READINGS = 3  # of one unknown word
SOUNDS_OTHERWISE = 1.5  # edits that a word counts more that sounds otherwise
MOST_OF_TEST = 3  # words in the name of a test
SHORT = 5  # letters; a lone word shorter than this is never corrected
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Word:
    """One meaningful word as typed (folded), its places, and how it may be read, with edits."""

    typed: str
    first: int
    last: int
    readings: tuple[tuple[str, int], ...]
    is_denied: bool = False
    is_wild: bool = False


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
    places = content_of(text, typed, index)
    words = [
        replace(word, is_denied=is_negated(typed, word.first, word.last, index.words))
        for word in _plain(typed, places, index) or _words(typed, places[:MOST_WORDS], index)
    ]
    term = _whole_term(words, index, typed)
    if term is not None:  # before figures and failures are looked for: "190 over LDL" is "LDL over 190"
        return Reading((term,), tuple(words))
    if _is_failed(typed, index.words):  # "migraine, topiramate did not help" is the migraine
        matches = _matches(words, index, typed, index.conditions)
        if matches:
            return Reading(tuple(matches), tuple(words))
    return Reading(tuple(_matches(words, index, typed)), tuple(words))


def _whole_term(words: list[Word], index: TermIndex, typed: list[str]) -> Match | None:
    """Get the term that all the words are, as they stand and in any order."""
    if not 1 < len(words) <= index.longest or any(word.readings[0][1] for word in words):
        return None
    match = _match(words, frozenset(range(len(words))), index, typed)
    return match if match is not None and not match.edits and not match.is_loose else None


def _matches(
    words: list[Word], index: TermIndex, typed: list[str], only: frozenset[str] | None = None
) -> list[Match]:
    used: set[int] = set()
    matches = _measured(words, index, used)
    for size in range(min(len(words), index.longest), 1, -1):
        matches += _neighbours(words, size, index, typed, used, only)
    matches += _apart(words, index, used, only)
    return matches + _neighbours(words, 1, index, typed, used, only)


def _measured(words: list[Word], index: TermIndex, used: set[int]) -> list[Match]:
    """Find tests with a figure behind them ("eGFR 25", "my A1C went up to 9.2")."""
    found = []
    for size in range(min(MOST_OF_TEST, len(words)), 0, -1):
        for start in range(len(words) - size):
            concept = index.tests.get(tuple(word.readings[0][0] for word in words[start : start + size]))
            if concept is None or not used.isdisjoint(range(start, start + size)):
                continue
            places = _figure_after(words, start + size, index)
            if not places:
                continue
            taken = frozenset((*range(start, start + size), *places))
            used |= taken
            text = " ".join(words[place].typed for place in sorted(taken))
            found.append(Match((concept,), len(taken), 0, False, False, text, taken))
    return found


def _figure_after(words: list[Word], start: int, index: TermIndex) -> list[int]:
    # Up to two words such as "dropped" may stand between; one that names a condition may not.
    at = start
    while at < min(start + 2, len(words)) and not words[at].typed.isdigit():
        if words[at].readings[0][0] in index.known and words[at].typed not in index.words.ordinary:
            return []
        at += 1
    end = at
    while end < len(words) and words[end].typed.isdigit():
        end += 1
    return list(range(start, end)) if end > at else []


def _is_failed(typed: list[str], words: Words) -> bool:
    """Whether a text says that something did not help."""
    return any(
        token in words.failed
        or (token in words.negation and not words.helped.isdisjoint(typed[place + 1 : place + 4]))
        for place, token in enumerate(typed)
    )


def whole(text: str, index: TermIndex) -> Match | None:
    """Get the term that the whole of `text`, without function words around it, is a misspelling of.

    Up to one letter differs, from ten letters on two, from eighteen on three; figures and negations stay,
    and so do longer words that other terms hold ("retinal" is no misspelt "renal").
    Terms of different concepts equally near give a match with all of them, which is asked back.
    """
    typed = tokens(text)
    content = content_of(text, typed, index)
    if not content or len(content) > index.longest:
        return None
    inner = typed[content[0] : content[-1] + 1]
    outer = typed[: content[0]] + typed[content[-1] + 1 :]
    if len(inner) < 2 or not index.words.negation.isdisjoint(outer):
        return None  # a single word is read by `nearest`, which also hears how it sounds
    phrase = " ".join(inner)
    limit = 1 if len(phrase) < 10 else 2 if len(phrase) < 18 else 3
    near = index.phrases.within(phrase, limit)
    near = [one for one in near if _may_become(phrase, one[0], index)]
    best = min((one[1] for one in near), default=0)
    entries = [_strict(tokens(one[0]), index) for one in near if one[1] == best]
    concepts = sorted({concept for entry in entries if entry for concept in entry.concepts})
    if not concepts or not _is_anchored(phrase, near[0][0]):
        return None
    return Match(
        tuple(concepts), len(content), max(best, 1), False, False, phrase, frozenset(range(len(content)))
    )


def _may_become(phrase: str, term: str, index: TermIndex) -> bool:
    negation = index.words.negation
    typed, meant = phrase.split(), term.split()
    lost = [word for word in typed if word not in meant and len(word) > SHORT]
    said = {sound(word) for word in meant}
    return (
        _DIGITS.findall(phrase) == _DIGITS.findall(term)
        and [word for word in typed if word in negation] == [word for word in meant if word in negation]
        and not any(word_key(word) in index.known and sound(word) not in said for word in lost)
    )


def _strict(typed: list[str], index: TermIndex) -> Entry | None:
    content = [token for token in typed if not index.words.is_function(token)] or typed
    return index.strict.get(tuple(sorted(map(word_key, content))))


def _is_anchored(phrase: str, term: str) -> bool:
    # One word at least must stand as it is: "good pipes" is no misspelling of "wood pipe".
    return not set(phrase.split()).isdisjoint(term.split()) or " " not in term


def is_term(text: str, index: TermIndex) -> bool:
    """Whether a text is one of our terms as it stands, in any order and without function words."""
    typed = tokens(text)
    return _key(typed, content_of(text, typed, index)) in index.strict


def only_meaning(text: str, index: TermIndex) -> str | None:
    """Get the one concept of the term that a text is as it stands, in any order, with no word beside it that
    could deny it or say whose it is; None for any other text.
    """
    typed = tokens(text)
    places = content_of(text, typed, index)
    entry = index.strict.get(_key(typed, places)) if len(places) == len(typed) else None
    return entry.concepts[0] if entry is not None and len(entry.concepts) == 1 else None


def _key(typed: list[str], places: Sequence[int]) -> Key:
    return tuple(sorted(word_key(typed[place]) for place in places))


def _plain(typed: list[str], places: Sequence[int], index: TermIndex) -> list[Word]:
    """The words of a text that is one of our terms in any order; none for another. So no two of them are read
    as one: "heart born with problem" is no heartburn.
    """
    if len(places) < 2 or _key(typed, places) not in index.strict:
        return []
    return [Word(typed[place], place, place, ((word_key(typed[place]), 0),)) for place in places]


def _words(typed: list[str], places: Sequence[int], index: TermIndex) -> list[Word]:
    words: list[Word] = []
    at = 0
    while at < len(places):
        place = places[at]
        token = typed[place]
        is_known = word_key(token) in index.known
        following = typed[place + 1] if at + 1 < len(places) and places[at + 1] == place + 1 else ""
        if following:
            is_plain = is_known and word_key(following) in index.known
            joined = join(token, following, index.known, index.lexicon)
            if joined is not None and (not is_plain or (joined[1] == 1 and (joined[0],) in index.strict)):
                words.append(Word(f"{token} {following}", place, place + 1, (joined,)))
                at += 2
                continue
        words += (
            [Word(token, place, place, ((word_key(token), 0),))] if is_known else _guess(token, place, index)
        )
        at += 1
    return words


def join(token: str, following: str, known: Container[str], lexicon: Lexicon) -> tuple[str, int] | None:
    """Get the one known word that two neighbouring ones make ("fibro myalgia"), with edits; None without.

    From eight letters on it may only sound the same ("new monia"), with up to three letters changed.
    """
    joined = word_key(token + following)
    if joined in known:
        return joined, 1
    if len(joined) < 8:
        return None
    heard = [(int(OSA.distance(joined, word)), word) for word in lexicon.sounds.get(sound(joined), ())]
    edits, word = min(heard, default=(9, ""))
    return (word, edits) if edits <= 3 else None


def _guess(token: str, place: int, index: TermIndex) -> list[Word]:
    words = index.words
    is_everyday = token in words.ordinary or word_key(token) in words.ordinary
    readings = nearest(token, index.lexicon)
    for cut in range(3, len(token) - 2) if not readings and len(token) > 7 and not is_everyday else ():
        halves = word_key(token[:cut]), word_key(token[cut:])
        if all(half in index.known for half in halves):
            return [Word(token, place, place, ((half, cost),)) for cost, half in enumerate(halves)]
    is_wild = len(token) < SHORT or is_everyday
    as_it_is = ((word_key(token), 0),)
    return [Word(token, place, place, readings or as_it_is, is_wild=bool(readings) and is_wild)]


def nearest(token: str, lexicon: Lexicon) -> tuple[tuple[str, int], ...]:
    """Get up to three words of `lexicon` that a folded, unknown word may stand for, each with its edits.

    One edit (insert, delete, replace, swap of neighbours) from three letters on, two from seven on; words of
    up to five letters keep their first letter, unless it was left out, swapped or sounds so; up to nine
    letters, two edits count only where the word sounds the same. A word that sounds the same is preferred to
    one that is an edit nearer. Where no letters are that near, it may differ by up to four edits.
    """
    if len(token) < 3 or not token.isalpha():
        return ()
    limit = 1 if len(token) < 7 else 2
    near: dict[str, int] = {}
    for form in {token, word_key(token)}:
        for word, edits in lexicon.within(form, limit):
            if _is_likely(form, word, edits):
                near[word] = min(edits, near.get(word, limit))
    if not near and len(token) > 5:
        heard = {
            word: int(OSA.distance(word_key(token), word)) for word in lexicon.sounds.get(sound(token), ())
        }
        near = {word: edits for word, edits in heard.items() if edits <= 4}
    said = {sound(token), sound(word_key(token))}
    far = {word: edits - SOUNDS_OTHERWISE * (sound(word) in said) for word, edits in near.items()}
    best = min(far.values(), default=0.0)
    # Those that sound otherwise follow, an edit dearer than the best: beside other words they may be meant.
    most = max((near[word] for word in near if far[word] == best), default=0)
    ranked = sorted(
        (far[word] > best, near[word] if far[word] == best else most + 1, word[0] != token[0], word)
        for word in near
        if far[word] <= best + SOUNDS_OTHERWISE
    )
    return tuple((word, max(edits, 1)) for _later, edits, _other, word in ranked[:MOST_READINGS])


def is_misspelt_weak(token: str, words: Words) -> bool:
    """Get whether a folded, unknown word is a weak one ("disease", "syndrome") with one letter wrong."""
    return len(token) > SHORT and any(
        token[0] == weak[0] and abs(len(token) - len(weak)) < 2 and OSA.distance(token, weak) == 1
        for weak in words.weak
        if len(weak) > SHORT
    )


def _is_likely(token: str, word: str, edits: int) -> bool:
    if edits > 1 and len(token) < 10:
        return sound(token) == sound(word)
    return len(token) > 5 or _keeps_first(token, word) or sound(token) == sound(word)


def _keeps_first(token: str, word: str) -> bool:
    return word[0] == token[0] or word[1:] == token or word[1:2] + word[:1] + word[2:] == token


def _neighbours(
    words: list[Word],
    size: int,
    index: TermIndex,
    typed: list[str],
    used: set[int],
    only: frozenset[str] | None,
) -> list[Match]:
    found = []
    for start in range(len(words) - size + 1):
        places = range(start, start + size)
        if not used.isdisjoint(places):
            continue
        match = _match(words[start : start + size], frozenset(places), index, typed)
        if match is not None and (only is None or not only.isdisjoint(match.concepts)):
            used.update(places)
            found.append(match)
    return found


def _match(words: list[Word], places: frozenset[int], index: TermIndex, typed: list[str]) -> Match | None:
    best: tuple[int, bool, int, Entry] | None = None
    if any(word.is_wild for word in words) and all(word.readings[0][1] for word in words):
        return None  # an everyday or short word is changed only beside one that stands as it is
    # Alone a word is read as the nearest only; beside others a dearer reading may be what is meant.
    alone = [one for one in words[0].readings if one[1] == words[0].readings[0][1]]
    for choice in product(*(word.readings for word in words)) if len(words) > 1 else zip(alone):
        keys = [key for key, _edits in choice]
        edits = sum(edits for _key, edits in choice)
        entry, loose = _entry(keys, index)
        if entry is None or (best is not None and (edits, loose is not None) > best[:2]):
            continue
        if best is not None and (edits, loose is not None) == best[:2]:
            # As near as the other: both are meant until somebody says which.
            both = dict.fromkeys((*best[3].concepts, *entry.concepts))
            best = (*best[:3], replace(entry, concepts=tuple(both)))
            continue
        best = (edits, loose is not None, len(loose) if loose is not None else len(keys), entry)
    if best is None:
        return None
    edits, is_loose, count, entry = best
    if any(word.is_wild for word in words) and count < len(words):
        return None
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


def _apart(words: list[Word], index: TermIndex, used: set[int], only: frozenset[str] | None) -> list[Match]:
    found: list[Match] = []
    while True:
        places: dict[str, int] = {}
        for place, word in enumerate(words):
            if place not in used and not word.is_denied and not word.is_wild:
                head = index.words.kin.get(word.readings[0][0], word.readings[0][0])
                places.setdefault(head, place)
        keys = {key for head in places for key in index.keys_by_word.get(head, ()) if len(key) > 1}
        if only is not None:
            keys = {key for key in keys if not only.isdisjoint(index.loose[key].concepts)}
        whole_keys = sorted((-len(key), key) for key in keys if all(word in places for word in key))
        if not whole_keys:
            return found
        key = whole_keys[0][1]
        taken = frozenset(places[word] for word in key)
        edits = sum(words[place].readings[0][1] for place in taken)
        text = " ".join(words[place].typed for place in sorted(taken))
        found.append(Match(index.loose[key].concepts, len(key), edits, True, True, text, taken))
        used |= taken
