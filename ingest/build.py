"""Builds every document of a run into files of ready bulk lines, slice by slice, with one checksum."""

import os
import pickle
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from finder.centers import keys_of_programs, load_families
from finder.documents import Specialist
from finder.likeness import with_vector
from finder.programs import PROGRAM_COLUMNS, Program, load_programs, programs_of
from finder.tables import Row
from finder.text import fold
from ingest.cancer_centers import center_hospitals
from ingest.enrich import enriched
from ingest.investigators import investigators
from ingest.knowledge import Knowledge, knowledge, read_rules
from ingest.ledger import PEOPLE, Ledger, checksum_of, digest_of, lines_of, rules_version
from ingest.link import reference, remember_zip_points, trial_ends, zip_points
from ingest.memory import collect_seldom, give_back
from ingest.merge import LeftOut, merged
from ingest.organizations import organizations, places
from ingest.processes import MAX_PROCESSES, number_of, pool
from ingest.rows import TABLES, PersonRows
from ingest.sources import SOURCES
from ingest.staging import Staging
from ingest.traced import Asked, common, entries, short, traced

PEOPLE_A_SLICE = 4_000
# From here on a second process pays for its start (about 2 s), and loading ahead of the end of merging.
MANY_PEOPLE = 8_000
LEDGER = "ledger.duckdb"
_COVERED = (
    "specialists", "candidates", "with group", "with system", "with system settled", "with hospital",
    "with trials", "with networks", "with point", "with evidence", "with credentials", "with licence state",
    "with specialty", "with phone", "with language", "with school", "with acceptance",
)  # fmt: skip


Job = tuple[Path, int, tuple[str, ...], bool]
Slice = tuple[Path, pa.Table]


class Part(NamedTuple):
    """One of several equal ranges of NPIs, the first being number 1; it brings all that is not people."""

    number: int
    of: int


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
    with Ledger(out / LEDGER, base) as ledger, ExitStack() as at_end:
        # They get ready meanwhile.
        workers = _workers(staged, processes, at_end) if not base and not part and _are_many(staged) else None
        known, files = _prepared(staged, out, ledger, is_demonstration, part)
        outcome = known.investigators.outcome
        count = ledger.stale
        on_start(count)
        for alias, (path,) in files.items():
            on_file(alias, path)
        if not workers and count >= MANY_PEOPLE:
            workers = _workers(staged, processes, at_end)
        parts = _parts(staged, out, known, ledger, workers)
        del known  # nationally 300 MB, which this process needs no more
        give_back()
        paths = []
        for path, rows in parts:
            ledger.add_people(rows)
            paths.append(path)
            on_people(len(rows))
            on_file("specialists", path)
        ledger.finish()
        files["specialists"] = tuple(paths)
        return _built(ledger, files, count, outcome)


def _are_many(staged: Path) -> bool:
    with Staging(staged, SOURCES, read_only=True) as staging:
        return int(next(staging.rows("SELECT count(*) FROM nppes_people"))[0] or 0) >= MANY_PEOPLE


def _workers(staged: Path, processes: int, at_end: ExitStack) -> ProcessPoolExecutor | None:
    """Several processes that merge, started at once; None where one is to do."""
    number = number_of(processes)
    if number == 1:
        return None
    workers = at_end.enter_context(pool(number, _open, staged))
    for _ in range(number):  # each starts with the work that none is free for
        workers.submit(int)
    return workers


def _parts(
    staged: Path, out: Path, known: Knowledge, ledger: Ledger, workers: ProcessPoolExecutor | None
) -> Iterator[Slice]:
    jobs = ((out, n, npis, ledger.is_whole) for n, npis in enumerate(ledger.slices(PEOPLE_A_SLICE)))
    if workers is None:
        return _here(staged, known, jobs)
    tables = out / "tables.pickle"
    tables.write_bytes(pickle.dumps(_shared(known)))
    for number, npis in enumerate(ledger.slices(PEOPLE_A_SLICE)):
        _of_slice(out, number).write_bytes(pickle.dumps(_of_people(known, npis)))
    return _in_processes(workers, tables, jobs)


def _of_slice(out: Path, number: int) -> Path:
    return out / f"tables-{number:05d}.pickle"


def _of_people(known: Knowledge, npis: Iterable[str]) -> tuple[dict[str, Any], ...]:
    """What tables by NPI say of the people of a slice: whole they would grow with the number of people."""
    tables = known.reference.referrals, known.investigators.by_npi
    return tuple({npi: table[npi] for npi in npis if npi in table} for table in tables)


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


def _prepared(
    staged: Path, out: Path, ledger: Ledger, is_demonstration: bool, part: Part | None
) -> tuple[Knowledge, dict[str, tuple[Path, ...]]]:
    """What merging looks up; the ledger knows who is to be merged, and all but people is written."""
    with Staging(staged, SOURCES, read_only=True) as staging:
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


def _here(staged: Path, known: Knowledge, jobs: Iterable[Job]) -> Iterator[Slice]:
    noting, asked = traced(known)
    with Staging(staged, SOURCES, read_only=True) as staging:
        for job in jobs:
            yield _slice(staging, noting, asked, *job)


def _shared(known: Knowledge) -> tuple[object, ...]:
    """What a worker cannot read from the rules: points of ZIP codes, and the arguments of `knowledge`.

    What `_of_people` tells of each slice is left out.
    """
    reference = replace(known.reference, referrals={}, aliases={})  # only organizations have aliases
    trials = replace(known.investigators, by_npi={})
    return zip_points(), reference, trials, known.centers, known.programs, known.is_demonstration


def _in_processes(workers: ProcessPoolExecutor, tables: Path, jobs: Iterable[Job]) -> Iterator[Slice]:
    """The slices from several processes, in order.

    Only a few slices are under way at a time, so that what is done never piles up in memory.
    """
    waiting: deque[Future[Slice]] = deque()
    for job in jobs:
        waiting.append(workers.submit(_slice_of_worker, tables, job))
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


def _knowledge_of(tables: Path) -> Knowledge:
    # Written by this very run into its own folder, and deleted with it.
    points, *found, is_demonstration = pickle.loads(tables.read_bytes())  # noqa: S301
    remember_zip_points(points)
    return knowledge(*found, is_demonstration=is_demonstration)


def _slice_of_worker(tables: Path, job: Job) -> Slice:
    if _Worker.known is None:
        _Worker.known, _Worker.asked = traced(_knowledge_of(tables))
    out, number, *_rest = job
    held: Any = (_Worker.known.reference.referrals, _Worker.known.investigators.by_npi)
    for table, own in zip(held, pickle.loads(_of_slice(out, number).read_bytes()), strict=True):  # noqa: S301
        table.clear()
        table.update(own)
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
            lines = lines_of(result.npi, with_vector(result.to_source()))
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
