"""Gives memory that a finished step no longer needs back to the system, before the next one takes its own."""

import ctypes
import gc
import sys

import pyarrow as pa

# Building objects by the million, collections that look at every table of ours cost 8 % (2026-11-28).
OBJECTS_A_COLLECTION = 20_000


def give_back() -> None:
    """Return what Python, Arrow and the C library keep for later; glibc does so only when it is asked."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim:
            trim(0)


def settle_tables() -> None:
    """Keep the objects of now out of garbage collection: for a process whose tables stay to its end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_A_COLLECTION, 20, 20)
