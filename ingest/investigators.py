"""Links trial investigators to specialists by name and state; what is ambiguous is dropped and counted."""

import hashlib
import importlib.metadata
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from finder import text
from ingest import names
from ingest.names import investigator_name, person_key
from ingest.processes import number_of, pool
from ingest.sources.trials import TrialRole
from ingest.staging import Staging

NAMES_FOR_MORE_PROCESSES = 30_000
# The highest role that a trial gives a person counts; the publisher's roles are listed from the highest.
_RANK = {role.value: rank for rank, role in enumerate(TrialRole)}


class Mention(NamedTuple):
    """A trial that names an investigator; `states` are where the person may work, empty when not known."""

    nct_number: str
    role: str
    middle: str
    states: frozenset[str]


class TrialFacts(NamedTuple):
    """What a specialist's document carries of a trial."""

    title: str
    status: str | None
    conditions: tuple[str, ...]
    as_of: str | None


@dataclass(frozen=True, slots=True)
class Investigators:
    """NPI -> (NCT number, role), trials by NCT number, and how many mentions were linked or dropped."""

    by_npi: Mapping[str, tuple[tuple[str, str], ...]]
    trials: Mapping[str, TrialFacts]
    outcome: Mapping[str, int]


def investigators(staging: Staging) -> Investigators:
    """Link every named investigator of the staged trials.

    A name is linked only when exactly one person of the directory bears it (first and last name, no
    contradicting middle initial) and practises in a state where the trial has a site: of the site, when the
    site names the investigator (at a foreign site nobody fits), else of any site in the United States. Two
    people who fit, or none, drop the mention.
    """
    mentions = _mentions(staging)
    people = _people(staging, set(mentions))
    links: dict[str, dict[str, str]] = defaultdict(dict)
    outcome: Counter[str] = Counter()
    for key, named in sorted(mentions.items()):
        for mention in sorted(named, key=_order):
            bearers = people.get(key, {})
            fitting = [npi for npi, person in bearers.items() if person.fits(mention)]
            if len(fitting) == 1:
                links[fitting[0]].setdefault(mention.nct_number, mention.role)
            outcome[_outcome(len(bearers), len(fitting))] += 1
    needed = {nct for roles in links.values() for nct in roles}
    by_npi = {npi: tuple(sorted(roles.items())) for npi, roles in links.items()}
    return Investigators(by_npi, _trials(staging, needed), outcome)


def _outcome(bearers: int, fitting: int) -> str:
    """Why a mention is linked or dropped, as the report of a run counts it."""
    if fitting == 1:
        return "linked"
    if fitting:
        return "ambiguous"
    return "nobody of that name there" if bearers else "nobody of that name"


def _order(mention: Mention) -> tuple[str, int, str, list[str]]:
    """By trial, its highest role first; sets have an order of their own in every process."""
    rank = _RANK.get(mention.role, len(_RANK))
    return mention.nct_number, rank, mention.middle, sorted(mention.states)


class _Person(NamedTuple):
    """The initials of middle names and the states of one person; equal sets are one object, as most are."""

    initials: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()

    def fits(self, mention: Mention) -> bool:
        if not self.states & mention.states:
            return False
        return not mention.middle or not self.initials or mention.middle[0] in self.initials


_NOBODY = _Person()


def _mentions(staging: Staging) -> dict[str, set[Mention]]:
    site_states: dict[str, set[str]] = defaultdict(set)
    for nct, state in staging.rows(
        "SELECT DISTINCT nct_number, state FROM trial_sites WHERE country IN ('United States', 'US', 'USA')"
    ):
        if nct and state:
            site_states[nct].add(state)
    found: dict[str, set[Mention]] = defaultdict(set)
    one: dict[frozenset[str], frozenset[str]] = {}
    for nct, name, role, state, is_of_trial, known, key, middle in staging.rows(
        "SELECT DISTINCT nct_number, name, role, state, CASE WHEN facility IS NULL AND city IS NULL"
        " THEN 'yes' END, text, key, middle FROM trial_people LEFT JOIN"
        " (SELECT * FROM names_read WHERE version = ?) ON text = name",
        [names_version()],
    ):
        if known is None:
            key, middle = split_name(name or "")[1:]
        if not nct or key is None:
            continue
        # An overall official has no place of its own; a site without a state of ours is abroad.
        elsewhere = site_states.get(nct, ()) if is_of_trial else ()
        states = frozenset({state} if state else elsewhere)
        found[key].add(Mention(nct, role or "", middle or "", one.setdefault(states, states)))
    return found


def read_names(staging: Staging) -> None:
    """Split every staged name of an investigator that was not split before, and keep the parts staged.

    Splitting takes 0.2 ms a name, as long as merging a third of a person (2026-11-28).
    """
    version = names_version()
    query = (
        "SELECT DISTINCT name FROM trial_people WHERE name IS NOT NULL"
        " AND name NOT IN (SELECT text FROM names_read WHERE version = ?)"
    )
    new = [str(row[0]) for row in staging.rows(query, [version])]
    workers = number_of()
    if len(new) < NAMES_FOR_MORE_PROCESSES or workers == 1:
        parts = [split_name(name) for name in new]
    else:
        with pool(workers) as splitting:
            parts = list(splitting.map(split_name, new, chunksize=2_000))
    staging.keep_names(parts, version)


def split_name(name: str) -> tuple[str, str | None, str]:
    """The text, the key of the person it names, or None, and the middle names."""
    person = investigator_name(name)
    return (name, person.key, person.middle) if person else (name, None, "")


def names_version() -> str:
    """Changes with the code that splits names and the package it stands on."""
    digest = hashlib.sha256(importlib.metadata.version("nameparser").encode())
    for path in (Path(names.__file__), Path(text.__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _people(staging: Staging, keys: set[str]) -> dict[str, dict[str, _Person]]:
    found: dict[str, dict[str, _Person]] = defaultdict(dict)
    one: dict[frozenset[str], frozenset[str]] = {}
    if not keys:
        return found

    def with_one(known: frozenset[str], more: str | None) -> frozenset[str]:
        if not more or more in known:
            return known
        grown = known | {more}
        return one.setdefault(grown, grown)

    for npi, last, first, middle, state in staging.rows(
        "SELECT DISTINCT npi, last_name, first_name, middle_name, state FROM nppes_people"
        " UNION SELECT DISTINCT npi, last_name, first_name, middle_name, state FROM clinicians"
    ):
        key = person_key(last or "", first or "")
        if npi and key in keys:
            bearers = found[key]
            person = bearers.get(npi, _NOBODY)
            initials = with_one(person.initials, (middle or "").casefold()[:1])
            bearers[npi] = _Person(initials, with_one(person.states, state))
    return found


def _trials(staging: Staging, needed: set[str]) -> dict[str, TrialFacts]:
    """The needed trials as their newest record gives them."""
    found: dict[str, TrialFacts] = {}
    for nct, title, status, conditions, keywords, as_of in staging.rows(
        "SELECT DISTINCT nct_number, title, status, conditions, keywords, as_of FROM trials"
        " ORDER BY nct_number, coalesce(as_of, ''), title, status, conditions, keywords, as_of"
    ):
        if nct in needed and nct:
            words = tuple(w for part in (conditions, keywords) if part for w in part.split("|"))
            found[nct] = TrialFacts(title or nct, status, words, as_of)
    return found
