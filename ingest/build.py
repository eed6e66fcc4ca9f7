"""Builds every document of a run into files of ready bulk lines, slice by slice, with one checksum."""

import hashlib
import multiprocessing
import os
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from finder.centers import keys_of_programs, load_families
from finder.documents import Specialist
from finder.indexes import SERVED_ALIASES, mapping_hash
from finder.programs import PROGRAM_COLUMNS, Program, load_programs, programs_of
from finder.tables import Row
from finder.text import fold
from ingest.cancer_centers import CancerCenter, center_hospitals
from ingest.enrich import enriched
from ingest.investigators import Investigators, investigators
from ingest.knowledge import Knowledge, knowledge
from ingest.link import Reference, reference, trial_ends
from ingest.merge import LeftOut, merged
from ingest.organizations import organizations, places
from ingest.rows import TABLES, PersonRows
from ingest.sources import SOURCES
from ingest.staging import Staging

PEOPLE_A_SLICE = 4_000
# A second process pays for its start (about 2 s) from here on.
PEOPLE_FOR_MORE_PROCESSES = 20_000
# Each holds its own reference tables and 200 MB of the database at most.
MAX_PROCESSES = 4


@dataclass(frozen=True, slots=True)
class Built:
    """The files of ready lines by alias, how many documents they hold, who was left out and why, what
    share of the specialists has what, and the checksum over every document and mapping."""

    files: Mapping[str, tuple[Path, ...]]
    documents: Mapping[str, int]
    left_out: Mapping[str, int]
    coverage: Mapping[str, int]
    investigators: Mapping[str, int]
    checksum: str


@dataclass(frozen=True, slots=True)
class _Slice:
    path: Path
    sha256: str
    people: int
    left_out: Counter[str]
    coverage: Counter[str]


def build(
    staged: Path,
    out: Path,
    *,
    is_demonstration: bool,
    on_start: Callable[[int], None] = lambda people: None,
    on_people: Callable[[int], None] = lambda people: None,
) -> Built:
    """Every document that the staged rows give, the same bytes for the same rows; `out` is filled anew.

    Rows are read by ranges of NPIs, so memory does not grow with their number; a large data set is built by
    as many processes as there are cores.
    """
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.ndjson"):
        old.unlink()
    with Staging(staged, SOURCES, read_only=True) as staging:
        bounds = staging.slices(PEOPLE_A_SLICE)
        tables, trials = reference(staging), investigators(staging)
        offered = programs(staging)
        tables = replace(tables, trial_ends=trial_ends(staging, trials.trials), program_names=_names(offered))
        known = knowledge(
            tables, trials, center_hospitals(staging), _by_tie(offered), is_demonstration=is_demonstration
        )
        on_start(len(bounds) * PEOPLE_A_SLICE)
        others = _others(out, known, offered)
        if len(bounds) * PEOPLE_A_SLICE < PEOPLE_FOR_MORE_PROCESSES:
            slices = []
            for number, (low, high) in enumerate(bounds):
                slices.append(_slice(staging, known, out, number, low, high))
                on_people(PEOPLE_A_SLICE)
            return _built(others, slices, known.investigators)
    return _built(others, _in_processes(staged, out, bounds, known, on_people), known.investigators)


def _in_processes(
    staged: Path, out: Path, bounds: list[tuple[str, str]], known: Knowledge, on_people: Callable[[int], None]
) -> list[_Slice]:
    """The slices from several processes, in order; spawned, since open databases don't survive a fork."""
    workers = min(os.cpu_count() or 1, MAX_PROCESSES)
    context = multiprocessing.get_context("spawn")
    shared = (
        staged, known.reference, known.investigators, known.centers, known.programs, known.is_demonstration
    )  # fmt: skip
    pool = ProcessPoolExecutor(workers, context, initializer=_open, initargs=shared)
    slices: list[_Slice] = []
    with pool:
        jobs = [pool.submit(_slice_of_worker, out, n, low, high) for n, (low, high) in enumerate(bounds)]
        for job in jobs:
            slices.append(job.result())
            on_people(PEOPLE_A_SLICE)
    return slices


class _Worker:
    """What a worker process keeps open between its slices; a pool has no other place to hand it over."""

    staging: Staging
    known: Knowledge


def _open(
    staged: Path,
    tables: Reference,
    trials: Investigators,
    centers: Mapping[str, CancerCenter],
    offered: Mapping[str, tuple[str, ...]],
    is_demonstration: bool,
) -> None:
    _end_with_parent()
    _Worker.staging = Staging(staged, SOURCES, read_only=True)
    _Worker.known = knowledge(tables, trials, centers, offered, is_demonstration=is_demonstration)


def _end_with_parent() -> None:
    """A worker whose run was killed would wait for ever, and keep the next run out of the staging file."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def _slice_of_worker(out: Path, number: int, low: str, high: str) -> _Slice:
    return _slice(_Worker.staging, _Worker.known, out, number, low, high)


def people(staging: Staging, low: str, high: str) -> Iterator[PersonRows]:
    """The rows of each NPI in [low, high), in the order of the NPIs."""
    found: dict[str, PersonRows] = {}
    for table, kind in TABLES.items():
        for row in staging.table(table, kind._fields, low, high):  # type: ignore[attr-defined]
            npi = row[0]
            if npi is None:
                continue
            person = found.get(npi)
            if person is None:
                person = found[npi] = PersonRows(npi)
            getattr(person, table).append(kind._make(row))  # type: ignore[attr-defined]
    for npi in sorted(found):
        yield found[npi]


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


def _slice(staging: Staging, known: Knowledge, out: Path, number: int, low: str, high: str) -> _Slice:
    path = out / f"specialists-{number:05d}.ndjson"
    left_out: Counter[str] = Counter()
    coverage: Counter[str] = Counter()
    digest = hashlib.sha256()
    count = 0
    with path.open("wb") as file:
        for rows in people(staging, low, high):
            person = merged(rows)
            result = person if isinstance(person, LeftOut) else enriched(person, known)
            if isinstance(result, LeftOut):
                left_out[result.reason] += 1
                continue
            lines = _lines(result.npi, result.to_source())
            file.write(lines)
            digest.update(lines)
            count += 1
            coverage.update(_covered(result))
    return _Slice(path, digest.hexdigest(), count, left_out, coverage)


def _lines(key: str, source: Mapping[str, Any]) -> bytes:
    return orjson.dumps({"index": {"_id": key}}) + b"\n" + orjson.dumps(source) + b"\n"


def _covered(specialist: Specialist) -> Iterator[str]:
    kinds = {key.partition(":")[0] for key in specialist.tie_keys}
    yield "specialists"
    for name, has in (
        ("candidates", specialist.is_candidate),
        ("with group", "group" in kinds),
        ("with system", "system" in kinds),
        ("with system settled", "system" in specialist.tie_kinds_known),
        ("with hospital", "hospital" in kinds),
        ("with trials", bool(specialist.trials)),
        ("with networks", bool(specialist.network_keys)),
        ("with point", any(site.point for site in specialist.sites)),
        ("with evidence", bool(specialist.evidence)),
    ):
        if has:
            yield name


def _others(out: Path, known: Knowledge, offered: Sequence[Program]) -> dict[str, tuple[Path, int, str]]:
    demonstration = known.is_demonstration
    documents: dict[str, Iterable[tuple[str, Mapping[str, Any]]]] = {
        "programs": ((p.id, p.to_source()) for p in offered),
        "organizations": ((o.id, o.to_source()) for o in organizations(known.reference, demonstration)),
        "places": ((p.zip, p.to_source()) for p in places()),
    }
    written: dict[str, tuple[Path, int, str]] = {}
    for alias, pairs in documents.items():
        path, digest, count = out / f"{alias}.ndjson", hashlib.sha256(), 0
        with path.open("wb") as file:
            for key, source in pairs:
                lines = _lines(key, source)
                file.write(lines)
                digest.update(lines)
                count += 1
        written[alias] = (path, count, digest.hexdigest())
    return written


def _built(others: Mapping[str, tuple[Path, int, str]], slices: list[_Slice], found: Investigators) -> Built:
    left_out, coverage = Counter[str](), Counter[str]()
    sums: dict[str, list[str]] = defaultdict(list)
    for part in slices:
        left_out.update(part.left_out)
        coverage.update(part.coverage)
        sums["specialists"].append(part.sha256)
    for alias, (_path, _count, sha256) in others.items():
        sums[alias].append(sha256)
    text = "\n".join(f"{alias} {mapping_hash(alias)} {' '.join(sums[alias])}" for alias in SERVED_ALIASES)
    files = {alias: (path,) for alias, (path, _count, _sum) in others.items()}
    counts = {alias: count for alias, (_path, count, _sum) in others.items()}
    return Built(
        files={"specialists": tuple(part.path for part in slices), **files},
        documents={"specialists": sum(part.people for part in slices), **counts},
        left_out=dict(left_out),
        coverage=dict(coverage),
        investigators=dict(found.outcome),
        checksum=hashlib.sha256(text.encode()).hexdigest(),
    )
