"""What an admin can correct about a person: the fields, and what a value of each must look like.

Several values in one field are separated by ";", as in a roster.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from finder.errors import FieldError, InputErrors
from finder.geo import is_state
from finder.languages import load_languages
from finder.specialties import load_specialties

MOST_VALUE = 300  # characters; an address with its telephone number takes a hundred
# A number of the North American Numbering Plan: neither area code nor exchange begins with 0 or 1.
_NANP = re.compile(r"(?:\+?1)?([2-9]\d{2}[2-9]\d{6})")
_NOT_DIGITS = re.compile(r"[\s().\-]+")
_ZIP = re.compile(r"(\d{5})(?:-?\d{4})?")
_CCN = re.compile(r"[0-9A-Z][0-9][0-9A-Z]{4}")
_PAC_ID = re.compile(r"\d{10}")


class _Wrong(ValueError):
    """What a value of a field must look like, said to whoever typed it."""


@dataclass(frozen=True, slots=True)
class Correctable:
    """One field: its label, how a value is typed, and the check that gives the one form of a value.

    `is_per_place` says that a correction about one address leaves those about others alone.
    """

    name: str
    label: str
    hint: str
    check: Callable[[str], str]
    is_per_place: bool = False


class AcceptedCorrection(NamedTuple):
    """What an admin found to be right about a person, the ISO day of that, and the report's id."""

    npi: str
    field: str
    value: str
    as_of: str
    id: str


def correct_value(name: str, typed: str) -> str:
    """Get the one form of a value, as it is kept.

    Raises InputErrors that name the form field: `field` where there is none of that name, else `value`.
    """
    if name not in CORRECTABLE:
        raise InputErrors([FieldError("field", "pick one of the list")])
    value = " ".join(typed.split())
    if not value:
        raise InputErrors([FieldError("value", "is empty: type what is right")])
    if len(value) > MOST_VALUE:
        raise InputErrors([FieldError("value", f"must have at most {MOST_VALUE} characters")])
    if not value.isprintable():
        raise InputErrors([FieldError("value", "holds characters that cannot be shown")])
    try:
        return CORRECTABLE[name].check(value)
    except _Wrong as problem:
        raise InputErrors([FieldError("value", str(problem))]) from None


def key_of(name: str, value: str) -> str:
    """Get what a later correction replaces: the field, with the place that it is about where it has one."""
    if not CORRECTABLE[name].is_per_place:
        return name
    place = parts_of(value) if name == "site_closed" else parts_of(value)[1:]
    if name == "site":
        street, _city, _state, zip_code = parts_of(value)[:4]
        place = [street, zip_code]
    # One place is either open or closed: the later word replaces the earlier.
    subject = "site" if name == "site_closed" else name
    return "|".join((subject, *place)).casefold()


def parts_of(value: str) -> list[str]:
    """Get the parts of a kept value."""
    return [part.strip() for part in value.split(";") if part.strip()]


def _phone(value: str) -> str:
    """A number alone is that of every place; with street and ZIP behind it, of that one."""
    number, *place = parts_of(value) or [""]
    found = _NANP.fullmatch(_NOT_DIGITS.sub("", number))
    if not found:
        raise _Wrong("must begin with a number of 10 digits, such as 410-555-0100")
    return "; ".join((found[1], *(_place(place) if place else ())))


def _place(parts: list[str]) -> tuple[str, str]:
    if len(parts) != 2:
        raise _Wrong("must name the place by its street and ZIP: 2 Example Street; 21287")
    return _street(parts[0]), _zip(parts[1])


def _street(text: str) -> str:
    if not any(c.isdigit() for c in text) or not any(c.isalpha() for c in text):
        raise _Wrong("must have a street with its house number")
    return text


def _zip(text: str) -> str:
    found = _ZIP.fullmatch(text)
    if not found:
        raise _Wrong("must have a ZIP of 5 digits")
    return found[1]


def _site(value: str) -> str:
    parts = parts_of(value)
    if len(parts) not in (4, 5):
        raise _Wrong(
            "must be street; city; state; ZIP, and a telephone number if known:"
            " 2 Example Street; Baltimore; MD; 21287; 410-555-0100"
        )
    street, city, state, zip_code, *phone = parts
    if not is_state(state.upper()):
        raise _Wrong(f"'{state}' is not a state of two letters")
    told = [_street(street), city, state.upper(), _zip(zip_code)]
    return "; ".join([*told, *(_phone(number) for number in phone)])


def _site_closed(value: str) -> str:
    return "; ".join(_place(parts_of(value)))


def _yes_no(value: str) -> str:
    if value.casefold() not in ("yes", "no"):
        raise _Wrong("must be yes or no")
    return value.casefold()


def _languages(value: str) -> str:
    known = load_languages()
    codes = {part: known.code(part) for part in parts_of(value)}
    if unknown := [part for part, code in codes.items() if not code]:
        raise _Wrong(f"'{unknown[0]}' is not a language of our list")
    return ";".join(sorted({str(code) for code in codes.values()}))


def _specialties(value: str) -> str:
    known = _specialty_ids()
    ids = {part: known.get(part.casefold()) for part in parts_of(value)}
    if unknown := [part for part, found in ids.items() if not found]:
        raise _Wrong(f"'{unknown[0]}' is not a specialty of our list")
    return ";".join(dict.fromkeys(str(found) for found in ids.values()))


@lru_cache(maxsize=1)
def _specialty_ids() -> Mapping[str, str]:
    """Ids by id and by label, both in lower case."""
    known = load_specialties().by_id.values()
    by_label = {each.label.casefold(): each.specialty_id for each in known}
    return MappingProxyType(by_label | {each.specialty_id: each.specialty_id for each in known})


def _numbers(pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        found = [part.upper() for part in parts_of(value)]
        if wrong := [part for part in found if not pattern.fullmatch(part)]:
            raise _Wrong(f"'{wrong[0]}' is not {what}")
        return ";".join(sorted(set(found)))

    return check


# Own choices, 2026-11-28. What an insurer lists cannot be corrected here: the plan's own file says it, and a
# reader's report goes on to the plan.
_FIELDS = (
    Correctable("site", "Sees patients at", "street; city; state; ZIP; telephone number if known", _site,
                is_per_place=True),
    Correctable("site_closed", "Sees nobody any more at", "street; ZIP", _site_closed, is_per_place=True),
    Correctable("phone", "Telephone number", "number; street and ZIP of the place if it is for one only",
                _phone, is_per_place=True),
    Correctable("fax", "Fax number", "number; street and ZIP of the place if it is for one only", _phone,
                is_per_place=True),
    Correctable("accepting", "Takes new patients", "yes or no", _yes_no),
    Correctable("accepts_second_opinions", "Gives second opinions", "yes or no", _yes_no),
    Correctable("virtual", "By video or in writing", "yes or no", _yes_no),
    Correctable("languages", "Languages, all of them", "English; Spanish", _languages),
    Correctable("specialty", "Specialties, all of them, the main one first", "Cardiology", _specialties),
    Correctable("groups", "Practice groups, all of them", "PAC IDs of 10 digits, parted by ;",
                _numbers(_PAC_ID, "a PAC ID of 10 digits")),
    Correctable("hospitals", "Hospitals, all of them", "CMS certification numbers, parted by ;",
                _numbers(_CCN, "a CMS certification number of 6 characters")),
    Correctable("practises", "Still practises", "no: retired, died, or left practice", _yes_no),
)  # fmt: skip
CORRECTABLE: Mapping[str, Correctable] = MappingProxyType({each.name: each for each in _FIELDS})
# Which fields a report about something may lead to, by the choices of the reader's form (web/correcting.py);
# one about something else may lead to any.
FIELDS_ABOUT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "address": ("site", "site_closed", "phone", "fax"),
        "specialty": ("specialty",),
        "ties": ("groups", "hospitals"),
        "plan": (),
        "patients": ("accepting", "accepts_second_opinions", "virtual", "languages"),
        "gone": ("practises", "site_closed", "site"),
        "other": tuple(CORRECTABLE),
    }
)
