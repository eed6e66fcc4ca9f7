"""Two to four people side by side: one row per fact, each value with its source and date, gaps said."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from finder.answers import Result
from finder.criteria import SearchCriteria
from finder.errors import FieldError, InputErrors
from finder.explanations import SideBySide
from finder.i18n import gettext, mark
from finder.languages import Languages
from finder.parameters import npi
from finder.web.cited import Cited, Citing
from finder.web.facts_shown import FACTS, text_of_fact
from finder.web.filters import day, miles
from finder.web.language import at
from finder.web.results_page import NETWORKS, Badge, Why, address_of, badge_of, why_of
from finder.web.trials_shown import recruiting

LEAST, MOST = 2, 4  # people side by side
_TOO_FEW = mark("tick two to four doctors to compare; go back to your list for that")
# Facts of the table in their order, after what the search worked out; labels are those of the person's page.
_FACTS = (
    "clinical_focus", "accepts_second_opinions", "accepting", "virtual", "languages", "ages", "hospitals",
    "group", "institution", "academic_title", "licence_states", "school", "graduation_year",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """What is known of one person: lines, or none, and who says so where it is a fact of a source.

    `none` is what no line means, where that is more than "not known".
    """

    lines: tuple[str, ...]
    cited: Cited | None = None
    none: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of everybody."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """One person at the head of a column; `badge` is None where no doctor already seen was named."""

    npi: str
    name: str
    url: str
    phone: str | None
    badge: Badge | None
    why: Why


@dataclass(frozen=True, slots=True)
class ComparePage:
    """People side by side; `token` is the sealed search that they are from, `left_out` those beyond MOST."""

    token: str
    people: tuple[Compared, ...]
    rows: tuple[Row, ...]
    left_out: int
    as_of: str | None


def compared_npis(npis: Sequence[str]) -> tuple[str, ...]:
    """Get the NPIs that were ticked, each once. Raises InputErrors for fewer than LEAST, or what is none."""
    try:
        found = tuple(dict.fromkeys(npi(each) for each in npis))
    except ValueError as problem:
        raise InputErrors([FieldError("npi", str(problem))]) from None
    if len(found) < LEAST:
        raise InputErrors([FieldError("npi", gettext(_TOO_FEW))])
    return found


def compare_page(
    told: SideBySide,
    criteria: SearchCriteria,
    token: str,
    citing: Citing,
    languages: Languages,
    *,
    plan: str | None,
    left_out: int,
) -> ComparePage:
    """Get the page of people beside each other, in their order; `plan` is the name of the plan asked for."""
    people = tuple(
        Compared(
            npi=one.npi,
            name=one.name + (f", {one.credentials}" if one.credentials else ""),
            url=at(f"/results/{token}/specialists/{one.npi}"),
            phone=one.nearest_site.phone if one.nearest_site else None,
            badge=badge_of(one.verdict.value) if told.prior else None,
            why=why_of(one),
        )
        for one in told.results
    )
    rows = (*_worked_out(told, criteria, plan, citing), *_of_sources(told.results, citing, languages))
    return ComparePage(token, people, rows, left_out, told.source.as_of)


def _worked_out(
    told: SideBySide, criteria: SearchCriteria, plan: str | None, citing: Citing
) -> Iterator[Row]:
    """The rows of what the search itself found out."""

    def row(label: str, cell: Callable[[Result], Cell]) -> Row:
        return Row(label, tuple(cell(one) for one in told.results))

    whys = {one.npi: why_of(one) for one in told.results}
    if told.prior:
        yield row(gettext("Why independent, or not"), lambda one: _reasons(whys[one.npi].independent))
    yield row(gettext("Work on your condition"), lambda one: _reasons(whys[one.npi].fits))
    yield row(gettext("Specialty"), lambda one: Cell((one.specialty,) if one.specialty else ()))
    if criteria.near:
        yield row(gettext("Distance"), _distance)
    yield row(gettext("Nearest office"), lambda one: _office(one, citing))
    if plan:
        yield row(gettext("Your insurance plan"), lambda one: _network(one, plan))
    yield row(gettext("Trials open for patients"), _trials)


def _of_sources(results: Sequence[Result], citing: Citing, languages: Languages) -> Iterator[Row]:
    """The rows of what sources say; a fact that nobody of them has is left out."""
    facts: list[Mapping[str, Any]] = [orjson.loads(one.facts) for one in results]
    for name in _FACTS:
        if any(name in each for each in facts):
            cells = tuple(_fact(each.get(name), name, citing, languages) for each in facts)
            yield Row(gettext(FACTS[name]), cells)
    nothing = gettext("Nothing: all is known")
    yield Row(
        gettext("What we could not find out"), tuple(Cell(one.unknown, none=nothing) for one in results)
    )


def _fact(fact: Mapping[str, Any] | None, name: str, citing: Citing, languages: Languages) -> Cell:
    if fact is None:
        return Cell(())
    text = text_of_fact(fact["value"], name, languages)
    return Cell((text,), citing.cited("", fact.get("source") or "", fact.get("as_of")))


def _reasons(reasons: Sequence[Any]) -> Cell:
    return Cell(
        tuple(
            each.text + (f" ({day(each.dated)})" if each.dated else f" ({each.note})" if each.note else "")
            for each in reasons
        )
    )


def _distance(one: Result) -> Cell:
    return Cell((miles(one.distance_miles),) if one.distance_miles is not None else ())


def _office(one: Result, citing: Citing) -> Cell:
    site = one.nearest_site
    if site is None:
        return Cell(())
    return Cell((", ".join(address_of(site)),), citing.cited("", site.sources, site.as_of))


def _network(one: Result, plan: str) -> Cell:
    if one.network not in NETWORKS:
        return Cell(())
    return Cell((gettext(NETWORKS[one.network], plan=plan, day=day(one.network_as_of)),))


def _trials(one: Result) -> Cell:
    lines = tuple(f"{each.number}, {each.status}: {each.title}" for each in recruiting(one.trials))
    return Cell(lines, none=gettext("None that we could link to this doctor"))
