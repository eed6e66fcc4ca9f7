"""Gives memory that a finished step no longer needs back to the system, before the next one takes its own."""

import ctypes
import gc
import sys

import pyarrow as pa

# Collections that look at every table of ours cost up to 8 % of merging (2026-11-28).
OBJECTS_A_COLLECTION = 20_000


def give_back() -> None:
    """Return what Python, Arrow and the C library keep for later; glibc does so only when it is asked."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim:
            trim(0)


def collect_seldom() -> None:
    """Look for cycles of objects less often: for a process that makes a million of them and hardly any cycle.

    Not gc.freeze: what is frozen is not taken down at the end, of which the database complains by the page.
    """
    gc.set_threshold(OBJECTS_A_COLLECTION, 20, 20)
