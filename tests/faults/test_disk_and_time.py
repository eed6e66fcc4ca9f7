"""A full disk for staging (F16), clocks that jump (F41), order and age of files (F42), going back (F44)."""

import csv
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from finder import indexes
from finder.config import Config
from finder.generations import rollback
from finder.reads import Client
from ingest.report import State
from tests.faults.conftest import Seen, settled
from tests.faults.place import Place, Reader, token


@pytest.fixture
def fresh(engine: Client, config: Config, world: Path, tmp_path: Path) -> Iterator[Place]:
    """A place of one test, which ends with other files than it began with."""
    yield from settled(engine, config, world, tmp_path)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system in memory that is too small for the staged rows."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except OSError as problem:
        pytest.skip(f"a small file system cannot be mounted here: {problem}")
    if done.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.dear
@pytest.mark.fault("F16", "disk full (ENOSPC) for staging")
def test_no_space_for_staging(place: Place, seen: Seen, small_disk: Path) -> None:
    home = place.config.home
    place.config = replace(place.config, home=small_disk)
    try:
        report = place.must_refuse(1, "disk")
    finally:
        place.config = replace(place.config, home=home)
    seen(f"exit code {report.exit_code}: {report.reason}")
    place.must_recover()


NOW = datetime.now(UTC)
CLOCKS = {
    "one day ahead": NOW + timedelta(days=1),
    "one day behind": NOW - timedelta(days=1),
    "in the hour that comes twice": datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo("America/New_York"), fold=1),
    "on a leap day": datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC),
    "right again": NOW,
}


@pytest.mark.dear
@pytest.mark.fault("F41", f"runs with a clock that is, one after the other, {', '.join(CLOCKS)}")
def test_clocks(place: Place, seen: Seen) -> None:
    for text, now in CLOCKS.items():
        report = place.run(full=True, now=now)
        assert report.state is State.PUBLISHED, f"{text}: {report.reason}"
        assert place.served() == report.run_id, text
        assert len(place.generations()) == 2, text
    place.must_recover()
    seen(f"{len(CLOCKS)} runs, each served after its flip, two generations kept")


@pytest.mark.fault("F42", "the same input twice")
def test_same_input_twice(place: Place, seen: Seen) -> None:
    before = place.generations()
    report = place.run()
    assert report.state is State.UNCHANGED
    assert place.generations() == before
    seen("unchanged, no new generation")


@pytest.mark.dear
@pytest.mark.fault("F42", "a weekly file before and after its monthly one")
def test_order_of_files(fresh: Place, seen: Seen) -> None:
    place = fresh
    (monthly,) = place.data.glob("npidata_pfile_*")
    rows = list(csv.reader(StringIO(monthly.read_text(encoding="utf-8"))))
    at, kind = rows[0].index("Provider Last Name (Legal Name)"), rows[0].index("Entity Type Code")
    changed = rows[0].index("Last Update Date")
    person = next(row for row in rows[1:] if row[kind] == "1" and row[at]).copy()
    person[at], person[changed] = "NEWNAME", "01/08/2026"
    text = StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([rows[0], person])
    checksums = []
    for folder in ("a", "z"):
        weekly = place.data / folder / "npidata_pfile_20260102-20260108.csv"
        weekly.parent.mkdir()
        weekly.write_text(text.getvalue(), encoding="utf-8")
        report = place.run(full=True)
        assert report.state is State.PUBLISHED, report.reason
        assert report.built
        checksums.append(report.built.checksum)
        index = indexes.alias_name(place.config.index_prefix, "specialists")
        assert "Newname" in place.engine.get(index=index, id=person[0])["_source"]["name"]
        shutil.rmtree(weekly.parent)
    assert checksums[0] == checksums[1]
    seen("the newer row wins in both orders, the same checksum")


@pytest.mark.fault("F42", "files older than those served")
def test_older_files(place: Place, seen: Seen, whole_again: None) -> None:
    dates = place.data / "as_of.csv"
    dates.write_text(dates.read_text(encoding="utf-8").replace("2026-", "2024-"), encoding="utf-8")
    (monthly,) = place.data.glob("npidata_pfile_*")
    rows = monthly.read_text(encoding="utf-8").splitlines(keepends=True)
    monthly.unlink()
    older = place.data / "npidata_pfile_20050523-20240101.csv"
    older.write_text("".join(rows[: len(rows) * 9 // 10]), encoding="utf-8")
    report = place.must_refuse(1, "older")
    seen(f"exit code {report.exit_code}: {report.reason}")


@pytest.mark.dear
@pytest.mark.fault("F44", "rollback to the generation before, and forward again")
def test_rollback(place: Place, seen: Seen) -> None:
    assert place.run(full=True).state is State.PUBLISHED
    newest, older = indexes.generations(place.engine, place.config.index_prefix)[:2]
    with Reader(place) as reader:
        began = time.monotonic()
        rollback(place.engine, place.config.index_prefix, None, "a test", NOW)
        seconds = time.monotonic() - began
        served = indexes.served(place.engine, place.config.index_prefix)
        time.sleep(0.2)
        rollback(place.engine, place.config.index_prefix, newest.run_id, "a test", NOW)
    reader.must_be_whole()
    assert served
    assert served.run_id == older.run_id
    assert served.meta["content_checksum"] == older.meta["content_checksum"]
    assert place.served() == newest.run_id
    seen(f"served again after {seconds:.2f} s, the same checksum; {reader.answers} searches whole")


@pytest.mark.dear
@pytest.mark.fault("F44", "snapshot restored into an engine without our indices")
def test_restored_snapshot(place: Place, seen: Seen) -> None:
    client, prefix = place.engine, place.config.index_prefix
    repository, served = f"faults{token()}", indexes.served(place.engine, place.config.index_prefix)
    assert served
    before = indexes.counts(client, served.indices)
    nodes = client.nodes.info(metric="settings")["nodes"]
    folder = next(iter(nodes.values()))["settings"]["path"]["repo"]
    where = folder[0] if isinstance(folder, list) else folder
    client.snapshot.create_repository(
        name=repository, repository={"type": "fs", "settings": {"location": where}}
    )
    try:
        names = sorted(served.indices.values())
        client.options(request_timeout=120).snapshot.create(
            repository=repository, snapshot="one", indices=names, wait_for_completion=True
        )
        client.indices.delete(index=names)
        began = time.monotonic()
        client.options(request_timeout=120).snapshot.restore(
            repository=repository, snapshot="one", indices=",".join(names), wait_for_completion=True
        )
        seconds = time.monotonic() - began
    finally:
        client.snapshot.delete(repository=repository, snapshot="one")
        client.snapshot.delete_repository(name=repository)
    restored = indexes.served(client, prefix)
    assert restored
    assert restored.run_id == served.run_id
    assert restored.meta["content_checksum"] == served.meta["content_checksum"]
    assert indexes.counts(client, restored.indices) == before
    assert place.run().state is State.UNCHANGED
    assert seconds <= 60
    seen(f"{sum(before.values()):,} documents back after {seconds:.1f} s, served, the same checksum")
