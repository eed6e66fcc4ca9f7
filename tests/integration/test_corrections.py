"""Reports wait for the admin, are decided once, and what stands of the accepted ones is read by the run."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from elasticsearch import Elasticsearch

from finder import corrections
from finder.corrections import Correction
from finder.errors import AlreadyDecided, InputErrors, NotFound
from tests.factories import an_npi

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WHO = {"by": "ada", "now": NOW}


@pytest.fixture
def index_prefix(engine: Elasticsearch, prefix: str) -> Iterator[str]:
    """A history of its own."""
    own = f"{prefix}{secrets.token_hex(3)}"
    yield own
    engine.indices.delete(index=f"{own}-runs", ignore_unavailable=True)


def sent(engine: Elasticsearch, prefix: str, key: str, minute: int = 0) -> None:
    report = Correction(an_npi(7), "address", "moved", "", f"2026-11-23T10:{minute:02}Z")
    assert corrections.keep(engine, prefix, report, key)


def test_a_report_is_decided_once_and_only_once(engine: Elasticsearch, index_prefix: str) -> None:
    sent(engine, index_prefix, "b", 2)
    sent(engine, index_prefix, "a", 1)
    assert [one.id for one in corrections.waiting(engine, index_prefix)] == ["a", "b"]
    done = corrections.accept(engine, index_prefix, "a", field="phone", value="410-555-0100", **WHO)
    assert (done.state, done.decision and done.decision.value) == ("accepted", "4105550100")
    with pytest.raises(AlreadyDecided, match="accepted by ada on 2026-11-23"):
        corrections.reject(engine, index_prefix, "a", why="no", **WHO)
    corrections.reject(engine, index_prefix, "b", why="the clinic says otherwise", **WHO)
    assert corrections.waiting(engine, index_prefix) == []
    assert [one.state for one in corrections.corrections(engine, index_prefix)] == ["rejected", "accepted"]
    told = corrections.correction(engine, index_prefix, "b").decision
    assert told and (told.by, told.why) == ("ada", "the clinic says otherwise")


def test_of_two_admins_the_slower_one_is_told(
    engine: Elasticsearch, index_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(engine, index_prefix, "c")
    read = corrections._got
    first = True

    def read_while_another_decides(*asked: str) -> object:
        nonlocal first
        found = read(*asked)
        if first:
            first = False
            corrections.reject(engine, index_prefix, "c", why="spam", by="bob", now=NOW)
        return found

    monkeypatch.setattr(corrections, "_got", read_while_another_decides)
    with pytest.raises(AlreadyDecided, match="rejected by bob"):
        corrections.accept(engine, index_prefix, "c", field="accepting", value="no", **WHO)


def test_of_two_decisions_about_the_same_the_later_stands(engine: Elasticsearch, index_prefix: str) -> None:
    for number, (field, value) in enumerate(
        [("accepting", "yes"), ("site_closed", "2 Example St; 21287"), ("accepting", "no")]
    ):
        sent(engine, index_prefix, str(number))
        at = NOW + timedelta(minutes=number)
        corrections.accept(engine, index_prefix, str(number), field=field, value=value, by="ada", now=at)
    assert corrections.accepted(engine, index_prefix) == [
        (an_npi(7), "accepting", "no", "2026-11-23", "2"),
        (an_npi(7), "site_closed", "2 Example St; 21287", "2026-11-23", "1"),
    ]


def test_mistakes_name_the_form_field_and_leave_the_report_waiting(
    engine: Elasticsearch, index_prefix: str
) -> None:
    sent(engine, index_prefix, "d")
    with pytest.raises(InputErrors, match="value: must be yes or no"):
        corrections.accept(engine, index_prefix, "d", field="accepting", value="perhaps", **WHO)
    with pytest.raises(InputErrors, match="why: say in a few words"):
        corrections.reject(engine, index_prefix, "d", why=" ", **WHO)
    with pytest.raises(NotFound):
        corrections.reject(engine, index_prefix, "of-nobody", why="spam", **WHO)
    assert [one.id for one in corrections.waiting(engine, index_prefix)] == ["d"]


def test_without_any_report_there_is_nothing(engine: Elasticsearch, index_prefix: str) -> None:
    assert corrections.waiting(engine, index_prefix) == []
    assert corrections.accepted(engine, index_prefix) == []
