"""What a program says of states, doctors, ages, prices and fields, and nothing that it does not say."""

from typing import Any

import pytest

from finder.concepts import LadderStep
from finder.facets import AgesAsked
from finder.licensing import Available
from finder.offers import About, Offer, Patient, SortAsked, in_order, offer_of, price_words, why_not

ABOUT = About(
    frozenset({"bile_duct_cancer", "digestive_cancers", "cancer"}),
    (LadderStep(1, "Surgeons", ("general_surgery", "medical_oncology"), False),),
    {"oncology": "cancer", "gastrointestinal oncology": "digestive_cancers", "breast": "breast_cancers"}.get,
)


def a_price(kind: str = "flat", amount: int | None = 500, **more: Any) -> dict[str, Any]:
    price = {"kind": kind, "is_history": False, "seen_at": "2026-11-22", "confidence": "A", **more}
    return price if amount is None else {**price, "amount": amount}


def a_document(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Demo opinions", "institution": "Demo Hospital", "needs_treating_doctor": "not_published",
        "prices": [a_price()], **changes,
    }  # fmt: skip


def offer(patient: Patient, **changes: Any) -> Offer:
    return offer_of("demo", a_document(**changes), patient)


MARYLAND = Patient("MD")


@pytest.mark.parametrize(
    ("rules", "asked", "answer", "words"),
    [
        ({"age_min": 18}, AgesAsked.CHILD, "no", "It takes people from 18 years on."),
        ({"age_min": 18}, AgesAsked.ADULT, "yes", "names MD"),
        ({"age_max": 17}, AgesAsked.ADULT, "no", "It takes people up to 17 years old."),
        ({"age_max": 17}, AgesAsked.CHILD, "yes", "names MD"),
        ({"ages": "adult"}, AgesAsked.CHILD, "no", "It is for adults."),
        ({"ages": "child"}, AgesAsked.ADULT, "no", "It is for children."),
        ({"ages": "child"}, AgesAsked.CHILD, "yes", "names MD"),
        ({"ages": "child"}, None, "yes", "names MD"),
    ],
)
def test_an_age_that_a_program_does_not_take_is_a_no_wherever_somebody_lives(
    rules: dict[str, Any], asked: AgesAsked | None, answer: str, words: str
) -> None:
    found = offer(Patient("MD", ages=asked), states=["MD"], **rules)
    assert found.available == answer
    assert words in " ".join(found.reasons)


@pytest.mark.parametrize(
    ("price", "words"),
    [
        (a_price("flat", 1500), "$1,500"),
        (a_price("flat", 0), "no charge"),
        (a_price("from", 80), "from $80"),
        (a_price("range", 80, amount_max=500), "$80 to $500"),
        (a_price("in_state", 590), "$590 for people of its own state"),
        (a_price("benefit", 0), "no charge if your employer, health plan or hospital takes part"),
        (
            a_price("benefit", None),
            "through an employer or health plan; price not published",
        ),
        (a_price("billed_as_visit", None), "billed to insurance as a visit"),
        (a_price("quote", None), "on request"),
        (a_price("not_published", None), "not published"),
    ],
)
def test_a_price_is_said_as_it_is_published(price: dict[str, Any], words: str) -> None:
    assert price_words(price) == words


def test_history_is_never_the_price_and_a_second_price_says_for_whom_it_is() -> None:
    old, today = a_price("flat", 10, is_history=True), a_price("not_published", None)
    found = offer(MARYLAND, prices=[old, today])
    assert (found.price, found.amount, found.is_free) == ("not published", None, False)


def test_a_price_for_one_field_holds_there_only_and_is_never_the_one_to_sort_by() -> None:
    prices = [a_price("flat", 0, only_for="heart"), a_price("flat", 875)]
    heart = About(frozenset({"heart"}), (), {"heart": "heart"}.get)
    anybody = offer(MARYLAND, prices=prices)
    assert (anybody.price, anybody.amount, anybody.is_free) == ("$875; no charge, for heart only", 875, True)
    asked = offer_of("demo", a_document(prices=prices), MARYLAND, heart)
    assert (asked.amount, asked.is_free) == (875, True)
    other = offer_of("demo", a_document(prices=prices), MARYLAND, ABOUT)
    assert (other.price, other.is_free) == ("$875", False)


@pytest.mark.parametrize(
    ("state", "price", "amount"),
    [
        ("CA", "$590 for people of its own state", 590),
        ("MD", "$790 for people of other states", 790),
        (None, "$590 for people of its own state; $790 for people of other states", 590),
    ],
)
def test_of_two_prices_that_of_the_patients_state_holds(state: str | None, price: str, amount: int) -> None:
    prices = [a_price("in_state", 590), a_price("out_of_state", 790)]
    found = offer(Patient(state), prices=prices, home_state="CA")
    assert (found.price, found.amount) == (price, amount)


def test_what_comes_on_top_and_what_is_kept_stand_with_the_price() -> None:
    price = a_price("flat", 550, extras="scans cost extra", deposit_nonrefundable=200)
    assert (
        offer(MARYLAND, prices=[price]).price == "$550, and scans cost extra ($200 of it is not given back)"
    )


@pytest.mark.parametrize(
    ("routes", "is_paid"),
    [
        ([], False),
        (["employer"], True),
        (["some_health_plans"], True),
        (["insured_visit"], True),
        (["no_insurance"], False),
        (["rarely_insured"], False),
        (["member_hospital"], False),
    ],
)
def test_a_plan_or_employer_may_pay_where_the_program_says_so(routes: list[str], is_paid: bool) -> None:
    assert offer(MARYLAND, benefit_routes=routes).is_paid_by_others == is_paid


def test_the_fastest_come_first_when_asked_and_unknown_times_last() -> None:
    days: dict[str, dict[str, Any]] = {
        "slow": {"turnaround_days_min": 2, "turnaround_days_max": 20},
        "silent": {},
        "fast": {"turnaround_days_max": 3},
        "least": {"turnaround_days_min": 5},
    }
    offers = [offer_of(key, a_document(**told), MARYLAND) for key, told in days.items()]
    assert [o.id for o in in_order(offers, SortAsked.TURNAROUND)] == ["fast", "least", "slow", "silent"]


def test_known_prices_come_first_the_lowest_first_and_history_does_not_count() -> None:
    documents = {
        "unpublished": [a_price("not_published", None), a_price("flat", 1, is_history=True)],
        "dear": [a_price("flat", 900)],
        "free": [a_price("benefit", 0)],
        "cheap": [a_price("flat", 5)],
    }
    offers = [offer_of(key, a_document(prices=prices), MARYLAND) for key, prices in documents.items()]
    assert [o.id for o in in_order(offers)] == ["free", "cheap", "dear", "unpublished"]


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        ({}, None),
        ({"excluded_concepts": ["cancer"]}, "does not take this condition"),
        ({"concepts": ["heart_diseases"]}, "takes other conditions only"),
        ({"concepts": ["cancer"]}, None),
        ({"specialties_in": ["oncology"]}, None),
        ({"specialties_in": ["surgery"]}, None),
        ({"specialties_in": ["neurosurgery"]}, "names other fields as its own: neurosurgery"),
        ({"specialties_in": ["neurosurgery", "medical oncology"]}, None),
        (
            {"specialties_out": ["gastrointestinal oncology", "breast"]},
            "says that it does not take gastrointestinal oncology",
        ),
        ({"specialties_out": ["surgery", "radiation oncology"]}, None),
    ],
)
def test_a_program_is_left_out_only_for_what_it_says_of_the_condition(
    says: dict[str, Any], reason: str | None
) -> None:
    assert why_not(a_document(**says), ABOUT) == reason


def test_the_answer_has_every_word_for_availability() -> None:
    assert {a.value for a in Available} == {"yes", "yes_with_your_doctor", "no", "unknown"}
