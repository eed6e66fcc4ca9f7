"""Whether the disks hold what a run is about to write, told before it writes."""

import shutil
from collections.abc import Callable

from finder import indexes
from finder.config import Config
from finder.errors import NotReady
from finder.reads import Client

# Bytes a merged person takes: documents and ledger in FINDER_HOME; in the engine its index, twice while it is
# merged, and the log. Measured on demonstration worlds, 2026-11-28: 6.1 kB and 2.2 kB of index.
HOME_BYTES = 7_000
ENGINE_BYTES = 6_000
LEAST_BYTES = 200_000_000  # organizations, places, quarantine


def check_space(client: Client, config: Config, people: int, say: Callable[[str], None]) -> None:
    """Tell what merging and loading `people` needs, and what is free. Raises NotReady for too little."""
    needs = (
        ("FINDER_HOME", people * HOME_BYTES + LEAST_BYTES, shutil.disk_usage(config.home).free),
        ("the engine", people * ENGINE_BYTES + LEAST_BYTES, indexes.free_bytes(client)),
    )
    told = " and ".join(
        f"{need / 1e9:.1f} GB in {where} ({free / 1e9:.1f} free)" for where, need, free in needs
    )
    say(f"  needs about {told}")
    for where, need, free in needs:
        if free < need:
            raise NotReady(
                f"the disk of {where} has {free / 1e9:.1f} GB free and this run needs about {need / 1e9:.1f}:"
                " free some, or `finder ingest prune --keep 1`"
            )
