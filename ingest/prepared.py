"""Prepares a merge: what it looks up, whom it concerns, and every document that is no person.

Nationally that takes a gigabyte on the way, of which a process keeps half for itself afterwards (1,000,000
people, 2026-11-29), so that with many people a process of its own does it and hands the result over in files.
"""

import pickle
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from finder.centers import keys_of_programs, load_families
from finder.programs import PROGRAM_COLUMNS, Program, load_programs, programs_of
from finder.tables import Row
from finder.text import fold
from ingest.cancer_centers import center_hospitals
from ingest.investigators import investigators
from ingest.knowledge import Knowledge, knowledge
from ingest.ledger import Ledger, digest_of, lines_of, rules_version
from ingest.link import reference, remember_zip_points, trial_ends, zip_points
from ingest.organizations import organizations, places
from ingest.rows import TABLES
from ingest.sources import SOURCES
from ingest.staging import Staging
from ingest.traced import common, entries

_TABLES_FILE = "tables.pickle"


class Part(NamedTuple):
    """One of several equal ranges of NPIs, the first being number 1; it brings all that is not people."""

    number: int
    of: int


def prepared(
    staged: Path,
    out: Path,
    ledger: Ledger,
    is_demonstration: bool,
    part: Part | None,
    *,
    is_alone: bool = False,
) -> tuple[Knowledge, dict[str, tuple[Path, ...]]]:
    """Get what merging looks up and the files of all but people; the ledger knows who is to be merged."""
    with Staging(staged, SOURCES, read_only=True, is_alone=is_alone) as staging:
        known, offered = _known(staging, is_demonstration)
        columns = {table: kind._fields for table, kind in TABLES.items()}  # type: ignore[attr-defined]
        ledger.begin(staging.prints(columns), entries(known), rules_version(common(known)))
    if part:
        ledger.keep_part(*part)
    return known, _others(out, known, offered, ledger) if part is None or part.number == 1 else {}


def _known(staging: Staging, is_demonstration: bool) -> tuple[Knowledge, tuple[Program, ...]]:
    tables, trials = reference(staging), investigators(staging)
    offered = programs(staging)
    tables = replace(tables, trial_ends=trial_ends(staging, trials.trials), program_names=_names(offered))
    centers = center_hospitals(staging)
    return knowledge(tables, trials, centers, _by_tie(offered), is_demonstration=is_demonstration), offered


def prepared_apart(
    staged: Path, out: Path, ledger: Path, base: Path | None, is_demonstration: bool, people_a_slice: int
) -> tuple[dict[str, tuple[Path, ...]], Mapping[str, int]]:
    """Prepare a merge in a process of its own: get the files of all but people, and what became of the
    investigators; the ledger is begun, and what merging looks up is handed over.
    """
    with Ledger(ledger, base) as begun:
        known, files = prepared(staged, out, begun, is_demonstration, None, is_alone=True)
        hand_over(known, out, begun.slices(people_a_slice))
        return files, dict(known.investigators.outcome)


def hand_over(known: Knowledge, out: Path, slices: Iterable[Sequence[str]]) -> None:
    """Write what merging looks up for the processes that merge these slices."""
    (out / _TABLES_FILE).write_bytes(pickle.dumps(_shared(known)))
    for number, npis in enumerate(slices):
        _of_slice(out, number).write_bytes(pickle.dumps(_of_people(known, npis)))


def handed_over(out: Path) -> Knowledge:
    """Get what `hand_over` wrote, without what it tells of each slice."""
    # Written by this very run into its own folder, and deleted with it.
    points, *found, is_demonstration = pickle.loads((out / _TABLES_FILE).read_bytes())  # noqa: S301
    remember_zip_points(points)
    return knowledge(*found, is_demonstration=is_demonstration)


def take_slice(known: Knowledge, out: Path, number: int) -> None:
    """Let the tables that grow with the number of people tell of those of one slice, and of nobody else."""
    held: Any = _by_slice(known)
    for table, own in zip(held, pickle.loads(_of_slice(out, number).read_bytes()), strict=True):  # noqa: S301
        table.clear()
        table.update(own)


def _shared(known: Knowledge) -> tuple[object, ...]:
    """What a worker cannot read from the rules: points of ZIP codes, and the arguments of `knowledge`.

    What `_of_people` tells of each slice is left out.
    """
    # Only organizations have aliases.
    reference = replace(known.reference, referrals={}, trial_ends={}, aliases={})
    trials = replace(known.investigators, by_npi={}, trials={})
    return zip_points(), reference, trials, known.centers, known.programs, known.is_demonstration


def _of_slice(out: Path, number: int) -> Path:
    return out / f"tables-{number:05d}.pickle"


def _of_people(known: Knowledge, npis: Iterable[str]) -> tuple[dict[str, Any], ...]:
    """What the tables of `_by_slice` say of these people and of their trials."""
    referrals, by_npi, trials, ends = _by_slice(known)
    linked = {npi: by_npi[npi] for npi in npis if npi in by_npi}
    numbers = sorted({number for roles in linked.values() for number, _role in roles})
    return (
        {npi: referrals[npi] for npi in npis if npi in referrals},
        linked,
        {number: trials[number] for number in numbers},
        {number: ends[number] for number in numbers if number in ends},
    )


def _by_slice(known: Knowledge) -> tuple[Mapping[str, Any], ...]:
    """The tables that would be largest, of which a worker needs no more than what its people ask for."""
    trials = known.investigators
    return known.reference.referrals, trials.by_npi, trials.trials, known.reference.trial_ends


def programs(staging: Staging) -> tuple[Program, ...]:
    """The programs that ship with the product and those of the data folder, by id; of one id the folder's."""
    columns = ", ".join(PROGRAM_COLUMNS)
    staged = staging.rows(f"SELECT {columns} FROM opinion_programs ORDER BY ALL")  # noqa: S608 - own names
    rows = [
        Row(
            "opinion_programs",
            number,
            {name: cell or "" for name, cell in zip(PROGRAM_COLUMNS, cells, strict=True)},
        )
        for number, cells in enumerate(staged, start=1)
    ]
    found = {program.id: program for program in (*load_programs(), *programs_of(rows))}
    keys = keys_of_programs(load_families())
    return tuple(
        replace(found[key], tie_keys=(*keys.get(key, ()), *found[key].hospital_keys)) for key in sorted(found)
    )


def _by_tie(offered: Iterable[Program]) -> dict[str, tuple[str, ...]]:
    """The ids of programs by the tie keys of the institutions behind them."""
    found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for program in offered:
        for key in program.tie_keys:
            found[key] += (program.id,)
    return dict(found)


def _names(offered: Iterable[Program]) -> dict[str, tuple[str, str]]:
    """(id, name) by each way in which a roster may name a program; a name of two programs tells none."""
    found = {fold(p.id): (p.id, p.name) for p in offered}
    names = Counter(fold(p.name) for p in offered)
    return found | {fold(p.name): (p.id, p.name) for p in offered if names[fold(p.name)] == 1}


def _others(
    out: Path, known: Knowledge, offered: Sequence[Program], ledger: Ledger
) -> dict[str, tuple[Path, ...]]:
    """The files of programs, organizations and places, whole, by alias."""
    demonstration = known.is_demonstration
    documents: dict[str, Iterable[tuple[str, Mapping[str, Any]]]] = {
        "programs": ((p.id, p.to_source()) for p in offered),
        "organizations": ((o.id, o.to_source()) for o in organizations(known.reference, demonstration)),
        "places": ((p.zip, p.to_source()) for p in places()),
    }
    for alias, pairs in documents.items():
        ids: list[str] = []
        digests: list[bytes] = []
        with (out / f"{alias}.ndjson").open("wb") as file:
            for key, source in pairs:
                lines = lines_of(key, source)
                file.write(lines)
                ids.append(key)
                digests.append(digest_of(lines))
        ledger.add_documents(alias, ids, digests)
    return {alias: (out / f"{alias}.ndjson",) for alias in documents}
