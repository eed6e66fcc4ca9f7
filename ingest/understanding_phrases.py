"""Phrases that nobody wrote for the vocabulary, each with its ICD-10-CM code, to measure understanding with.

They are made when they are needed and never stored: inclusion terms of ICD-10-CM (package simple_icd_10_cm)
and synonyms of the Disease Ontology subsets for cancer and rare diseases where their files are at hand. The
choice is by a hash of seed and phrase, so it is the same on every machine and follows no word of ours.
"""

import hashlib
import importlib
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType, ModuleType

from finder.text import tokens

# How many inclusion terms are taken per chapter of ICD-10-CM: weighted to what second opinions are sought
# for (cancer, nerves, heart, digestion, joints, inborn diseases); own choice, 2026-11-23.
PER_CHAPTER = MappingProxyType(
    {
        1: 25, 2: 70, 3: 40, 4: 45, 5: 25, 6: 60, 7: 40, 8: 15, 9: 55, 10: 25, 11: 50, 12: 30,
        13: 55, 14: 40, 15: 15, 16: 10, 17: 60,
    }
)  # fmt: skip
PER_CATEGORY = 4  # inclusion terms of one three-character category, so that no long list of one kind rules
DO_PHRASES = 450
DO_PER_CATEGORY = 12  # Disease Ontology maps whole families of rare diseases to one category
DO_FILES = ("DO_cancer_slim.obo", "DO_rare_slim.obo")
DO_CODES = "ICD10inDO.tsv"
MOST_WORDS = 6
_PACKAGE = "simple_icd_10_cm"
_REMARK = re.compile(r"\s*[\[(][^\])]*[\])]")  # "Pernicious (congenital) anemia" -> "Pernicious anemia"
_TAIL = re.compile(r"\s+(NOS|NEC)\b.*$")
# Coding language that nobody types: references to codes, remainders, states of coding.
_CODING = re.compile(
    r"\d|[,;:/]|\b(unspecified|classifi|specified|any condition|other|others|not|without|conditions?|due to|"
    r"resulting from|in diseases|code|newborn affected|maternal care|supervision|sequelae?|status)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"ICD10CM:([A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?)$")
# An acronym stands between EXACT and the bracket as OMO:0003012, or after it as a mark in braces.
_EXACT = re.compile(r'^synonym: "(?P<words>(?:[^"\\]|\\.)+)" EXACT \[[^\]]*\](?! \{)')


class Origin(StrEnum):
    """Where a phrase comes from."""

    ICD_10_CM = "icd_10_cm"
    DISEASE_ONTOLOGY = "disease_ontology"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words for one diagnosis with its ICD-10-CM code, dotted; `area` is its chapter, 1 to 22."""

    words: str
    code: str
    area: int
    origin: Origin

    @property
    def is_held_out(self) -> bool:
        """Whether the phrase belongs to the half that nobody looks at while mending the vocabulary."""
        return is_held_out(self.words)


def is_held_out(words: str) -> bool:
    """Get which half a text belongs to, by its hash: the one held out or the one looked at while tuning."""
    return hashlib.sha256(words.encode()).digest()[0] % 2 == 0


def phrases(conditions_folder: Path | None, seed: int) -> list[Phrase]:
    """Get the phrases of a seed, no two with the same words: about 600 of ICD-10-CM, then Disease Ontology's.

    `conditions_folder` holds the Disease Ontology's files; without it, or without them, there are only those
    of ICD-10-CM. The first call takes two seconds, which the package needs to read its tables.
    """
    found = icd_phrases(seed)
    if conditions_folder is None or not all((conditions_folder / name).is_file() for name in DO_FILES):
        return found
    known = {words_key(phrase.words) for phrase in found}
    return found + do_phrases(conditions_folder, seed, known)


def icd_phrases(seed: int) -> list[Phrase]:
    """Get inclusion terms of ICD-10-CM, chapters 1 to 17, two to six words, cleaned of coding language.

    Per chapter `PER_CHAPTER` of them, at most `PER_CATEGORY` of one category, lowest hash first. Left out:
    blocks of complications of treatment, terms with figures, commas, slashes or words of coders, and words
    that stand in two categories, as they mean something only beside their title.
    """
    icd = icd_package()
    made: list[Phrase] = []
    categories: dict[str, set[str]] = defaultdict(set)
    for chapter in PER_CHAPTER:
        for code in icd.get_descendants(str(chapter)):
            for words in filter(None, map(cleaned, icd.get_inclusion_term(code))):
                categories[words_key(words)].add(code[:3])
                if 2 <= len(words.split()) <= MOST_WORDS and not _is_complication(code, icd):
                    made.append(Phrase(words, code, chapter, Origin.ICD_10_CM))
    found: list[Phrase] = []
    for chapter, wanted in PER_CHAPTER.items():
        clear = (one for one in made if one.area == chapter and len(categories[words_key(one.words)]) == 1)
        found += _chosen(clear, seed, wanted, PER_CATEGORY, {words_key(one.words) for one in found})
    return found


def icd_keys() -> frozenset[str]:
    """Get the words, sorted and folded, of every title and inclusion term of ICD-10-CM; takes some seconds.

    Who reads the whole ICD-10-CM knows these phrases already; the others are new to everybody.
    """
    icd = icd_package()
    return frozenset(
        words_key(cleaned_remarks(text))
        for code in icd.get_all_codes()
        if len(code) > 2 and not icd.is_extended_subcategory(code)
        for text in (icd.get_description(code), *icd.get_inclusion_term(code))
    )


def do_phrases(folder: Path, seed: int, known: Iterable[str] = ()) -> list[Phrase]:
    """Get exact synonyms of the Disease Ontology's cancers and rare diseases that have an ICD-10-CM code.

    The code is the disease's own cross-reference, in the subset or in `ICD10inDO.tsv`; one code only, within
    chapters 1 to 17. At most `DO_PER_CATEGORY` of a category, lowest hash first; without acronyms and
    without the numbered subtypes of gene catalogues. `known` holds the keys of phrases to leave out.
    """
    codes = _codes_of_tsv(folder / DO_CODES)
    candidates: dict[tuple[str, str], int] = {}
    for name in DO_FILES:
        for disease, synonyms, own in obo_terms((folder / name).read_text(encoding="utf-8").splitlines()):
            mapped = own or codes.get(disease, ())
            area = chapter_of(mapped[0]) if len(mapped) == 1 else None
            if area is None:
                continue
            for synonym in synonyms:
                words = cleaned(synonym)
                if words and len(words.split()) <= MOST_WORDS and (len(words) > 6 or " " in words):
                    candidates[(words, mapped[0])] = area
    made = (Phrase(*pair, area, Origin.DISEASE_ONTOLOGY) for pair, area in candidates.items())
    return _chosen(made, seed, DO_PHRASES, DO_PER_CATEGORY, set(known))


def obo_terms(lines: Iterable[str]) -> Iterator[tuple[str, list[str], tuple[str, ...]]]:
    """Read an obo file: per term its id, its exact synonyms but acronyms, and its ICD-10-CM codes.

    Obsolete terms are left out. Only these line kinds are read; everything else of the format is passed by.
    """
    stanza: list[str] = []
    for line in [*lines, "[Term]"]:
        if not line.startswith("["):
            stanza.append(line)
            continue
        disease = next((one[4:].strip() for one in stanza if one.startswith("id: DOID:")), "")
        if disease and "is_obsolete: true" not in stanza:
            synonyms = [match["words"].replace('\\"', '"') for one in stanza if (match := _EXACT.match(one))]
            marks = (_CODE.match(one[6:].strip()) for one in stanza if one.startswith("xref: "))
            yield disease, synonyms, tuple(mark[1] for mark in marks if mark)
        stanza = []


def cleaned(term: str) -> str:
    """Get a term as somebody would type it, or nothing for one in a coder's language.

    Remarks in brackets and the endings NOS and NEC go, capitals throughout become small letters.
    """
    words = cleaned_remarks(term)
    if _CODING.search(words):
        return ""
    return words.lower() if words.isupper() and " " in words else words


def cleaned_remarks(term: str) -> str:
    """Get a term without remarks in brackets and without its ending NOS or NEC."""
    return " ".join(_TAIL.sub("", _REMARK.sub("", term)).split())


def chapter_of(code: str) -> int | None:
    """Get the chapter, 1 to 17, of an ICD-10-CM code; None beyond (symptoms, injuries, factors)."""
    letter, number = code[0], code[1:3]
    if letter in "CD":
        return 2 if letter == "C" or number < "50" else 3
    if letter == "H":
        return 7 if number < "60" else 8
    single = {"A": 1, "B": 1, "E": 4, "F": 5, "G": 6, "I": 9, "J": 10, "K": 11, "L": 12, "M": 13, "N": 14}
    return (single | {"O": 15, "P": 16, "Q": 17}).get(letter)


def icd_package() -> ModuleType:
    """Get the package with the ICD-10-CM tables; loaded late, since reading them takes two seconds."""
    with warnings.catch_warnings():
        # The package reads its data by a call that Python 3.11 deprecates.
        warnings.simplefilter("ignore", DeprecationWarning)
        return importlib.import_module(_PACKAGE)


def _is_complication(code: str, icd: ModuleType) -> bool:
    line = [code, *icd.get_ancestors(code)]
    return any("procedural complication" in icd.get_description(one) for one in line)


def _chosen(made: Iterable[Phrase], seed: int, wanted: int, most: int, seen: set[str]) -> list[Phrase]:
    def rank(phrase: Phrase) -> bytes:
        return hashlib.sha256(f"{seed} {phrase.words} {phrase.code}".encode()).digest()

    per_category: Counter[str] = Counter()
    found: list[Phrase] = []
    for phrase in sorted(made, key=rank):
        key, category = words_key(phrase.words), phrase.code[:3]
        if len(found) < wanted and key not in seen and per_category[category] < most:
            seen.add(key)
            per_category[category] += 1
            found.append(phrase)
    return found


def words_key(words: str) -> str:
    """Get the folded words of a phrase in order of the alphabet: equal for phrases that differ in order."""
    return " ".join(sorted(tokens(words)))


def _codes_of_tsv(path: Path) -> Mapping[str, tuple[str, ...]]:
    if not path.is_file():
        return {}
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        cells = [cell.strip('"') for cell in line.split("\t")]
        for mark in (_CODE.match(one.strip()) for one in cells[-1].split(",")):
            if mark and mark[1] not in found.setdefault(cells[0], []):
                found[cells[0]].append(mark[1])
    return {disease: tuple(codes) for disease, codes in found.items()}
