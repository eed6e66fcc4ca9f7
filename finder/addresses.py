"""One normal form of a street address, with the suite apart, so that spellings of one place agree."""

import re
from functools import lru_cache
from typing import NamedTuple

from finder.text import fold

# Street words and their common short forms, after USPS Publication 28, appendices B, C1 and C2.
_SHORT = {
    "street": "st", "str": "st", "avenue": "ave", "av": "ave", "boulevard": "blvd", "boul": "blvd",
    "road": "rd", "drive": "dr", "lane": "ln", "court": "ct", "place": "pl", "square": "sq",
    "parkway": "pkwy", "pky": "pkwy", "highway": "hwy", "circle": "cir", "terrace": "ter", "trail": "trl",
    "turnpike": "tpke", "plaza": "plz", "expressway": "expy", "freeway": "fwy", "crossing": "xing",
    "center": "ctr", "centre": "ctr", "mount": "mt", "saint": "st", "fort": "ft", "north": "n", "south": "s",
    "east": "e", "west": "w", "northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw",
    "building": "bldg", "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th",
    "sixth": "6th", "seventh": "7th", "eighth": "8th", "ninth": "9th", "tenth": "10th",
}  # fmt: skip
_SUITE_WORDS = {
    "suite", "ste", "suit", "st e", "unit", "room", "rm", "office", "ofc", "apt", "apartment", "floor", "fl",
    "flr", "no", "number", "dept",
}  # fmt: skip
_FLOOR_WORDS = {"floor", "fl", "flr"}
_PO_BOX = re.compile(r"\bp ?o ?box\b|\bbox \d+\b")
_NUMBER = re.compile(r"\d+(?:st|nd|rd|th)?")
_HASH = re.compile(r"#\s*")


class Address(NamedTuple):
    """`building` is house number and street, `suite` what comes behind; both folded, suite maybe empty."""

    building: str
    suite: str
    zip: str

    @property
    def key(self) -> str:
        """The text on which two spellings of one place agree."""
        return f"{self.building}|{self.suite}|{self.zip}"

    @property
    def building_key(self) -> str:
        """The same for the house, whatever the suite."""
        return f"{self.building}|{self.zip}"


@lru_cache(maxsize=100_000)
def address(street: str | None, street_2: str | None, zip_code: str | None) -> Address | None:
    """The normal form of an address; None without street or ZIP, and for a post-office box.

    Suite numbers are found in either line: `100 Main Street, Suite 200`, `100 MAIN ST` + `#200`.
    """
    if not street or not zip_code:
        return None
    words = fold(_HASH.sub(" suite ", f"{street} {street_2 or ''}")).split()
    if _PO_BOX.search(" ".join(words)):
        return None
    building, suite = _parted(words)
    if not any(character.isdigit() for character in building):
        return None  # a name like "Medical Arts Building" is spelled in too many ways to be compared
    return Address(building, suite, zip_code[:5])


def _ends_in_floor(street: list[str], rest: list[str]) -> bool:
    """Whether a floor word belongs to the number before it: an ordinal (3rd floor), else only at the end."""
    if not street or not _NUMBER.fullmatch(street[-1]):
        return False
    return not rest or not street[-1].isdigit()


def _parted(words: list[str]) -> tuple[str, str]:
    street: list[str] = []
    suite: list[str] = []
    target = street
    for position, word in enumerate(words):
        if word in _FLOOR_WORDS and target is street and _ends_in_floor(street, words[position + 1 :]):
            suite.append(street.pop().rstrip("stndrh"))
            target = suite
        elif word in _SUITE_WORDS and position > 1 and position + 1 < len(words):
            target = suite
        else:
            target.append(_SHORT.get(word, word))
    return " ".join(street), " ".join(suite)
