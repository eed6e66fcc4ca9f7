"""How names that sources write in capitals are shown: people, organizations, cities."""

import re
from functools import lru_cache

_KEPT = {
    "PC", "PA", "LLC", "LLP", "PLLC", "MD", "DO", "PHD", "II", "III", "IV", "LTD", "USA", "US", "UCLA",
    "UCSF", "NYU", "UPMC", "UT", "UC", "VA", "PSC", "SC", "APC", "PLC", "INC", "LP", "CA", "NY", "NC",
}  # fmt: skip
_SHOWN = {"PHD": "PhD", "INC": "Inc", "LTD": "Ltd"}
_SMALL = {"and", "of", "the", "for", "at", "in", "on", "by", "de", "la", "del"}
_MC = re.compile(r"\bMc([a-z])")
_APOSTROPHE_S = re.compile(r"(?<=\w)'S\b")


@lru_cache(maxsize=30_000)
def organization_name(name: str) -> str:
    """A name that is capitals in title case, legal forms and known initials kept; any other as it is."""
    if name != name.upper():
        return name
    words = [_organization_word(word, position) for position, word in enumerate(name.split())]
    return _APOSTROPHE_S.sub("'s", _MC.sub(lambda m: "Mc" + m.group(1).upper(), " ".join(words)))


def _organization_word(word: str, position: int) -> str:
    bare = word.strip(".,()").replace(".", "")
    if bare in _KEPT:
        return _SHOWN.get(bare, word)
    if position and word.lower() in _SMALL:
        return word.lower()
    return word.title()


def person_name(first: str | None, middle: str | None, last: str | None, suffix: str | None) -> str:
    """`Jane A. Smith Jr.` from columns in any case; a one-letter middle name gets its full stop."""
    middle_shown = f"{middle.strip('.')}." if middle and len(middle.strip(".")) == 1 else middle
    parts = [_person_word(p) for p in (first, middle_shown, last) if p]
    if suffix:
        bare = suffix.strip(".").upper()
        parts.append(bare if bare in ("II", "III", "IV", "V") else f"{bare.title()}.")
    return " ".join(parts)


@lru_cache(maxsize=30_000)
def _person_word(word: str) -> str:
    if word != word.upper() and word != word.lower():
        return word
    return _MC.sub(lambda m: "Mc" + m.group(1).upper(), word.title())


@lru_cache(maxsize=30_000)
def city_name(city: str | None) -> str | None:
    """A city in title case."""
    return _person_word(city) if city else None
