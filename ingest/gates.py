"""Measures a loaded generation against gates.toml; a gate that fails keeps it from being served."""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from finder.indexes import Generation, counts, having
from finder.reads import Client
from ingest.build import Built
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


def measured(
    client: Client,
    limits: Mapping[str, Any],
    indices: Mapping[str, str],
    built: Built,
    files: Sequence[FileReport],
    served: Generation | None,
) -> list[Gate]:
    """Every gate of a set, for a generation that is loaded and refreshed."""
    people = built.documents["specialists"]
    gates = list(_count_gates(client, indices, built))
    gates.append(_at_least("specialists", people, limits["min_specialists"]))
    for name, least in limits["min_share"].items():
        share = built.coverage.get(name, 0) / people if people else 0.0
        gates.append(_at_least(f"share of specialists {name}", round(share, 4), least))
    gates += _rejected_gates(limits["rejected"], files)
    if served is not None and served.meta.get("specialists"):
        shrink = 1 - people / int(served.meta["specialists"])
        gates.append(_at_most("shrink against the served generation", round(shrink, 4), limits["max_shrink"]))
    gates.append(_smoke(client, indices["specialists"], built))
    return gates


def _count_gates(client: Client, indices: Mapping[str, str], built: Built) -> Iterable[Gate]:
    for alias, found in counts(client, indices).items():
        expected = built.documents[alias]
        yield Gate(f"{alias} in the engine", found, f"exactly {expected}", found == expected)


def _rejected_gates(limits: Mapping[str, float], files: Sequence[FileReport]) -> Iterable[Gate]:
    read: dict[str, int] = defaultdict(int)
    rejected: dict[str, int] = defaultdict(int)
    for report in files:
        read[report.source] += report.rows_read
        rejected[report.source] += report.rejected
    for source in sorted(read):
        share = rejected[source] / read[source] if read[source] else 0.0
        yield _at_most(f"share of {source} rows rejected", round(share, 4), limits[source])


def _smoke(client: Client, index: str, built: Built) -> Gate:
    """One real search on the loaded index: a mapping that lost names or points shows here."""
    fields = ("points", "name_folded")
    found = having(client, index, fields)
    expected = built.coverage.get("with point", 0)
    return Gate("specialists found by name and point", found, f"exactly {expected}", found == expected)


def _at_least(name: str, value: float, limit: float) -> Gate:
    return Gate(name, value, f"at least {limit}", value >= limit)


def _at_most(name: str, value: float, limit: float) -> Gate:
    return Gate(name, value, f"at most {limit}", value <= limit)
