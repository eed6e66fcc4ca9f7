"""Searches on a loaded generation that nobody sees yet: people are found again, ties hold, answers fit."""

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from finder.criteria import SearchCriteria
from finder.documents import as_built
from finder.errors import InputErrors, SourceError
from finder.independence import Verdict, kind_of, load_rules, ties_of, verdict
from finder.reads import SPECIALISTS, Client, documents, searches
from finder.relevance import CUT, ndcg
from finder.search import find_specialists, load_context
from finder.searched_only import with_searched_only
from ingest.ledger import Sampled, digest_of, lines_of

PEOPLE = 60
NEAR = "1km"
_JUDGED_COLUMNS = ("words", "npi", "grade")


def same_content(client: Client, indices: Mapping[str, str], sampled: Sequence[Sampled]) -> int:
    """How many of the sampled documents the engine holds exactly as they were built."""
    count = 0
    wanted: dict[str, list[str]] = defaultdict(list)
    for each in sampled:
        wanted[indices[each.alias]].append(each.id)
    found = documents(client, wanted)
    for each in sampled:
        source = found[indices[each.alias]].get(each.id)
        if source is not None:
            built = as_built(source)
            built = with_searched_only(built) if each.alias == SPECIALISTS else built
            count += digest_of(lines_of(each.id, built)) == each.digest
    return count


def found_again(client: Client, index: str, people: Mapping[str, Mapping[str, Any]]) -> int:
    """How many people a search finds by name, specialties and place, all at once."""
    asked = [
        _ids({"filter": [*_clauses(source), {"ids": {"values": [npi]}}]}) for npi, source in people.items()
    ]
    return sum(len(ids) for ids in _found(client, index, asked))


def _clauses(source: Mapping[str, Any]) -> list[dict[str, Any]]:
    clauses: list[dict[str, Any]] = [
        {"match": {"name_folded": {"query": source["name_folded"], "operator": "and"}}}
    ]
    clauses += [{"term": {"specialties": each}} for each in source.get("specialties", ())]
    clauses += [
        {"geo_distance": {"distance": NEAR, "points": point}} for point in source.get("points", ())[:1]
    ]
    return clauses


def tied_pairs(
    client: Client, index: str, people: Mapping[str, Mapping[str, Any]], today: date
) -> tuple[int, int]:
    """Of pairs that share a group, owner, system or hospital: how many the verdict calls not independent, of
    how many. The partner is whoever else the index has under the same key.
    """
    rules = load_rules()
    keys = {
        npi: next((k for k in source.get("tie_keys", ()) if kind_of(k) in rules.breaking()), None)
        for npi, source in people.items()
    }
    tied = {npi: key for npi, key in keys.items() if key}
    asked = [
        _ids({"filter": [{"term": {"tie_keys": key}}], "must_not": [{"ids": {"values": [npi]}}]})
        for npi, key in tied.items()
    ]
    partners = {npi: ids[0] for npi, ids in zip(tied, _found(client, index, asked), strict=True) if ids}
    told = documents(client, {index: sorted(set(partners.values()))})[index]
    right = sum(
        verdict(ties_of(npi, people[npi]), ties_of(other, told[other]), rules, today).verdict
        is Verdict.NOT_INDEPENDENT
        for npi, other in partners.items()
    )
    return right, len(partners)


def _ids(query: Mapping[str, Any]) -> dict[str, Any]:
    """A search for the ids of a few documents."""
    return {"size": 10, "query": {"bool": query}, "_source": False, "sort": ["_doc"]}


def _found(client: Client, index: str, bodies: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """The ids that each search finds, in order; all are sent as one request."""
    answers = searches(client, [(index, body) for body in bodies])
    return [sorted(hit["_id"] for hit in answer["hits"]["hits"]) for answer in answers]


def judged(client: Client, prefix: str, run_id: str, judgments: Path, today: date) -> float:
    """nDCG of the first ten by judgments of one's own: a CSV with the columns words, npi, grade (0 to 3).

    Raises SourceError for a file that cannot be used.
    """
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    try:
        with judgments.open(encoding="utf-8-sig", newline="") as text:
            for number, row in enumerate(csv.DictReader(text), start=2):
                words, npi, grade = (str(row.get(name) or "").strip() for name in _JUDGED_COLUMNS)
                if not words or not npi.isdigit() or grade not in ("0", "1", "2", "3"):
                    raise SourceError(judgments.name, number, None, "needs words, an NPI and a grade 0 to 3")
                grades[words][npi] = int(grade)
    except (OSError, UnicodeDecodeError) as problem:
        raise SourceError(judgments.name, None, None, f"cannot be read: {problem}") from problem
    if not grades:
        raise SourceError(judgments.name, None, None, "holds no judgment")
    context = load_context()
    rankings: dict[str, tuple[str, ...]] = {}
    for words in grades:
        try:
            asked = SearchCriteria.from_args({"words": words, "generation": run_id, "size": str(CUT)})
        except InputErrors as problem:
            raise SourceError(judgments.name, None, "words", problem.message) from problem
        results = find_specialists(client, prefix, asked, context, today)
        rankings[words] = tuple(hit.npi for hit in results.results)
    found = ndcg(rankings, grades)
    return sum(found.values()) / len(found)
