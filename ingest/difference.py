"""What a run may compare itself with: the served generation and its ledger, where both are whole."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from finder import indexes
from finder.config import Config
from finder.indexes import Generation
from finder.reads import Client
from ingest.build import Built
from ingest.ledger import is_usable

# Above this share of changed documents an empty index is filled faster than a clone is changed.
MOST_CHANGED = 0.3


@dataclass(frozen=True, slots=True)
class Base:
    """A generation to start from, and the ledger of what it was built from."""

    generation: Generation
    ledger: Path


def ledger_file(config: Config, run_id: str) -> Path:
    """Where the ledger of a generation lives."""
    return config.home / "ledgers" / f"{run_id}.duckdb"


def find_base(
    client: Client, config: Config, served: Generation | None, *, is_demonstration: bool
) -> Base | None:
    """The served generation as a base; None where a new one must be built whole.

    It must be of the same kind of data, with today's mappings and number of shards, hold as many documents as
    its run built, and its ledger must lie in this FINDER_HOME.
    """
    if served is None or served.meta.get("demonstration") != is_demonstration:
        return None
    path = ledger_file(config, served.run_id)
    if not is_usable(path) or not indexes.is_like_ours(client, config.index_prefix, served, config.shards):
        return None
    if indexes.counts(client, served.indices) != served.meta.get("documents"):
        return None
    return Base(served, path)


def is_worth_it(built: Built) -> bool:
    """Whether a clone is to be changed rather than an empty index filled."""
    if built.difference is None:
        return False
    changed = sum(len(written) + len(deleted) for written, deleted in built.difference.values())
    return not built.is_whole or changed <= MOST_CHANGED * sum(built.documents.values())


def keep_ledger(config: Config, ledger: Path, run_id: str) -> None:
    """Put a finished ledger where the next run looks for that of a generation."""
    kept = ledger_file(config, run_id)
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(ledger, kept)


def drop_ledgers(client: Client, config: Config) -> None:
    """Delete the ledgers of generations that the engine no longer has."""
    known = {g.run_id for g in indexes.generations(client, config.index_prefix)}
    for path in (config.home / "ledgers").glob("*.duckdb"):
        if path.stem not in known:
            path.unlink()
