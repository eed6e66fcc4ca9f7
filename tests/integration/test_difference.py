"""A night's difference on the real engine: what changed is merged and written, and nothing else differs."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from finder import indexes
from finder.config import Config
from finder.mappings import SERVED_ALIASES
from finder.reads import Client
from ingest import run
from ingest.demo.generate import CLINICIANS, REGISTRY, generate
from ingest.difference import ledger_file
from ingest.report import RunReport, State
from tests.factories import removed
from tests.integration.test_ingest_run import data
from tests.integration.test_ingest_run import ingested as tried
from tests.planted import Row, rewrite

__all__ = ["data"]
PEOPLE = 600
WEEKLY = "npidata_pfile_20260105-20260111.csv"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    generate(PEOPLE, folder)
    return folder


@pytest.fixture
def homes(engine: Client, config: Config, tmp_path: Path) -> Iterator[tuple[Config, Config]]:
    """Two homes with prefixes of their own: one for nightly differences, one for whole builds."""
    names = [f"{config.index_prefix}d{secrets.token_hex(3)}" for _ in range(2)]
    made = [replace(config, home=tmp_path / name, index_prefix=name) for name in names]
    yield made[0], made[1]
    for own in made:
        removed(engine, own.index_prefix)


def ingested(engine: Client, own: Config, data: Path, **options: bool) -> RunReport:
    report = tried(engine, own, data, **options)
    assert report.state in (State.PUBLISHED, State.UNCHANGED), report.reason
    return report


def everything(engine: Client, own: Config) -> dict[str, Any]:
    """Every served document by index and id."""
    found: dict[str, Any] = {}
    for alias in SERVED_ALIASES:
        name = indexes.alias_name(own.index_prefix, alias)
        engine.indices.refresh(index=name)
        after = None
        while hits := engine.search(index=name, size=5000, sort=["_doc"], search_after=after)["hits"]["hits"]:
            found |= {f"{alias} {hit['_id']}": hit["_source"] for hit in hits}
            after = hits[-1]["sort"]
    return found


def weekly(rows: list[Row]) -> list[Row]:
    """Ten people of the registry with another telephone, as a weekly update tells it."""
    people = [row for row in rows if row["Entity Type Code"] == "1"][:10]
    for row in people:
        row["Provider Business Practice Location Address Telephone Number"] = "2025550123"
        row["Last Update Date"] = "01/08/2026"
    return people


def test_both_ways_give_the_same_documents_and_checksum(
    engine: Client, homes: tuple[Config, Config], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nightly, whole = homes
    first = ingested(engine, nightly, data)

    def moved(rows: list[Row]) -> list[Row]:
        group = next(r["org_pac_id"] for r in rows if r["org_pac_id"])
        gone = {r["NPI"] for r in rows[-40:]}
        for row in rows:
            if row["org_pac_id"] == group:
                row["Facility Name"] = "RENAMED ASSOCIATES"
        return [row for row in rows if row["NPI"] not in gone]

    rewrite(data / REGISTRY, weekly, data / WEEKLY)
    rewrite(data / CLINICIANS, moved)
    rewrite(data / "chsp-hospital-linkage-2023.csv", lambda rows: rows[5:])
    second = ingested(engine, nightly, data)
    monkeypatch.setattr(run, "MANY_PEOPLE", 1)  # as national runs are: while merging goes on
    expected = ingested(engine, whole, data)
    assert second.built and expected.built
    assert expected.written == sum(expected.built.documents.values())
    assert second.cloned == first.run_id
    assert second.built.merged < PEOPLE
    assert expected.cloned is None
    assert second.built.checksum == expected.built.checksum
    assert second.built.coverage == expected.built.coverage
    assert everything(engine, nightly) == everything(engine, whole)


@pytest.mark.dear
def test_a_weekly_file_costs_only_its_people(
    engine: Client, homes: tuple[Config, Config], data: Path
) -> None:
    nightly, _whole = homes
    first = ingested(engine, nightly, data)
    rewrite(data / REGISTRY, weekly, data / WEEKLY)
    second = ingested(engine, nightly, data)
    assert second.cloned == first.run_id
    assert second.built
    assert 10 <= second.built.merged < 60  # whoever shares the new telephone, and no more
    assert 10 <= second.written < 60
    (data / WEEKLY).unlink()
    back = tried(engine, nightly, data)
    assert back.state is State.REFUSED  # the registry would be older than the one that is served
    assert back.cloned == second.run_id
    assert back.built and first.built
    assert back.built.checksum == first.built.checksum


@pytest.mark.dear
def test_people_who_are_deactivated_are_deleted(
    engine: Client, homes: tuple[Config, Config], data: Path
) -> None:
    nightly, _whole = homes
    ingested(engine, nightly, data)
    gone: list[str] = []

    def deactivated(rows: list[Row]) -> list[Row]:
        people = weekly(rows)[:3]
        gone.extend(row["NPI"] for row in people)
        return [row | {"NPI Deactivation Date": "01/08/2026"} for row in people]

    rewrite(data / REGISTRY, deactivated, data / WEEKLY)
    report = ingested(engine, nightly, data)
    index = indexes.alias_name(nightly.index_prefix, "specialists")
    assert report.cloned
    assert report.built
    assert not any(engine.exists(index=index, id=npi) for npi in gone)
    assert engine.count(index=index)["count"] == report.built.documents["specialists"] == PEOPLE - len(gone)


@pytest.mark.dear
def test_without_its_ledger_or_by_full_a_generation_is_built_whole(
    engine: Client, homes: tuple[Config, Config], data: Path
) -> None:
    nightly, _whole = homes
    first = ingested(engine, nightly, data)
    full = ingested(engine, nightly, data, full=True)
    assert full.cloned is None
    assert full.built and first.built
    assert full.built.checksum == first.built.checksum
    ledger_file(nightly, full.run_id).unlink()
    rewrite(data / REGISTRY, weekly, data / WEEKLY)
    assert ingested(engine, nightly, data).cloned is None
