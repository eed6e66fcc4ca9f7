"""The virtual second-opinion programs: `programs.csv` read, checked field by field, one document per program.

A program has one row per price, and every row repeats what is true of the program as a whole. Missing is
missing: a price that was not published is no number, and an old or weak figure (confidence C) is history,
never a price of today.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from math import ceil
from pathlib import Path
from typing import Any

from finder.geo import is_state
from finder.program_kinds import (
    Ages,
    BenefitRoute,
    Clock,
    Confidence,
    LocalDoctor,
    Modality,
    PriceKind,
    Said,
    SourceKind,
    StatesListed,
    Unit,
)
from finder.tables import DATA, Choice, Row, read_table

PROGRAM_COLUMNS = (
    "program_id", "name", "institution", "operator", "hospital_ccns", "price_usd", "price_kind",
    "price_max_usd", "price_for", "extras", "deposit_nonrefundable_usd", "modality", "turnaround_days_min",
    "turnaround_days_max", "turnaround_unit", "clock_starts", "home_state", "states_included",
    "states_listed", "states_excluded", "counties_excluded", "place_rule", "needs_local_doctor",
    "age_min", "age_max", "ages", "specialties_in", "specialties_out", "collects_records",
    "rereads_pathology", "rereads_radiology", "benefit_routes", "source_url", "source_kind", "as_of",
    "seen_at", "confidence", "is_history", "note", "concepts", "excluded_concepts",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Price:
    """One price in US dollars with its source; `amount` is None where none is published.

    `only_for` is the field for which alone it holds.
    `as_of` is the ISO date, month or year that the source carries, None where it shows none; `seen_at` is the
    day on which it was read.
    """

    kind: PriceKind
    amount: int | None
    amount_max: int | None
    only_for: str | None
    extras: str | None
    deposit_nonrefundable: int | None
    source_url: str | None
    source_kind: SourceKind
    as_of: str | None
    seen_at: str
    confidence: Confidence
    is_history: bool
    note: str | None

    def to_source(self) -> dict[str, Any]:
        """As carried in a program; unknown fields are absent."""
        return _known(
            {
                "kind": self.kind.value, "amount": self.amount, "amount_max": self.amount_max,
                "only_for": self.only_for, "extras": self.extras,
                "deposit_nonrefundable": self.deposit_nonrefundable,
                "source_url": self.source_url, "source_kind": self.source_kind.value, "as_of": self.as_of,
                "seen_at": self.seen_at, "confidence": self.confidence.value, "is_history": self.is_history,
                "note": self.note,
            }
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Program:
    """One second-opinion offer. Empty means that the source does not say, never "no" or "none".

    The turnaround is as published, in `turnaround_unit`; states are two-letter codes, counties "Name ST".
    """

    id: str
    name: str
    institution: str
    operator: str | None
    hospital_ccns: tuple[str, ...]
    prices: tuple[Price, ...]
    modality: tuple[Modality, ...]
    turnaround_min: int | None
    turnaround_max: int | None
    turnaround_unit: Unit
    clock_starts: Clock
    home_state: str | None
    states_included: tuple[str, ...]
    states_listed: StatesListed | None
    states_excluded: tuple[str, ...]
    counties_excluded: tuple[str, ...]
    place_rule: str | None
    needs_local_doctor: LocalDoctor
    age_min: int | None
    age_max: int | None
    ages: Ages | None
    specialties_in: tuple[str, ...]
    specialties_out: tuple[str, ...]
    collects_records: Said
    rereads_pathology: Said
    rereads_radiology: Said
    benefit_routes: tuple[BenefitRoute, ...]
    concepts: tuple[str, ...]
    excluded_concepts: tuple[str, ...]
    tie_keys: tuple[str, ...] = ()

    @property
    def current_prices(self) -> tuple[Price, ...]:
        """The prices that are no history; never empty."""
        return tuple(price for price in self.prices if not price.is_history)

    @property
    def hospital_keys(self) -> tuple[str, ...]:
        """The tie keys of the institution's own hospitals."""
        return tuple(f"hospital:{ccn}" for ccn in self.hospital_ccns)

    def to_source(self) -> dict[str, Any]:
        """The document as the engine keeps it: the first current price, the turnaround in calendar days.

        The first price is the general one; later ones hold for some patients only (see their notes).
        """
        current = self.current_prices
        return _known(
            {
                "name": self.name, "institution": self.institution, "operator": self.operator,
                "concepts": list(self.concepts), "excluded_concepts": list(self.excluded_concepts),
                "specialties_in": list(self.specialties_in), "specialties_out": list(self.specialties_out),
                "home_state": self.home_state, "states": list(self.states_included),
                "states_listed": self.states_listed.value if self.states_listed else None,
                "excluded_states": list(self.states_excluded),
                "excluded_counties": list(self.counties_excluded), "place_rule": self.place_rule,
                "needs_treating_doctor": self.needs_local_doctor.value,
                "modality": [modality.value for modality in self.modality],
                "turnaround_days_min": self._calendar_days(self.turnaround_min),
                "turnaround_days_max": self._calendar_days(self.turnaround_max),
                "turnaround": self._turnaround(), "age_min": self.age_min, "age_max": self.age_max,
                "ages": self.ages.value if self.ages else None,
                "price_amount": current[0].amount,
                "price_kind": list(dict.fromkeys(price.kind.value for price in current)),
                "collects_records": self.collects_records.value,
                "rereads_pathology": self.rereads_pathology.value,
                "rereads_radiology": self.rereads_radiology.value,
                "benefit_routes": [route.value for route in self.benefit_routes],
                "tie_keys": list(self.tie_keys),
                "prices": [price.to_source() for price in self.prices],
            }
        )  # fmt: skip

    def _calendar_days(self, published: int | None) -> int | None:
        """Five business days are a week."""
        if published is None or self.turnaround_unit is Unit.DAYS:
            return published
        return ceil(published * 7 / 5)

    def _turnaround(self) -> dict[str, Any]:
        if self.turnaround_min is None and self.turnaround_max is None:
            return {}
        return _known(
            {"min": self.turnaround_min, "max": self.turnaround_max, "unit": self.turnaround_unit.value,
             "clock_starts": self.clock_starts.value}
        )  # fmt: skip


def load_programs(path: Path = DATA / "programs.csv") -> tuple[Program, ...]:
    """Get the programs of a CSV file with the columns PROGRAM_COLUMNS, by id.

    Raises SourceError naming file, row and field for the first thing that is wrong; nothing is read by half.
    """
    return programs_of(read_table(path, PROGRAM_COLUMNS))


def programs_of(rows: Iterable[Row]) -> tuple[Program, ...]:
    """Get the programs of rows, by id; rows of one id are the prices of one program and agree on the rest.

    Raises SourceError naming the row and field that is wrong.
    """
    programs: dict[str, Program] = {}
    last_rows: dict[str, Row] = {}
    for row in rows:
        program = program_of(row)
        known = programs.get(program.id)
        if known:
            program = _with_price(known, program, row)
        programs[program.id] = program
        last_rows[program.id] = row
    for program in programs.values():
        if not program.current_prices:
            raise last_rows[program.id].wrong("is_history", f"'{program.id}' has no row for today")
        if program.current_prices[0].only_for:
            raise last_rows[program.id].wrong("price_for", f"'{program.id}' has no general price before it")
    return tuple(programs[key] for key in sorted(programs))


def program_of(row: Row) -> Program:
    """Get one row as a program with one price; raises SourceError naming the field that is wrong."""
    program_id = row.needed("program_id")
    if not all(part.isalnum() and part.isascii() and part.islower() for part in program_id.split("-")):
        raise row.wrong("program_id", "is not small letters and digits joined by hyphens")
    included, excluded = _states(row, "states_included"), _states(row, "states_excluded")
    if set(included) & set(excluded):
        raise row.wrong("states_excluded", "names a state that is included as well")
    return Program(
        id=program_id,
        name=row.needed("name"),
        institution=row.needed("institution"),
        operator=row["operator"] or None,
        hospital_ccns=tuple(row["hospital_ccns"].split()),
        prices=(_price(row),),
        modality=_several(row, "modality", Modality),
        turnaround_min=_number(row, "turnaround_days_min"),
        turnaround_max=_number(row, "turnaround_days_max", at_least="turnaround_days_min"),
        turnaround_unit=row.choice("turnaround_unit", Unit) if row["turnaround_unit"] else Unit.DAYS,
        clock_starts=row.choice("clock_starts", Clock),
        home_state=_home_state(row),
        states_included=included,
        states_listed=_states_listed(row, included),
        states_excluded=excluded,
        counties_excluded=_list(row, "counties_excluded"),
        place_rule=row["place_rule"] or None,
        needs_local_doctor=row.choice("needs_local_doctor", LocalDoctor),
        age_min=_number(row, "age_min"),
        age_max=_number(row, "age_max", at_least="age_min"),
        ages=row.choice("ages", Ages) if row["ages"] else None,
        specialties_in=_list(row, "specialties_in"),
        specialties_out=_list(row, "specialties_out"),
        collects_records=row.choice("collects_records", Said),
        rereads_pathology=row.choice("rereads_pathology", Said),
        rereads_radiology=row.choice("rereads_radiology", Said),
        benefit_routes=_several(row, "benefit_routes", BenefitRoute),
        concepts=tuple(row["concepts"].split()),
        excluded_concepts=tuple(row["excluded_concepts"].split()),
    )


def _price(row: Row) -> Price:
    kind, confidence = row.choice("price_kind", PriceKind), row.choice("confidence", Confidence)
    amount = _number(row, "price_usd")
    if row["is_history"] not in ("yes", "no"):
        raise row.wrong("is_history", "is neither yes nor no")
    is_history = row["is_history"] == "yes"
    if amount is not None and kind in (PriceKind.NOT_PUBLISHED, PriceKind.QUOTE):
        raise row.wrong("price_usd", f"is a number although the price is '{kind.value}'")
    if amount is None and kind in (PriceKind.FLAT, PriceKind.FROM, PriceKind.RANGE):
        raise row.wrong("price_usd", f"is empty although the price is '{kind.value}'")
    if amount is not None and confidence is Confidence.NONE:
        raise row.wrong("confidence", "is 'none' although there is a price")
    if confidence is Confidence.C and not is_history:
        raise row.wrong("is_history", "a figure of confidence C is history")
    if kind is not PriceKind.NOT_PUBLISHED:
        row.needed("source_url")
    if not _is_date(row["seen_at"]):
        raise row.wrong("seen_at", "is not an ISO day")
    if row["as_of"] and not any(_is_date(row["as_of"] + end) for end in ("", "-01", "-01-01")):
        raise row.wrong("as_of", "is not an ISO day, month or year")
    return Price(
        kind=kind,
        amount=amount,
        amount_max=_number(row, "price_max_usd", at_least="price_usd"),
        only_for=row["price_for"] or None,
        extras=row["extras"] or None,
        deposit_nonrefundable=_number(row, "deposit_nonrefundable_usd"),
        source_url=row["source_url"] or None,
        source_kind=row.choice("source_kind", SourceKind),
        as_of=row["as_of"] or None,
        seen_at=row["seen_at"],
        confidence=confidence,
        is_history=is_history,
        note=row["note"] or None,
    )


def _with_price(known: Program, program: Program, row: Row) -> Program:
    if replace(known, prices=()) != replace(program, prices=()):
        wrong = next(f.name for f in fields(known) if getattr(known, f.name) != getattr(program, f.name)
                     and f.name != "prices")  # fmt: skip
        raise row.wrong(wrong, f"differs from an earlier row of '{known.id}'")
    return replace(known, prices=(*known.prices, *program.prices))


def _number(row: Row, field: str, at_least: str | None = None) -> int | None:
    value = row[field]
    if not value:
        return None
    if not (value.isascii() and value.isdigit()):
        raise row.wrong(field, f"'{value}' is not a whole number")
    if at_least and row[at_least].isdigit() and int(value) < int(row[at_least]):
        raise row.wrong(field, f"is less than {at_least}")
    return int(value)


def _list(row: Row, field: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in row[field].split(";") if part.strip())


def _states(row: Row, field: str) -> tuple[str, ...]:
    found = tuple(row[field].split())
    for code in found:
        if not is_state(code):
            raise row.wrong(field, f"'{code}' is not the code of a state")
    return found


def _home_state(row: Row) -> str | None:
    """The state of the institution, which must be there where a rule or a price is about it."""
    speaks_of_it = row["needs_local_doctor"] == LocalDoctor.OUTSIDE_HOME_STATE or row["price_kind"] in (
        PriceKind.IN_STATE, PriceKind.OUT_OF_STATE
    )  # fmt: skip
    if speaks_of_it:
        row.needed("home_state")
    return next(iter(_states(row, "home_state")), None)


def _states_listed(row: Row, included: tuple[str, ...]) -> StatesListed | None:
    if not included:
        return None
    return row.choice("states_listed", StatesListed)


def _several(row: Row, field: str, kind: type[Choice]) -> tuple[Choice, ...]:
    try:
        return tuple(kind(part) for part in _list(row, field))
    except ValueError:
        allowed = ", ".join(member.value for member in kind)
        raise row.wrong(field, f"'{row[field]}' holds more than: {allowed}") from None


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


def _known(source: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in source.items() if value not in (None, "", [], {})}
