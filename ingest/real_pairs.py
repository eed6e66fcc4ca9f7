"""Counts, over real files, every pair that shares a group or a system, and the verdict on each."""

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import orjson

from finder.independence import Ties, Verdict, load_rules, ties_of, ties_of_organization, verdict
from ingest.build import build
from ingest.files import inspected
from ingest.owners import newest
from ingest.recognition import recognised
from ingest.sources import SOURCES
from ingest.staging import Staging

NEEDED = ("clinicians", "facility_affiliations", "hospitals", "health_systems", "nppes", "taxonomy")


def count_real_pairs(data: Path) -> dict[str, Any]:
    """Build documents from a folder without an engine, and judge all pairs: nothing is sampled.

    Pairs are formed from the staged rows, so a key that is lost on the way to a document counts as missed:
    people with one group number in the newest clinician file, and hospitals in one system of the linkage.
    """
    with tempfile.TemporaryDirectory(prefix="finder-pairs-") as folder:
        home = Path(folder)
        with Staging(home / "staging.duckdb", SOURCES) as staging:
            for file, source in recognised(data)[0]:
                if source.name in NEEDED:
                    staging.stage(inspected(file), source)
            staging.sort_people()
            groups = _members(staging, "clinicians", "npi", "group_id")
            systems = _members(staging, "system_hospitals", "ccn", "system_id")
        built = build(home / "staging.duckdb", home / "build", is_demonstration=False)
        people = {key: ties_of(key, source) for key, source in _documents(built.files["specialists"])}
        hospitals = {
            key.removeprefix("hospital:"): ties_of_organization(key, source)
            for key, source in _documents(built.files["organizations"])
        }
    by_group = _judged(groups, people)
    by_system = _judged(systems, hospitals)
    holds = (
        by_group["not_independent"] == by_group["pairs"]
        and by_system["not_independent"] == by_system["pairs"]
    )
    return {"people": len(people), "same_group": by_group, "same_system": by_system, "holds": holds}


def _members(staging: Staging, table: str, key: str, family: str) -> dict[str, set[str]]:
    """Keys by the families that the newest rows of a table name for them."""
    found: dict[str, set[str]] = defaultdict(set)
    for member, name, _as_of in staging.rows(newest(table, key, family)):
        if member and name:
            found[name].add(member)
    return found


def _documents(paths: Iterable[Path]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in paths:
        with path.open("rb") as file:
            for head in file:
                yield orjson.loads(head)["index"]["_id"], orjson.loads(next(file))


def _judged(families: Mapping[str, set[str]], known: Mapping[str, Ties]) -> dict[str, int]:
    """How many pairs there are, and how many verdicts are "not independent"; `left_out` have no document."""
    rules, pairs, tied = load_rules(), set[tuple[str, str]](), 0
    members = {key for family in families.values() for key in family}
    for family in families.values():
        pairs.update(combinations(sorted(family & known.keys()), 2))
    for one, other in pairs:
        tied += verdict(known[one], known[other], rules).verdict is Verdict.NOT_INDEPENDENT
    return {"pairs": len(pairs), "not_independent": tied, "left_out": len(members - known.keys())}
