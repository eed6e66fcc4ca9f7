"""One place, many spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.addresses import address

SAME = [
    ("100 Main Street, Suite 200", None),
    ("100 MAIN ST", "STE 200"),
    ("100 Main St.", "#200"),
    ("100 MAIN ST STE 200", ""),
    ("100 Main St Unit 200", None),
]


@pytest.mark.parametrize(("street", "street_2"), SAME)
def test_spellings_of_one_suite_agree(street: str, street_2: str | None) -> None:
    place = address(street, street_2, "21287-1234")
    assert place is not None
    assert place.key == "100 main st|200|21287"


def test_another_suite_of_the_building_is_another_place() -> None:
    one, other = address("100 Main St", "Ste 200", "21287"), address("100 Main St", "Ste 210", "21287")
    assert one and other
    assert one.key != other.key
    assert one.building == other.building


def test_a_floor_counts_as_a_suite_however_it_is_written() -> None:
    before = address("22 S Greene St", "2nd Floor", "21201")
    assert before == address("22 S GREENE ST FL 2", None, "21201")


@pytest.mark.parametrize("written", ["3rd Floor Room 5", "Third Floor, Rm 5", "Floor 3 Room 5", "FL 3 # 5"])
def test_a_floor_and_a_room_agree_in_every_order_of_floor_and_number(written: str) -> None:
    place = address("22 S Greene St", written, "21201")
    assert place is not None
    assert (place.building, place.suite) == ("22 s greene st", "3 5")


def test_a_number_of_the_street_is_not_taken_for_a_floor() -> None:
    place = address("100 Highway 5", "Floor 3", "21201")
    assert place is not None
    assert (place.building, place.suite) == ("100 hwy 5", "3")


@pytest.mark.parametrize("street", ["PO BOX 12", "P.O. Box 12", "Medical Arts Building", "", None])
def test_what_is_no_street_address_gives_nothing(street: str | None) -> None:
    assert address(street, None, "21201") is None


@given(st.text(max_size=40), st.none() | st.text(max_size=20), st.none() | st.text(max_size=10))
def test_any_text_is_taken(street: str, street_2: str | None, zip_code: str | None) -> None:
    place = address(street, street_2, zip_code)
    assert place is None or any(c.isdigit() for c in place.building)
