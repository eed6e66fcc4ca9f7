"""Studies that an API gives out page by page become one file: whole, of one version, within its limits."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from ingest.fetch import fetch_records
from tests.integration.publisher import Publisher
from tests.integration.test_fetch import a_file, got, it, read, web

__all__ = ["it"]


def a_study(number: int) -> dict[str, Any]:
    identity = {"identificationModule": {"nctId": f"NCT{number:08d}", "briefTitle": "A trial"}}
    return {"protocolSection": identity, "resultsSection": {"more": "that no run reads"}}


PAGES = [[a_study(1), a_study(2)], [a_study(3), a_study(4)], [a_study(5)]]


@pytest.fixture
def api(it: Publisher) -> Publisher:
    it.studies = PAGES
    return it


def paged(api: Publisher, **changes: object) -> Any:
    made = {"source": "trials", "name": "registry", "url": "", "pages": api.at("/api/studies?format=json")}
    return a_file(api, **(made | {"version": api.at("/api/version")} | changes))


def numbers(into: Path) -> list[str]:
    (content,) = read(into)
    found = [orjson.loads(line) for line in content.splitlines()]
    assert all(set(study) == {"protocolSection"} for study in found)
    return [study["protocolSection"]["identificationModule"]["nctId"][-1] for study in found]


def asked(api: Publisher) -> list[str]:
    return [path for path, _headers in api.asked if "studies" in path]


def test_pages_become_one_file_and_the_same_version_is_not_asked_for_again(
    api: Publisher, tmp_path: Path
) -> None:
    into = tmp_path / "data"
    result = got(api, into, paged(api))
    assert (result.state, result.record["file"]) == ("got", "trials-registry-2026-01-05.jsonl")
    assert numbers(into) == ["1", "2", "3", "4", "5"]
    before = len(asked(api))
    assert got(api, into, paged(api)).state == "unchanged"
    assert len(asked(api)) == before == 3
    api.stamp, api.studies = "2026-01-06T09:00:05", [[a_study(7)]]
    assert got(api, into, paged(api)).record["previous"]["file"] == "trials-registry-2026-01-05.jsonl"
    assert numbers(into) == ["7"]


@pytest.mark.parametrize(
    ("faults", "says"),
    [
        (["", "503", "503", "503", "503"], "answers 503"),
        (["", "400"], "answers 400"),
        (["", "cut", "cut", "cut", "cut"], "broke off after"),
        (["", "", "loops"], "same next page twice"),
        (["form"], "no studies"),
        (["", "changes"], "changed while"),
    ],
)
def test_a_fault_between_pages_leaves_the_old_version_and_is_mended_by_the_next_run(
    api: Publisher, tmp_path: Path, faults: list[str], says: str
) -> None:
    into = tmp_path / "data"
    got(api, into, paged(api))
    api.stamp, api.studies, api.faults = "2026-01-05T12:00:00", PAGES[::-1], list(faults)
    result = got(api, into, paged(api))
    assert (result.state, says in result.reason) == ("failed", True), result.reason
    assert numbers(into) == ["1", "2", "3", "4", "5"]
    api.faults.clear()
    assert got(api, into, paged(api)).state == "got"
    assert numbers(into) == ["5", "3", "4", "1", "2"]
    assert fetch_records(into)["trials/registry"]["failed"] is None


def broken_off(api: Publisher, into: Path) -> None:
    """The third page does not come, in four attempts."""
    api.faults = ["", "", *["cut"] * 4]
    assert got(api, into, paged(api)).state == "failed"
    api.asked.clear()


def test_what_broke_off_goes_on_from_the_last_whole_page_of_the_same_version(
    api: Publisher, tmp_path: Path
) -> None:
    broken_off(api, tmp_path)
    assert got(api, tmp_path, paged(api)).state == "got"
    assert [path.rpartition("=")[2] for path in asked(api)] == ["p2"]
    assert numbers(tmp_path) == ["1", "2", "3", "4", "5"]


def test_pages_of_another_version_are_not_put_together_with_those_that_came(
    api: Publisher, tmp_path: Path
) -> None:
    broken_off(api, tmp_path)
    api.stamp, api.studies = "2026-01-07T09:00:00", [[a_study(8)], [a_study(9)]]
    assert got(api, tmp_path, paged(api)).state == "got"
    assert numbers(tmp_path) == ["8", "9"]


def test_pages_over_the_limit_stop_and_leave_nothing(api: Publisher, tmp_path: Path) -> None:
    into = tmp_path / "data"
    result = got(api, into, paged(api, max_bytes=150))
    assert "limit of 150" in result.reason
    assert not [path for path in into.rglob(".part*") if path.exists()]


def test_a_page_of_another_host_is_not_asked_for(api: Publisher, tmp_path: Path) -> None:
    result = got(api, tmp_path / "data", paged(api, hosts=("elsewhere.example",)), web(api))
    assert "not on the list" in result.reason
    assert api.asked == []
