"""The referral packet from chosen specialists and the facts that the physician typed; pure, never stored.

The facts come first; the first recommendation stands on a page of its own behind a cover, and on no other
page. Pages for physicians are English, those for the patient in the language of the patient.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from finder.blocks import DEMONSTRATION, Block, Kind
from finder.guidance import Record, RecordKind
from finder.i18n import ENGLISH, day, gettext, speaking
from finder.icd10 import Named
from finder.independence import Verdict
from finder.packet_asked import ANSWERS, PacketAsked, Soon, Wish, records
from finder.packet_wording import Field, Line, LineKind, PacketReader, Part, Slot, Wording
from finder.text import phone

ICD_SOURCE = "ICD-10-CM, April 2026"  # the edition that the package ships (finder.icd10)
BY_HAND = 12  # lines for a first recommendation that is written by hand
# Own wording, 2026-11-28.
_WISH = {
    Wish.OPINION: "I ask for an opinion only. The patient stays in my care and comes back to me.",
    Wish.TAKE_OVER: "I ask for your opinion, and whether you would take over this part of the care.",
}
_SOON = {
    Soon.ROUTINE: "There is no particular hurry.",
    Soon.WEEKS: "A decision is due in about two weeks.",
    Soon.DAYS: "A decision is due in a few days. Please call me if that is not possible.",
}
_SHARED = "practice group, health system or hospital"
_INDEPENDENT = {
    Verdict.INDEPENDENT: f"By the public files that were read, you share no {_SHARED} with the doctors who"
    " have seen this patient.",
    Verdict.SOME_TIE: f"By the public files that were read, you share no {_SHARED} with the doctors who have"
    " seen this patient, but there is a weaker tie.",
    Verdict.UNKNOWN: f"Whether you share a {_SHARED} with the doctors who have seen this patient is not"
    " known from public files.",
    Verdict.NOT_INDEPENDENT: f"Please note that you share a {_SHARED} with a doctor who has seen this"
    " patient.",
}


@dataclass(frozen=True, slots=True)
class Office:
    """One place of practice as the directory has it, with the title of its source."""

    lines: tuple[str, ...]
    phone: str | None
    fax: str | None
    source: str
    as_of: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """A specialist or the referring physician, from the directory. `why` are sentences with their sources,
    `verdict` None where no doctor already seen was named; `organizations` are names of practice groups.
    """

    npi: str
    name: str
    credentials: str | None
    specialty: str | None
    offices: tuple[Office, ...]
    organizations: tuple[str, ...] = ()
    taxonomies: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    verdict: Verdict | None = None

    @property
    def title(self) -> str:
        """Name and credentials."""
        return ", ".join(filter(None, (self.name, self.credentials)))


@dataclass(frozen=True, slots=True)
class Ground:
    """What the directory and our tables say for one packet: the people in the order asked for, the referring
    physician, the records of the condition, and the ICD-10-CM codes that were typed.
    """

    people: tuple[Person, ...]
    referrer: Person | None
    kinds: tuple[RecordKind, ...]
    codes: tuple[Named, ...]
    day: date
    is_demonstration: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One page or more of a packet, in one language; the first block is its title."""

    part: Part
    reader: PacketReader
    language: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Packet:
    """A whole packet; `pages` in the order in which they are read, `sent` what goes along, in words for
    physicians.
    """

    asked: PacketAsked
    ground: Ground
    pages: tuple[Page, ...]
    sent: tuple[str, ...]

    def pages_for(self, *readers: PacketReader) -> tuple[Page, ...]:
        """Get the pages for some readers."""
        return tuple(page for page in self.pages if page.reader in readers)


def packet_of(asked: PacketAsked, ground: Ground, wording: Wording) -> Packet:
    """Get the packet of what was asked, one letter for each specialist."""
    pages: list[Page] = []
    for part in wording.parts:
        language = asked.patient_language if part.reader is PacketReader.PATIENT else ENGLISH
        with speaking(language):
            for person in ground.people if part.part is Part.LETTER else ground.people[:1]:
                composed = _Composing(asked, ground, wording, person)
                blocks = tuple(composed.blocks(wording.lines[part.part]))
                pages.append(Page(part.part, part.reader, language, blocks))
    return Packet(asked, ground, tuple(pages), tuple(_sent(asked, ground, wording)))


def _sent(asked: PacketAsked, ground: Ground, wording: Wording) -> Iterator[str]:
    yield from (wording.records[key] for key, _ in records(ground.kinds) if key in asked.sent)
    yield from asked.typed.get("sent_other", "").splitlines()


@dataclass(frozen=True, slots=True)
class _Composing:
    """One page in the making; `person` is whom a letter is for."""

    asked: PacketAsked
    ground: Ground
    wording: Wording
    person: Person

    def blocks(self, lines: Iterable[Line]) -> Iterator[Block]:
        """Rows of wording as blocks, items of a list gathered."""
        items: list[str] = []
        gathered = Kind.BULLETS
        for line in lines:
            is_item = line.kind in (LineKind.BULLET, LineKind.BOX)
            if items and not is_item:
                yield Block(gathered, items=tuple(items))
                items = []
            if is_item:
                gathered = Kind.BULLETS if line.kind is LineKind.BULLET else Kind.BOXES
                items.append(gettext(line.text))
            else:
                yield from self._row(line)
        if items:
            yield Block(gathered, items=tuple(items))

    def _row(self, line: Line) -> Iterator[Block]:
        if line.slot:
            yield from self._slot(line.slot)
        elif line.kind is LineKind.ASK:
            yield Block(Kind.ASK, gettext(line.text), level=line.lines)
        elif line.kind is LineKind.TITLE:
            yield Block(Kind.TITLE, self._filled(line.text), level=1)
        elif line.kind is LineKind.HEADING:
            yield Block(Kind.HEADING, gettext(line.text), level=2)
        else:
            yield Block(Kind(line.kind.value), self._filled(line.text))

    def _filled(self, text: str) -> str:
        kinds = ", ".join(kind.label for kind in self.ground.kinds)
        return gettext(text, day=day(self.ground.day), kinds=kinds, name=self.person.title)

    def _slot(self, slot: Slot) -> Iterator[Block]:
        asked, ground = self.asked, self.ground
        typed = asked.typed
        if slot is Slot.FACTS:
            yield from self._facts()
        elif slot is Slot.QUESTION or slot is Slot.PATIENT_QUESTION:
            yield from _lines(typed["question"])
        elif slot is Slot.FIRST:
            yield from _lines(typed.get("first", "")) if "first" in typed else _by_hand()
        elif slot is Slot.CALL:
            yield from _lines(typed.get("call", ""))
        elif slot is Slot.WISH:
            yield Block(Kind.TEXT, _WISH[asked.wish])
        elif slot is Slot.SOON:
            yield Block(Kind.TEXT, _SOON[asked.soon])
        elif slot is Slot.ANSWER:
            yield Block(Kind.BULLETS, items=tuple(ANSWERS[each] for each in asked.answer))
        elif slot is Slot.WHY:
            told = _INDEPENDENT[self.person.verdict] if self.person.verdict else None
            yield Block(Kind.BULLETS, items=tuple(filter(None, (*self.person.why, told))))
        elif slot is Slot.ANCHOR_SOURCE:
            sources = [each.source for each in self.wording.lines[Part.COVER] if each.source]
            yield from (Block(Kind.TEXT, gettext("Source: %(source)s", source=each)) for each in sources)
        elif slot in (Slot.SENT, Slot.MISSING, Slot.PATIENT_RECORDS, Slot.RELEASE_WHAT):
            yield from self._records(slot)
        else:
            yield from self._people(slot, ground)

    def _facts(self) -> Iterator[Block]:
        fields = self.wording.fields_on(Part.FACTS)
        for field in fields:
            if field.field_id in self.asked.typed:
                yield from self._fact(field)
        absent = [field.label for field in fields if field.field_id not in self.asked.typed]
        if absent:
            yield Block(Kind.TEXT, f"Not given: {', '.join(absent).lower()}.")

    def _fact(self, field: Field) -> Iterator[Block]:
        yield Block(Kind.HEADING, field.label, level=2)
        yield from _lines(self.asked.typed[field.field_id])
        if field.field_id == "diagnosis" and self.ground.codes:
            told = (f"{each.code}: {each.title} ({ICD_SOURCE})" for each in self.ground.codes)
            yield Block(Kind.BULLETS, items=tuple(told))

    def _records(self, slot: Slot) -> Iterator[Block]:
        """Those sent, or those not sent, in words for whoever reads the page."""
        listed = list(records(self.ground.kinds))
        told = self.wording.records if slot in (Slot.SENT, Slot.MISSING) else None
        named = {key: told[key] if told else _record(record) for key, record in listed}
        if slot in (Slot.SENT, Slot.RELEASE_WHAT):
            others = self.asked.typed.get("sent_other", "").splitlines()
            items = (*(named[key] for key in named if key in self.asked.sent), *others)
            yield Block(Kind.BULLETS, items=items) if items else Block(Kind.TEXT, gettext("Nothing yet."))
            return
        missing = tuple(named[key] for key in named if key not in self.asked.sent)
        yield (
            Block(Kind.BOXES, items=missing) if missing else Block(Kind.TEXT, gettext("Nothing is missing."))
        )

    def _people(self, slot: Slot, ground: Ground) -> Iterator[Block]:
        if slot is Slot.ADDRESSEE:
            yield Block(Kind.BULLETS, items=tuple(_address(self.person)))
        elif slot in (Slot.REFERRER, Slot.RELEASE_FROM):
            yield from _referrer(ground.referrer)
        elif slot is Slot.RELEASE_TO:
            yield Block(Kind.BULLETS, items=tuple(map(_in_short, ground.people)))
        elif slot is Slot.PATIENT_CONTACTS:
            yield Block(Kind.BULLETS, items=tuple(map(_in_short, ground.people)))
            if ground.is_demonstration:
                yield Block(Kind.STRONG, gettext(DEMONSTRATION))
        elif slot is Slot.CONTACTS:
            if ground.is_demonstration:
                yield Block(Kind.STRONG, DEMONSTRATION)
            for person in ground.people:
                yield from _contact(person, person.title)
            if ground.referrer:
                yield from _contact(ground.referrer, f"Referring physician: {ground.referrer.title}")


def _lines(text: str) -> Iterator[Block]:
    return (Block(Kind.TEXT, line) for line in text.splitlines())


def _by_hand() -> Iterator[Block]:
    yield Block(Kind.ASK, "None was typed. It may be written here by hand", level=BY_HAND)


def _record(record: Record) -> str:
    return f"{gettext(record.record)}. {gettext(record.form)}."


def _contact(person: Person, heading: str) -> Iterator[Block]:
    yield Block(Kind.HEADING, heading, level=2)
    yield Block(Kind.BULLETS, items=(*_who(person), *map(_office, person.offices)))


def _who(person: Person) -> Iterator[str]:
    if person.specialty:
        yield gettext(person.specialty)
    yield gettext("NPI number %(npi)s.", npi=person.npi)
    if not person.offices:
        yield gettext("No office is known.")


def _office(office: Office) -> str:
    return f"{', '.join(_reached(office))} ({office.source}, {day(office.as_of)})"


def _reached(office: Office) -> Iterator[str]:
    yield from office.lines
    if office.phone:
        yield gettext("Phone %(number)s", number=phone(office.phone))
    if office.fax:
        yield gettext("Fax %(number)s", number=phone(office.fax))


def _address(person: Person) -> Iterator[str]:
    yield person.title
    if person.specialty:
        yield person.specialty
    yield from map(_office, person.offices[:1])


def _in_short(person: Person) -> str:
    """Name, specialty and the first office."""
    specialty = gettext(person.specialty) if person.specialty else ""
    reached = ", ".join(_reached(person.offices[0])) if person.offices else gettext("No office is known.")
    return ", ".join(filter(None, (person.title, specialty, reached)))


def _referrer(person: Person | None) -> Iterator[Block]:
    if person is None:
        yield Block(Kind.ASK, gettext("Referring physician: name, telephone, fax"), level=1)
    else:
        yield Block(Kind.TEXT, _in_short(person))
