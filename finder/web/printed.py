"""Printed sheets as plain blocks in reading order: the reader's list, the sheet for two opinions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from finder import i18n
from finder.blocks import DEMONSTRATION, Block, Kind
from finder.guidance import Record
from finder.i18n import gettext, mark
from finder.visit import VisitPart
from finder.web.cited import Cited
from finder.web.filters import capfirst, day, phone
from finder.web.programs_page import PriceShown, ProgramShown
from finder.web.proof_shown import PairProof
from finder.web.results_page import Reason
from finder.web.shortlist_page import PersonShown, ShortlistPage
from finder.web.specialist_page import SiteRow

# Own wording, 2026-11-28.
NO_ADVICE = mark("We inform. We don’t diagnose. In an emergency, call 911. Don’t wait for a second opinion.")
NOTE_LINES = 4  # blank lines for own notes


@dataclass(frozen=True, slots=True)
class SheetPage:
    """What begins on a page of its own; `is_apart`: on its own leaf, also where both sides are printed."""

    language: str
    blocks: tuple[Block, ...]
    is_apart: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of paper or more; `is_wide` turns it on its side."""

    title: str
    language: str
    is_large: bool
    is_wide: bool
    footer: str
    pages: tuple[SheetPage, ...]


def printed_list(page: ShortlistPage) -> Sheet:
    """Get the reader's list as a sheet. Its title names no condition, as a file shows it to everybody."""
    return _sheet(gettext("My list"), tuple(_list(page)), is_large=page.is_large)


def printed_opinions(rows: Sequence[str], *, is_large: bool) -> Sheet:
    """Get the blank sheet for two opinions: a row for each question, a column for each doctor."""
    title = gettext("Two opinions, side by side")
    heads = (gettext("What to ask"), gettext("First doctor"), gettext("Second doctor"))
    blocks = (
        Block(Kind.TITLE, title),
        Block(Kind.TEXT, gettext("Fill it in by hand, right after each visit. Ask the doctor to check it.")),
        Block(Kind.TABLE, items=(*heads, *map(gettext, rows)), level=len(heads)),
    )
    return _sheet(title, blocks, is_large=is_large, is_wide=True)


def _sheet(title: str, blocks: tuple[Block, ...], *, is_large: bool, is_wide: bool = False) -> Sheet:
    language = i18n.language()
    pages = (SheetPage(language, blocks),)
    return Sheet(title, language, is_large, is_wide, gettext(NO_ADVICE), pages)


def _list(page: ShortlistPage) -> Iterator[Block]:
    yield Block(Kind.TITLE, gettext("My list"))
    if page.is_demonstration:
        yield Block(Kind.STRONG, gettext(DEMONSTRATION))
    yield Block(Kind.TEXT, gettext("You asked for: %(asked)s", asked=page.asked))
    if page.priors:
        yield Block(Kind.TEXT, gettext("Already seen: %(names)s", names=", ".join(page.priors)))
    as_of = gettext("Facts as of %(day)s. Please call the office before you go.", day=day(page.as_of))
    yield Block(Kind.TEXT, as_of)
    for number, person in enumerate(page.people, start=1):
        yield from _person(number, person)
    if page.programs:
        yield Block(Kind.HEADING, gettext("Online opinions"), level=2)
        for program in page.programs:
            yield from _program(program)
    yield from _steps(page)


def _person(number: int, person: PersonShown) -> Iterator[Block]:
    name = ", ".join(filter(None, (person.name, person.credentials)))
    yield Block(Kind.HEADING, f"{number}. {name}", level=2)
    yield Block(Kind.TEXT, person.specialty or gettext("Specialty not known"))
    if person.why.focus:
        yield Block(Kind.STRONG, person.why.focus)
    yield from _bullets(map(_reason, person.why.fits))
    yield from _proof(person)
    yield Block(Kind.HEADING, gettext("Offices"), level=3)
    yield from _bullets(map(_office, person.offices), gettext("No office is known."))
    if person.known:
        yield Block(Kind.HEADING, gettext("Good to know"), level=3)
        yield from _bullets(person.known)
    if person.unknown:
        yield Block(Kind.HEADING, gettext("What we could not find out"), level=3)
        yield from _bullets(map(capfirst, person.unknown))
    yield Block(Kind.HEADING, gettext("My notes"), level=3)
    yield Block(Kind.LINES, level=NOTE_LINES)


def _proof(person: PersonShown) -> Iterator[Block]:
    if not person.badge:
        return
    yield Block(Kind.HEADING, gettext("Independent of the doctors you have seen?"), level=3)
    yield Block(Kind.STRONG, person.badge.text)
    yield from _bullets(map(_reason, person.why.independent))
    for pair in person.pairs:
        yield from _bullets((*_ties(pair), *pair.missing))


def _ties(pair: PairProof) -> Iterator[str]:
    """Each tie, then the way of each of the two to it, step by step with sources."""
    for tie in pair.ties:
        yield f"{tie.sentence}. {tie.weight}"
        for way in tie.ways:
            yield f"{way.name}: {' → '.join(map(_cited, way.steps))}"


def _program(program: ProgramShown) -> Iterator[Block]:
    yield Block(Kind.HEADING, f"{program.institution}: {program.name}", level=3)
    facts = (
        *((gettext("Price"), _price(price)) for price in program.prices),
        (gettext("States"), program.states),
        (gettext("How"), program.how),
        (gettext("Time"), program.turnaround),
        (gettext("Needs your doctor"), program.local_doctor),
    )
    yield from _bullets(f"{label}: {value}" for label, value in facts)


def _price(price: PriceShown) -> str:
    more = gettext("More to pay: %(extras)s.", extras=price.extras) if price.extras else ""
    own = f"{price.text} ({price.only_for})" if price.only_for else price.text
    own = f"{own}, {gettext('more than a year old')}" if price.is_old else own
    return " ".join(filter(None, (f"{own}.", more, f"({price.host}; {price.when}; {price.confidence})")))


def _steps(page: ShortlistPage) -> Iterator[Block]:
    """What to do next; each list is ticked off by hand."""
    records = [record for kind in page.records for record in kind.records]
    steps = (
        (gettext("1. Call the office and ask"), map(gettext, page.visit[VisitPart.OFFICE])),
        (gettext("2. Call your plan and ask"), map(gettext, page.visit[VisitPart.INSURER])),
        (gettext("3. Get these records, and bring them"), map(_record, records)),
    )
    yield Block(Kind.HEADING, gettext("What to do next"), level=2)
    for title, lines in steps:
        yield Block(Kind.HEADING, title, level=3)
        yield Block(Kind.BOXES, items=tuple(lines))
    for source in dict.fromkeys(record.source for record in records if record.source):
        yield Block(Kind.TEXT, gettext("Source: %(source)s", source=source))
    yield Block(Kind.HEADING, gettext("4. Write down what you want to ask"), level=3)
    yield Block(Kind.LINES, level=2 * NOTE_LINES)


def _record(record: Record) -> str:
    return f"{gettext(record.record)}. {gettext(record.form)}."


def _bullets(items: Iterable[str], without: str = "") -> Iterator[Block]:
    found = tuple(items)
    if found:
        yield Block(Kind.BULLETS, items=found)
    elif without:
        yield Block(Kind.TEXT, without)


def _reason(reason: Reason) -> str:
    note = day(reason.dated) if reason.dated else reason.note
    return f"{reason.text} ({note})" if note else reason.text


def _cited(it: Cited) -> str:
    return f"{it.text} ({_source(it)})"


def _source(it: Cited) -> str:
    old = gettext("more than 2 years old") if it.is_old else ""
    return ", ".join(filter(None, (it.source, day(it.as_of), old)))


def _office(office: SiteRow) -> str:
    call = gettext("Phone %(number)s", number=phone(office.phone)) if office.phone else ""
    place = ", ".join(filter(None, (*office.lines, call)))
    return f"{place} ({_source(office.cited)})"
