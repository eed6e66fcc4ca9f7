"""Which of several dated values wins, with what confidence, and how confidence decays with age.

A correction was checked by a person, so it wins over what files compile, for as long as their published
errors last; who speaks for himself later than that wins again. Where shares of wrong entries are published
(accuracy.csv), what several sources say for themselves outweighs what one of them says.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from math import exp, log, prod
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from finder.documents import Fact, Said, Value, said_of
from finder.tables import DATA, read_table

CORRECTION, REGISTRY = "correction", "nppes"
# When two values have the same date, the one whose source speaks for itself wins: the institution about its
# people, then the registry that they keep themselves, then what payers and CMS compile about them.
SOURCE_ORDER = (
    CORRECTION, "rosters", "nppes", "clinicians", "facility_affiliations", "qhp_providers", "procedures",
    "trials",
)  # fmt: skip
SELF_STATED = frozenset({"rosters", "nppes"})
# How long a correction stands against later files that only compile: errors of directories were still there
# after about 540 days (AJMC, n = 1,802: 40.3 % still wrong, 13.3 % right).
CORRECTED_DAYS = 540
# Of those errors that were still listed and could be reached, 13.3 / (13.3 + 40.3) had been put right.
_PUT_RIGHT_A_DAY = -log(1 - 13.3 / (13.3 + 40.3)) / CORRECTED_DAYS
# Directories must verify each entry every 90 days (No Surprises Act, section 116; 42 USC 300gg-115).
CONFIRMED_DAYS = 90
CERTAIN, LIKELY = 0.95, 0.5
# How often two wrong entries name the same wrong value, as both copied an old one: not published, so an own
# assumption (2026-11-28); `finder bench trust` judges worlds in which it is otherwise.
SAME_ERROR = 0.2
# How often somebody who is listed at another address is listed there with the same telephone number: own
# count (2026-11-28) of 157 people whose building differs between extracts of NPPES of 2016, 2018 and 2025
# (65 of them); where the building stayed, 596 of 602 kept their number.
KEPT_NUMBER = 0.41
# How old records of the registry are: on average 2,210 days in 870 answers of its API of September 2025 and
# 2,771 in 1,595 records of December 2018 (own count, 2026-11-28). Its published share of errors is of records
# as old as that, so only what is older still has lost more.
REGISTRY_AGE_DAYS = 2_210
# Directories of which a person has several, one a payer; of every other source one record counts once.
_BY_PAYER = frozenset({"qhp_providers"})
ACCURACY_COLUMNS = ("kind", "source", "wrong", "published_by", "as_of")
_RANK = {source: rank for rank, source in enumerate(SOURCE_ORDER)}
_ANY = "*"
_MOST = 0.999  # no source is beyond doubt


class Kind(StrEnum):
    """Kinds of facts for which shares of wrong entries are published."""

    LOCATION = "location"
    CONTACT = "contact"
    SPECIALTY = "specialty"
    NETWORK = "network"


KIND_OF_FACT: Mapping[str, Kind] = {
    "specialty": Kind.SPECIALTY, "specialty_in_medicare": Kind.SPECIALTY, "phone": Kind.CONTACT,
    "fax": Kind.CONTACT, "networks": Kind.NETWORK,
}  # fmt: skip


# Facts that no later day changes; all others are marked where nobody has confirmed them for CONFIRMED_DAYS.
LASTING = frozenset({"school", "graduation_year", "residency"})


class Level(StrEnum):
    """How sure a value is: right in at least 95 of 100 and confirmed within 90 days; more likely right than
    wrong; not even that.
    """

    CERTAIN = "certain"
    LIKELY = "likely"
    UNSURE = "unsure"


class Dated(Protocol):
    """Whatever has a date."""

    @property
    def as_of(self) -> str | None: ...


class Standing(NamedTuple):
    """How a value stands today: the share of such values that are right, the level, and whether nobody has
    confirmed it for more than CONFIRMED_DAYS.
    """

    share: float
    level: Level
    is_unconfirmed: bool


@dataclass(frozen=True, slots=True)
class Rates:
    """Published shares of wrong entries by kind and source."""

    wrong: Mapping[tuple[str, str], float]

    def of(self, kind: Kind, source: str) -> float:
        """Get the share of a source's entries that are wrong."""
        keys = ((kind.value, source), (_ANY, source), (kind.value, _ANY))
        return next(self.wrong[key] for key in keys if key in self.wrong)


@cache
def load_rates() -> Rates:
    """Get accuracy.csv: published shares of wrong entries. Raises SourceError for a wrong row."""
    rows = read_table(DATA / "accuracy.csv", ACCURACY_COLUMNS)
    kinds = {_ANY, *(kind.value for kind in Kind)}
    return Rates({(row.one_of("kind", kinds, "a kind"), row["source"]): row.share("wrong") for row in rows})


@lru_cache(maxsize=10_000)  # a file gives thousands of people the same date
def right(kind: Kind, said: Said, today: date | None) -> float:
    """Get the share of what a source said on its date that is right today.

    In a directory whose share of wrong entries stays at p while a share r of them is put right each day,
    p r / (1 - p) of the right ones must become wrong each day: so many are lost while nobody confirms them.
    A date that is not known loses nothing more: it may not be called confirmed anyway; nor does a record of
    the registry while it is no older than those of which the share was published.
    """
    source, as_of = said
    wrong, loses = load_rates().of(kind, source), load_rates().of(kind, _ANY)
    day = first_day(as_of)
    age = (today - day).days if today and day else 0
    age = max(0, age - (REGISTRY_AGE_DAYS if source == REGISTRY else 0))
    return (1 - wrong) * exp(-_PUT_RIGHT_A_DAY * loses / (1 - loses) * age)


def confidences(
    kind: Kind,
    said: Mapping[Any, Collection[Said]],
    today: date | None,
    elsewhere: Mapping[Any, Collection[Said]] = MappingProxyType({}),
) -> dict[Any, float]:
    """Get the share of such values that are right today, for each of several values by who says it.

    By Bayes' rule from the published shares, for sources that err each for itself, but in SAME_ERROR of their
    errors alike; all values may be wrong. Of offices several may be right: there the others count only in
    that who lists them is silent about this one.
    """
    if kind is Kind.LOCATION:
        everybody = dict.fromkeys(each for by in said.values() for each in by)  # in an order that stays
        confirmed = {each for by in said.values() if len(by) > 1 for each in by}
        weights = {}
        for office, by in said.items():
            silent = [each for each in everybody if each not in by]
            weights[office] = _weight(kind, by, today) * _silence(by, silent, confirmed, today)
        return {office: weight / (weight + 1) for office, weight in weights.items()}
    weights = {
        value: _weight(kind, by, today) * _from_elsewhere(kind, elsewhere.get(value, ()), today)
        for value, by in said.items()
    }
    every = sum(weights.values()) + 1
    return {value: weight / every for value, weight in weights.items()}


def _weight(kind: Kind, said: Iterable[Said], today: date | None) -> float:
    """How much likelier this value is than that all values are wrong, by those who say it."""
    shares = [min(_MOST, right(kind, each, today)) for each in independent(said)]
    return SAME_ERROR * prod(share / ((1 - share) * SAME_ERROR) for share in shares)


def independent(said: Iterable[Said]) -> list[Said]:
    """Those who say a thing each for itself: of one source the newest, but every payer's directory."""
    found: dict[Said | str, Said] = {}
    for each in said:
        key = each if each.source in _BY_PAYER else each.source
        if key not in found or (found[key].as_of or "") < (each.as_of or ""):
            found[key] = each
    return list(found.values())


def of_others(said: Iterable[Said], own: Collection[Said]) -> tuple[Said, ...]:
    """Those of `said` who are not among `own`: another source, or the directory of another payer."""
    sources = {each.source for each in own} - _BY_PAYER
    return tuple(each for each in said if each not in own and each.source not in sources)


def _from_elsewhere(kind: Kind, elsewhere: Iterable[Said], today: date | None) -> float:
    """How much likelier a number is because those who do not list this address list it at another one."""
    shares = [min(_MOST, right(kind, each, today)) for each in independent(elsewhere)]
    return prod(max(1.0, KEPT_NUMBER * share / ((1 - share) * SAME_ERROR)) for share in shares)


def _silence(by: Collection[Said], silent: Iterable[Said], confirmed: Set[Said], today: date | None) -> float:
    """How much less likely an office is as the `silent` list only other ones. The registry lists one office
    for most people: its silence says nothing where another source confirms that one. Against a correction
    only the silence of those counts who outlive it.
    """
    checked = next((each for each in by if each.source == CORRECTION), None)
    counted = [
        each
        for each in silent
        if (each.source != REGISTRY or each not in confirmed)
        and (checked is None or outlives(each.source, each.as_of, checked))
    ]
    return prod(1 - min(_MOST, right(Kind.LOCATION, each, today)) for each in counted)


def standing(share: float, said: Iterable[Said], today: date) -> Standing:
    """Get how a value stands today by its confidence and by who says it when."""
    is_unconfirmed = not any(is_fresh(as_of, today) for _source, as_of in said)
    level = Level.CERTAIN if share >= CERTAIN and not is_unconfirmed else Level.LIKELY
    return Standing(share, level if share >= LIKELY else Level.UNSURE, is_unconfirmed)


def standings_of_sites(sites: Sequence[Mapping[str, Any]], today: date) -> list[Standing]:
    """Get how each address of a specialist's document stands today."""
    said = {n: said_of(site.get("said")) for n, site in enumerate(sites)}
    shares = confidences(Kind.LOCATION, said, today)
    return [standing(shares[n], said[n], today) for n in said]


def standing_of_phone(site: Mapping[str, Any], today: date) -> Standing:
    """Get how the telephone of an address of a specialist's document stands today."""
    said, elsewhere = said_of(site.get("phone_said")), said_of(site.get("phone_elsewhere"))
    return _against(Kind.CONTACT, said, said_of(site.get("phone_differs")), today, elsewhere)


def standing_of_fact(name: str, told: Mapping[str, Any], today: date) -> Standing | None:
    """Get how a fact of a document stands today; None where no shares of errors are published."""
    kind = KIND_OF_FACT.get(name)
    if kind is None:
        return None
    said = [Said(each["source"], each.get("as_of")) for each in (told, *told.get("also", ()))]
    others = [Said(each["source"], each.get("as_of")) for each in told.get("others", ())]
    return _against(kind, said, others, today)


def with_standings(document: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Get a specialist's document with a `standing` at every address and fact, and `phone_standing` at every
    telephone: `level` and `share` (null where no shares of errors are published), and `unconfirmed`.
    """
    sites = document.get("sites", ())
    placed = [
        {**site, "standing": _told(stands)}
        | ({"phone_standing": _told(standing_of_phone(site, today))} if site.get("phone") else {})
        for site, stands in zip(sites, standings_of_sites(sites, today), strict=True)
    ]
    facts = {}
    for name, told in document.get("facts", {}).items():
        stands = standing_of_fact(name, told, today)
        is_old = name not in LASTING and not is_fresh(told.get("as_of"), today)
        facts[name] = {**told, "standing": _told(stands) if stands else _told(None, is_old=is_old)}
    return {**document, "sites": placed, "facts": facts}


def _told(standing: Standing | None, *, is_old: bool = False) -> dict[str, Any]:
    if standing is None:
        return {"level": None, "share": None, "unconfirmed": is_old}
    return {
        "level": standing.level.value,
        "share": round(standing.share, 2),
        "unconfirmed": standing.is_unconfirmed,
    }


def _against(
    kind: Kind, said: Sequence[Said], others: Iterable[Said], today: date, elsewhere: Sequence[Said] = ()
) -> Standing:
    """How a value stands whose alternatives one source each says; beside a correction those count that
    outlive it.
    """
    checked = next((each for each in said if each.source == CORRECTION), None)
    if checked:
        others = [each for each in others if outlives(each.source, each.as_of, checked)]
    groups: dict[int, Sequence[Said]] = {0: said} | {n: (each,) for n, each in enumerate(others, start=1)}
    return standing(confidences(kind, groups, today, {0: elsewhere})[0], said, today)


def is_fresh(as_of: str | None, today: date) -> bool:
    """Whether a date is known and at most CONFIRMED_DAYS before today; of a month or year its first day."""
    day = first_day(as_of)
    return day is not None and (today - day).days <= CONFIRMED_DAYS


def by_trust(values: Iterable[Value]) -> list[Value]:
    """Values in the order in which they win: newest date first, unknown dates last, then source order; but
    a correction goes before all that do not outlive it.
    """
    ordered = list(values)
    if len(ordered) < 2:
        return ordered
    ordered.sort(key=lambda v: (_RANK.get(v.source, len(_RANK)), str(v.value)))
    ordered.sort(key=lambda v: v.as_of or "", reverse=True)
    told = next((v for v in ordered if v.source == CORRECTION), None)
    if told is None:
        return ordered
    return sorted(ordered, key=lambda v: 1 if v is told else 0 if outlives(v.source, v.as_of, told) else 2)


def outlives(source: str, as_of: str | None, correction: Dated) -> bool:
    """Whether what a source says counts again although there is a correction: it is later, and its source
    speaks for itself or it is later by more than CORRECTED_DAYS.
    """
    if source == CORRECTION or not as_of or not correction.as_of or as_of <= correction.as_of:
        return False
    if source in SELF_STATED:
        return True
    day, corrected = first_day(as_of), first_day(correction.as_of)
    return bool(day and corrected and day - corrected > timedelta(days=CORRECTED_DAYS))


def first_day(as_of: str | None) -> date | None:
    """Get the first day that an ISO day, month or year may mean; None where there is none."""
    try:
        return date.fromisoformat(f"{as_of or ''}-01-01"[:10]) if as_of else None
    except ValueError:
        return None


def fact(
    values: Iterable[Value],
    kind: Kind | None = None,
    elsewhere: Mapping[str, Collection[Said]] = MappingProxyType({}),
) -> Fact | None:
    """The winning value with the differing losers, each value once; None where there is no value.

    With a `kind` the value wins that was most likely right on the day of the newest of them, so that two
    sources outdo a newer one, and who agrees is kept; equal ones, those beside a correction and all other
    facts go by `by_trust`. `elsewhere` is as in `confidences`, by value.
    """
    ordered = by_trust([v for v in values if not _is_nothing(v.value)])
    if len(ordered) < 2:  # nearly every fact of a national file
        return Fact(ordered[0]) if ordered else None
    by_value: dict[str, list[Value]] = {}
    for value in ordered:
        by_value.setdefault(_same(value.value), []).append(value)
    groups = list(by_value.values())
    if kind and len(groups) > 1 and ordered[0].source != CORRECTION:
        said = dict(enumerate(map(said_by, groups)))
        told = {n: elsewhere.get(_same(group[0].value), ()) for n, group in enumerate(groups)}
        likely = confidences(kind, said, newest_of(ordered), told)
        order = sorted(range(len(groups)), key=lambda n: (-round(likely[n], 9), n))
        groups = [groups[n] for n in order]
    best = groups[0][0]
    also = said_by(groups[0])[1:] if kind else ()
    return Fact(best, tuple(group[0] for group in groups[1:]), also)


def kept_first(values: Sequence[Value], kind: Kind) -> Fact:
    """The first of several values as the one that counts, with who agrees and the differing ones: of
    specialties a person may have several, and the registry says which one is the main one. Only what at
    least two others say, each for itself, and what is likelier comes before it; never before a correction.
    """
    by_value: dict[str, list[Value]] = {}
    for value in values:
        by_value.setdefault(_same(value.value), []).append(value)
    counts = next(iter(by_value))
    if len(by_value) > 1 and values[0].source != CORRECTION:
        said = {key: said_by(group) for key, group in by_value.items()}
        likely = confidences(kind, said, newest_of(values))
        told = [key for key, by in said.items() if len(independent(by)) > 1]
        counts = max((counts, *told), key=lambda key: round(likely[key], 9))
    best = by_value[counts][0]
    also = said_by(by_value.pop(counts))
    told_else = fact((value for group in by_value.values() for value in group), kind)
    others = (told_else.best, *told_else.others) if told_else else ()
    return Fact(best, others, tuple(each for each in also if each != (best.source, best.as_of)))


def said_by(values: Iterable[Value]) -> tuple[Said, ...]:
    """Who says these values when, each source and date once: one source says a thing on one day once."""
    return tuple(dict.fromkeys(Said(value.source, value.as_of) for value in values))


def newest_of(values: Iterable[Dated]) -> date | None:
    """Get the newest known day of dated things: what wins must not depend on the day of the run."""
    return max(filter(None, (first_day(value.as_of) for value in values)), default=None)


def _is_nothing(value: Any) -> bool:
    return value is None or value in ("", (), [])


def _same(value: Any) -> str:
    return str(value).casefold()
