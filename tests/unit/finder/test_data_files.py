"""The rules of the vocabulary's data files: sizes, sources, shape."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from finder.specialties import Kept, Role, Specialties, load_specialties
from finder.tables import DATA
from finder.text import fold
from finder.vocabulary import Vocabulary, load_vocabulary

FILES = ("specialties", "cms_specialties", "concepts", "terms", "ladder", "procedures", "urgent", "words")


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


@pytest.fixture(scope="module")
def specialties() -> Specialties:
    return load_specialties()


@pytest.mark.parametrize("name", FILES)
def test_every_row_has_a_source(name: str) -> None:
    assert all(row["source"] for row in rows(name))


def test_the_first_cut_is_large_enough(vocabulary: Vocabulary) -> None:
    kinds = Counter(concept.kind.value for concept in vocabulary.concepts.values())
    assert kinds["condition"] >= 340
    assert kinds["procedure"] >= 80
    assert len(rows("terms")) >= 3500
    assert sum(row["kind"] == "spanish" for row in rows("terms")) >= 350
    assert len(vocabulary.procedures) >= 700


def test_conditions_span_at_least_25_specialties(vocabulary: Vocabulary) -> None:
    nearest = {
        name
        for concept in vocabulary.concepts.values()
        if concept.kind.value == "condition"
        for name in vocabulary.ladder(concept.concept_id)[0].specialties
    }
    assert len(nearest) >= 25


def test_no_term_is_listed_twice_for_one_concept() -> None:
    seen = Counter((row["concept_id"], fold(row["term"])) for row in rows("terms"))
    assert [key for key, count in seen.items() if count > 1] == []


def test_every_concept_can_be_reached_by_its_label(vocabulary: Vocabulary) -> None:
    labels = {(row["concept_id"], fold(row["term"])) for row in rows("terms")}
    missing = [
        c.concept_id for c in vocabulary.concepts.values() if (c.concept_id, fold(c.label)) not in labels
    ]
    assert missing == []


def test_every_condition_has_codes_of_the_diagnosis_code_set(vocabulary: Vocabulary) -> None:
    code = re.compile(r"[A-Z]\d[\dA-Z](\.[\dA-Z]{1,4})?(-[A-Z]\d[\dA-Z](\.[\dA-Z]{1,4})?)?")
    for concept in vocabulary.concepts.values():
        assert all(code.fullmatch(one) for one in concept.icd10), concept.concept_id
        if concept.kind.value == "condition":
            assert concept.icd10, concept.concept_id


def ladders(vocabulary: Vocabulary) -> Iterator[tuple[str, tuple[str, ...]]]:
    for concept_id in vocabulary.concepts:
        steps = vocabulary.ladder(concept_id)
        assert [step.step for step in steps] == list(range(1, len(steps) + 1))
        yield concept_id, tuple(name for step in steps for name in step.specialties)


def test_a_ladder_starts_with_evidence_of_the_concept_and_ends_without(vocabulary: Vocabulary) -> None:
    for concept_id in vocabulary.concepts:
        steps = vocabulary.ladder(concept_id)
        assert (steps[0].needs_evidence, steps[0].evidence_of) == (True, concept_id)
        assert not steps[-1].needs_evidence
        assert all((step.evidence_of is not None) is step.needs_evidence for step in steps)


def test_later_evidence_is_of_a_broader_or_neighbouring_field_not_of_the_concept(
    vocabulary: Vocabulary,
) -> None:
    for concept_id in vocabulary.concepts:
        for step in vocabulary.ladder(concept_id)[1:]:
            below = vocabulary.descendants(concept_id)
            assert step.evidence_of is None or step.evidence_of not in below


def test_solid_cancers_are_reached_by_surgeons_physicians_and_radiation(
    vocabulary: Vocabulary, specialties: Specialties
) -> None:
    for cancer in ("pancreatic_cancer", "breast_cancer", "lung_cancer", "ovarian_cancer", "prostate_cancer",
                   "glioma", "rectal_cancer", "throat_cancer", "melanoma", "sarcoma"):  # fmt: skip
        roles = {
            specialties.by_id[name].role for step in vocabulary.ladder(cancer) for name in step.specialties
        }
        assert {Role.SURGERY, Role.MEDICAL, Role.RADIATION} <= roles, cancer


def test_steps_name_only_specialties_that_may_be_results(
    vocabulary: Vocabulary, specialties: Specialties
) -> None:
    for concept_id, names in ladders(vocabulary):
        assert all(specialties.by_id[name].kept is Kept.CANDIDATE for name in names), concept_id


def test_liver_tumor_ablation_is_done_by_interventional_radiologists(vocabulary: Vocabulary) -> None:
    steps = vocabulary.ladder("liver_ablation")
    assert steps[0].specialties[0] == "interventional_radiology"
    assert steps[1].specialties == ("interventional_radiology",)
    assert not any("diagnostic_radiology" in step.specialties for step in steps)


def test_gynecologic_oncologists_come_before_general_surgeons_for_ovarian_cancer(
    vocabulary: Vocabulary,
) -> None:
    steps = vocabulary.ladder("ovarian_cancer")
    assert steps[1].specialties == ("gynecologic_oncology",)
    assert not any("general_surgery" in step.specialties for step in steps)


def test_bile_duct_cancer_has_the_line_of_its_organs(vocabulary: Vocabulary) -> None:
    assert vocabulary.ancestors("bile_duct_cancer") == (
        "hepatobiliary_cancers",
        "digestive_cancers",
        "cancer",
    )
    assert [step.evidence_of for step in vocabulary.ladder("bile_duct_cancer")] == [
        "bile_duct_cancer",
        "hepatobiliary_cancers",
        "digestive_cancers",
        None,
        None,
        None,
    ]


def test_plain_names_of_procedures_are_short_and_our_own(shared_data: Path) -> None:
    used = shared_data / "medicare_utilization/Medicare_Provider_Utilization_CY2012.txt"
    with used.open(encoding="latin-1") as file:
        published = {
            row["hcpcs_code"]: fold(row["hcpcs_description"]) for row in csv.DictReader(file, delimiter="\t")
        }
    for row in rows("procedures"):
        assert fold(row["plain_name"]) != published.get(row["hcpcs"]), row["hcpcs"]
        assert len(row["plain_name"]) <= 70


def test_labels_of_specialties_are_the_same_on_every_row() -> None:
    labels: dict[str, set[str]] = {}
    for row in rows("specialties"):
        labels.setdefault(row["specialty_id"], set()).add(row["label"])
    assert [name for name, found in labels.items() if len(found) > 1] == []


def test_urgent_advice_names_an_emergency_number() -> None:
    assert all("911" in row["advice"] or "988" in row["advice"] for row in rows("urgent"))


def test_icd_codes_agree_with_the_disease_ontology_where_both_name_the_condition(
    vocabulary: Vocabulary, shared_data: Path
) -> None:
    with (shared_data / "conditions/ICD10inDO.tsv").open(encoding="utf-8") as file:
        published = {
            fold(row["label"]): re.findall(r"ICD10CM:([A-Z]\d[\dA-Z](?:\.[\dA-Z]+)?)(?![\w-])", row["xrefs"])
            for row in csv.DictReader(file, delimiter="\t")
        }
    compared = agreed = 0
    for row in rows("terms"):
        codes = published.get(fold(row["term"]), [])
        concept = vocabulary.concepts[row["concept_id"]]
        if not codes or concept.kind.value != "condition":
            continue
        compared += 1
        family = {concept.concept_id, *vocabulary.descendants(concept.concept_id)}
        family |= set(vocabulary.ancestors(concept.concept_id))
        agreed += any(family & set(vocabulary.concepts_of_code(code)) for code in codes)
    assert compared > 150
    assert agreed / compared > 0.9


GENERALISTS = {"internal_medicine", "family_medicine", "pediatrics"}
GENERAL_FIRST = {"chronic_fatigue_syndrome", "undiagnosed_illness", "fatigue", "failure_to_thrive",
                 "child_health", "cancer_cachexia"}  # fmt: skip
READING = {Role.PATHOLOGY, Role.IMAGING}


def test_no_generalist_stands_before_or_beside_a_specialist(
    vocabulary: Vocabulary, specialties: Specialties
) -> None:
    wrong = []
    for concept_id in vocabulary.ladders.keys() - GENERAL_FIRST:
        steps = [step for step in vocabulary.ladder(concept_id) if not step.needs_evidence]
        for place, step in enumerate(steps):
            later = {name for each in steps[place:] for name in each.specialties} - GENERALISTS
            later -= {name for each in steps[:place] for name in each.specialties}
            others = {name for name in later if specialties.by_id[name].role not in READING}
            if GENERALISTS & set(step.specialties) and others:
                wrong.append((concept_id, step.step, sorted(others)))
    assert wrong == []


def test_a_ladder_has_at_most_seven_steps(vocabulary: Vocabulary) -> None:
    assert [one for one, steps in vocabulary.ladders.items() if len(steps) > 7] == []


@pytest.mark.parametrize(
    ("concept_id", "before", "after"),
    [
        ("kidney_cancer", "urology", "medical_oncology"),
        ("uterine_cancer", "gynecologic_oncology", "obstetrics_gynecology"),
        ("uterine_cancer", "obstetrics_gynecology", "medical_oncology"),
        ("skin_cancers", "dermatology", "medical_oncology"),
        ("brain_metastases", "radiation_oncology", "medical_oncology"),
        ("multiple_myeloma", "hematology", "medical_oncology"),
        ("sickle_cell_disease", "hematology", "hematology_oncology"),
        ("esophageal_cancer", "cardiothoracic_surgery", "medical_oncology"),
        ("thyroid_cancer", "endocrinology", "medical_oncology"),
        ("knee_osteoarthritis", "rehabilitation_medicine", "rheumatology"),
        ("aortic_aneurysm", "vascular_surgery", "cardiology"),
        ("bariatric_surgery", "general_surgery", "endocrinology"),
        ("childhood_leukemia", "pediatric_hematology_oncology", "hematology"),
    ],
)
def test_who_attends_to_the_organ_stands_before_who_attends_to_all(
    vocabulary: Vocabulary, concept_id: str, before: str, after: str
) -> None:
    steps = [step for step in vocabulary.ladder(concept_id) if not step.needs_evidence]
    first = {name: step.step for step in reversed(steps) for name in step.specialties}
    assert first[before] < first[after]
