"""Evidence from counted services: which share of the own procedures is for a concept, and how many a year.

Counted is every service under a code that `procedures.csv` lists, and every other procedure; not counted are
visits, laboratory tests, and drugs, supplies and rides under codes that it doesn't list: they say where a
patient was seen or what was handed out, not what a person does. A listed drug counts once a patient, since
its services are units of dose. A code that stands for several things counts for each by its weight in
`procedures.csv`, and for everything broader by the largest of these weights. Only the newest year counts:
services of several years are no services in a year. How a count becomes a strength: finder/focus.py.

Volumes are counts of the operations in `volumes.csv` beside their sourced standard: the value is the count as
a share of the surgeon's standard, at most 1, and is never said to be low. The file holds Medicare patients
only and leaves out what was done for fewer than 11 of them, which each sentence says.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from finder.documents import Evidence, EvidenceKind
from finder.focus import PROCEDURE_PRIOR, strength
from finder.volumes import VolumeGroup
from ingest.knowledge import Knowledge
from ingest.rollup import worth_telling
from ingest.rows import Procedure, newest

SOURCE = "procedures"
# Weaker evidence is left out: 11 of 800 procedures give 0.05 (own judgment, 2026-11-23).
LEAST_TOLD = 0.05
# By number of the code (sections of HCPCS level I, 2023): visits; tests of a laboratory and drawing blood.
_NO_PROCEDURES = (("99202", "99499"), ("80047", "87999"), ("36415", "36416"))


def counted_evidence(rows: list[Procedure], is_surgeon: bool, known: Knowledge) -> list[Evidence]:
    """Get the evidence of one person's services: kind `procedure`, and `volume` for a surgeon.

    Assistants bill the same codes for the same operations, so that a count of theirs would say nothing.
    """
    this_year = newest(rows)
    if not this_year:
        return []
    found = list(_shares(this_year, known))
    if is_surgeon:
        found += _volumes(this_year, known)
    return found


def _shares(rows: list[Procedure], known: Knowledge) -> Iterator[Evidence]:
    sums: dict[str, float] = defaultdict(float)
    whole = 0.0
    meanings = known.meanings
    for row in rows:
        count = counted(row, known)
        whole += count
        for concept, weight in meanings.get(row.hcpcs or "", ()):
            sums[concept] += weight * count
    for concept in worth_telling(sums, known.above):
        part = sums[concept]
        value = strength(part, whole, PROCEDURE_PRIOR) if part else 0.0
        if value < LEAST_TOLD:
            continue
        yield Evidence(
            concept, EvidenceKind.PROCEDURE, value, rows[0].as_of,
            {}, round(part), round(whole), SOURCE,
        )  # fmt: skip


def counted(row: Procedure, known: Knowledge) -> float:
    """Get how often a row counts among the own procedures; 0 for what is none and is not listed."""
    code = row.hcpcs or ""
    return _count(row) if code in known.meanings or _is_procedure(code) else 0.0


@lru_cache(maxsize=20_000)
def _is_procedure(code: str) -> bool:
    return code[:1].isdigit() and not any(low <= code <= high for low, high in _NO_PROCEDURES)


def _count(row: Procedure) -> float:
    """How often: patients where the services are units of a drug, nothing where these are not given."""
    is_units = (row.hcpcs or "")[:1].isalpha()
    given = row.beneficiaries if is_units else row.services
    return float(given) if given else 0.0


def _volumes(rows: list[Procedure], known: Knowledge) -> Iterator[Evidence]:
    counts: dict[str, float] = defaultdict(float)
    groups: dict[str, VolumeGroup] = {}
    for row in rows:
        group = known.volumes.get(row.hcpcs or "")
        if group:
            groups[group.group_id] = group
            counts[group.group_id] += _count(row)
    found: dict[str, Evidence] = {}
    for group_id in sorted(groups):
        group, count = groups[group_id], counts[group_id]
        for concept in group.concept_ids if count > 0 else ():
            value = min(1.0, count / group.surgeon_per_year)
            if concept not in found or value > found[concept].value:
                found[concept] = Evidence(
                    concept, EvidenceKind.VOLUME, value, rows[0].as_of, {"group": group_id},
                    round(count), None, SOURCE,
                )  # fmt: skip
    yield from found.values()
