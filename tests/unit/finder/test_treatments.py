"""What procedures, drugs and markers say about conditions, and how their counts pass on."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from finder.concepts import ConceptKind
from finder.errors import SourceError
from finder.treatments import TREATS_COLUMNS, load_treatments, with_treated
from finder.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()
CONCEPTS = VOCABULARY.concepts
TREATMENTS = load_treatments(CONCEPTS)
PASSED_ON = (ConceptKind.PROCEDURE, ConceptKind.BIOMARKER)
# Whole fields of work: what they are done for is said by the narrower code, drug or operation, or by nothing.
SAYS_NOTHING = {
    "bone_marrow_transplant", "radiation_therapy", "chemotherapy", "targeted_therapy", "cancer_screening",
    "lung_screening", "clinical_trial", "breast_reduction", "hyponatremia", "gene_variant",
}  # fmt: skip
# Codes count for both: the broader one has no place above the narrower one in concepts.csv.
BROADER = {
    "allogeneic_transplant": "bone_marrow_transplant",
    "autologous_transplant": "bone_marrow_transplant",
}


def shares(concept_id: str) -> dict[str, float]:
    return dict(TREATMENTS[concept_id])


def most_at_once(weights: Mapping[str, float]) -> float:
    """The largest sum of weights of concepts of which none is above another."""
    reached = {each for one in weights for each in (one, *VOCABULARY.ancestors(one))}

    def largest(one: str) -> float:
        below = sum(largest(child) for child in VOCABULARY.children.get(one, ()) if child in reached)
        return max(weights.get(one, 0.0), below)

    return sum(largest(one) for one in reached if CONCEPTS[one].parent_id is None)


def write(folder: Path, *lines: str) -> Path:
    (folder / "treats.csv").write_text("\n".join([",".join(TREATS_COLUMNS), *lines]) + "\n")
    return folder


def test_operations_say_what_they_are_done_for() -> None:
    assert shares("gastrectomy")["stomach_cancer"] >= 0.7
    assert shares("dialysis")["kidney_failure"] >= 0.9
    assert shares("whipple")["pancreatic_cancer"] > shares("whipple")["bile_duct_cancer"]
    assert shares("knee_replacement")["knee_osteoarthritis"] >= 0.9
    assert shares("tavr") == {"aortic_stenosis": 0.95}
    assert "stomach_cancer" not in shares("bariatric_surgery")
    assert not any("cancer" in condition for condition in shares("colonoscopy"))  # a check is no treatment


def test_every_procedure_drug_and_marker_says_something_of_a_condition_or_is_known_to_say_nothing() -> None:
    silent = {
        concept.concept_id
        for concept in CONCEPTS.values()
        if concept.kind in PASSED_ON
        and concept.concept_id not in TREATMENTS
        and not any(
            CONCEPTS[one].kind is ConceptKind.CONDITION for one in VOCABULARY.ancestors(concept.concept_id)
        )
    }
    assert silent == SAYS_NOTHING


@pytest.mark.parametrize(
    ("lines", "field", "reason"),
    [
        (["whipple,pancreatic_cancer,0.7,"], "source", "is empty"),
        (["scalpel,pancreatic_cancer,0.7,s"], "concept_id", "not a concept"),
        (["gout,pancreatic_cancer,0.7,s"], "concept_id", "no procedure"),
        (["whipple,nothing,0.7,s"], "condition_id", "not a concept"),
        (["whipple,gastrectomy,0.7,s"], "condition_id", "not a condition"),
        (["whipple,hepatobiliary_cancers,0.7,s"], "condition_id", "stands above"),
        (["whipple,cancer,0.7,s"], "condition_id", "stands above"),
        (["whipple,pancreatic_cancer,much,s"], "weight", "not a number"),
        (["whipple,pancreatic_cancer,0,s"], "weight", "above 0"),
        (["whipple,pancreatic_cancer,1.1,s"], "weight", "up to 1"),
        (["whipple,pancreatic_cancer,nan,s"], "weight", "up to 1"),
        (["whipple,ampullary_cancer,0.1,s", "whipple,ampullary_cancer,0.2,s"], "condition_id", "twice"),
        (
            ["ivig,cidp,0.2,s", "ivig,guillain_barre,0.2,s"],
            "condition_id",
            "broader",
        ),
        (["whipple,pancreatic_cancer,0.7,s", "whipple,bile_duct_cancer,0.4,s"], "weight", "more than 1"),
    ],
)
def test_a_wrong_row_is_refused_with_its_place(
    tmp_path: Path, lines: list[str], field: str, reason: str
) -> None:
    with pytest.raises(SourceError, match=reason) as caught:
        load_treatments(CONCEPTS, write(tmp_path, *lines))
    assert (caught.value.row, caught.value.field) == (len(lines) + 1, field)


def test_counted_operations_count_for_the_conditions_by_their_share(tmp_path: Path) -> None:
    known = load_treatments(
        CONCEPTS, write(tmp_path, "gastrectomy,stomach_cancer,0.75,s", "gastrectomy,gist,0.1,s")
    )
    assert with_treated({"gastrectomy": 40.0, "gout": 3.0}, known) == {
        "gastrectomy": 40.0, "gist": 4.0, "gout": 3.0, "stomach_cancer": 30.0,
    }  # fmt: skip


def test_what_is_counted_for_one_condition_is_not_passed_to_another() -> None:
    known = {"valve": (("aortic", 0.5), ("mitral", 0.3))}
    assert with_treated({"valve": 10.0, "mitral": 8.0}, known) == {
        "aortic": 1.0, "mitral": 8.0, "valve": 10.0,
    }  # fmt: skip
    assert "aortic" not in with_treated({"valve": 10.0, "mitral": 10.0}, known)


def test_one_service_under_two_names_counts_once() -> None:
    known = {"wide": (("tumor", 0.5),), "narrow": (("tumor", 0.9),)}
    assert with_treated({"wide": 10.0, "narrow": 10.0}, known)["tumor"] == 9.0


def test_a_condition_never_counts_more_than_the_largest_count_that_leads_to_it() -> None:
    for concept_id in TREATMENTS:
        passed = with_treated({concept_id: 7.0}, TREATMENTS)
        assert passed[concept_id] == 7.0
        assert all(0 < passed[condition] <= 7.0 for condition, _ in TREATMENTS[concept_id])
        assert sum(passed.values()) - 7.0 <= 7.0 + 1e-9


def test_a_larger_count_of_a_procedure_lowers_nothing() -> None:
    for concept_id, conditions in TREATMENTS.items():
        direct = {condition: 2.0 for condition, _ in conditions[:1]}
        before = with_treated({concept_id: 3.0, **direct}, TREATMENTS)
        after = with_treated({concept_id: 9.0, **direct}, TREATMENTS)
        assert all(after[one] >= count for one, count in before.items())
        assert after != before


def test_the_order_of_counts_changes_nothing() -> None:
    counts = {"whipple": 3.0, "gastrectomy": 5.0, "pancreatic_cancer": 1.0, "liver_resection": 2.0}
    turned = dict(reversed(counts.items()))
    assert list(with_treated(counts, TREATMENTS).items()) == list(with_treated(turned, TREATMENTS).items())


def test_a_code_counts_about_once_for_conditions_for_procedures_and_for_markers() -> None:
    groups = {"procedure": {ConceptKind.PROCEDURE}, "marker": {ConceptKind.BIOMARKER},
              "condition": {ConceptKind.CONDITION, ConceptKind.SUBSPECIALTY}}  # fmt: skip
    too_much = []
    for code in VOCABULARY.procedures:
        named = dict(VOCABULARY.procedure_concepts(code))
        counted = with_treated(named, TREATMENTS)
        for broader in {BROADER[one] for one in named if one in BROADER}:
            counted.pop(broader, None)
        for group, kinds in groups.items():
            total = most_at_once({c: w for c, w in counted.items() if CONCEPTS[c].kind in kinds})
            if total > 1.2 + 1e-9:
                too_much.append(f"{code}: {total:.2f} as a {group}")
    assert too_much == []


@pytest.mark.parametrize("code", ["96372", "88305", "99213", "99223", "36415", "J1100"])
def test_a_code_that_is_billed_for_everything_points_nowhere(code: str) -> None:
    assert VOCABULARY.procedure_concepts(code) == ()


def test_giving_chemotherapy_points_to_no_one_cancer() -> None:
    for code in ("96413", "96415", "96409", "J9271", "J9299"):
        passed = with_treated(dict(VOCABULARY.procedure_concepts(code)), TREATMENTS)
        narrow = [w for c, w in passed.items() if CONCEPTS[c].kind is ConceptKind.CONDITION]
        assert max(narrow, default=0.0) <= 0.35, code
