"""What every bench needs: a home and prefix of its own, a served world, its truth; all deleted at the end."""

import gzip
import os
import secrets
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import orjson

from finder import indexes
from finder.config import Config
from finder.engine import translated
from finder.errors import FinderError
from finder.local_node import node_status
from finder.reads import Client
from ingest.demo.generate import TRUTH
from ingest.progress import Reporter
from ingest.report import State
from ingest.run import ingest_run

ROOT = Path(__file__).resolve().parent.parent  # where the processes of a bench start


def environ_of(config: Config) -> dict[str, str]:
    """Get the environment of a process of ours that has these settings, and nothing else of this one's."""
    return {
        "PATH": os.environ.get("PATH", ""), "FINDER_HOME": str(config.home),
        "ELASTICSEARCH_URL": config.elasticsearch_urls[0], "FINDER_INDEX_PREFIX": config.index_prefix,
    }  # fmt: skip


@contextmanager
def bench_home(client: Client, config: Config) -> Iterator[Config]:
    """Settings with a temporary home and a prefix of their own, for the engine of `client`.

    Home, generations and run history are deleted at the end, also when interrupted or terminated.
    """
    url = config.elasticsearch_urls[0] if config.elasticsearch_urls else str(node_status(config).url)
    prefix = f"bench{secrets.token_hex(3)}"
    with tempfile.TemporaryDirectory(prefix="finder-bench-") as folder, translated(), _terminable():
        try:
            yield replace(config, home=Path(folder), index_prefix=prefix, elasticsearch_urls=(url,))
        finally:
            for generation in indexes.generations(client, prefix):
                client.indices.delete(index=",".join(sorted(generation.indices.values())))
            client.indices.delete(index=indexes.alias_name(prefix, indexes.RUNS), ignore_unavailable=True)


def serve_world(client: Client, config: Config, data: Path) -> None:
    """Ingest a demonstration folder without telling the lines of its many small files.

    Raises FinderError when it does not pass the gates.
    """
    quiet = Reporter(StringIO())
    report = ingest_run(client, config, data, gate_set="demonstration", reporter=quiet)
    if report.state is not State.PUBLISHED:
        raise FinderError(f"the world was not published: {report.state.value}, {report.reason}")


def read_truth(data: Path) -> dict[str, Any]:
    """Get what is true in the world of a demonstration folder. Raises OSError where there is none."""
    truth: dict[str, Any] = orjson.loads(gzip.decompress((data / TRUTH).read_bytes()))
    return truth


@contextmanager
def _terminable() -> Iterator[None]:
    """Lets a termination unwind like Ctrl-C, so that the indices go."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
