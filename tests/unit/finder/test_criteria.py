"""Parameters to criteria and back, with every mistake at once."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from finder.criteria import (
    DEFAULT_MILES,
    AcceptingAsked,
    AgesAsked,
    NameAsked,
    Position,
    RoleAsked,
    SearchCriteria,
    VerdictAsked,
    WhyAsked,
    name_asked,
)
from finder.errors import InputErrors
from tests.factories import an_npi

FULL: dict[str, Any] = {
    "words": "bile  duct cancer", "near": "21287", "within": "100", "referrer": an_npi(3),
    "seen": [an_npi(1), an_npi(2)], "plan": "demo-plan", "state": "md", "role": "surgery", "language": "ES",
    "ages": "adult", "accepting": "no", "specialty": "Hepatology", "trials": "yes", "verdict": "unknown",
    "seen_name": ["Jane Smith, Baltimore MD"], "seen_org": ["hospital:210009", "Demo Health"],
    "facets": "yes", "virtual": True, "profile": "near_first", "show_tied": "yes", "size": 5,
    "generation": "20260101t000000abcd",
}  # fmt: skip
CRITERIA = SearchCriteria.from_args(FULL)


def errors_of(**args: Any) -> dict[str, str]:
    with pytest.raises(InputErrors) as caught:
        SearchCriteria.from_args({"words": "gout", **args})
    return {error.field: error.message for error in caught.value.errors}


def test_every_parameter_is_read() -> None:
    expected = SearchCriteria(
        words="bile duct cancer", near="21287", within=100, referrer=an_npi(3), plan="demo-plan",
        seen=(an_npi(1), an_npi(2)),
        state="MD", role=RoleAsked.SURGERY, language="es", ages=AgesAsked.ADULT, virtual=True,
        profile="near_first", show_tied=True, size=5, generation="20260101t000000abcd",
        accepting=AcceptingAsked.NO, specialty="hepatology", trials=True, verdict=VerdictAsked.UNKNOWN,
        seen_name=("Jane Smith, Baltimore MD",), seen_org=("hospital:210009", "Demo Health"), facets=True,
    )  # fmt: skip
    assert expected == CRITERIA


def test_what_is_written_back_is_read_to_the_same_criteria() -> None:
    assert SearchCriteria.from_args(CRITERIA.to_args()) == CRITERIA
    assert SearchCriteria.from_args({"words": "gout"}).to_args() == {"words": "gout"}


def test_all_mistakes_come_at_once() -> None:
    errors = errors_of(
        words="", near="2128", within=501, seen=["12345"], state="XX", role="boss", language="spanish",
        referrer="9", ages="old", virtual="perhaps", size=0, next="nonsense", radius=5,
        seen_name="Jane Smith",
        specialty="no id!", accepting="soon", trials="some", verdict="fine", facets="many",
    )  # fmt: skip
    assert errors == {
        "radius": "is not a search parameter",
        "near": "must be a ZIP code of 5 digits, or a city and a state, such as Towson MD",
        "within": "must be 1 to 500 miles",
        "referrer": "9 is not an NPI: 10 digits, the first 1 or 2",
        "seen": "12345 is not an NPI: 10 digits, the first 1 or 2",
        "state": "must be the two-letter code of a state, such as MD",
        "role": "must be one of surgery, medical, radiation, pathology, imaging, any",
        "language": "must be a two-letter language code, such as es",
        "ages": "must be one of child, adult",
        "virtual": "must be yes or no",
        "size": "must be 1 to 100",
        "next": "is not a token of this program, or was cut off",
        "seen_name": "Jane Smith: write a name, a city and a state, such as: Jane Smith, Baltimore MD",
        "specialty": "must be an id of small letters and underscores, such as medical_oncology",
        "accepting": "must be one of yes, no, unknown",
        "trials": "must be yes or no",
        "verdict": "must be one of independent, some_tie, unknown, not_independent",
        "facets": "must be yes or no",
        "words": "say what the opinion is about, such as a diagnosis",
    }


def test_an_unknown_parameter_is_an_error_that_suggests_the_right_one() -> None:
    assert errors_of(lenguage="es") == {"lenguage": "is not a search parameter; did you mean language?"}


def test_a_distance_needs_a_place() -> None:
    assert errors_of(within=20) == {"within": "needs near: a ZIP code or a city to measure from"}


def test_a_place_without_a_distance_gets_the_default() -> None:
    assert SearchCriteria.from_args({"words": "gout", "near": "21287-1234"}).within == DEFAULT_MILES
    assert SearchCriteria.from_args({"words": "gout"}).within is None


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("21287", "21287"),
        ("21287-1234", "21287"),
        (" Towson,  MD ", "Towson, MD"),
        ("Baltimore MD 21287", "21287"),
        ("Coeur d’Alene ID", "Coeur d’Alene ID"),
    ],
)
def test_a_place_is_a_zip_code_or_a_city(typed: str, read: str) -> None:
    assert SearchCriteria.from_args({"words": "gout", "near": typed}).near == read


@pytest.mark.parametrize("typed", ["2", "x", "212871", "10 Main Street", "<b>", "x" * 101])
def test_what_is_no_place_is_refused(typed: str) -> None:
    assert "must be a ZIP code" in errors_of(near=typed)["near"]


def test_the_nearest_first_needs_a_place() -> None:
    assert errors_of(sort="nearest") == {"sort": "needs near: a ZIP code or a city to measure from"}
    found = SearchCriteria.from_args({"words": "gout", "near": "21287", "sort": "nearest"})
    assert SearchCriteria.from_args(found.to_args()) == found


def test_a_single_value_given_twice_is_an_error() -> None:
    assert errors_of(state=["MD", "VA"]) == {"state": "give it once"}


def test_a_prior_doctor_given_twice_counts_once_and_there_is_a_limit() -> None:
    assert SearchCriteria.from_args({"words": "gout", "seen": [an_npi(1)] * 2}).seen == (an_npi(1),)
    assert errors_of(seen=[an_npi(n) for n in range(21)]) == {"seen": "takes at most 20"}


def test_empty_and_absent_values_are_not_given() -> None:
    blank = {name: None if name == "seen" else "" for name in FULL}
    assert SearchCriteria.from_args({**blank, "words": "gout"}) == SearchCriteria("gout")


def test_overlong_words_are_refused() -> None:
    assert errors_of(words="x" * 301) == {"words": "must have at most 300 characters"}


def a_position(criteria: SearchCriteria) -> Position:
    return Position(
        "20260101t000000abcd", date(2026, 1, 2), criteria.fingerprint(), 20, (0.53, 1.25, an_npi(1))
    )


def test_a_page_token_comes_back_as_the_same_position() -> None:
    position = a_position(CRITERIA)
    again = SearchCriteria.from_args({**CRITERIA.to_args(), "size": 50, "next": position.to_token()})
    assert again.position == position
    assert again.to_args()["next"] == position.to_token()


@pytest.mark.parametrize(
    "change", [{"near": "20016"}, {"words": "gout"}, {"seen": []}, {"trials": ""}, {"show_tied": False}]
)
def test_a_page_token_fits_only_its_own_search(change: dict[str, Any]) -> None:
    token = a_position(CRITERIA).to_token()
    with pytest.raises(InputErrors, match="next: belongs to another search"):
        SearchCriteria.from_args({**FULL, **change, "next": token})


@pytest.mark.parametrize(
    "token", ["", "e30", "W10", "WzEsMiwzLDQsNV0", "%%%", "é", "WyJhIiwiYiIsImMiLDEsW11d"]
)
def test_a_damaged_token_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="not a token"):
        Position.from_token(token)


def test_the_number_of_results_and_whether_facets_are_counted_do_not_change_the_search() -> None:
    assert replace(CRITERIA, size=99, facets=False).fingerprint() == CRITERIA.fingerprint()
    assert replace(CRITERIA, seen_org=()).fingerprint() != CRITERIA.fingerprint()


def test_a_verdict_needs_someone_to_compare_with_and_tied_people_must_be_shown() -> None:
    assert errors_of(verdict="independent") == {"verdict": "needs a doctor already seen to compare with"}
    tied = errors_of(verdict="not_independent", seen_org="system:1")
    assert tied == {"verdict": "people who are not independent come only with show_tied"}
    shown = {"words": "gout", "verdict": "not_independent", "seen": an_npi(1), "show_tied": True}
    assert SearchCriteria.from_args(shown).verdict is VerdictAsked.NOT_INDEPENDENT


@pytest.mark.parametrize(
    ("text", "name", "city", "state"),
    [
        ("Jane Smith, Baltimore MD", "Jane Smith", "baltimore", "MD"),
        ("Smith, Jane, St. Mary's City md", "Smith, Jane", "st marys city", "MD"),
        ("Dr. Jane Smith, New York, NY", "Dr. Jane Smith", "new york", "NY"),
        ("Jane Smith, MD", "Jane Smith", "", "MD"),
    ],
)
def test_a_doctor_by_name_is_read_with_city_and_state(text: str, name: str, city: str, state: str) -> None:
    assert name_asked(text) == NameAsked(name, city, state)


@pytest.mark.parametrize(
    "text", ["Jane Smith", "Jane Smith, Baltimore", "Baltimore MD", ", MD", "", "Jane, Bonn XX"]
)
def test_a_doctor_by_name_without_a_state_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write a name, a city and a state"):
        name_asked(text)


def test_the_description_is_one_sentence_of_everything_asked() -> None:
    assert CRITERIA.describe() == (
        "bile duct cancer, within 100 miles of 21287, verdict: could not be checked, specialty: hepatology, "
        "surgery only, licensed in MD, in the network of plan demo-plan, speaking es, for an adult, "
        "listed as taking no new patients, investigator of clinical trials on this, by video or in writing, "
        "ties shown to the referring physician and the 3 doctors and the 2 organizations already seen"
    )
    one = SearchCriteria("gout", seen=("1",))
    assert one.describe() == "gout, independent of the doctor already seen"
    assert SearchCriteria("gout", seen_org=("x",)).describe().endswith("of the organization already seen")


def test_the_referring_physician_is_a_prior_doctor_as_the_others_are() -> None:
    referred = SearchCriteria("gout", referrer="2", seen=("1", "2"))
    assert referred.has_prior and SearchCriteria("gout", referrer="2").has_prior
    assert referred.prior_npis == ("2", "1")
    assert SearchCriteria("gout", referrer="2").describe() == "gout, independent of the referring physician"
    told = replace(referred, seen=("1",)).describe()
    assert told == "gout, independent of the referring physician and the doctor already seen"
    assert replace(referred, referrer=None).fingerprint() != referred.fingerprint()


def test_why_names_a_profile_so_that_a_second_one_is_a_mistake() -> None:
    assert SearchCriteria.from_args({"words": "x", "why": "Tie-Breaker"}).why is WhyAsked.TIE_BREAKER
    with pytest.raises(InputErrors, match=r"why: names a profile itself"):
        SearchCriteria.from_args({"words": "x", "why": "rare", "profile": "near_first"})
    with pytest.raises(InputErrors, match=r"why: must be one of rare, options, doubt"):
        SearchCriteria.from_args({"words": "x", "why": "curiosity"})


def test_the_plain_order_survives_the_way_through_parameters() -> None:
    plain = SearchCriteria.from_args({"words": "x", "diverse": "no"})
    assert SearchCriteria.from_args(plain.to_args()) == plain
    assert not plain.diverse and SearchCriteria("x").diverse
