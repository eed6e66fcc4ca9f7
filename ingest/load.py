"""Streams built documents into a new generation, the measured fast way."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from finder import bulk
from finder.config import Config
from finder.indexes import create_generation, finish_loading
from finder.reads import Client
from ingest.build import Built

# About 1,000 documents; smaller requests cost more round trips, larger ones more memory (2026-11-22).
CHUNK_BYTES = 2 << 20


def chunks(path: Path, size: int = CHUNK_BYTES) -> Iterator[bytes]:
    """Pieces of a file of ready lines, each about `size` bytes, cut between documents."""
    piece: list[bytes] = []
    length = 0
    with path.open("rb") as file:
        for action in file:
            source = file.readline()
            piece += (action, source)
            length += len(action) + len(source)
            if length >= size:
                yield b"".join(piece)
                piece, length = [], 0
    if piece:
        yield b"".join(piece)


def load(
    client: Client,
    config: Config,
    run_id: str,
    built: Built,
    meta: Mapping[str, object],
    plans: Mapping[str, str],
    on_documents: Callable[[int], None] = lambda count: None,
) -> tuple[dict[str, str], int]:
    """Create the run's indices and write every built document; the index names and the items sent again.

    `meta` goes into every index, `plans` are the names of plans by id.
    Nothing is visible to searches until the run flips the aliases. Raises what `bulk.write` raises.
    """
    indices = create_generation(
        client, config.index_prefix, run_id, shards=config.shards, meta=meta, plans=plans
    )
    retried = 0
    for alias, index in indices.items():
        pieces = (piece for path in built.files[alias] for piece in chunks(path))
        retried += bulk.write(client, index, pieces, on_documents).retried
    finish_loading(client, indices, replicas=config.replicas)
    return indices, retried
