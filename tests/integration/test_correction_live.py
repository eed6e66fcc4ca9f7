"""An accepted correction is served after one run, by a nightly difference as by a whole build."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from finder import corrections, indexes
from finder.config import Config
from finder.documents import facts_of
from finder.reads import Client
from finder.search import specialist
from ingest.report import State
from tests.integration.test_difference import everything, homes, ingested, world
from tests.integration.test_ingest_run import data

__all__ = ["data", "homes", "world"]
NOW = datetime.now(UTC)


def accepted(engine: Client, own: Config, npi: str, **values: str) -> None:
    for number, (field, value) in enumerate(values.items()):
        report = corrections.Correction(npi, "other", "wrong", "", corrections.sent_at(NOW))
        corrections.keep(engine, own.index_prefix, report, f"{npi}{field}")
        at = NOW + timedelta(seconds=number)
        corrections.accept(
            engine, own.index_prefix, f"{npi}{field}", field=field, value=value, by="ada", now=at
        )


def a_doctor(engine: Client, own: Config) -> dict[str, object]:
    """Somebody with an address, whom a search may find."""
    index = indexes.alias_name(own.index_prefix, "specialists")
    query = {"term": {"is_candidate": True}}
    hits = engine.search(index=index, query=query, sort=["_doc"], size=50)["hits"]["hits"]
    return next(h["_source"] for h in hits if len(h["_source"].get("sites", ())) == 1)


@pytest.mark.dear
def test_a_correction_is_live_after_one_run_and_costs_only_its_person(
    engine: Client, homes: tuple[Config, Config], data: Path
) -> None:
    nightly, whole = homes
    first = ingested(engine, nightly, data)
    before = a_doctor(engine, nightly)
    npi, old = str(before["npi"]), before["sites"][0]  # type: ignore[index]
    told = {
        "site": "2 Example Street; Baltimore; MD; 21287",
        "site_closed": f"{old['street']}; {old['zip']}",
        "phone": "410-555-0123",
        "accepting": "no",
        "languages": "Spanish",
        "practises": "no",
    }
    for own in homes:
        accepted(engine, own, npi, **told)
    second = ingested(engine, nightly, data)
    assert second.state is State.PUBLISHED
    assert second.cloned == first.run_id
    assert second.built and second.built.merged < 20
    now = specialist(engine, nightly.index_prefix, npi)
    assert [(s["street"], s["phone"]) for s in now["sites"]] == [("2 Example Street", "4105550123")]
    assert (now["accepting"], now["languages"], now["is_candidate"]) == ("no", ["es"], False)
    fact = now["facts"]["accepting"]
    assert (fact["value"], fact["source"], fact["as_of"]) == ("no", "correction", f"{NOW:%Y-%m-%d}")
    expected = ingested(engine, whole, data)
    assert expected.built
    assert second.built.checksum == expected.built.checksum
    assert everything(engine, nightly) == everything(engine, whole)
    assert ingested(engine, nightly, data).state is State.UNCHANGED
    assert facts_of(everything(engine, nightly)[f"specialists {npi}"])["accepting"]["value"] == "no"
