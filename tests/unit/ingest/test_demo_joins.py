"""Joins over every source, judged by the demonstration world's own truth: who shares what with whom."""

import gzip
from collections import Counter
from datetime import date
from typing import Any

import orjson
import pytest

from finder.independence import load_rules, ties_of, verdict
from finder.proof import proof
from finder.reasons import Pair, Words
from ingest.build import build
from ingest.demo.plant import PLANS
from tests.planted import staged_world
from tests.reading import grade

PEOPLE = 1_500
HIGHEST_GRADE = 8
KINDS = {plan.kind for plan in PLANS}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The truth of a generated world, and the documents that its files give, by NPI."""
    home = tmp_path_factory.mktemp("joins")
    built = build(staged_world(home, PEOPLE), home / "build", is_demonstration=True)
    documents: dict[str, dict[str, Any]] = {}
    for path in built.files["specialists"]:
        for line in path.read_bytes().splitlines()[1::2]:
            document = orjson.loads(line)
            documents[document["npi"]] = document
    truth = orjson.loads(gzip.decompress((home / "data" / "truth.json.gz").read_bytes()))
    return truth, documents


def test_every_person_of_the_world_is_a_labelled_document(
    world: tuple[dict[str, Any], dict[str, dict[str, Any]]],
) -> None:
    truth, documents = world
    assert set(documents) == {person["npi"] for person in truth["people"]}
    assert all(document["demonstration"] for document in documents.values())


def test_verdicts_agree_with_the_truth_of_every_planted_pair(
    world: tuple[dict[str, Any], dict[str, dict[str, Any]]],
) -> None:
    truth, documents = world
    rules, today = load_rules(), date.fromisoformat(truth["today"])
    wrong: list[str] = []
    judged: Counter[str] = Counter()
    for row in truth["ties"]:
        pair = dict(zip(truth["tie_columns"], row, strict=True))
        judged[pair["kind"]] += 1
        one, other = (ties_of(npi, documents[npi]) for npi in (pair["npi_a"], pair["npi_b"]))
        found = verdict(one, other, rules, today).verdict.value.replace("_", " ")
        if found != pair["verdict"]:
            wrong.append(f"{pair['kind']} {pair['npi_a']} {pair['npi_b']}: {found}, not {pair['verdict']}")
    assert wrong == []
    assert set(judged) == KINDS
    assert min(judged.values()) >= 5


def test_every_sentence_of_every_proof_reads_at_or_below_8th_grade_with_names_masked(
    world: tuple[dict[str, Any], dict[str, dict[str, Any]]],
) -> None:
    truth, documents = world
    words, today = Words({}, {}, load_rules()), date.fromisoformat(truth["today"])
    hard, kinds = set(), set()
    for npi, other_npi, *_rest in truth["ties"]:
        one, other = (ties_of(each, documents[each]) for each in (npi, other_npi))
        told = proof(Pair(one, other, verdict(one, other, words.rules, today)), words)
        labels = (label.label for side in (one, other) for label in side.labels.values())
        names = [one.name, other.name, *labels]
        kinds |= {tie.tie.kind for tie in told.ties}
        sentences = [*(tie.sentence for tie in told.ties), *(gap.sentence for gap in told.missing)]
        hard |= {text for text in sentences if grade(text, names) > HIGHEST_GRADE}
    assert hard == set()
    assert kinds == set(words.rules.kinds)


def test_most_experts_can_be_told_by_some_evidence(
    world: tuple[dict[str, Any], dict[str, dict[str, Any]]],
) -> None:
    truth, documents = world
    experts = [person for person in truth["people"] if person["is_expert"]]
    evidenced = [person for person in experts if documents[person["npi"]].get("evidence")]
    assert len(evidenced) / len(experts) > 0.7
