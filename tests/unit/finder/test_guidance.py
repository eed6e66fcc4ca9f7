"""The tables of help: what they hold, what they refuse, and that no figure is ours."""

import csv
import re
import shutil
from pathlib import Path

import pytest

from finder.concepts import load_concepts
from finder.errors import SourceError
from finder.guidance import GENERAL, Collector, FactTopic, LinkTopic, Outcome, load_guidance
from finder.tables import DATA

CONCEPTS = load_concepts(DATA)
GUIDANCE = load_guidance(CONCEPTS)
TABLES = (
    "outcomes.csv", "help_facts.csv", "outside_links.csv", "checklist.csv", "signs.csv", "urgent.csv",
    "record_kinds.csv", "records.csv",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in TABLES:
        shutil.copy(DATA / name, tmp_path)
    return tmp_path


def changed(path: Path, row: int, **cells: str) -> None:
    """Write other cells into one row of a table; the header is row 1."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[row - 2].update(cells)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(
    ("table", "row", "cells", "field"),
    [
        ("outcomes.csv", 3, {"outcome_id": "review_2014"}, "outcome_id"),
        ("outcomes.csv", 3, {"figures": ""}, "figures"),
        ("outcomes.csv", 3, {"as_of": "2021-13"}, "as_of"),
        ("outcomes.csv", 3, {"as_of": "about 2021"}, "as_of"),
        ("outcomes.csv", 3, {"seen_at": ""}, "seen_at"),
        ("outcomes.csv", 3, {"source": ""}, "source"),
        ("help_facts.csv", 2, {"topic": "medicaid"}, "topic"),
        ("help_facts.csv", 2, {"source_url": "http://www.medicare.gov"}, "source_url"),
        ("outside_links.csv", 4, {"url": "http://example.org"}, "url"),
        ("outside_links.csv", 4, {"url": ""}, "url"),
        ("checklist.csv", 2, {"value": "because"}, "value"),
        ("checklist.csv", 2, {"field": "words"}, "field"),
        ("checklist.csv", 2, {"field": ""}, "value"),
        ("signs.csv", 2, {"label": "A cold"}, "label"),
        ("record_kinds.csv", 3, {"concept_ids": "no_such"}, "concept_ids"),
        ("record_kinds.csv", 2, {"concept_ids": "cancer"}, "concept_ids"),
        ("records.csv", 9, {"kind": "hair"}, "kind"),
        ("records.csv", 9, {"collected_by": "aunt"}, "collected_by"),
        ("records.csv", 9, {"source": ""}, "source"),
    ],
)
def test_a_wrong_cell_is_refused_by_file_row_and_field(
    folder: Path, table: str, row: int, cells: dict[str, str], field: str
) -> None:
    changed(folder / table, row, **cells)
    with pytest.raises(SourceError, match=rf"{re.escape(table)}.*row {row}.*{field}"):
        load_guidance(CONCEPTS, folder)


def test_a_kind_without_records_and_an_emergency_without_signs_are_refused(folder: Path) -> None:
    kinds = folder / "record_kinds.csv"
    kinds.write_text(kinds.read_text("utf-8") + "hair,Hair,alopecia\n", "utf-8")
    with pytest.raises(SourceError, match="'hair' has no rows"):
        load_guidance(CONCEPTS, folder)
    shutil.copy(DATA / "record_kinds.csv", folder)
    signs = (folder / "signs.csv").read_text("utf-8").splitlines(keepends=True)
    (folder / "signs.csv").write_text("".join(s for s in signs if "stroke" not in s), "utf-8")
    with pytest.raises(SourceError, match="'Possible stroke' has no signs"):
        load_guidance(CONCEPTS, folder)


@pytest.fixture(scope="session")
def notes(shared_data: Path) -> str:
    """The rows of the notes about how often opinions change, and about who asks."""
    path = shared_data.parent / "FACTS.md"
    if not path.is_file():
        pytest.skip("the notes that the figures come from (shared/FACTS.md) are not here")
    rows = path.read_text("utf-8").splitlines()
    return " ".join(row for row in rows if row.startswith(("| Opinions change things |", "| Few ask |")))


@pytest.mark.parametrize("outcome", GUIDANCE.outcomes, ids=lambda outcome: outcome.about)
def test_every_figure_stands_in_the_notes(notes: str, outcome: Outcome) -> None:
    assert [figure for figure in outcome.figures if figure not in notes] == []


def test_a_sentence_says_no_number_that_its_figures_do_not_hold() -> None:
    for outcome in GUIDANCE.outcomes:
        known = set(re.findall(r"[0-9.]*[0-9]", " ".join(outcome.figures)))
        assert set(re.findall(r"[0-9.]*[0-9]", outcome.says)) <= known, outcome.says
        assert set(re.findall(r"[0-9.]+ %", " ".join(outcome.figures))) or "of" in outcome.figures[0]


def test_every_figure_has_a_date_and_every_topic_has_facts() -> None:
    assert all(outcome.origin.as_of for outcome in GUIDANCE.outcomes)
    for topic in FactTopic:
        assert GUIDANCE.facts_on(topic)
    for link in LinkTopic:
        assert GUIDANCE.links_on(link)


def test_the_checklist_fills_in_one_value_for_each_control() -> None:
    assert GUIDANCE.prefill({"child", "far"}) == {"ages": "child", "virtual": "yes"}
    assert GUIDANCE.prefill({"doubt", "differ"}) == {"why": "tie-breaker"}
    assert GUIDANCE.prefill({"sure"}) == {}
    assert GUIDANCE.prefill({"nothing such"}) == {}


def test_records_fit_the_concept_and_what_is_above_it() -> None:
    def kinds(*concepts: str) -> list[str]:
        return [kind.kind for kind in GUIDANCE.kinds_for(concepts)]

    assert kinds() == [GENERAL]
    assert kinds("bile_duct_cancer", "hepatobiliary_cancers", "digestive_cancers", "cancer") == [
        GENERAL,
        "cancer",
    ]
    assert kinds("brain_tumors", "cancer") == [GENERAL, "cancer", "brain"]


def test_every_concept_but_heat_stroke_has_records_of_its_own() -> None:
    roots = {c.concept_id for c in CONCEPTS.values() if c.parent_id is None}
    named = {concept for kind in GUIDANCE.kinds for concept in kind.concepts}
    assert roots - named == {"heat_illness"}  # nobody collects records for an emergency


def test_every_collector_is_asked_for_something() -> None:
    assert {r.collected_by for kind in GUIDANCE.kinds for r in kind.records} == set(Collector)
