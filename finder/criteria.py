"""What a search asks for: read from parameters with every mistake at once, and written back as parameters.

Parameters are those of `finder search`: words, near, within, seen (repeatable), plan, state, role, language,
ages, virtual, profile, show_tied, size, next, generation.
"""

import base64
import binascii
import difflib
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

import orjson

from finder.errors import FieldError, InputErrors
from finder.geo import is_state

MAX_WORDS = 300  # characters; a sentence or two
MAX_SEEN = 20
MIN_MILES, MAX_MILES = 1, 500
# Own choice, 2026-11-23: about an hour by car. Applies only where a place is given and no distance is.
DEFAULT_MILES = 50
MAX_SIZE, DEFAULT_SIZE = 100, 20
DEFAULT_PROFILE = "expert_first"
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"", "0", "false", "no", "off"})
_NPI = re.compile(r"[12][0-9]{9}")
_ZIP = re.compile(r"[0-9]{5}(-?[0-9]{4})?")

T = TypeVar("T")


class RoleAsked(StrEnum):
    """Which kind of specialist is asked for; the values but `any` are those of a document's `roles`."""

    SURGERY = "surgery"
    MEDICAL = "medical"
    RADIATION = "radiation"
    PATHOLOGY = "pathology"
    IMAGING = "imaging"
    ANY = "any"


class AgesAsked(StrEnum):
    """For whom the opinion is; the values are those of a document's `ages`."""

    CHILD = "child"
    ADULT = "adult"


@dataclass(frozen=True, slots=True)
class Position:
    """Where the next page begins: after `sort`, the sort values of the last result shown, ranked `rank`.

    `generation` and `today` keep the pages of one search on the same data and the same ages of evidence;
    `search` is a fingerprint of what was asked, so that a token fits only its own search.
    """

    generation: str
    today: date
    search: str
    rank: int
    sort: tuple[float | str, ...]

    def to_token(self) -> str:
        """Get the position as one opaque text that may stand in an address."""
        raw = orjson.dumps([self.generation, self.today.isoformat(), self.search, self.rank, self.sort])
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    @classmethod
    def from_token(cls, token: str) -> "Position":
        """Get the position back. Raises ValueError for any other text."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            generation, today, search, rank, sort = orjson.loads(raw)
            good = isinstance(generation, str) and isinstance(search, str) and isinstance(rank, int)
            if not good or rank < 1 or not all(isinstance(v, float | int | str) for v in sort):
                raise ValueError("not a position")
            return cls(generation, date.fromisoformat(today), search, rank, tuple(sort))
        except (binascii.Error, TypeError, ValueError) as problem:
            raise ValueError("is not a token of this program, or was cut off") from problem


@dataclass(frozen=True, slots=True)
class SearchCriteria:
    """One search. `within` is in miles; `near` is a 5-digit ZIP code; `seen` are NPIs of prior doctors."""

    words: str
    near: str | None = None
    within: int | None = None
    seen: tuple[str, ...] = ()
    plan: str | None = None
    state: str | None = None
    role: RoleAsked = RoleAsked.ANY
    language: str | None = None
    ages: AgesAsked | None = None
    virtual: bool = False
    profile: str = DEFAULT_PROFILE
    show_tied: bool = False
    size: int = DEFAULT_SIZE
    generation: str | None = None
    position: Position | None = None

    @classmethod
    def from_args(cls, args: Mapping[str, Any]) -> "SearchCriteria":
        """Get the criteria from parameters: texts, numbers and booleans, `seen` a text or a list of them.

        None and empty texts count as not given. Raises one InputErrors with every mistake, unknown
        parameters included.
        """
        reader = _Reader(args)
        found = cls(
            words=reader.one("words", _words, "") or "",
            near=reader.one("near", _zip, None),
            within=reader.one("within", _whole(MIN_MILES, MAX_MILES, " miles"), None),
            seen=reader.several("seen", _npi, MAX_SEEN),
            plan=reader.one("plan", _short, None),
            state=reader.one("state", _state, None),
            role=reader.one("role", _member(RoleAsked), RoleAsked.ANY),
            language=reader.one("language", _language, None),
            ages=reader.one("ages", _member(AgesAsked), None),
            virtual=reader.one("virtual", _truth, False),
            profile=reader.one("profile", _short, DEFAULT_PROFILE),
            show_tied=reader.one("show_tied", _truth, False),
            size=reader.one("size", _whole(1, MAX_SIZE), DEFAULT_SIZE),
            generation=reader.one("generation", _short, None),
            position=reader.one("next", Position.from_token, None),
        )
        if reader.is_fine("words") and not found.words:
            reader.errors.append(FieldError("words", "say what the opinion is about, such as a diagnosis"))
        if found.within is not None and reader.is_fine("near") and found.near is None:
            reader.errors.append(FieldError("within", "needs near: a ZIP code to measure from"))
        if found.near is not None and found.within is None:
            found = replace(found, within=DEFAULT_MILES)
        if found.position and found.position.search != found.fingerprint():
            reader.errors.append(FieldError("next", "belongs to another search"))
        if reader.errors:
            raise InputErrors(reader.errors)
        return found

    def to_args(self) -> dict[str, Any]:
        """Get the parameters that give these criteria again; defaults are left out."""
        args: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "position" or value in (field.default, ()):
                continue
            args[field.name] = _plain(value)
        if self.position:
            args["next"] = self.position.to_token()
        return args

    def fingerprint(self) -> str:
        """Get 16 hexadecimal digits that change with every asked thing but the page and its size."""
        asked = replace(self, position=None, size=DEFAULT_SIZE, generation=None).to_args()
        return hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]

    def describe(self) -> str:
        """Get the sentence above the results: what was asked, in the reader's words."""
        parts = [self.words]
        if self.role is not RoleAsked.ANY:
            parts.append(f"{self.role.value} only")
        if self.near:
            parts.append(f"within {self.within} miles of {self.near}")
        if self.state:
            parts.append(f"licensed in {self.state}")
        if self.plan:
            parts.append(f"in the network of plan {self.plan}")
        if self.language:
            parts.append(f"speaking {self.language}")
        if self.ages:
            parts.append({AgesAsked.CHILD: "for a child", AgesAsked.ADULT: "for an adult"}[self.ages])
        if self.virtual:
            parts.append("by video or in writing")
        if self.seen:
            doctors = "the doctor" if len(self.seen) == 1 else f"the {len(self.seen)} doctors"
            kept = "ties shown to" if self.show_tied else "independent of"
            parts.append(f"{kept} {doctors} already seen")
        return ", ".join(parts)


class _Reader:
    """Reads parameters one by one and gathers what is wrong with them."""

    def __init__(self, args: Mapping[str, Any]) -> None:
        self._args = args
        known = [f.name for f in fields(SearchCriteria) if f.name != "position"] + ["next"]
        self.errors = [FieldError(name, _unknown(name, known)) for name in sorted(set(args) - set(known))]

    def is_fine(self, name: str) -> bool:
        return all(error.field != name for error in self.errors)

    def one(self, name: str, parse: Callable[[str], T], default: T) -> T:
        given = self._texts(name)
        if len(given) > 1:
            self.errors.append(FieldError(name, "give it once"))
            return default
        return self._parsed(name, given[0], parse, default) if given else default

    def several(self, name: str, parse: Callable[[str], str], most: int) -> tuple[str, ...]:
        given = dict.fromkeys(self._texts(name))
        if len(given) > most:
            self.errors.append(FieldError(name, f"takes at most {most}"))
            return ()
        parsed = [self._parsed(name, text, parse, "") for text in given]
        return tuple(dict.fromkeys(text for text in parsed if text))

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
    return "is not a search parameter" + (f"; did you mean {close[0]}?" if close else "")


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def _words(text: str) -> str:
    if len(text) > MAX_WORDS:
        raise ValueError(f"must have at most {MAX_WORDS} characters")
    return " ".join(text.split())


def _short(text: str) -> str:
    if len(text) > 100 or not text.isprintable():
        raise ValueError("must be a short name or number")
    return text


def _zip(text: str) -> str:
    if not _ZIP.fullmatch(text):
        raise ValueError("must be a ZIP code of 5 digits")
    return text[:5]


def _npi(text: str) -> str:
    if not _NPI.fullmatch(text):
        raise ValueError(f"{text[:20]} is not an NPI: 10 digits, the first 1 or 2")
    return text


def _state(text: str) -> str:
    if not is_state(text.upper()):
        raise ValueError("must be the two-letter code of a state, such as MD")
    return text.upper()


def _language(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2}", text):
        raise ValueError("must be a two-letter language code, such as es")
    return text.lower()


def _truth(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError("must be yes or no")


def _whole(low: int, high: int, unit: str = "") -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,6}", text) or not low <= int(text) <= high:
            raise ValueError(f"must be {low} to {high}{unit}")
        return int(text)

    return parse


def _member(kind: type[T]) -> Callable[[str], T]:
    def parse(text: str) -> T:
        try:
            return kind(text.lower())  # type: ignore[call-arg]  # every `kind` here is a StrEnum
        except ValueError:
            allowed = ", ".join(member.value for member in kind)  # type: ignore[attr-defined]
            raise ValueError(f"must be one of {allowed}") from None

    return parse
