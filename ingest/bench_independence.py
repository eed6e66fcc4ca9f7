"""Measures the proof of independence on worlds whose truth is known: ties found, false ties, gaps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from finder.config import Config
from finder.criteria import SearchCriteria
from finder.independence import TIE_FIELDS, Strength, TieRules, Ties, Verdict, ties_of, verdict
from finder.reads import Client, documents, served
from finder.search import SearchContext, find_specialists, load_context
from ingest.bench_world import bench_home, read_truth, serve_world
from ingest.demo.generate import DEFAULT_SEED, generate
from ingest.progress import Reporter

# What the world calls a thing that two people share, and the kind of tie that says it.
TIE_OF = MappingProxyType(
    {
        "group": "group", "tax_number": "owner", "parent": "owner", "holding": "owner", "system": "system",
        "hospital": "hospital", "suite": "address", "phone": "phone", "fax": "fax", "recent_study": "trial",
        "recent_cohort": "school", "recent_residency": "residency", "referral": "referral",
        "program": "program",
    }
)  # fmt: skip
LOOKED_UP_AT_ONCE = 1_000
PAGE = 20
LEAST_SHARE = 0.99  # precision and recall of every kind
LEAST_INDEPENDENT = 0.95  # of the untied pairs whose data is complete


@dataclass(slots=True)
class Counts:
    """What one kind of tie got right: `both` = there and said; `missed` = there only; `false` = said only."""

    both: int = 0
    missed: int = 0
    false: int = 0

    def add(self, is_there: bool, is_said: bool) -> None:
        """Count one pair."""
        self.both += is_there and is_said
        self.missed += is_there and not is_said
        self.false += is_said and not is_there

    @property
    def precision(self) -> float:
        """Share of the ties said that are there; 1 where none is said."""
        return self.both / (self.both + self.false) if self.both + self.false else 1.0

    @property
    def recall(self) -> float:
        """Share of the ties there that are said; 1 where there is none."""
        return self.both / (self.both + self.missed) if self.both + self.missed else 1.0


@dataclass(slots=True)
class Judged:
    """One seed: counts by kind of tie, and by kind of planted pair how many verdicts are the true ones."""

    pairs: int = 0
    kinds: dict[str, Counts] = field(default_factory=dict)
    planted: dict[str, list[int]] = field(default_factory=dict)
    missing: list[int] = field(default_factory=lambda: [0, 0])
    untied: list[int] = field(default_factory=lambda: [0, 0])
    wrong: list[str] = field(default_factory=list)
    searches: int = 0
    shown: int = 0
    tied_called_independent: int = 0
    hidden_ties_called_independent: int = 0


def bench_independence(
    client: Client, config: Config, people: int, seeds: int, searches: int, reporter: Reporter
) -> dict[str, Any]:
    """Judge every planted pair of `seeds` worlds of `people`, and the first 20 of `searches` searches in all.

    The truth is the world's own file, which no other part of the product reads. Each world is generated,
    ingested under a prefix of its own and deleted. Of every figure the worst seed is given. A tie that no
    file shows cannot be known: such pairs are counted apart, as `hidden_ties_called_independent`.
    """
    context, judged = load_context(), list[Judged]()
    with reporter.step("judge planted pairs and searches", "people") as step:
        for number in range(seeds):
            with bench_home(client, config) as own:
                generate(people, own.home / "data", DEFAULT_SEED + number)
                truth = read_truth(own.home / "data")
                serve_world(client, own, own.home / "data")
                found = judge_pairs(truth, _documents(client, own.index_prefix, truth), context.words.rules)
                _judge_searches(found, client, own.index_prefix, truth, context, searches // seeds)
            judged.append(found)
            step.advance(people)
    return _figures(people, judged)


def judge_pairs(truth: Mapping[str, Any], found: Mapping[str, Ties], rules: TieRules) -> Judged:
    """Get the counts over every planted pair; ties count as on the world's own present day.

    Weaker kinds are counted on pairs that nothing breaking ties: only there do they decide the verdict.
    """
    result, today = Judged(), date.fromisoformat(truth["today"])
    result.kinds = {kind: Counts() for kind in sorted(set(TIE_OF.values()))}
    breaking = set(rules.breaking())
    for row in truth["ties"]:
        pair = dict(zip(truth["tie_columns"], row, strict=True))
        one, other = found[pair["npi_a"]], found[pair["npi_b"]]
        answer = verdict(one, other, rules, today)
        said = {tie.kind for tie in answer.ties if tie.strength is not Strength.SHOWN}
        there = {TIE_OF[kind] for kind in pair["kinds_shown"] if kind in TIE_OF}
        if there & breaking:  # weaker ties decide nothing here, and many are switchboards of one large group
            there, said = there & breaking, said & breaking
        for kind, counts in result.kinds.items():
            counts.add(kind in there, kind in said)
        is_right = answer.verdict.value.replace("_", " ") == pair["verdict"] and there == said
        _tally(result.planted.setdefault(pair["kind"], [0, 0]), is_right)
        if not is_right:
            result.wrong.append(
                f"{pair['kind']} {one.npi} {other.npi}: {answer.verdict.value}, {sorted(said)}"
            )
        if pair["verdict"] == "unknown":
            _tally(result.missing, answer.verdict is Verdict.UNKNOWN)
        if pair["kind"].startswith("untied"):
            _tally(result.untied, answer.verdict is Verdict.INDEPENDENT)
        result.pairs += 1
    return result


def _tally(counts: list[int], is_right: bool) -> None:
    counts[0] += is_right
    counts[1] += 1


def _documents(client: Client, prefix: str, truth: Mapping[str, Any]) -> dict[str, Ties]:
    """What the served documents say of everybody who stands in a planted pair."""
    index = served(client, prefix).specialists
    npis = sorted({npi for row in truth["ties"] for npi in row[:2]})
    found: dict[str, Ties] = {}
    for start in range(0, len(npis), LOOKED_UP_AT_ONCE):
        wanted = npis[start : start + LOOKED_UP_AT_ONCE]
        sources = documents(client, {index: wanted}, {index: TIE_FIELDS})[index]
        found |= {npi: ties_of(npi, source) for npi, source in sources.items()}
    return found


def _judge_searches(
    result: Judged,
    client: Client,
    prefix: str,
    truth: Mapping[str, Any],
    context: SearchContext,
    searches: int,
) -> None:
    """Look for tied people among those of the first 20 results who are called independent."""
    people = {person["npi"]: person for person in truth["people"]}
    today = date.fromisoformat(truth["today"])
    for words, seen in _asked(truth, searches):
        criteria = SearchCriteria.from_args({"words": words, "seen": seen, "size": PAGE})
        page = find_specialists(client, prefix, criteria, context, today)
        result.searches += 1
        for person in page.results[:PAGE]:
            result.shown += 1
            if person.verdict is not Verdict.INDEPENDENT:
                continue
            one = people[person.npi]
            result.tied_called_independent += any(is_tied_in_files(one, people[npi]) for npi in seen)
            result.hidden_ties_called_independent += any(_is_tied(one, people[npi]) for npi in seen)


def _asked(truth: Mapping[str, Any], searches: int) -> Iterator[tuple[str, list[str]]]:
    """Conditions in turn, with one doctor who treats it, in every fifth search two (a third opinion).

    The doctors are those whose group the files give: beside others nobody is called independent anyway.
    """
    known = [p for p in truth["people"] if p["published"]["group"] == "known" and p["published"]["owners"]]
    treats = {
        c["id"]: [p["npi"] for p in known if c["id"] in p["focus"]] or [p["npi"] for p in known]
        for c in truth["conditions"]
    }
    for number in range(searches):
        condition = truth["conditions"][number % len(truth["conditions"])]
        doctors = treats[condition["id"]]
        first = number // len(truth["conditions"]) * 7
        seen = [doctors[(first + n) % len(doctors)] for n in range(2 if number % 5 == 4 else 1)]
        yield condition["label"], list(dict.fromkeys(seen))


def is_tied_in_files(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the files, as the world wrote them, show something breaking that the two share."""
    a, b = one["published"], other["published"]
    groups = [
        p["group"]["id"] if p["group"] and p["published"]["group"] == "known" else None for p in (one, other)
    ]
    return (
        (groups[0] is not None and groups[0] == groups[1])
        or (a["tin"] is not None and a["tin"] == b["tin"])
        or bool(set(a["owners"]) & set(b["owners"]))
        or bool(set(a["hospitals"]) & set(b["hospitals"]))
    )


def _is_tied(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the two share something breaking in truth that the files do not show."""
    if is_tied_in_files(one, other):
        return False
    groups = [p["group"]["id"] if p["group"] else None for p in (one, other)]
    owners = [{o for chain in p["systems"] for o in chain["owners"]} for p in (one, other)]
    return (
        (groups[0] is not None and groups[0] == groups[1])
        or bool(owners[0] & owners[1])
        or bool(set(one["hospitals"]) & set(other["hospitals"]))
    )


def _figures(people: int, judged: Sequence[Judged]) -> dict[str, Any]:
    kinds = {
        kind: {
            "ties": sum(j.kinds[kind].both + j.kinds[kind].missed for j in judged),
            "worst_precision": round(min(j.kinds[kind].precision for j in judged), 4),
            "worst_recall": round(min(j.kinds[kind].recall for j in judged), 4),
        }
        for kind in judged[0].kinds
    }
    planted = {
        kind: {
            "pairs": sum(j.planted[kind][1] for j in judged if kind in j.planted),
            "worst_right": round(min(_share(j.planted[kind]) for j in judged if kind in j.planted), 4),
        }
        for kind in sorted({kind for j in judged for kind in j.planted})
    }
    missing, untied = (min(_share(each) for each in found) for found in _gaps(judged))
    tied = sum(j.tied_called_independent for j in judged)
    figures = {
        "people": people,
        "seeds": len(judged),
        "fewest_pairs_of_a_seed": min(j.pairs for j in judged),
        "pairs": sum(j.pairs for j in judged),
        "kinds": kinds,
        "planted": planted,
        "missing_data_unknown": round(missing, 4),
        "untied_independent": round(untied, 4),
        "searches": sum(j.searches for j in judged),
        "people_shown": sum(j.shown for j in judged),
        "tied_called_independent": tied,
        "hidden_ties_called_independent": sum(j.hidden_ties_called_independent for j in judged),
        "wrong": [text for j in judged for text in j.wrong][:20],
    }
    ok = all(min(k["worst_precision"], k["worst_recall"]) >= LEAST_SHARE for k in kinds.values())
    holds = ok and tied == 0 and missing == 1 and untied >= LEAST_INDEPENDENT
    return {**figures, "holds": holds}


def _gaps(judged: Sequence[Judged]) -> tuple[list[list[int]], list[list[int]]]:
    return [j.missing for j in judged], [j.untied for j in judged]


def _share(counts: Sequence[int]) -> float:
    return counts[0] / counts[1] if counts[1] else 1.0
