"""Streams built documents into a new generation, the measured fast way."""

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import orjson

from finder import bulk
from finder.config import Config
from finder.engine import translated
from finder.errors import FinderError
from finder.indexes import Generation, clone_generation, create_generation, drop, finish_loading, is_lost
from finder.reads import Client
from ingest.build import Built

# About 1,000 documents; smaller requests cost more round trips, larger ones more memory (2026-11-22).
CHUNK_BYTES = 2 << 20
TOLD_EVERY_S = 1.0
SPECIALISTS = "specialists"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The index names by alias, how many documents were written or deleted, and how many items sent again."""

    indices: Mapping[str, str]
    documents: int
    retried: int


def chunks(path: Path, size: int = CHUNK_BYTES) -> Iterator[bytes]:
    """Pieces of a file of ready lines, each about `size` bytes, cut between documents."""
    return _packed(_documents(path), size)


def changes(
    paths: Iterable[Path], written: frozenset[str], deleted: Sequence[str], size: int = CHUNK_BYTES
) -> Iterator[bytes]:
    """Pieces as of `chunks`, of the documents with the ids `written` only, and the deletions before them."""
    deletions = ((orjson.dumps({"delete": {"_id": key}}) + b"\n",) for key in deleted)
    documents = (document for path in paths if written for document in _documents(path))
    chosen = (lines for lines in documents if orjson.loads(lines[0])["index"]["_id"] in written)
    return _packed(itertools.chain(deletions, chosen), size)


def _documents(path: Path) -> Iterator[tuple[bytes, ...]]:
    """Action and source of each document."""
    with path.open("rb") as file:
        for action in file:
            yield action, file.readline()


def _packed(documents: Iterable[tuple[bytes, ...]], size: int) -> Iterator[bytes]:
    piece: list[bytes] = []
    length = 0
    for lines in documents:
        piece += lines
        length += sum(map(len, lines))
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
    base: Generation | None = None,
    pace: bulk.Pace = bulk.FULL_SPEED,
    on_documents: Callable[[int], None] = lambda count: None,
) -> Loaded:
    """Create the run's indices and write every built document, or with `base` clone it and write the changes.

    `meta` goes into every index, `plans` are the names of plans by id.
    Nothing is visible to searches until the run flips the aliases. Raises what `bulk.write` raises.
    """
    prefix = config.index_prefix
    pieces: Mapping[str, Iterator[bytes]]
    if base is None or built.difference is None:
        indices = create_generation(
            client, prefix, run_id, shards=config.shards, meta=meta, plans=plans, is_gentle=pace.is_gentle
        )
        pieces = {a: (piece for path in built.files[a] for piece in chunks(path)) for a in indices}
    else:
        indices = clone_generation(client, prefix, base, run_id, meta=meta, plans=plans)
        pieces = {a: changes(built.files[a], *built.difference[a]) for a in indices}
    documents = retried = 0
    for alias, index in indices.items():
        report = bulk.write(client, index, pieces[alias], on_documents, pace)
        documents, retried = documents + report.documents, retried + report.retried
    finish_loading(client, indices, replicas=config.replicas, is_clone=base is not None)
    return Loaded(indices, documents, retried)


def surely(
    client: Client,
    prefix: str,
    run_id: str,
    first: Callable[[], Loaded],
    again: Callable[[], Loaded],
    say: Callable[[str], None],
) -> Loaded:
    """What `first` loads, or once `again` where a node went away with the only copy of some of it.

    While loading there are no replicas; the documents are still on disk, so that the other nodes can have
    them. Raises what either raises.
    """
    try:
        with translated():
            loaded = first()
    except FinderError:
        if not is_lost(client, prefix, run_id):
            raise
    else:
        if not is_lost(client, prefix, run_id):
            return loaded
    say("  a node is away with the only copy of what was loaded: all is loaded again without it")
    drop(client, prefix, run_id)
    return again()


class Ahead:
    """A load that begins while documents are still being built: each file goes in as soon as it is finished.

    So the engine works while processes merge. Nothing of it is visible before the flip, as with `load`.
    """

    def __init__(
        self,
        client: Client,
        config: Config,
        run_id: str,
        meta: Mapping[str, object],
        plans: Mapping[str, str],
    ) -> None:
        """Create the indices of the run; the arguments are those of `load`."""
        self._client, self._config, self._run_id = client, config, run_id
        self._indices = create_generation(
            client, config.index_prefix, run_id, shards=config.shards, meta=meta, plans=plans
        )
        self._files: SimpleQueue[tuple[str, Path] | None] = SimpleQueue()
        self._is_given_up = False
        self._documents = self._retried = 0
        self.began = time.monotonic()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="load")
        self._loading: Future[None] = self._thread.submit(self._load)

    def add(self, alias: str, path: Path) -> None:
        """Load a finished file. Raises what went wrong with an earlier one, as `bulk.write` does, unless
        `surely` mends it at the end.
        """
        if self._loading.done() and not is_lost(self._client, self._config.index_prefix, self._run_id):
            self._loading.result()
        self._files.put((alias, path))

    def finish(self, on_documents: Callable[[int], None]) -> Loaded:
        """Wait for the rest and make all searchable; `on_documents` also gets those of before."""
        self._files.put(None)
        told = 0
        while told < self._documents or not self._loading.done():
            wait([self._loading], TOLD_EVERY_S)
            on_documents(self._documents - told)
            told = self._documents
        self._loading.result()
        people = {SPECIALISTS: self._indices[SPECIALISTS]}
        finish_loading(self._client, people, replicas=self._config.replicas)
        return Loaded(self._indices, self._documents, self._retried)

    def give_up(self) -> None:
        """Stop loading, whatever is left; the indices stay for the run to drop."""
        self._is_given_up = True
        self._files.put(None)
        self._thread.shutdown()

    def _load(self) -> None:
        while (file := self._files.get()) is not None:
            alias, path = file
            index = self._indices[alias]
            report = bulk.write(self._client, index, self._pieces(path), self._count)
            self._retried += report.retried
            if alias != SPECIALISTS:  # only these come in several files
                finish_loading(self._client, {alias: index}, replicas=self._config.replicas)

    def _pieces(self, path: Path) -> Iterator[bytes]:
        return itertools.takewhile(lambda _piece: not self._is_given_up, chunks(path))

    def _count(self, documents: int) -> None:
        self._documents += documents
