"""What a search asks for: read from parameters with every mistake at once, and written back as parameters.

Parameters are words, near, within, referrer, seen, seen_name and seen_org (repeatable), the facets of
`facets.FACETS`, why, profile, sort, show_tied, diverse, facets (whether to count them), size, next,
generation, kept and never (repeatable).
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

import orjson

from finder import parameters
from finder.facets import FACETS, AcceptingAsked, AgesAsked, RoleAsked, VerdictAsked
from finder.geo import is_state
from finder.i18n import gettext, mark, ngettext
from finder.parameters import Reader
from finder.text import fold

__all__ = [
    "AcceptingAsked", "AgesAsked", "NameAsked", "Position", "RoleAsked", "SearchCriteria", "SortAsked",
    "VerdictAsked", "WhyAsked", "name_asked",
]  # fmt: skip

MAX_SEEN = 20
MAX_KEPT = 12  # on the reader's own list: as many as anybody calls, and the sealed link stays short
MAX_NEVER = 50  # people whom a reader leaves out; the sealed link stays short enough for every server
MIN_MILES, MAX_MILES = 1, 500
# Own choice, 2026-11-23: about an hour by car. Applies only where a place is given and no distance is.
DEFAULT_MILES = 50
MAX_SIZE, DEFAULT_SIZE = 100, 20
DEFAULT_PROFILE = "expert_first"
# The search is the same with others.
_OF_ONE_PAGE = frozenset(("next", "size", "generation", "facets", "kept"))
IN_MILES = mark("must be %(low)s to %(high)s miles")
NAME_FORM = mark("write a name, a city and a state, such as: Jane Smith, Baltimore MD")


class WhyAsked(StrEnum):
    """Why the opinion is sought; each value is the name of a profile of ranking.toml."""

    RARE = "rare"
    OPTIONS = "options"
    DOUBT = "doubt"
    SURGERY = "surgery"
    TRIAL = "trial"
    TIE_BREAKER = "tie-breaker"


class SortAsked(StrEnum):
    """What comes first on the list."""

    BEST = "best"
    NEAREST = "nearest"


@dataclass(frozen=True, slots=True)
class Position:
    """Where the next page begins: after `sort`, the sort values of the last result shown, ranked `rank`.

    `generation` and `today` keep the pages of one search on the same data and the same ages of evidence;
    `search` is a fingerprint of what was asked, so that a token fits only its own search. `skip` are the NPIs
    that the first page showed ahead of their turn.
    """

    generation: str
    today: date
    search: str
    rank: int
    sort: tuple[float | str, ...]
    skip: tuple[str, ...] = ()

    def to_token(self) -> str:
        """Get the position as one opaque text that may stand in an address."""
        told = [self.generation, self.today.isoformat(), self.search, self.rank, self.sort, self.skip]
        raw = orjson.dumps(told)
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    @classmethod
    def from_token(cls, token: str) -> "Position":
        """Get the position back. Raises ValueError for any other text."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            generation, today, search, rank, sort, skip = orjson.loads(raw)
            good = isinstance(generation, str) and isinstance(search, str) and isinstance(rank, int)
            if not good or rank < 1 or not all(isinstance(v, float | int | str) for v in sort):
                raise ValueError("not a position")
            skipped = tuple(parameters.npi(each) for each in skip)
            return cls(generation, date.fromisoformat(today), search, rank, tuple(sort), skipped)
        except (binascii.Error, TypeError, ValueError) as problem:
            raise ValueError(gettext("is not a token of this program, or was cut off")) from problem


@dataclass(frozen=True, slots=True)
class NameAsked:
    """A prior doctor by name: `name` as typed, `city` folded and empty where not given, `state` a code."""

    name: str
    city: str
    state: str


def name_asked(text: str) -> NameAsked:
    """Get the parts of "NAME, CITY ST" (also "NAME, CITY, ST"). Raises ValueError for anything else."""
    *front, last = [part.strip() for part in text.split(",")]
    town, _, code = last.rpartition(" ")
    if len(front) > 1 and not town:
        town = front.pop()
    name = ", ".join(front)
    if not is_state(code.upper()) or not fold(name):
        raise ValueError(f"{text[:60]}: {gettext(NAME_FORM)}")
    return NameAsked(name, fold(town), code.upper())


def _name(text: str) -> str:
    name_asked(parameters.short(text))
    return text


@dataclass(frozen=True, slots=True)
class SearchCriteria:
    """One search. `within` is in miles; `near` is a 5-digit ZIP code or a city, such as "Towson MD"; `seen`
    are NPIs of prior doctors.

    `referrer` is the NPI of the referring physician, a prior doctor as the others are. `seen_name` are prior
    doctors as "NAME, CITY ST", `seen_org` organizations by id or name. `facets` asks
    for the counts of every facet beside the results. `kept` is the reader's own list, NPIs of people and ids
    of programs: it rides along and changes no answer. `never` are NPIs of people whom the reader leaves out.
    """

    words: str
    near: str | None = None
    within: int | None = None
    referrer: str | None = None
    seen: tuple[str, ...] = ()
    seen_name: tuple[str, ...] = ()
    seen_org: tuple[str, ...] = ()
    verdict: VerdictAsked | None = None
    specialty: str | None = None
    role: RoleAsked = RoleAsked.ANY
    state: str | None = None
    plan: str | None = None
    language: str | None = None
    ages: AgesAsked | None = None
    accepting: AcceptingAsked | None = None
    trials: bool = False
    virtual: bool = False
    why: WhyAsked | None = None
    profile: str | None = None
    sort: SortAsked = SortAsked.BEST
    show_tied: bool = False
    diverse: bool = True
    facets: bool = False
    size: int = DEFAULT_SIZE
    generation: str | None = None
    kept: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    position: Position | None = None

    @property
    def has_prior(self) -> bool:
        """Whether a referring physician, a doctor or an organization already seen was named."""
        return bool(self.referrer or self.seen or self.seen_name or self.seen_org)

    @property
    def prior_npis(self) -> tuple[str, ...]:
        """The NPIs of all prior doctors that were given by NPI, the referring physician first, each once."""
        return tuple(dict.fromkeys((self.referrer, *self.seen) if self.referrer else self.seen))

    @classmethod
    def from_args(cls, args: Mapping[str, Any]) -> "SearchCriteria":
        """Get the criteria from parameters: texts, numbers and booleans, `seen...` a text or a list of them.

        None and empty texts count as not given. Raises one InputErrors with every mistake, unknown
        parameters included.
        """
        reader = Reader(args, _parameters())
        filters: dict[str, Any] = {f.name: reader.one(f.name, f.parse, f.default) for f in FACETS}
        found = cls(
            words=reader.one("words", parameters.words, "") or "",
            near=reader.one("near", parameters.place, None),
            within=reader.one("within", parameters.whole(MIN_MILES, MAX_MILES, IN_MILES), None),
            referrer=reader.one("referrer", parameters.npi, None),
            seen=reader.several("seen", parameters.npi, MAX_SEEN),
            seen_name=reader.several("seen_name", _name, MAX_SEEN),
            seen_org=reader.several("seen_org", parameters.short, MAX_SEEN),
            why=reader.one("why", parameters.member(WhyAsked), None),
            profile=reader.one("profile", parameters.short, None),
            sort=reader.one("sort", parameters.member(SortAsked), SortAsked.BEST),
            show_tied=reader.one("show_tied", parameters.truth, False),
            diverse=reader.one("diverse", parameters.truth, True),
            facets=reader.one("facets", parameters.truth, False),
            size=reader.one("size", parameters.whole(1, MAX_SIZE), DEFAULT_SIZE),
            generation=reader.one("generation", parameters.short, None),
            kept=reader.several("kept", parameters.npi_or_slug, MAX_KEPT),
            never=reader.several("never", parameters.npi, MAX_NEVER),
            position=reader.one("next", Position.from_token, None),
            **filters,
        )
        found._check(reader)
        if found.near is not None and found.within is None:
            found = replace(found, within=DEFAULT_MILES)
        is_own_page = found.position is None or found.position.search == found.fingerprint()
        reader.require("next", is_own_page, gettext("belongs to another search"))
        reader.finish()
        return found

    def _check(self, reader: Reader) -> None:
        """What several parameters must keep together."""
        told = gettext("say what the opinion is about, such as a diagnosis")
        reader.require("words", bool(self.words), told)
        has_place = self.within is None or self.near is not None or not reader.is_fine("near")
        measured = gettext("needs near: a ZIP code or a city to measure from")
        reader.require("within", has_place, measured)
        is_placed = self.sort is SortAsked.BEST or self.near is not None or not reader.is_fine("near")
        reader.require("sort", is_placed, measured)
        is_one = not (self.why and self.profile)
        reader.require("why", is_one, gettext("names a profile itself: drop profile or why"))
        if self.verdict is None:
            return
        reader.require("verdict", self.has_prior, gettext("needs a doctor already seen to compare with"))
        is_shown = self.verdict is not VerdictAsked.NOT_INDEPENDENT or self.show_tied
        told = gettext("people who are not independent come only with show_tied")
        reader.require("verdict", is_shown, told)

    def to_args(self) -> dict[str, Any]:
        """Get the parameters that give these criteria again; defaults are left out."""
        args: dict[str, Any] = {}
        for name, default in _defaults():
            value = getattr(self, name)
            if value != default and value != ():
                args[name] = parameters.plain(value)
        if self.position:
            args["next"] = self.position.to_token()
        return args

    def fingerprint(self) -> str:
        """Get 16 hexadecimal digits that change with every asked thing but the page, its size, the counts and
        what is kept.
        """
        asked = {name: value for name, value in self.to_args().items() if name not in _OF_ONE_PAGE}
        return hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]

    def describe(self) -> str:
        """Get the sentence above the results: what was asked, in the reader's words."""
        parts = [self.words]
        if self.near and self.within:
            far = gettext("within %(miles)s miles of %(zip)s", miles=self.within, zip=self.near)
            parts.append(far)
        elif self.near:
            parts.append(gettext("patient in %(zip)s", zip=self.near))
        for facet in FACETS:
            value = getattr(self, facet.name)
            if facet.is_asked(value):
                parts.append(facet.describes(value))
        if self.has_prior:
            parts.append(self._told_priors())
        return ", ".join(parts)

    def _told_priors(self) -> str:
        """Whom the answer is independent of, or whose ties are shown."""
        doctors, places = len(self.seen) + len(self.seen_name), len(self.seen_org)
        if doctors and places:
            seen = gettext("%(doctors)s and %(places)s", doctors=_doctors(doctors), places=_places(places))
        else:
            seen = _doctors(doctors) if doctors else _places(places)
        if self.show_tied and not self.referrer:
            return gettext("ties shown to %(seen)s already seen", seen=seen)
        if not self.referrer:
            return gettext("independent of %(seen)s already seen", seen=seen)
        if self.show_tied and not (doctors or places):
            return gettext("ties shown to the referring physician")
        if self.show_tied:
            return gettext("ties shown to the referring physician and %(seen)s already seen", seen=seen)
        if not (doctors or places):
            return gettext("independent of the referring physician")
        return gettext("independent of the referring physician and %(seen)s already seen", seen=seen)


@cache
def _defaults() -> tuple[tuple[str, Any], ...]:
    """Name and default of everything but the position, which has a parameter of another name."""
    return tuple((field.name, field.default) for field in fields(SearchCriteria) if field.name != "position")


@cache
def _parameters() -> tuple[str, ...]:
    return (*(name for name, _default in _defaults()), "next")


def _doctors(number: int) -> str:
    return ngettext("the doctor", "the %(num)s doctors", number)


def _places(number: int) -> str:
    return ngettext("the organization", "the %(num)s organizations", number)
