"""The reader's own list: it rides in the sealed link, comes back as pages and files, and tells nobody."""

import csv
import io
import re

import pytest
import vobject
from flask.testing import FlaskClient
from pypdf import PdfReader
from werkzeug.test import TestResponse

from finder.reads import Client
from tests.factories import an_npi
from tests.pages.conftest import SEEN, WORDS, ZIP, searched
from tests.pages.test_pages import Outline, text, title, token

FIRST, OTHER, PROGRAM = an_npi(20), an_npi(2), "dana-farber"
FILES = ("my-list.pdf", "my-list-large-print.pdf", "my-list.csv", "my-list.vcf")


def keep(browser: FlaskClient, sealed: str, *ids: str, **also: str) -> str:
    """The address after these were put on the list, one by one."""
    location = f"/results/{sealed}"
    for each in ids:
        sent = browser.post("/keep", data={"from": token_of(location), "keep": each, **also})
        assert sent.status_code == 303, sent.text
        location = sent.location
    return location


def token_of(address: str) -> str:
    return address.split("#")[0].split("/")[2]


@pytest.fixture
def my_list(browser: FlaskClient) -> str:
    """The address of a list of two people and a program."""
    kept = keep(browser, token(searched(browser).text), FIRST, OTHER, PROGRAM)
    return str(browser.post("/shortlist", data={"from": token_of(kept)}).location)


def test_a_kept_doctor_rides_in_the_link_back_to_the_same_place(browser: FlaskClient) -> None:
    page = searched(browser).text
    assert "On my list" not in text(re.sub(r"<span[^>]*hidden>.*?</span>", "", page))
    location = keep(browser, token(page), FIRST, back="keep-3")
    assert re.fullmatch(r"/results/[^/#]+#keep-3", location)
    assert FIRST not in location
    shown = browser.get(location).text
    assert f'name="drop" value="{FIRST}"' in shown
    assert f'name="keep" value="{OTHER}"' in shown
    dropped = browser.post("/keep", data={"from": token_of(location), "drop": FIRST})
    assert f'name="keep" value="{FIRST}"' in browser.get(dropped.location).text


def test_the_list_survives_paging_filters_a_changed_search_and_a_mistake(browser: FlaskClient) -> None:
    first = browser.get(keep(browser, token(searched(browser).text), FIRST)).text
    further = re.search(r'href="(/results/[^"/]+)">Show the next', first)
    assert further
    second = browser.get(further[1]).text
    assert f'data-kept="{FIRST}"' in second
    kept_there = keep(browser, token(second), an_npi(40))
    assert '<ol class="cards" start="11"' in browser.get(kept_there).text
    narrowed = browser.post("/search", data={"from": token(second), "accepting": "yes"})
    assert f'data-kept="{FIRST}"' in browser.get(narrowed.location).text
    changed = re.findall(r'name="kept" value="([0-9]+)"', second)
    assert changed == [FIRST]
    again = browser.post("/search", data={"words": "gout", "kept": changed})
    assert f'data-kept="{FIRST}"' in browser.get(again.location).text
    mistaken = browser.post("/search", data={"words": "", "kept": changed})
    assert f'name="kept" value="{FIRST}"' in mistaken.text


def test_the_copy_of_the_browser_is_newer_than_the_link_and_the_list_can_be_forgotten(
    browser: FlaskClient,
) -> None:
    sealed = token(searched(browser).text)
    sent = browser.post("/keep", data={"from": sealed, "keep": FIRST, "kept": [OTHER]})
    assert f'data-kept="{OTHER} {FIRST}"' in browser.get(sent.location).text
    sent = browser.post("/keep", data={"from": token_of(sent.location), "kept": [OTHER], "forget": "yes"})
    assert 'data-kept=""' in browser.get(sent.location).text


def test_a_full_list_a_wrong_id_a_foreign_form_and_a_missing_search_are_refused(browser: FlaskClient) -> None:
    sealed = token(searched(browser).text)
    many = [an_npi(number) for number in range(100, 112)]
    assert browser.post("/keep", data={"from": sealed, "kept": many}).status_code == 303
    full = browser.post("/keep", data={"from": sealed, "kept": many, "keep": FIRST})
    assert full.status_code == 400
    assert "Your list is full with 12" in full.text
    assert browser.post("/keep", data={"from": sealed, "keep": "<b>"}).status_code == 400
    assert browser.post("/keep", data={"keep": FIRST}).status_code == 400
    foreign = {"Sec-Fetch-Site": "cross-site"}
    for path in ("/keep", "/shortlist"):
        assert browser.post(path, data={"from": sealed}, headers=foreign).status_code == 403


def test_a_kept_doctor_leads_back_to_the_page_of_that_doctor(browser: FlaskClient) -> None:
    sealed = token(searched(browser).text)
    own = browser.get(f"/results/{sealed}/specialists/{FIRST}").text
    assert 'name="back" value="person"' in own
    location = keep(browser, sealed, FIRST, back="person")
    assert re.fullmatch(rf"/results/[^/]+/specialists/{FIRST}", location)
    assert "My list" in browser.get(f"/specialists/{FIRST}").text
    assert 'action="/keep"' not in browser.get(f"/specialists/{FIRST}").text


def test_the_list_tells_proof_offices_gaps_and_what_to_do(browser: FlaskClient, my_list: str) -> None:
    page = browser.get(my_list)
    said = text(page.text)
    assert page.status_code == 200
    for sentence in (
        "Person 20 Exampleton", "Example Hospital lists", "Independent",
        "Works for none of the practice groups", "1 Example Street", "Call (410) 555-0100",
        "January 5, 2026", "Whether second opinions are given",
        "Speaks English, Spanish", "Dana-Farber", "Which records do you need?",
        "All scans since it was found",         "When two opinions differ",
    ):  # fmt: skip
        assert sentence in said, sentence
    assert "<script>alert" not in page.text
    outline = Outline(page.text)
    assert outline.inline == []
    steps = zip(outline.headings, outline.headings[1:], strict=False)
    assert all(after - before <= 1 for before, after in steps)
    large = browser.get(f"{my_list}/large-print").text
    assert '<div class="large"' in large
    assert browser.get(f"{my_list}/nothing.pdf").status_code == 404


def test_a_tie_is_told_with_its_source(browser: FlaskClient) -> None:
    shown = searched(browser, show_tied="yes")
    location = keep(browser, token(shown.text), an_npi(3), an_npi(4))
    said = text(browser.get(f"/shortlist/{token_of(location)}").text)
    assert "Not independent" in said
    assert "Demo group:g1" in said
    assert "Beside Person 1 Exampleton" in said
    assert "so this could not be checked" in said


def test_a_list_asks_the_engine_as_often_for_twelve_as_for_one(
    browser: FlaskClient, engine: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = token(searched(browser).text)
    short = keep(browser, sealed, FIRST)
    long = keep(browser, sealed, *(an_npi(number) for number in range(20, 31)), PROGRAM)
    asked: list[str] = []
    perform = type(engine.transport).perform_request
    monkeypatch.setattr(
        type(engine.transport),
        "perform_request",
        lambda self, method, target, **also: asked.append(target) or perform(self, method, target, **also),
    )
    counts = []
    for location in (short, long):
        asked.clear()
        assert browser.get(f"/shortlist/{token_of(location)}").status_code == 200
        counts.append(sum("_msearch" in target or "_mget" in target for target in asked))
    assert counts[0] == counts[1] <= 2


def test_a_plan_is_claimed_only_for_those_whom_its_file_lists(varied: FlaskClient) -> None:
    found = searched(varied, plan="p1", doctors="")
    kept = keep(varied, token(found.text), an_npi(1), an_npi(9))
    said = text(varied.get(f"/shortlist/{token_of(kept)}").text)
    assert said.count("Listed by Example Gold") == 1
    assert said.count("Whether Example Gold is taken: its file does not list this doctor") == 1


def test_a_search_that_must_be_asked_back_still_shows_the_list(browser: FlaskClient) -> None:
    sent = browser.post("/search", data={"words": "qwertzuiop", "kept": [FIRST, an_npi(999), PROGRAM]})
    said = text(browser.get(f"/shortlist/{token_of(sent.location)}").text)
    assert "Person 20 Exampleton" in said
    assert "Call (410) 555-0100" in said
    assert "your search is not clear to us yet" in said
    assert "1 entry of your list is not in our files any more" in said


def test_the_third_opinion_is_independent_of_both(browser: FlaskClient, my_list: str) -> None:
    form = re.search(r'<form action="/search".*?</form>', browser.get(my_list).text, re.DOTALL)
    assert form
    hidden = re.findall(r'name="(\w+)" value="([^"]*)"', form[0])
    sent = browser.post("/search", data={name: [v for n, v in hidden if n == name] for name, _ in hidden})
    said = text(browser.get(sent.location).text)
    assert "independent of the 2 doctors already seen" in said
    assert "Already seen: Person 20 Exampleton" in said


def pdf_of(answer: TestResponse) -> PdfReader:
    assert answer.mimetype == "application/pdf"
    return PdfReader(io.BytesIO(answer.data))


def test_the_pdf_is_tagged_reads_in_order_and_tells_no_condition_outside_its_pages(
    browser: FlaskClient, my_list: str
) -> None:
    usual, large = (pdf_of(browser.get(f"{my_list}/{name}")) for name in FILES[:2])
    root = usual.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    heads = [each["/Title"] for each in usual.outline if not isinstance(each, list)]
    assert heads == ["My list"]
    said = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in usual.pages))
    order = ["My list", "Demonstration.", "1. Person 20 Exampleton", "Independent of the doctors", "Offices",
             "(410) 555-0100", "My notes", "2. Ada", "Dana-Farber", "What to do next",
             "1. Call the office", "3. Get these records"]  # fmt: skip
    places = [said.find(each) for each in order]
    assert -1 not in places, dict(zip(order, places, strict=True))
    assert places == sorted(places)
    told = f"{usual.metadata} {usual.xmp_metadata.dc_title if usual.xmp_metadata else ''}"
    assert "My list" in told
    assert [s for s in ("bile", "duct", ZIP, SEEN) if s in told] == []
    assert len(large.pages) > len(usual.pages)


def test_the_csv_has_a_row_for_each_and_opens_as_text(browser: FlaskClient, my_list: str) -> None:
    answer = browser.get(f"{my_list}/my-list.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""))
    assert rows[0][0] == "Person 20 Exampleton, MD"
    assert len(rows) == 3
    assert {len(row) for row in rows} == {len(head)}
    assert rows[0][head.index("Phone")] == "(410) 555-0100"
    assert rows[0][head.index("NPI number")] == FIRST
    assert "made up" in rows[0][-1]


def test_the_contacts_name_people_and_nothing_of_the_search(browser: FlaskClient, my_list: str) -> None:
    answer = browser.get(f"{my_list}/my-list.vcf")
    cards = list(vobject.readComponents(answer.text))
    assert [card.version.value for card in cards] == ["4.0", "4.0"]
    assert cards[0].fn.value == "Person 20 Exampleton, MD"
    assert cards[0].tel.value == "(410) 555-0100"
    assert cards[0].adr.value.city == "Baltimore"
    assert cards[0].adr.value.code == "21287"
    assert [s for s in ("bile", "duct", "opinion", SEEN) if s in answer.text.lower()] == []


@pytest.mark.parametrize("name", FILES)
def test_files_are_private_and_their_names_are_neutral(browser: FlaskClient, my_list: str, name: str) -> None:
    answer = browser.get(f"{my_list}/{name}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'


def test_no_title_and_no_address_of_the_list_tells_what_was_searched(
    browser: FlaskClient, my_list: str
) -> None:
    page = browser.get(my_list).text
    everything = [my_list, title(page), *Outline(page).addresses]
    for secret in (*WORDS.split(), ZIP, SEEN, "Exampleton"):
        assert [one for one in everything if secret in one] == []


def test_the_sheet_for_two_opinions_has_a_blank_for_each_doctor_and_nothing_to_send(
    browser: FlaskClient,
) -> None:
    page = browser.get("/two-opinions").text
    assert len(re.findall(r"<td></td><td></td>", page)) == 10
    assert not re.search(r"<textarea|<input(?! type=.hidden)", page)
    assert '<div class="large"' in browser.get("/two-opinions/large-print").text
    for name in ("two-opinions.pdf", "two-opinions-large-print.pdf"):
        reader = pdf_of(browser.get(f"/two-opinions/{name}"))
        said = " ".join(page.extract_text() for page in reader.pages)
        assert "First doctor" in said
        assert "What if we wait?" in said
        box = reader.pages[0].mediabox
        assert box.width > box.height
    assert browser.get("/two-opinions/x.pdf").status_code == 404


def test_without_a_list_the_page_says_how_to_make_one(browser: FlaskClient) -> None:
    assert "Press “Keep on my list”" in browser.get("/shortlist").text
