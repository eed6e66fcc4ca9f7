"""The whole ICD-10-CM as a fallback: which code a phrase names, and whose field that code is.

Titles and inclusion terms come from the tabular list in the package simple_icd_10_cm (CDC/NCHS, April 2026).
They are read at the first question that needs them, never at import: the package's own module would take
1.5 s and 150 MB, the file alone about 0.8 s and 35 MB. Codes of outside causes (V00 to Y99) are left out.

A phrase is compared word by word with every title and inclusion term; rare words weigh more (log of the
share of entries that hold them). Its score is the weight of the shared words, divided by the weight of the
entry plus half the weight of the words typed beyond it, less a twentieth per changed letter. From `ENOUGH`
on, or `ENOUGH_OF_ALL` where every typed word is in the entry, it is an answer.
Figures: own choice, measured on the phrases of tests/unit/finder/test_icd10.py.
"""

import importlib.metadata
import math
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree

from finder.concepts import A_CONCEPT
from finder.errors import SourceError
from finder.spelling import SHORT, is_misspelt_weak, join, nearest
from finder.tables import read_table
from finder.terms import Lexicon, TermIndex, Words, content_of, is_negated, lexicon_of
from finder.text import tokens, word_key

PACKAGE = "simple_icd_10_cm"
BLOCK_COLUMNS = ("codes", "concept_id", "why_none", "source")
ENOUGH = 0.6
ENOUGH_OF_ALL = 0.45  # where every word that was typed is one of the entry
ENOUGH_OF_CORRECTED = 0.75  # where a word was corrected and another one says nothing to the entry
LEAST = 4  # letters of a word that is corrected
ENOUGH_OF_BIRTH = 0.8  # for pregnancy and newborn, which are not meant unless they are said
_OF_BIRTH = ("O", "P")
_LEFT_OUT = ("V", "W", "X", "Y")  # chapter 20: what hurt somebody, not what they have
_REST = re.compile(r"\bother\b|classified elsewhere", re.IGNORECASE)
_ENDINGS = (
    "iness", "ations", "ation", "ating", "ated", "iosis", "osis", "ioses", "ically", "ical", "ions", "ion",
    "ings", "ing", "ied", "ed", "ness", "ity", "ous", "ial", "al", "ic", "ia", "ies", "es", "y", "e", "s",
)  # fmt: skip
_SAID = re.compile(r"\[([^\]]*)\]")
_ASIDE = re.compile(r"[\[(][^\])]*[\])]")


@dataclass(frozen=True, slots=True)
class Field:
    """Whose field the codes from `low` to `high` are: a concept, or None where no field fits."""

    low: str
    high: str
    concept_id: str | None


@dataclass(frozen=True, slots=True)
class Named:
    """A code with its title."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Hit:
    """The code that a phrase names: score 0 to 1, letters changed, the places of the words used.

    `is_all` says that every word with a meaning was used.
    """

    named: Named
    score: float
    edits: int
    used: frozenset[int]
    is_all: bool


@dataclass(frozen=True, slots=True)
class Book:
    """Titles by code, and the entries (titles and inclusion terms) by their words."""

    titles: Mapping[str, str]
    codes: tuple[str, ...]
    totals: "array[float]"
    by_word: "Mapping[str, array[int]]"
    weights: Mapping[str, float]
    lexicon: Lexicon
    words: frozenset[str]

    def named(self, code: str) -> Named | None:
        """Get a code as printed (`A00.0`) from any way of typing it; None when there is no such code."""
        plain = code.upper().replace(".", "")
        printed = plain if len(plain) < 4 else f"{plain[:3]}.{plain[3:]}"
        return Named(printed, self.titles[printed]) if printed in self.titles else None


class Library:
    """The book of ICD-10-CM, opened when it is first asked for, and the fields of its blocks."""

    def __init__(self, index: TermIndex, fields: tuple[Field, ...]) -> None:
        self.index = index
        self.fields = fields

    @cached_property
    def book(self) -> Book:
        """The titles and inclusion terms; the first use takes about a second."""
        return load_book(self.index.words)

    def field_of(self, code: str) -> str | None:
        """Get the concept of the closest range that holds a code (the longest codes, then the narrowest);
        None where no field fits.
        """
        plain = code.upper().replace(".", "")
        holding = [one for one in self.fields if one.low <= plain[: len(one.low)] <= one.high]
        closest = min(holding, key=lambda one: (-len(one.low), _span(one), one.low), default=None)
        return closest.concept_id if closest is not None else None

    def find(self, text: str) -> Hit | None:
        """Get the code whose title or inclusion term comes closest to `text`; None where none does."""
        return _find(text, self.book, self.index)


def load_fields(folder: Path, concepts: Iterable[str]) -> tuple[Field, ...]:
    """Get the ranges of icd10_blocks.csv; raises SourceError for an unknown concept, and for a row that has
    neither a concept nor a reason why there is none.
    """
    known = frozenset(concepts)
    found = []
    for row in read_table(folder / "icd10_blocks.csv", BLOCK_COLUMNS):
        row.needed("source")
        low, _dash, high = row.needed("codes").partition("-")
        if bool(row["concept_id"]) == bool(row["why_none"]):
            raise row.wrong("why_none", "a range has either a concept or the reason why it has none")
        concept_id = row.one_of("concept_id", known, A_CONCEPT) if row["concept_id"] else None
        if high and high < low:
            raise row.wrong("codes", f"'{row['codes']}' ends before it begins")
        found.append(Field(low, high or low, concept_id))
    return tuple(found)


def _span(field: Field) -> int:
    # Letters and digits of a category as one number in base 36, so that the size of a range can be compared.
    return int(field.high, 36) - int(field.low, 36)


def tabular_list() -> Path:
    """Get the path of the tabular list (XML) that the package ships; SourceError when it is not installed."""
    try:
        files = importlib.metadata.distribution(PACKAGE).files or []
    except importlib.metadata.PackageNotFoundError:
        raise SourceError(PACKAGE, None, None, "the package is not installed") from None
    for file in files:
        if file.name.startswith("icd10c-tabular"):
            return Path(str(file.locate()))
    raise SourceError(PACKAGE, None, None, "the package has no tabular list")


def diagnoses(path: Path) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Get every code of a tabular list with its title and its inclusion terms, parents before children."""
    # The file comes with the installed package, not from a user.
    for _event, element in ElementTree.iterparse(path, events=("end",)):  # noqa: S314
        if element.tag == "section":
            for diagnosis in element.iter("diag"):
                notes = (*diagnosis.iterfind("inclusionTerm/note"), *diagnosis.iterfind("includes/note"))
                terms = tuple(note.text.strip() for note in notes if note.text)
                yield diagnosis.findtext("name", ""), diagnosis.findtext("desc", "").strip(), terms
            element.clear()


def load_book(words: Words, path: Path | None = None) -> Book:
    """Get the titles and inclusion terms of the tabular list at `path`, by default the installed one."""
    titles: dict[str, str] = {}
    entries: dict[frozenset[str], str] = {}
    places: dict[frozenset[str], tuple[bool, int]] = {}  # of several codes the plainest and broadest counts
    memory: dict[str, str] = {}
    for code, title, terms in diagnoses(path or tabular_list()):
        titles[code] = title
        if code[0] in _LEFT_OUT:
            continue
        for text in (title, *terms):
            for said in _wordings(text):
                key = _key(said, words, memory)
                place = (_REST.search(text) is not None, len(code))
                if key and (key not in places or place < places[key]):
                    entries[key], places[key] = code, place
    return _book(titles, entries, {word_key(token) for token, key in memory.items() if key})


def _book(titles: dict[str, str], entries: dict[frozenset[str], str], words: Iterable[str]) -> Book:
    by_word: dict[str, array[int]] = {}
    for number, key in enumerate(entries):
        for word in key:
            by_word.setdefault(word, array("I")).append(number)
    weights = {word: math.log(1 + len(entries) / len(held)) for word, held in by_word.items()}
    return Book(
        titles=MappingProxyType(titles),
        codes=tuple(entries.values()),
        totals=array("f", (sum(weights[word] for word in key) for key in entries)),
        by_word=MappingProxyType(by_word),
        weights=MappingProxyType(weights),
        lexicon=lexicon_of(word for word in words if len(word) > 3 and word.isalpha()),
        words=frozenset(words),
    )


def stem(word: str) -> str:
    """Get a word without its ending, so that "dislocated" finds "dislocation" and "dizzy" "dizziness"."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _wordings(text: str) -> Iterator[str]:
    # "Dengue fever [classical dengue]" says it twice; what stands in round brackets changes nothing.
    yield _ASIDE.sub(" ", text)
    yield from _SAID.findall(text)


def _key(text: str, words: Words, memory: dict[str, str]) -> frozenset[str]:
    found = set()
    for token in tokens(text):
        if token not in memory:
            plain = word_key(token)
            is_empty = words.is_function(token) or token in words.title or plain in words.weak
            memory[token] = "" if is_empty else _form(plain, words)
        found.add(memory[token])
    found.discard("")
    return frozenset(found)


def _form(plain: str, words: Words) -> str:
    # The form in which words are compared: kin words folded, lay words as titles say them, without ending.
    said = words.lay.get(plain, plain)
    return stem(words.kin.get(said, said))


@dataclass(frozen=True, slots=True)
class _Asked:
    """One word of a question in the forms of the book that it may stand for, each with the letters changed;
    `weight` is that of the first form, `places` are its places in the text.
    """

    forms: tuple[tuple[str, int], ...]
    weight: float
    places: tuple[int, ...]


def _find(text: str, book: Book, index: TermIndex) -> Hit | None:
    asked = _asked(text, book, index)
    total = left = sum(one.weight for one in asked)
    known = sorted((one for one in asked if one.weight and one.forms[0][0] in book.weights), key=_heaviest)
    shared: dict[int, float] = {}
    for one in known:
        # An entry of these last words alone cannot score ENOUGH any more: they only add to what is there.
        is_late = left * (2 - ENOUGH) < total * ENOUGH
        left -= one.weight
        for form, _edits in one.forms:
            weight = book.weights[form]
            for entry in book.by_word[form]:
                if not is_late or entry in shared:
                    shared[entry] = shared.get(entry, 0.0) + weight
    best = max(
        (
            (_score(entry, weight, total, book), -len(book.codes[entry]), -entry)
            for entry, weight in shared.items()
            if weight >= ENOUGH_OF_ALL * book.totals[entry]
        ),
        default=None,
    )
    return _hit(best[0], -best[2], asked, text, book, index) if best is not None else None


def _heaviest(one: _Asked) -> float:
    return -one.weight


def _hit(
    score: float, entry: int, asked: Sequence[_Asked], text: str, book: Book, index: TermIndex
) -> Hit | None:
    used = [
        (one, min(changed))
        for one in asked
        if (changed := [edits for form, edits in one.forms if entry in book.by_word.get(form, ())])
    ]
    edits = sum(changed for _one, changed in used)
    code = book.codes[entry]
    places = frozenset(place for one, _changed in used for place in one.places)
    is_all = len(used) == len(asked) and not any(word_key(one) in index.words.weak for one in tokens(text))
    least = ENOUGH
    if edits and not is_all:
        least = ENOUGH_OF_CORRECTED
    elif code[0] in _OF_BIRTH:
        least = ENOUGH_OF_BIRTH
    elif is_all and not edits:
        least = ENOUGH_OF_ALL
    score -= edits / 20
    typed = tokens(text)
    if edits and sum(len(typed[place]) for place in places) <= SHORT:
        return None  # one short word may be a slip of too many others
    return Hit(Named(code, book.titles[code]), score, edits, places, is_all) if score >= least else None


def _score(entry: int, weight: float, total: float, book: Book) -> float:
    return weight / (book.totals[entry] + max(0.0, total - weight) / 2)


def _asked(text: str, book: Book, index: TermIndex) -> list[_Asked]:
    words, typed = index.words, tokens(text)
    places = [
        place
        for place in content_of(text, typed, index)
        if typed[place] not in words.title
        and word_key(typed[place]) not in words.weak
        and not is_negated(typed, place, place, words)
    ]
    found: dict[str, _Asked] = {}
    at = 0
    while at < len(places):
        one = _one(typed, places[at : at + 2], book, words)
        at += len(one.places)
        if one.forms:
            found.setdefault(one.forms[0][0], one)
    return list(found.values())


def _one(typed: list[str], places: Sequence[int], book: Book, words: Words) -> _Asked:
    token = typed[places[0]]
    plain = word_key(token)
    form = _form(plain, words)
    following = typed[places[1]] if places[1:] == [places[0] + 1] else ""
    if following:
        is_plain = form in book.weights and _form(word_key(following), words) in book.weights
        joined = join(token, following, book.words, book.lexicon)
        if joined is not None and (not is_plain or joined[1] == 1):
            form = _form(joined[0], words)
            return _Asked(((form, joined[1]),), book.weights[form], tuple(places))
    here = (places[0],)
    is_everyday = token in words.ordinary or plain in words.ordinary
    if form in book.weights and (plain in book.words or plain in words.lay):
        return _Asked(((form, 0),), book.weights[form], here)
    if is_everyday or plain in words.light:
        return _Asked(((form, 0),), 0.0, here)
    if is_misspelt_weak(token, words):
        return _Asked((), 0.0, here)
    forms: dict[str, int] = {}
    if form in book.weights:
        forms[form] = int(form == plain)  # "pregnanc": the rest of a word, not a form of it
    for word, edits in nearest(token, book.lexicon) if len(token) >= LEAST else ():
        forms.setdefault(_form(word, words), edits)
    if forms:
        return _Asked(tuple(forms.items()), min(book.weights[one] for one in forms), here)
    return _Asked(((form, 0),), max(book.weights.values(), default=0.0), here)
