"""One normal form for names and terms: folding, tokens, sound, edit distance, used at ingest and at query."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from nameparser import HumanName
from rapidfuzz.distance import OSA

REMEMBERED = 20_000  # single words whose form is kept: those of the terms and of recent texts

# Letters that Unicode does not decompose; the replacements are those of the usual ASCII spellings.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_APOSTROPHES = frozenset("'`´’‘ʼʻʹ＇")

# What folding does to ASCII: apostrophes vanish, letters and digits stay in lower case, the rest parts words.
_ASCII = {
    code: None if chr(code) in _APOSTROPHES else chr(code).lower() if chr(code).isalnum() else " "
    for code in range(128)
}

# Suffixes that fold the plural; the first that matches wins. Latin plurals go with their singular in -is.
_PLURALS = (
    ("metastases", "metastasis"),
    ("stases", "stasis"),
    ("gnoses", "gnosis"),
    ("noses", "nosis"),
    ("roses", "rosis"),
    ("rhoses", "rhosis"),
    ("theses", "thesis"),
    ("lyses", "lysis"),
    ("sses", "ss"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("xes", "x"),
    ("omata", "oma"),
    ("ies", "y"),
)
_NO_PLURAL = ("ss", "us", "is", "pancreas", "series", "diabetes", "herpes", "ascites", "rabies", "scabies")

# British and American spellings of the same stem, as they occur in medical words.
_BRITISH = (
    ("tumour", "tumor"),
    ("haem", "hem"),
    ("naem", "nem"),
    ("caem", "cem"),
    ("kaem", "kem"),
    ("raem", "rem"),
    ("oesoph", "esoph"),
    ("oedem", "edem"),
    ("oestr", "estr"),
    ("paed", "ped"),
    ("gynaec", "gynec"),
    ("coelia", "celia"),
    ("rrhoea", "rrhea"),
    ("apnoea", "apnea"),
    ("pnoea", "pnea"),
    ("foet", "fet"),
    ("caec", "cec"),
    ("anaesth", "anesth"),
    ("caesar", "cesar"),
    ("fibre", "fiber"),
    ("centre", "center"),
    ("behaviour", "behavior"),
    ("colour", "color"),
    ("ischaem", "ischem"),
    ("leuco", "leuko"),
    ("sulph", "sulf"),
)
_LONG = (
    7  # letters from which on every `ae` and `oe` is an `e`, and `-ised` and the like are written with a z
)
_IZED = re.compile(r"is(?=(?:e|ed|es|er|ers|ing|ation|ations)$)")

# Words after or in a name that are no part of it; nameparser knows many more, these are the ones it misses
# in US sources, and the ones that slip into a last-name column.
_AFTER_NAME_WORDS = (
    "md do phd dds dmd dpm od dc psyd pharmd np pa pac rn bsn msn crna cnm lcsw jr sr ii iii iv esq mph ms "
    "mba msc facs facp facc mbbs mbchb bmbs mrcp frcp frcs facog faan faap facr mhs mha mhsc lcgc cgc"
)
_AFTER_NAMES = frozenset(_AFTER_NAME_WORDS.split())


# Spellings of one sound in medical English; silent first letters; vowels other than a first one fall away.
_SOUND = re.compile(
    r"^(?:pn|kn|gn|mn)|^ps|^x|^wr|rh|sch|sc(?=[eiy])|ph|gh|ck|ch|qu?|th|dg|g(?=[eiy])|c(?=[eiy])|c|x|z"
)
_SOUNDS = {
    "pn": "n", "kn": "n", "gn": "n", "mn": "n", "ps": "s", "wr": "r", "rh": "r", "sch": "sk", "sc": "s",
    "ph": "f", "gh": "g", "ck": "k", "ch": "k", "q": "k", "qu": "k", "th": "t", "dg": "j", "g": "j",
    "z": "s",
}  # fmt: skip
_SILENT = re.compile(r"(?<!^)[aeiouyhw]|(.)(?=\1)")


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name in normal form: each part folded, titles, credentials and suffixes gone."""

    first: str
    middle: str
    last: str

    @property
    def key(self) -> str:
        """`last first`, the text on which two sources' spellings of one person agree."""
        return f"{self.last} {self.first}".strip()


def fold(text: str) -> str:
    """Get `text` without case, accents and punctuation, words parted by one space; apostrophes just vanish.

    Folding twice gives the same text, so a folded value may be folded again without harm.
    """
    if text.isascii():  # nearly every name and address of a national file; same result, less work
        return " ".join(text.translate(_ASCII).split())
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept: list[str] = []
    for letter in decomposed.translate(_LETTERS):
        if letter in _APOSTROPHES or unicodedata.category(letter) == "Mn":
            continue
        kept.append(letter if letter.isalnum() else " ")
    return " ".join("".join(kept).split())


def tokens(text: str) -> list[str]:
    """Get the folded words of `text` in their order."""
    return fold(text).split()


def singular(token: str) -> str:
    """Get a folded English word without its plural ending; words of up to three letters stay as they are."""
    if len(token) <= 3 or token.endswith(_NO_PLURAL):
        return token
    for plural, single in _PLURALS:
        if token.endswith(plural) and len(token) > len(plural):
            return token[: -len(plural)] + single
        if token == plural:
            return single
    return token[:-1] if token.endswith("s") else token


def american(token: str) -> str:
    """Get a folded word in American spelling (`tumour` -> `tumor`, `leukaemia` -> `leukemia`).

    Long words of both spellings come out the same, not always as they are written: `exercise`, `exercize`.
    """
    for british, ours in _BRITISH:
        if british in token:
            token = token.replace(british, ours)
    if len(token) < _LONG:
        return token
    return _IZED.sub("iz", token.replace("ae", "e").replace("oe", "e"))


@lru_cache(REMEMBERED)
def word_key(token: str) -> str:
    """Get the form under which the vocabulary files a folded word: American spelling, singular."""
    return singular(american(token))


@lru_cache(REMEMBERED)
def sound(token: str) -> str:
    """Get how a folded English word sounds, roughly: consonants, and an `a` for a vowel at the start.

    `newmonia` and `pneumonia`, `sykosis` and `psychosis` give the same; many other words do too, so that it
    only ever proposes candidates whose letters are compared after.
    """

    def said(found: re.Match[str]) -> str:
        letters = found.group()
        if letters == "x":
            return "ks" if found.start() else "s"
        if letters == "c":
            following = token[found.end() : found.end() + 1]
            return "s" if following and following in "eiy" else "k"
        return _SOUNDS[letters]

    plain = _SOUND.sub(said, token)
    if plain[:1] and plain[0] in "aeiouy":
        plain = "a" + plain[1:]
    return _SILENT.sub("", plain)


def by_sound(words: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Get folded words of five letters and more by their sound; shorter ones sound like too many others."""
    found: dict[str, tuple[str, ...]] = {}
    for word in words:
        if len(word) > 4:
            key = sound(word)
            found[key] = (*found.get(key, ()), word)
    return MappingProxyType(found)


def person_name(text: str) -> PersonName:
    """Get the normal form of a name as one text: `Smith, Jane A., M.D.`, `Dr. Jane A Smith PhD`.

    One single word is a last name; an empty text gives empty parts.
    """
    parts = text.casefold().split(",")
    while len(parts) > 1 and all(_is_after_name(word) for word in parts[-1].split()):
        parts.pop()
    # Lower case, because nameparser takes short words in capitals for initials or credentials.
    parsed = HumanName(",".join(parts))
    first, middle, last = fold(parsed.first), fold(parsed.middle), fold(parsed.last)
    return PersonName(first, middle, last) if last else PersonName("", middle, first)


def name_key(first: str, last: str) -> str:
    """Get the key of a name that a source holds in columns; equals `person_name(...).key` of the same person.

    Credentials and suffixes that slipped into the last name are dropped (`SMITH MD`, `JONES JR`); of several
    first names only the first counts, as the rest stands in the middle-name column elsewhere.
    """
    lasts = last.split()
    while len(lasts) > 1 and _is_after_name(lasts[-1]):
        lasts.pop()
    firsts = first.split()
    return PersonName(fold(firsts[0]) if firsts else "", "", fold(" ".join(lasts))).key


def _is_after_name(word: str) -> bool:
    return fold(word).replace(" ", "") in _AFTER_NAMES


def distance(left: str, right: str, limit: int) -> int:
    """Count the edits between two folded texts: insert, delete, replace, swap of neighbours.

    `limit` is the largest count of interest; anything above it comes back as `limit + 1`.
    """
    return OSA.distance(left, right, score_cutoff=limit)


def plain_lines(text: str) -> str:
    """Get a typed text without what a screen, printer or terminal would act on (controls, directions, marks
    that are not seen); lines stay, empty ones go.
    """
    lines = (
        "".join(c if c.isprintable() else " " if c == "\t" else "" for c in line).strip()
        for line in text.splitlines()
    )
    return "\n".join(line for line in lines if line)


def phone(digits: str) -> str:
    """A number of ten digits as `(410) 555-0100`; any other as it is."""
    if len(digits) == 10 and digits.isdigit():
        return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return digits
