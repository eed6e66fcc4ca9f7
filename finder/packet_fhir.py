"""A packet as a FHIR R4 document: a Bundle led by its Composition, about a Patient without identifying data.

Made with the models of fhirclient (FHIR 4.0.1), which refuse wrong types and missing elements. The first
recommendation is in no narrative: it is a document of its own, to be opened last.
"""

import base64
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from nameparser import HumanName

from finder.blocks import Block, Kind
from finder.i18n import ENGLISH, unquoted
from finder.packet import Office, Packet, Page, Person
from finder.packet_asked import Soon
from finder.packet_wording import PacketReader, Part

FHIR_JSON = "application/fhir+json"
NPI_SYSTEM = "http://hl7.org/fhir/sid/us-npi"
ICD_SYSTEM = "http://hl7.org/fhir/sid/icd-10-cm"
TAXONOMY_SYSTEM = "http://nucc.org/provider-taxonomy"
LOINC = "http://loinc.org"
REFERRAL_NOTE = "57133-1"  # LOINC, document type
XHTML = "http://www.w3.org/1999/xhtml"
TITLE = "Second opinion: referral packet"
_UNNAMED = "The patient of a referral. No identifying data is in this document; the sender adds it."
_PRIORITY = {Soon.ROUTINE: "routine", Soon.WEEKS: "urgent", Soon.DAYS: "asap"}
_MARKUP = {Kind.TITLE: "h2", Kind.HEADING: "h3", Kind.TEXT: "p", Kind.STRONG: "p", Kind.ASK: "p"}
Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One resource of the document under its address."""

    url: str
    resource: Resource

    @property
    def reference(self) -> dict[str, str]:
        return {"reference": self.url}


def fhir_document(packet: Packet, now: datetime, new_id: Callable[[], str]) -> Resource:
    """Get the packet as the JSON object of a document Bundle, checked against the models of FHIR R4.

    `new_id` gives a new UUID each time; `now` is a time with its zone.
    """
    from fhirclient.models.bundle import Bundle  # half of the models come with it; only here they are needed

    def entry(resource: Resource) -> _Entry:
        own = new_id()
        return _Entry(f"urn:uuid:{own}", {**resource, "id": own})

    patient = entry(_patient(packet))
    author = entry(_practitioner(packet.ground.referrer) if packet.ground.referrer else _maker())
    documents = [entry({**each, "subject": patient.reference}) for each in _documents(packet)]
    people, requests = [], []
    for person in packet.ground.people:
        own = entry(_practitioner(person))
        places = [entry({"resourceType": "Organization", "name": name}) for name in person.organizations]
        people += [own, *places, entry(_role(person, own, places))]
        asked = _request(packet, patient, author if packet.ground.referrer else None, own, documents, now)
        requests.append(entry(asked))
    composition = entry(_composition(packet, patient, author, requests, people, documents, now))
    told = {
        "resourceType": "Bundle",
        "type": "document",
        "language": ENGLISH,
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{new_id()}"},
        "timestamp": now.isoformat(timespec="seconds"),
        "entry": [
            {"fullUrl": each.url, "resource": each.resource}
            for each in (composition, patient, author, *requests, *people, *documents)
        ],
    }
    checked: Resource = Bundle(told).as_json()
    return checked


def _composition(
    packet: Packet,
    patient: _Entry,
    author: _Entry,
    requests: Iterable[_Entry],
    people: Iterable[_Entry],
    documents: Iterable[_Entry],
    now: datetime,
) -> Resource:
    entries = {
        Part.LETTER: [each.reference for each in requests],
        Part.CONTACTS: [each.reference for each in people],
        Part.RECORDS: [each.reference for each in documents if not _is_sealed(each.resource)],
        Part.FIRST: [each.reference for each in documents if _is_sealed(each.resource)],
    }
    return {
        "resourceType": "Composition",
        "status": "final",
        "type": {"coding": [{"system": LOINC, "code": REFERRAL_NOTE}], "text": "Referral note"},
        "subject": patient.reference,
        "date": now.isoformat(timespec="seconds"),
        "author": [author.reference],
        "title": TITLE,
        "section": list(_sections(packet, entries)),
    }


def _sections(packet: Packet, entries: dict[Part, list[dict[str, str]]]) -> Iterator[Resource]:
    """One for each page; that of the first recommendation has no text, only the document to open."""
    left = {part: list(listed) for part, listed in entries.items()}
    for page in packet.pages:
        section: Resource = {"title": page.blocks[0].text}
        if page.part is not Part.FIRST:
            section["text"] = _narrative(page)
        listed = left.get(page.part, [])
        own = [listed.pop(0)] if page.part is Part.LETTER and listed else listed
        if own:
            section["entry"] = own
        if len(section) > 1:
            yield section


def _narrative(page: Page) -> Resource:
    html = "".join(map(_html, page.blocks))
    return _text(html, page.language)


def _text(html: str, language: str = ENGLISH) -> Resource:
    div = f'<div xmlns="{XHTML}" lang="{language}" xml:lang="{language}">{html}</div>'
    return {"status": "generated", "div": div}


def _html(block: Block) -> str:
    """A block as XHTML; lines to write on by hand are left out."""
    if block.items:
        return f"<ul>{''.join(f'<li>{_safe(item)}</li>' for item in block.items)}</ul>"
    name = _MARKUP.get(block.kind)
    if name is None:
        return ""
    text = _safe(block.text)
    return f"<{name}>{f'<b>{text}</b>' if block.kind is Kind.STRONG else text}</{name}>"


def _safe(text: str) -> str:
    return escape(unquoted(text), quote=False)


def _patient(packet: Packet) -> Resource:
    told: Resource = {"resourceType": "Patient", "text": _text(f"<p>{_UNNAMED}</p>")}
    language = packet.asked.patient_language
    spoken = {"coding": [{"system": "urn:ietf:bcp:47", "code": language}]}
    return {**told, "communication": [{"language": spoken, "preferred": True}]}


def _maker() -> Resource:
    """The author where no referring physician is named: this program."""
    name = {"name": "Second Opinion Finder", "type": "user-friendly-name"}
    return {"resourceType": "Device", "deviceName": [name]}


def _practitioner(person: Person) -> Resource:
    name = HumanName(person.name)
    given = [each for each in (name.first, name.middle) if each]
    shaped: Resource = {"text": person.title}
    shaped |= {"family": name.last} if name.last else {}
    shaped |= {"given": given} if given else {}
    told: Resource = {
        "resourceType": "Practitioner",
        "identifier": [{"system": NPI_SYSTEM, "value": person.npi}],
        "name": [shaped],
        "text": _text("".join(f"<p>{_safe(_dated(each))}</p>" for each in person.offices) or "<p>-</p>"),
    }
    if addresses := [_address(each) for each in person.offices if each.lines]:
        told["address"] = addresses
    if numbers := list(_telecom(person)):
        told["telecom"] = numbers
    return told


def _dated(office: Office) -> str:
    """Where an address and its numbers are from, and of which day."""
    return f"{', '.join(office.lines)}: {office.source}, {office.as_of or 'date not known'}"


def _address(office: Office) -> Resource:
    *street, place = office.lines
    city, _, rest = place.rpartition(", ")
    state, _, code = rest.partition(" ")
    parts = {"line": street, "city": city, "state": state, "postalCode": code, "country": "US"}
    return {"use": "work", "text": ", ".join(office.lines), **{k: v for k, v in parts.items() if v}}


def _telecom(person: Person) -> Iterator[Resource]:
    found = {
        (system, number): None
        for office in person.offices
        for system, number in (("phone", office.phone), ("fax", office.fax))
        if number
    }
    for system, number in found:
        yield {"system": system, "value": number, "use": "work"}


def _role(person: Person, own: _Entry, places: Iterable[_Entry]) -> Resource:
    told: Resource = {"resourceType": "PractitionerRole", "practitioner": own.reference}
    if first := next(iter(places), None):
        told["organization"] = first.reference
    codings = [{"system": TAXONOMY_SYSTEM, "code": code} for code in person.taxonomies]
    if codings or person.specialty:
        code: Resource = {"coding": codings} if codings else {}
        told["specialty"] = [{**code, **({"text": person.specialty} if person.specialty else {})}]
    return told


def _request(
    packet: Packet,
    patient: _Entry,
    requester: _Entry | None,
    performer: _Entry,
    documents: Iterable[_Entry],
    now: datetime,
) -> Resource:
    """A referral that nobody has signed yet, so a draft."""
    typed = packet.asked.typed
    codes = [{"system": ICD_SYSTEM, "code": each.code, "display": each.title} for each in packet.ground.codes]
    told: Resource = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "order",
        "priority": _PRIORITY[packet.asked.soon],
        "code": {"text": "Second opinion"},
        "subject": patient.reference,
        "authoredOn": now.isoformat(timespec="seconds"),
        "performer": [performer.reference],
        "reasonCode": [{**({"coding": codes} if codes else {}), "text": typed["diagnosis"]}],
        "note": [{"text": typed["question"]}],
    }
    if requester:
        told["requester"] = requester.reference
    if listed := [each.reference for each in documents if not _is_sealed(each.resource)]:
        told["supportingInfo"] = listed
    return told


def _documents(packet: Packet) -> Iterator[Resource]:
    """What is sent along, and the first recommendation."""
    for title in packet.sent:
        yield {
            "resourceType": "DocumentReference",
            "status": "current",
            "description": "Sent with the referral",
            "content": [{"attachment": {"title": title}}],
        }
    if first := packet.asked.typed.get("first"):
        sealed = next(iter(packet.pages_for(PacketReader.SEALED))).blocks
        attachment = {
            "contentType": "text/plain; charset=utf-8",
            "language": ENGLISH,
            "title": "First recommendation (sealed)",
            "data": base64.b64encode(first.encode()).decode(),
        }
        yield {
            "resourceType": "DocumentReference",
            "status": "current",
            "description": " ".join(block.text for block in sealed if block.kind is Kind.STRONG),
            "content": [{"attachment": attachment}],
        }


def _is_sealed(resource: Resource) -> bool:
    return "data" in resource["content"][0]["attachment"]
