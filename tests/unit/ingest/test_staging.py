"""Staged rows: all of a file or nothing, reused when nothing changed, read back by NPI."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import ingest.staging
from finder.errors import SourceError
from ingest.files import InputFile
from ingest.sources.base import NO_ROWS, Batch, Issue, Level, Source
from ingest.staging import Staging

COLUMNS = ("npi", "plan_id")


def a_source(*batches: list[str], failure: str | None = None, reads: list[int] | None = None) -> Source:
    """A source that gives NPIs batch by batch, and may fail at its end."""

    def read(file: InputFile) -> Iterator[Batch]:
        if reads is not None:
            reads.append(1)
        for npis in batches:
            frame = pd.DataFrame({"npi": npis, "plan_id": ["P"] * len(npis)}, dtype="str")
            issue = Issue(file.name, 9, "npi", "is not an NPI", Level.REJECTED, content={"npi": "x"})
            yield Batch({"qhp_networks": frame}, [issue], len(npis) + 1, len(npis))
        if failure:
            raise SourceError(file.name, 7, None, failure)

    return Source("tests", {"qhp_networks": COLUMNS}, lambda head: True, read)


@pytest.fixture
def file(tmp_path: Path) -> InputFile:
    path = tmp_path / "plan_2024.csv"
    path.write_text("npi\n1\n")
    return InputFile.of(path)


def staged(tmp_path: Path, source: Source) -> Staging:
    return Staging(tmp_path / "staging.duckdb", [source])


def test_rows_carry_the_date_of_their_file(tmp_path: Path, file: InputFile) -> None:
    source = a_source(["1000000004", "1000000012"], ["1000000020"])
    with staged(tmp_path, source) as staging:
        report = staging.stage(file, source)
        assert (report.rows_read, report.records, report.rejected) == (5, 3, 2)
        rows = list(staging.table("qhp_networks", ("npi", "as_of"), ["1000000000", "1000000013"]))
    assert rows == [("1000000004", "2024"), ("1000000012", "2024")]


def test_the_same_bytes_are_read_once(tmp_path: Path, file: InputFile) -> None:
    reads: list[int] = []
    source = a_source(["1000000004"], reads=reads)
    for expected in (False, True):
        with staged(tmp_path, source) as staging:
            assert staging.stage(file, source).was_staged is expected
    assert reads == [1]


def test_changed_bytes_replace_the_rows_of_the_file(tmp_path: Path, file: InputFile) -> None:
    source = a_source(["1000000004"])
    with staged(tmp_path, source) as staging:
        staging.stage(file, source)
        staging.stage(replace(file, sha256="other"), source)
        assert list(staging.rows("SELECT count(*) FROM qhp_networks")) == [(1,)]


@pytest.mark.parametrize("rows_a_transaction", [1, 1_000])
def test_a_file_that_breaks_off_leaves_no_rows_and_says_where(
    tmp_path: Path, file: InputFile, rows_a_transaction: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest.staging, "ROWS_A_TRANSACTION", rows_a_transaction)
    source = a_source(["1000000004"], ["1000000012"], failure="the quote is never closed")
    with staged(tmp_path, source) as staging:
        report = staging.stage(file, source)
        assert report.failure == "plan_2024.csv, row 7: the quote is never closed"
        assert list(staging.rows("SELECT count(*) FROM qhp_networks")) == [(0,)]
        assert staging.stage(file, a_source(["1000000004"])).failure is None


def test_what_a_killed_run_left_of_a_file_is_dropped_when_it_is_staged_again(
    tmp_path: Path, file: InputFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest.staging, "ROWS_A_TRANSACTION", 1)
    source = a_source(["1000000004"], ["1000000012"])

    def killed(file: InputFile, source: Source) -> Iterator[Batch]:
        yield from source.read(file)
        raise KeyboardInterrupt

    with staged(tmp_path, source) as staging:
        with pytest.raises(KeyboardInterrupt):
            staging.stage(file, source, parse=killed)
        assert list(staging.rows("SELECT count(*) FROM qhp_networks")) == [(2,)]
    with staged(tmp_path, source) as staging:
        assert staging.stage(file, source).records == 2
        assert list(staging.rows("SELECT count(*) FROM qhp_networks")) == [(2,)]
        assert list(staging.rows("SELECT count(*) FROM issues")) == [(2,)]


@pytest.mark.parametrize(("name", "is_read"), [("plan_2024.csv", False), ("plan_2024_fileheader.csv", True)])
def test_a_file_without_rows_is_damaged_unless_it_lists_headers(
    tmp_path: Path, name: str, is_read: bool
) -> None:
    def read(file: InputFile) -> Iterator[Batch]:
        yield Batch({}, [Issue(file.name, None, None, NO_ROWS, Level.WARNING)], 0, 0)

    (tmp_path / name).write_text("npi\n")
    source = Source("tests", {"qhp_networks": COLUMNS}, lambda head: True, read)
    with staged(tmp_path, source) as staging:
        report = staging.stage(InputFile.of(tmp_path / name), source)
    assert report.failure == (None if is_read else f"{name}: the file has no rows: it is empty or cut off")


def test_a_file_that_is_gone_takes_its_rows_along(tmp_path: Path, file: InputFile) -> None:
    source = a_source(["1000000004"])
    with staged(tmp_path, source) as staging:
        staging.stage(file, source)
        staging.keep_only([])
        assert list(staging.rows("SELECT count(*) FROM qhp_networks")) == [(0,)]
        assert list(staging.issues()) == []


def test_rejected_rows_are_kept_with_reason_and_content(tmp_path: Path, file: InputFile) -> None:
    source = a_source(["1000000004"])
    with staged(tmp_path, source) as staging:
        staging.stage(file, source)
        issue = next(staging.issues())
    assert (issue["file"], issue["row"], issue["field"]) == ("plan_2024.csv", 9, "npi")
    assert issue["content"] == {"npi": "x"}


def test_chosen_npis_come_without_those_between(tmp_path: Path, file: InputFile) -> None:
    source = a_source([str(1000000000 + n) for n in range(25)])
    chosen = ["1000000003", "1000000020"]
    with staged(tmp_path, source) as staging:
        staging.stage(file, source)
        found = staging.table("qhp_networks", ("npi",), chosen, is_range=False)
        assert [row[0] for row in found] == chosen


def test_the_mark_of_an_npi_tells_its_rows_whatever_their_order(tmp_path: Path, file: InputFile) -> None:
    def marks(*npis: str) -> dict[str, int]:
        source = a_source(list(npis))
        with Staging(tmp_path / f"{'-'.join(npis)}.duckdb", [source]) as staging:
            staging.stage(file, source)
            found = staging.prints({"qhp_networks": ("npi", "as_of", "plan_id")}).read_all().to_pydict()
        return dict(zip(*found.values(), strict=True))

    first, other, twice = marks("1", "2"), marks("2", "1"), marks("1", "2", "2")
    assert first == other
    assert (twice["1"], twice["2"]) == (first["1"], 2 * first["2"])
