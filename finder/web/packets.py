"""Referral packets: the form, and the packet as page, PDF or FHIR document, made for one answer."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from finder import search
from finder.criteria import SearchCriteria
from finder.errors import InputErrors
from finder.packet import Packet
from finder.packet_asked import PacketAsked
from finder.packet_fhir import FHIR_JSON
from finder.web import respond
from finder.web.bodies import sent as sent_json
from finder.web.headers import own_forms_only
from finder.web.kept import opened
from finder.web.packet_files import PDF, file_of, kind_of
from finder.web.packet_page import FormPage, packet_form, packet_page
from finder.web.site import site

packets = Blueprint("packets", __name__)
MAX_BODY = 256 * 1024  # bytes: every field full of letters of three bytes each, written as %E4%B8%AD
SEVERAL = ("npi", "sent", "answer")  # parameters that may be given more than once


@packets.get("/results/<token>/packet")
def packet(token: str) -> Response:
    """The form of a referral packet for a sealed search: whom, the facts, what is sent."""
    return _form(token, {})


@packets.post("/results/<token>/packet")
@own_forms_only
def made_packet(token: str) -> Response:
    """The packet as page, PDF or FHIR document; what was typed is in this one answer and kept nowhere."""
    _widen()
    wanted, sent = request.form.get("make", "page"), _sent(request.form)
    if wanted in ("open", "edit"):
        return _form(token, sent)
    here, criteria = site(), SearchCriteria.from_args(opened(token))
    try:
        kinds = search.kinds_of(criteria.words, here.context, here.guidance)
        asked = PacketAsked.from_args(sent, here.wording, kinds)
        found = search.packet(
            here.engine, here.prefix, asked, criteria, kinds, here.context, here.wording, here.today()
        )
    except InputErrors as problem:
        return _form(token, sent, problem)
    if wanted == "page":
        content = packet_page(token, found, here)
        return respond.page("packet.html", content, is_demonstration=content.is_demonstration)
    return _file(found, kind_of(wanted))


@packets.post("/api/v1/packet")
def packet_api() -> Response:
    """A referral packet as FHIR document (R4 Bundle), PDF or HTML, by `format` or by the header Accept."""
    _widen()
    here, args = site(), sent_json()
    kind = kind_of(str(args.pop("format", "") or _accepted()))
    found = search.packet_from_args(
        here.engine, here.prefix, args, here.context, here.guidance, here.wording, here.today()
    )
    return _file(found, kind)


def _accepted() -> str:
    best = request.accept_mimetypes.best_match([FHIR_JSON, "application/json", PDF, "text/html"], FHIR_JSON)
    return {PDF: "pdf", "text/html": "html"}.get(best or FHIR_JSON, "fhir")


def _widen() -> None:
    """A packet is longer than a search."""
    request.max_content_length = request.max_form_memory_size = MAX_BODY


def _sent(form: MultiDict[str, str]) -> dict[str, Any]:
    """The parameters of a sent form; a list that is not given at all is empty."""
    lists = {name: [each for each in form.getlist(name) if each] for name in SEVERAL}
    single = {name: form[name] for name in form if name not in (*SEVERAL, "make")}
    return {**single, **lists}


def _form(token: str, sent: Mapping[str, Any], problem: InputErrors | None = None) -> Response:
    criteria = SearchCriteria.from_args(opened(token))
    form = packet_form(token, criteria, sent, site(), problem.errors if problem else ())
    return respond.page("packet_form.html", FormPage(token, form), problem.status if problem else 200)


def _file(found: Packet, kind: str) -> Response:
    made = file_of(found, kind, site().now())
    return respond.file(made.content, made.name, made.media_type)
