"""Generations in the real engine: created, filled, flipped, rolled back, pruned."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from finder import bulk, indexes, runs
from finder.errors import NotFound, NotReady
from finder.reads import Client


@pytest.fixture
def own(engine: Client, prefix: str) -> Iterator[str]:
    """A prefix below the session's, emptied at the end."""
    name = f"{prefix}-{secrets.token_hex(3)}"
    yield name
    for generation in indexes.generations(engine, name):
        engine.indices.delete(index=",".join(generation.indices.values()))
    engine.indices.delete(index=indexes.alias_name(name, "runs"), ignore_unavailable=True)


def a_generation(engine: Client, own: str, second: int = 0) -> str:
    run_id = runs.new_run_id(datetime(2026, 11, 23, 2, 0, second, tzinfo=UTC))
    found = indexes.create_generation(engine, own, run_id, shards=1, meta={"as_of": "2026"})
    indexes.mark_checked(engine, found, {})
    return run_id


def test_a_new_generation_is_not_served_until_it_is_flipped(engine: Client, own: str) -> None:
    run_id = a_generation(engine, own)
    assert indexes.served(engine, own) is None
    indexes.flip(engine, own, run_id)
    served = indexes.served(engine, own)
    assert served is not None
    assert served.run_id == run_id
    assert served.meta["as_of"] == "2026"


def test_a_flip_moves_every_alias_and_rolls_back_the_same_way(engine: Client, own: str) -> None:
    first, second = a_generation(engine, own, 1), a_generation(engine, own, 2)
    for run_id in (first, second, first):
        indexes.flip(engine, own, run_id)
        served = [g.run_id for g in indexes.generations(engine, own) if g.is_served]
        assert served == [run_id]


def test_a_generation_that_lacks_an_index_is_never_served(engine: Client, own: str) -> None:
    run_id = a_generation(engine, own)
    generation = indexes.generations(engine, own)[0]
    engine.indices.delete(index=generation.indices["places"])
    with pytest.raises(NotFound):
        indexes.flip(engine, own, run_id)


def test_the_served_generation_cannot_be_dropped(engine: Client, own: str) -> None:
    run_id = a_generation(engine, own)
    indexes.flip(engine, own, run_id)
    with pytest.raises(NotReady):
        indexes.drop(engine, own, run_id)


def test_pruning_spares_the_served_one_and_one_to_roll_back_to(engine: Client, own: str) -> None:
    run_ids = [a_generation(engine, own, n) for n in range(4)]
    indexes.flip(engine, own, run_ids[3])
    assert indexes.prunable(indexes.generations(engine, own)) == [run_ids[1], run_ids[0]]


def test_names_that_are_not_ours_are_never_seen(engine: Client, own: str) -> None:
    engine.indices.create(index=f"{own}-specialists-notes")
    try:
        assert indexes.generations(engine, own) == []
    finally:
        engine.indices.delete(index=f"{own}-specialists-notes")


def lines(*keys: str) -> bytes:
    return b"".join(b'{"index":{"_id":"%s"}}\n{"zip":"%s"}\n' % (k.encode(), k.encode()) for k in keys)


def test_bulk_writes_every_document_of_every_chunk(engine: Client, own: str) -> None:
    a_generation(engine, own)
    index = indexes.generations(engine, own)[0].indices["places"]
    chunks = [lines(*(f"{n:05d}" for n in range(start, start + 50))) for start in range(0, 1000, 50)]
    written: list[int] = []
    report = bulk.write(engine, index, chunks, written.append)
    engine.indices.refresh(index=index)
    assert report.documents == sum(written) == engine.count(index=index)["count"] == 1000


def test_bulk_names_the_document_that_the_mapping_refuses(engine: Client, own: str) -> None:
    a_generation(engine, own)
    index = indexes.generations(engine, own)[0].indices["places"]
    wrong = b'{"index":{"_id":"bad"}}\n{"unheard_of":1}\n'
    with pytest.raises(bulk.BulkRefused, match=r"bad.*strict_dynamic_mapping"):
        bulk.write(engine, index, [lines("00001") + wrong])


def test_bulk_says_that_the_disk_is_full(engine: Client, own: str) -> None:
    a_generation(engine, own)
    index = indexes.generations(engine, own)[0].indices["places"]
    engine.indices.put_settings(index=index, settings={"index.blocks.read_only_allow_delete": True})
    with pytest.raises(NotReady, match="disk"):
        bulk.write(engine, index, [lines("00001")])


def test_one_lock_at_a_time(engine: Client, own: str) -> None:
    with runs.locked(engine, own) as lock:
        lock.confirm()
        with pytest.raises(runs.RunLocked, match="another ingest"), runs.locked(engine, own):
            pass
    with runs.locked(engine, own) as again:
        again.confirm()


def test_a_lock_whose_process_is_gone_is_taken_over(engine: Client, own: str) -> None:
    index = runs.ensure_runs_index(engine, own)
    with runs.locked(engine, own) as lock:
        holder = engine.get(index=index, id=runs.LOCK_ID)["_source"]["owner"]
        host, _pid, _created, _random = holder.rsplit(":", 3)
        lock.release()
        dead = {"kind": "lock", "owner": f"{host}:999999999:1:abcd", "beat": 7}
        engine.index(index=index, id=runs.LOCK_ID, document=dead)
        with runs.locked(engine, own) as mine:
            mine.confirm()


def test_a_run_that_lost_its_lock_is_told_before_it_publishes(engine: Client, own: str) -> None:
    index = runs.ensure_runs_index(engine, own)
    with runs.locked(engine, own) as lock:
        engine.index(index=index, id=runs.LOCK_ID, document={"kind": "lock", "owner": "else", "beat": 1})
        with pytest.raises(runs.LockLost):
            lock.confirm()
        engine.delete(index=index, id=runs.LOCK_ID)


def test_run_records_are_kept_newest_first(engine: Client, own: str) -> None:
    runs.ensure_runs_index(engine, own)
    for second in (1, 2):
        run_id = runs.new_run_id(datetime(2026, 11, 23, 3, 0, second, tzinfo=UTC))
        started = f"2026-11-23T03:00:0{second}+00:00"
        runs.save(engine, own, runs.RunRecord(run_id, "failed", started, None, "why", None, {"steps": []}))
    found = runs.history(engine, own)
    assert [r.started[-7:-6] for r in found] == ["2", "1"]
    assert runs.run(engine, own, found[0].run_id).reason == "why"
    with pytest.raises(NotFound):
        runs.run(engine, own, "20200101t0000000000")
