"""Valid documents for tests; a test states only what matters to it. Every person is invented."""

from collections.abc import Sequence
from typing import Any

from finder.documents import Evidence, EvidenceKind, Place, Site, Specialist, TieLabel

BALTIMORE = (39.2964, -76.5922)


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
    return Evidence(concept, kind, value, as_of, f"Works on {concept}")


def a_specialist(number: int = 1, **changes: Any) -> Specialist:
    """A candidate in Baltimore of whom group, system and hospital are known; `number` makes the NPI.

    `tie_keys` get a label each unless `ties` are given; without any, the person is tied to nobody.
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
    return Specialist(**{**fields, **changes})


def a_place(zip_code: str = "21287", point: tuple[float, float] = BALTIMORE) -> Place:
    """One ZIP code area."""
    return Place(zip_code, f"Baltimore, MD {zip_code}", "baltimore md", "MD", point)
