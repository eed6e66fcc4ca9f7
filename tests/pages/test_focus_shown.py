"""What a person works on: grouped by where it comes from, each piece with count, source and date."""

from typing import Any

from finder.context import load_context
from finder.sources import load_sources
from finder.web.cited import Citing
from finder.web.focus_shown import FIRST_SHOWN, FocusGroup, focus_groups

WORDS = load_context().words.evidence
CITING = Citing(load_sources(), 2026)


def piece(kind: str, concept: str = "liver_cancer", value: float = 0.5, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "concept": concept, "value": value, **more}


def groups(*pieces: dict[str, Any]) -> tuple[FocusGroup, ...]:
    return focus_groups(pieces, WORDS, CITING)


def test_evidence_is_grouped_and_a_group_without_any_is_left_out() -> None:
    found = groups(
        piece("center", "cancer", told={"place": "Demo Center"}, source="nci_centers"),
        piece("roster", told={"place": "Demo", "term": "liver"}, source="rosters", as_of="2025-04-08"),
        piece("mainly", told={"counts": [["procedure", 317, 381]]}, as_of="2024"),
    )
    assert [one.heading for one in found] == [
        "What this doctor mainly treats", "What the own institution says", "Where they work",
    ]  # fmt: skip
    mainly, roster, _center = (one.rows[0] for one in found)
    assert mainly.text.startswith("Mainly treats liver cancer: 83 %")
    assert mainly.cited is None
    assert roster.cited is not None
    assert (roster.label, roster.cited.as_of) == ("Liver cancer", "2025-04-08")


def test_counts_are_shown_with_their_total_population_and_year_the_largest_first() -> None:
    counted = {"source": "procedures", "as_of": "2012", "of": 1_200}
    (found,) = groups(
        piece("procedure", "hernia", 0.1, count=30, **counted),
        piece("procedure", "cancer", 0.8, count=900, **counted),
    )
    assert found.heading == "Counted work (Medicare patients, 2012)"
    assert [row.text for row in found.rows] == [
        "Cancer: 900 of 1,200 counted procedures (75 %)", "Hernia: 30 of 1,200 counted procedures (2 %)",
    ]  # fmt: skip
    assert found.cited is not None
    assert (found.cited.as_of, found.cited.is_old) == ("2012", True)
    assert [row.cited for row in found.rows] == [None, None]


def test_a_number_of_operations_stands_beside_its_standard_and_is_never_called_low() -> None:
    same = {"told": {"group": "hip"}, "source": "procedures", "as_of": "2012", "count": 13}
    (found,) = groups(
        piece("volume", "hip_replacement", **same), piece("volume", "hip_osteoarthritis", **same)
    )
    (row,) = found.rows
    assert row.text.startswith("13 in 2012: hip replacement (Medicare")
    assert "Leapfrog asks for 25 a year of a surgeon, 50 of a hospital" in row.text
    assert "people with Medicare only" in found.note
    assert "does not mean too few" in found.note


def test_one_sentence_about_several_conditions_is_one_row() -> None:
    says = {"count": 3, "of": 3, "source": "trials", "as_of": "2025-11-15"}
    (found,) = groups(piece("trial", "liver_metastases", **says), piece("trial", "liver_ablation", **says))
    assert [row.label for row in found.rows] == ["Cancer that has spread to the liver, liver tumor ablation"]


def test_a_long_group_is_folded_and_different_sources_are_cited_one_by_one() -> None:
    places = [{"told": {"place": f"Demo {n}"}, "as_of": f"20{n:02}"} for n in range(9)]
    rosters = [piece("roster", source="rosters", **place) for place in places]
    (found,) = groups(*rosters)
    assert (len(found.rows), len(found.more)) == (FIRST_SHOWN, 3)
    assert found.cited is None
    assert all(row.cited for row in (*found.rows, *found.more))


def test_an_unknown_concept_is_shown_by_its_id() -> None:
    (found,) = groups(piece("roster", "rare_thing", says="Lists it", source="rosters"))
    assert found.rows[0].label == "Rare thing"
