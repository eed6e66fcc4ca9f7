"""When a count is a focus, and what "mainly treats" needs."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.documents import Evidence, EvidenceKind
from finder.errors import SourceError
from finder.evidence_words import EvidenceWords, mainly
from finder.focus import (
    FOCUSED_COLUMNS,
    PROCEDURE_PRIOR,
    TRIAL_PRIOR,
    load_focused_specialties,
    main_counts,
    percent,
    strength,
)
from finder.specialties import load_specialties
from finder.vocabulary import load_vocabulary

COUNTS = st.integers(0, 10_000)


@given(COUNTS, COUNTS, COUNTS, st.floats(1, 500))
def test_more_of_it_never_lowers_and_more_of_other_things_never_raises(
    part: int, other: int, more: int, prior: float
) -> None:
    before = strength(part, part + other, prior)
    assert 0 <= before < 1
    assert strength(part + more, part + more + other, prior) >= before - 1e-12
    assert strength(part, part + other + more, prior) <= before + 1e-12


@pytest.mark.parametrize(
    ("part", "whole", "prior", "expected"),
    [(11, 11, PROCEDURE_PRIOR, 0.18), (1, 1, TRIAL_PRIOR, 0.29), (113, 145, PROCEDURE_PRIOR, 0.63)],
)
def test_strengths_are_as_the_module_says(part: int, whole: int, prior: float, expected: float) -> None:
    assert strength(part, whole, prior) == pytest.approx(expected, abs=0.005)


def counted(kind: EvidenceKind, count: int, of: int, concept: str = "pancreatic_cancer") -> Evidence:
    prior = PROCEDURE_PRIOR if kind is EvidenceKind.PROCEDURE else TRIAL_PRIOR
    return Evidence(concept, kind, strength(count, of, prior), None, {}, count, of)


PROCEDURES, TRIALS = EvidenceKind.PROCEDURE, EvidenceKind.TRIAL
FIRST = Evidence("pancreatic_cancer", EvidenceKind.ROSTER, 1.0, None)
SECOND = Evidence("pancreatic_cancer", EvidenceKind.ROSTER, 0.8, None)


def said(*evidence: Evidence) -> str | None:
    counts = main_counts((e.to_source() for e in evidence), {"pancreatic_cancer"})
    return mainly(counts, "pancreatic_cancer", EvidenceWords())


@pytest.mark.parametrize(
    ("evidence", "says"),
    [
        ((counted(PROCEDURES, 113, 145), counted(TRIALS, 6, 7)),
         "Mainly treats pancreatic cancer: 78 % of 145 counted procedures, 6 of 7 trials"),
        ((counted(PROCEDURES, 113, 145), counted(TRIALS, 1, 1)),
         "Mainly treats pancreatic cancer: 78 % of 145 counted procedures, 1 of 1 trial"),
        ((FIRST, counted(PROCEDURES, 3, 145)),
         "Mainly treats pancreatic cancer: named first by the own institution"),
        ((counted(PROCEDURES, 11, 11),), None),
        ((counted(TRIALS, 1, 1),), None),
        ((SECOND, counted(PROCEDURES, 40, 145)), None),
        ((counted(PROCEDURES, 900, 1000, "gout"),), None),
        ((), None),
    ],
)  # fmt: skip
def test_mainly_needs_half_of_the_own_work_or_the_first_focus(
    evidence: tuple[Evidence, ...], says: str | None
) -> None:
    assert said(*evidence) == says


def test_evidence_of_a_narrower_concept_counts_under_the_asked_label() -> None:
    narrow = counted(PROCEDURES, 300, 310, "klatskin_tumor").to_source()
    counts = main_counts([narrow], {"bile_duct_cancer", "klatskin_tumor"})
    text = mainly(counts, "bile_duct_cancer", EvidenceWords())
    assert text == "Mainly treats bile duct cancer: 97 % of 310 counted procedures"


def test_five_trials_as_sub_investigator_do_not_say_mainly() -> None:
    half = Evidence("pancreatic_cancer", TRIALS, strength(2.5, 3, TRIAL_PRIOR), None, {}, 5, 6)
    assert said(half) is None


def test_a_tiny_share_is_not_shown_as_none() -> None:
    assert percent(2, 900) == "under 1 %"
    assert percent(9, 900) == "1 %"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nobody,gout,own,2026", "not a specialty"),
        ("epilepsy,nothing,own,2026", "not a concept"),
        ("epilepsy,epilepsy,own,2026\nepilepsy,epilepsy,own,2026", "listed twice"),
    ],
)
def test_a_wrong_row_of_focused_specialties_is_refused(tmp_path: Path, line: str, reason: str) -> None:
    (tmp_path / "focused_specialties.csv").write_text(f"{','.join(FOCUSED_COLUMNS)}\n{line}\n")
    with pytest.raises(SourceError, match=reason):
        load_focused_specialties(load_vocabulary().concepts, load_specialties(), tmp_path)
