"""Which program takes somebody from which state: the whole truth table, written by hand from the facts."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from finder.errors import SourceError
from finder.licensing import Available, Consultation, availability, load_licensing
from finder.programs import load_programs

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "programs"
LAWS = load_licensing()
DOCUMENTS = {program.id: program.to_source() for program in load_programs()}
# The 50 states and the District, by hand.
CODES = """
AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK
OR PA RI SC SD TN TX UT VT VA WA WV WI WY
"""
STATES = frozenset(CODES.split())


def expected() -> Iterator[tuple[str, str, bool, str]]:
    """Program, state, whether the own doctor joins, answer; `*` are the states that no other row names."""
    with (FIXTURES / "availability.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        named = [
            r["states"].split() for r in rows if r["program_id"] == row["program_id"] and r["states"] != "*"
        ]
        rest = STATES.difference(*named)
        for state in sorted(rest) if row["states"] == "*" else row["states"].split():
            yield row["program_id"], state, True, row["doctor_joins"]
            yield row["program_id"], state, False, row["doctor_stays_out"]


def answer(program_id: str, state: str | None, joins: bool | None) -> tuple[Available, str]:
    found, reasons = availability(DOCUMENTS[program_id], state, joins, LAWS)
    return found, " ".join(map(str, reasons))


def test_the_table_names_every_program_and_state_once_for_each_doctor() -> None:
    cells = [cell[:3] for cell in expected()]
    assert len(cells) == len(set(cells)) == len(DOCUMENTS) * 51 * 2
    assert set(LAWS) == STATES


def test_every_cell_of_the_truth_table_is_as_the_facts_say_and_has_a_reason() -> None:
    wrong = []
    for program_id, state, joins, wanted in expected():
        found, reasons = answer(program_id, state, joins)
        if found != wanted or not reasons:
            wrong.append(f"{program_id} {state} joins={joins}: {found}, not {wanted}")
    assert wrong == []


def test_where_nothing_was_said_of_the_doctor_the_answer_is_as_if_the_doctor_joins() -> None:
    assert [c for c in expected() if c[2] and answer(c[0], c[1], None)[0] != c[3]] == []


def test_no_state_no_answer() -> None:
    for program_id in DOCUMENTS:
        found, reasons = answer(program_id, None, None)
        assert (found, "You did not name a state." in reasons or "outside OH" in reasons) == ("unknown", True)


@pytest.mark.parametrize(
    ("program_id", "state", "words"),
    [
        ("dana-farber", "MA", "It does not take people from MA."),
        (
            "dana-farber",
            "MD",
            "It says no to these states: MA. It does not say that it takes people from MD.",
        ),
        ("cedars-sinai", "NY", "It names NY as a state it takes people from."),
        ("cedars-sinai", "TX", "It takes people from these states only: AZ, CA"),
        ("penn-brain-tumor", "OH", "It began with these states: FL, GA"),
        ("cincinnati-childrens", "GA", "It does not take people from these counties: Fulton GA."),
        ("cincinnati-childrens", "OH", "home region"),
        ("university-hospitals-ohio", "TX", "outside OH need a form from their own doctor"),
        ("university-hospitals-ohio", "AK", "may not give advice in Alaska"),
        ("cedars-sinai", "AZ", "may give advice in Arizona once or now and then"),
        (
            "university-hospitals-ohio",
            "AL",
            "it is not clear if doctors from other states may give advice in Alabama",
        ),
        ("houston-methodist", "MD", "You don’t need your own doctor for it."),
        ("jefferson", "PA", "state law may not allow it"),
    ],
)
def test_the_reason_is_the_programs_own_rule_and_what_is_known_of_the_law(
    program_id: str, state: str, words: str
) -> None:
    assert words in answer(program_id, state, True)[1]


def test_a_law_that_forbids_never_turns_a_no_or_a_named_state_around() -> None:
    forbidding = {"MD": replace(LAWS["AK"], state="MD")}
    rules: list[tuple[dict[str, Any], str]] = [
        ({"states": ["MD"], "states_listed": "all"}, "yes"), ({"excluded_states": ["MD"]}, "no"),
    ]  # fmt: skip
    for rule, wanted in rules:
        document = {"needs_treating_doctor": "no", **rule}
        assert availability(document, "MD", None, forbidding)[0] == wanted


def test_the_law_is_known_where_a_source_says_it_and_nowhere_else() -> None:
    known = {law.state: law.consultation.value for law in LAWS.values() if law.says}
    assert known == {"AK": "prohibited", "AL": "unclear", "AZ": "limited"}
    silent = [law for law in LAWS.values() if law.state not in known]
    assert {(law.consultation, law.source_url, law.as_of) for law in silent} == {
        (Consultation.NOT_KNOWN, None, None)
    }


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("QQ,not_known,,,,2026-11-22", "field state: 'QQ'"),
        ("MD,allowed,,,,2026-11-22", "field consultation"),
        ("MD,limited,,x.org,,2026-11-22", "field says: is needed where the law is known"),
        ("MD,limited,Yes.,,,2026-11-22", "field source_url: is needed"),
        ("MD,not_known,Yes.,,,2026-11-22", "field says: is needed where the law is known, and only there"),
        ("MD,not_known,,,,22.11.2026", "field seen_at"),
        ("MD,not_known,,,2026,2026-11-22", "field as_of"),
        ("AK,not_known,,,,2026-11-22\nAK,not_known,,,,2026-11-22", "row 3, field state: is listed twice"),
    ],
)
def test_a_wrong_table_is_refused_with_row_and_field(tmp_path: Path, row: str, said: str) -> None:
    path = tmp_path / "licensing.csv"
    path.write_text(f"state,consultation,says,source_url,as_of,seen_at\n{row}\n")
    with pytest.raises(SourceError, match=said):
        load_licensing(path)
