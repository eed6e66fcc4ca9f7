"""The packet holds its whole checklist, tells the first recommendation on one page only, and names nobody."""

import base64
import io
import json
import re
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhirclient.models.bundle import Bundle as OurBundle
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from finder.concepts import load_concepts
from finder.errors import InputErrors, SourceError
from finder.guidance import load_guidance
from finder.i18n import LANGUAGES
from finder.icd10 import Named
from finder.independence import Verdict
from finder.packet import Ground, Office, Packet, Person, packet_of
from finder.packet_asked import PLANNED, PacketAsked, may_name, record_id, records, told_twice
from finder.packet_fhir import fhir_document
from finder.packet_wording import LineKind, PacketReader, Part, load_wording
from finder.tables import DATA
from finder.web.packet_printed import lacking_letters, packet_html, packet_pdf
from tests.factories import an_npi
from tests.reading import grade

WORDING = load_wording()
GUIDANCE = load_guidance(load_concepts(DATA))
KINDS = GUIDANCE.kinds_for({"cancer"})
IDS = [key for key, _ in records(KINDS)]
OFFICE = Office(
    ("1 Example Street", "Baltimore, MD 21287"), "4105550100", None, "NPPES data dissemination", "2026-01-05"
)
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
TYPED = {
    "diagnosis": "Bile duct cancer, C22.1", "question": "Is it resectable?\nTransplant?",
    "findings": "CT: a mass of 3 cm",
    "first": "Zebrafish operation, then quokka drug", "sent_other": "A disk with the CT",
    "call": "410 555 0199, mornings",
}  # fmt: skip


def a_person(number: int, **changes: Any) -> Person:
    fields: dict[str, Any] = {
        "npi": an_npi(number), "name": f"Ada {number} Exampleton", "credentials": "MD",
        "specialty": "Medical oncologist", "offices": (OFFICE,), "organizations": ("Demo group",),
        "taxonomies": ("207RX0202X",), "why": ("Mainly treats it (2026)",), "verdict": Verdict.INDEPENDENT,
    }  # fmt: skip
    return Person(**{**fields, **changes})


def a_packet(people: int = 2, referrer: Person | None = None, **typed: Any) -> Packet:
    args = {**TYPED, "npi": [an_npi(n) for n in range(1, people + 1)], "sent": IDS[:2], **typed}
    asked = PacketAsked.from_args(args, WORDING, KINDS)
    persons = tuple(a_person(n) for n in range(1, people + 1))
    codes = (Named("C22.1", "Intrahepatic bile duct carcinoma"),)
    return packet_of(asked, Ground(persons, referrer, KINDS, codes, date(2026, 11, 28), True), WORDING)


def said(packet: Packet, *parts: Part) -> str:
    pages = [page for page in packet.pages if not parts or page.part in parts]
    return "\n".join(text for page in pages for b in page.blocks for text in (b.text, *b.items))


def test_the_packet_holds_its_whole_checklist() -> None:
    packet = a_packet()
    assert [part.part for part in WORDING.parts] == list(dict.fromkeys(page.part for page in packet.pages))
    for part, lines in WORDING.lines.items():
        told = said(packet, part)
        for line in lines:
            for fixed in re.split(r"%\(\w+\)s", line.text):
                assert fixed in told, (part, line.text)
    for field in WORDING.fields:
        for line in TYPED.get(field.field_id, "").splitlines():
            assert line in said(packet, field.part), field.field_id
    for record in (record for kind in KINDS for record in kind.records):
        key = next(record_id(kind, record) for kind in KINDS if record in kind.records)
        told = WORDING.records.get(key, record.record)
        assert (told in said(packet, Part.RECORDS)) == (key != PLANNED), key
        assert (record.record in said(packet, Part.PATIENT, Part.RELEASE)) == (key != PLANNED), key
    for person in packet.ground.people:
        assert person.name in said(packet, Part.LETTER)
        assert person.npi in said(packet, Part.CONTACTS)
        assert person.name in said(packet, Part.PATIENT)
    assert "NPPES data dissemination, January 5, 2026" in said(packet, Part.CONTACTS)
    assert packet.pages[0].part is Part.FACTS
    assert [page.part for page in packet.pages[-2:]] == [Part.COVER, Part.FIRST]


WORD = st.text("abcdefghijklmnopqrstuvwxyz", min_size=5, max_size=12).map(lambda text: f"zq{text}qz")


@settings(max_examples=40, deadline=None)
@given(st.lists(WORD, min_size=1, max_size=12))
def test_no_word_of_the_first_recommendation_is_on_another_page(words: list[str]) -> None:
    packet = a_packet(first=" ".join(words))
    first = said(packet, Part.FIRST)
    others = said(packet, *(part for part in Part if part is not Part.FIRST))
    assert all(word in first and word not in others for word in words)
    told = PdfReader(io.BytesIO(packet_pdf(packet, (PacketReader.SPECIALIST, PacketReader.PATIENT))))
    text = " ".join(page.extract_text() for page in told.pages)
    assert [word for word in words if word in text] == []


def test_words_that_give_it_away_among_the_facts_are_told_and_those_of_the_diagnosis_are_not() -> None:
    packet = a_packet(findings="Planned: quokka drug for the cancer", first="Quokka drug against cancer")
    assert told_twice(packet.asked, WORDING) == ("quokka",)


def test_what_may_name_a_patient_is_told() -> None:
    packet = a_packet(findings="MRN 778, ssn 123-45-6789", call="ann@example.org")
    assert may_name(packet.asked) == ("MRN", "ssn", "123-45-6789", "ann@example.org")
    assert may_name(a_packet().asked) == ()


def test_every_mistake_is_told_at_once() -> None:
    args = {
        "npi": [an_npi(n) for n in range(4)],
        "diagnosis": " ",
        "findings": "x" * 3001,
        "sent": ["other"],
        "wish": "x",
    }
    with pytest.raises(InputErrors) as caught:
        PacketAsked.from_args({**args, "patient_name": "Ann"}, WORDING, KINDS)
    fields = {error.field for error in caught.value.errors}
    assert fields == {"patient_name", "npi", "diagnosis", "question", "findings", "sent", "wish"}


def test_a_packet_comes_back_from_its_parameters() -> None:
    asked = a_packet(referrer=None, wish="take-over", soon="days", answer="call", patient_language="es").asked
    assert PacketAsked.from_args(asked.to_args(), WORDING, KINDS) == asked


def test_controls_directions_and_unseen_marks_are_dropped_and_lines_stay() -> None:
    packet = a_packet(findings="a\x07b\u202ec\u200b\r\n\ttwo\ue000 lines\n\n<script>")
    assert packet.asked.typed["findings"] == "abc\ntwo lines\n<script>"
    assert "&lt;script&gt;" in packet_html(packet)
    assert "<script" not in packet_html(packet)


def test_the_copy_for_the_patient_is_in_the_language_of_the_patient_and_the_letter_english() -> None:
    packet = a_packet(patient_language="es")
    by_language = {page.part: page.language for page in packet.pages}
    assert {by_language[Part.PATIENT], by_language[Part.RELEASE]} == {"es"}
    assert by_language[Part.LETTER] == "en"
    assert "Su segunda opinión" in said(packet, Part.PATIENT)
    own = {line.text for part in (Part.PATIENT, Part.RELEASE) for line in WORDING.lines[part] if line.text}
    assert [text for text in own if text in said(packet, Part.PATIENT, Part.RELEASE).splitlines()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_patient_reads_is_easy(language: str) -> None:
    packet = a_packet(patient_language=language)
    for part in (Part.PATIENT, Part.RELEASE):
        told = [line for line in said(packet, part).splitlines() if line.endswith((".", "?"))]
        own = " ".join(line for line in told if "Exampleton" not in line)
        assert len(own.split()) > 40
        assert grade(own, (), language) <= 6, own


def test_without_a_verdict_or_a_known_office_nothing_is_claimed() -> None:
    packet = a_packet(1)
    bare = a_person(1, offices=(), verdict=None, why=(), specialty=None, organizations=(), taxonomies=())
    told = packet_of(packet.asked, replace(packet.ground, people=(bare,)), WORDING)
    assert "you share" not in said(told)
    assert "No office is known." in said(told, Part.CONTACTS)
    tied = replace(bare, verdict=Verdict.NOT_INDEPENDENT)
    told = packet_of(packet.asked, replace(packet.ground, people=(tied,)), WORDING)
    assert "Please note that you share" in said(told, Part.LETTER)
    Bundle.model_validate(document(told))


def test_a_recommendation_that_was_not_typed_has_a_page_to_write_on() -> None:
    packet = a_packet(first="")
    assert "by hand" in said(packet, Part.FIRST)
    assert all(
        "data" not in each["content"][0]["attachment"]
        for each in of_kind(document(packet), "DocumentReference")
    )


def test_the_pdf_is_tagged_and_reads_in_order() -> None:
    packet = a_packet()
    made = PdfReader(io.BytesIO(packet_pdf(packet)))
    root = made.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    heads = [each["/Title"] for each in made.outline if not isinstance(each, list)]
    assert heads == [page.blocks[0].text for page in packet.pages]
    told = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in made.pages))
    texts = [text for page in packet.pages for b in page.blocks for text in (b.text, *b.items) if text]
    at = 0
    for text in texts:
        at = told.find(re.sub(r"\s+", " ", text), at)
        assert at >= 0, text
    first = next(n for n, page in enumerate(made.pages) if "Zebrafish" in page.extract_text())
    assert first % 2 == 0, "on a leaf of its own, also where both sides are printed"
    assert made.metadata
    assert made.metadata.title == "Referral packet"


def test_letters_that_the_pdf_lacks_are_named_on_its_first_page() -> None:
    packet = a_packet(findings="中文 🙂 Ελλάδα Привет שלום")
    assert lacking_letters(packet) == ("中", "文", "🙂")
    made = PdfReader(io.BytesIO(packet_pdf(packet)))
    assert "U+4E2D U+6587 U+1F642" in re.sub(r"\s+", " ", made.pages[0].extract_text())
    assert "/StructTreeRoot" in made.trailer["/Root"]
    assert "中文" in packet_html(packet)
    assert lacking_letters(a_packet()) == ()


def test_a_word_wider_than_the_page_breaks_and_loses_nothing() -> None:
    made = PdfReader(io.BytesIO(packet_pdf(a_packet(findings="w" * 600))))
    told = made.pages[0].extract_text()
    assert told.count("w") >= 600
    assert max(map(len, told.splitlines())) < 150
    assert b"pdfuaid:part" in made.trailer["/Root"]["/Metadata"].get_object().get_data()


def document(packet: Packet) -> dict[str, Any]:
    return fhir_document(packet, NOW, lambda: str(uuid.uuid4()))


def of_kind(told: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [e["resource"] for e in told["entry"] if e["resource"]["resourceType"] == kind]


def test_the_fhir_document_is_valid_led_by_its_composition_and_comes_back_whole() -> None:
    told = document(a_packet(referrer=a_person(9)))
    other = Bundle.model_validate(told).model_dump_json()  # another library, which writes times another way
    assert json.loads(other.replace('Z"', '+00:00"')) == told
    assert OurBundle(json.loads(json.dumps(told))).as_json() == told
    kinds = [entry["resource"]["resourceType"] for entry in told["entry"]]
    assert kinds[0] == "Composition"
    wanted = {"ServiceRequest", "Practitioner", "Organization", "DocumentReference", "Patient"}
    assert wanted <= set(kinds)
    urls = [entry["fullUrl"] for entry in told["entry"]]
    assert len(set(urls)) == len(urls)
    asked = set(re.findall(r'"reference": "([^"]+)"', str(told).replace("'", '"')))
    assert asked == set(urls) - {urls[0]}, "every reference is in the document, and nothing lies about unused"
    assert told["identifier"]["value"].startswith("urn:uuid:")


def test_the_patient_of_the_document_has_no_identifying_data() -> None:
    (patient,) = of_kind(document(a_packet(patient_language="es")), "Patient")
    assert set(patient) == {"resourceType", "id", "text", "communication"}
    assert patient["communication"][0]["language"]["coding"][0]["code"] == "es"


def test_the_first_recommendation_is_a_document_of_its_own_that_no_request_points_to() -> None:
    told = document(a_packet())
    sealed = [d for d in of_kind(told, "DocumentReference") if "data" in d["content"][0]["attachment"]]
    assert base64.b64decode(sealed[0]["content"][0]["attachment"]["data"]).decode() == TYPED["first"]
    assert "Zebrafish" not in str(told)
    assert "after you have formed your own view" in sealed[0]["description"]
    assert all(sealed[0]["id"] not in str(each) for each in of_kind(told, "ServiceRequest"))


def test_a_request_for_each_specialist_names_the_codes_and_is_a_draft() -> None:
    told = document(a_packet(3))
    requests = of_kind(told, "ServiceRequest")
    assert len(requests) == 3
    assert {each["status"] for each in requests} == {"draft"}
    assert requests[0]["reasonCode"][0]["coding"][0]["code"] == "C22.1"
    assert of_kind(told, "Device"), "without a referring physician the program is the author"


def test_wild_text_stays_text_in_the_document() -> None:
    told = document(a_packet(findings='</div><script>alert("x")</script> & 中'))
    Bundle.model_validate(told)
    assert "&lt;script&gt;" in str(told["entry"][0])
    assert "<script" not in str(told)


def test_wrong_wording_is_refused_with_row_and_field(tmp_path: Path) -> None:
    for name in (
        "packet_parts.csv",
        "packet_fields.csv",
        "packet_records.csv",
        "packet.csv",
        "packet_patient.csv",
    ):
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
    text = (tmp_path / "packet.csv").read_text()
    (tmp_path / "packet.csv").write_text(text.replace(",,question,", ",,answers,", 1))
    with pytest.raises(SourceError, match=r"packet\.csv.*slot"):
        load_wording(tmp_path)
    (tmp_path / "packet.csv").write_text(
        "\n".join(line for line in text.splitlines() if not line.startswith("cover"))
    )
    with pytest.raises(SourceError, match="cover"):
        load_wording(tmp_path)


def test_every_record_has_words_for_physicians() -> None:
    assert set(WORDING.records) == {key for key, _ in records(GUIDANCE.kinds)}


def test_every_slot_and_every_kind_of_line_is_used() -> None:
    every = [line for lines in WORDING.lines.values() for line in lines]
    assert {line.kind for line in every} == set(LineKind)
