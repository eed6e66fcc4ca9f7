"""Reads lists of virtual second-opinion programs: CSV files in the layout of `finder/data/programs.csv`.

The list that ships with the product is always in; files in the data folder add programs to it. A row is one
price of one program, checked by the same rules; a row that breaks one is rejected with the field.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from finder.errors import SourceError
from finder.programs import PROGRAM_COLUMNS, program_of
from finder.tables import Row
from ingest.files import InputFile
from ingest.sources.base import Batch, Column, Head, Source
from ingest.sources.cleaner import Cleaner, csv_batches

_REQUIRED = frozenset({"program_id", "price_kind"})


def _recognises(head_: Head) -> bool:
    return set(head_.columns) >= _REQUIRED


def _read(file: InputFile) -> Iterator[Batch]:
    columns = [Column(name, (name,), is_required=True) for name in PROGRAM_COLUMNS]

    def build(cleaner: Cleaner) -> Mapping[str, pd.DataFrame]:
        problems = [_problem(file.name, int(row), cells) for row, cells in _rows(cleaner)]
        for problem in dict.fromkeys((p.field, p.reason) for p in problems if p):
            bad = np.array([p is not None and (p.field, p.reason) == problem for p in problems], dtype=bool)
            cleaner.reject(bad, *problem)
            problems = [p for p, is_bad in zip(problems, bad, strict=True) if not is_bad]
        return {"opinion_programs": cleaner.frame}

    yield from csv_batches(file, columns, build)


def _rows(cleaner: Cleaner) -> Iterator[tuple[np.int64, dict[str, str]]]:
    contents = cleaner.frame.astype(object).where(cleaner.frame.notna(), "").to_dict("records")
    for row, cells in zip(cleaner.rows, contents, strict=True):
        yield row, {str(name): str(value) for name, value in cells.items()}


def _problem(file: str, number: int, cells: dict[str, str]) -> SourceError | None:
    try:
        program_of(Row(file, number, cells))
    except SourceError as problem:
        return problem
    return None


SOURCE = Source(
    name="opinion_programs",
    tables=MappingProxyType({"opinion_programs": PROGRAM_COLUMNS}),
    recognises=_recognises,
    read=_read,
)
