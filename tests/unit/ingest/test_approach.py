"""How a person works, from codes, rosters and titles of trials; and what each becomes in a document."""

from finder.documents import EvidenceKind, approach_of
from ingest.investigators import TrialFacts
from tests.unit.ingest.known import specialist
from tests.unit.ingest.staged_rows import nppes, procedure, roster

SURGEON = nppes(taxonomies="208G00000X|MD|Y|D1")
OPEN, SMALL, EITHER = "32480", "32663", "33426"


def test_codes_show_a_way_by_their_share_of_the_same_axis() -> None:
    counts = {OPEN: "60", SMALL: "130", EITHER: "110"}
    rows = [procedure(hcpcs=code, services=count, beneficiaries=count) for code, count in counts.items()]
    found = {each.concept: each for each in specialist(SURGEON, *rows).approach}
    small = found["minimally_invasive"]
    assert (small.count, small.of, small.kind) == (130, 300, EvidenceKind.PROCEDURE)
    assert small.value == 130 / (130 + 60 + 10) and found["open_surgery"].value == 60 / 200
    assert small.told["concepts"]["lung_surgery"] == 130


def test_a_roster_names_ways_in_its_own_words() -> None:
    told = roster(approach="Robotic surgery;watch and wait;kindness", institution="Example Hospital")
    found = {each.concept: each for each in specialist(SURGEON, told).approach}
    assert set(found) == {"minimally_invasive", "surveillance_first"}
    assert found["surveillance_first"].told == {"place": "Example Hospital", "term": "watch and wait"}
    assert found["surveillance_first"].as_of == told.as_of


def test_titles_of_own_trials_show_a_way() -> None:
    trials = {
        "NCT1": TrialFacts("Active surveillance or surgery", "COMPLETED", (), "2024-01-01"),
        "NCT2": TrialFacts("A new drug", "COMPLETED", (), "2025-01-01"),
    }
    (found,) = specialist(SURGEON, trials=trials).approach
    assert (found.concept, found.kind, found.count, found.of) == (
        "surveillance_first", EvidenceKind.TRIAL, 1, 2,
    )  # fmt: skip
    assert (found.as_of, found.told) == ("2024-01-01", {"trials": ["NCT1"]})


def test_a_document_carries_the_ways_and_their_proof_and_how_opinions_are_given() -> None:
    told = roster(approach="Robotic surgery", opinion_only="yes", calls_back="no", written_report="yes")
    source = specialist(SURGEON, told).to_source()
    assert source["approach"] == ["minimally_invasive"]
    assert [each["kind"] for each in approach_of(source)] == ["roster"]
    assert source["attributes"] == ["opinion_only", "written_report"]
