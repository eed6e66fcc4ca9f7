"""The bench of independence counts what is said against what is there, and cannot pass by saying nothing."""

from collections.abc import Mapping
from typing import Any

import pytest

from finder.documents import TieLabel
from finder.independence import Ties, load_rules
from ingest.bench_independence import Counts, Judged, judge_pairs

RULES = load_rules()
KNOWN = frozenset({"group", "system", "hospital"})
COLUMNS = ["npi_a", "npi_b", "kind", "strength", "how", "kinds_shown", "verdict"]


def person(npi: str, *keys: str, known: frozenset[str] = KNOWN) -> Ties:
    return Ties(npi, npi, frozenset(keys), known, {key: TieLabel(key, "s", "2026") for key in keys})


def judged(kind: str, shown: list[str], answer: str, *people: Ties) -> Judged:
    row = [people[0].npi, people[1].npi, kind, "", "", shown, answer]
    truth: Mapping[str, Any] = {"today": "2026-01-01", "tie_columns": COLUMNS, "ties": [row]}
    return judge_pairs(truth, {p.npi or "": p for p in people}, RULES)


def test_a_tie_said_and_there_counts_for_both_figures() -> None:
    found = judged("same_group", ["group"], "not independent", person("1", "group:g"), person("2", "group:g"))
    assert (found.kinds["group"], found.planted["same_group"], found.wrong) == (Counts(1, 0, 0), [1, 1], [])


def test_a_missed_tie_lowers_the_recall_and_a_false_one_the_precision() -> None:
    missed = judged("one_parent", ["parent"], "not independent", person("1"), person("2"))
    assert (missed.kinds["owner"].recall, missed.kinds["owner"].precision) == (0.0, 1.0)
    false = judged("untied_far", [], "independent", person("1", "owner:o"), person("2", "owner:o"))
    assert (false.kinds["owner"].recall, false.kinds["owner"].precision) == (1.0, 0.0)
    assert len(missed.wrong) == len(false.wrong) == 1


def test_unknown_is_right_for_missing_data_and_wrong_for_a_complete_untied_pair() -> None:
    hidden = person("1", known=frozenset({"system"}))
    assert judged("missing_group", [], "unknown", hidden, person("2")).missing == [1, 1]
    assert judged("missing_group", [], "unknown", person("1"), person("2")).missing == [0, 1]
    assert judged("untied_near", [], "independent", hidden, person("2")).untied == [0, 1]


@pytest.mark.parametrize("kind", ["group", "system"])
def test_weaker_kinds_are_counted_only_where_nothing_breaking_ties(kind: str) -> None:
    people = [person(n, f"{kind}:g", "phone:1") for n in ("1", "2")]
    found = judged("same_group", [kind], "not independent", *people)
    assert found.kinds["phone"] == Counts()
