"""An ingest split over machines, each with a home of its own, gives what one machine gives."""

from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from finder import indexes
from finder.config import Config
from finder.errors import InputErrors
from finder.reads import Client
from ingest.parts import ingest_part, parsed_part
from ingest.prepared import Part
from ingest.progress import Reporter
from ingest.report import RunReport, State
from tests.integration.test_difference import data, everything, homes, ingested, world
from tests.integration.test_ingest_run import served

__all__ = ["data", "homes", "world"]


def loaded(engine: Client, own: Config, data: Path, number: int) -> RunReport:
    machine: Any = replace(own, home=own.home / f"machine-{number}")
    return ingest_part(
        engine, machine, data, Part(number, 3), gate_set="demonstration", reporter=Reporter(StringIO())
    )


@pytest.mark.dear
def test_parts_in_any_order_and_one_of_them_twice_give_the_whole(
    engine: Client, homes: tuple[Config, Config], data: Path
) -> None:
    whole = ingested(engine, homes[1], data)
    own = homes[0]
    first, again = loaded(engine, own, data, 2), loaded(engine, own, data, 2)
    other = loaded(engine, own, data, 1)
    assert [r.state for r in (first, again, other)] == [State.LOADED] * 3
    assert served(engine, own) is None
    last = loaded(engine, own, data, 3)
    assert last.state is State.PUBLISHED, last.reason
    assert served(engine, own) == first.run_id
    assert last.built and whole.built
    assert last.built.checksum == whole.built.checksum
    assert last.built.documents == whole.built.documents
    assert last.built.coverage == whole.built.coverage
    assert everything(engine, own) == everything(engine, homes[1])
    generation = indexes.served(engine, own.index_prefix)
    assert generation
    assert generation.meta["content_checksum"] == whole.built.checksum
    assert "parts" not in generation.meta
    assert ingested(engine, own, data).state is State.UNCHANGED


@pytest.mark.dear
def test_parts_of_other_files_begin_anew(engine: Client, homes: tuple[Config, Config], data: Path) -> None:
    own = homes[0]
    first = loaded(engine, own, data, 1)
    path = data / "chsp-hospital-linkage-2023.csv"
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]))
    second = loaded(engine, own, data, 1)
    assert [g.run_id for g in indexes.generations(engine, own.index_prefix)] == [second.run_id]
    assert first.run_id != second.run_id


@pytest.mark.parametrize("text", ["0/2", "3/2", "2", "1/0", "a/b", "1/101"])
def test_a_wrong_part_is_named(text: str) -> None:
    with pytest.raises(InputErrors, match="part"):
        parsed_part(text)
