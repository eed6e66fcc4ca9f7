"""The form of a referral packet and the packet as shown, each as one dataclass that lives for one answer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from finder import search
from finder.criteria import SearchCriteria
from finder.errors import FieldError
from finder.i18n import ENGLISH, LANGUAGES, gettext, language, speaking
from finder.packet import Packet, Page
from finder.packet_asked import (
    ANSWERS,
    MOST_PEOPLE,
    SOON,
    WISHES,
    AnswerBy,
    Soon,
    Wish,
    may_name,
    records,
    told_twice,
)
from finder.packet_wording import Field, Part, PartWording
from finder.vocabulary import resolve
from finder.web.forms import Mistake, Option, mistakes_of, options, trouble_with
from finder.web.packet_printed import lacking_letters
from finder.web.results_page import MOST_CARDS, Badge, badge_of
from finder.web.site import Site

_PARTS_TYPED = (Part.FACTS, Part.QUESTIONS)


@dataclass(frozen=True, slots=True)
class Choice:
    """One specialist who may be picked."""

    npi: str
    name: str
    specialty: str | None
    badge: Badge | None
    is_picked: bool


@dataclass(frozen=True, slots=True)
class RecordChoice:
    """One record that may be sent."""

    record_id: str
    text: str
    is_sent: bool


@dataclass(frozen=True, slots=True)
class PacketForm:
    """The form as shown, every value kept; `values` by the id of a field, `people` the best of the search and
    those of the reader's list.
    """

    token: str
    people: tuple[Choice, ...]
    most: int
    facts: tuple[Field, ...]
    sealed: tuple[Field, ...]
    along: tuple[Field, ...]
    records: tuple[RecordChoice, ...]
    values: Mapping[str, str]
    wishes: tuple[Option, ...]
    soon: tuple[Option, ...]
    answers: tuple[Option, ...]
    languages: tuple[Option, ...]
    mistakes: tuple[Mistake, ...] = ()

    def mistake(self, name: str) -> str:
        """Get what is wrong with one control; empty where nothing is."""
        return trouble_with(name, self.mistakes)


@dataclass(frozen=True, slots=True)
class FormPage:
    """The page with the form."""

    token: str
    form: PacketForm


@dataclass(frozen=True, slots=True)
class PacketPage:
    """A packet as shown. `sent` are its parameters, which the buttons for its files send again; `repeated`
    are words of the first recommendation among the facts, `naming` what may name the patient, `lacking`
    letters that no PDF of it can show.
    """

    token: str
    pages: tuple[Page, ...]
    parts: tuple[PartWording, ...]
    sent: tuple[tuple[str, str], ...]
    repeated: tuple[str, ...]
    naming: tuple[str, ...]
    lacking: tuple[str, ...]
    is_demonstration: bool


def packet_form(
    token: str,
    criteria: SearchCriteria,
    sent: Mapping[str, Any],
    here: Site,
    errors: Iterable[FieldError] = (),
) -> PacketForm:
    """Get the form with what was `sent` (parameters of a packet; lists where several). Asks the engine for
    the best of the search and for those picked.
    """
    kinds = search.kinds_of(criteria.words, here.context, here.guidance)
    picked = tuple(sent.get("npi", ())) or tuple(each for each in criteria.kept if each.isdigit())
    fields = here.wording.fields
    labels = {"npi": gettext("Whom you ask"), "referrer": gettext("Your own NPI")}
    labels |= {each.field_id: each.label for each in fields}
    values = {name: value for name, value in sent.items() if isinstance(value, str)}
    values.setdefault("referrer", criteria.referrer or "")
    values.setdefault("diagnosis", _diagnosis(criteria, here))
    return PacketForm(
        token=token,
        people=tuple(_choices(criteria, picked[:MOST_CARDS], here)),
        most=MOST_PEOPLE,
        facts=tuple(each for each in fields if each.part in _PARTS_TYPED),
        sealed=here.wording.fields_on(Part.FIRST),
        along=tuple(each for each in fields if each.part in (Part.RECORDS, Part.ANSWER)),
        records=tuple(
            RecordChoice(key, f"{gettext(one.record)}. {gettext(one.form)}.", key in sent.get("sent", ()))
            for key, one in records(kinds)
        ),
        values=values,
        wishes=options(list(WISHES.items()), values.get("wish", Wish.OPINION)),
        soon=options(list(SOON.items()), values.get("soon", Soon.ROUTINE)),
        answers=_ticked(ANSWERS, sent.get("answer", tuple(AnswerBy))),
        languages=options(
            [(each.code, each.name) for each in LANGUAGES.values()],
            values.get("patient_language", language()),
        ),
        mistakes=mistakes_of(errors, labels),
    )


def packet_page(token: str, packet: Packet, here: Site) -> PacketPage:
    """Get the page of a packet."""
    return PacketPage(
        token=token,
        pages=packet.pages,
        parts=here.wording.parts,
        sent=tuple(_pairs(packet.asked.to_args())),
        repeated=told_twice(packet.asked, here.wording),
        naming=may_name(packet.asked),
        lacking=lacking_letters(packet),
        is_demonstration=packet.ground.is_demonstration,
    )


def _pairs(args: Mapping[str, str | Sequence[str]]) -> Iterator[tuple[str, str]]:
    for name, value in args.items():
        yield from ((name, each) for each in ([value] if isinstance(value, str) else value))


def _ticked(labels: Mapping[AnswerBy, str], chosen: Iterable[str]) -> tuple[Option, ...]:
    wanted = set(chosen)
    return tuple(Option(key, gettext(label), key in wanted) for key, label in labels.items())


def _diagnosis(criteria: SearchCriteria, here: Site) -> str:
    """The condition of the search as a physician writes it, with its code where it is one."""
    with speaking(ENGLISH):
        understood = resolve(criteria.words, here.context.vocabulary)
    label = understood.label or criteria.words
    return f"{label}, {understood.codes[0]}" if len(understood.codes) == 1 else label


def _choices(criteria: SearchCriteria, picked: Sequence[str], here: Site) -> Iterator[Choice]:
    """Those picked first, then the best of the search."""
    plain = replace(criteria, position=None, facets=False, size=MOST_CARDS, kept=tuple(picked))
    seen = set()
    if picked:
        kept = search.shortlist(here.engine, here.prefix, plain, here.context, here.today())
        for each in kept.people:
            result, told = each.result, each.document
            seen.add(told["npi"])
            badge = badge_of(result.verdict.value) if result and each.pairs else None
            yield Choice(told["npi"], told["name"], result.specialty if result else None, badge, True)
    found = search.find_specialists(here.engine, here.prefix, plain, here.context, here.today())
    for one in found.results:
        if one.npi not in seen:
            badge = badge_of(one.verdict.value) if found.prior else None
            yield Choice(one.npi, one.name, one.specialty, badge, False)
