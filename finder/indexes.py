"""Generations of indices: their names, creation, alias flip, rollback and pruning."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch import Elasticsearch

from finder.errors import NotFound, NotReady
from finder.mappings import SERVED_ALIASES, mapping_file, mapping_hash

RUNS = "runs"
KEPT_GENERATIONS = 2
PLANS = "plans"  # where the `_meta` of the specialists holds the names of plans by id
_NAME = re.compile(r"(?P<alias>[a-z]+)-(?P<mapping>[0-9a-f]{8})-(?P<run_id>[0-9]{8}t[0-9]{6}[0-9a-f]{4})")
# Fewer, larger segments answer small searches 1.25 to 1.5 times faster (measured 2026-11-22, 1 M documents).
SEGMENTS_AFTER_LOAD = 1
# The engine makes an index even where it can place it nowhere; each write would then take a minute to fail.
PLACED_WITHIN_S = 20
_NOT_PLACED = "the engine finds no place for a new index: its disk is almost full, or nodes are missing"
# A cloned index is merged again when it has more segments a shard, or this share of deleted documents:
# merging rewrites the whole index, which costs more than a night's difference.
MOST_SEGMENTS = 8
MOST_DELETED = 0.1
CLONE_SECONDS = 120.0
_LOADING: Mapping[str, Any] = {"refresh_interval": "-1", "number_of_replicas": 0}
# The engine holds merges back to 20 MB a second, so that they leave the disk to others; a load at full speed
# then waits for them: 3.5 of 15 minutes with a million people (2026-11-29).
_HELD_BACK = "merge.scheduler.auto_throttle"


@dataclass(frozen=True, slots=True)
class IndexName:
    """The parts of one physical index name."""

    prefix: str
    alias: str
    mapping: str
    run_id: str

    def __str__(self) -> str:
        return f"{self.prefix}-{self.alias}-{self.mapping}-{self.run_id}"


@dataclass(frozen=True, slots=True)
class Generation:
    """The indices that one run built, by alias, and what its run left in their `_meta`."""

    run_id: str
    indices: Mapping[str, str]
    meta: Mapping[str, Any]
    is_served: bool

    @property
    def is_complete(self) -> bool:
        """Whether there is an index of every alias."""
        return len(self.indices) == len(SERVED_ALIASES)


def alias_name(prefix: str, alias: str) -> str:
    """The name that searches use: `finder-specialists`."""
    return f"{prefix}-{alias}"


def parse_name(prefix: str, name: str) -> IndexName | None:
    """The parts of a name that this module built under `prefix`; None for any other name."""
    if not name.startswith(f"{prefix}-"):
        return None
    match = _NAME.fullmatch(name[len(prefix) + 1 :])
    if match is None or match["alias"] not in SERVED_ALIASES:
        return None
    return IndexName(prefix, match["alias"], match["mapping"], match["run_id"])


def create_generation(
    client: Elasticsearch,
    prefix: str,
    run_id: str,
    *,
    shards: int,
    meta: Mapping[str, Any],
    plans: Mapping[str, str] | None = None,
    is_gentle: bool = False,
) -> dict[str, str]:
    """Empty indices for one run, ready to be filled fast: refresh off, no replicas. Alias -> index name.

    `meta` goes into every `_meta`; its `fence` is the number of the run's lock, which `flip` compares.
    `plans`, names by id, go into that of the specialists. Merging of segments leaves the disk to others where
    it `is_gentle`. Raises NotReady where the engine has no place.
    """
    indices: dict[str, str] = {}
    for alias in SERVED_ALIASES:
        body = mapping_file(alias)
        settings = {**body["settings"]["index"], **_LOADING, _HELD_BACK: is_gentle}
        settings["number_of_shards"] = shards if alias == "specialists" else 1
        mappings = {**body["mappings"], "_meta": _told(alias, run_id, meta, plans)}
        name = str(IndexName(prefix, alias, mapping_hash(alias), run_id))
        made = client.indices.create(
            index=name, settings={"index": settings}, mappings=mappings, timeout=f"{PLACED_WITHIN_S}s"
        )
        if not made["shards_acknowledged"]:
            raise NotReady(_NOT_PLACED)
        indices[alias] = name
    return indices


def _told(
    alias: str, run_id: str, meta: Mapping[str, Any], plans: Mapping[str, str] | None
) -> dict[str, Any]:
    """The `_meta` of one index."""
    told = {**mapping_file(alias)["mappings"]["_meta"], **meta, "run_id": run_id}
    if plans and alias == "specialists":
        told[PLANS] = dict(plans)
    return told


def clone_generation(
    client: Elasticsearch,
    prefix: str,
    base: Generation,
    run_id: str,
    *,
    meta: Mapping[str, Any],
    plans: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Copies of every index of a generation for one run, by hard links, ready to be changed fast.

    The base gets a write block, which the clone API asks for, and keeps it: nothing writes to a generation
    that was published. Searches do not notice. Arguments and answer are those of `create_generation`.
    """
    indices: dict[str, str] = {}
    for alias, source in base.indices.items():
        client.indices.put_settings(index=source, settings={"index": {"blocks.write": True}})
        name = str(IndexName(prefix, alias, mapping_hash(alias), run_id))
        settings = {"index": {**_LOADING, "blocks.write": None}}
        patient = client.options(request_timeout=CLONE_SECONDS)
        patient.indices.clone(index=source, target=name, settings=settings, timeout=f"{CLONE_SECONDS:.0f}s")
        client.indices.put_mapping(index=name, meta=_told(alias, run_id, meta, plans))
        indices[alias] = name
    return indices


def with_other_mapping(prefix: str, names: Iterable[str]) -> list[str]:
    """The aliases of those indices whose names tell another mapping than this version of the program has."""
    parsed = filter(None, (parse_name(prefix, name) for name in names))
    return sorted(each.alias for each in parsed if each.mapping != mapping_hash(each.alias))


def is_like_ours(client: Elasticsearch, prefix: str, generation: Generation, shards: int) -> bool:
    """Whether a generation has today's mappings and number of shards, so that a clone of it would do."""
    if not generation.is_complete or with_other_mapping(prefix, generation.indices.values()):
        return False
    name = generation.indices["specialists"]
    answer = client.indices.get_settings(index=name, name="index.number_of_shards", flat_settings=True)
    return int(answer[name]["settings"]["index.number_of_shards"]) == shards


def finish_loading(
    client: Elasticsearch, indices: Mapping[str, str], *, replicas: int, is_clone: bool = False
) -> None:
    """Make loaded indices searchable and fast: refresh, merge, then the mapping's own settings again.

    A clone is merged only where the changes of many nights have left many segments or deleted documents.
    """
    for alias, name in indices.items():
        client.indices.refresh(index=name)
        if not is_clone or _needs_merge(client, name):
            client.options(request_timeout=3600).indices.forcemerge(
                index=name, max_num_segments=SEGMENTS_AFTER_LOAD
            )
        interval = mapping_file(alias)["settings"]["index"]["refresh_interval"]
        settings = {"index": {"refresh_interval": interval, "number_of_replicas": replicas, _HELD_BACK: None}}
        client.indices.put_settings(index=name, settings=settings)


def _needs_merge(client: Elasticsearch, name: str) -> bool:
    found = client.indices.stats(index=name, metric=["docs", "segments"])["indices"][name]
    docs, segments = found["primaries"]["docs"], found["primaries"]["segments"]["count"]
    shards = found.get("shards", {})
    is_scattered = segments > MOST_SEGMENTS * max(1, len(shards))
    return bool(is_scattered or docs["deleted"] > MOST_DELETED * max(1, docs["count"]))


def counts(client: Elasticsearch, indices: Mapping[str, str]) -> dict[str, int]:
    """Documents per alias, as the engine counts them."""
    return {alias: int(client.count(index=name)["count"]) for alias, name in indices.items()}


def having(client: Elasticsearch, index: str, fields: Sequence[str]) -> int:
    """How many documents of an index have all the fields, found by a search on them."""
    exist = [{"exists": {"field": name}} for name in fields]
    answer = client.search(index=index, size=0, track_total_hits=True, query={"bool": {"filter": exist}})
    return int(answer["hits"]["total"]["value"])


def free_bytes(client: Elasticsearch) -> int:
    """Free disk of all nodes together, counting nodes on one disk once each."""
    answer = client.nodes.stats(metric="fs", filter_path="nodes.*.fs.total.available_in_bytes")
    return sum(int(node["fs"]["total"]["available_in_bytes"]) for node in answer["nodes"].values())


def generations(client: Elasticsearch, prefix: str) -> list[Generation]:
    """Every generation that is in the engine, newest first; names that do not parse are not seen.

    Newest is the one of the latest lock: the time in a name is that of a clock, which may have been wrong.
    """
    found = client.indices.get(
        index=f"{prefix}-*", expand_wildcards="open", allow_no_indices=True, features=["aliases", "mappings"]
    )
    by_run: dict[str, dict[str, str]] = {}
    for name in found:
        parsed = parse_name(prefix, name)
        if parsed:
            by_run.setdefault(parsed.run_id, {})[parsed.alias] = name
    result = []
    for run_id, indices in by_run.items():
        aliased = [alias_name(prefix, a) in found[name].get("aliases", {}) for a, name in indices.items()]
        first = next(iter(indices.values()))
        meta = found[first]["mappings"].get("_meta", {})
        complete = len(indices) == len(SERVED_ALIASES)
        result.append(Generation(run_id, indices, meta, complete and all(aliased)))
    return sorted(result, key=lambda g: (_fence(g), g.run_id), reverse=True)


def served(client: Elasticsearch, prefix: str) -> Generation | None:
    """The generation that searches see; where a failed flip left several, the oldest can be trusted."""
    return next((g for g in reversed(generations(client, prefix)) if g.is_served), None)


def highest_fence(client: Elasticsearch, prefix: str) -> int:
    """The highest lock number that any generation carries; 0 when none does."""
    return _highest_fence(generations(client, prefix))


def _highest_fence(everything: Sequence[Generation]) -> int:
    return max(map(_fence, everything), default=0)


def _fence(generation: Generation) -> int:
    return int(generation.meta.get("fence", 0))


def flip(client: Elasticsearch, prefix: str, run_id: str, fence: int | None = None) -> None:
    """Serve one generation: one call that names every index, so that a search sees all old or all new.

    `fence` is the number of the caller's lock: a generation with a higher one shows that a later run took
    the lock over, and nothing changes; None does not look. Raises NotReady then, and NotFound when the run
    has no whole generation in the engine.
    """
    everything = generations(client, prefix)
    if fence is not None and _highest_fence(everything) > fence:
        raise NotReady("a later run has begun a generation: this one publishes nothing")
    target = next((g for g in everything if g.run_id == run_id), None)
    if target is None or not target.is_complete:
        raise NotFound(f"there is no whole generation {run_id}")
    actions: list[dict[str, Any]] = []
    for generation in everything:
        for alias, name in generation.indices.items():
            change = {"index": name, "alias": alias_name(prefix, alias)}
            if generation.run_id == run_id:
                actions.append({"add": change})
            else:
                actions.append({"remove": {**change, "must_exist": False}})
    client.indices.update_aliases(actions=actions)


def is_lost(client: Elasticsearch, prefix: str, run_id: str) -> bool:
    """Whether a node that is away holds the only copy of something of a generation."""
    health = client.cluster.health(index=f"{prefix}-*-{run_id}", expand_wildcards="open")
    return bool(health["status"] == "red")


def drop(client: Elasticsearch, prefix: str, run_id: str) -> None:
    """Delete the indices of one generation that is not served. Raises NotReady when it is."""
    for generation in generations(client, prefix):
        if generation.run_id != run_id:
            continue
        if generation.is_served:
            raise NotReady(f"generation {run_id} is being served and is not deleted")
        client.indices.delete(index=",".join(sorted(generation.indices.values())))


def prunable(everything: list[Generation], keep: int = KEPT_GENERATIONS) -> list[str]:
    """Run ids to delete: all but the served one and the newest `keep` - 1 other whole published ones."""
    idle = [g for g in everything if not g.is_served]
    whole = [g.run_id for g in idle if is_whole(g)]
    spared = set(whole[: max(0, keep - 1)])
    return [g.run_id for g in idle if g.run_id not in spared]


def prune(client: Elasticsearch, prefix: str, keep: int = KEPT_GENERATIONS) -> list[str]:
    """Delete what `prunable` names, inside the caller's lock. The run ids that are gone."""
    old = prunable(generations(client, prefix), keep)
    for run_id in old:
        drop(client, prefix, run_id)
    return old


def leftovers(everything: Sequence[Generation]) -> list[str]:
    """Run ids of generations that are neither served nor were ever published: of killed runs."""
    return [g.run_id for g in everything if not g.is_served and not _is_published(g)]


def is_whole(generation: Generation) -> bool:
    """Whether a generation was published and has all of its indices, so that it can be served again."""
    return generation.is_complete and _is_published(generation)


def _is_published(generation: Generation) -> bool:
    # A clone carries the `_meta` of its base until its own is written.
    return generation.meta.get("published") is True and generation.meta.get("run_id") == generation.run_id


def mark_published(client: Elasticsearch, indices: Mapping[str, str], meta: Mapping[str, Any]) -> None:
    """Mark a generation, whose gates hold, as one to serve and to roll back to; `meta` is added to `_meta`.

    For the run to call right before its flip: what is not marked goes as a leftover of a killed run.
    """
    tell(client, indices, {**meta, "published": True})


def tell(client: Elasticsearch, indices: Mapping[str, str], meta: Mapping[str, Any]) -> None:
    """Add to the `_meta` of every index of a generation; None takes an entry away."""
    for alias, name in indices.items():
        kept = client.indices.get_mapping(index=name)[name]["mappings"].get("_meta", {})
        told = {**mapping_file(alias)["mappings"]["_meta"], **kept, **meta}
        client.indices.put_mapping(index=name, meta={k: v for k, v in told.items() if v is not None})
