"""Reads from one generation: which one is served, documents by id, several searches in one request."""

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, TypeVar, cast

import orjson
from elasticsearch import ApiError, Elasticsearch, NotFoundError

from finder.errors import FieldError, InputErrors, NotFound, NotReady
from finder.i18n import gettext
from finder.indexes import PLANS, alias_name, parse_name
from finder.mappings import SERVED_ALIASES

Client = Elasticsearch  # the name for callers, who do not import the engine's package themselves
SPECIALISTS = "specialists"
PROGRAMS = "programs"
ORGANIZATIONS = "organizations"
PLACES = "places"
REMEMBERED_PARTS = 2_000  # places, doctors already seen and lists of programs; a few MB
NO_FIELDS: Mapping[str, Sequence[str]] = MappingProxyType({})
T = TypeVar("T")
_META = ("run_id", "as_of", "demonstration", "specialists")


@dataclass(frozen=True, slots=True)
class Served:
    """The generation that one search reads: its run, the names of its indices, its date, its banner, and how
    many people are in it, 0 where its run did not say.
    """

    run_id: str
    specialists: str
    programs: str
    organizations: str
    places: str
    as_of: str | None
    is_demonstration: bool
    people: int = 0


def served(client: Client, prefix: str, run_id: str | None = None) -> Served:
    """Get the generation behind the aliases, or the one of a given run, by its physical names.

    Reading by physical names keeps one request on one generation while aliases flip. Raises NotReady when
    nothing has been loaded, InputErrors on `generation` when that run is not kept (any more).
    """
    aliases = [alias_name(prefix, each) for each in SERVED_ALIASES]
    names = [f"{alias}-*" for alias in aliases] if run_id else aliases
    answer = client.indices.get_mapping(index=names, filter_path=[f"*.mappings._meta.{k}" for k in _META])
    runs: dict[str, dict[str, str]] = {}
    for name in answer:
        parsed = parse_name(prefix, name)
        if parsed and run_id in (None, parsed.run_id):
            runs.setdefault(parsed.run_id, {})[parsed.alias] = name
    whole = sorted(run for run, indices in runs.items() if len(indices) == len(aliases))
    if not whole and run_id:
        told = gettext("%(generation)s is not kept; start the search again", generation=run_id)
        raise InputErrors([FieldError("generation", told)])
    if not whole:
        raise NotReady("no directory has been loaded yet: run `finder ingest run --data DIR`")
    found = runs[whole[0]]  # where a failed flip left two, the older one can be trusted
    meta = answer[found[SPECIALISTS]]["mappings"]["_meta"]
    return Served(
        run_id=whole[0],
        specialists=found[SPECIALISTS],
        programs=found[PROGRAMS],
        organizations=found[ORGANIZATIONS],
        places=found[PLACES],
        as_of=meta.get("as_of"),
        is_demonstration=bool(meta.get("demonstration", False)),
        people=int(meta.get("specialists", 0)),
    )


def plan_names(client: Client, generation: Served) -> Mapping[str, str]:
    """Get the names of plans and networks by id, as the generation's run wrote them; some have none."""
    answer = client.indices.get_mapping(
        index=generation.specialists, filter_path=[f"*.mappings._meta.{PLANS}"]
    )
    for told in answer.values():
        names: Mapping[str, str] = told["mappings"]["_meta"][PLANS]
        return names
    return {}


class Remembered:
    """What a process asks the engine once for many searches: the generation served, and parts of generations.

    `served_s` are the seconds for which the last look at the aliases counts; 0 looks every time. The indices
    of a generation never change and two generations stay, so a search that starts on the one before a flip
    still reads all old. Everything lies in the memory of the process, the least used goes first.
    """

    def __init__(self, served_s: float = 0.0) -> None:
        self._served_s = served_s
        self._lock = threading.Lock()
        self._served: dict[str, tuple[float, Served]] = {}
        self._parts: OrderedDict[Hashable, Any] = OrderedDict()

    def served(self, client: Client, prefix: str, run_id: str | None = None) -> Served:
        """Get the served generation, or the one of a run; raises what `served` raises."""
        if run_id or not self._served_s:
            return served(client, prefix, run_id)
        now = time.monotonic()
        with self._lock:
            looked_at, known = self._served.get(prefix, (0.0, None))
        if known is None or now - looked_at >= self._served_s:
            known = served(client, prefix)
            with self._lock:
                self._served[prefix] = (now, known)
        return known

    def plans(self, client: Client, generation: Served) -> Mapping[str, str]:
        """Get the names of plans by id, asked for once in a generation."""
        key = (generation.specialists, PLANS)
        known: Mapping[str, str] | None = self.get(key)
        return self.put(key, plan_names(client, generation)) if known is None else known

    def get(self, key: Hashable) -> Any:
        """Get what was put under a key that names the index; None where nothing was, or it was let go."""
        with self._lock:
            if key in self._parts:
                self._parts.move_to_end(key)
            return self._parts.get(key)

    def put(self, key: Hashable, part: T) -> T:
        """Keep a part of one index under a key that names it; the part comes back."""
        with self._lock:
            self._parts[key] = part
            self._parts.move_to_end(key)
            while len(self._parts) > REMEMBERED_PARTS:
                self._parts.popitem(last=False)
        return part


def documents(
    client: Client, wanted: Mapping[str, Sequence[str]], fields: Mapping[str, Sequence[str]] = NO_FIELDS
) -> dict[str, dict[str, dict[str, Any]]]:
    """Get documents by id in one request: index -> id -> source; those that do not exist are absent.

    `wanted` is index -> ids, `fields` index -> the fields to bring. Whole documents, where nothing is chosen,
    are quicker for the engine: to choose it parses what it would else send as it lies, 0.07 ms for a place of
    300 bytes (2026-11-29).
    """
    asked = [
        {"_index": index, "_id": each, "_source": list(fields[index]) if index in fields else True}
        for index, ids in wanted.items()
        for each in ids
    ]
    found: dict[str, dict[str, dict[str, Any]]] = {index: {} for index in wanted}
    if asked:
        for doc in client.mget(docs=asked)["docs"]:
            if doc.get("found"):
                found[doc["_index"]][doc["_id"]] = doc["_source"]
    return found


def searches(client: Client, asked: Sequence[tuple[str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Get the answers to several searches, each an index and a body, with the score of each named clause.

    They are sent as one request. Raises the client's ApiError for the first that failed, and NotReady when a
    shard did not answer: half an answer is none.
    """
    if not asked:
        return []
    lines = [orjson.dumps(line) for index, body in asked for line in ({"index": index}, body)]
    # The client forwards ready lines, which is faster than its own writer; its type says mappings.
    answer = client.msearch(searches=cast(Any, lines), include_named_queries_score=True)
    for response in answer["responses"]:
        if "error" in response:
            meta = replace(answer.meta, status=int(response.get("status", 500)))
            raise ApiError(str(response["error"].get("type", "")), meta, response)
        if response["timed_out"] or response["_shards"]["failed"]:
            raise NotReady("a part of the directory did not answer; try again in a moment")
    return list(answer["responses"])


def document(client: Client, index: str, document_id: str, missing: str) -> dict[str, Any]:
    """Get one document's source. Raises NotFound with the text `missing`."""
    try:
        source: dict[str, Any] = client.get(index=index, id=document_id)["_source"]
    except NotFoundError as problem:
        if isinstance(problem.body, dict) and problem.body.get("found") is False:
            raise NotFound(missing) from problem
        raise
    return source
