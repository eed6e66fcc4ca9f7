"""Evidence of how a person works: counted procedures, the own roster, titles of trials, by approach.

The pieces are those of evidence (documents.Evidence) with the id of an approach (finder/approaches.py) in
the place of the concept. The kinds:

- `procedure`: counts of codes that show the approach. The value is their share of the own counted procedures
  that show anything on the same axis, shrunk by PRIOR others; `count` of `of` are all counted procedures,
  and `told` holds up to three concepts with the most of the count.
- `roster`: 1 where the newest roster of the own institution names it, with its words.
- `trial`: the share of the own linked trials whose title names it, shrunk by TRIAL_PRIOR.

The figures are own judgment of 2026-11-28.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from finder.documents import Evidence, EvidenceKind
from finder.focus import TRIAL_PRIOR, strength
from ingest.counted import SOURCE, counted
from ingest.knowledge import Knowledge
from ingest.merge import Person
from ingest.rollup import Above
from ingest.rows import newest

PRIOR = 10.0  # procedures that show another approach: the 11 that the file shows at least give one half
MOST_CONCEPTS = 3


def approach_evidence(person: Person, known: Knowledge) -> tuple[Evidence, ...]:
    """Get all evidence of how a person works, by approach and kind."""
    found = [*_procedures(person, known), *_rosters(person, known), *_trials(person, known)]
    return tuple(sorted(found, key=lambda piece: (piece.concept, piece.kind)))


def _procedures(person: Person, known: Knowledge) -> Iterator[Evidence]:
    whole = 0.0
    shown: dict[str, float] = defaultdict(float)
    concepts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    rows = newest(person.rows.procedures)
    for row in rows:
        code = row.hcpcs or ""
        count = counted(row, known)
        whole += count
        for approach in known.approaches.by_code.get(code, ()) if count else ():
            shown[approach] += count
            for concept, weight in known.meanings.get(code, ()):
                concepts[approach][concept] += weight * count
    axes: dict[str, float] = defaultdict(float)
    for approach, count in shown.items():
        axes[known.approaches.by_id[approach].axis] += count
    for approach, count in shown.items():
        value = count / (axes[known.approaches.by_id[approach].axis] + PRIOR)
        told = {"concepts": _most(concepts[approach], known.above)}
        yield Evidence(
            approach, EvidenceKind.PROCEDURE, value, rows[0].as_of, told, round(count), round(whole), SOURCE,
        )  # fmt: skip


def _most(counts: Mapping[str, float], above: Above) -> dict[str, int]:
    """The narrowest concepts with the most of the count; a broader one says nothing new."""
    broader = {each for concept in counts for each in above[concept]}
    narrow = sorted((-count, concept) for concept, count in counts.items() if concept not in broader)
    return {concept: round(-count) for count, concept in narrow[:MOST_CONCEPTS]}


def _rosters(person: Person, known: Knowledge) -> Iterator[Evidence]:
    told: set[str] = set()
    for roster in newest(person.rows.rosters):
        for term in (roster.approach or "").split(";"):
            for approach in known.approaches_in(term):
                if approach not in told:
                    told.add(approach)
                    words = {"place": roster.institution, "term": term.strip()}
                    yield Evidence(approach, EvidenceKind.ROSTER, 1.0, roster.as_of, words, source="rosters")


def _trials(person: Person, known: Knowledge) -> Iterator[Evidence]:
    linked = known.investigators.by_npi.get(person.npi, ())
    named: dict[str, list[str]] = defaultdict(list)
    for nct, _role in linked:
        for approach in known.approaches_in(known.investigators.trials[nct].title):
            named[approach].append(nct)
    for approach, ncts in named.items():
        as_of = max(known.investigators.trials[nct].as_of or "" for nct in ncts) or None
        value = strength(len(ncts), len(linked), TRIAL_PRIOR)
        yield Evidence(
            approach, EvidenceKind.TRIAL, value, as_of, {"trials": ncts}, len(ncts), len(linked), "trials"
        )
