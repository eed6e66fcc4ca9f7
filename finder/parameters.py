"""Reads parameters one by one, gathers every mistake, and checks single values such as a ZIP code."""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from finder.errors import FieldError, InputErrors
from finder.geo import is_state
from finder.i18n import gettext, mark

MAX_WORDS = 300  # characters; a sentence or two
MAX_SHORT = 100  # characters of a name or an id
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"", "0", "false", "no", "off"})
_NPI = re.compile(r"[12][0-9]{9}")
_ZIP_LAST = re.compile(r"(?:^|[^0-9])([0-9]{5})(?:-?[0-9]{4})?$")
_CITY = re.compile(r"(?:[^\W\d_]|[ .,'’()/-])*[^\W\d_]{2}(?:[^\W\d_]|[ .,'’()/-])*")
_ID = re.compile(r"[a-z0-9_]{1,60}")
_SLUG = re.compile(r"(?=.*[a-z])[a-z0-9-]{1,60}")

T = TypeVar("T")


class Reader:
    """Reads parameters by name; `errors` gathers what is wrong with them, unknown names first.

    Values are texts, numbers, booleans or lists of them; None and empty texts count as not given.
    """

    def __init__(self, args: Mapping[str, Any], known: Sequence[str]) -> None:
        self._args = args
        self.errors = [FieldError(name, _unknown(name, known)) for name in sorted(set(args) - set(known))]

    def is_fine(self, name: str) -> bool:
        """Whether nothing was wrong with this parameter so far."""
        return all(error.field != name for error in self.errors)

    def one(self, name: str, parse: Callable[[str], T], default: T) -> T:
        """The value of a parameter that may be given once; `default` where it is absent or wrong."""
        if name not in self._args:
            return default
        given = self._texts(name)
        if len(given) > 1:
            self.errors.append(FieldError(name, gettext("give it once")))
            return default
        return self._parsed(name, given[0], parse, default) if given else default

    def several(self, name: str, parse: Callable[[str], str], most: int) -> tuple[str, ...]:
        """The values of a repeatable parameter, each once, in their order."""
        if name not in self._args:
            return ()
        given = dict.fromkeys(self._texts(name))
        if len(given) > most:
            self.errors.append(FieldError(name, gettext("takes at most %(most)s", most=most)))
            return ()
        parsed = [self._parsed(name, text, parse, "") for text in given]
        return tuple(dict.fromkeys(text for text in parsed if text))

    def require(self, name: str, is_kept: bool, message: str) -> None:
        """Adds a mistake that concerns several parameters, unless `name` is wrong already."""
        if not is_kept and self.is_fine(name):
            self.errors.append(FieldError(name, message))

    def finish(self) -> None:
        """Raises InputErrors with every mistake, if there is one."""
        if self.errors:
            raise InputErrors(self.errors)

    def _texts(self, name: str) -> list[str]:
        value = self._args.get(name)
        values = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        texts = ["" if v is None else str(v).strip() for v in values]
        return [text for text in texts if text]

    def _parsed(self, name: str, text: str, parse: Callable[[str], T], default: T) -> T:
        try:
            return parse(text)
        except ValueError as problem:
            self.errors.append(FieldError(name, str(problem)))
            return default


def _unknown(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return gettext("is not a search parameter; did you mean %(other)s?", other=close[0])
    return gettext("is not a search parameter")


def plain(value: Any) -> Any:
    """Get a value as it stands in parameters and JSON: enumerations as texts, tuples as lists."""
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def words(text: str) -> str:
    """Get free words with single spaces. Raises ValueError above MAX_WORDS characters."""
    if len(text) > MAX_WORDS:
        raise ValueError(gettext("must have at most %(most)s characters", most=MAX_WORDS))
    return " ".join(text.split())


def short(text: str) -> str:
    """Get a name or number as it is. Raises ValueError when it is long or not printable."""
    if len(text) > MAX_SHORT or not text.isprintable():
        raise ValueError(gettext("must be a short name or number"))
    return text


def place(text: str) -> str:
    """Get the ZIP code that a text is or ends with, else the name of a city, such as "Towson MD".

    Raises ValueError for what is neither.
    """
    name = " ".join(text.split())
    if found := _ZIP_LAST.search(name):
        return found[1]
    if len(name) > MAX_SHORT or not _CITY.fullmatch(name):
        told = gettext("must be a ZIP code of 5 digits, or a city and a state, such as Towson MD")
        raise ValueError(told)
    return name


def npi(text: str) -> str:
    """Get an NPI: 10 digits, the first 1 or 2. Raises ValueError for anything else."""
    if not _NPI.fullmatch(text):
        raise ValueError(gettext("%(text)s is not an NPI: 10 digits, the first 1 or 2", text=text[:20]))
    return text


def checked_npi(text: str) -> str:
    """Get an NPI whose check digit fits (Luhn over 80840 and the NPI; CMS, "NPI: check digit", 2004).

    Raises ValueError for anything else.
    """
    digits = [int(digit) for digit in f"80840{npi(text)}"]
    doubled = (digit if at % 2 == 0 else sum(divmod(digit * 2, 10)) for at, digit in enumerate(digits[::-1]))
    if sum(doubled) % 10:
        raise ValueError(gettext("%(text)s is not an NPI: the check digit does not fit", text=text))
    return text


def npi_or_slug(text: str) -> str:
    """Get an NPI or the id of a program, such as `dana-farber`. Raises ValueError for anything else."""
    return text if _SLUG.fullmatch(text) else npi(text)


def state(text: str) -> str:
    """Get the code of a state in capitals. Raises ValueError for anything else."""
    if not is_state(text.upper()):
        raise ValueError(gettext("must be the two-letter code of a state, such as MD"))
    return text.upper()


def language(text: str) -> str:
    """Get a two-letter language code in small letters. Raises ValueError for anything else."""
    if not re.fullmatch(r"[A-Za-z]{2}", text):
        raise ValueError(gettext("must be a two-letter language code, such as es"))
    return text.lower()


def own_id(text: str) -> str:
    """Get an id of our own tables, such as `medical_oncology`. Raises ValueError for anything else."""
    if not _ID.fullmatch(text.lower()):
        raise ValueError(gettext("must be an id of small letters and underscores, such as medical_oncology"))
    return text.lower()


def truth(text: str) -> bool:
    """Get yes or no. Raises ValueError for anything else."""
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError(gettext("must be yes or no"))


def whole(low: int, high: int, message: str = mark("must be %(low)s to %(high)s")) -> Callable[[str], int]:
    """Get the reader of a whole number from `low` to `high`; `message` (marked) says so with its unit."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,6}", text) or not low <= int(text) <= high:
            raise ValueError(gettext(message, low=low, high=high))
        return int(text)

    return parse


def member(kind: type[T]) -> Callable[[str], T]:
    """Get the reader of a member of a StrEnum, in any case."""

    def parse(text: str) -> T:
        try:
            return kind(text.lower())  # type: ignore[call-arg]  # every `kind` here is a StrEnum
        except ValueError:
            allowed = ", ".join(one.value for one in kind)  # type: ignore[attr-defined]
            raise ValueError(gettext("must be one of %(allowed)s", allowed=allowed)) from None

    return parse
