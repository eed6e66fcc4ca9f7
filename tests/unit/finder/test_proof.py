"""The proof of a verdict: chains, what is missing, and sentences that everybody can read."""

from datetime import date

import pytest

from finder.documents import TieLabel
from finder.independence import Strength, Ties, load_rules, verdict
from finder.proof import Proof, chain, proof
from finder.reasons import Pair, Words
from tests.reading import grade, masked

RULES = load_rules()
WORDS = Words({}, {}, RULES)
KNOWN = frozenset({"group", "system", "hospital"})
NOW = date(2026, 11, 23)
GRADE = 8.0


def someone(npi: str, name: str, labels: dict[str, TieLabel], known: frozenset[str] = KNOWN) -> Ties:
    return Ties(npi, name, frozenset(labels), known, labels)


def hopkins(first: str, label: str) -> dict[str, TieLabel]:
    return {
        first: TieLabel(label, "clinicians", "2017"),
        "system:s": TieLabel("City Health", "health_systems", "2018", label, first),
        "owner:o": TieLabel("Big Health", "health_systems", "2018", label, "system:s"),
    }


ANN = someone("1", "Ann Doe", hopkins("group:g", "Bay Group"))
BEN = someone("2", "Ben Roe", hopkins("hospital:h", "Hill Hospital"))


def proved(one: Ties, other: Ties) -> Proof:
    return proof(Pair(one, other, verdict(one, other, RULES, NOW)), WORDS)


def test_a_chain_goes_from_the_person_over_group_and_system_to_the_owner_with_source_and_date() -> None:
    steps = chain(ANN, "owner:o").steps
    assert [(s.key, s.label, s.source, s.as_of) for s in steps] == [
        ("group:g", "Bay Group", "clinicians", "2017"),
        ("system:s", "City Health", "health_systems", "2018"),
        ("owner:o", "Big Health", "health_systems", "2018"),
    ]
    assert chain(ANN, "hospital:h").steps == ()


def test_a_system_that_owns_others_is_one_step_of_the_chain() -> None:
    labels = {
        "group:g": TieLabel("Bay Group", "s"),
        "system:n": TieLabel("Big Health", "s", via_key="group:g"),
        "owner:n": TieLabel("Big Health", "s", via_key="system:n"),
    }
    assert [step.key for step in chain(someone("1", "Ann", labels), "owner:n").steps] == [
        "group:g",
        "owner:n",
    ]


def test_a_circle_of_owners_ends() -> None:
    ring = {
        "owner:a": TieLabel("A", "s", via_key="owner:b"),
        "owner:b": TieLabel("B", "s", via_key="owner:a"),
    }
    assert len(chain(someone("1", "Ann", ring), "owner:a").steps) == 10


def test_a_tie_is_said_in_one_sentence_with_the_way_of_each_person() -> None:
    owner, system = proved(ANN, BEN).ties
    ways = "(Ann Doe through Bay Group; Ben Roe through Hill Hospital)"
    assert system.sentence == f"Both belong to the health system City Health {ways}"
    assert owner.sentence.startswith("Both work for groups or hospitals owned by Big Health (Ann Doe through")
    assert owner.sentence.endswith(ways)  # the owners in between are steps of the chain
    assert [step.label for step in owner.chains[0].steps] == ["Bay Group", "City Health", "Big Health"]


def test_the_proof_as_json_names_chains_dates_worth_and_gaps() -> None:
    other = someone("2", "Ben Roe", hopkins("group:g", "Bay Group"), frozenset({"system"}))
    told = proved(ANN, other).to_json()
    assert told["verdict"] == "not_independent"
    tie = told["ties"][0]
    assert (tie["kind"], tie["as_of"], tie["strength"], tie["worth"]) == ("group", "2017", "breaks", 0.5)
    assert [c["name"] for c in tie["chains"]] == ["Ann Doe", "Ben Roe"]
    assert told["unchecked"][0] == {
        "kind": "group", "npi": "2",
        "sentence": "The practice group of Ben Roe is not known, so this could not be checked",
    }  # fmt: skip


def test_a_trial_says_when_it_ended() -> None:
    label = {"trial:n": TieLabel("A study", "trials", "2024", until="2023-05")}
    tie = proved(someone("1", "Ann", label), someone("2", "Ben", label)).ties[0]
    assert tie.sentence == "Both are named as investigators of the trial A study (its end: 2023)"


def test_the_grade_tells_easy_from_hard() -> None:
    assert grade("The cat sat on the mat.") < 2
    assert grade("Multidisciplinary institutional affiliations necessitate comprehensive evaluation.") > 15


def test_names_are_masked_the_longer_first_and_do_not_count() -> None:
    names = ["Bay", "Bay Interdisciplinary Gastroenterology Associates"]
    assert (
        masked("Both work for Bay Interdisciplinary Gastroenterology Associates", names)
        == "Both work for Ann Lee"
    )
    assert grade(f"Both work for {names[1]}", names) < 4 < grade(f"Both work for {names[1]}")


@pytest.mark.parametrize("kind", sorted(RULES.kinds))
def test_every_tie_reads_at_or_below_8th_grade(kind: str) -> None:
    key = f"{kind}:1"
    label = {"group:1": TieLabel("Bay Group", "s"), key: TieLabel("City Health", "s", via_key="group:1")}
    if kind == "group":
        label = {key: TieLabel("Bay Group", "s")}
    found = proved(someone("1", "Ann Doe", label), someone("2", "Ben Roe", label))
    sentence = next(tie.sentence for tie in found.ties if tie.tie.kind == kind)
    assert grade(sentence) <= GRADE, sentence
    assert sentence.count(".") == 0


@pytest.mark.parametrize("kind", ["group", "system", "hospital"])
def test_what_is_missing_reads_at_or_below_8th_grade(kind: str) -> None:
    other = someone("2", "Ben Roe", {}, KNOWN - {kind})
    missing = proved(someone("1", "Ann Doe", {}), other).missing
    assert [gap.kind for gap in missing] == [kind]
    assert grade(missing[0].sentence) <= GRADE, missing[0].sentence


def test_reasons_of_the_rules_can_be_read_too() -> None:
    hard = {k.name: grade(k.reason) for k in RULES.kinds.values() if grade(k.reason) > GRADE}
    assert hard == {}


def test_a_lapsed_tie_is_shown_and_says_so_by_its_strength() -> None:
    label = {"trial:n": TieLabel("A study", "trials", "2019", until="2018-05")}
    tie = proved(someone("1", "Ann", label), someone("2", "Ben", label)).ties[0]
    assert tie.tie.strength is Strength.SHOWN
