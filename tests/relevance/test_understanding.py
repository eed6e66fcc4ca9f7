"""The level of understanding that was measured, kept: floors a little below the figures of the bench."""

from pathlib import Path

from finder.vocabulary import load_vocabulary
from ingest.bench_understanding import understanding_figures

SETS = Path(__file__).resolve().parent


def test_inclusion_terms_of_icd_10_cm_lead_to_the_right_specialty() -> None:
    figures = understanding_figures(load_vocabulary(), SETS, None, 1)
    typed, misspelt = figures["icd_10_cm"]["typed"], figures["icd_10_cm"]["misspelt"]
    assert typed["right"] >= 0.97 and typed["first_named"] >= 0.94 and typed["zero"] < 0.01
    assert misspelt["right_or_asked_right"] >= 0.97
    assert figures["own_terms"]["typed"]["right"] >= 0.97
    assert figures["sentences"]["all"]["right"] >= 0.91
    assert figures["sentences"]["per_kind"]["urgent"]["right"] == 1
    assert figures["milliseconds"]["processor"]["p50"] < 5


def test_rare_names_that_nobody_listed_mostly_lead_to_the_right_specialty(shared_data: Path) -> None:
    figures = understanding_figures(load_vocabulary(), SETS, shared_data / "conditions", 1)
    assert figures["phrases"] >= 1000 and figures["share_equal_to_own_terms"] < 0.25
    assert figures["all"]["loss_of_right"] <= 0.02 and figures["all"]["typed"]["zero"] < 0.01
    assert figures["held_out"]["typed"]["right"] >= 0.92
    assert figures["disease_ontology"]["typed"]["right"] >= 0.86
    assert figures["held_out_new_words"]["typed"]["right_or_asked_right"] >= 0.82
