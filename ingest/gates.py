"""Measures a loaded generation against gates.toml; a gate that fails keeps it from being served."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from finder.indexes import counts, having
from finder.reads import Client, documents
from ingest import probes
from ingest.build import Built
from ingest.ledger import sample
from ingest.staging import FileReport

GATES = Path(__file__).with_name("gates.toml")


@dataclass(frozen=True, slots=True)
class Gate:
    """One check: what was measured, the limit, and whether it holds."""

    name: str
    measured: float
    limit: str
    holds: bool

    def to_json(self) -> dict[str, Any]:
        """As kept in the run's record."""
        return asdict(self)


def gate_sets() -> Mapping[str, Mapping[str, Any]]:
    """The sets of limits by name."""
    return tomllib.loads(GATES.read_text(encoding="utf-8"))


def rows_by_source(files: Iterable[FileReport]) -> dict[str, int]:
    """Rows read of each source, staged before or now."""
    found: Counter[str] = Counter()
    for report in files:
        found[report.source] += report.rows_read
    return dict(found)


def dates_by_source(files: Iterable[FileReport]) -> dict[str, str]:
    """The date of the newest file of each source that has one: ISO day, month or year."""
    found: dict[str, str] = {}
    for report in files:
        if report.as_of and report.records:
            found[report.source] = max(report.as_of, found.get(report.source, ""))
    return found


def measured(
    client: Client,
    limits: Mapping[str, Any],
    indices: Mapping[str, str],
    built: Built,
    files: Sequence[FileReport],
    served: Mapping[str, Any] | None,
    orphans: Mapping[str, float],
) -> list[Gate]:
    """Every gate that counts, of a set, for a generation that is loaded and refreshed.

    `served` is what the served generation tells of itself (`_meta`), None without one to compare with;
    `orphans` are the shares of `joins.orphan_shares`.
    """
    people = built.documents["specialists"]
    gates = list(_count_gates(client, indices, built))
    gates.append(_at_least("specialists", people, limits["min_specialists"]))
    for name, least in limits["min_share"].items():
        share = built.coverage.get(name, 0) / people if people else 0.0
        gates.append(_at_least(f"share of specialists {name}", round(share, 4), least))
    gates += _rejected_gates(limits["rejected"], files)
    for name, share in sorted(orphans.items()):
        gates.append(_at_most(name, round(share, 4), limits["orphans"][name]))
    if served is not None and served.get("specialists"):
        gates += _against(served, limits, built, rows_by_source(files))
        gates.append(_not_older(served, dates_by_source(files)))
    gates.append(_smoke(client, indices["specialists"], built))
    return gates


def _against(
    served: Mapping[str, Any], limits: Mapping[str, Any], built: Built, rows: Mapping[str, int]
) -> Iterable[Gate]:
    """What is less, or suspiciously more, than in the served generation."""
    people, before = built.documents["specialists"], int(served["specialists"])
    change = people / before - 1
    yield _at_most("shrink against the served generation", round(-change, 4), limits["max_shrink"])
    yield _at_most("growth against the served generation", round(change, 4), limits["max_growth"])
    for source, count in sorted(served.get("rows", {}).items()):
        if count:
            lost = 1 - rows.get(source, 0) / count
            yield _at_most(f"share of {source} rows lost", round(lost, 4), limits["max_source_shrink"])
    for name, count in sorted(served.get("coverage", {}).items()):
        if name.startswith("with ") and count and people:
            drop = 1 - (built.coverage.get(name, 0) / people) / (count / before)
            yield _at_most(f"drop of specialists {name}", round(drop, 4), limits["max_fill_drop"])


def _not_older(served: Mapping[str, Any], dates: Mapping[str, str]) -> Gate:
    """Yesterday's files put back by mistake; dates of unlike precision are compared as far as both go."""
    known = served.get("dates", {})
    older = [s for s in sorted(dates) if s in known and dates[s] < known[s][: len(dates[s])]]
    names = f" ({', '.join(older)})" if older else ""
    return _exactly(f"sources older than the served generation's{names}", len(older), 0)


def probed(
    client: Client, limits: Mapping[str, Any], indices: Mapping[str, str], ledger: Path, today: date
) -> Iterable[Gate]:
    """Gates that search the new generation: for documents as built, for people, and for ties."""
    sampled = sample(ledger, probes.PEOPLE)
    same = probes.same_content(client, indices, sampled)
    yield _exactly("sampled documents as they were built", same, len(sampled))
    index = indices["specialists"]
    npis = [each.id for each in sampled if each.alias == "specialists"]
    people = documents(client, {index: npis})[index]
    found = probes.found_again(client, index, people)
    yield _exactly("sampled people found by name, specialty and place", found, len(people))
    right, pairs = probes.tied_pairs(client, index, people, today)
    if pairs:
        name = f"share of {pairs} tied pairs called not independent"
        yield _at_least(name, round(right / pairs, 4), limits["min_tied_pairs"])


def judged(
    client: Client, limits: Mapping[str, Any], prefix: str, run_id: str, judgments: Path, today: date
) -> Gate:
    """The gate on judgments of the admin's own."""
    value = probes.judged(client, prefix, run_id, judgments, today)
    return _at_least("nDCG@10 by the judgments", round(value, 4), limits["min_ndcg"])


def _exactly(name: str, found: int, expected: int) -> Gate:
    return Gate(name, found, f"exactly {expected}", found == expected)


def _count_gates(client: Client, indices: Mapping[str, str], built: Built) -> Iterable[Gate]:
    for alias, found in counts(client, indices).items():
        expected = built.documents[alias]
        yield _exactly(f"{alias} in the engine", found, expected)


def _rejected_gates(limits: Mapping[str, float], files: Sequence[FileReport]) -> Iterable[Gate]:
    read, rejected = rows_by_source(files), Counter[str]()
    for report in files:
        rejected[report.source] += report.rejected
    for source in sorted(read):
        share = rejected[source] / read[source] if read[source] else 0.0
        yield _at_most(f"share of {source} rows rejected", round(share, 4), limits[source])


def _smoke(client: Client, index: str, built: Built) -> Gate:
    """One real search on the loaded index: a mapping that lost names or points shows here."""
    fields = ("points", "name_folded")
    found = having(client, index, fields)
    expected = built.coverage.get("with point", 0)
    return _exactly("specialists found by name and point", found, expected)


def _at_least(name: str, value: float, limit: float) -> Gate:
    return Gate(name, value, f"at least {limit}", value >= limit)


def _at_most(name: str, value: float, limit: float) -> Gate:
    return Gate(name, value, f"at most {limit}", value <= limit)
