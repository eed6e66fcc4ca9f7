"""What a sent form means, how values are written, and how short the views are."""

import ast
from pathlib import Path

import pytest
from werkzeug.datastructures import MultiDict

from finder.config import Config
from finder.errors import FieldError
from finder.languages import load_languages
from finder.sealed import Seals, load_seals
from finder.web import api, pages
from finder.web.filters import day, dial, miles, phone, plural
from finder.web.forms import args_of, form_of

LANGUAGES = load_languages()


@pytest.fixture
def seals(tmp_path: Path) -> Seals:
    return load_seals(Config.from_env({"FINDER_HOME": str(tmp_path)}))


def sent(*pairs: tuple[str, str]) -> MultiDict[str, str]:
    return MultiDict(pairs)


def test_each_line_is_a_doctor_by_number_or_by_name(seals: Seals) -> None:
    box = "1999000015\n\n NPI: 1999-000-023 \nJane Roe, Towson MD;\n12345678"
    args = args_of(sent(("doctors", box)), seals)
    assert args == {"seen": ["1999000015", "1999000023", "12345678"], "seen_name": ["Jane Roe, Towson MD"]}


def test_a_line_without_city_and_state_is_a_hospital_group_or_system_by_name_or_id(seals: Seals) -> None:
    box = "Demo Memorial Hospital\nDemo Clinic, Towson MD\nsystem:s1"
    args = args_of(sent(("doctors", box)), seals)
    assert args == {
        "seen_org": ["Demo Memorial Hospital", "system:s1"],
        "seen_name": ["Demo Clinic, Towson MD"],
    }


def test_a_distance_without_a_place_is_not_asked_for(seals: Seals) -> None:
    assert args_of(sent(("words", "x"), ("near", ""), ("within", "50")), seals) == {"words": "x"}


def test_what_nobody_knows_stays_to_be_reported(seals: Seals) -> None:
    assert args_of(sent(("foo", "1"), ("state", "MD"), ("state", "VA")), seals) == {
        "foo": "1",
        "state": ["MD", "VA"],
    }


def test_a_change_keeps_the_rest_of_the_search_and_drops_the_page(seals: Seals) -> None:
    old = seals.seal({"words": "x", "near": "21287", "within": 10, "plan": "p", "next": "t"})
    changed = args_of(sent(("from", old), ("plan", "q")), seals)
    assert changed == {"words": "x", "near": "21287", "within": 10, "plan": "q"}
    assert args_of(sent(("from", old), ("without", "near")), seals) == {"words": "x", "plan": "p"}
    assert args_of(sent(("from", old), ("without", "together")), seals) == {"words": "x", "show_tied": "yes"}


def test_a_picked_doctor_takes_the_place_of_the_name(seals: Seals) -> None:
    old = seals.seal({"words": "x", "seen": ["1999000015"], "seen_name": ["A B, C MD", "D E, F MD"]})
    picked = sent(("from", old), ("answers", "A B, C MD"), ("seen", "1999000023"))
    assert args_of(picked, seals) == {
        "words": "x",
        "seen": ["1999000015", "1999000023"],
        "seen_name": ["D E, F MD"],
    }


def test_the_form_shows_every_value_again() -> None:
    args = {"words": "x", "within": "75", "seen": ["1999000015"], "seen_name": "A B, C MD", "language": "es"}
    form = form_of(args, LANGUAGES, [FieldError("seen_name", "is wrong"), FieldError("words", "is empty")])
    assert form.values["doctors"] == "1999000015\nA B, C MD"
    assert [option.value for option in form.miles if option.is_chosen] == ["75"]
    assert [option.label for option in form.languages if option.is_chosen] == ["Spanish"]
    assert form.is_unfolded
    assert [(m.field, m.text) for m in form.mistakes] == [("words", "is empty"), ("doctors", "is wrong")]
    assert not form_of({"words": "x", "role": "any"}, LANGUAGES).is_unfolded


@pytest.mark.parametrize(
    ("iso", "words"),
    [
        ("2025-07-01", "July 1, 2025"),
        ("2025-07", "July 2025"),
        ("2025", "2025"),
        (None, "date not known"),
        ("soon", "date not known"),
    ],
)
def test_dates_are_written_in_words_and_no_finer_than_known(iso: str | None, words: str) -> None:
    assert day(iso) == words


def test_numbers_are_written_as_readers_write_them() -> None:
    assert (phone("4105550100"), phone("555")) == ("(410) 555-0100", "555")
    assert dial("4105550100") == "tel:+14105550100"
    assert (miles(0.4), miles(5.7), miles(23.8)) == ("less than 1 mile", "5.7 miles", "24 miles")
    assert [plural(n, "doctor", "doctors") for n in (1, 1204)] == ["1 doctor", "1,204 doctors"]


@pytest.mark.parametrize("module", [pages, api])
def test_no_view_exceeds_25_lines(module: object) -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    views = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.decorator_list]
    assert views
    assert [view.name for view in views if (view.end_lineno or 0) - view.lineno > 25] == []
