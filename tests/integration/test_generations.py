"""Generations in the real engine: created, filled, flipped, rolled back, pruned."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from finder import bulk, indexes, runs
from finder.errors import EngineDown, NotFound, NotReady
from finder.reads import Client
from ingest.load import Loaded, surely
from tests.factories import removed


@pytest.fixture
def own(engine: Client, prefix: str) -> Iterator[str]:
    """A prefix below the session's, emptied at the end."""
    name = f"{prefix}-{secrets.token_hex(3)}"
    yield name
    removed(engine, name)


def a_generation(
    engine: Client, own: str, second: int = 0, *, fence: int = 1, is_published: bool = True
) -> str:
    run_id = runs.new_run_id(datetime(2026, 11, 23, 2, 0, second, tzinfo=UTC))
    meta = {"as_of": "2026", "fence": fence}
    found = indexes.create_generation(engine, own, run_id, shards=1, meta=meta)
    if is_published:
        indexes.mark_published(engine, found, {"gates": "sample"})
    return run_id


def held_by(engine: Client, own: str, owner: str, beat: int = 7) -> None:
    """Put another's lock in place of whatever lock there is; the next fence is 5."""
    document = {"kind": "lock", "owner": owner, "beat": beat, "fence": 4}
    engine.index(index=runs.ensure_runs_index(engine, own), id=runs.LOCK_ID, document=document)


def owner_now(engine: Client, own: str) -> str:
    answer = engine.get(index=indexes.alias_name(own, indexes.RUNS), id=runs.LOCK_ID)
    return str(answer["_source"]["owner"])


def test_a_new_generation_is_not_served_until_it_is_flipped(engine: Client, own: str) -> None:
    run_id = a_generation(engine, own)
    assert indexes.served(engine, own) is None
    indexes.flip(engine, own, run_id)
    served = indexes.served(engine, own)
    assert served is not None
    assert served.run_id == run_id
    assert served.meta["as_of"] == "2026"


def nowhere(engine: Client, own: str, run_id: str) -> None:
    """An index of a generation of which no node holds a copy, as after the death of the one that did."""
    name = str(indexes.IndexName(own, "specialists", "0" * 8, run_id))
    settings = {"number_of_replicas": 0, "routing.allocation.require._name": "no such node"}
    engine.indices.create(index=name, settings=settings, wait_for_active_shards=0)


def test_what_a_dead_node_took_along_is_loaded_again_once(engine: Client, own: str) -> None:
    run_id, said = runs.new_run_id(datetime(2026, 11, 23, 2, 0, 0, tzinfo=UTC)), list[str]()
    again = Loaded({}, 1, 0)

    def lost() -> Loaded:
        nowhere(engine, own, run_id)
        raise EngineDown("away")

    assert surely(engine, own, run_id, lost, lambda: again, said.append) is again
    assert "loaded again" in said[0]
    assert indexes.generations(engine, own) == []


def test_what_is_refused_while_nothing_is_lost_is_not_loaded_again(engine: Client, own: str) -> None:
    run_id = a_generation(engine, own, is_published=False)

    def refused() -> Loaded:
        raise bulk.BulkRefused("no")

    with pytest.raises(bulk.BulkRefused):
        surely(engine, own, run_id, refused, lambda: Loaded({}, 1, 0), print)


@pytest.mark.parametrize("is_gentle", [False, True])
def test_segments_are_merged_at_full_speed_only_while_a_generation_is_loaded_and_not_gently(
    engine: Client, own: str, is_gentle: bool
) -> None:
    setting = "index.merge.scheduler.auto_throttle"
    run_id = runs.new_run_id(datetime(2026, 11, 23, 2, 0, 0, tzinfo=UTC))
    found = indexes.create_generation(engine, own, run_id, shards=1, meta={}, is_gentle=is_gentle)

    def held_back() -> list[str | None]:
        told = engine.indices.get_settings(index=list(found.values()), flat_settings=True)
        return [told[name]["settings"].get(setting) for name in found.values()]

    assert held_back() == [str(is_gentle).lower()] * len(found)
    indexes.finish_loading(engine, found, replicas=0)
    assert held_back() == [None] * len(found)


def test_a_flip_moves_every_alias_and_rolls_back_the_same_way(engine: Client, own: str) -> None:
    first, second = a_generation(engine, own, 1), a_generation(engine, own, 2)
    for run_id in (first, second, first):
        indexes.flip(engine, own, run_id)
        served = [g.run_id for g in indexes.generations(engine, own) if g.is_served]
        assert served == [run_id]


def test_the_newest_generation_is_that_of_the_latest_lock_whatever_a_wrong_clock_said(
    engine: Client, own: str
) -> None:
    ahead, later = a_generation(engine, own, 59, fence=1), a_generation(engine, own, 1, fence=2)
    assert ahead > later
    assert [g.run_id for g in indexes.generations(engine, own)] == [later, ahead]


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


def test_a_generation_that_was_never_published_is_a_leftover_and_not_spared(engine: Client, own: str) -> None:
    published, live = a_generation(engine, own, 1), a_generation(engine, own, 2)
    refused = a_generation(engine, own, 3, is_published=False)
    indexes.flip(engine, own, live)
    everything = indexes.generations(engine, own)
    assert indexes.prunable(everything) == indexes.leftovers(everything) == [refused]
    assert [g.run_id for g in everything if g.meta.get("published")] == [live, published]


def test_a_flip_whose_lock_is_older_than_a_generation_changes_nothing(engine: Client, own: str) -> None:
    late = a_generation(engine, own, 1, fence=1)
    newer = a_generation(engine, own, 2, fence=2)
    indexes.flip(engine, own, newer, fence=2)
    with pytest.raises(NotReady, match="later run"):
        indexes.flip(engine, own, late, fence=1)
    served = indexes.served(engine, own)
    assert served is not None
    assert served.run_id == newer
    indexes.flip(engine, own, late, fence=3)  # a rollback holds a lock of its own


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
        assert lock.fence == 1
    with runs.locked(engine, own) as again:
        again.confirm()
        assert again.fence == 2


def test_without_a_lock_document_the_fence_goes_on_from_the_generations(engine: Client, own: str) -> None:
    a_generation(engine, own, fence=41)
    with runs.locked(engine, own) as lock:
        assert lock.fence == 42


def test_a_lock_whose_process_is_gone_is_taken_over(engine: Client, own: str) -> None:
    with runs.locked(engine, own):
        host, _pid, boot_id, ticks, _random = owner_now(engine, own).rsplit(":", 4)
    held_by(engine, own, f"{host}:999999999:{boot_id}:{ticks}:abcd")
    with runs.locked(engine, own) as mine:
        mine.confirm()
        assert mine.fence == 5


def test_a_lock_from_elsewhere_is_watched_for_60_s_and_then_taken(engine: Client, own: str) -> None:
    held_by(engine, own, "elsewhere.example:1:boot:2:abcd")
    slept: list[float] = []
    told: list[str] = []
    with runs.locked(engine, own, sleep=slept.append, tell=told.append) as mine:
        mine.confirm()
    assert sum(slept) == runs.ABANDONED_AFTER_S
    assert told == ["watching a lock of elsewhere.example for 60 s: is its run alive?"]


def test_a_lock_from_elsewhere_that_beats_is_left_alone(engine: Client, own: str) -> None:
    other = "elsewhere.example:1:boot:2:abcd"
    held_by(engine, own, other)
    beats = iter((8, 9))
    with (
        pytest.raises(runs.RunLocked),
        runs.locked(engine, own, sleep=lambda _seconds: held_by(engine, own, other, next(beats))),
    ):
        pass
    assert owner_now(engine, own) == other


def test_a_run_that_lost_its_lock_is_told_before_it_publishes(engine: Client, own: str) -> None:
    with runs.locked(engine, own) as lock:
        held_by(engine, own, "else")
        with pytest.raises(runs.LockLost):
            lock.confirm()
    assert owner_now(engine, own) == "else"


def test_a_beat_whose_answer_was_lost_does_not_cost_the_lock(engine: Client, own: str) -> None:
    with runs.locked(engine, own) as lock:
        held_by(engine, own, owner_now(engine, own))  # as our own write, of which we know nothing
        lock.confirm()
        lock.confirm()
        held_by(engine, own, owner_now(engine, own))
    assert owner_now(engine, own) == ""


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
