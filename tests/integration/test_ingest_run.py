"""One ingest run over demonstration files, on the real engine: every way in which it can end."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from finder import indexes, reads, runs
from finder.config import Config
from finder.errors import FinderError
from finder.reads import Client
from ingest import run
from ingest.demo.generate import generate
from ingest.ledger import Ledger
from ingest.progress import Reporter
from ingest.report import RunReport, State
from ingest.run import ingest_run
from tests.factories import removed

PEOPLE = 300


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demonstration world; tests copy it before they change it."""
    folder = tmp_path_factory.mktemp("world")
    generate(PEOPLE, folder)
    return folder


@pytest.fixture
def data(world: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(world, tmp_path / "data"))


@pytest.fixture
def own(engine: Client, config: Config, tmp_path: Path) -> Iterator[Config]:
    """A home and an index prefix for one test."""
    prefix = f"{config.index_prefix}x{secrets.token_hex(3)}"
    yield replace(config, home=tmp_path / "home", index_prefix=prefix)
    removed(engine, prefix)


def ingested(engine: Client, own: Config, data: Path, **options: bool) -> RunReport:
    return ingest_run(engine, own, data, gate_set="demonstration", reporter=Reporter(StringIO()), **options)


def served(engine: Client, own: Config) -> str | None:
    generation = indexes.served(engine, own.index_prefix)
    return generation.run_id if generation else None


def test_a_good_folder_is_published_with_every_person(engine: Client, own: Config, data: Path) -> None:
    report = ingested(engine, own, data)
    assert report.state is State.PUBLISHED, report.reason
    assert served(engine, own) == report.run_id
    assert report.built is not None
    assert report.built.documents["specialists"] == PEOPLE
    assert all(f.rows_read == f.records + f.rejected for f in report.files)
    index = indexes.alias_name(own.index_prefix, "specialists")
    labelled = engine.count(index=index, query={"term": {"demonstration": True}})["count"]
    assert labelled == PEOPLE
    assert runs.run(engine, own.index_prefix, report.run_id).state == "published"


def test_the_plans_of_the_files_have_names(engine: Client, own: Config, data: Path) -> None:
    ingested(engine, own, data)
    generation = reads.served(engine, own.index_prefix)
    names = reads.plan_names(engine, generation)
    buckets = engine.search(
        index=generation.specialists, size=0, aggs={"k": {"terms": {"field": "network_keys", "size": 500}}}
    )["aggregations"]["k"]["buckets"]
    assert names
    assert {bucket["key"] for bucket in buckets} >= set(names)
    assert all("Demo Health Plan" in name for name in names.values())


@pytest.mark.dear  # a fault does the same
def test_the_same_files_again_change_nothing(engine: Client, own: Config, data: Path) -> None:
    first = ingested(engine, own, data)
    second = ingested(engine, own, data)
    assert second.state is State.UNCHANGED
    assert served(engine, own) == first.run_id
    assert second.built and first.built
    assert second.built.checksum == first.built.checksum
    assert all(f.was_staged for f in second.files)


@pytest.mark.dear
def test_a_full_run_is_served_beside_the_one_before(engine: Client, own: Config, data: Path) -> None:
    first = ingested(engine, own, data)
    second = ingested(engine, own, data, full=True)
    assert served(engine, own) == second.run_id
    assert [g.run_id for g in indexes.generations(engine, own.index_prefix)] == [second.run_id, first.run_id]


@pytest.mark.dear
def test_reading_one_source_again_keeps_the_staged_rows_of_the_others(
    engine: Client, own: Config, data: Path
) -> None:
    first = ingested(engine, own, data)
    second = ingest_run(
        engine, own, data, gate_set="demonstration", only=["nppes"], reporter=Reporter(StringIO())
    )
    assert second.state is State.UNCHANGED
    assert second.built and first.built
    assert second.built.checksum == first.built.checksum


@pytest.mark.dear
def test_the_same_bytes_under_two_names_are_read_once(engine: Client, own: Config, data: Path) -> None:
    first = ingested(engine, own, data)
    path = data / "MUP_PHY_R26_P05_V10_D24_Prov_Svc.csv"
    (data / "copy").mkdir()
    shutil.copy(path, data / "copy" / path.name)
    second = ingested(engine, own, data)
    assert second.state is State.UNCHANGED
    assert [u for u in second.unrecognised if "the same bytes as" in u]
    assert first.built and second.built
    assert second.built.checksum == first.built.checksum


@pytest.mark.dear
def test_a_missing_required_column_stops_the_run_and_names_it(
    engine: Client, own: Config, data: Path
) -> None:
    first = ingested(engine, own, data)
    path = data / "DAC_NationalDownloadableFile.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("NPI", "Number", 1), encoding="utf-8")
    second = ingested(engine, own, data)
    assert second.state is State.REFUSED
    assert second.exit_code == 2
    assert (
        second.reason == "DAC_NationalDownloadableFile.csv, row 1, field NPI: this required column is missing"
    )
    assert served(engine, own) == first.run_id


@pytest.mark.dear
def test_too_many_rejected_rows_stop_at_the_gate(engine: Client, own: Config, data: Path) -> None:
    first = ingested(engine, own, data)
    path = data / "DAC_NationalDownloadableFile.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    spoiled = [f"wrong{row[5:]}" if n % 10 == 0 else row for n, row in enumerate(rows)]
    path.write_text("\n".join([header, *spoiled]) + "\n", encoding="utf-8")
    second = ingested(engine, own, data)
    assert second.state is State.REFUSED
    assert second.exit_code == 1
    assert second.reason is not None
    assert "clinicians rows rejected" in second.reason
    assert served(engine, own) == first.run_id
    kept = [g.run_id for g in indexes.generations(engine, own.index_prefix)]
    assert kept == [second.run_id, first.run_id]  # the refused one can be looked at until the next run
    assert second.quarantine is not None
    lines = [json.loads(line) for line in Path(second.quarantine).read_text(encoding="utf-8").splitlines()]
    rejected = [i for i in lines if i["level"] == "rejected" and i["source"] == "clinicians"]
    assert len(rejected) == len(range(0, len(rows), 10))
    assert all(i["file"] and i["row"] and i["field"] and i["reason"] and i["content"] for i in rejected)


def test_a_folder_without_a_known_file_fails(engine: Client, own: Config, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    report = ingested(engine, own, empty)
    assert report.state is State.FAILED
    assert report.exit_code == 2


def test_a_merge_that_fails_while_it_is_loaded_leaves_no_generation(
    engine: Client, own: Config, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(ledger: Ledger) -> None:
        begun.extend(indexes.generations(engine, own.index_prefix))
        raise FinderError("planted")

    begun: list[indexes.Generation] = []
    monkeypatch.setattr(run, "MANY_PEOPLE", 1)
    monkeypatch.setattr(Ledger, "finish", failing)
    report = ingested(engine, own, data)
    assert (report.state, report.reason) == (State.FAILED, "planted")
    assert [generation.run_id for generation in begun] == [report.run_id]
    assert indexes.generations(engine, own.index_prefix) == []


@pytest.mark.dear
@pytest.mark.parametrize("moment", ["read and stage", "merge and enrich"])
def test_a_killed_run_leaves_the_served_generation_and_can_be_run_again(
    engine: Client, own: Config, data: Path, moment: str
) -> None:
    first = ingested(engine, own, data)
    url = str(next(iter(engine.transport.node_pool.all())).base_url)
    environ = {
        "PATH": os.environ["PATH"], "HOME": str(own.home), "ELASTICSEARCH_URL": url,
        "FINDER_HOME": str(own.home), "FINDER_INDEX_PREFIX": own.index_prefix,
    }  # fmt: skip
    code = "from finder.cli import main; main()"
    command = [
        sys.executable,
        "-c",
        code,
        "ingest",
        "run",
        "--full",
        "--gates",
        "demonstration",
        "--data",
        str(data),
    ]
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(moment):
                process.send_signal(signal.SIGKILL)
                break
        process.stderr.read()
    assert process.returncode == -signal.SIGKILL
    assert served(engine, own) == first.run_id
    again = ingested(engine, own, data, full=True)
    assert again.state is State.PUBLISHED, again.reason
    assert again.built and first.built
    assert again.built.checksum == first.built.checksum
    states = {r.run_id: (r.state, r.reason) for r in runs.history(engine, own.index_prefix)}
    assert ("failed", "killed") in states.values()
    assert "running" not in {state for state, _ in states.values()}


@pytest.mark.dear  # a fault does the same with real processes
def test_two_runs_at_once_publish_once(engine: Client, own: Config, data: Path) -> None:
    second: list[BaseException | RunReport] = []

    class Starter(StringIO):
        """Starts a second run from within the first, which holds the lock."""

        def write(self, text: str) -> int:
            if text.startswith("read and stage") and not second:
                second.append(SystemExit())
                try:
                    second[0] = ingested(engine, own, data)
                except runs.RunLocked as problem:
                    second[0] = problem
            return super().write(text)

    first = ingest_run(engine, own, data, gate_set="demonstration", reporter=Reporter(Starter()))
    assert first.state is State.PUBLISHED
    assert isinstance(second[0], runs.RunLocked)
    assert second[0].exit_code == 0
    assert served(engine, own) == first.run_id
