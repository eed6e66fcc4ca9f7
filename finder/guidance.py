"""What readers are told around a visit: facts, records to collect, emergency signs, a checklist, links.

Each kind is a table of `finder/data`, read once and refused whole when wrong. Every fact has its source and
date.
"""

from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from finder.concepts import A_CONCEPT, URGENT_COLUMNS
from finder.criteria import RoleAsked, WhyAsked
from finder.errors import SourceError
from finder.facets import AgesAsked
from finder.tables import DATA, Row, read_table

OUTCOME_COLUMNS = (
    "outcome_id", "about", "says", "n", "figures", "source", "source_url", "as_of", "seen_at",
)  # fmt: skip
FACT_COLUMNS = ("fact_id", "topic", "says", "source", "source_url", "as_of", "seen_at")
LINK_COLUMNS = ("link_id", "topic", "name", "url", "says", "source", "seen_at")
TICK_COLUMNS = ("tick_id", "text", "field", "value", "source")
SIGN_COLUMNS = ("label", "sign")
KIND_COLUMNS = ("kind", "label", "concept_ids")
RECORD_COLUMNS = ("kind", "record", "form", "collected_by", "source")
GENERAL = "general"  # the records that every illness needs
OWN_WORDING = "own wording"


class FactTopic(StrEnum):
    """What a fact is about."""

    MEDICARE = "medicare"
    COPIES = "copies"
    EMERGENCY = "emergency"
    THIRD = "third"
    DISTANCE = "distance"
    RATINGS = "ratings"


class LinkTopic(StrEnum):
    """What a site of others is for."""

    LODGING = "lodging"
    TRAVEL = "travel"
    BILLS = "bills"
    COMMUNITY = "community"
    RANKING = "ranking"


class Collector(StrEnum):
    """Who has a record, or whom to ask for it."""

    YOU = "you"
    OFFICE = "office"
    HOSPITAL = "hospital"
    PATHOLOGY = "pathology"
    IMAGING = "imaging"
    LAB = "lab"


class Prefilled(StrEnum):
    """The controls of the search form that the checklist may fill in."""

    WHY = "why"
    ROLE = "role"
    AGES = "ages"
    VIRTUAL = "virtual"


_VALUES: Mapping[Prefilled, Collection[str]] = {
    Prefilled.WHY: [*WhyAsked],
    Prefilled.ROLE: [*RoleAsked],
    Prefilled.AGES: [*AgesAsked],
    Prefilled.VIRTUAL: ["yes"],
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fact was read: `as_of` is the ISO day, month or year that the source carries, None where it
    shows none; `seen_at` the ISO day on which it was read.
    """

    source: str
    url: str | None
    as_of: str | None
    seen_at: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How often opinions changed something: `n` says of how many, None where it was not given; `figures` are
    the numbers as they stand in the notes that they were taken from.
    """

    about: str
    says: str
    n: str | None
    figures: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class HelpFact:
    """One rule of a payer or of the law, or one finding, in plain words."""

    topic: FactTopic
    says: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class OutsideLink:
    """A site of others; `source` says where we read about it, None where the words are our own."""

    topic: LinkTopic
    name: str
    url: str
    says: str
    source: str | None
    seen_at: str


@dataclass(frozen=True, slots=True)
class Tick:
    """One line of the checklist, and what it fills in: no field where it is a reason without a filter."""

    tick_id: str
    text: str
    field: Prefilled | None
    value: str


@dataclass(frozen=True, slots=True)
class Emergency:
    """Signs that call for help now, what to do, and who says so (urgent.csv)."""

    label: str
    advice: str
    signs: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Record:
    """One thing to collect; `source` is None where the wording is our own."""

    record: str
    form: str
    collected_by: Collector
    source: str | None


@dataclass(frozen=True, slots=True)
class RecordKind:
    """The records for one family of concepts; none for those that every illness needs."""

    kind: str
    label: str
    concepts: frozenset[str]
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Guidance:
    """All tables of help, in the order of their files."""

    outcomes: tuple[Outcome, ...]
    facts: tuple[HelpFact, ...]
    links: tuple[OutsideLink, ...]
    checklist: tuple[Tick, ...]
    emergencies: tuple[Emergency, ...]
    kinds: tuple[RecordKind, ...]

    def facts_on(self, topic: FactTopic) -> tuple[HelpFact, ...]:
        """Get the facts about one topic."""
        return tuple(each for each in self.facts if each.topic is topic)

    def links_on(self, topic: LinkTopic) -> tuple[OutsideLink, ...]:
        """Get the sites of others for one topic."""
        return tuple(each for each in self.links if each.topic is topic)

    def prefill(self, ticked: Container[str]) -> dict[str, str]:
        """Get what the ticked lines fill in; of two that fill one control the first in the file counts."""
        found: dict[str, str] = {}
        for tick in self.checklist:
            if tick.tick_id in ticked and tick.field:
                found.setdefault(tick.field.value, tick.value)
        return found

    def kinds_for(self, concepts: Collection[str]) -> tuple[RecordKind, ...]:
        """Get the kinds of records for a concept given with all that are above it, the general ones first."""
        return tuple(k for k in self.kinds if k.kind == GENERAL or not k.concepts.isdisjoint(concepts))


def load_guidance(concepts: Container[str], folder: Path = DATA) -> Guidance:
    """Get every table of help; `concepts` are the ids that record_kinds.csv may name.

    Raises SourceError with file, row and field for an empty cell, an unknown choice, concept, kind or label,
    an address that is not https, a day that does not exist, an id given twice, a kind or label without rows.
    """
    return Guidance(
        outcomes=tuple(map(_outcome, _once(folder / "outcomes.csv", OUTCOME_COLUMNS))),
        facts=tuple(map(_fact, _once(folder / "help_facts.csv", FACT_COLUMNS))),
        links=tuple(map(_link, _once(folder / "outside_links.csv", LINK_COLUMNS))),
        checklist=tuple(map(_tick, _once(folder / "checklist.csv", TICK_COLUMNS))),
        emergencies=_emergencies(folder),
        kinds=_kinds(folder, concepts),
    )


def _once(path: Path, columns: tuple[str, ...]) -> list[Row]:
    """The rows of a table whose first column is an id that no two rows share."""
    rows = read_table(path, columns)
    seen: set[str] = set()
    for row in rows:
        name = row.needed(columns[0])
        if name in seen:
            raise row.wrong(columns[0], f"'{name}' is there twice")
        seen.add(name)
    return rows


def _outcome(row: Row) -> Outcome:
    figures = tuple(part.strip() for part in row.needed("figures").split(";"))
    return Outcome(row.needed("about"), row.needed("says"), row["n"] or None, figures, _origin(row))


def _fact(row: Row) -> HelpFact:
    return HelpFact(row.choice("topic", FactTopic), row.needed("says"), _origin(row))


def _link(row: Row) -> OutsideLink:
    return OutsideLink(
        topic=row.choice("topic", LinkTopic),
        name=row.needed("name"),
        url=_address(row, "url") or row.needed("url"),
        says=row.needed("says"),
        source=_source(row),
        seen_at=_day(row, "seen_at"),
    )


def _tick(row: Row) -> Tick:
    row.needed("source")
    field = row.choice("field", Prefilled) if row["field"] else None
    if field is None and row["value"]:
        raise row.wrong("value", "is given without a field")
    if field is not None and row["value"] not in _VALUES[field]:
        raise row.wrong("value", f"'{row['value']}' is none of: {', '.join(_VALUES[field])}")
    return Tick(row["tick_id"], row.needed("text"), field, row["value"])


def _emergencies(folder: Path) -> tuple[Emergency, ...]:
    urgent = {row["label"]: row for row in reversed(read_table(folder / "urgent.csv", URGENT_COLUMNS))}
    signs: dict[str, list[str]] = {}
    for row in read_table(folder / "signs.csv", SIGN_COLUMNS):
        label = row.one_of("label", urgent, "a label of urgent.csv")
        signs.setdefault(label, []).append(row.needed("sign"))
    for label in urgent:
        if label not in signs:
            raise SourceError("signs.csv", None, "label", f"'{label}' has no signs")
    return tuple(
        Emergency(label, urgent[label].needed("advice"), tuple(listed), urgent[label].needed("source"))
        for label, listed in signs.items()
    )


def _kinds(folder: Path, concepts: Container[str]) -> tuple[RecordKind, ...]:
    kinds = _once(folder / "record_kinds.csv", KIND_COLUMNS)
    records: dict[str, list[Record]] = {row["kind"]: [] for row in kinds}
    for row in read_table(folder / "records.csv", RECORD_COLUMNS):
        records[row.one_of("kind", records, "a kind of record_kinds.csv")].append(_record(row))
    return tuple(_kind(row, records[row["kind"]], concepts) for row in kinds)


def _kind(row: Row, records: list[Record], concepts: Container[str]) -> RecordKind:
    is_general = row["kind"] == GENERAL
    if is_general and row["concept_ids"]:
        raise row.wrong("concept_ids", "must be empty: these records are for every illness")
    named = () if is_general else row.several_of("concept_ids", concepts, A_CONCEPT)
    if not records:
        raise row.wrong("kind", f"'{row['kind']}' has no rows in records.csv")
    return RecordKind(row["kind"], row.needed("label"), frozenset(named), tuple(records))


def _record(row: Row) -> Record:
    who = row.choice("collected_by", Collector)
    return Record(row.needed("record"), row.needed("form"), who, _source(row))


def _source(row: Row) -> str | None:
    source = row.needed("source")
    return None if source == OWN_WORDING else source


def _origin(row: Row) -> Origin:
    as_of = row["as_of"] or None
    if as_of:
        _date(row, "as_of", as_of + "-01-01"[len(as_of) - 4 :])  # a year and a month are dates too
    return Origin(row.needed("source"), _address(row, "source_url"), as_of, _day(row, "seen_at"))


def _address(row: Row, field: str) -> str | None:
    if row[field] and not row[field].startswith("https://"):
        raise row.wrong(field, "is not an https address")
    return row[field] or None


def _day(row: Row, field: str) -> str:
    return _date(row, field, row.needed(field))


def _date(row: Row, field: str, text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise row.wrong(field, f"'{row[field]}' is not a date") from None
    return text
