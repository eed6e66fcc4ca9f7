"""Builds every document of a run into files of ready bulk lines, slice by slice, with one checksum."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from finder.documents import Specialist
from finder.searched_only import with_searched_only
from ingest.enrich import enriched
from ingest.knowledge import Knowledge, read_rules
from ingest.ledger import PEOPLE, Ledger, checksum_of, digest_of, lines_of
from ingest.memory import collect_seldom, give_back
from ingest.merge import LeftOut, merged
from ingest.prepared import Part, hand_over, handed_over, prepared, prepared_apart, take_slice
from ingest.processes import MAX_PROCESSES, number_of, pool
from ingest.rows import TABLES, PersonRows
from ingest.sources import SOURCES
from ingest.staging import Staging
from ingest.traced import Asked, short, traced

PEOPLE_A_SLICE = 4_000
# Half as many take 36 MB less in each process, and a tenth longer to merge (2026-11-29).
PEOPLE_A_SLICE_APART = 2_000
# From here on a second process pays for its start (about 2 s), and loading ahead of the end of merging.
MANY_PEOPLE = 8_000
PEOPLE_APART = 200_000  # with fewer, a process that prepares takes longer to start than it gives memory back
LEDGER = "ledger.duckdb"
_COVERED = (
    "specialists", "candidates", "with group", "with system", "with system settled", "with hospital",
    "with trials", "with networks", "with point", "with evidence", "with credentials", "with licence state",
    "with specialty", "with phone", "with language", "with school", "with acceptance",
)  # fmt: skip


Job = tuple[Path, int, tuple[str, ...], bool]
Slice = tuple[Path, pa.Table]


@dataclass(frozen=True, slots=True)
class Built:
    """The files of ready lines by alias, how many documents there are, who was left out and why, what
    share of the specialists has what, and the checksum over every document and mapping.

    `merged` people were merged in this run. Where a ledger to compare with was given, `difference` has by
    alias the ids to write and those to delete; unless `is_whole`, the files hold no more people than these.
    """

    files: Mapping[str, tuple[Path, ...]]
    documents: Mapping[str, int]
    left_out: Mapping[str, int]
    coverage: Mapping[str, int]
    investigators: Mapping[str, int]
    sums: Mapping[str, str]
    checksum: str
    rules: str
    ledger: Path
    merged: int
    is_whole: bool
    difference: Mapping[str, tuple[frozenset[str], tuple[str, ...]]] | None


def build(
    staged: Path,
    out: Path,
    *,
    is_demonstration: bool,
    base: Path | None = None,
    part: Part | None = None,
    processes: int = MAX_PROCESSES,
    on_start: Callable[[int], None] = lambda people: None,
    on_people: Callable[[int], None] = lambda people: None,
    on_file: Callable[[str, Path], None] = lambda alias, path: None,
) -> Built:
    """Every document that the staged rows give, the same bytes for the same rows; `out` is filled anew.

    With a `part` only its people are merged. With the ledger of a `base` only people are merged of whom a row
    or something looked up has changed. Rows are read by ranges of NPIs, so memory does not grow with their
    number; many people are merged by as many processes as there are cores, at most `processes`. `on_start`
    gets the number of people to merge, `on_file` each file of ready lines with its alias when it is whole.
    """
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.ndjson"):
        old.unlink()
    with ExitStack() as at_end:
        work = _work(staged, out, is_demonstration, base, part, processes, at_end)
        ledger, files = work.ledger, dict(work.files)
        count = ledger.stale
        on_start(count)
        for alias, (path,) in files.items():
            on_file(alias, path)
        paths = []
        for path, rows in work.slices:
            ledger.add_people(rows)
            paths.append(path)
            on_people(len(rows))
            on_file("specialists", path)
        ledger.finish()
        files["specialists"] = tuple(paths)
        return _built(ledger, files, count, work.outcome)


class _Work(NamedTuple):
    """A merge that is prepared: its ledger, the files of all but people, what became of the investigators,
    and the slices of people, each merged when it is asked for.
    """

    ledger: Ledger
    files: Mapping[str, tuple[Path, ...]]
    outcome: Mapping[str, int]
    slices: Iterator[Slice]


def _work(
    staged: Path,
    out: Path,
    is_demonstration: bool,
    base: Path | None,
    part: Part | None,
    processes: int,
    at_end: ExitStack,
) -> _Work:
    is_shared = number_of(processes) > 1
    people = _staged_people(staged) if is_shared and not part else 0
    if people >= PEOPLE_APART:
        with pool(1) as one:
            todo = staged, out, out / LEDGER, base, is_demonstration, PEOPLE_A_SLICE_APART
            files, outcome = one.submit(prepared_apart, *todo).result()
        ledger = at_end.enter_context(Ledger(out / LEDGER, base, is_begun=True))
        workers = _workers(staged, processes, at_end)
        jobs = _jobs(out, ledger, PEOPLE_A_SLICE_APART)
        return _Work(ledger, files, outcome, _in_processes(workers, jobs))
    ledger = at_end.enter_context(Ledger(out / LEDGER, base))
    # They get ready meanwhile.
    early = _workers(staged, processes, at_end) if people >= MANY_PEOPLE and not base else None
    known, files = prepared(staged, out, ledger, is_demonstration, part)
    outcome = known.investigators.outcome
    if not early and not (is_shared and ledger.stale >= MANY_PEOPLE):
        return _Work(ledger, files, outcome, _here(staged, known, _jobs(out, ledger, PEOPLE_A_SLICE)))
    workers = early or _workers(staged, processes, at_end)
    hand_over(known, out, ledger.slices(PEOPLE_A_SLICE))
    del known
    give_back()
    return _Work(ledger, files, outcome, _in_processes(workers, _jobs(out, ledger, PEOPLE_A_SLICE)))


def _staged_people(staged: Path) -> int:
    with Staging(staged, SOURCES, read_only=True) as staging:
        return int(next(staging.rows("SELECT count(*) FROM nppes_people"))[0] or 0)


def _jobs(out: Path, ledger: Ledger, people_a_slice: int) -> Iterator[Job]:
    return ((out, n, npis, ledger.is_whole) for n, npis in enumerate(ledger.slices(people_a_slice)))


def _workers(staged: Path, processes: int, at_end: ExitStack) -> ProcessPoolExecutor:
    """Several processes that merge, started at once."""
    number = number_of(processes)
    workers = at_end.enter_context(pool(number, _open, staged))
    for _ in range(number):  # each starts with the work that none is free for
        workers.submit(int)
    return workers


def _built(
    ledger: Ledger, files: Mapping[str, tuple[Path, ...]], merged_people: int, outcome: Mapping[str, int]
) -> Built:
    sums = ledger.sums()
    return Built(
        files=files,
        documents=ledger.counts(),
        left_out=ledger.left_out(),
        coverage=ledger.coverage(_COVERED),
        investigators=dict(outcome),
        sums=sums,
        checksum=checksum_of(sums),
        rules=ledger.rules,
        ledger=ledger.path,
        merged=merged_people,
        is_whole=ledger.is_whole,
        difference=ledger.difference(),
    )


def _here(staged: Path, known: Knowledge, jobs: Iterable[Job]) -> Iterator[Slice]:
    noting, asked = traced(known)
    with Staging(staged, SOURCES, read_only=True) as staging:
        for job in jobs:
            yield _slice(staging, noting, asked, *job)


def _in_processes(workers: ProcessPoolExecutor, jobs: Iterable[Job]) -> Iterator[Slice]:
    """The slices from several processes, in order.

    Only a few slices are under way at a time, so that what is done never piles up in memory.
    """
    waiting: deque[Future[Slice]] = deque()
    for job in jobs:
        waiting.append(workers.submit(_slice_of_worker, job))
        if len(waiting) > MAX_PROCESSES * 2:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


class _Worker:
    """What a worker process keeps open between its slices; a pool has no other place to hand it over."""

    staging: Staging
    known: Knowledge | None = None
    asked: Asked


def _open(staged: Path) -> None:
    _Worker.staging = Staging(staged, SOURCES, read_only=True)
    read_rules()
    collect_seldom()
    # Taking a million objects down takes a second, and the database complains by the page of being last.
    Finalize(None, os._exit, args=(0,), exitpriority=-100)


def _slice_of_worker(job: Job) -> Slice:
    out, number, *_rest = job
    if _Worker.known is None:
        _Worker.known, _Worker.asked = traced(handed_over(out))
    take_slice(_Worker.known, out, number)
    return _slice(_Worker.staging, _Worker.known, _Worker.asked, *job)


def people(staging: Staging, npis: Sequence[str], *, is_range: bool) -> Iterator[PersonRows]:
    """The rows of each of the NPIs, in their order; `is_range` says that no staged NPI lies in between."""
    found: dict[str, PersonRows] = {}
    for table, kind in TABLES.items():
        columns, make = kind._fields, kind._make  # type: ignore[attr-defined]
        last: str | None = None
        rows: list[Any] = []
        for row in staging.table(table, columns, npis, is_range=is_range):
            if row[0] != last:  # they come by NPI
                last = npi = str(row[0])
                person = found.get(npi)
                if person is None:
                    person = found[npi] = PersonRows(npi)
                rows = getattr(person, table)
            rows.append(make(row))
    for npi in sorted(found):
        yield found[npi]


def _slice(
    staging: Staging,
    known: Knowledge,
    asked: Asked,
    out: Path,
    number: int,
    npis: Sequence[str],
    is_range: bool,
) -> Slice:
    path = out / f"specialists-{number:05d}.ndjson"
    rows: list[tuple[str, bytes | None, str | None, int, list[int]]] = []
    with path.open("wb") as file:
        for staged in people(staging, npis, is_range=is_range):
            asked.clear()
            person = merged(staged)
            result = person if isinstance(person, LeftOut) else enriched(person, known)
            looked_up = sorted({short(name, key) for name, key in asked})
            if isinstance(result, LeftOut):
                rows.append((staged.npi, None, result.reason, 0, looked_up))
                continue
            lines = lines_of(result.npi, with_searched_only(result.to_source()))
            file.write(lines)
            rows.append((staged.npi, digest_of(lines), None, _covered(result), looked_up))
    columns = zip(*rows, strict=True) if rows else ([],) * len(PEOPLE)
    return path, pa.table([pa.array(c, f.type) for c, f in zip(columns, PEOPLE, strict=True)], PEOPLE)


def _covered(specialist: Specialist) -> int:
    """One bit for each of _COVERED that is true, the lowest for the first."""
    kinds = {key.partition(":")[0] for key in specialist.tie_keys}
    facts = (
        True,
        specialist.is_candidate,
        "group" in kinds,
        "system" in kinds,
        "system" in specialist.tie_kinds_known,
        "hospital" in kinds,
        bool(specialist.trials),
        bool(specialist.network_keys),
        any(site.point for site in specialist.sites),
        bool(specialist.evidence),
        bool(specialist.credentials),
        bool(specialist.licence_states),
        bool(specialist.specialties),
        any(site.phone for site in specialist.sites),
        bool(specialist.languages),
        "school" in specialist.facts,
        specialist.accepting is not None,
    )
    return sum(fact << bit for bit, fact in enumerate(facts))
