"""The files of a packet, each under a name that tells nothing of the patient."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from finder.errors import FieldError, InputErrors
from finder.i18n import gettext
from finder.packet import Packet
from finder.packet_fhir import FHIR_JSON, fhir_document
from finder.packet_wording import PacketReader
from finder.web.packet_printed import packet_html, packet_pdf

PDF, HTML = "application/pdf", "text/html; charset=utf-8"
# Kinds of PDF: the name of the file, and whose pages are in it.
PDFS: Mapping[str, tuple[str, tuple[PacketReader, ...]]] = {
    "pdf": ("packet.pdf", tuple(PacketReader)),
    "specialist": ("packet-open.pdf", (PacketReader.SPECIALIST,)),
    "sealed": ("packet-sealed.pdf", (PacketReader.SEALED,)),
    "patient": ("packet-patient.pdf", (PacketReader.PATIENT,)),
}
KINDS = ("fhir", "html", *PDFS)
_SAME = {"json": "fhir"}


@dataclass(frozen=True, slots=True)
class PacketFile:
    """One file, made for one answer."""

    name: str
    media_type: str
    content: bytes


def kind_of(asked: str) -> str:
    """Get the kind of a file by its name or ending. Raises InputErrors on `format` for any other."""
    kind = _SAME.get(asked, asked)
    if kind not in KINDS:
        told = gettext("must be one of %(allowed)s", allowed=", ".join(KINDS))
        raise InputErrors([FieldError("format", told)])
    return kind


def file_of(packet: Packet, kind: str, now: datetime) -> PacketFile:
    """Get a packet as a file of one of KINDS; `now` is a time with its zone."""
    if kind == "fhir":
        document = fhir_document(packet, now, lambda: str(uuid.uuid4()))
        return PacketFile("packet.json", FHIR_JSON, orjson.dumps(document))
    if kind == "html":
        return PacketFile("packet.html", HTML, packet_html(packet).encode())
    name, readers = PDFS[kind]
    return PacketFile(name, PDF, packet_pdf(packet, readers))
