"""Suggestions while somebody types: terms that begin so, then those with a word that does, then near ones.

Best first: labels of concepts, then terms at whose start the typed words stand, then terms with a later word
that starts so, each kind the shorter the better, terms of the reader's language before the others; one or two
letters give labels and whole terms only. Where these do not fill the list, words that no term holds are read
as the nearest ones (spelling.nearest), the last one as the nearest beginning of a word: one edit from four
letters on, two from eight on. Each concept comes once, with its best term.
Misspellings, and words with several meanings, are never suggested.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product

from rapidfuzz import process
from rapidfuzz.distance import OSA

from finder.concepts import Concept
from finder.i18n import ENGLISH, language
from finder.labels import spoken
from finder.spelling import nearest
from finder.terms import Lexicon, Term, TermKind, lexicon_of
from finder.text import fold
from finder.vocabulary import Vocabulary

MOST_LETTERS = 60  # of what was typed
MOST_WORDS = 6  # of which spelling is corrected
MOST_READINGS = 8  # of misspelt words together
_NOT_SHOWN = (TermKind.MISSPELLING, TermKind.SHARED)
Rank = tuple[int, int, str]
AFTER = 3  # places by which terms of other languages come behind: there are as many kinds


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A concept with its label, and the term of it that fits what was typed."""

    concept_id: str
    label: str
    term: str


@dataclass(frozen=True, slots=True)
class Prompter:
    """What `suggest` looks up; built once by `prompter_of`.

    `starts` are the terms from each of their words on, sorted, with the place in `suggestions`; `folded` are
    the terms themselves, sorted; `heads` the beginnings of their words by length. `is_own` says which terms
    are of the reader's language.
    """

    suggestions: tuple[Suggestion, ...]
    folded: tuple[str, ...]
    is_label: tuple[bool, ...]
    is_own: tuple[bool, ...]
    starts: tuple[tuple[str, int], ...]
    words: Lexicon
    heads: Mapping[int, tuple[str, ...]]


def prompter_of(vocabulary: Vocabulary) -> Prompter:
    """Get what `suggest` looks up in the language that is spoken now: terms, and the labels of concepts."""
    return _prompter(vocabulary.index.terms, vocabulary.concepts)


def _prompter(terms: tuple[Term, ...], concepts: Mapping[str, Concept]) -> Prompter:
    told = {one.concept_id: spoken(one.label) for one in concepts.values()}
    labels = {(fold(label), concept_id): label for concept_id, label in told.items()}
    shown = dict(labels)
    own = set(labels)
    for term in terms:
        if term.kind not in _NOT_SHOWN:
            shown.setdefault((term.folded, term.concept_id), term.written)
            if language() == ENGLISH or term.kind is TermKind.SPANISH:
                own.add((term.folded, term.concept_id))
    listed = sorted(shown)
    starts = []
    for number, (folded, _concept_id) in enumerate(listed):
        parts = folded.split()
        starts += [(" ".join(parts[at:]), number) for at in range(len(parts))]
    words = {word for folded, _concept_id in listed for word in folded.split()}
    sizes = range(3, max(map(len, words)) + 1)
    return Prompter(
        suggestions=tuple(Suggestion(one, told[one], shown[folded, one]) for folded, one in listed),
        folded=tuple(folded for folded, _concept_id in listed),
        is_label=tuple(key in labels for key in listed),
        is_own=tuple(key in own for key in listed),
        starts=tuple(sorted(starts)),
        words=lexicon_of(words, has_sounds=False),
        heads={size: tuple(sorted({word[:size] for word in words if len(word) >= size})) for size in sizes},
    )


def suggest(prefix: str, prompter: Prompter, limit: int = 8) -> tuple[Suggestion, ...]:
    """Get up to `limit` suggestions for what was typed so far, best first; none for no letters."""
    typed = fold(prefix[:MOST_LETTERS])
    if not typed:
        return ()
    found: dict[str, Suggestion] = {}
    _take(typed, prompter, found)
    for corrected in islice(_corrected(typed, prompter), MOST_READINGS) if len(found) < limit else ():
        _take(corrected, prompter, found)
    return tuple(found.values())[:limit]


def _take(typed: str, prompter: Prompter, found: dict[str, Suggestion]) -> None:
    for _rank, number in sorted(_beginning(typed, prompter)):
        one = prompter.suggestions[number]
        found.setdefault(one.concept_id, one)


def _beginning(typed: str, prompter: Prompter) -> Iterator[tuple[Rank, int]]:
    if len(typed) < 3:
        at = bisect_left(prompter.folded, typed)
        while at < len(prompter.folded) and prompter.folded[at].startswith(typed):
            folded = prompter.folded[at]
            if prompter.is_label[at] or folded == typed:
                yield (folded != typed, len(folded), folded), at
            at += 1
        return
    at = bisect_left(prompter.starts, (typed, 0))
    while at < len(prompter.starts) and prompter.starts[at][0].startswith(typed):
        number = prompter.starts[at][1]
        folded = prompter.folded[number]
        kind = 2 if not folded.startswith(typed) else 1 - prompter.is_label[number]
        kind += 0 if prompter.is_own[number] else AFTER
        yield (kind, len(folded), folded), number
        at += 1


def _corrected(typed: str, prompter: Prompter) -> Iterator[str]:
    *whole, last = typed.split()
    if len(whole) >= MOST_WORDS:
        return
    readings = [_whole(word, prompter) for word in whole]
    for choice in product(*readings, _heads(last, prompter)):
        phrase = " ".join(choice)
        if phrase != typed:
            yield phrase


def _whole(word: str, prompter: Prompter) -> tuple[str, ...]:
    if word in prompter.words:
        return (word,)
    return tuple(near for near, _edits in nearest(word, prompter.words))[:2] or (word,)


def _heads(last: str, prompter: Prompter) -> tuple[str, ...]:
    if len(last) < 4:
        return (last,)
    limit = 1 if len(last) < 8 else 2
    near: list[tuple[float, str]] = []
    for size in range(len(last) - 1, len(last) + 2):
        heads = prompter.heads.get(size, ())
        found = process.extract(last, heads, scorer=OSA.distance, score_cutoff=limit, limit=5)
        near += [(edits + (head[0] != last[0]) / 2, head) for head, edits, _place in found]
    return tuple(head for _edits, head in sorted(near)[:4])
