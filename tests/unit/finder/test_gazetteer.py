"""Cities by name: with and without state, as people write them, and while they are being typed."""

import pytest

from finder.gazetteer import Gazetteer, load_gazetteer
from finder.geo import great_circle
from tests.factories import BALTIMORE


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("Baltimore MD", "Baltimore, MD"),
        ("baltimore, maryland", "Baltimore, MD"),
        ("St. Louis MO", "Saint Louis, MO"),
        ("Washington, D.C.", "Washington, DC"),
        ("Washington, District of Columbia", "Washington, DC"),
        ("new york ny", "New York, NY"),
        ("New York", "New York, NY"),
        ("Towson MD", "Towson, MD"),
    ],
)
def test_a_city_is_found_as_people_write_it(gazetteer: Gazetteer, typed: str, label: str) -> None:
    assert [city.label for city in gazetteer.named(typed)] == [label]


def test_a_city_of_several_states_gives_all_the_biggest_first(gazetteer: Gazetteer) -> None:
    found = gazetteer.named("springfield")
    assert len(found) == 10
    assert {"Springfield, IL", "Springfield, MA", "Springfield, MO"} <= {city.label for city in found}
    assert [city.zips for city in found] == sorted((city.zips for city in found), reverse=True)
    assert gazetteer.named("Springfield MD") == ()
    assert gazetteer.named("") == gazetteer.named("MD") == ()


def test_a_name_that_ends_like_a_state_is_still_a_name(gazetteer: Gazetteer) -> None:
    assert "Port Washington, NY" in [city.label for city in gazetteer.named("Port Washington")]


def test_a_city_stands_in_its_middle(gazetteer: Gazetteer) -> None:
    (city,) = gazetteer.named("Baltimore MD")
    assert great_circle(city.point, BALTIMORE) < 5


def test_what_is_typed_so_far_gives_the_biggest_first(gazetteer: Gazetteer) -> None:
    assert gazetteer.beginning("balti", 2)[0].label == "Baltimore, MD"
    assert [city.label for city in gazetteer.beginning("baltimore, mary")] == ["Baltimore, MD"]
    assert [city.label for city in gazetteer.beginning("san ", 3)] == [
        "San Antonio, TX", "San Diego, CA", "San Francisco, CA",
    ]  # fmt: skip
    assert gazetteer.beginning("") == gazetteer.beginning("  ") == ()
    assert gazetteer.beginning("212") == ()
