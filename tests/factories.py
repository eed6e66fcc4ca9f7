"""Valid documents for tests; a test states only what matters to it. Every person is invented."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
from elasticsearch import Elasticsearch

from finder import bulk, indexes
from finder.documents import (
    Evidence,
    EvidenceKind,
    Fact,
    Organization,
    OrganizationKind,
    Place,
    Site,
    Specialist,
    TieLabel,
    Value,
)
from finder.programs import load_programs
from finder.runs import new_run_id
from finder.searched_only import with_searched_only
from finder.text import fold

BALTIMORE = (39.2964, -76.5922)
NEW_YORK = (40.7644, -73.9559)


def an_npi(number: int) -> str:
    """An NPI of the invented range 1999..., with its check digit (Luhn over 80840 and nine digits)."""
    body = f"1999{number:05d}"
    digits = [int(d) for d in "80840" + body]
    doubled = [d if at % 2 else sum(divmod(d * 2, 10)) for at, d in enumerate(reversed(digits))]
    return body + str(-sum(doubled) % 10)


def a_site(point: tuple[float, float] | None = BALTIMORE, **changes: Any) -> Site:
    """One office."""
    fields: dict[str, Any] = {
        "street": "1 Example Street", "street_2": None, "city": "Baltimore", "state": "MD", "zip": "21287",
        "phone": "4105550100", "fax": None, "point": point, "point_from": "zip" if point else None,
        "sources": ("nppes",), "as_of": "2026-01-05",
    }  # fmt: skip
    return Site(**{**fields, **changes})


def an_evidence(
    concept: str,
    kind: EvidenceKind = EvidenceKind.ROSTER,
    value: float = 1.0,
    as_of: str | None = "2026-01-01",
) -> Evidence:
    """One piece of evidence."""
    return Evidence(concept, kind, value, as_of, {"place": "Example Hospital", "term": concept})


def a_specialist(number: int = 1, **changes: Any) -> Specialist:
    """A candidate in Baltimore of whom group, system and hospital are known; `number` makes the NPI.

    `tie_keys` get a label each unless `ties` are given; without any, the person is tied to nobody. Whatever
    concepts are given are mainly treated, unless `main_concepts` are given as well.
    """
    keys: Sequence[str] = changes.get("tie_keys", (f"group:own{number}",))
    fields: dict[str, Any] = {
        "npi": an_npi(number),
        "name": f"Person {number} Exampleton",
        "name_folded": f"person {number} exampleton",
        "credentials": "MD",
        "specialties": ("medical_oncology",),
        "roles": ("medical",),
        "is_candidate": True,
        "sites": (a_site(),),
        "licence_states": ("MD",),
        "tie_keys": tuple(keys),
        "tie_kinds_known": ("group", "hospital", "system"),
        "ties": {key: TieLabel(f"Demo {key}", "clinicians", "2026-01-01") for key in keys},
        "is_demonstration": True,
    }
    given = {**fields, **changes}
    given.setdefault("main_specialties", given["specialties"])
    given.setdefault("main_concepts", given.get("concepts", ()))
    return Specialist(**given)


def a_place(zip_code: str = "21287", point: tuple[float, float] = BALTIMORE) -> Place:
    """One ZIP code area."""
    return Place(zip_code, f"Baltimore, MD {zip_code}", "baltimore md", "MD", point)


def an_organization(
    organization_id: str, name: str, *owner_ids: str, city: str = "Baltimore"
) -> Organization:
    """A group, system, owner or hospital in Maryland."""
    facts = {"name": name, "city": city, "state": "MD"}
    return Organization(
        id=organization_id,
        kind=OrganizationKind(organization_id.partition(":")[0]),
        name=name,
        name_folded=fold(name),
        owner_ids=owner_ids,
        facts={field: Fact(Value(value, "hospitals", "2026-01-01")) for field, value in facts.items()},
        is_demonstration=True,
    )


def a_generation(
    engine: Elasticsearch,
    prefix: str,
    people: Iterable[Specialist],
    organizations: Iterable[Organization] = (),
) -> str:
    """The run id of a whole generation: these people and organizations, two places, the real programs."""
    run_id = new_run_id(datetime(2026, 1, 1, tzinfo=UTC))
    meta = {"as_of": "2026-01-05", "demonstration": True}
    names = indexes.create_generation(engine, prefix, run_id, shards=2, meta=meta)
    places = (a_place(), Place("10065", "New York, NY 10065", "new york ny", "NY", NEW_YORK))
    _write(engine, names["specialists"], {p.npi: with_searched_only(p.to_source()) for p in people})
    _write(engine, names["organizations"], {o.id: o.to_source() for o in organizations})
    _write(engine, names["places"], {p.zip: p.to_source() for p in places})
    _write(engine, names["programs"], {p.id: p.to_source() for p in load_programs()})
    indexes.finish_loading(engine, names, replicas=0)
    return run_id


def _write(engine: Elasticsearch, index: str, documents: Mapping[str, Mapping[str, Any]]) -> None:
    lines = [
        orjson.dumps({"index": {"_id": key}}) + b"\n" + orjson.dumps(source) + b"\n"
        for key, source in documents.items()
    ]
    if lines:
        bulk.write(engine, index, [b"".join(lines)])


@contextmanager
def serving(engine: Elasticsearch, prefix: str, people: Sequence[Specialist]) -> Iterator[str]:
    """One generation of these people, served under a prefix of its own, which is emptied at the end."""
    indexes.flip(engine, prefix, a_generation(engine, prefix, people))
    yield prefix
    removed(engine, prefix)


def removed(engine: Elasticsearch, prefix: str) -> None:
    """Every index of one prefix is gone."""
    for name in engine.indices.get(index=f"{prefix}-*"):
        engine.indices.delete(index=name)
