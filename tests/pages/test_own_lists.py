"""People whom a reader leaves out of searches, and lists of NPIs brought in; all in the sealed link."""

import csv
import io
import re

import pytest
from flask.testing import FlaskClient

from finder.criteria import MAX_NEVER
from tests.factories import an_npi
from tests.pages.conftest import PATIENT, searched
from tests.pages.test_pages import text, title, token

OUT, OTHER = an_npi(20), an_npi(21)


def own_lists(browser: FlaskClient, sealed: str, **form: object) -> str:
    """The address of the lists after a change."""
    sent = browser.post("/own-lists", data={"from": sealed, **form})
    assert sent.status_code == 303, text(sent.text)
    return str(sent.location)


def token_of(address: str) -> str:
    return address.split("/")[-2]


@pytest.fixture
def sealed(browser: FlaskClient) -> str:
    return token(searched(browser).text)


def test_who_is_left_out_is_named_no_more_and_the_results_say_how_many(
    browser: FlaskClient, sealed: str
) -> None:
    before = browser.get(f"/results/{sealed}").text
    assert "30 doctors for you" in text(before)
    assert OUT in before
    listed = own_lists(browser, sealed, add=[OUT, OTHER])
    page = browser.get(f"/results/{token_of(listed)}").text
    assert "28 doctors for you" in text(page)
    assert "2 doctors of your own list are left out." in text(page)
    assert f"specialists/{OUT}" not in page
    again = browser.post("/search", data={"from": token_of(listed), "without": "never"})
    assert "30 doctors for you" in text(browser.get(again.location).text)


def test_somebody_on_the_list_who_would_not_be_found_is_not_counted(
    browser: FlaskClient, sealed: str
) -> None:
    listed = own_lists(browser, sealed, add=[an_npi(3), OUT])  # the first one is tied and left out already
    assert "1 doctor of your own list is left out." in text(browser.get(f"/results/{token_of(listed)}").text)


def test_the_list_rides_along_through_paging_filters_and_a_changed_search(
    browser: FlaskClient, sealed: str
) -> None:
    listed = own_lists(browser, sealed, add=OUT)
    first = browser.get(f"/results/{token_of(listed)}").text
    further = re.search(r'href="(/results/[^"/]+)">Show the next', first)
    assert further
    shown = set(re.findall(r"/specialists/(\d+)\"", first + browser.get(further[1]).text))
    assert OUT not in shown
    assert len(shown) == 20
    narrowed = browser.post("/search", data={"from": token_of(listed), "accepting": "unknown"})
    assert "of your own list is left out" in text(browser.get(narrowed.location).text)
    hidden = re.findall(r'name="never" value="(\d+)"', first)
    assert hidden == [OUT]
    changed = browser.post("/search", data={**PATIENT, "never": hidden, "within": "100"})
    assert "of your own list is left out" in text(browser.get(changed.location).text)


def test_the_page_of_a_person_leaves_out_and_the_lists_name_again(browser: FlaskClient, sealed: str) -> None:
    person = browser.get(f"/results/{sealed}/specialists/{OUT}").text
    assert f'name="add" value="{OUT}"' in person
    kept = browser.post("/keep", data={"from": sealed, "keep": [OUT, OTHER]}).location
    listed = own_lists(browser, kept.split("/")[2], add=OUT)
    page = browser.get(listed).text
    assert "<strong>Person 20 Exampleton</strong>, " in page
    assert "1 of 12" in text(page), "nobody is on both lists"
    assert title(page).startswith("Your own lists")
    back = own_lists(browser, token_of(listed), drop=OUT)
    assert "Nobody yet" in text(browser.get(back).text)


def test_every_bad_line_of_a_list_is_named_and_the_good_ones_can_be_taken(
    browser: FlaskClient, sealed: str
) -> None:
    typed = f"NPI\n{OUT}\nDr. Nobody\n1999000011\n{an_npi(998)}\n\n{OTHER}, {OUT}\n12345678"
    data = {"from": sealed, "to": "never", "npis": typed}
    refused = browser.post("/own-lists", data=data)
    assert refused.status_code == 400
    said = text(refused.text)
    assert "4 lines can’t be taken" in said
    for line in (
        "Line 3: Dr. Nobody: there is no NPI in it",
        "Line 4: 1999000011 is not an NPI: the check digit",
        f"Line 5: {an_npi(998)}: nobody in the directory has this NPI",
        "Line 8: 12345678 is not an NPI: 10 digits",
    ):
        assert line in said, line
    assert "Dr. Nobody" in re.findall(r"<textarea.*?</textarea>", refused.text, re.DOTALL)[0]
    taken = browser.post("/own-lists", data={**data, "good": "yes"})
    page = text(browser.get(taken.location).text)
    assert "Person 20 Exampleton" in page
    assert "Person 21 Exampleton" in page


def test_a_saved_file_can_be_brought_in_again_as_either_list(browser: FlaskClient, sealed: str) -> None:
    listed = own_lists(browser, sealed, add=[OUT, OTHER])
    answer = browser.get(f"{listed}/left-out.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="left-out.csv"'
    head, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""))
    assert [row[0] for row in rows] == [OUT, OTHER]
    assert rows[0][head.index("Phone")] == "(410) 555-0100"
    assert "January 5, 2026" in rows[0][-1]
    for to, wanted in (("never", "Name again"), ("kept", "2 of 12")):
        data = {"from": sealed, "to": to, "file": (io.BytesIO(answer.data), "x.csv")}
        sent = browser.post("/own-lists", data=data, content_type="multipart/form-data")
        assert wanted in text(browser.get(sent.location).text)
    assert browser.get(f"{listed}/other.csv").status_code == 404


def test_what_is_no_list_is_refused_by_field(browser: FlaskClient, sealed: str) -> None:
    empty = browser.post("/own-lists", data={"from": sealed, "npis": " "})
    assert (empty.status_code, "Paste NPI numbers" in text(empty.text)) == (400, True)
    binary = {"from": sealed, "file": (io.BytesIO(b"\xff\xfe\x00x"), "x.csv")}
    told = browser.post("/own-lists", data=binary, content_type="multipart/form-data")
    assert (told.status_code, "A file: is no text" in text(told.text)) == (400, True)
    many = browser.post(
        "/own-lists", data={"from": sealed, "to": "kept", "npis": "\n".join(an_npi(n) for n in range(20, 40))}
    )
    assert "This list takes 12; there would be 20" in text(many.text)
    full = [an_npi(number) for number in range(100, 101 + MAX_NEVER)]
    assert browser.post("/own-lists", data={"from": sealed, "add": full}).status_code == 400
    assert browser.post("/own-lists", data={"add": OUT}).status_code == 400
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert browser.post("/own-lists", data={"from": sealed, "add": OUT}, headers=foreign).status_code == 403


def test_the_api_leaves_out_and_counts(browser: FlaskClient) -> None:
    body = {"words": PATIENT["words"], "never": [OUT, OTHER], "size": 100}
    told = browser.post("/api/v1/search", json=body).json
    assert told["own_list_left_out"] == 2
    assert not {OUT, OTHER} & {one["npi"] for one in told["results"]}
    assert browser.post("/api/v1/search", json={"words": PATIENT["words"]}).json["own_list_left_out"] == 0


def test_the_longest_lists_stay_in_an_address_that_servers_take(browser: FlaskClient, sealed: str) -> None:
    never = [an_npi(number) for number in range(1000, 1000 + MAX_NEVER)]
    sent = browser.post(
        "/keep", data={"from": sealed, "never": never, "kept": [an_npi(n) for n in range(20, 32)]}
    )
    assert len(sent.location) < 2_000
