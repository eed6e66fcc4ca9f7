"""Ties and the verdict: every cell of the truth table."""

from datetime import date
from itertools import product
from pathlib import Path

import pytest

from finder.documents import TieLabel, ties_text
from finder.errors import SourceError
from finder.independence import (
    PairVerdict,
    Side,
    Strength,
    Ties,
    Unchecked,
    Verdict,
    breaking_keys,
    has_gap,
    load_rules,
    ties_of,
    ties_of_organization,
    verdict,
    weakening_keys,
    worst,
    years_since,
)
from finder.tie_kinds import RULES_FILE
from tests.factories import a_specialist

RULES = load_rules()
BREAKING = ["group", "owner", "system", "hospital"]
WEAKER = ["address", "phone", "fax", "trial", "program", "school", "residency", "referral"]
EVERYTHING = frozenset({"group", "system", "hospital"})
GAPS: list[frozenset[Side]] = [
    frozenset(), frozenset({Side.CANDIDATE}), frozenset({Side.PRIOR}), frozenset(Side),
]  # fmt: skip


def ties(npi: str, *keys: str, known: frozenset[str] = EVERYTHING) -> Ties:
    return Ties(npi, f"Person {npi}", frozenset(keys), known, {})


def judged(shared: list[str], no_group: frozenset[Side], no_system: frozenset[Side]) -> PairVerdict:
    sides = {}
    for side in Side:
        known = EVERYTHING - ({"group"} if side in no_group else set())
        known -= {"system"} if side in no_system else set()
        sides[side] = ties(side.value, *shared, f"group:of_{side}", f"fax:of_{side}", known=frozenset(known))
    return verdict(sides[Side.PRIOR], sides[Side.CANDIDATE], RULES)


@pytest.mark.parametrize(
    ("kind", "no_group", "no_system", "weaker"), list(product(BREAKING, GAPS, GAPS, [0, 1]))
)
def test_a_shared_breaking_kind_is_not_independent_whatever_else_is_known(
    kind: str, no_group: frozenset[Side], no_system: frozenset[Side], weaker: int
) -> None:
    found = judged([f"{kind}:1", *["phone:2"][:weaker]], no_group, no_system)
    assert found.verdict is Verdict.NOT_INDEPENDENT
    assert [tie.kind for tie in found.ties] == [kind, *["phone"][:weaker]]


@pytest.mark.parametrize("shared", [[], ["building:1"]])
def test_with_group_and_system_known_on_both_sides_and_no_weaker_tie_they_are_independent(
    shared: list[str],
) -> None:
    assert judged(shared, frozenset(), frozenset()).verdict is Verdict.INDEPENDENT


@pytest.mark.parametrize("kind", WEAKER)
def test_a_shared_weaker_kind_alone_is_some_tie(kind: str) -> None:
    found = judged([f"{kind}:1"], frozenset(), frozenset())
    assert found.verdict is Verdict.SOME_TIE
    assert found.ties[0].kind == kind


@pytest.mark.parametrize(
    ("no_group", "no_system", "weaker"),
    [cell for cell in product(GAPS, GAPS, [[], ["trial:1"]]) if cell[0] or cell[1]],
)
def test_a_missing_side_is_unknown_and_says_which_side_and_kind(
    no_group: frozenset[Side], no_system: frozenset[Side], weaker: list[str]
) -> None:
    found = judged(weaker, no_group, no_system)
    assert found.verdict is Verdict.UNKNOWN
    expected = {("group", side) for side in no_group} | {("system", side) for side in no_system}
    assert {(gap.kind, gap.side) for gap in found.unchecked} == expected


def test_unknown_hospitals_are_said_but_group_and_system_decide() -> None:
    found = verdict(ties("1"), ties("2", known=frozenset({"group", "system"})), RULES)
    assert found.verdict is Verdict.INDEPENDENT
    assert found.unchecked == (Unchecked("hospital", Side.CANDIDATE, "1"),)


def test_equal_ids_of_different_kinds_are_no_tie() -> None:
    assert verdict(ties("1", "group:7"), ties("2", "system:7"), RULES).ties == ()


def test_a_kind_that_the_rules_do_not_know_never_proves_independence() -> None:
    found = verdict(ties("1", "club:7"), ties("2", "club:7"), RULES)
    assert found.verdict is Verdict.SOME_TIE
    assert found.ties[0].sentence == "Both share the same club: 7"


def test_a_tie_names_its_label_both_sources_and_the_older_date() -> None:
    document = a_specialist(tie_keys=("system:9",)).to_source()
    other = a_specialist(2, tie_keys=("system:9",)).to_source()
    label = TieLabel("Another name", "health_systems", "2018")
    other["ties"] = ties_text({"system:9": label})
    tie = verdict(ties_of("1", other), ties_of("2", document), RULES).ties[0]
    assert (tie.with_npi, tie.label, tie.strength) == ("1", "Demo system:9", Strength.BREAKS)
    assert (tie.source, tie.as_of) == ("clinicians; health_systems", "2018")
    assert tie.sentence == "Both belong to the health system Demo system:9"


def test_a_document_without_tie_fields_is_unknown_in_everything() -> None:
    found = verdict(ties_of("1", {"name": "A"}), ties_of("2", {"name": "B"}), RULES)
    assert found.verdict is Verdict.UNKNOWN
    assert len(found.unchecked) == 6


def test_of_several_prior_doctors_the_worst_verdict_counts() -> None:
    order = [Verdict.NOT_INDEPENDENT, Verdict.UNKNOWN, Verdict.SOME_TIE, Verdict.INDEPENDENT]
    for at, expected in enumerate(order):
        pairs = [PairVerdict("1", each, (), ()) for each in reversed(order[at:])]
        assert worst(pairs) is expected


def test_without_a_prior_doctor_nothing_is_proved() -> None:
    assert worst([]) is Verdict.UNKNOWN


def test_the_excluding_keys_are_the_union_of_all_prior_doctors_and_only_breaking_kinds() -> None:
    priors = [ties("1", "group:2", "phone:1", "system:5"), ties("2", "group:1", "trial:3", "hospital:4")]
    found = breaking_keys(priors, RULES)
    expected = {"group": ("group:1", "group:2"), "owner": (), "system": ("system:5",)}
    assert found == {**expected, "hospital": ("hospital:4",)}


def test_the_strengths_are_those_of_the_design() -> None:
    assert list(RULES.breaking()) == BREAKING
    assert [k.name for k in RULES.kinds.values() if k.strength is Strength.WEAKENS] == WEAKER
    assert RULES.needed() == ("group", "system")
    assert RULES.settled() == "group+system"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('strength = "shown"', 'strength = "maybe"', "strength maybe is not known"),
        ('name = "owner"', 'name = "group"', "is listed twice"),
        ('one = "hospital"\n', "", "must have exactly"),
        ('one = "hospital"', 'one = ""', "one is empty"),
        ("needs_known = true", "needs_known = false", "a kind that must be known"),
        ("half_life_years = 2.5", "half_life_years = -1", "half_life_years must be 0 or more"),
        ("[[kind]]", "[[kind", "cannot be read"),
    ],
)
def test_a_wrong_rules_file_is_refused_whole(tmp_path: Path, old: str, new: str, reason: str) -> None:
    broken = tmp_path / "independence.toml"
    text = RULES_FILE.read_text(encoding="utf-8")
    assert old in text
    broken.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(SourceError, match=reason):
        load_rules(broken)


def test_an_organization_brings_its_own_key_and_those_of_its_owners() -> None:
    source = {"name": "Demo Hospital", "owner_ids": ["system:s1", "owner:o1"]}
    found = ties_of_organization("hospital:h1", source)
    assert found.keys == {"hospital:h1", "system:s1", "owner:o1"}
    assert (found.npi, found.kind, found.name) == (None, "hospital", "Demo Hospital")
    assert found.to_json() == {
        "npi": None, "name": "Demo Hospital", "ties_known": ["hospital", "system"], "kind": "hospital",
        "id": "hospital:h1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("organization_id", "owners", "known"),
    [
        ("system:s1", [], EVERYTHING),
        ("group:g1", [], {"group"}),
        ("group:g1", ["system:s1"], {"group", "system"}),
        ("hospital:h1", ["owner:o1"], {"hospital"}),
        ("owner:o1", [], set()),
        ("cancer_center:c1", ["system:s1"], {"system"}),
        ("cancer_center:c1", [], set()),
        ("owner:o1", ["system:s1"], set()),
    ],
)
def test_of_an_organization_only_what_follows_from_it_is_known(
    organization_id: str, owners: list[str], known: set[str]
) -> None:
    assert ties_of_organization(organization_id, {"owner_ids": owners}).kinds_known == known


@pytest.mark.parametrize("organization_id", ["group:g1", "hospital:h1"])
def test_of_an_organization_that_the_linkage_lists_without_a_system_the_system_is_settled(
    organization_id: str,
) -> None:
    listed = {"facts": {"in_linkage": {"value": "without a system", "source": "health_systems"}}}
    assert "system" in ties_of_organization(organization_id, listed).kinds_known
    assert "system" not in ties_of_organization(organization_id, {}).kinds_known


def test_who_shares_nothing_with_a_system_is_independent_of_it_and_of_a_hospital_it_is_not_known() -> None:
    someone = ties("1", "group:g9", "system:s9")
    system = ties_of_organization("system:s1", {})
    hospital = ties_of_organization("hospital:h1", {"owner_ids": ["system:s1"]})
    assert verdict(system, someone, RULES).verdict is Verdict.INDEPENDENT
    assert verdict(hospital, someone, RULES).verdict is Verdict.UNKNOWN
    assert verdict(hospital, ties("2", "system:s1"), RULES).verdict is Verdict.NOT_INDEPENDENT


def test_keys_that_weaken_and_gaps_are_gathered_over_all_prior_doctors() -> None:
    priors = [ties("1", "group:1", "phone:2"), ties("2", "trial:3", "school:4", "new_kind:5")]
    assert weakening_keys(priors, RULES) == ("new_kind:5", "phone:2", "school:4", "trial:3")
    assert not has_gap(priors, RULES)
    assert has_gap([*priors, ties("3", known=frozenset({"group"}))], RULES)


def with_end(npi: str, key: str, until: str | None) -> Ties:
    return Ties(
        npi, f"Person {npi}", frozenset({key}), EVERYTHING, {key: TieLabel("A", "s", "2026", until=until)}
    )


@pytest.mark.parametrize(
    ("key", "until", "now", "expected"),
    [
        ("trial:1", "2021-12", date(2026, 12, 31), Verdict.SOME_TIE),
        ("trial:1", "2021-12", date(2027, 1, 15), Verdict.INDEPENDENT),
        ("trial:1", "2030-01-01", date(2026, 1, 1), Verdict.SOME_TIE),
        ("trial:1", None, date(2026, 1, 1), Verdict.SOME_TIE),
        ("school:1", "2006", date(2026, 6, 1), Verdict.SOME_TIE),
        ("school:1", "2005", date(2026, 6, 1), Verdict.INDEPENDENT),
        ("group:1", "2001", date(2026, 6, 1), Verdict.NOT_INDEPENDENT),
    ],
)
def test_a_weaker_tie_counts_for_two_half_lives_after_its_end_and_a_breaking_one_for_good(
    key: str, until: str | None, now: date, expected: Verdict
) -> None:
    one, other = with_end("1", key, until), with_end("2", key, until)
    found = verdict(one, other, RULES, now)
    assert found.verdict is expected
    assert [tie.key for tie in found.ties] == [key]  # named all the same
    assert bool(weakening_keys([one], RULES, now)) is (expected is Verdict.SOME_TIE)


def test_without_a_day_nothing_has_lapsed() -> None:
    one = with_end("1", "trial:1", "1999")
    assert verdict(one, with_end("2", "trial:1", "1999"), RULES).verdict is Verdict.SOME_TIE
    assert weakening_keys([one], RULES) == ("trial:1",)


@pytest.mark.parametrize(("stated", "years"), [("2018", 8), ("2018-12-31", 8), ("2018-12", 8), ("2030", 0)])
def test_years_count_from_the_end_of_what_was_stated(stated: str, years: float) -> None:
    assert years_since(stated, date(2026, 12, 31)) == pytest.approx(years, abs=0.01)


def test_a_tie_says_what_its_statement_is_still_worth() -> None:
    kept = RULES.kinds["group"]
    assert kept.worth("2017", date(2026, 12, 31)) == pytest.approx(0.5, abs=0.01)
    assert kept.worth(None, date(2026, 12, 31)) is None


def test_a_third_opinion_is_independent_of_both_doctors_or_of_none() -> None:
    first, second = ties("1", "group:1"), ties("2", "group:2", "phone:9")
    free, tied, near = ties("3", "group:3"), ties("4", "group:2"), ties("5", "group:5", "phone:9")
    hidden = ties("6", known=frozenset({"system"}))

    def answer(candidate: Ties) -> Verdict:
        return worst([verdict(prior, candidate, RULES) for prior in (first, second)])

    assert [answer(c) for c in (free, tied, near, hidden)] == [
        Verdict.INDEPENDENT, Verdict.NOT_INDEPENDENT, Verdict.SOME_TIE, Verdict.UNKNOWN,
    ]  # fmt: skip


def test_a_prior_doctor_with_a_missing_group_makes_everybody_unknown_and_never_independent() -> None:
    prior = ties("1", known=frozenset({"system", "hospital"}))
    assert verdict(prior, ties("2", "group:2"), RULES).verdict is Verdict.UNKNOWN


def test_every_kind_says_its_minimum_half_life_reason_and_source() -> None:
    for kind in RULES.kinds.values():
        assert kind.half_life_years > 0, kind.name
        assert len(kind.minimum.split()) > 4, kind.name
        assert kind.source.startswith("own rule, 20"), kind.name
