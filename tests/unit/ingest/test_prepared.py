"""A merge gives the same documents whichever process prepares it and however many share it."""

from pathlib import Path
from shutil import copyfile

import duckdb
import pytest

from ingest import build
from tests.planted import staged_world

HERE, SHARED, APART = (10_000, 10_000), (1, 10_000), (1, 1)  # from how many people on


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return staged_world(tmp_path_factory.mktemp("prepared"), 300)


def test_every_way_to_merge_gives_the_same_bytes(
    staged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "PEOPLE_A_SLICE", 50)
    monkeypatch.setattr(build, "PEOPLE_A_SLICE_APART", 30)
    monkeypatch.setattr(build, "number_of", lambda _most: 2)  # also on a machine of one core
    found = {}
    for way in (HERE, SHARED, APART):
        monkeypatch.setattr(build, "MANY_PEOPLE", way[0])
        monkeypatch.setattr(build, "PEOPLE_APART", way[1])
        out = tmp_path / f"{way[0]}-{way[1]}"
        built = build.build(staged, out, is_demonstration=True)
        assert len(built.files["specialists"]) >= (10 if way is APART else 6)
        files = {alias: b"".join(map(Path.read_bytes, paths)) for alias, paths in built.files.items()}
        found[way] = files, built.checksum, built.documents, built.investigators
        assert (out / "tables.pickle").exists() is (way is not HERE)
    assert found[SHARED] == found[HERE]
    assert found[APART] == found[HERE]


def test_a_night_merges_the_same_people_whichever_process_prepares_it(
    staged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "number_of", lambda _most: 2)
    first = build.build(staged, tmp_path / "first", is_demonstration=True)
    changed = tmp_path / "changed.duckdb"
    copyfile(staged, changed)
    with duckdb.connect(str(changed)) as database:
        some = "(SELECT DISTINCT npi FROM clinicians ORDER BY npi LIMIT 20)"
        database.execute(f"UPDATE clinicians SET school = 'ANOTHER ONE' WHERE npi IN {some}")  # noqa: S608
    found = {}
    for way in (HERE, APART):
        monkeypatch.setattr(build, "PEOPLE_APART", way[1])
        out = tmp_path / str(way[1])
        built = build.build(changed, out, is_demonstration=True, base=first.ledger)
        files = {alias: b"".join(map(Path.read_bytes, paths)) for alias, paths in built.files.items()}
        found[way] = files, built.checksum, built.documents, built.merged, built.is_whole, built.difference
    assert found[APART] == found[HERE]
    merged, is_whole = found[APART][3:5]
    assert 20 <= merged < 300 and not is_whole
