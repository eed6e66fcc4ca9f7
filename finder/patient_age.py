"""Finds how old the patient is in what somebody typed, so that an age is never read as part of the condition.

Figures with a unit of age ("5-year-old", "18 mo old", "hijo de 5 años"), figures right behind a person ("my
daughter, 7", "I am 67"), decades ("in her 80s") and the words of `age_words.csv` count. "Diagnosed 5 years
ago" and "hace 5 años" are no ages. A figure says more than a word ("newborn"), a word more than a relative
("my mother", who is grown up). Two figures on both sides of `ADULT_YEARS` say nothing; nor do words for a
child beside a pregnancy or a wish for one. The rules are our own choice, see
tests/unit/finder/test_patient_age.py.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from finder.specialties import Ages
from finder.tables import read_table
from finder.text import fold

COLUMNS = ("word", "kind", "source")
ADULT_YEARS = 18
OLDEST_YEARS = 115
_UNITS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_VALUES = {word: 1 + at for at, word in enumerate(_UNITS.split())} | {
    word: 20 + 10 * at for at, word in enumerate(_TENS.split())
}
_SMALL = "|".join(_UNITS.split())
_NUMBER = rf"(?:\d{{1,3}}|(?:{'|'.join(_TENS.split())})(?:[\s-](?:{_SMALL}))?|{_SMALL})"
_OLD = re.compile(
    rf"\b(?P<number>{_NUMBER})(?:[\s-]*(?P<unit>years?|yrs?|months?|mos?|weeks?|wks?|days?)[\s-]*old\b"
    r"|\s*-?(?P<yo>y\.?/?o\b\.?))",
    re.IGNORECASE,
)
_AGED = re.compile(rf"\b(?:aged?(?:\s+of)?|edad(?:\s+de)?)[\s:]+(?P<number>{_NUMBER})\b", re.IGNORECASE)
_SEX = re.compile(r"(?<![\w.])(?P<number>[1-9]\d)[MF]\b|(?<![\w.])[MF](?P<behind>[1-9]\d)(?![\w.])")
_DECADE = re.compile(
    r"\bin (?:my|his|her|their) (?:early |mid |late |mid-)?(?:[2-9]0\W?s|teens|twenties|thirties|forties|"
    r"fifties|sixties|seventies|eighties|nineties)\b",
    re.IGNORECASE,
)
_LENGTH = (
    r"(?P<number>\d{1,3}|un|dos|tres|cuatro|cinco|seis)\s+"
    r"(?P<unit>años?|anos?|añitos|mes(?:es)?|semanas?|días?)"
)
_LENGTH_TOO = _LENGTH.replace("P<", "P<t_")  # a pattern names each of its groups once
_SPANISH_VALUES = {"un": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6}
_OF_AGE = re.compile(
    rf"\b{_LENGTH}\s+de\s+edad\b"
    rf"|\b(?:tiene|tengo|cumpli[óo])\s+{_LENGTH_TOO}\b(?!\s+(?:con|de|sin)\b)",
    re.IGNORECASE,
)
# What a figure counts that is no age: "30 weeks pregnant", "is 12 cm", "is 7.2".
_NO_AGE = (
    r"(?!\s*(?:[%/.,]\d|%|\w*weeks?\b|months?\b|days?\b|hours?\b|semanas\b|lbs?\b|pounds?\b|kg\b|cm\b"
    r"|mm\b|mg\b|times?\b|points?\b))"
)
_SPEAKER = re.compile(rf"\b(?:i am|i'?m|im)\s+(?:a\s+)?(?P<number>[1-9]\d){_NO_AGE}\b", re.IGNORECASE)
_ONCE = re.compile(
    r"\b(?:as|was|were|since|been|want(?:s|ed)?|have|having|another) (?:an? )?\w+\b", re.IGNORECASE
)
_MAMA = re.compile(r"\b(?:mi|my|su|tu|nuestra) mam[aá]s?\b", re.IGNORECASE)  # "cáncer de mama" is the breast


class AgeWord(StrEnum):
    """What a word of `age_words.csv` says: that the patient is a child or grown up, that it is somebody whose
    age may follow (`person`), a grown-up relative (`elder`), or that no child is meant (`expecting`: a child
    that is not born yet or a wish for one, and "Child-Pugh").
    """

    CHILD = "child"
    ADULT = "adult"
    ELDER = "elder"
    PERSON = "person"
    EXPECTING = "expecting"


@dataclass(frozen=True, slots=True)
class PatientAge:
    """Whether the patient is a child or an adult, the words that said so, and whether they were a figure."""

    ages: Ages
    said: str
    is_figure: bool


@dataclass(frozen=True, slots=True)
class HeardAge:
    """A text without its ages; `age` is None where it says none, `words` are the folded ones that say one."""

    text: str
    age: PatientAge | None
    words: frozenset[str]


@dataclass(frozen=True)
class AgeWords:
    """The words of `age_words.csv`, folded, by what they say."""

    kinds: Mapping[str, AgeWord]

    def hear(self, text: str) -> HeardAge:
        """Get the age of the patient that a text tells, and the text without the figures of it."""
        spans = sorted({(one.start, one.end): one for one in self._figures(text)}.values(), key=_place)
        plain, at = [], 0
        for one in spans:
            plain.append(text[at : one.start])
            at = max(at, one.end)
        rest = " ".join([*plain, text[at:]]) if spans else text
        typed = fold(_ONCE.sub(" ", rest)).split()
        said = {word: self.kinds[word] for word in typed if word in self.kinds}
        if _MAMA.search(rest):
            said["mama"] = AgeWord.ELDER
            rest = _MAMA.sub(" ", rest)
        told = _told(text, spans) if spans else _by_words(said)
        return HeardAge(rest, told, frozenset(said) if told is not None else frozenset())

    def without(self, text: str) -> str:
        """Get a text without the words that say an age."""
        kinds = (AgeWord.CHILD, AgeWord.ADULT)
        return " ".join(word for word in text.split() if self.kinds.get(fold(word)) not in kinds)

    def _figures(self, text: str) -> Iterator["_Figure"]:
        for pattern in (_OLD, _AGED, _SEX, _SPEAKER, _OF_AGE, self._person):
            for found in pattern.finditer(text):
                groups = {name.removeprefix("t_"): got for name, got in found.groupdict().items() if got}
                years = _years(groups.get("number") or groups["behind"], groups.get("unit", "y"))
                if years <= OLDEST_YEARS:
                    start = found.start("figure") if "figure" in groups else found.start()
                    yield _Figure(start, found.end(), years)
        for found in _DECADE.finditer(text):
            yield _Figure(found.start(), found.end(), 13 if "teens" in found.group().lower() else 50)

    @cached_property
    def _person(self) -> re.Pattern[str]:
        # "my daughter, 7", "my son is 7", "hijo de 5 años": the figure right behind somebody.
        kinds = (AgeWord.PERSON, AgeWord.ELDER, AgeWord.CHILD)
        people = "mama|" + "|".join(
            word for word, kind in self.kinds.items() if kind in kinds and word.isalpha()
        )
        accented = people.replace("nin", "ni[nñ]").replace("bebe", "beb[eé]").replace("mama", "mam[aá]")
        return re.compile(
            rf"\b(?:{accented})\b(?P<figure>\s*(?:,|\(|,?\s*(?:who|que)\s+(?:is|tiene)|is|turned|de|con|tiene)\s*"
            rf"(?:{_LENGTH_TOO}\b|(?P<number>\d{{1,3}}){_NO_AGE}\b\)?))",
            re.IGNORECASE,
        )


@dataclass(frozen=True, slots=True)
class _Figure:
    start: int
    end: int
    years: float


def load_age_words(folder: Path) -> AgeWords:
    """Get the words of age_words.csv; raises SourceError for a word that is not folded or listed twice."""
    kinds: dict[str, AgeWord] = {}
    for row in read_table(folder / "age_words.csv", COLUMNS):
        row.needed("source")
        word = row.needed("word")
        if fold(word) != word or " " in word:
            raise row.wrong("word", f"'{word}' is not one folded word")
        if word in kinds:
            raise row.wrong("word", f"'{word}' is listed twice")
        kinds[word] = row.choice("kind", AgeWord)
    return AgeWords(kinds)


def _place(one: _Figure) -> tuple[int, int]:
    return one.start, -one.end


def _years(number: str, unit: str) -> float:
    lower = number.lower()
    if lower.isdigit():
        count = int(lower)
    else:
        count = _SPANISH_VALUES.get(lower) or sum(_VALUES[word] for word in re.split(r"[\s-]+", lower))
    kind = unit.lower()[0:2]
    if kind in ("y", "ye", "yr", "añ", "an"):
        return float(count)
    return count / (12 if kind in ("mo", "me") else 52 if kind in ("we", "wk", "se") else 365)


def _told(text: str, spans: list[_Figure]) -> PatientAge | None:
    ages = {Ages.ADULT if one.years >= ADULT_YEARS else Ages.CHILD for one in spans}
    said = ", ".join(text[one.start : one.end].strip(" ,()") for one in spans)
    return PatientAge(ages.pop(), said, True) if len(ages) == 1 else None


def _by_words(said: Mapping[str, AgeWord]) -> PatientAge | None:
    kinds = set(said.values())
    child = [word for word, kind in said.items() if kind is AgeWord.CHILD]
    if child and AgeWord.EXPECTING not in kinds:
        return PatientAge(Ages.CHILD, child[0], False)
    grown = [word for word, kind in said.items() if kind in (AgeWord.ADULT, AgeWord.ELDER)]
    is_adult = bool(grown) and not child and AgeWord.PERSON not in kinds
    return PatientAge(Ages.ADULT, grown[0], False) if is_adult else None
