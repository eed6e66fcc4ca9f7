"""Every page can be read by many: grade 6 at most on the patient's path, 8 elsewhere; in both languages."""

import csv
from functools import cache

import pytest
from flask.testing import FlaskClient

from finder.i18n import LANGUAGES
from finder.programs import load_programs
from finder.specialties import load_specialties
from finder.tables import DATA
from tests.factories import an_npi
from tests.pages.conftest import CONTEXT, HELP, SEEN, WORDS, address
from tests.reading import grade, sentences

PATH = ("/", "/shortlist", "/two-opinions", *HELP)
ELSEWHERE = (
    "/privacy",
    "/help/about",
    "/colleagues",
    "/programs",
    "/programs/dana-farber",
    f"/specialists/{SEEN}",
)


@cache
def names() -> frozenset[str]:
    """What is not ours to make easier: medical terms, specialties, names of people, places and sites."""
    with (DATA / "terms.csv").open(encoding="utf-8") as file:
        found = {row["term"] for row in csv.DictReader(file) if row["kind"] == "clinical"}
    found.update(concept.label for concept in CONTEXT.vocabulary.concepts.values())
    found.update(specialty.label for specialty in load_specialties().by_id.values())
    for program in load_programs():
        found.update(filter(None, (program.name, program.institution, program.operator)))
    with (DATA / "outside_links.csv").open(encoding="utf-8") as file:
        found.update(row["name"] for row in csv.DictReader(file))
    found.update(("Medicare Advantage", "Medicare", "Exampleton", "Mayo Clinic", "911", "988", "JavaScript"))
    return frozenset(name for name in found if len(name) > 3)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [*PATH, *ELSEWHERE])
def test_a_page_is_easy_to_read(browser: FlaskClient, path: str, language: str) -> None:
    own = sentences(browser.get(path).text)
    if language != "en":
        theirs = sentences(browser.get(f"/{language}{path}").text)
        if theirs == own:
            pytest.skip(f"{path} is not translated yet")
        own = theirs
    assert len(own.split()) > 20, "the page says nothing"
    assert grade(own, names(), language) <= (6 if path in PATH else 8), own


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_of_a_search_is_easy_to_read(browser: FlaskClient, language: str) -> None:
    prefix = "" if language == "en" else f"/{language}"
    told = address(browser)
    token = told.rpartition("/")[2]
    results = f"{prefix}{told}"
    ticked = browser.post(f"{prefix}/help/when", data={"tick": ["rare", "child"]}).location
    kept = browser.post(f"{prefix}/keep", data={"from": token, "keep": [an_npi(20), an_npi(4)]}).location
    sided = browser.post(f"{prefix}/compare", data={"from": token, "npi": [an_npi(20), an_npi(5)]}).location
    asked = [f"{prefix}{address(browser, **each)}" for each in ({"near": "59001"}, {"words": "zzzz qqqq"})]
    easy = (results, f"{results}/records", ticked, kept.replace("results", "shortlist"), *asked)
    others = [f"{results}/specialists/{an_npi(number)}" for number in (2, 4, 5)]
    others += [f"{results}/packet", f"{results}/own-lists"]
    asking = {"referrer": SEEN, "words": WORDS, "doctors": an_npi(5)}
    others += [browser.post(f"{prefix}/colleagues", data=asking).location]
    others += [sided, f"{prefix}/nowhere", f"{prefix}/results/broken"]
    for limit, pages in ((6, easy), (8, others)):
        for path in pages:
            own = sentences(browser.get(path).text)
            assert len(own.split()) > 10, path
            assert grade(own, names(), language) <= limit, (path[:30], own)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_program_is_easy_to_read(browser: FlaskClient, language: str) -> None:
    prefix = "" if language == "en" else f"/{language}"
    for program in load_programs():
        own = sentences(browser.get(f"{prefix}/programs/{program.id}").text)
        assert grade(own, names(), language) <= 8, own


def test_a_hard_text_is_graded_hard_and_a_masked_name_is_not() -> None:
    hard = "Notwithstanding contraindications, multidisciplinary consultation facilitates individualization."
    assert grade(hard) > 12
    assert grade("Ask for the slides. They show what was found.") < 4
    named = f"She has {WORDS}. It is rare. We look at intrahepatic cholangiocarcinoma with care."
    assert grade(named, ["intrahepatic cholangiocarcinoma"]) + 3 < grade(named)
    assert grade("Pida una copia de sus papeles. Es su derecho.", (), "es") == 4
    assert grade("La individualización multidisciplinaria facilita consideraciones.", (), "es") > 12


def test_headings_sources_and_choices_are_no_sentences() -> None:
    html = (
        "<main><h1>A title</h1><p>One. Two.</p><p>Yes.<span class='source'>From a journal.</span></p></main>"
    )
    assert sentences(html) == "One. Two. Yes."
