"""Changes 1 % of a demonstration world as publishers do: a weekly file, and a file published again."""

import csv
from collections.abc import Callable
from pathlib import Path

from ingest.demo.generate import CLINICIANS, REGISTRY

WEEKLY = "npidata_pfile_20260105-20260111.csv"
_PHONE = "Provider Business Practice Location Address Telephone Number"
_UPDATED = "Last Update Date"
_DAY = "01/08/2026"


def weekly_update(data: Path, share: float) -> int:
    """Write the weekly update of the registry: that share of its people, with another telephone number."""
    return _rewritten(data / REGISTRY, data / WEEKLY, round(1 / share), _moved, keeps_others=False)


def republished(data: Path, share: float) -> int:
    """Publish the clinician file again under its date, with another telephone number for a share of rows."""
    path = data / CLINICIANS
    fresh = path.with_suffix(".fresh")
    count = _rewritten(path, fresh, round(1 / share), _called, keeps_others=True)
    fresh.replace(path)
    return count


def _moved(names: list[str], row: list[str], number: int) -> bool:
    if row[names.index("Entity Type Code")] != "1":
        return False
    row[names.index(_PHONE)] = f"202555{number % 10_000:04d}"
    row[names.index(_UPDATED)] = _DAY
    return True


def _called(names: list[str], row: list[str], number: int) -> bool:
    row[names.index("Telephone Number")] = f"203555{number % 10_000:04d}"
    return True


def _rewritten(
    source: Path,
    target: Path,
    every: int,
    change: Callable[[list[str], list[str], int], bool],
    *,
    keeps_others: bool,
) -> int:
    count = 0
    with (
        source.open(encoding="utf-8", newline="") as old,
        target.open("w", encoding="utf-8", newline="") as new,
    ):
        reader, writer = csv.reader(old), csv.writer(new, quoting=csv.QUOTE_ALL)
        names = next(reader)
        writer.writerow(names)
        for number, row in enumerate(reader):
            is_changed = number % every == 0 and change(names, row, number)
            count += is_changed
            if is_changed or keeps_others:
                writer.writerow(row)
    return count
