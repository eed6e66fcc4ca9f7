"""Three simple ways to order the same people, all asked of the engine, for the relevance bench to beat.

`names`: BM25 of the typed words over the names of a person's specialties and concepts. `taxonomy`: the
nearest ones who hold a taxonomy code that attends to the condition, as the finders of today do; the codes are
those of the world model, a better table than any finder has, and misspelt words do not harm it. `distance`:
the nearest ones. Each gets the same filters and the same people as the product, from a copy of its documents.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from finder import bulk
from finder.context import SearchContext
from finder.mappings import mapping_file
from finder.query import Question
from finder.reads import Client, searches
from finder.relevance import CUT, in_reach
from ingest.demo.data import Rules

BASELINES = ("names", "taxonomy", "distance")
NAMES = "bench_names"
PAGE = 1_000


def copy_index(client: Client, specialists: str, copy: str, context: SearchContext) -> None:
    """Fill a new index `copy` with every document of the index `specialists`, their names in words added."""
    body = mapping_file("specialists")
    properties = body["mappings"]["properties"]
    properties |= {"taxonomies": {"type": "keyword"}, NAMES: {"type": "text"}}
    mappings = {"dynamic": "strict", "properties": properties}
    client.indices.create(index=copy, settings={"number_of_replicas": 0}, mappings=mappings)
    bulk.write(client, copy, _lines(client, specialists, context))
    client.indices.refresh(index=copy)


def _lines(client: Client, specialists: str, context: SearchContext) -> Iterator[bytes]:
    after: list[Any] | None = None
    while True:
        found = client.search(index=specialists, size=PAGE, sort=["npi"], search_after=after)["hits"]["hits"]
        if not found:
            return
        lines = []
        for hit in found:
            source = {**hit["_source"], NAMES: names_of(hit["_source"], context)}
            lines += [orjson.dumps({"index": {"_id": hit["_id"]}}), orjson.dumps(source)]
        yield b"\n".join(lines) + b"\n"
        after = found[-1]["sort"]


def names_of(source: Mapping[str, Any], context: SearchContext) -> list[str]:
    """Get the names of a document's specialties and of every concept that some evidence names."""
    concepts = context.vocabulary.concepts
    specialties = [context.words.specialties[name] for name in source.get("specialties", ())]
    return [*specialties, *(concepts[name].label for name in source.get("concepts", ()))]


def taxonomies_of(rules: Rules) -> dict[str, tuple[str, ...]]:
    """Get for each condition of the world the codes of all specialties that attend to it, in any role."""
    found: dict[str, tuple[str, ...]] = {condition.condition_id: () for condition in rules.conditions}
    for track in rules.tracks:
        name = rules.conditions[track.condition].condition_id
        codes = (rules.specialties[kind].taxonomy for kind in track.specialties)
        found[name] = tuple(dict.fromkeys((*found[name], *codes)))
    return found


def rankings(
    client: Client, copy: str, question: Question, words: str, codes: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Get the first ten of each baseline, best first; among equals the nearer one, then the lower NPI."""
    reach = [in_reach(question), {"term": {"is_candidate": True}}]
    by_code = {"terms": {"taxonomies": list(codes)}}
    queries = {
        "names": {"bool": {"must": [{"match": {NAMES: words}}], "filter": reach}},
        "taxonomy": {"bool": {"filter": [*reach, by_code]}},
        "distance": {"bool": {"filter": reach}},
    }
    order: list[Any] = [{"_score": "desc"}, "npi"]
    if question.place:
        lat, lon = question.place
        near = {"points": {"lat": lat, "lon": lon}, "order": "asc", "unit": "mi", "mode": "min"}
        order.insert(1, {"_geo_distance": near})
    bodies = [(copy, {"size": CUT, "_source": False, "query": queries[n], "sort": order}) for n in BASELINES]
    answers = searches(client, bodies)
    return {
        name: tuple(hit["_id"] for hit in answer["hits"]["hits"])
        for name, answer in zip(BASELINES, answers, strict=True)
    }
