"""What a program says of states, doctors, ages, prices and fields, and nothing that it does not say."""

from typing import Any

import pytest

from finder.concepts import LadderStep
from finder.facets import AgesAsked
from finder.offers import About, Available, Offer, Patient, in_order, offer_of, price_words, why_not

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
    ("rules", "patient", "answer", "words"),
    [
        ({}, MARYLAND, "unknown", "does not say from which states"),
        ({"states": ["MD"]}, Patient(), "unknown", "no state was given"),
        ({"states": ["MD", "VA"]}, MARYLAND, "yes", "lists MD among"),
        ({"states": ["CA"]}, MARYLAND, "no", "from other states only: CA"),
        ({"excluded_states": ["MD"]}, MARYLAND, "no", "takes nobody from MD"),
        ({"excluded_states": ["MA"]}, MARYLAND, "yes", "MD is not among them"),
        ({"excluded_states": ["MA"], "excluded_counties": ["Demo MD"]}, MARYLAND, "yes", "counties: Demo MD"),
        ({"age_min": 18}, Patient("MD", ages=AgesAsked.CHILD), "no", "from 18 years on"),
        ({"age_min": 18, "states": ["MD"]}, Patient("MD", ages=AgesAsked.ADULT), "yes", "lists MD"),
        ({"age_max": 17}, Patient("MD", ages=AgesAsked.ADULT), "no", "up to 17 years"),
    ],
)
def test_whether_a_state_is_served_follows_from_what_the_program_says(
    rules: dict[str, Any], patient: Patient, answer: str, words: str
) -> None:
    found = offer(patient, **rules)
    assert found.available == answer
    assert words in "; ".join(found.reasons)


@pytest.mark.parametrize(
    ("needs", "has_doctor", "states", "answer"),
    [
        ("yes", None, ["MD"], "yes_with_your_doctor"),
        ("yes", True, ["MD"], "yes_with_your_doctor"),
        ("yes", False, ["MD"], "no"),
        ("yes", None, [], "unknown"),
        ("yes", None, ["CA"], "no"),
        ("no", False, ["MD"], "yes"),
        ("outside_home_state", False, ["MD"], "yes"),
        ("not_published", False, ["MD"], "yes"),
    ],
)
def test_a_program_that_needs_the_own_doctor_says_so(
    needs: str, has_doctor: bool | None, states: list[str], answer: str
) -> None:
    found = offer(Patient("MD", has_doctor), needs_treating_doctor=needs, states=states)
    assert found.available == answer
    assert ("needs your own doctor" in "; ".join(found.reasons)) == (needs != "no" and
                                                                    needs != "not_published" and
                                                                    states != ["CA"])  # fmt: skip


@pytest.mark.parametrize(
    ("price", "words"),
    [
        (a_price("flat", 1500), "$1,500"),
        (a_price("flat", 0), "no charge"),
        (a_price("from", 80), "from $80"),
        (a_price("range", 80, amount_max=500), "$80 to $500"),
        (a_price("in_state", 590), "$590 for people of its own state"),
        (a_price("benefit", 0), "no charge, as a benefit of an employer or health plan"),
        (
            a_price("benefit", None),
            "a benefit of some employers and health plans; price not published",
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
    special = a_price("flat", 0, note="Cardiac surgery only.")
    both = offer(MARYLAND, prices=[a_price("flat", 875), special])
    assert (both.price, both.amount, both.is_free) == ("$875; no charge (Cardiac surgery only.)", 875, True)


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
