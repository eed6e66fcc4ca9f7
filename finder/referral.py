"""Gathers what a referral packet says of its people from the directory, and composes it; stores nothing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from finder.context import SearchContext
from finder.criteria import SearchCriteria
from finder.documents import shown
from finder.engine import translated
from finder.errors import FieldError, InputErrors
from finder.guidance import Guidance, RecordKind
from finder.i18n import ENGLISH, gettext, speaking
from finder.icd10 import Named
from finder.independence import worst
from finder.packet import Ground, Office, Packet, Person, packet_of
from finder.packet_asked import PacketAsked
from finder.packet_wording import Wording
from finder.parameters import MAX_WORDS
from finder.reads import Client, document
from finder.shortlist import KeptPerson, shortlist
from finder.vocabulary import resolve

MOST_REASONS = 4  # why a specialist is asked; the page of the person has all of them
_CODE = re.compile(r"\b[A-TV-Z][0-9][0-9A-Z](?:\.?[0-9A-Z]{1,4})?\b")  # of ICD-10-CM
_STEP = re.compile(r" \(step [^)]*\)$")  # of a ladder, which says nothing in a letter
_GROUP = "group:"
OF_SEARCH = ("words", "seen", "seen_name", "seen_org")  # parameters that are those of a search


def kinds_of(words: str, context: SearchContext, guidance: Guidance) -> tuple[RecordKind, ...]:
    """Get the records for a condition in any words; those for every illness where it is not understood."""
    concept_id = resolve(words, context.vocabulary).concept_id
    return guidance.kinds_for(context.line_of(concept_id) if concept_id else frozenset())


@translated()
def packet(
    engine: Client,
    prefix: str,
    asked: PacketAsked,
    criteria: SearchCriteria,
    kinds: Sequence[RecordKind],
    context: SearchContext,
    wording: Wording,
    now: date,
) -> Packet:
    """Get the packet for the specialists of `asked`, with why each fits the search and how independent each
    is; `kinds` are the records of its condition, `now` the day that it says.

    Raises InputErrors for people who are not in the directory, or are the referring physician; NotReady,
    EngineDown.
    """
    referrer = asked.referrer or criteria.referrer
    if referrer in asked.npis:
        raise InputErrors([FieldError("npi", gettext("the referring physician can’t be asked as well"))])
    wanted = replace(criteria, kept=asked.npis, referrer=referrer)
    with speaking(ENGLISH):  # the letter is
        found = shortlist(engine, prefix, wanted, context, now)
        people = tuple(_asked_person(each, context) for each in found.people)
    if found.gone:
        told = gettext("NPI %(npi)s is not in the directory", npi=", ".join(found.gone))
        raise InputErrors([FieldError("npi", told)])
    ground = Ground(
        people=people,
        referrer=_referrer(engine, prefix, referrer, context) if referrer else None,
        kinds=tuple(kinds),
        codes=tuple(_codes(asked.typed["diagnosis"], context)),
        day=now,
        is_demonstration=found.source.is_demonstration,
    )
    return packet_of(asked, ground, wording)


def packet_from_args(
    engine: Client,
    prefix: str,
    args: Mapping[str, Any],
    context: SearchContext,
    guidance: Guidance,
    wording: Wording,
    now: date,
) -> Packet:
    """Get the packet of plain parameters: those of PacketAsked, and of the search `words` and the prior
    doctors. Without `words` the diagnosis says what it is about.

    Raises InputErrors with every mistake, NotReady, EngineDown.
    """
    own = {name: value for name, value in args.items() if name not in OF_SEARCH}
    words = args.get("words") or " ".join(str(own.get("diagnosis", "")).split())[:MAX_WORDS]
    searched = {**{name: args[name] for name in OF_SEARCH if name in args}, "words": words}
    kinds = kinds_of(words if isinstance(words, str) else "", context, guidance)
    asked = PacketAsked.from_args(own, wording, kinds)
    criteria = SearchCriteria.from_args(searched)
    return packet(engine, prefix, asked, criteria, kinds, context, wording, now)


def _asked_person(kept: KeptPerson, context: SearchContext) -> Person:
    person = _person(kept.document, context)
    verdict = worst([pair.verdict for pair in kept.pairs]) if kept.pairs else None
    why = tuple(_STEP.sub("", each) for each in kept.result.fits[:MOST_REASONS]) if kept.result else ()
    return replace(person, why=why, verdict=verdict)


def _referrer(engine: Client, prefix: str, npi: str, context: SearchContext) -> Person:
    index = context.remembered.served(engine, prefix).specialists
    missing = gettext("NPI %(npi)s is not in the directory", npi=npi)
    return _person(shown(document(engine, index, npi, missing)), context)


def _person(told: Mapping[str, Any], context: SearchContext) -> Person:
    listed = (*told.get("main_specialties", ()), *told.get("specialties", ()))
    ties = told.get("ties", {})
    return Person(
        npi=told["npi"],
        name=told["name"],
        credentials=told.get("credentials"),
        specialty=context.words.specialties.get(listed[0]) if listed else None,
        offices=tuple(_office(site, context) for site in told.get("sites", ())),
        organizations=tuple(ties[key]["label"] for key in sorted(ties) if key.startswith(_GROUP)),
        taxonomies=tuple(told.get("taxonomies", ())),
    )


def _office(site: Mapping[str, Any], context: SearchContext) -> Office:
    town = " ".join(filter(None, (site.get("state"), site.get("zip"))))
    place = ", ".join(filter(None, (site.get("city"), town)))
    lines = tuple(filter(None, (site.get("street"), site.get("street_2"), place)))
    titles = (context.words.sources.get(each, each) for each in site.get("sources", ()))
    return Office(lines, site.get("phone"), site.get("fax"), "; ".join(titles), site.get("as_of"))


def _codes(text: str, context: SearchContext) -> Iterator[Named]:
    """The codes that a text names, each once, with the titles of ICD-10-CM."""
    for code in dict.fromkeys(_CODE.findall(text)):
        if named := context.vocabulary.library.book.named(code):
            yield named
