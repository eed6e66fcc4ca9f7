"""Memory on huge pages: which areas are ours, and that the system does it where it can."""

import re
import subprocess
import sys

import pytest

from finder import huge_pages
from finder.huge_pages import HUGE, huge_pages_of, lay_on_huge_pages

MAPS = """\
555500000000-555500400000 r-xp 00000000 fe:00 5390580    /usr/bin/python3
5555007ff000-555500c01000 rw-p 00000000 00:00 0          [heap]
7f0000000000-7f0000100000 rw-p 00000000 00:00 0
7f0000100000-7f0000500000 rw-p 00000000 00:00 0 
7f0000600000-7f0000800000 rw-p 00000000 00:00 0
7f0000a00000-7f0000c00000 rw-s 00000000 00:01 11         /dev/zero (deleted)
7f0000c00000-7f0000e00000 rw-p 00001000 fe:00 5390580    /usr/lib/libm.so
7ffd00000000-7ffd00200000 rw-p 00000000 00:00 0          [stack]
"""  # noqa: W291 - as Linux writes it
ASKED = """
import re
from finder.huge_pages import lay_on_huge_pages
held = [bytes(60) + b"%d" % number for number in range(400_000)]
laid = lay_on_huge_pages()
assert held[7].endswith(b"7")
told = re.search(r"AnonHugePages: +([0-9]+) kB", open("/proc/self/smaps_rollup").read())
print(laid, int(told[1]) * 1024)
"""


def test_only_whole_pages_of_own_memory_are_asked_for_and_neighbours_are_one_area() -> None:
    heap, areas = [0x555500800000, 0x555500A00000], [0x7F0000000000, 0x7F0000200000, 0x7F0000600000]
    assert huge_pages_of(MAPS) == [*heap, *areas]


@pytest.mark.skipif(sys.platform != "linux", reason="pages are laid on huge ones on Linux only")
def test_memory_is_laid_on_huge_pages_and_stays_what_it_was() -> None:
    told = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True)
    laid, huge = map(int, re.findall(r"[0-9]+", told.stdout))
    if not laid:
        pytest.skip("this kernel, or its settings, lays nothing on huge pages")
    assert laid % HUGE == 0
    assert huge >= laid


def test_what_takes_too_long_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huge_pages, "MOST_SECONDS", -1.0)
    assert lay_on_huge_pages() == 0
