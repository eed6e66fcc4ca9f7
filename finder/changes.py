"""The difference between two generations: who is new, gone or changed, and in what; computed once and kept.

Both are read in the order of the NPI, some hundred people at a time, so memory does not grow with people.
Dates are no difference: a file that says the same a month later changes nothing that a reader would act on.
"""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import orjson

from finder import bulk, indexes
from finder.addresses import address
from finder.documents import approach_of, evidence_of
from finder.engine import translated
from finder.errors import NotFound
from finder.indexes import RUNS, Generation, alias_name
from finder.reads import Client, documents
from finder.runs import ensure_runs_index
from finder.text import fold

ADDED, REMOVED = "added", "removed"
PEOPLE_A_READ = 500
PAGE = 50  # people of one kind in one kept document, and on one page
MOST_PAGES = 200  # of one kind; counts are whole, and the command lists everybody
MOST_TOLD = 8  # values told of one kind and person; beyond that only how many
MOST_TEXT = 160  # characters of one value
PIT_LIFE = "2m"
_KIND = "changes"
_ORGANIZATIONS = ("group", "system", "hospital", "owner")
Document = Mapping[str, Any]
Texts = Callable[[Document], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """What is gone and what is new of one kind; `more` values are not told."""

    gone: tuple[str, ...]
    new: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Changed:
    """One person who is new, gone, or changed in these kinds."""

    npi: str
    name: str
    kinds: Mapping[str, Difference]


@dataclass(frozen=True, slots=True)
class Totals:
    """The whole difference in numbers: people by kind, people changed at all, documents before and after."""

    old: str
    new: str
    computed: str
    people: int
    counts: Mapping[str, int]
    documents: Mapping[str, tuple[int, int]]


def _address(site: Document) -> str:
    parts = (site.get(name) for name in ("street", "street_2", "city", "state", "zip"))
    return ", ".join(str(part) for part in parts if part)


def _key(site: Document) -> str:
    """What two spellings of one place agree on: `STE 5` of one file is `Suite 5` of another."""
    known = address(site.get("street"), site.get("street_2"), site.get("zip"))
    return known.key if known else fold(_address(site))


def _addresses(document: Document) -> dict[str, str]:
    return {_key(site): _address(site) for site in document.get("sites", ())}


def _contacts(document: Document) -> dict[str, str]:
    """Numbers by place: telephone and fax, and where."""
    found = {}
    for site in document.get("sites", ()):
        numbers = f"{site.get('phone') or 'no telephone'}, fax {site.get('fax') or 'none'}"
        found[f"{_key(site)}: {numbers}"] = f"{numbers}: {_address(site)}"
    return found


def _focus(document: Document) -> dict[str, str]:
    found = {f"mainly {concept}" for concept in document.get("main_concepts", ())}
    found |= {f"proven {concept}" for concept in document.get("proven_concepts", ())}
    for piece in evidence_of(document):
        count = f", {piece['count']} of {piece.get('of', '?')}" if "count" in piece else ""
        found.add(f"{piece['concept']}: {piece['kind']} {piece.get('value', 0)}{count}")
    return _themselves(found)


def _trials(document: Document) -> dict[str, str]:
    return _themselves(
        ", ".join(filter(None, (trial.get(name) for name in ("nct_number", "status", "role"))))
        for trial in document.get("trials", ())
    )


def _approach(document: Document) -> dict[str, str]:
    """How somebody works; the practice vector is made of this, of the focus and of the role."""
    return _themselves(f"{e['concept']}: {e['kind']} {e.get('value', 0)}" for e in approach_of(document))


def _tied(*kinds: str) -> Texts:
    starts = tuple(f"{kind}:" for kind in kinds)
    return lambda document: _themselves(k for k in document.get("tie_keys", ()) if k.startswith(starts))


def _values(*fields: str) -> Texts:
    def texts(document: Document) -> dict[str, str]:
        found: set[str] = set()
        for field in fields:
            value = document.get(field)
            if value is not None:
                values = value if isinstance(value, list) else [value]
                found |= {str(one) if len(fields) == 1 else f"{field}: {one}" for one in values}
        return _themselves(found)

    return texts


def _themselves(texts: Iterable[str]) -> dict[str, str]:
    return {text: text for text in texts}


# Kind -> its words for the reader, and what is compared of a document: key -> the text that is told.
KINDS: Mapping[str, tuple[str, Texts]] = {
    "name": ("name or letters changed", _values("name", "credentials")),
    "site": ("moved", _addresses),
    "contact": ("telephone or fax changed", _contacts),
    "group": ("practice group changed", _tied("group")),
    "owner": ("owner above the group changed", _tied("owner")),
    "system": ("health system changed", _tied("system")),
    "hospital": ("hospital changed", _tied("hospital")),
    "focus": ("focus changed", _focus),
    "approach": ("way of working changed", _approach),
    "training": ("school or residency changed", _tied("school", "residency")),
    "referral": ("referral partners changed", _tied("referral")),
    "specialty": ("specialty changed", _values("specialties", "taxonomies", "roles", "is_candidate")),
    "network": ("insurance networks changed", _values("network_keys")),
    "language": ("languages changed", _values("languages")),
    "licence": ("licences changed", _values("licence_states")),
    "trials": ("clinical trials changed", _trials),
    "patients": ("taking patients changed", _values("accepting", "ages", "attributes")),
    "programs": ("online programs changed", _values("program_ids")),
    "known": ("what is settled changed", _values("tie_kinds_known")),
}
LABELS: Mapping[str, str] = {
    ADDED: "new in the directory",
    REMOVED: "no longer in the directory",
    **{kind: label for kind, (label, _texts) in KINDS.items()},
}


def compared(old: Document, new: Document) -> dict[str, Difference]:
    """Two documents of one person by kind of difference; nothing where a reader would see the same."""
    found = {}
    for kind, (_label, texts) in KINDS.items():
        before, after = texts(old), texts(new)
        if kind == "contact":  # of the places that both have: a move tells the others
            both = _addresses(old).keys() & _addresses(new).keys()
            before, after = _of(before, both), _of(after, both)
        if before.keys() != after.keys():
            gone, fresh = before.keys() - after.keys(), after.keys() - before.keys()
            found[kind] = _told(sorted(before[key] for key in gone), sorted(after[key] for key in fresh))
    return found


def _of(contacts: Mapping[str, str], places: Container[str]) -> dict[str, str]:
    return {key: text for key, text in contacts.items() if key.partition(": ")[0] in places}


def _told(gone: Sequence[str], new: Sequence[str]) -> Difference:
    more = max(0, len(gone) - MOST_TOLD) + max(0, len(new) - MOST_TOLD)
    shown = [tuple(text[:MOST_TEXT] for text in texts[:MOST_TOLD]) for texts in (gone, new)]
    return Difference(shown[0], shown[1], more)


def differences(
    client: Client, old: Generation, new: Generation, on_people: Callable[[int], None] = lambda people: None
) -> Iterator[Changed]:
    """Everybody who is new, gone or changed from one generation to another, by NPI.

    `on_people` gets how many people of the new one were compared since the last call. Raises the client's
    errors.
    """
    before, after = _people(client, old), _people(client, new)
    left, right = next(before, None), next(after, None)
    done = 0
    while left or right:
        if right is None or (left is not None and left["npi"] < right["npi"]):
            assert left is not None
            yield Changed(left["npi"], left["name"], {REMOVED: Difference(_where(left), ())})
            left = next(before, None)
            continue
        if left is None or right["npi"] < left["npi"]:
            yield Changed(right["npi"], right["name"], {ADDED: Difference((), _where(right))})
        else:
            kinds = {} if left == right else compared(left, right)
            if kinds:
                yield Changed(right["npi"], right["name"], kinds)
            left = next(before, None)
        right = next(after, None)
        done += 1
        if done % PEOPLE_A_READ == 0:
            on_people(PEOPLE_A_READ)
    on_people(done % PEOPLE_A_READ)


def _where(person: Document) -> tuple[str, ...]:
    return _told([], [*person.get("specialties", ()), *sorted(_addresses(person).values())]).new


def _people(client: Client, generation: Generation) -> Iterator[Document]:
    """Everybody by NPI, of one moment of the index.

    Whole documents: choosing fields takes the engine 2.5 times as long (371 against 147 ms for 2,000 people,
    2026-11-28), more than reading the rest.
    """
    index = generation.indices["specialists"]
    pit = client.open_point_in_time(index=index, keep_alive=PIT_LIFE)["id"]
    after = None
    try:
        while True:
            answer = client.search(
                pit={"id": pit, "keep_alive": PIT_LIFE}, sort=[{"npi": "asc"}], size=PEOPLE_A_READ,
                search_after=after, track_total_hits=False,
            )  # fmt: skip
            hits = answer["hits"]["hits"]
            yield from (hit["_source"] for hit in hits)
            if len(hits) < PEOPLE_A_READ:
                return
            pit, after = answer["pit_id"], hits[-1]["sort"]
    finally:
        client.options(ignore_status=404).close_point_in_time(id=pit)


@translated()
def keep(
    client: Client,
    prefix: str,
    old: Generation,
    new: Generation,
    now: datetime,
    on_people: Callable[[int], None] = lambda people: None,
) -> Totals:
    """Compute the difference and keep it in the runs index: numbers, and pages of people by kind.

    Organizations get their names. Raises EngineDown, NotReady.
    """
    index = ensure_runs_index(client, prefix)
    counts: Counter[str] = Counter()
    waiting: dict[str, list[Changed]] = {}
    people = 0
    found = differences(client, old, new, on_people)
    while some := list(islice(found, PAGE)):
        for changed in _named(client, (old, new), some):
            people += 1
            for kind in changed.kinds:
                counts[kind] += 1
                page = waiting.setdefault(kind, [])
                page.append(changed)
                if len(page) == PAGE:
                    _keep_page(client, index, (old.run_id, new.run_id, kind), counts[kind] // PAGE, page)
                    waiting[kind] = []
    for kind, page in waiting.items():
        if page:
            _keep_page(client, index, (old.run_id, new.run_id, kind), counts[kind] // PAGE + 1, page)
    before, after = indexes.counts(client, old.indices), indexes.counts(client, new.indices)
    totals = Totals(
        old.run_id, new.run_id, now.astimezone(UTC).isoformat(timespec="seconds"), people,
        dict(counts), {alias: (before[alias], after[alias]) for alias in after},
    )  # fmt: skip
    document = {"kind": _KIND, "run_id": new.run_id, "started": totals.computed, "detail": asdict(totals)}
    client.index(index=index, id=_id(old.run_id, new.run_id), document=document, refresh=True)
    return totals


def _keep_page(
    client: Client, index: str, which: tuple[str, str, str], number: int, page: Iterable[Changed]
) -> None:
    if number > MOST_PAGES:
        return
    document = {
        "kind": _KIND, "run_id": which[1], "detail": {"people": [asdict(changed) for changed in page]}
    }  # fmt: skip
    line = orjson.dumps({"index": {"_id": f"{_id(*which)}-{number}"}})
    bulk.write(client, index, [line + b"\n" + orjson.dumps(document) + b"\n"])


def _named(client: Client, generations: Sequence[Generation], some: Sequence[Changed]) -> list[Changed]:
    """People whose organizations are told by name and id, asked for in one request a generation."""
    texts = [
        text
        for changed in some
        for kind in _ORGANIZATIONS
        if kind in changed.kinds
        for text in (*changed.kinds[kind].gone, *changed.kinds[kind].new)
    ]
    ids = sorted(set(texts))
    names: dict[str, str] = {}
    for generation in generations:
        index = generation.indices["organizations"]
        if ids:
            found = documents(client, {index: ids}, {index: ("name",)})[index]
            names |= {each: f"{source['name']} ({each})" for each, source in found.items()}

    def told(difference: Difference) -> Difference:
        gone, new = (tuple(names.get(t, t) for t in texts) for texts in (difference.gone, difference.new))
        return Difference(gone, new, difference.more)

    return [
        Changed(c.npi, c.name, {k: told(d) if k in _ORGANIZATIONS else d for k, d in c.kinds.items()})
        for c in some
    ]


@translated()
def kept(client: Client, prefix: str, old: str, new: str) -> Totals | None:
    """The numbers of a difference between two runs that was computed before; None where none was."""
    found = _detail(client, prefix, _id(old, new))
    if found is None:
        return None
    documents_ = {alias: (before, after) for alias, (before, after) in found["documents"].items()}
    return Totals(found["old"], found["new"], found["computed"], found["people"], found["counts"], documents_)


@translated()
def page(client: Client, prefix: str, old: str, new: str, kind: str, number: int) -> list[Changed]:
    """One page of the people of a kind, numbered from 1; none where it has no such page."""
    found = _detail(client, prefix, f"{_id(old, new, kind)}-{number}")
    return [_changed(each) for each in found["people"]] if found else []


@translated()
def person(client: Client, old: Generation, new: Generation, npi: str) -> Changed:
    """One person in both generations. Raises NotFound where neither has the person."""
    indices = [generation.indices["specialists"] for generation in (old, new)]
    found = documents(client, {index: [npi] for index in indices})
    left, right = (found[index].get(npi) for index in indices)
    if left is None and right is None:
        raise NotFound(f"neither generation has NPI {npi}")
    if left is None or right is None:
        there = right or left or {}
        kind = ADDED if right else REMOVED
        told = _where(there)
        difference = Difference((), told) if right else Difference(told, ())
        return Changed(npi, there["name"], {kind: difference})
    return _named(client, (old, new), [Changed(npi, right["name"], compared(left, right))])[0]


def pair(
    everything: Sequence[Generation], new: str | None = None, old: str | None = None
) -> tuple[Generation, Generation]:
    """The two generations to compare: those of the given runs, else the served one and the one before it.

    `everything` is the answer of `indexes.generations`, newest first. Raises NotFound where one is not kept.
    """
    whole = [g for g in everything if g.is_complete]
    by_run = {g.run_id: g for g in whole}
    target = by_run.get(new) if new else next((g for g in whole if g.is_served), None)
    if target is None:
        raise NotFound(f"generation {new} is not kept" if new else "no generation is served")
    if old:
        base = by_run.get(old)
    else:
        later = whole[whole.index(target) + 1 :]
        base = next(iter(later), None)
    if base is None:
        raise NotFound(f"generation {old} is not kept" if old else "there is no earlier generation")
    return base, target


def _id(*parts: str) -> str:
    return "-".join((_KIND, *parts))


def _detail(client: Client, prefix: str, document_id: str) -> Mapping[str, Any] | None:
    index = alias_name(prefix, RUNS)
    found = documents(client, {index: [document_id]}, {index: ("detail",)})[index]
    detail: Mapping[str, Any] | None = found[document_id]["detail"] if document_id in found else None
    return detail


def _changed(told: Mapping[str, Any]) -> Changed:
    kinds = {k: Difference(tuple(d["gone"]), tuple(d["new"]), d["more"]) for k, d in told["kinds"].items()}
    return Changed(told["npi"], told["name"], kinds)
