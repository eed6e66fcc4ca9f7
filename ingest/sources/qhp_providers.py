"""Reads the directory files of Qualified Health Plans: providers.json, plans.json and index.json.

A row is one provider or one plan. Facilities are counted as records and kept nowhere, since only people are
searched. index.json only lists where the other files are: it is recognised, has no rows and says so.
Field names: CMS, QHP-provider-formulary-APIs; both "specialty" (as in its example) and "speciality" (as in
its text) are read, "accepting" of the person or of the addresses.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from finder.languages import Languages, load_languages
from ingest.clean import dates
from ingest.files import InputFile, head
from ingest.json_stream import in_chunks, items, many, mapping, only, opening, text
from ingest.sources.base import Batch, CsvBatch, Head, Issue, Level, Source
from ingest.sources.cleaner import Cleaner
from ingest.sources.json_rows import or_empty_warning, text_frame

PLANS = ("plan_id", "plan_id_type", "name", "years")
PEOPLE = ("npi", "last_name", "first_name", "middle_name", "specialties", "accepting", "languages",
          "addresses", "as_of")  # fmt: skip
NETWORKS = ("npi", "plan_id", "tier", "years", "as_of")
ADDRESS = ("street", "street_2", "city", "state", "zip", "phone")
ROWS_A_BATCH = 2_000
_PROVIDER = re.compile(r'"type"\s*:\s*\[?\s*"(?:individual|facility|group)"', re.IGNORECASE)
_ACCEPTING = MappingProxyType({"accepting": "yes", "not accepting": "no"})
_INDIVIDUAL = "INDIVIDUAL"
_OTHER_KINDS = frozenset({"FACILITY", "GROUP"})
_INDEX = "lists the addresses of an issuer's files: download its provider and plan files"

_Row = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class _Provider:
    """One element of providers.json; `person` is None for a facility, `reason` says why it is refused."""

    number: int
    reason: str | None = None
    person: _Row | None = None
    networks: tuple[_Row, ...] = ()
    addresses: tuple[_Row, ...] = ()
    content: Mapping[str, str] | None = None


def _recognises(head_: Head) -> bool:
    start = opening(head_.start)
    if start[:1] not in ("[", "{") or '"$schema"' in start or '"reporting_entity_name"' in start:
        return False
    return _is_index(start) or _is_providers(start) or _is_plans(start)


def _is_index(start: str) -> bool:
    return start.startswith("{") and '"provider_urls"' in start and '"plan_urls"' in start


def _is_providers(start: str) -> bool:
    return '"npi"' in start and _PROVIDER.search(start) is not None


def _is_plans(start: str) -> bool:
    return '"plan_id"' in start and '"marketing_name"' in start


def _read(file: InputFile) -> Iterator[Batch]:
    start = opening(head(file))
    if _is_index(start):
        yield Batch({}, (Issue(file.name, None, None, _INDEX, Level.WARNING),), 0, 0)
        return
    # One object a line has no array around it.
    into = frozenset({()}) if start.startswith("[") else frozenset()
    values = enumerate((item.value for item in items(file, into)), start=1)
    if _is_providers(start):
        languages = load_languages()
        providers = (_provider(number, value, languages) for number, value in values)
        batches = (_people_batch(file, chunk) for chunk in in_chunks(providers, ROWS_A_BATCH))
    else:
        plans = ((number, mapping(value)) for number, value in values)
        batches = (_plans_batch(file, chunk) for chunk in in_chunks(plans, ROWS_A_BATCH))
    yield from or_empty_warning(file, batches)


def _provider(number: int, value: Any, languages: Languages) -> _Provider:
    found = mapping(value)
    if not found:
        return _Provider(number, "is not a provider record")
    kind = (text(found.get("type")) or "").upper()
    if kind in _OTHER_KINDS:
        return _Provider(number)
    if kind != _INDIVIDUAL:
        reason = f"type '{kind}' is none of INDIVIDUAL, FACILITY, GROUP" if kind else "has no type"
        return _Provider(number, reason, content=_short(found))
    npi, as_of = text(found.get("npi")), text(found.get("last_updated_on"))
    name = mapping(found.get("name"))
    addresses = [mapping(a) for a in many(found.get("addresses"))]
    person = (
        npi,
        text(name.get("last")),
        text(name.get("first")),
        text(name.get("middle")),
        _joined(many(found.get("specialty")) + many(found.get("speciality"))),
        _accepting(found.get("accepting"), [a.get("accepting") for a in addresses]),
        ";".join(languages.codes(filter(None, map(text, many(found.get("languages")))))) or None,
        None,
        as_of,
    )
    networks = tuple(_network(mapping(plan), as_of) for plan in many(found.get("plans")))
    return _Provider(number, None, person, networks, tuple(_address(a) for a in addresses if a))


def _network(plan: Mapping[str, Any], as_of: str | None) -> _Row:
    tier = text(plan.get("network_tier"))
    return (
        None,
        text(plan.get("plan_id")),
        tier.upper() if tier else None,
        _joined(plan.get("years")),
        as_of,
    )


def _address(found: Mapping[str, Any]) -> _Row:
    names = ("address", "address_2", "city", "state", "zip", "phone")
    return tuple(text(found.get(name)) for name in names)


def _accepting(of_person: Any, of_addresses: list[Any]) -> str | None:
    """Yes or no where every value agrees; "accepting in some locations" and mixed values are not known."""
    values = [of_person] if only(of_person) is not None else of_addresses
    said = {_ACCEPTING.get((text(value) or "").casefold()) for value in values}
    return said.pop() if len(said) == 1 else None


def _joined(values: Any) -> str | None:
    found = (text(value) for value in many(values))
    return ";".join(dict.fromkeys(value.replace(";", ",") for value in found if value)) or None


def _short(found: Mapping[str, Any]) -> dict[str, str]:
    return {name: known[:500] for name, value in found.items() if (known := text(value))}


def _people_batch(file: InputFile, providers: list[_Provider]) -> Batch:
    refused = [p for p in providers if p.reason is not None]
    issues = [
        Issue(file.name, p.number, None, str(p.reason), Level.REJECTED, content=p.content or {})
        for p in refused
    ]
    people = [p for p in providers if p.person is not None]
    addresses, address_issues = _addresses(file, people)
    cleaner = _cleaner(file, PEOPLE, [p.person for p in people if p.person], [p.number for p in people])
    cleaner.frame["addresses"] = addresses
    cleaner.clean(dates, "as_of")
    cleaner.identify()
    issues.extend(cleaner.batch({}).issues)
    npis = dict(zip(cleaner.rows.tolist(), cleaner.frame["npi"], strict=True))
    networks, network_issues = _networks(file, people, npis)
    tables = {"qhp_people": cleaner.frame, "qhp_networks": networks}
    rejected = len(people) - len(cleaner.frame) + len(refused)
    found = (*issues, *address_issues, *network_issues)
    return Batch(tables, found, len(providers), len(providers) - rejected)


def _addresses(file: InputFile, people: list[_Provider]) -> tuple[pd.Series, tuple[Issue, ...]]:
    """The cleaned addresses of each person as one JSON text, in the order of `people`."""
    rows = [(p.number, address) for p in people for address in p.addresses]
    cleaner = _cleaner(file, ADDRESS, [address for _, address in rows], [number for number, _ in rows])
    cleaner.clean_address()
    by_number: dict[int, list[dict[str, str]]] = {}
    for (number, _), address in zip(rows, cleaner.frame.to_dict("records"), strict=True):
        known = {str(name): value for name, value in address.items() if isinstance(value, str)}
        by_number.setdefault(number, []).append(known)
    texts = [
        json.dumps(by_number[p.number], ensure_ascii=False) if p.number in by_number else None for p in people
    ]
    return pd.Series(texts, dtype="str"), tuple(cleaner.batch({}).issues)


def _networks(
    file: InputFile, people: list[_Provider], npis: Mapping[int, str]
) -> tuple[pd.DataFrame, tuple[Issue, ...]]:
    kept = [p for p in people if p.number in npis]
    rows = [(p.number, (npis[p.number], *row[1:])) for p in kept for row in p.networks]
    cleaner = _cleaner(file, NETWORKS, [row for _, row in rows], [number for number, _ in rows])
    cleaner.frame["as_of"] = dates(cleaner.frame["as_of"]).values  # reported with the person
    missing = cleaner.frame["plan_id"].isna().to_numpy()
    cleaner.warn(missing, "plan_id", "a plan without an id was left out")
    frame = cleaner.frame[~missing].drop_duplicates(ignore_index=True)
    return frame, tuple(cleaner.batch({}).issues)


def _plans_batch(file: InputFile, plans: list[tuple[int, dict[str, Any]]]) -> Batch:
    rows = [
        (
            text(plan.get("plan_id")),
            text(plan.get("plan_id_type")),
            text(plan.get("marketing_name")),
            _joined(plan.get("years")),
        )
        for _, plan in plans
    ]
    cleaner = _cleaner(file, PLANS, rows, [number for number, _ in plans])
    cleaner.require("plan_id", "the plan has no id")
    return cleaner.batch({"plans": cleaner.frame})


def _cleaner(file: InputFile, columns: tuple[str, ...], rows: list[Any], numbers: list[int]) -> Cleaner:
    return Cleaner(file.name, CsvBatch(text_frame(rows, columns), np.array(numbers, dtype=np.int64)))


SOURCE = Source(
    name="qhp_providers",
    tables=MappingProxyType({"plans": PLANS, "qhp_people": PEOPLE, "qhp_networks": NETWORKS}),
    recognises=_recognises,
    read=_read,
)
