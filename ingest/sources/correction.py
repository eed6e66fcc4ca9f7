"""Reads the accepted corrections, which each run writes down from the history before it reads files.

One line is one thing that an admin found to be right: `npi`, `field` and `value` as
`finder/correctable.py` writes them, `as_of` (the ISO day of the decision) and `report` (the id of the
reader's report). A field or value that cannot be is rejected.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from finder.correctable import AcceptedCorrection, correct_value
from finder.errors import InputErrors
from ingest.clean import dates
from ingest.files import InputFile
from ingest.sources.base import Batch, Column, Head, Source
from ingest.sources.cleaner import Cleaner, csv_batches

NAME = "corrections of readers"
CORRECTIONS = ("npi", "field", "value", "as_of", "report")


def written(accepted: Iterable[AcceptedCorrection], folder: Path) -> InputFile | None:
    """Write accepted corrections into a folder as a file to stage; None where there are none."""
    rows = sorted(accepted)
    if not rows:
        return None
    path = folder / "corrections.csv"
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(CORRECTIONS)
        writer.writerows(rows)
    return InputFile(path=path, name=NAME)


def recognises(head: Head) -> bool:
    """Whether a file is of this format."""
    return set(head.columns) == set(CORRECTIONS)


def read(file: InputFile) -> Iterator[Batch]:
    """Batches of one file. Rows of a wrong NPI, day, field or value are rejected."""
    return csv_batches(file, [Column(name, (name,), True) for name in CORRECTIONS], _corrections)


def _corrections(cleaner: Cleaner) -> Mapping[str, pd.DataFrame]:
    cleaner.identify()
    cleaner.clean(dates, "as_of")
    cleaner.require("as_of", "the day is missing")
    told = list(zip(cleaner.frame["field"], cleaner.frame["value"], strict=True))
    reasons = [_trouble_with(str(field), str(value)) for field, value in told]
    for reason in sorted({each for each in reasons if each}):
        cleaner.reject(np.array([each == reason for each in reasons], dtype=bool), "value", reason)
        reasons = [each for each in reasons if each != reason]
    return {"corrections": cleaner.frame}


def _trouble_with(field: str, value: str) -> str:
    try:
        is_same = correct_value(field, value) == value
    except InputErrors as problem:
        return problem.message
    return "" if is_same else "is not in its one form"


SOURCE = Source("correction", MappingProxyType({"corrections": CORRECTIONS}), recognises, read)
