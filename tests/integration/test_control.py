"""What an admin does to generations, on the real engine: publish a refused one, roll back, prune, be told."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from finder import indexes, reads, runs
from finder.app import create_app
from finder.config import Config
from finder.errors import InputErrors, NotFound
from finder.generations import rollback
from finder.reads import Client
from ingest.control import prune, publish
from ingest.report import State
from tests.integration.test_difference import data, homes, ingested, rewrite, world
from tests.integration.test_ingest_run import ingest_run, served
from tests.integration.test_ingest_run import ingested as tried

__all__ = ["data", "homes", "world"]
NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
PROCEDURES = "MUP_PHY_R26_P05_V10_D24_Prov_Svc.csv"


@pytest.fixture
def own(homes: tuple[Config, Config]) -> Config:
    return homes[0]


def spoiled(data: Path) -> None:
    """A tenth of the clinicians with a number that is no NPI, which the gates refuse."""
    path = next(data.glob("DAC_*.csv"))
    rewrite(path, lambda rows: [r | {"NPI": "1"} if n % 10 == 0 else r for n, r in enumerate(rows)])


def test_a_refused_generation_can_be_looked_at_and_published_with_a_reason(
    engine: Client, own: Config, data: Path
) -> None:
    first = ingested(engine, own, data)
    spoiled(data)
    refused = tried(engine, own, data)
    assert refused.state is State.REFUSED
    assert served(engine, own) == first.run_id
    looked_at = reads.served(engine, own.index_prefix, refused.run_id)
    assert engine.count(index=looked_at.specialists)["count"]
    with pytest.raises(InputErrors, match="reason"):
        publish(engine, own, refused.run_id, " ", "eve@desk", NOW)
    publish(engine, own, refused.run_id, "the publisher has changed its numbers", "eve@desk", NOW)
    assert served(engine, own) == refused.run_id
    record = runs.run(engine, own.index_prefix, refused.run_id)
    assert record.state == "published"
    assert "eve@desk" in str(record.reason)
    assert "changed its numbers" in str(record.reason)
    assert runs.events(engine, own.index_prefix)[0][0] == "2026-11-28T03:00:00+00:00"
    with pytest.raises(InputErrors, match="only a refused run"):
        publish(engine, own, first.run_id, "why", "eve@desk", NOW)


@pytest.mark.dear
def test_the_next_run_takes_a_refused_generation_away(engine: Client, own: Config, data: Path) -> None:
    ingested(engine, own, data)
    whole = (data / "DAC_NationalDownloadableFile.csv").read_bytes()
    spoiled(data)
    refused = tried(engine, own, data)
    (data / "DAC_NationalDownloadableFile.csv").write_bytes(whole)
    ingested(engine, own, data)
    assert refused.run_id not in {g.run_id for g in indexes.generations(engine, own.index_prefix)}
    with pytest.raises(NotFound):
        publish(engine, own, refused.run_id, "why", "eve@desk", NOW)


@pytest.mark.dear
def test_a_rollback_serves_what_was_before_and_the_same_files_do_not_undo_it(
    engine: Client, own: Config, data: Path
) -> None:
    first = ingested(engine, own, data)
    rewrite(data / PROCEDURES, lambda rows: rows[40:])
    second = ingested(engine, own, data)
    assert rollback(engine, own.index_prefix, None, "eve@desk", NOW).run_id == first.run_id
    assert served(engine, own) == first.run_id
    again = tried(engine, own, data)
    assert again.state is State.REFUSED
    assert second.run_id in str(again.reason)
    assert served(engine, own) == first.run_id
    rollback(engine, own.index_prefix, second.run_id, "eve@desk", NOW)
    assert served(engine, own) == second.run_id
    assert tried(engine, own, data).state is State.UNCHANGED


@pytest.mark.dear
def test_pruning_names_what_it_deletes_and_takes_the_ledgers_along(
    engine: Client, own: Config, data: Path
) -> None:
    first, second = ingested(engine, own, data), ingested(engine, own, data, full=True)
    assert prune(engine, own, 1) == [first.run_id]
    assert served(engine, own) == second.run_id
    assert [path.stem for path in (own.home / "ledgers").iterdir()] == [second.run_id]
    with pytest.raises(NotFound, match="no earlier"):
        rollback(engine, own.index_prefix, None, "eve@desk", NOW)


@pytest.fixture
def hook() -> Iterator[tuple[str, list[bytes]]]:
    """The address of a web server that keeps what is posted to it."""
    got: list[bytes] = []

    class Keeps(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    server = HTTPServer(("127.0.0.1", 0), Keeps)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", got
    server.shutdown()
    server.server_close()


@pytest.mark.dear
def test_a_refused_run_is_told_to_command_and_address_and_a_good_one_is_not(
    engine: Client, own: Config, data: Path, tmp_path: Path, hook: tuple[str, list[bytes]]
) -> None:
    out = tmp_path / "told.json"
    script = f"import sys, pathlib; pathlib.Path({str(out)!r}).write_bytes(sys.stdin.buffer.read())"
    url, got = hook
    told = replace(own, notify_command=f'{sys.executable} -c "{script}"', notify_url=url)
    ingested(engine, told, data)
    assert not out.exists()
    assert got == []
    spoiled(data)
    refused = tried(engine, told, data)
    assert json.loads(out.read_bytes())["run_id"] == refused.run_id
    assert json.loads(got[0])["state"] == "refused"


@pytest.mark.dear
def test_a_gentle_run_gives_the_same(
    engine: Client, homes: tuple[Config, Config], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    niced: list[int] = []
    monkeypatch.setattr("ingest.under_way.os.nice", niced.append)
    first = ingested(engine, homes[0], data)
    second = ingest_run(engine, homes[1], data, gate_set="demonstration", gentle=True)
    assert niced == [19]
    assert first.built and second.built
    assert first.built.checksum == second.built.checksum


@pytest.mark.dear
def test_prometheus_is_told_of_the_last_run_only_where_that_is_asked_for(
    engine: Client, own: Config, data: Path
) -> None:
    report = ingested(engine, own, data)
    assert create_app(own, engine).test_client().get("/metrics").status_code == 404
    answer = create_app(replace(own, metrics=True), engine).test_client().get("/metrics")
    assert answer.mimetype == "text/plain"
    assert f'run_id="{report.run_id}"' in answer.text
    assert 'finder_last_run_state{state="published"} 1.0' in answer.text
    assert 'finder_last_run_step_seconds{step="load"}' in answer.text
    assert "finder_engine_up 1.0" in answer.text
