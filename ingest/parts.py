"""One ingest split by NPI over several machines: each merges and loads its part, the last one publishes.

All of them have the same files and reach the same engine. Reading and merging, which take the time, need
no lock; loading does, so that parts load one after the other and no other run is in between.
"""

import hashlib
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from finder import bulk, indexes, runs
from finder.config import Config
from finder.engine import translated
from finder.errors import FieldError, FinderError, InputErrors
from finder.indexes import Generation
from finder.reads import Client
from ingest.build import Built, build
from ingest.ledger import checksum_of
from ingest.load import chunks
from ingest.plans import plan_names
from ingest.prepared import Part
from ingest.progress import Reporter
from ingest.recognition import is_demonstration
from ingest.report import RunReport, State
from ingest.run import stage, staging_file
from ingest.sources import SOURCES
from ingest.staging import Staging
from ingest.under_way import BUILD, Run, close, comparable, generation_meta, passes_gates

PATIENCE_S = 6 * 3600.0  # how long a part waits while others load


def parsed_part(text: str) -> Part:
    """The part of `k/n`. Raises InputErrors."""
    first, _, of = text.partition("/")
    if not (first.isdecimal() and of.isdecimal() and 1 <= int(first) <= int(of) <= 100):
        raise InputErrors([FieldError("part", "must be k/n, such as 2/4, with n at most 100")])
    return Part(int(first), int(of))


def ingest_part(
    client: Client,
    config: Config,
    data: Path,
    part: Part,
    *,
    gate_set: str = "sample",
    gentle: bool = False,
    reporter: Reporter | None = None,
    now: datetime | None = None,
) -> RunReport:
    """Read everything, merge and load one part; with the last part comes what `ingest_run` does at its end.

    A part that is not the last ends as `loaded`. A part may be run again; parts of other files or rules begin
    a generation anew. Raises RunLocked when another run holds the lock for hours, EngineDown, NotReady.
    """
    run = Run(client, config, reporter or Reporter(), now or datetime.now(UTC), gentle)
    staged, is_fictional = staging_file(config, data), is_demonstration(data)
    try:
        if stage(run, data, staged, ()):
            _built(run, staged, is_fictional, part)
            patient = runs.locked(client, config.index_prefix, patience_s=PATIENCE_S, tell=run.reporter.say)
            with translated(), patient as lock:
                _join(run, lock, part, staged, is_fictional, gate_set)
    except FinderError as problem:
        code = problem.exit_code or 1
        run.report = replace(run.report, state=State.FAILED, reason=problem.message, exit_code=code)
    finally:
        shutil.rmtree(run.folder / BUILD, ignore_errors=True)
    with translated():
        runs.ensure_runs_index(client, config.index_prefix)
        close(run)
    return run.report


def _built(run: Run, staged: Path, is_fictional: bool, part: Part) -> None:
    with run.reporter.step("merge and enrich", "people") as step:
        built = build(
            staged, run.folder / BUILD, is_demonstration=is_fictional, part=part,
            processes=run.processes, on_start=step.expect, on_people=step.advance,
        )  # fmt: skip
    run.report = replace(run.report, built=built)
    run.done("merge and enrich", built.merged, built.documents["specialists"], step.seconds)


def _join(run: Run, lock: runs.Lock, part: Part, staged: Path, is_fictional: bool, gate_set: str) -> None:
    """Load the part into the generation of all parts, and finish it when it is the last one."""
    client, prefix, built = run.client, run.config.index_prefix, run.report.built
    assert built is not None
    inputs = _inputs(run.report, built)
    generation = _opened(run, lock, part, inputs, built, staged, is_fictional)
    with run.reporter.step("load", "documents") as step:
        for alias, paths in built.files.items():
            pieces = (piece for path in paths for piece in chunks(path))
            bulk.write(client, generation.indices[alias], pieces, step.advance, run.pace)
    run.done("load", step.done, step.done, step.seconds)
    lock.confirm()
    done = {**generation.meta["parts"]["done"], str(part.number): _told(built)}
    parts = {**generation.meta["parts"], "done": done}
    indexes.tell(client, generation.indices, {"parts": parts})
    if len(done) < part.of:
        reason = f"part {part.number} of {part.of} of generation {generation.run_id}; {len(done)} are loaded"
        run.report = replace(run.report, state=State.LOADED, reason=reason)
        return
    whole = _added_up(built, done.values())
    meta = generation_meta(run, whole, lock, is_fictional)
    indexes.finish_loading(client, generation.indices, replicas=run.config.replicas)
    indexes.tell(client, generation.indices, meta)
    run.report = replace(run.report, built=whole)
    before = comparable(indexes.served(client, prefix), is_fictional)
    if not passes_gates(run, gate_set, generation.indices, whole, whole.ledger, before, staged):
        return
    lock.confirm()
    indexes.mark_published(client, generation.indices, {"gates": gate_set, "parts": None})
    indexes.flip(client, prefix, generation.run_id, lock.fence)
    run.report = replace(
        run.report, state=State.PUBLISHED, reason=f"generation {generation.run_id} of {part.of} parts"
    )
    indexes.prune(client, prefix)


def _inputs(report: RunReport, built: Built) -> str:
    """What all parts must agree on: files and rules."""
    files = sorted((f.name, f.sha256, f.as_of or "") for f in report.files)
    return hashlib.sha256(repr((files, built.rules)).encode()).hexdigest()


def _opened(
    run: Run, lock: runs.Lock, part: Part, inputs: str, built: Built, staged: Path, is_fictional: bool
) -> Generation:
    """The generation that parts of the same files and rules are loading, or a new one; leftovers go."""
    client, prefix = run.client, run.config.index_prefix
    everything = indexes.generations(client, prefix)
    for generation in everything:
        told = generation.meta.get("parts") or {}
        if (told.get("of"), told.get("inputs")) == (part.of, inputs):
            return generation
    for run_id in indexes.leftovers(everything):
        indexes.drop(client, prefix, run_id)
    with Staging(staged, SOURCES, read_only=True) as staging:
        plans = plan_names(staging)
    meta = generation_meta(run, built, lock, is_fictional)
    meta["parts"] = {"of": part.of, "inputs": inputs, "done": {}}
    indexes.create_generation(
        client, prefix, run.run_id, shards=run.config.shards, meta=meta, plans=plans, is_gentle=run.is_gentle
    )
    return next(g for g in indexes.generations(client, prefix) if g.run_id == run.run_id)


def _told(built: Built) -> dict[str, Any]:
    return {
        "documents": dict(built.documents), "coverage": dict(built.coverage),
        "left_out": dict(built.left_out), "sums": dict(built.sums),
    }  # fmt: skip


def _added_up(built: Built, done: Any) -> Built:
    """What all parts built together."""
    totals: dict[str, Any] = {name: Counter() for name in ("documents", "coverage", "left_out")}
    sums: Counter[str] = Counter()
    for told in done:
        for name, total in totals.items():
            total.update(told[name])
        sums.update({alias: int(value, 16) for alias, value in told["sums"].items()})
    added: Mapping[str, str] = {alias: f"{value:x}" for alias, value in sums.items()}
    return replace(built, **totals, sums=added, checksum=checksum_of(added))
