"""The OpenAPI document of the JSON API, made by apispec around the contract's own JSON Schema."""

from importlib.metadata import version
from importlib.resources import files
from typing import Any

import orjson
from apispec import APISpec

from finder.concepts import load_concepts
from finder.criteria import (
    DEFAULT_MILES,
    MAX_KEPT,
    MAX_MILES,
    MAX_NEVER,
    MAX_SEEN,
    MAX_SIZE,
    MIN_MILES,
    SortAsked,
    WhyAsked,
)
from finder.facets import FACETS
from finder.guidance import load_guidance
from finder.i18n import ENGLISH, LANGUAGES
from finder.packet_asked import MOST_PEOPLE, MOST_SENT, AnswerBy, Soon, Wish, records
from finder.packet_fhir import FHIR_JSON
from finder.packet_wording import load_wording
from finder.parameters import MAX_WORDS
from finder.tables import DATA
from finder.web.packet_files import KINDS
from finder.web.results_page import MOST_CARDS
from finder.web.suggesting import MAX_PREFIX

_PACKAGE = "second-opinion-finder"
_REF = "#/components/schemas/"
_NPI = {"type": "string", "pattern": "^[12][0-9]{9}$"}
_ERROR = {
    "type": "object",
    "required": ["ok", "status", "errors"],
    "properties": {
        "ok": {"const": False},
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": "string", "description": "Empty where no one field is wrong."},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
_DOCUMENT = {
    "type": "object",
    "description": "A FHIR R4 Bundle of type document; its first entry is the Composition.",
    "required": ["resourceType", "type", "identifier", "timestamp", "entry"],
    "properties": {
        "resourceType": {"const": "Bundle"},
        "type": {"const": "document"},
        "identifier": {"type": "object"},
        "timestamp": {"type": "string"},
        "entry": {
            "type": "array",
            "minItems": 4,
            "items": {
                "type": "object",
                "required": ["fullUrl", "resource"],
                "properties": {"fullUrl": {"type": "string"}, "resource": {"type": "object"}},
            },
        },
    },
}
_FAILURES = {
    "400": "Something asked for is wrong; every mistake is listed.",
    "413": "The body is larger than 64 kB.",
    "415": "The body is not JSON.",
    "503": "The engine cannot answer; this never means that nobody was found.",
}


def document() -> dict[str, Any]:
    """Get the OpenAPI 3.1 document; answers follow finder/contract/search.schema.json."""
    spec = APISpec(
        title="Second Opinion Finder",
        version=version(_PACKAGE),
        openapi_version="3.1.0",
        info={"description": "Independent specialists for a second opinion. Facts, no medical advice."},
    )
    for name, schema in _contract().items():
        spec.components.schema(name, schema)
    spec.components.schema("Search", search_schema())
    spec.components.schema("Colleagues", {**search_schema(), "required": ["referrer", "words"]})
    spec.components.schema("Errors", _ERROR)
    spec.components.schema("Words", _one("words", _text(MAX_WORDS, "The condition, in any words")))
    spec.components.schema("Prefix", _one("prefix", _text(MAX_PREFIX, "What was typed so far")))
    _post(spec, "search", "Find specialists, best first", "Search", "search_answer")
    _post(spec, "colleagues", "Three names for a referring physician", "Colleagues", "colleagues_answer")
    _post(spec, "colleagues/link", "A sealed link to these names", "Colleagues", "colleagues_link")
    _post(spec, "understand", "Say what words are taken to mean", "Words", "understood")
    _post(spec, "suggest", "Suggest conditions while somebody types", "Prefix", "suggest_answer")
    _packet(spec)
    person = {"description": "The document", "content": _json({"$ref": f"{_REF}specialist_answer"})}
    spec.path(
        path="/api/v1/specialists/{npi}",
        operations={
            "get": {
                "operationId": "specialist",
                "summary": "Everything that is known of one person",
                "parameters": [{"name": "npi", "in": "path", "required": True, "schema": _NPI}],
                "responses": {"200": person, **_failures("404", "503")},
            }
        },
    )
    result: dict[str, Any] = spec.to_dict()
    return result


def packet_schema() -> dict[str, Any]:
    """Get the JSON Schema of the parameters of a packet; one entry for each field of packet_fields.csv."""
    wording = load_wording()
    every = load_guidance(load_concepts(DATA)).kinds
    texts = {each.field_id: _text(each.most, f"{each.label}. {each.hint}") for each in wording.fields}
    sent = [key for key, _record in records(every)]
    names = {"type": "array", "items": {"type": "string"}, "maxItems": MAX_SEEN}
    properties: dict[str, Any] = {
        "npi": {"type": "array", "items": _NPI, "minItems": 1, "maxItems": MOST_PEOPLE,
                "description": "The specialists; each gets a letter"},
        **texts,
        "sent": {"type": "array", "maxItems": MOST_SENT, "items": {"enum": sent},
                 "description": "What is sent along, of the records of the condition"},
        "wish": {"enum": [each.value for each in Wish], "default": Wish.OPINION.value},
        "soon": {"enum": [each.value for each in Soon], "default": Soon.ROUTINE.value},
        "answer": {"type": "array", "items": {"enum": [each.value for each in AnswerBy]}},
        "referrer": {**_NPI, "description": "The referring physician"},
        "patient_language": {"enum": list(LANGUAGES), "default": ENGLISH},
        "words": _text(MAX_WORDS, "The condition; the diagnosis without it"),
        "seen": {"type": "array", "maxItems": MAX_SEEN, "items": _NPI, "description": "Prior doctors"},
        "seen_name": names,
        "seen_org": names,
        "format": {"enum": list(KINDS), "description": "Instead of the header Accept; FHIR without"},
    }  # fmt: skip
    needed = ["npi", *(each.field_id for each in wording.fields if each.is_needed)]
    return {"type": "object", "required": needed, "additionalProperties": False, "properties": properties}


def _packet(spec: APISpec) -> None:
    """A packet is a document of FHIR, which has a schema of its own; only its frame is described here."""
    spec.components.schema("Packet", packet_schema())
    spec.components.schema("packet_answer", _DOCUMENT)
    given = {"schema": {"$ref": f"{_REF}packet_answer"}}
    content = {FHIR_JSON: given, "application/pdf": {"schema": {"type": "string", "format": "binary"}},
               "text/html": {"schema": {"type": "string"}}}  # fmt: skip
    spec.path(
        path="/api/v1/packet",
        operations={
            "post": {
                "operationId": "packet",
                "summary": "Make a referral packet; nothing of it is kept",
                "requestBody": {"required": True, "content": _json({"$ref": f"{_REF}Packet"})},
                "responses": {
                    "200": {"description": "The packet", "content": content},
                    **_failures(*_FAILURES),
                },
            }
        },
    )


def search_schema() -> dict[str, Any]:
    """Get the JSON Schema of the parameters of a search; one entry per parameter, the facets included."""
    text = {"type": "string"}
    properties: dict[str, Any] = {
        "words": _text(MAX_WORDS, "The condition, in any words"),
        "near": {"type": "string", "description": "ZIP code, or a city such as Towson MD"},
        "within": {"type": "integer", "minimum": MIN_MILES, "maximum": MAX_MILES,
                   "description": f"Miles from `near`; {DEFAULT_MILES} without it."},
        "referrer": {**_NPI, "description": "The referring physician, a prior doctor as the others are"},
        "seen": {"type": "array", "maxItems": MAX_SEEN, "items": _NPI, "description": "Prior doctors"},
        "seen_name": {"type": "array", "maxItems": MAX_SEEN, "items": text,
                      "description": "Prior doctors as NAME, CITY ST"},
        "seen_org": {"type": "array", "maxItems": MAX_SEEN, "items": text,
                     "description": "Organizations already seen, by id or name"},
        "why": {"enum": [each.value for each in WhyAsked],
                "description": "Why the opinion is sought; picks the set of ranking weights"},
        "profile": {**text, "description": "Named set of ranking weights, instead of why"},
        "sort": {"enum": [each.value for each in SortAsked], "default": "best",
                 "description": "What comes first; nearest needs near"},
        "diverse": {"type": "boolean", "default": True,
                    "description": "Three health systems among the first five, where there are three"},
        "show_tied": {"type": "boolean", "default": False},
        "facets": {"type": "boolean", "default": False, "description": "Count every filter as well"},
        "size": {"type": "integer", "minimum": 1, "maximum": MAX_SIZE, "default": MOST_CARDS},
        "next": {**text, "description": "The token of the page before"},
        "generation": {**text, "description": "A run whose generation is to be searched"},
        "kept": {"type": "array", "maxItems": MAX_KEPT, "items": text,
                 "description": "The reader's own list, NPIs and ids of programs; it changes no answer"},
        "never": {"type": "array", "maxItems": MAX_NEVER, "items": _NPI,
                  "description": "People whom the reader leaves out"},
    }  # fmt: skip
    for facet in FACETS:
        shape: dict[str, Any] = {"type": "boolean"} if facet.metavar is None else {"type": "string"}
        properties[facet.name] = {**shape, "description": facet.help}
    return {"type": "object", "required": ["words"], "additionalProperties": False, "properties": properties}


def _text(most: int, says: str) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": most, "description": says}


def _one(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of an object of one parameter."""
    properties = {name: schema}
    return {"type": "object", "required": [name], "additionalProperties": False, "properties": properties}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _contract() -> dict[str, Any]:
    """The schemas of the contract by name, the answer to a search as `search_answer`."""
    text = files("finder").joinpath("contract", "search.schema.json").read_text(encoding="utf-8")
    contract: dict[str, Any] = orjson.loads(text.replace('"#/$defs/', f'"{_REF}'))
    schemas: dict[str, Any] = contract.pop("$defs", {})
    contract.pop("$schema")
    return {**schemas, "search_answer": contract}


def _post(spec: APISpec, name: str, summary: str, takes: str, gives: str) -> None:
    given = {"$ref": f"{_REF}{gives}"}
    spec.path(
        path=f"/api/v1/{name}",
        operations={
            "post": {
                "operationId": name.replace("/", "_"),
                "summary": summary,
                "requestBody": {
                    "required": True,
                    "content": _json({"$ref": f"{_REF}{takes}"}),
                },
                "responses": {
                    "200": {"description": "The answer", "content": _json(given)},
                    **_failures(*_FAILURES),
                },
            }
        },
    )


def _failures(*statuses: str) -> dict[str, Any]:
    schema = {"$ref": f"{_REF}Errors"}
    texts = {**_FAILURES, "404": "There is no such thing."}
    return {status: {"description": texts[status], "content": _json(schema)} for status in statuses}
