"""What enriching looks up, for tests: the real rules, and a reference that a test fills."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from finder.documents import Evidence, EvidenceKind, Specialist
from ingest.cancer_centers import CancerCenter
from ingest.enrich import enriched
from ingest.investigators import Investigators, TrialFacts
from ingest.knowledge import Knowledge, knowledge
from ingest.link import Reference
from ingest.merge import Person, merged
from tests.unit.ingest.staged_rows import NPI, person_rows

EMPTY = Reference({}, {}, {}, {}, {}, {}, {}, (), {}, frozenset(), frozenset())
LEADS = "PRINCIPAL_INVESTIGATOR"


@lru_cache
def rules() -> Knowledge:
    """The rules of the product with empty tables, read once."""
    return knowledge(EMPTY, Investigators({}, {}, {}), {}, {}, is_demonstration=False)


def known(
    reference: Reference = EMPTY,
    trials: Mapping[str, TrialFacts] | None = None,
    role: str = LEADS,
    centers: Mapping[str, CancerCenter] | None = None,
) -> Knowledge:
    """The rules with these tables; the person of NPI has `role` in each of the trials."""
    found = Investigators({NPI: tuple((nct, role) for nct in trials or ())}, trials or {}, {})
    return replace(rules(), reference=reference, investigators=found, centers=centers or {})


def specialist(*rows: Any, **tables: Any) -> Specialist:
    """The specialist that these rows of one NPI make; `tables` as for `known`."""
    person = merged(person_rows(*rows))
    assert isinstance(person, Person)
    found = enriched(person, known(**tables))
    assert isinstance(found, Specialist)
    return found


def evidence(found: Specialist, kind: EvidenceKind) -> dict[str, Evidence]:
    """The evidence of one kind, by concept."""
    return {each.concept: each for each in found.evidence if each.kind is kind}
