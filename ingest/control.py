"""What an admin does to generations from the command line, where the ledgers are: those of what goes, go."""

import getpass
import socket
from datetime import datetime

from finder import generations, indexes, runs
from finder.config import Config
from finder.engine import translated
from finder.indexes import Generation
from finder.reads import Client
from ingest.difference import drop_ledgers


def whoever() -> str:
    """Who acts, as the records name them: user and machine."""
    return f"{getpass.getuser()}@{socket.gethostname()}"


def publish(client: Client, config: Config, run_id: str, reason: str, who: str, now: datetime) -> Generation:
    """Serve a generation that its gates refused; `generations.publish` says more."""
    target = generations.publish(client, config.index_prefix, run_id, reason, who, now)
    with translated():
        drop_ledgers(client, config)
    return target


def prune(client: Client, config: Config, keep: int) -> list[str]:
    """Delete all generations but the served one and the newest `keep` - 1 others. Raises RunLocked."""
    with translated(), runs.locked(client, config.index_prefix):
        old = indexes.prune(client, config.index_prefix, keep)
        drop_ledgers(client, config)
    return old


def withdrawn(client: Client, config: Config, checksum: str) -> Generation | None:
    """The generation with this content that an admin rolled back from, if it is still there."""
    found = indexes.generations(client, config.index_prefix)
    return next(
        (g for g in found if g.meta.get("withdrawn") and g.meta.get("content_checksum") == checksum), None
    )
