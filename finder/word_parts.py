"""Guesses whose field a word is that no list holds, by the parts that medical words are made of.

`word_parts.csv` says what a part at the start, the end or anywhere in a word, or a whole word, belongs to; a
row without a concept is a word that only looks like medicine ("academia"). Rank 1 is cancer, rank 2 an organ
or a kind of trouble, rank 3 something broader; the best rank decides, then the longest part, and of several
words the last one, which in English is the noun. A *head* ("syndrome", rank 4) says nothing alone, but makes
an unknown name beside it a rare disease. Everyday words (words.csv) have no parts.

Words and parts are compared by their `spelling`; from `LONG` letters on a word may also differ by one letter
from a part of `LONG_PART` letters. Fields and figures: own choice.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from finder.concepts import A_CONCEPT
from finder.errors import SourceError
from finder.spelling import nearest
from finder.tables import Row, read_table
from finder.terms import Lexicon, Words, is_negated, lexicon_of
from finder.text import word_key

COLUMNS = ("part", "place", "concept_id", "rank", "source")
SHORTEST = 5  # letters of a word that is taken apart
SHORTEST_REST = 2  # letters that a word has beyond a part at its start or end
LONG = 8  # letters of a word that may be misspelt
LONG_PART = 7  # letters of a part that it may be misspelt from
LEAST_NAME = 4  # letters of an unknown word that may be a name
RANKS = ("1", "2", "3", "4")
_DOUBLED = re.compile(r"(.)\1+")


class Place(StrEnum):
    """Where in a word a part stands."""

    STARTS = "starts"
    ENDS = "ends"
    HOLDS = "holds"
    IS = "is"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of words and the concept whose field it is; None for words that only look like medicine."""

    text: str
    concept_id: str | None
    rank: int


@dataclass(frozen=True, slots=True)
class Guess:
    """The field of a text, by which part, and the places of the words that said it."""

    concept_id: str
    part: str
    places: frozenset[int]


@dataclass(frozen=True, slots=True)
class WordParts:
    """The parts by their place in a word and their spelling (heads as written); `near`: the long ones."""

    by_place: Mapping[Place, Mapping[str, Part]]
    near: Mapping[Place, Lexicon]
    heads: Lexicon

    def of_word(self, token: str) -> Part | None:
        """Get the part that says most about a folded word; None where none does."""
        plain = spelling(token)
        whole = self.by_place[Place.IS].get(plain)
        if whole is not None:
            return whole if whole.concept_id else None
        if len(plain) < SHORTEST:
            return None
        cuts = range(1, len(plain) - SHORTEST_REST + 1)
        found = [
            *(self.by_place[Place.STARTS].get(plain[:cut]) for cut in cuts),
            *(self.by_place[Place.ENDS].get(plain[-cut:]) for cut in cuts),
            *(part for text, part in self.by_place[Place.HOLDS].items() if text in plain),
        ]
        if not any(found) and len(plain) >= LONG:
            found += self._near(plain)
        return min(filter(None, found), key=lambda one: (one.rank, -len(one.text)), default=None)

    def _near(self, plain: str) -> list[Part]:
        sizes = range(LONG_PART - 1, len(plain))
        starts = {text for cut in sizes for text, _edits in self.near[Place.STARTS].within(plain[:cut], 1)}
        ends = {text for cut in sizes for text, _edits in self.near[Place.ENDS].within(plain[-cut:], 1)}
        return [self.by_place[Place.STARTS][text] for text in starts] + [
            self.by_place[Place.ENDS][text] for text in ends
        ]

    def parts(self, typed: Sequence[str], words: Words) -> list[tuple[int, Part]]:
        """Get the parts of folded words with their places, those of the best rank only."""
        found = [
            (place, part)
            for place, token in enumerate(typed)
            if is_said(typed, place, words)
            for part in [self.of_word(token)]
            if part is not None
        ]
        best = min((part.rank for _place, part in found), default=0)
        return [(place, part) for place, part in found if part.rank == best]

    def head_of(self, typed: Sequence[str]) -> tuple[int, Part] | None:
        """Get the first head among folded words ("syndrome", "syndrme") with its place; None without one."""
        heads = self.by_place[Place.HEAD]
        for place, token in enumerate(typed):
            if word_key(token) in heads:
                return place, heads[word_key(token)]
        for place, token in enumerate(typed):
            near = nearest(token, self.heads) if len(token) > SHORTEST else ()
            if near and near[0][1] == 1:  # "hyperplasia" is no "hypoplasia"
                return place, heads[near[0][0]]
        return None

    def guess(self, typed: Sequence[str], words: Words) -> Guess | None:
        """Get the field of folded words by their parts, else of an unknown name beside a head; None for
        everyday words, and for a head alone.
        """
        found = self.parts(typed, words)
        if found:
            place, part = found[-1]
            assert part.concept_id
            return Guess(part.concept_id, part.text, frozenset({place}))
        head = self.head_of(typed)
        if head is None or head[1].concept_id is None:
            return None
        names = [
            place
            for place, token in enumerate(typed)
            if place != head[0]
            and len(token) >= LEAST_NAME
            and token.isalpha()
            and is_rare(token, words)
            and is_said(typed, place, words)
        ]
        if not names:
            return None
        return Guess(head[1].concept_id, head[1].text, frozenset({head[0], *names}))


def even(token: str) -> str:
    """Get a folded word in one spelling: singular, American, and every `ae` and `oe` as `e`."""
    return word_key(token).replace("ae", "e").replace("oe", "e")


def is_said(typed: Sequence[str], place: int, words: Words) -> bool:
    """Get whether the word at a place is neither everyday nor a function word nor denied."""
    token = typed[place]
    is_plain = token in words.ordinary or words.is_function(token)
    return not is_plain and not is_negated(list(typed), place, place, words)


def spelling(token: str) -> str:
    """Get how the parts of a folded word are compared: `even`, doubled letters once, and one letter for those
    that are often mistaken for each other (y and i, ph and f, rh and r, k and c, z and s).
    """
    plain = even(token).replace("y", "i").replace("ph", "f").replace("rh", "r")
    return _DOUBLED.sub(r"\1", plain.replace("k", "c").replace("z", "s"))


def is_rare(token: str, words: Words) -> bool:
    """Get whether a folded word is neither an everyday word nor one that says little."""
    plain = word_key(token)
    return not (
        token in words.ordinary
        or plain in words.ordinary
        or words.is_function(token)
        or plain in words.weak
        or plain in words.light
    )


def load_word_parts(folder: Path, concepts: Iterable[str]) -> WordParts:
    """Get the parts of word_parts.csv; raises SourceError for an unknown concept, a part listed twice, one
    that is not a folded word, and another rank.
    """
    known = frozenset(concepts)
    found: dict[Place, dict[str, Part]] = {place: {} for place in Place}
    for row in read_table(folder / "word_parts.csv", COLUMNS):
        row.needed("source")
        place, part = row.choice("place", Place), _part(row, known)
        key = part.text if place is Place.HEAD else spelling(part.text)
        if key in found[place]:
            raise row.wrong("part", f"'{part.text}' is listed twice, as '{found[place][key].text}'")
        found[place][key] = part
    if not found[Place.HEAD]:
        raise SourceError("word_parts.csv", None, "place", "has no head")
    long = {place: [text for text in parts if len(text) >= LONG_PART] for place, parts in found.items()}
    return WordParts(
        MappingProxyType({place: MappingProxyType(parts) for place, parts in found.items()}),
        MappingProxyType({place: lexicon_of(texts, has_sounds=False) for place, texts in long.items()}),
        lexicon_of(found[Place.HEAD]),
    )


def _part(row: Row, known: frozenset[str]) -> Part:
    text = row.needed("part")
    if not text.isalpha() or not text.islower():
        raise row.wrong("part", f"'{text}' is not a part of a folded word")
    concept = row.one_of("concept_id", known, A_CONCEPT) if row["concept_id"] else None
    if concept is None and row["place"] != Place.IS:
        raise row.wrong("concept_id", "is empty, which only a whole word may be")
    if row["rank"] not in RANKS:
        raise row.wrong("rank", f"is none of {', '.join(RANKS)}")
    return Part(text, concept, int(row["rank"]))
