"""Every page: what it says, what it never says, and how it fails."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient

from finder.app import create_app
from finder.config import Config
from finder.local_node import node_status
from tests.factories import an_npi
from tests.pages.conftest import HELP, PATIENT, SEEN, SEEN_NAME, WORDS, ZIP, address, searched

PLAIN = ("/", "/programs", "/programs/dana-farber", "/privacy", "/help/about", f"/specialists/{SEEN}", *HELP)


class Outline(HTMLParser):
    """Headings, form controls, their labels, ids, and scripts of one page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.controls: list[str] = []
        self.labels: list[str] = []
        self.ids: list[str] = []
        self.inline: list[str] = []
        self.addresses: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            self.controls.append(given.get("id") or "")
        if tag == "label":
            self.labels.append(given.get("for") or "")
        if given.get("id"):
            self.ids.append(str(given["id"]))
        is_own = tag == "script" and (given.get("src") or "").startswith("/static/")
        is_inline = tag in ("script", "iframe") and not is_own
        if is_inline or any(n == "style" or n.startswith("on") for n in given):
            self.inline.append(tag)
        self.addresses += [str(given[n]) for n in ("href", "src", "action") if given.get(n)]


def text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def title(html: str) -> str:
    found = re.search(r"<title>(.*?)</title>", html)
    assert found
    return found[1]


def token(html: str) -> str:
    found = re.search(r'name="from" value="([^"]+)"', html)
    assert found
    return found[1]


@pytest.mark.parametrize("path", PLAIN)
def test_a_page_is_whole(browser: FlaskClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200
    outline = Outline(answer.text)
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    steps = zip(outline.headings, outline.headings[1:], strict=False)
    assert all(after - before <= 1 for before, after in steps)
    assert len(set(outline.ids)) == len(outline.ids)
    assert sorted(outline.controls) == sorted(outline.labels)
    assert outline.inline == []
    assert "Demonstration." in text(answer.text)
    assert "We don’t diagnose" in answer.text


def test_a_search_ends_on_results_under_a_sealed_address(browser: FlaskClient) -> None:
    answer = searched(browser)
    said = text(answer.text)
    assert answer.status_code == 200
    assert "30 doctors for you" in said
    assert "We understood: bile duct cancer" in said
    assert f"Already seen: {SEEN_NAME}" in said
    assert "Works for none of the practice groups" in said
    assert "Call (410) 555-0100" in said
    assert "Speaks English, Spanish" in said
    assert "Trial NCT90000001, open for patients: A study of" in said
    outline = Outline(answer.text)
    assert outline.inline == []
    assert len(set(outline.ids)) == len(outline.ids)
    assert len(answer.data) < 100_000


def test_no_address_and_no_title_tells_what_was_searched(browser: FlaskClient) -> None:
    told = address(browser)
    answer = browser.get(told)
    page = answer.text
    everything = [told, title(page), *Outline(page).addresses]
    own = browser.get(re.findall(r'href="(/results/[^"]+/specialists/[0-9]+)"', page)[0])
    everything += [title(own.text), *Outline(own.text).addresses]
    for secret in ("bile", "duct", ZIP, SEEN, "Exampleton"):
        assert [one for one in everything if secret in one] == []


def test_names_are_escaped(browser: FlaskClient) -> None:
    for answer in (searched(browser), browser.get(f"/specialists/{an_npi(2)}")):
        assert "<script>" not in answer.text
        assert "&lt;script&gt;" in answer.text


def test_the_next_page_goes_on_where_the_first_ended(browser: FlaskClient) -> None:
    first = searched(browser).text
    following = re.search(r'href="(/results/[^"/]+)">Show the next', first)
    assert following
    second = browser.get(following[1]).text
    ranks = [re.search(r'<ol class="cards" start="(\d+)"', html) for html in (first, second)]
    assert [rank[1] for rank in ranks if rank] == ["1", "11"]
    people = [set(re.findall(r"specialists/(\d{10})", html)) for html in (first, second)]
    assert not people[0] & people[1]
    assert len(people[0] | people[1]) == 20


def test_a_changed_search_starts_on_its_first_page(browser: FlaskClient) -> None:
    following = re.search(r'href="(/results/[^"/]+)">Show the next', searched(browser).text)
    assert following
    second = browser.get(following[1]).text
    sent = browser.post("/search", data={"from": token(second), "show_tied": "yes"})
    assert '<ol class="cards" start="1"' in browser.get(sent.location).text


def test_who_was_left_out_is_counted_and_can_be_shown_marked(browser: FlaskClient) -> None:
    first = searched(browser)
    assert "We left out 1 doctor" in text(first.text)
    assert "same practice group: 1; same hospital: 1" in text(first.text)
    sent = browser.post("/search", data={"from": token(first.text), "show_tied": "yes"})
    shown = text(browser.get(sent.location).text)
    assert "31 doctors for you" in shown
    assert "Not independent" in shown
    assert "Leave them out again" in shown


def test_a_filter_narrows_and_is_dropped_again(browser: FlaskClient) -> None:
    first = searched(browser)
    assert "Narrow the list" in first.text
    sent = browser.post("/search", data={"from": token(first.text), "accepting": "yes"})
    narrow = browser.get(sent.location)
    assert "1 doctor for you" in text(narrow.text)
    assert re.search(r'name="without" value="accepting" aria-pressed="true"', narrow.text)
    sent = browser.post("/search", data={"from": token(narrow.text), "without": "accepting"})
    assert "30 doctors for you" in text(browser.get(sent.location).text)


def test_an_empty_list_says_which_limit_emptied_it(browser: FlaskClient) -> None:
    empty = searched(browser, near="10065", within="10")
    said = text(empty.text)
    assert "Nobody fits all of this" in said
    assert "Without the limit on distance: 30 doctors" in said
    sent = browser.post("/search", data={"from": token(empty.text), "without": "near"})
    assert "30 doctors for you" in text(browser.get(sent.location).text)


def test_words_that_mean_two_things_are_asked_back(browser: FlaskClient, app: Flask) -> None:
    vocabulary = app.extensions["finder"].context.vocabulary
    asked = searched(browser, words="melanoma leukemia")
    if "What do you mean?" not in asked.text:
        pytest.skip(f"the vocabulary of {len(vocabulary.concepts)} concepts reads these words as one")
    choice = re.search(r'name="words" value="([^"]+)"', asked.text.partition('class="choices"')[2])
    assert choice
    sent = browser.post("/search", data={"from": token(asked.text), "words": choice[1]})
    assert f"We understood: {choice[1]}" in text(browser.get(sent.location).text)


def test_words_that_mean_nothing_are_said_to(browser: FlaskClient) -> None:
    said = text(searched(browser, words="xyzzy plugh").text)
    assert "We don’t know these words yet" in said
    assert "doctors for you" not in said


def test_urgent_words_come_first_and_block_nothing(browser: FlaskClient, app: Flask) -> None:
    answer = searched(browser, words="crushing chest pain")
    assert answer.text.index("Please read this first") < answer.text.index("<h1>")


def test_a_doctor_of_a_common_name_is_asked_back_and_taken(browser: FlaskClient) -> None:
    asked = searched(browser, doctors=f"Twin Exampleton, Baltimore MD\n{SEEN}")
    said = text(asked.text)
    assert "Which one do you mean?" in said
    assert "doctors for you" not in said
    picked = {"from": token(asked.text), "answers": "Twin Exampleton, Baltimore MD", "seen": an_npi(51)}
    found = text(browser.get(browser.post("/search", data=picked).location).text)
    assert f"Already seen: {SEEN_NAME}" in found
    assert "Already seen: Twin Exampleton" in found
    assert "29 doctors for you" in found


def test_a_doctor_of_a_common_name_can_be_left_unsaid(browser: FlaskClient) -> None:
    asked = searched(browser, doctors="Twin Exampleton, Baltimore MD")
    none = {"from": token(asked.text), "answers": "Twin Exampleton, Baltimore MD", "seen": ""}
    assert "You named no doctor" in browser.get(browser.post("/search", data=none).location).text


def test_every_mistake_is_listed_at_once_and_the_values_stay(browser: FlaskClient) -> None:
    wrong = {"words": "", "near": "2", "doctors": "Jane\n12345678", "state": "QQ", "foo": "1", "plan": "p1"}
    answer = browser.post("/search", data=wrong)
    assert answer.status_code == 400
    listed = answer.text.partition('class="mistakes"')[2].partition("</section>")[0]
    links = re.findall(r'href="#(\w+)"', listed)
    assert links == ["words", "near", "doctors", "state"]  # Jane may be a hospital: looked up later
    assert "foo: is not a search parameter" in listed
    assert set(links) <= set(Outline(answer.text).ids)
    assert 'value="2"' in answer.text
    assert "Jane\n12345678</textarea>" in answer.text.replace("12345678\nJane", "Jane\n12345678")
    assert 'value="p1"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 4
    assert '<details class="more" open>' in answer.text


def test_a_zip_code_and_a_doctor_that_nobody_knows_lead_back_to_the_form(browser: FlaskClient) -> None:
    answer = searched(browser, near="00001", doctors="1999999984")
    assert answer.status_code == 400
    assert "ZIP code 00001 is not known" in answer.text
    assert "NPI 1999999984 is not in the directory" in answer.text
    assert f'value="{WORDS}"' in answer.text


def test_a_tampered_token_is_refused(browser: FlaskClient) -> None:
    whole = address(browser)
    flipped = whole[:-9] + ("A" if whole[-9] != "A" else "B") + whole[-8:]
    for path in (flipped, whole[:-5], "/results/x", f"{flipped}/specialists/{SEEN}"):
        answer = browser.get(path)
        assert answer.status_code == 400
        assert answer.text.lower().count("please start the search again") == 1
    assert browser.post("/search", data={"from": "x", "show_tied": "yes"}).status_code == 400


def test_a_specialist_shows_facts_with_source_date_and_losing_values(browser: FlaskClient) -> None:
    said = text(browser.get(f"/specialists/{an_npi(2)}").text)
    assert (
        "Practice group Demo Group Doctors and Clinicians national downloadable file , January 2026" in said
    )
    assert "Another source says: Old Demo Group NPPES data dissemination , July 3, 2011" in said
    assert "more than 2 years old" in said
    assert "Open for patients ; leads it; number NCT90000001" in said
    assert "Independent of the doctors" not in said


def test_a_specialist_of_a_search_shows_the_proof(browser: FlaskClient) -> None:
    told = address(browser)
    said = text(browser.get(f"{told}/specialists/{an_npi(2)}").text)
    assert "Independent of the doctors you have seen? Independent Works for none of" in said
    unproved = text(browser.get(f"{told}/specialists/{an_npi(4)}").text)
    assert "Independence not proved" in unproved
    assert "could not be compared" in unproved
    assert f"Beside {SEEN_NAME} We found nothing that the two share." in unproved
    assert "The practice group of Person 4 Exampleton is not known, so this could not be checked." in unproved
    tied = text(browser.get(f"{told}/specialists/{an_npi(3)}").text)
    shared = "Both work for the practice group Demo group:g1. This means: not independent."
    way = "Person 3 Exampleton: Demo group:g1 Doctors and Clinicians national downloadable file"
    assert shared in tied and way in tied and tied.index(shared) < tied.index(way)
    assert browser.get(f"{told}/specialists/1999999984").status_code == 404


def test_prices_are_shown_as_published(browser: FlaskClient) -> None:
    every = text(browser.get("/programs").text)
    assert "35 programs" in every
    assert every.index("Dana-Farber") < every.index("Jefferson")
    assert "$0" not in every
    one = text(browser.get("/programs/cleveland-clinic").text)
    assert one.index("$1,850 more than a year old") < one.index("Earlier prices") < one.index("$565")
    assert "Not published" in text(browser.get("/programs/jefferson").text)
    assert browser.get("/programs/nowhere").status_code == 404


def test_the_page_of_a_person_names_the_online_programs_of_the_institution(browser: FlaskClient) -> None:
    page = browser.get(f"/specialists/{an_npi(2)}").text
    said = text(page.partition('id="programs"')[2].partition("</section>")[0])
    assert "Cleveland Clinic: Virtual Second Opinions" in said
    assert "$1,850 more than a year old" in said
    assert 'href="/programs/cleveland-clinic"' in page
    assert 'id="programs"' not in browser.get(f"/specialists/{SEEN}").text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/specialists/1999999984", 404),
        ("GET", "/search", 405),
        ("DELETE", "/", 405),
        ("GET", "/results/", 404),
    ],
)
def test_errors_are_pages_in_plain_words(browser: FlaskClient, method: str, path: str, status: int) -> None:
    answer = browser.open(path, method=method)
    assert answer.status_code == status
    assert "Start a new search" in answer.text
    assert "Traceback" not in answer.text


def test_too_much_is_refused(browser: FlaskClient) -> None:
    answer = browser.post("/search", data={"words": "x" * 70_000})
    assert answer.status_code == 413
    assert "A few words about the condition are enough" in answer.text


def test_a_form_of_another_site_is_refused(browser: FlaskClient) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        assert browser.post("/search", data=PATIENT, headers=headers).status_code == 403
    for headers in ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Origin": "http://localhost"}, {}):
        assert browser.post("/search", data=PATIENT, headers=headers).status_code == 303


def test_without_an_engine_every_page_that_needs_it_says_so(
    browser: FlaskClient, cut_off: FlaskClient
) -> None:
    sealed = cut_off.post("/search", data=PATIENT).location
    needing = (sealed, f"{sealed}/specialists/{SEEN}", f"/specialists/{SEEN}", "/programs", "/programs/chop")
    for path in needing:
        answer = cut_off.get(path)
        assert answer.status_code == 503, path
        assert "does not mean that nobody can help you" in answer.text
        assert int(answer.headers["Retry-After"]) <= 2
    for path in ("/", "/privacy", "/help/about"):
        assert cut_off.get(path).status_code == 200


def test_an_engine_that_came_back_elsewhere_is_found_again(
    config: Config,
    pages_prefix: str,
    closed_port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = config.elasticsearch_urls[0] if config.elasticsearch_urls else node_status(config).url
    urls = iter([f"http://127.0.0.1:{closed_port}", here])
    monkeypatch.setattr("finder.web.engines.node_address", lambda _config: next(urls))
    browser = create_app(replace(config, elasticsearch_urls=(), index_prefix=pages_prefix)).test_client()
    assert [browser.get("/health").status_code for _ in range(3)] == [503, 200, 200]


def test_an_unexpected_failure_shows_and_logs_nothing_of_the_search(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise KeyError(WORDS)

    browser = app.test_client()
    told = address(browser)
    monkeypatch.setattr("finder.search.find_specialists", broken)
    answer = browser.get(told)
    assert answer.status_code == 500
    assert "our mistake, not yours" in answer.text
    assert "unexpected KeyError at" in caplog.text
    assert WORDS not in answer.text + caplog.text
