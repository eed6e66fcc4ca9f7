"""What an admin types as right is brought into one form, or named as wrong at its form field."""

import pytest

from finder.correctable import CORRECTABLE, FIELDS_ABOUT, correct_value, key_of
from finder.errors import InputErrors
from finder.specialties import load_specialties
from finder.web.correcting import ABOUT


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("phone", "(410) 555-0100", "4105550100"),
        ("fax", "+1 410 555 0101; 2 Example St;  21287-1234", "4105550101; 2 Example St; 21287"),
        ("site", "2 Example St; Baltimore; md; 21287; 410-555-0100",
         "2 Example St; Baltimore; MD; 21287; 4105550100"),
        ("site_closed", "2 Example St; 21287", "2 Example St; 21287"),
        ("accepting", "Yes", "yes"),
        ("languages", "Spanish; english", "en;es"),
        ("hospitals", "210009; 21t009", "210009;21T009"),
        ("groups", "0123456789", "0123456789"),
    ],
)  # fmt: skip
def test_a_value_is_kept_in_one_form(field: str, typed: str, kept: str) -> None:
    assert correct_value(field, typed) == kept
    assert correct_value(field, kept) == kept


def test_a_specialty_is_known_by_its_label_and_its_id() -> None:
    some = list(load_specialties().by_id.values())[:2]
    ids = ";".join(each.specialty_id for each in some)
    assert correct_value("specialty", "; ".join(each.label.upper() for each in some)) == ids
    assert correct_value("specialty", ids) == ids


@pytest.mark.parametrize(
    ("field", "typed", "wrong", "says"),
    [
        ("shoe_size", "44", "field", "pick one"),
        ("phone", "  ", "value", "is empty"),
        ("phone", "555-0100", "value", "10 digits"),
        ("phone", "410-555-0100; 2 Example St", "value", "street and ZIP"),
        ("site", "2 Example St; Baltimore; ZZ; 21287", "value", "state of two letters"),
        ("site", "Example St; Baltimore; MD; 21287", "value", "house number"),
        ("site_closed", "2 Example St; 2128", "value", "ZIP of 5 digits"),
        ("accepting", "maybe", "value", "yes or no"),
        ("languages", "English; Grunt", "value", "'Grunt'"),
        ("specialty", "wizardry", "value", "'wizardry'"),
        ("groups", "12345", "value", "PAC ID"),
        ("hospitals", "2100091", "value", "certification number"),
        ("accepting", "y" * 301, "value", "at most 300"),
        ("accepting", "yes\x1b[2J", "value", "cannot be shown"),
    ],
)
def test_what_cannot_be_is_named_at_its_form_field(field: str, typed: str, wrong: str, says: str) -> None:
    with pytest.raises(InputErrors) as caught:
        correct_value(field, typed)
    assert [(e.field, says in e.message) for e in caught.value.errors] == [(wrong, True)]


def test_every_choice_of_the_readers_form_leads_to_fields_that_exist() -> None:
    assert set(FIELDS_ABOUT) == set(ABOUT)
    assert {field for fields in FIELDS_ABOUT.values() for field in fields} == set(CORRECTABLE)


def test_a_later_word_replaces_the_earlier_about_the_same_place_only() -> None:
    opened = key_of("site", "2 Example St; Baltimore; MD; 21287")
    assert opened == key_of("site_closed", "2 EXAMPLE St; 21287")
    assert opened != key_of("site_closed", "4 Example St; 21287")
    assert key_of("phone", "4105550100") != key_of("phone", "4105550100; 2 Example St; 21287")
    assert key_of("accepting", "yes") == key_of("accepting", "no")
