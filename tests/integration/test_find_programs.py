"""Programs of programs.csv through the real engine: fit, availability, order, and nothing invented."""

from collections.abc import Iterator
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from finder import indexes, search
from finder.errors import InputErrors, NotFound
from finder.offers import Patient
from finder.program_search import FoundPrograms
from finder.programs import load_programs
from tests.factories import a_generation, a_specialist, removed

CONTEXT = search.load_context()


@pytest.fixture(scope="module")
def home(engine: Elasticsearch, prefix: str) -> Iterator[str]:
    own = f"{prefix}_programs"
    indexes.flip(engine, own, a_generation(engine, own, [a_specialist(1)]))
    yield own
    removed(engine, own)


@pytest.fixture
def find(engine: Elasticsearch, home: str) -> Any:
    def found(**args: Any) -> FoundPrograms:
        return search.find_programs(engine, home, search.ProgramsAsked.from_args(args), CONTEXT)

    return found


def available(found: FoundPrograms) -> dict[str, str]:
    return {offer.id: offer.available.value for offer in found.programs}


def test_every_program_is_shown_or_left_out_with_a_reason(find: Any) -> None:
    found = find(words="bile duct cancer", state="MD")
    shown, left = set(available(found)), {one.id: one.reason for one in found.left_out}
    assert shown | set(left) == {p.id for p in load_programs()}
    assert not shown & set(left)
    assert "gastrointestinal oncology" in left["ucsf-included-health"]
    assert left["barrow-neurosurgery"] == "names other fields as its own: neurosurgery"
    assert {"dana-farber", "msk", "md-anderson-pathology", "johns-hopkins-surgical"} <= shown


def test_a_program_for_another_field_comes_with_its_own_condition(find: Any) -> None:
    shown = set(available(find(words="brain tumor")))
    assert {"barrow-neurosurgery", "houston-methodist", "penn-brain-tumor"} <= shown


@pytest.mark.parametrize(
    ("asked", "program", "answer"),
    [
        ({"state": "MD"}, "dana-farber", "unknown"),
        ({"state": "MD"}, "university-hospitals-ohio", "yes_with_your_doctor"),
        ({"state": "AK"}, "university-hospitals-ohio", "unknown"),
        ({"state": "MA"}, "dana-farber", "no"),
        ({"state": "CA"}, "thesecondopinion", "yes"),
        ({"state": "MD"}, "thesecondopinion", "no"),
        ({"state": "MD"}, "mayo-econsult", "unknown"),
        ({"state": "MD", "local_doctor": "no"}, "mayo-econsult", "no"),
        ({}, "dana-farber", "unknown"),
    ],
)
def test_availability_is_the_programs_own_rule(
    find: Any, asked: dict[str, str], program: str, answer: str
) -> None:
    assert available(find(words="bile duct cancer", **asked))[program] == answer


def test_a_program_that_works_with_the_own_doctor_says_so(find: Any) -> None:
    assert available(find(words="brain tumor", state="MD"))["penn-brain-tumor"] == "yes_with_your_doctor"


def test_prices_rise_and_those_not_published_come_last(find: Any) -> None:
    amounts = [offer.amount for offer in find(words="bile duct cancer").programs]
    known = [amount for amount in amounts if amount is not None]
    assert known == sorted(known)
    assert len(known) >= 8
    assert amounts[len(known) :] == [None] * (len(amounts) - len(known))


def test_an_old_price_is_no_price_but_is_carried_as_history(find: Any) -> None:
    partners = next(o for o in find().programs if o.id == "mass-general-brigham")
    assert (partners.amount, partners.price) == (None, "not published")
    assert {price["is_history"] for price in partners.to_json()["prices"]} == {True, False}


def test_the_fastest_come_first_when_asked_and_times_that_are_not_published_last(find: Any) -> None:
    days = [offer.days for offer in find(sort="turnaround").programs]
    known = [each for each in days if each is not None]
    assert known == sorted(known)
    assert len(known) >= 8
    assert days[len(known) :] == [None] * (len(days) - len(known))


def test_through_a_plan_are_those_that_say_so(find: Any) -> None:
    found = {offer.id for offer in find(through_plan=True).programs}
    assert found == {
        "2nd-md", "accesshope", "cleveland-clinic", "included-health", "msk", "rush-cancer", "worldcare",
        "yale-health",
    }  # fmt: skip


def test_a_price_for_another_field_is_no_price_for_this_condition(find: Any) -> None:
    def chla(**asked: str) -> set[str]:
        return {offer.id for offer in find(no_charge=True, **asked).programs} & {"chla"}

    assert (chla(words="heart valve disease"), chla(words="bile duct cancer")) == ({"chla"}, set())


def test_the_answer_tells_the_law_of_the_state_and_who_pays(find: Any) -> None:
    told = find(state="AK").to_json()
    assert (told["law"]["consultation"], told["law"]["source_url"]) == (
        "prohibited",
        "dpcfrontier.com/consultants",
    )
    assert find(state="MD").to_json()["law"]["says"] is None
    assert find().to_json()["law"] is None
    assert {fact["topic"] for fact in told["coverage"]} == {"medicare", "ask_plan", "ask_work", "usual"}


def test_without_charge_means_a_published_price_of_nothing(find: Any) -> None:
    free = find(no_charge=True).programs
    assert {"thesecondopinion", "chla"} <= {offer.id for offer in free}
    assert all(any(p.get("amount") == 0 for p in offer.current) for offer in free)


def test_without_words_every_program_is_listed(find: Any) -> None:
    found = find()
    assert (len(found.programs), found.understood, found.left_out) == (len(load_programs()), None, ())


def test_words_that_are_not_understood_give_no_programs(find: Any) -> None:
    found = find(words="qqqq zzzz")
    assert (found.programs, found.to_json()["understood"]["concept_id"]) == ((), None)


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(InputErrors) as caught:
        search.ProgramsAsked.from_args({"state": "XX", "local_doctor": "maybe", "price": 3})
    assert [error.field for error in caught.value.errors] == ["price", "state", "local_doctor"]


def test_one_program_is_found_by_its_id(engine: Elasticsearch, home: str) -> None:
    offer = search.program(engine, home, "dana-farber", Patient("MA"))
    assert (offer.document["institution"], offer.available.value) == ("Dana-Farber Cancer Institute", "no")
    named = search.programs_named(engine, home, ["dana-farber", "nowhere", "chop"])
    assert [offer.id for offer in named] == ["chop", "dana-farber"]
    assert search.programs_named(engine, home, []) == ()
    with pytest.raises(NotFound, match="there is no program nowhere"):
        search.program(engine, home, "nowhere")
