"""Spanish pages say nothing of ours in English: no message of the catalog, no sentence left out of it."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient

from finder import i18n
from finder.translations.messages import read
from tests.factories import an_npi
from tests.pages.conftest import PATIENT, SEEN

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SHOWN = ("alt", "aria-label", "placeholder", "title", "data-many", "data-one")  # attributes that readers hear
# Words that no Spanish sentence holds, and that names of hospitals and programs seldom do.
ENGLISH = re.compile(r"\b(the|and|you|your|with|this|that|these|those|are|is|was|have|has|which|from|not)\b")
NAMES = re.compile(
    r"(?:[A-Z][\w.’'&-]*\s+)(?:(?:and|the|of|for|with)\s+)+(?=[A-Z])"
)  # "Mayo Clinic and Example"
FIXED = (
    "/es/", "/es/programs", "/es/programs/cleveland-clinic", "/es/privacy", "/es/help", "/es/help/about",
    "/es/help/when", "/es/help/emergency", "/es/help/telling", "/es/help/records", "/es/help/questions",
    "/es/help/insurer", "/es/help/costs", "/es/help/differ", "/es/help/distance", "/es/help/others",
    "/es/help/figures", "/es/shortlist", f"/es/specialists/{an_npi(2)}", "/es/nowhere",
    "/es/programs/nowhere", "/es/specialists/1999999984", "/es/results/broken",
)  # fmt: skip


class Spoken(HTMLParser):
    """The texts of a page by the language in which they are marked."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._languages = [""]
        self._quiet = 0
        self.texts: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        language = given.get("lang") or self._languages[-1]
        self.texts += [(language, str(given[name])) for name in SHOWN if given.get(name)]
        if tag not in VOID:
            self._languages.append(language)
            self._quiet += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._languages.pop()
            self._quiet -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._quiet:
            self.texts.append((self._languages[-1], " ".join(data.split())))

    def spanish(self) -> list[str]:
        return [text for language, text in self.texts if language == "es"]


@cache
def untold() -> tuple[str, ...]:
    """The English of every message of some words, up to its first placeholder."""
    found = []
    for message in read("es"):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        told = message.string if isinstance(message.string, tuple) else (message.string,)
        for one, other in zip(ids, told, strict=True):
            piece = max(re.split(r"%\(\w+\)s|\{\w+\}|<[^>]+>", one), key=len, default="").strip()
            if len(piece.split()) > 2 and piece not in str(other):
                found.append(piece)
    return tuple(found)


def left_english(html: str) -> Iterator[str]:
    for text in Spoken(html).spanish():
        bare = NAMES.sub("", text)
        if ENGLISH.search(bare) or any(piece in text for piece in untold()):
            yield text


@pytest.mark.parametrize("path", FIXED)
def test_a_page_is_all_spanish(browser: FlaskClient, path: str) -> None:
    html = browser.get(path).text
    assert '<html lang="es">' in html
    assert list(left_english(html)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"why": "doubt"},
        {"doctors": "Twin Exampleton, Baltimore MD"},
        {"words": "zzzz qqqq"},
        {"words": "cáncer"},
        {"words": "crushing chest pain", "doctors": ""},
        {"role": "radiation", "language": "fr", "virtual": "yes"},
        {"words": "bile duct cancer in my 8-year-old"},
    ],
)
def test_results_are_all_spanish(browser: FlaskClient, changes: dict[str, str]) -> None:
    sent = browser.post("/es/search", data={**PATIENT, **changes})
    assert sent.location.startswith("/es/results/")
    assert list(left_english(browser.get(sent.location).text)) == []


@pytest.mark.parametrize(
    "changes", [{"near": "99999"}, {"doctors": "1999999984"}, {"within": "0"}, {"words": ""}, {"state": "XX"}]
)
def test_mistakes_are_told_in_spanish(browser: FlaskClient, changes: dict[str, str]) -> None:
    answer = browser.post("/es/search", data={**PATIENT, **changes}, follow_redirects=True)
    assert answer.status_code == 400
    assert list(left_english(answer.text)) == []


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_the_page_of_a_person_from_a_search_is_all_spanish(browser: FlaskClient, number: int) -> None:
    sent = browser.post("/es/search", data={**PATIENT, "show_tied": "yes", "doctors": SEEN})
    html = browser.get(f"{sent.location}/specialists/{an_npi(number)}").text
    assert list(left_english(html)) == []


@pytest.mark.parametrize(
    "asked",
    [{"words": "bile duct cancer", "state": "MA"}, {"state": "MD", "local_doctor": "no", "ages": "child"}],
)
def test_programs_of_a_question_are_all_spanish(browser: FlaskClient, asked: dict[str, str]) -> None:
    html = browser.post("/es/programs", data=asked, follow_redirects=True).text
    assert list(left_english(html)) == []


def test_an_engine_that_is_down_is_told_in_spanish(cut_off: FlaskClient) -> None:
    html = cut_off.get("/es/programs").text
    assert "La búsqueda no funciona en este momento" in html
    assert list(left_english(html)) == []


def test_dates_distances_and_names_of_languages_are_spanish(browser: FlaskClient) -> None:
    sent = browser.post("/es/search", data=PATIENT)
    found = browser.get(sent.location).text
    assert " millas" in found
    assert "Habla inglés, español" in found
    person = browser.get(f"/es/specialists/{an_npi(2)}").text
    assert "3 de julio de 2011" in person


def test_conditions_have_their_spanish_names(browser: FlaskClient) -> None:
    sent = browser.post("/es/search", data={**PATIENT, "words": "cancer de vias biliares"})
    assert "cáncer de las vías biliares" in browser.get(sent.location).text


def test_suggestions_are_spanish_on_spanish_pages_only(app: Flask) -> None:
    asked = {"json": {"prefix": "cancer de pul"}, "headers": {"Sec-Fetch-Site": "same-origin"}}
    spanish = app.test_client().post("/es/suggest", **asked).get_json()["suggestions"]
    english = app.test_client().post("/suggest", **asked).get_json()["suggestions"]
    assert spanish[0]["label"] == "cáncer de pulmón"
    assert english[0]["label"] == "lung cancer"


def test_the_other_language_is_marked_as_such(browser: FlaskClient) -> None:
    languages = {language for language, _text in Spoken(browser.get("/es/").text).texts}
    assert languages <= set(i18n.LANGUAGES) | {""}


def test_notes_of_prices_and_the_size_of_studies_are_spanish(browser: FlaskClient) -> None:
    assert "No hace falta permiso del propio médico" in browser.get("/es/programs/houston-methodist").text
    assert "Basado en 33 estudios." in browser.get("/es/help/figures").text
