"""Processes that share the work of a run, and end with it."""

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

# Each holds its own reference tables and 100 MB of the database at most.
MAX_PROCESSES = 2


def number_of(most: int = MAX_PROCESSES) -> int:
    """How many processes to use: as many as there are cores, at most `most`."""
    return min(os.cpu_count() or 1, most)


def pool(number: int, start: Callable[..., None] | None = None, *given: Any) -> ProcessPoolExecutor:
    """A pool of `number` processes, in each of which `start` is called first with what is `given`.

    They are spawned, since open databases don't survive a fork.
    """
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(number, context, initializer=begin, initargs=(start, *given))


def begin(start: Callable[..., None] | None = None, *given: Any) -> None:
    """What a process of ours does first: it ends with its parent, and calls `start`, if any."""
    _end_with_parent()
    if start:
        start(*given)


def _end_with_parent() -> None:
    """A worker whose run was killed would wait for ever, and keep the next run out of the staging file."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
