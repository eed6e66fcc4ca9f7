"""What changed between two generations, on the real engine: all that was planted, and nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from finder import changes, indexes
from finder.changes import compared
from finder.config import Config
from finder.documents import Evidence, EvidenceKind
from finder.errors import NotFound
from finder.reads import Client, documents
from ingest.demo.generate import generate
from tests.factories import a_generation, a_site, a_specialist, an_npi
from tests.integration.test_ingest_run import ingested, own
from tests.planted import planted

__all__ = ["own"]
NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
PEOPLE = 400


@pytest.mark.dear
def test_one_per_cent_of_planted_changes_is_told_whole_and_nothing_else(
    engine: Client, own: Config, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    generate(PEOPLE, data)
    first = ingested(engine, own, data)
    truth = planted(data, 0.01)
    second = ingested(engine, own, data)
    assert second.cloned == first.run_id
    old, new = changes.pair(indexes.generations(engine, own.index_prefix))
    for npi in outvoted(engine, new, truth):
        del truth[npi]
    assert sum("contact" in kinds for kinds in truth.values()) >= 2
    found = {changed.npi: set(changed.kinds) for changed in changes.differences(engine, old, new)}
    assert set(found) == set(truth)
    assert {npi: found[npi] & kinds for npi, kinds in truth.items()} == truth
    totals = changes.keep(engine, own.index_prefix, old, new, NOW)
    assert totals.people == len(truth)
    assert totals.counts["contact"] == sum("contact" in kinds for kinds in found.values())
    assert changes.kept(engine, own.index_prefix, old.run_id, new.run_id) == totals
    listed = changes.page(engine, own.index_prefix, old.run_id, new.run_id, "added", 1)
    assert [each.npi for each in listed] == [npi for npi, kinds in truth.items() if "added" in kinds]


def outvoted(engine: Client, new: indexes.Generation, truth: dict[str, set[str]]) -> list[str]:
    """People whose planted number is in one file only and lost to what the other files say: not served."""
    index = new.indices["specialists"]
    npis = [npi for npi, kinds in truth.items() if kinds == {"contact"}]
    found = documents(engine, {index: npis}, {index: ("sites",)})[index]
    numbers = {npi: [str(s.get("phone")) for s in found[npi]["sites"]] for npi in npis}
    return [n for n in npis if not any(p.startswith(("202555", "203555")) for p in numbers[n])]


@pytest.fixture
def two(engine: Client, prefix: str) -> Iterator[tuple[str, list[indexes.Generation]]]:
    """A prefix with two generations: everybody of the second has another telephone number."""
    own_prefix = f"{prefix}_two"
    before = a_generation(engine, own_prefix, [a_specialist(number) for number in range(1, 121)])
    sites = (a_site(phone="4105550199"),)
    after = a_generation(engine, own_prefix, [a_specialist(number, sites=sites) for number in range(1, 121)])
    by_run = {g.run_id: g for g in indexes.generations(engine, own_prefix)}
    yield own_prefix, [by_run[before], by_run[after]]
    engine.indices.delete(index=[n for g in by_run.values() for n in g.indices.values()])
    engine.indices.delete(index=indexes.alias_name(own_prefix, indexes.RUNS), ignore_unavailable=True)


def test_people_are_kept_page_by_page(engine: Client, two: tuple[str, list[indexes.Generation]]) -> None:
    own_prefix, (old, new) = two
    totals = changes.keep(engine, own_prefix, old, new, NOW)
    pages = [changes.page(engine, own_prefix, old.run_id, new.run_id, "contact", n) for n in (1, 2, 3, 4)]
    assert totals.counts == {"contact": 120}
    assert [len(page) for page in pages] == [50, 50, 20, 0]
    assert pages[0][0].kinds["contact"].gone == (
        "4105550100, fax none: 1 Example Street, Baltimore, MD, 21287",
    )
    person = changes.person(engine, old, new, an_npi(7))
    assert set(person.kinds) == {"contact"}
    with pytest.raises(NotFound):
        changes.person(engine, old, new, an_npi(700))


def test_spellings_and_dates_are_no_difference() -> None:
    before = a_specialist(sites=(a_site(street="1 Main Street, Suite 5", as_of="2026-01-01"),))
    after = a_specialist(sites=(a_site(street="1 MAIN ST", street_2="STE 5", as_of="2026-02-01"),))
    assert compared(before.to_source(), after.to_source()) == {}


def test_another_way_of_working_training_and_referral_partner_are_told() -> None:
    approach = Evidence("surgery_first", EvidenceKind.ROSTER, 1.0, "2026-01-01")
    before = a_specialist()
    keys = (*before.tie_keys, "referral:1-2", "residency:x-2001", "school:y:1999")
    after = a_specialist(approach=(approach,), tie_keys=keys)
    found = compared(before.to_source(), after.to_source())
    assert set(found) == {"approach", "training", "referral"}
    assert found["approach"].new == ("surgery_first: roster 1.0",)
    assert compared(after.to_source(), after.to_source()) == {}


def test_a_move_tells_the_new_number_with_the_new_place_and_not_twice() -> None:
    before = a_specialist(sites=(a_site(),))
    after = a_specialist(sites=(a_site(street="9 Other Street", phone="2025550100"),))
    assert set(compared(before.to_source(), after.to_source())) == {"site"}
