"""Lays the memory of this process on pages of 2 MB, where the system can do it at once (Linux 6.1 or newer).

An answer touches some ten thousand small objects all over 300 MB, and between two answers the engine's work
pushes out what the processor knew of their 4 kB pages: looking them up took a tenth of the time of an answer
(README, 2026-11-29). The price: such memory is no longer shared with the process that this one was forked
from.
"""

import ctypes
import re
import sys
import time
from pathlib import Path

HUGE = 2 << 20  # bytes
MOST_SECONDS = 5.0  # a worker answers nobody meanwhile; 150 pages take one second
_COLLAPSE = 25  # MADV_COLLAPSE of madvise(2)
_MAPS = Path("/proc/self/maps")
# Memory that is written and no file's: begin, end.
_OWN = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) rw-p 00000000 00:00 0 *(?:\[heap\])?$", re.MULTILINE)


def lay_on_huge_pages() -> int:
    """Lay all memory that this process has now on huge pages; get the bytes for which the system did it.

    What it does not do (another system, no free huge page, settings) stays as it is, and costs nothing; on a
    machine that must first move memory together, what is not done in MOST_SECONDS stays as well.
    """
    if sys.platform != "linux":
        return 0
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    pages = huge_pages_of(_MAPS.read_text(encoding="ascii", errors="replace"))
    until, laid = time.monotonic() + MOST_SECONDS, 0
    for page in pages:
        if time.monotonic() > until:
            break
        laid += HUGE * (advise(page, HUGE, _COLLAPSE) == 0)
    return laid


def huge_pages_of(maps: str) -> list[int]:
    """Get the addresses of the whole huge pages in the own memory of a process, from the text of its maps."""
    areas: list[list[int]] = []
    for begin, end in ((int(low, 16), int(high, 16)) for low, high in _OWN.findall(maps)):
        if areas and areas[-1][1] == begin:
            areas[-1][1] = end
        else:
            areas.append([begin, end])
    return [page for begin, end in areas for page in range(-(-begin // HUGE) * HUGE, end - HUGE + 1, HUGE)]
