"""The reader's list as a spreadsheet (CSV, RFC 4180), with cells that no program takes for a formula."""

import csv
import io
import re
from collections.abc import Iterator

from finder.blocks import DEMONSTRATION
from finder.i18n import gettext, unquoted
from finder.web.filters import day, phone
from finder.web.programs_page import ProgramShown
from finder.web.shortlist_page import PersonShown, ShortlistPage
from finder.web.specialist_page import SiteRow

# OWASP ASVS 5.0, 1.2.10, with the wide forms that spreadsheets of East Asia take for the same.
_FORMULA = re.compile(r"[=+\-@\t\r\n\0＝＋－＠]")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def spreadsheet(page: ShortlistPage) -> bytes:
    """Get the list as UTF-8 with the mark by which spreadsheets know it; one row a person or program."""
    written = io.StringIO(newline="")
    rows = csv.writer(written, quoting=csv.QUOTE_ALL)
    rows.writerow(_heads())
    note = gettext(DEMONSTRATION) if page.is_demonstration else ""
    for person in page.people:
        rows.writerow([safe_cell(cell) for cell in (*_person(person), note)])
    for program in page.programs:
        rows.writerow([safe_cell(cell) for cell in _program(program)])
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def safe_cell(text: str) -> str:
    """Get a text as a cell: one that begins like a formula gets a single quote in front."""
    text = unquoted(text)
    seen = _UNSEEN.sub("", text)
    return f"'{seen}" if _FORMULA.match(text) or _FORMULA.match(seen) else seen


def _heads() -> tuple[str, ...]:
    return (
        gettext("Name"),
        gettext("Specialty"),
        gettext("Why"),
        gettext("Independent?"),
        gettext("Proof"),
        gettext("Phone"),
        gettext("Address"),
        gettext("Source and date of the address"),
        gettext("Other offices"),
        gettext("Good to know"),
        gettext("Not known"),
        gettext("NPI number"),
        gettext("Note"),
    )


def _person(person: PersonShown) -> Iterator[str]:
    first, *others = person.offices or (None,)
    proof = [f"{reason.text} ({reason.note or day(reason.dated)})" for reason in person.why.independent]
    proof += [each.sentence for pair in person.pairs for each in pair.ties]
    proof += [gap for pair in person.pairs for gap in pair.missing]
    yield ", ".join(filter(None, (person.name, person.credentials)))
    yield person.specialty or ""
    yield person.why.focus
    yield person.badge.text if person.badge else ""
    yield "; ".join(dict.fromkeys(proof))
    yield phone(first.phone) if first and first.phone else ""
    yield ", ".join(first.lines) if first else ""
    yield f"{first.cited.source}, {day(first.cited.as_of)}" if first else ""
    yield "; ".join(_place(each) for each in others if each)
    yield "; ".join(person.known)
    yield "; ".join(person.unknown)
    yield person.npi


def _place(office: SiteRow) -> str:
    return ", ".join(filter(None, (*office.lines, phone(office.phone) if office.phone else "")))


def _program(program: ProgramShown) -> tuple[str, ...]:
    price = "; ".join(f"{each.text} ({each.when})" for each in program.prices)
    why = f"{gettext('Online opinion')}: {price}"
    return (f"{program.institution}: {program.name}", program.how, why, *("",) * (len(_heads()) - 3))
