"""Takes one trial away from sampled investigators, and asks whether the rest still finds them.

The name is struck from the study record itself, and the whole folder is ingested anew, so that nothing of
the link is left in any step of the pipeline.
"""

import gzip
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from finder.context import SearchContext
from finder.criteria import SearchCriteria
from finder.reads import Client, documents
from finder.search import find_specialists
from ingest.demo.generate import STUDIES
from ingest.relevance_queries import Truth

SAMPLE = 40  # investigators of one world
FOUND_WITHIN = 20
MILES = (50, 500)


@dataclass(frozen=True, slots=True)
class Link:
    """An investigator, one of the trials on the condition that the person mainly treats, and an own ZIP."""

    npi: str
    first: str
    last: str
    nct_number: str
    condition_id: str
    zip: str


def sampled_links(
    client: Client, specialists: str, truth: Truth, seed: int, size: int = SAMPLE
) -> list[Link]:
    """Get links that the served documents do carry, one a person, of people drawn with `seed`."""
    rng = random.Random(seed)  # noqa: S311 - a bench, no secret
    who = sorted(npi for npi, person in truth.people.items() if person["trials"])
    rng.shuffle(who)
    carried = _carried(client, specialists, who)
    found = []
    for npi in who:
        person, source = truth.people[npi], carried.get(npi, {})
        linked = {trial["nct_number"] for trial in source.get("trials", ())}
        own = sorted(linked & set(person["trials"]))
        zips = [site["zip"] for site in source.get("sites", ()) if "lat" in site and "zip" in site]
        if own and zips:
            focus = next(iter(person["focus"]))
            found.append(Link(npi, person["first"], person["last"], rng.choice(own), focus, zips[0][:5]))
        if len(found) == size:
            break
    return found


def _carried(client: Client, specialists: str, npis: Sequence[str]) -> dict[str, dict[str, Any]]:
    return documents(client, {specialists: npis}, {specialists: ("trials", "sites")})[specialists]


def strike(folder: Path, links: Sequence[Link]) -> None:
    """Rewrite the studies of a demonstration folder without the sampled investigators of the sampled ones."""
    by_trial: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        by_trial[link.nct_number].append(link)
    path, lines = folder / STUDIES, []
    for line in gzip.decompress(path.read_bytes()).splitlines():
        record = orjson.loads(line)
        gone = by_trial.get(record["protocolSection"]["identificationModule"]["nctId"])
        lines.append(orjson.dumps(without(record, gone)) if gone else line)
    path.write_bytes(gzip.compress(b"\n".join(lines) + b"\n", mtime=0))


def without(record: Mapping[str, Any], links: Sequence[Link]) -> dict[str, Any]:
    """Get a study record in which no official and no contact bears the name of any of these people."""
    section = dict(record["protocolSection"])
    module = dict(section["contactsLocationsModule"])
    module["overallOfficials"] = _others(module["overallOfficials"], links)
    module["locations"] = [
        {**location, "contacts": _others(location["contacts"], links)} for location in module["locations"]
    ]
    section["contactsLocationsModule"] = module
    return {**record, "protocolSection": section}


def _others(people: Sequence[Mapping[str, Any]], links: Sequence[Link]) -> list[Mapping[str, Any]]:
    return [person for person in people if not any(_is_named(person["name"], link) for link in links)]


def _is_named(name: str, link: Link) -> bool:
    return name.startswith(f"{link.first} ") and f" {link.last}," in name


def ranks(
    client: Client,
    prefix: str,
    links: Sequence[Link],
    labels: Mapping[str, str],
    context: SearchContext,
    now: date,
) -> dict[int, dict[str, int | None]]:
    """Get, by the miles asked for, each one's rank among the first twenty; None for who is not there."""
    found: dict[int, dict[str, int | None]] = {}
    for miles in MILES:
        found[miles] = {}
        for link in links:
            words = labels[link.condition_id]
            criteria = SearchCriteria(words, near=link.zip, within=miles, size=FOUND_WITHIN)
            shown = find_specialists(client, prefix, criteria, context, now).results
            found[miles][link.npi] = next((one.rank for one in shown if one.npi == link.npi), None)
    return found


def gone(client: Client, specialists: str, links: Sequence[Link]) -> list[Link]:
    """Get those links that the served documents do not carry."""
    carried = _carried(client, specialists, [link.npi for link in links])
    return [
        link
        for link in links
        if link.nct_number not in {t["nct_number"] for t in carried.get(link.npi, {}).get("trials", ())}
    ]
