"""Focus is evidence: each kind has its strength, count, source and date, and little of it lists nobody."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.context import load_context
from finder.documents import Evidence, EvidenceKind, Specialist
from finder.evidence_words import sentence
from finder.focus import LISTED, LISTED_COUNTED
from ingest.cancer_centers import CancerCenter
from ingest.investigators import TrialFacts
from ingest.rows import Procedure
from tests.unit.ingest.known import evidence, rules, specialist
from tests.unit.ingest.staged_rows import affiliation, clinician, nppes, procedure, roster

LIVER = "47382"  # liver tumor ablation
OTHER = "12001"  # a wound, which no concept claims
KNEE = "27447"
SURGEON = {"taxonomies": "207X00000X|MD|Y|1"}


WORDS = load_context().words.evidence


def says(piece: Evidence) -> str:
    return sentence(piece.to_source(), WORDS)


def trials(count: int, conditions: tuple[str, ...] = ("Melanoma",), **given: Any) -> dict[str, TrialFacts]:
    facts = {"title": "A trial", "status": "COMPLETED", "as_of": "2024-01-01"} | given
    return {f"NCT{n:08}{conditions[0][:1]}": TrialFacts(conditions=conditions, **facts) for n in range(count)}


def of_liver(*rows: Procedure) -> float:
    found = evidence(specialist(nppes(), *rows), EvidenceKind.PROCEDURE)
    return found["liver_ablation"].value if "liver_ablation" in found else 0.0


def test_the_first_focus_of_a_roster_counts_whole_and_the_next_less() -> None:
    found = evidence(
        specialist(nppes(), roster(clinical_focus="pancreatic cancer;bile duct cancer")), EvidenceKind.ROSTER
    )
    assert found["pancreatic_cancer"].value == 1.0
    assert found["bile_duct_cancer"].value == 0.5
    assert found["bile_duct_cancer"].source == "rosters"
    assert "first of 2" in says(found["pancreatic_cancer"])


def test_a_focus_that_the_newest_roster_dropped_is_no_evidence() -> None:
    old = roster(as_of="2020-01-01", clinical_focus="melanoma")
    found = specialist(nppes(), old, roster(clinical_focus="pancreatic cancer"))
    assert "melanoma" not in found.concepts
    assert "pancreatic_cancer" in found.concepts


def test_a_person_is_listed_under_broader_concepts_too() -> None:
    found = specialist(nppes(), roster(clinical_focus="bile duct cancer"))
    assert set(rules().above["bile_duct_cancer"]) <= set(found.concepts)


def test_the_sentence_gives_share_total_patients_and_year() -> None:
    rows = (
        procedure(hcpcs=LIVER, services="113", as_of="2023"),
        procedure(hcpcs=OTHER, services="32", as_of="2023"),
    )
    found = evidence(specialist(nppes(), *rows), EvidenceKind.PROCEDURE)["liver_ablation"]
    assert says(found) == (
        "78 % of 145 counted procedures were for liver tumor ablation (Medicare patients, 2023)"
    )
    assert (found.count, found.of, found.source, found.as_of) == (113, 145, "procedures", "2023")


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_more_focus_never_lowers_and_other_work_never_raises(
    part: int, other: int, more: int, else_: int
) -> None:
    before = of_liver(procedure(hcpcs=LIVER, services=str(part)), procedure(hcpcs=OTHER, services=str(other)))
    assert (
        of_liver(
            procedure(hcpcs=LIVER, services=str(part + more)), procedure(hcpcs=OTHER, services=str(other))
        )
        >= before
    )
    assert (
        of_liver(
            procedure(hcpcs=LIVER, services=str(part)), procedure(hcpcs=OTHER, services=str(other + else_))
        )
        <= before
    )


def test_eleven_procedures_list_nobody_and_the_only_trial_only_among_other_work() -> None:
    eleven = specialist(nppes(), procedure(hcpcs=LIVER, services="11"))
    assert max(e.value for e in eleven.evidence) < LISTED_COUNTED < LISTED
    assert specialist(nppes(), procedure(hcpcs=LIVER, services="13")).concepts
    assert eleven.concepts == ()
    one = specialist(nppes(), trials=trials(1, status="RECRUITING"))
    assert "melanoma" in one.concepts
    for found in (eleven, one):
        assert not evidence(found, EvidenceKind.MAINLY)
        assert found.main_concepts == ()


@pytest.mark.parametrize("shares", [{"Melanoma": 1, "Gout": 1}, {"Melanoma": 1, "Gout": 2}])
def test_one_of_several_trials_lists_nobody(shares: dict[str, int]) -> None:
    several = {key: one for words, count in shares.items() for key, one in trials(count, (words,)).items()}
    assert "melanoma" not in specialist(nppes(), trials=several).concepts


def test_visits_laboratory_tests_and_unlisted_drugs_are_no_procedures() -> None:
    rest = [procedure(hcpcs=code, services="900", beneficiaries="90") for code in ("99213", "80053", "J1100")]
    assert of_liver(procedure(hcpcs=LIVER), *rest) == of_liver(procedure(hcpcs=LIVER))


def test_a_drug_counts_once_a_patient_since_services_are_units_of_dose() -> None:
    drug = procedure(hcpcs="J9395", services="4000", beneficiaries="40")
    found = evidence(specialist(nppes(), drug), EvidenceKind.PROCEDURE)
    assert {each.of for each in found.values()} == {40}
    unknown = specialist(nppes(), procedure(hcpcs="J9395", services="4000", beneficiaries=None))
    assert not evidence(unknown, EvidenceKind.PROCEDURE)


def test_services_of_an_older_year_are_not_added_to_those_of_the_newest() -> None:
    now = specialist(nppes(), procedure())
    assert specialist(nppes(), procedure(), procedure(as_of="2020", services="900")).evidence == now.evidence
    assert of_liver(procedure(), procedure(services="60")) > of_liver(procedure())


def test_several_narrow_concepts_add_up_for_the_broader_one() -> None:
    rows = procedure(hcpcs=KNEE, services="60"), procedure(hcpcs="27130", services="60")
    found = evidence(specialist(nppes(), *rows), EvidenceKind.PROCEDURE)
    assert found["joint_bone_diseases"].count == 120
    assert found["joint_bone_diseases"].value > found["knee_replacement"].value
    alone = evidence(specialist(nppes(), rows[0]), EvidenceKind.PROCEDURE)
    assert "osteoarthritis" not in alone  # knee osteoarthritis says the same already


def test_a_volume_is_a_count_beside_its_standard_and_never_called_low() -> None:
    found = specialist(nppes(**SURGEON), procedure(hcpcs=KNEE, services="12", as_of="2012"))
    volume = evidence(found, EvidenceKind.VOLUME)["knee_replacement"]
    assert volume.count == 12
    assert volume.value == pytest.approx(12 / 25)
    for words in ("12 in 2012", "Medicare fee-for-service", "under 11", "25 a year", "50 of a hospital"):
        assert words in says(volume)
    assert not {"low", "below", "few", "less"} & set(says(volume).split())


def test_an_assistant_who_bills_for_the_same_operations_has_no_volume() -> None:
    bill = procedure(hcpcs=KNEE, services="60", specialty="Physician Assistant")
    found = specialist(nppes(taxonomies="363A00000X|MD|Y|1"), bill)
    assert not evidence(found, EvidenceKind.VOLUME)


def test_trials_say_how_many_of_how_many_and_more_of_them_more() -> None:
    mixed = trials(6) | trials(1, ("Asthma",))
    found = specialist(nppes(), trials=mixed)
    melanoma = evidence(found, EvidenceKind.TRIAL)["melanoma"]
    assert says(melanoma) == "Investigator of 6 of 7 linked trials on this"
    assert (melanoma.count, melanoma.of, melanoma.source) == (6, 7, "trials")
    values = [
        evidence(specialist(nppes(), trials=trials(n)), EvidenceKind.TRIAL)["melanoma"].value
        for n in (1, 2, 6)
    ]
    assert values == sorted(values)
    assert melanoma.value < values[-1]
    assert {f"trial:{t.nct_number}" for t in found.trials} <= set(found.tie_keys)


def test_a_sub_investigator_counts_half() -> None:
    whole = evidence(specialist(nppes(), trials=trials(4)), EvidenceKind.TRIAL)["melanoma"]
    half = evidence(specialist(nppes(), trials=trials(4), role="SUB_INVESTIGATOR"), EvidenceKind.TRIAL)
    two = evidence(specialist(nppes(), trials=trials(2)), EvidenceKind.TRIAL)["melanoma"]
    assert half["melanoma"].value == pytest.approx(two.value)
    assert half["melanoma"].value < whole.value


def test_a_trial_of_many_conditions_is_less_about_each() -> None:
    basket = trials(4, ("Melanoma", "Asthma", "Gout", "Glaucoma", "Epilepsy", "Psoriasis"))
    found = evidence(specialist(nppes(), trials=basket), EvidenceKind.TRIAL)["melanoma"]
    assert found.value < evidence(specialist(nppes(), trials=trials(4)), EvidenceKind.TRIAL)["melanoma"].value
    assert found.count == 4


def test_only_a_trial_that_takes_patients_is_recruiting() -> None:
    open_one = trials(1, status="RECRUITING", as_of="2026-05-01")
    found = evidence(specialist(nppes(), trials=open_one | trials(1, ("Asthma",))), EvidenceKind.RECRUITING)
    assert set(found) == {"melanoma"}
    assert (found["melanoma"].value, found["melanoma"].as_of) == (1.0, "2026-05-01")


def test_a_focused_specialty_says_it_and_a_general_one_does_not() -> None:
    focused = specialist(nppes(taxonomies="2084E0001X|MD|Y|1"))
    assert evidence(focused, EvidenceKind.TAXONOMY)["epilepsy"].source == "nppes"
    assert "epilepsy" in focused.concepts
    assert specialist(nppes(taxonomies="2084N0400X|MD|Y|1")).evidence == ()


def test_a_cancer_center_is_weak_evidence_and_lists_nobody_under_cancer() -> None:
    centers = {"990001": CancerCenter("Example Cancer Center", "Comprehensive", "2024")}
    found = specialist(clinician(), affiliation(), centers=centers)
    center = evidence(found, EvidenceKind.CENTER)["cancer"]
    assert (center.value, center.source, center.as_of) == (0.5, "nci_centers", "2024")
    assert found.concepts == ()
    assert not evidence(
        specialist(clinician(), affiliation(ccn="990002"), centers=centers), EvidenceKind.CENTER
    )


def mainly_of(found: Specialist) -> dict[str, str]:
    return {concept: says(each) for concept, each in evidence(found, EvidenceKind.MAINLY).items()}


def test_mainly_is_said_of_the_narrowest_concept_with_its_counts() -> None:
    counted = procedure(hcpcs=LIVER, services="113"), procedure(hcpcs=OTHER, services="32")
    assert mainly_of(specialist(nppes(), *counted)) == {
        "liver_ablation": "Mainly performs liver tumor ablation: 78 % of 145 counted procedures"
    }
    assert mainly_of(specialist(nppes(), trials=trials(6) | trials(1, ("Asthma",)))) == {
        "melanoma": "Mainly treats melanoma: 6 of 7 trials"
    }
    assert mainly_of(specialist(nppes(), roster(clinical_focus="gout;asthma"))) == {
        "gout": "Mainly treats gout: named first by the own institution"
    }


def test_the_kinds_confirm_each_other_in_what_is_mainly_treated() -> None:
    rows = [nppes(), procedure(hcpcs=LIVER, services="60")]
    counted = evidence(specialist(*rows), EvidenceKind.MAINLY)["liver_ablation"]
    named = specialist(*rows, roster(clinical_focus="liver tumor ablation;gout"))
    both = evidence(named, EvidenceKind.MAINLY)["liver_ablation"]
    assert both.value == pytest.approx(1 - (1 - counted.value) * (1 - 0.3))
    assert both.as_of == "2024-06-01"
    assert says(both).endswith("100 % of 60 counted procedures, named first by the own institution")


def test_main_concepts_are_those_mainly_treated_and_everything_broader() -> None:
    found = specialist(nppes(), roster(clinical_focus="bile duct cancer;gout"))
    assert set(found.main_concepts) == {"bile_duct_cancer", *rules().above["bile_duct_cancer"]}
    assert "gout" in found.concepts


def test_who_mainly_does_an_operation_is_proved_to_work_on_what_it_is_for() -> None:
    found = specialist(nppes(), procedure(hcpcs=KNEE, services="400"))
    assert {"knee_replacement", "knee_osteoarthritis"} <= set(found.proven_concepts)
    assert "hip_osteoarthritis" not in found.proven_concepts


def test_giving_radiation_proves_no_work_on_something_else() -> None:
    found = specialist(nppes(), procedure(hcpcs="77280", services="900"))
    assert "radiation_therapy" in found.main_concepts
    assert found.proven_concepts == ()


def test_genetic_counseling_alone_is_no_main_focus_on_cancer() -> None:
    found = specialist(nppes(), procedure(hcpcs="96041", services="900"))
    assert evidence(found, EvidenceKind.PROCEDURE)["hereditary_cancer"].value > 0
    assert found.main_concepts == ()


def test_the_order_of_rows_changes_nothing() -> None:
    rows = [procedure(hcpcs=code, services="40") for code in (LIVER, OTHER, KNEE)]
    one, other = specialist(nppes(), *rows), specialist(nppes(), *reversed(rows))
    assert one.evidence == other.evidence
