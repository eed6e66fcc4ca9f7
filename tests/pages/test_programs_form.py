"""The online programs for a condition and a state: a sealed question, answers with their reasons."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from finder.licensing import NO_STATE, Available
from finder.offers import Patient, offer_of
from finder.program_search import ProgramsAsked
from finder.programs import load_programs
from finder.sealed import load_seals
from finder.web.programs_form import args_of_asked, programs_form_of
from tests.pages.conftest import WORDS
from tests.pages.test_pages import Outline, text, title, token

ASKED = {"words": "pancreatic cancer", "state": "MD", "ages": "", "local_doctor": ""}


def found(browser: FlaskClient, **changes: str) -> str:
    """The page of a sent form."""
    sent = browser.post("/programs", data={**ASKED, **changes})
    assert sent.status_code == 303, sent.text
    answer = browser.get(sent.location)
    assert answer.status_code == 200
    return answer.text


def cards(html: str) -> dict[str, str]:
    """The words of each program by the name of its institution, from the top."""
    parts = html.split('<th scope="row">')[1:]
    return {text(part.partition("</h2>")[0]).strip(): text(part.partition("</tr>")[0]) for part in parts}


def test_the_question_is_sealed_and_no_address_or_title_tells_it(browser: FlaskClient) -> None:
    sent = browser.post("/programs", data=ASKED)
    assert sent.location.startswith("/programs/found/")
    page = browser.get(sent.location).text
    told = [sent.location, title(page), *Outline(page).addresses]
    assert [one for one in told if "pancrea" in one or "=MD" in one] == []


def test_programs_open_to_the_state_come_first_with_their_reasons(browser: FlaskClient) -> None:
    page = found(browser)
    said = text(page)
    assert "You asked for: pancreatic cancer, open to MD" in said
    assert "We understood: pancreatic cancer" in said
    shown = cards(page)
    signs = [
        next(each for each in ("Open to your state", "Not known if", "Not open to you") if each in card)
        for card in shown.values()
    ]
    assert signs == sorted(signs, key=("Open to your state", "Not known if", "Not open to you").index)
    assert set(signs) >= {"Open to your state", "Not known if"}
    first = shown["University Hospitals (Ohio)"]
    assert first.index("Open to your state, with your own doctor") < first.index("outside OH need a form")
    silent = shown["Dana-Farber Cancer Institute"]
    assert "Not known if it is open to your state" in silent
    assert silent.index("It does not say that it takes people from MD.") < silent.index("Price")
    assert "We found no source that says if doctors from other states" in said


def test_a_program_that_refuses_the_state_or_needs_a_doctor_says_why(browser: FlaskClient) -> None:
    shut = cards(found(browser, state="MA"))["Dana-Farber Cancer Institute"]
    assert "Not open to you" in shut
    assert "It does not take people from MA." in shut
    alone = [
        c for c in cards(found(browser, local_doctor="no")).values() if "Your own doctor must take part." in c
    ]
    assert alone
    assert all("Not open to you" in c for c in alone)


def test_programs_for_other_conditions_are_listed_apart_with_the_reason(browser: FlaskClient) -> None:
    page = found(browser)
    apart = text(page.partition("</table>")[2].partition("</details>")[0])
    assert "not take this condition" in apart
    assert "names other fields as its own" in apart or "says that it does not take" in apart


def test_only_the_free_ones_are_shown_where_only_those_are_asked_for(browser: FlaskClient) -> None:
    free = cards(found(browser, words="", state="", no_charge="yes"))
    assert 0 < len(free) < 35
    assert all("No charge" in card for card in free.values())


def test_only_what_a_plan_may_pay_for_is_shown_where_that_is_asked_for(browser: FlaskClient) -> None:
    page = found(browser, words="", state="", through_plan="yes")
    assert "You asked for: paid by a plan or an employer" in text(page)
    paid = cards(page)
    assert set(paid) >= {"2nd.MD / Accolade", "Rush", "Yale Health", "Cleveland Clinic"}
    assert "Duke Health" not in paid
    ways = ("Some employers pay", "Some health plans", "billed to your insurance")
    assert all(any(way in card for way in ways) for card in paid.values())


def test_the_fastest_come_first_when_asked_and_the_choice_stays(browser: FlaskClient) -> None:
    page = found(browser, words="", state="", sort="turnaround")
    assert "Those with a known time come first, the fastest on top." in text(page)
    times = ["when the clock starts" in card or "after all records" in card for card in cards(page).values()]
    assert times == sorted(times, reverse=True)
    assert any(times)
    assert '<option value="turnaround" selected>' in page


def test_every_field_stands_side_by_side_with_dates_and_what_comes_on_top(browser: FlaskClient) -> None:
    shown = cards(browser.get("/programs").text)
    ohio = shown["University Hospitals (Ohio)"]
    for words in ("$550",
                  "More to pay: pathology (slides) and radiology (scans) cost extra",
                  "$200 of it is not given back",
                  "uhhospitals.org ; date not known, read November 22, 2026; from the program’s own page",
                  "10 to 14 work days after all records are there", "OH; elsewhere with your own doctor",
                  "Yes, if you live outside OH"):  # fmt: skip
        assert words in ohio
    assert "Not published: who gets them; if slides are looked at again; if scans are looked at again" in ohio
    cedars = shown["Cedars-Sinai"]
    assert cedars.index("$590 for people of its own state") < cedars.index("$790 for people of other states")
    assert "The program gets them for you" in shown["Dana-Farber Cancer Institute"]
    assert "Looks at slides again Yes" in shown["MD Anderson Cancer Center"]
    assert "This price is for cardiac surgery only." in next(
        c for name, c in shown.items() if "Los Angeles" in name
    )
    cleveland = shown["Cleveland Clinic"]
    assert (
        cleveland.index("$1,850 more than a year old")
        < cleveland.index("Earlier prices")
        < cleveland.index("$565")
    )
    assert "from May 4, 2022, read November 22, 2026" in cleveland
    assert all("$0" not in card for card in shown.values())


def test_a_price_that_is_not_published_comes_last_and_says_so(browser: FlaskClient) -> None:
    shown = cards(browser.get("/programs").text).values()
    silent = [not re.search(r"Price (\$[1-9]|No charge)", card) for card in shown]
    assert silent == sorted(silent)
    assert 15 < sum(silent) < 30


def test_the_rule_of_medicare_and_what_to_ask_the_plan_stand_on_the_page(browser: FlaskClient) -> None:
    said = text(browser.get("/programs").text)
    source = "medicare.gov/coverage/second-surgical-opinions ; date not known, read November 22, 2026"
    assert f"You pay 20% once you have met the deductible. {source}" in said
    assert "If the two opinions differ, it helps pay for a third one" in said
    assert "Do I need a referral first?" in said


def test_the_law_that_is_known_stands_with_its_source(browser: FlaskClient) -> None:
    said = text(found(browser, words="", state="AK"))
    assert "may not give advice in Alaska" in said
    source = "dpcfrontier.com/consultants ; date not known, read November 22, 2026"
    assert f"This is not legal advice. {source}" in said


def test_without_a_state_nothing_is_said_of_states(browser: FlaskClient) -> None:
    said = text(found(browser, words="", state="", ages="child"))
    assert "You asked for: for a child" in said
    assert "Not known if it is open" not in said
    (told, *_) = offer_of("x", load_programs()[0].to_source(), Patient()).reasons
    assert told == NO_STATE
    assert NO_STATE not in said
    assert offer_of("x", load_programs()[0].to_source(), Patient()).available is Available.UNKNOWN


def test_words_that_are_not_understood_are_said_to_and_two_readings_asked_back(browser: FlaskClient) -> None:
    unknown = text(found(browser, words="xyzzy plugh"))
    assert "We don’t know these words yet" in unknown
    assert "Dana-Farber" not in unknown
    asked = found(browser, words="melanoma leukemia")
    assert "What do you mean?" in asked
    picked = browser.post("/programs", data={"from": token(asked), "words": "leukemia"})
    said = text(browser.get(picked.location).text)
    assert "You asked for: leukemia, open to MD" in said


def test_urgent_words_show_the_emergency_line(browser: FlaskClient) -> None:
    page = found(browser, words="crushing chest pain")
    assert page.index("Please read this first") < page.index("<h1>")


def test_every_mistake_is_listed_and_the_values_stay(browser: FlaskClient) -> None:
    wrong = {**ASKED, "state": "QQ", "ages": "old", "local_doctor": "maybe", "foo": "1"}
    answer = browser.post("/programs", data=wrong)
    assert answer.status_code == 400
    outline = Outline(answer.text)
    assert [a[1:] for a in outline.addresses if a.startswith("#") and a != "#main"] == [
        "state", "ages", "local_doctor",
    ]  # fmt: skip
    assert {"state", "ages", "local_doctor"} <= set(outline.ids)
    assert "foo: is not a search parameter" in answer.text
    assert 'value="QQ"' in answer.text
    assert 'value="pancreatic cancer"' in answer.text
    assert title(answer.text).startswith("Please check the form")


def test_an_empty_form_leads_to_all_programs(browser: FlaskClient) -> None:
    assert browser.post("/programs", data={**ASKED, "words": " ", "state": ""}).location == "/programs"


def test_a_foreign_form_and_a_tampered_or_other_token_are_refused(browser: FlaskClient, app: Flask) -> None:
    other = {"Sec-Fetch-Site": "cross-site"}
    assert browser.post("/programs", data=ASKED, headers=other).status_code == 403
    assert browser.get("/programs/found/x").status_code == 400
    assert browser.post("/programs", data={"from": "x", "words": WORDS}).status_code == 400
    search = load_seals(app.extensions["finder"].config).seal({"words": WORDS, "near": "21287"})
    assert browser.get(f"/programs/found/{search}").status_code == 400


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"words": "x", "state": "MD", "ages": "child", "local_doctor": "no", "no_charge": "yes"},
        {"local_doctor": "yes", "through_plan": "yes", "sort": "turnaround"},
    ],
)
def test_a_question_gives_the_same_parameters_and_form_again(asked: dict[str, str]) -> None:
    args = args_of_asked(ProgramsAsked.from_args(asked))
    assert args == asked
    form = programs_form_of(args)
    assert {name: value for name, value in form.values.items() if value} == asked
    assert [option.value for option in form.sorts if option.is_chosen] == [asked.get("sort", "price")]
    assert [option.value for option in form.doctor if option.is_chosen] == [asked.get("local_doctor", "")]
