"""Words about a condition are understood, corrected, asked back, and never guessed."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finder.errors import SourceError
from finder.tables import DATA
from finder.text import fold
from finder.vocabulary import Certainty, Understood, load_vocabulary, resolve

VOCABULARY = load_vocabulary()


def understood(words: str) -> Understood:
    return resolve(words, VOCABULARY)


def choices(words: str) -> set[str]:
    answer = understood(words)
    assert answer.concept_id is None
    return {choice.concept_id for choice in answer.choices}


@pytest.mark.parametrize(
    ("words", "concept_id"),
    [
        # as doctors and as patients say it
        ("bile duct cancer", "bile_duct_cancer"),
        ("cholangiocarcinoma", "bile_duct_cancer"),
        ("Klatskin tumour", "hilar_cholangiocarcinoma"),
        ("liver tumor ablation", "liver_ablation"),
        ("ablation of a liver tumor", "liver_ablation"),
        ("Whipple", "whipple"),
        # not only the part of the words that has a term of its own
        ("migraine while pregnant", "pregnancy_illness"),
        ("malignant ear melanoma", "melanoma"),
        ("cirugía de corazón", "heart_diseases"),
        ("cirugía de válvula del corazón", "heart_valve_surgery"),
        ("TAVR", "tavr"),
        ("knee replacement", "knee_replacement"),
        ("total knee arthroplasty", "knee_replacement"),
        ("spinal fusion", "spinal_fusion"),
        ("cochlear implants", "cochlear_implant"),
        ("stem cell transplant", "bone_marrow_transplant"),
        ("kidney transplant", "kidney_transplant"),
        ("IVF", "ivf"),
        ("prostate removal", "prostatectomy"),
        ("slipped disc", "herniated_disc"),
        ("leaky heart valve", "heart_valve_disease"),
        ("a fib", "atrial_fibrillation"),
        ("water on the brain", "hydrocephalus"),
        ("ringing in the ears", "tinnitus"),
        ("spot on my lung", "lung_nodule"),
        ("lump in my breast", "breast_lump"),
        ("hole in the heart", "congenital_heart_disease"),
        ("headache", "headache"),
        ("rash", "skin_diseases"),
        ("heart doctor", "heart_diseases"),
        ("BRCA", "brca_mutation"),
        # case, accents, plural, order, spelling tradition, apostrophes
        ("CROHN'S DISEASE", "crohn_disease"),
        ("crohns", "crohn_disease"),
        ("Sjogren's syndrome", "sjogren_syndrome"),
        ("cancer of the pancreas", "pancreatic_cancer"),
        ("Cancer, Breast", "breast_cancer"),
        ("Leukemia, Myeloid, Acute", "acute_myeloid_leukemia"),
        ("acute lymphoblastic leukaemia", "acute_lymphoblastic_leukemia"),
        ("renal cell carcinoma", "kidney_cancer"),
        ("gallstones", "gallstones"),
        ("liver metastasis", "liver_metastases"),
        ("ALL", "acute_lymphoblastic_leukemia"),
        # Spanish
        ("cáncer de mama", "breast_cancer"),
        ("cancer de higado", "liver_cancer"),
        ("dolor de cabeza", "headache"),
        ("piedras en el riñón", "kidney_stones"),
        ("no puedo dormir", "insomnia"),
        # joined and split words
        ("bileduct cancer", "bile_duct_cancer"),
        ("gall bladder cancer", "gallbladder_cancer"),
        ("fibro myalgia", "fibromyalgia"),
        # sentences
        ("my mother has a tumour in the bile duct and needs a Whipple", "bile_duct_cancer"),
        ("Looking for the best doctor for my dad, he was diagnosed with prostate cancer", "prostate_cancer"),
        ("my son has seizures", "epilepsy"),
        ("egfr positive lung cancer stage 4", "egfr_mutation"),
        ("breast cancer that has spread to the brain", "brain_metastases"),
        ("second opinion for severe aortic stenosis in my 80 year old father", "aortic_stenosis"),
        ("mi hija tiene lupus", "lupus"),
        ("no cancer but fibroids", "uterine_fibroids"),
        ("it is not diabetes, it is Cushing's disease", "cushing_syndrome"),
        ("cancer was ruled out, they say endometriosis", "endometriosis"),
    ],
)
def test_words_are_understood(words: str, concept_id: str) -> None:
    answer = understood(words)
    assert answer.concept_id == concept_id
    assert answer.choices == ()


@pytest.mark.parametrize(
    ("words", "concept_id"),
    [
        ("pancreatic cancr", "pancreatic_cancer"),  # a letter missing
        ("pancraetic cancer", "pancreatic_cancer"),  # two letters swapped
        ("paancreatic cancer", "pancreatic_cancer"),  # a letter doubled
        ("cholangiocarcinma", "bile_duct_cancer"),
        ("retinal detachement", "retinal_detachment"),
        ("rhumatoid artritis", "rheumatoid_arthritis"),
        ("psorasis", "psoriasis"),
        ("endometreosis", "endometriosis"),
        ("multiple scelrosis", "multiple_sclerosis"),
        ("brest cancer", "breast_cancer"),
    ],
)
def test_a_misspelling_is_corrected_and_said(words: str, concept_id: str) -> None:
    answer = understood(words)
    assert answer.concept_id == concept_id
    assert answer.corrected_from == words


@pytest.mark.parametrize(
    ("words", "concept_id"),
    [
        ("shogrens", "sjogren_syndrome"),
        ("chrons", "crohn_disease"),
        ("rotary cuff", "rotator_cuff_tear"),
        ("fireballs in the uterus", "uterine_fibroids"),
    ],
)
def test_a_mishearing_that_no_correction_reaches_is_a_term(words: str, concept_id: str) -> None:
    assert understood(words).concept_id == concept_id


@pytest.mark.parametrize(
    ("words", "concept_id"),
    [
        ("C22.1", "bile_duct_cancer"),
        ("c50", "breast_cancer"),
        ("K50.90", "crohn_disease"),
        ("the letter says C25.0", "pancreatic_cancer"),
        ("G20", "parkinson_disease"),
        ("U09.9", "long_covid"),
    ],
)
def test_a_diagnosis_code_is_understood(words: str, concept_id: str) -> None:
    assert understood(words).concept_id == concept_id


def test_a_vitamin_or_a_seat_is_no_diagnosis_code() -> None:
    assert understood("B12").concept_id is None
    assert understood("seat K50 please").concept_id is None


@pytest.mark.parametrize(
    ("words", "some"),
    [
        ("arthritis", {"rheumatoid_arthritis", "osteoarthritis"}),
        ("aneurysm", {"brain_aneurysm", "abdominal_aortic_aneurysm"}),
        ("ablation", {"liver_ablation", "heart_ablation"}),
        ("prostate", {"prostate_cancer", "enlarged_prostate"}),
        ("C64", {"kidney_cancer", "wilms_tumor"}),
    ],
)
def test_words_with_several_meanings_are_asked_back(words: str, some: set[str]) -> None:
    assert some <= choices(words)


def also(words: str) -> tuple[str | None, set[str]]:
    answer = understood(words)
    return answer.concept_id, {one.concept_id for one in answer.also}


@pytest.mark.parametrize(
    ("words", "one", "other"),
    [
        ("depression and anxiety", "anxiety", "depression"),
        ("ichthyosis and alopecia", "alopecia", "ichthyosis"),
        ("pyelonephritis in pregnancy", "high_risk_pregnancy", "recurrent_uti"),
        ("lupus pericarditis", "lupus", "pericarditis"),
    ],
)
def test_nothing_is_asked_back_where_the_answer_would_not_change_who_is_right(
    words: str, one: str, other: str
) -> None:
    assert also(words) == (one, {other})
    assert understood(words).certainty is Certainty.LESS_SURE


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("lupus and pericarditis", {"lupus", "pericarditis"}),
        ("diabetes and migraine", {"diabetes", "migraine"}),
        ("diabetes y migraña", {"diabetes", "migraine"}),
        ("kidney cancer and high blood pressure", {"kidney_cancer", "hypertension"}),
        ("connective tissue disorder", {"autoimmune_diseases", "heritable_connective_tissue"}),
    ],
)
def test_two_diseases_are_asked_back_where_other_doctors_treat_them(words: str, offered: set[str]) -> None:
    assert choices(words) == offered


@pytest.mark.parametrize(
    ("words", "concept_id"),
    [
        ("brain tumor and headaches", "brain_tumors"),
        ("Crohn's and fatigue", "crohn_disease"),
        ("stiff and painful knee", "knee_osteoarthritis"),
    ],
)
def test_a_sign_of_a_disease_and_one_loose_word_are_no_second_disease(words: str, concept_id: str) -> None:
    assert understood(words).concept_id == concept_id


@pytest.mark.parametrize(
    ("words", "cancer", "marker"),
    [
        ("KRAS colon", "colon_cancer", "kras_mutation"),
        ("KRAS colon cancer", "colon_cancer", "kras_mutation"),
        ("BRCA ovary", "ovarian_cancer", "brca_mutation"),
    ],
)
def test_a_marker_beside_an_organ_is_the_cancer_of_that_organ(words: str, cancer: str, marker: str) -> None:
    assert also(words) == (cancer, {marker})
    assert understood(words).ignored == ()


def test_an_organ_that_its_marker_names_already_is_understood_too() -> None:
    assert (understood("EGFR lung").concept_id, understood("EGFR lung").ignored) == ("egfr_mutation", ())


def test_ca_beside_an_organ_is_its_cancer_and_nothing_elsewhere() -> None:
    assert understood("ca vulva").concept_id == "vulvar_cancer"
    assert understood("migraine CA").concept_id == "migraine"
    assert understood("elevated CA 125").concept_id == "ca125"


@pytest.mark.parametrize(
    ("words", "concept_id"),
    [
        ("no cancer but a polyp", "colon_polyps"),
        ("lump behind my ear", "ent_diseases"),
        ("childhood autism", "autism"),
        ("radial clubhand", "congenital_hand"),
    ],
)
def test_words_near_a_term_are_read_as_it(words: str, concept_id: str) -> None:
    assert understood(words).concept_id == concept_id


def test_a_lost_job_is_no_lost_hair() -> None:
    assert understood("I lost my job and feel sad").concept_id in {"depression", "adjustment_grief"}


def test_one_misspelt_word_beside_others_is_asked_back() -> None:
    assert understood("purple eatting").concept_id is None


def test_everyday_words_are_talk_in_a_sentence_but_count_in_a_short_phrase() -> None:
    sentence = understood("tell me honestly whether pancreatic cancer always kills everybody so quickly")
    assert sentence.concept_id == "pancreatic_cancer"
    assert sentence.read_as is None


def test_another_word_settles_a_word_with_several_meanings() -> None:
    assert understood("aneurysm, an abdominal aortic aneurysm").concept_id == "abdominal_aortic_aneurysm"
    assert understood("amyloidosis, the blood cancer").concept_id == "al_amyloidosis"


def test_a_light_word_of_a_term_may_be_missing_but_never_leaves_a_lone_word() -> None:
    assert understood("renal replacement").concept_id == "dialysis"
    assert understood("kidney").concept_id == "kidney_diseases"  # not the "new kidney" of a transplant


@pytest.mark.parametrize(
    "words", ["", "   ", "xyzzy", "the best doctor for my mother", "I do not have cancer"]
)
def test_what_says_nothing_is_not_understood(words: str) -> None:
    answer = understood(words)
    assert (answer.concept_id, answer.label, answer.ladder, answer.choices) == (None, None, (), ())


def test_words_that_were_not_used_are_listed_without_family_and_function_words() -> None:
    answer = understood("my mother has diabetes and pancreatic cancer, the purple kind")
    assert answer.concept_id == "pancreatic_cancer"
    assert answer.ignored == ("diabetes", "purple", "kind")


def test_a_word_of_the_broader_concept_is_not_called_ignored() -> None:
    assert understood("lung cancer with egfr").ignored == ()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("crushing chest pain", "911"),
        ("I can't breathe", "911"),
        ("I want to die", "988"),
        ("my dad is having a stroke", "911"),
        ("no puedo respirar", "911"),
        ("throwing up blood, stomach cancer", "911"),
        ("lung cancer, coughing blood", "911"),
    ],
)
def test_urgent_words_show_where_to_call(words: str, said: str) -> None:
    assert said in (understood(words).urgent or "")


def test_urgent_words_block_nothing() -> None:
    assert understood("throwing up blood, stomach cancer").concept_id == "stomach_cancer"


@pytest.mark.parametrize("words", ["stroke recovery", "no chest pain", "bile duct cancer", "seizures"])
def test_words_without_urgency_show_nothing(words: str) -> None:
    assert understood(words).urgent is None


@pytest.mark.parametrize(
    ("words", "certainty"),
    [
        ("bile duct cancer", Certainty.SURE),
        ("pancreatic cancr", Certainty.SURE),
        ("rhumatoid arthrittis", Certainty.LESS_SURE),
        ("liver", Certainty.LESS_SURE),
        ("cancer that started long ago somewhere in the ovary", Certainty.LESS_SURE),
    ],
)
def test_certainty_falls_with_what_was_changed_or_assumed(words: str, certainty: Certainty) -> None:
    answer = understood(words)
    assert answer.concept_id is not None
    assert answer.certainty is certainty


def test_the_answer_has_the_keys_of_the_contract() -> None:
    answer = json.loads(json.dumps(understood("bile duct cancer").to_json()))
    assert sorted(answer) == [
        "also",
        "certainty",
        "choices",
        "codes",
        "concept_id",
        "corrected_from",
        "ignored",
        "label",
        "ladder",
        "patient_age",
        "read_as",
        "urgent",
    ]
    assert answer["read_as"] is None
    assert answer["codes"] == ["C22.1", "C24.0"]
    assert answer["certainty"] == "sure"
    assert answer["ladder"][0]["label"] == "Mainly treats bile duct cancer"
    assert {"step", "label", "specialties"} <= set(answer["ladder"][0])


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_no_text_raises(text: str) -> None:
    resolve(text, VOCABULARY)
    VOCABULARY.terms_in(text)


@given(st.lists(st.sampled_from(sorted(VOCABULARY.index.known)), max_size=12).map(" ".join))
@settings(max_examples=300, deadline=None)
def test_no_mix_of_medical_words_raises(text: str) -> None:
    answer = resolve(text, VOCABULARY)
    assert answer.concept_id is None or answer.choices == ()
    VOCABULARY.terms_in(text)


def test_every_unshared_term_is_understood_as_its_concept_or_one_below() -> None:
    wrong = []
    with (DATA / "terms.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            words = row["term"].upper() if row["kind"] == "abbreviation" else row["term"]
            words += " 9" if row["kind"] == "test" else ""  # a test means something with a figure
            family = {row["concept_id"], *VOCABULARY.descendants(row["concept_id"])}
            if row["kind"] != "shared" and understood(words).concept_id not in family:
                wrong.append((row["term"], row["concept_id"], understood(words).concept_id))
    assert wrong == []


def test_a_term_alone_means_what_it_means_in_a_sentence() -> None:
    # alone it is looked up, beside a word that says nothing it is weighed
    with (DATA / "terms.csv").open(encoding="utf-8", newline="") as file:
        terms = [row["term"] for row in csv.DictReader(file) if fold(row["term"]) not in VOCABULARY.labelled]
    differing = [term for term in terms if understood(term) != understood(f"{term} please")]
    assert len(terms) > 15_000
    assert differing == []


# --- free text ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("Carcinoma, Non-Small-Cell Lung", ["nsclc"]),
        ("NSCLC Stage IV", ["nsclc"]),
        ("Diabetes Mellitus, Type 2", ["type_2_diabetes"]),
        ("Amyotrophic Lateral Sclerosis (ALS)", ["als"]),
        ("Pancreatectomy; Hyperglycemia", ["whipple", "diabetes"]),
        ("Stage IV Head and Neck Squamous Cell Cancer", ["head_neck_cancers"]),
        ("Liver and pancreas surgery; bile duct cancer; Whipple", ["whipple", "bile_duct_cancer"]),
        ("MS and epilepsy", ["multiple_sclerosis", "epilepsy"]),
        ("all ms patients", []),  # abbreviations in small letters are other words more often
        ("ALL, relapsed", ["acute_lymphoblastic_leukemia"]),
        ("Arthritis", []),  # means several concepts
        ("no evidence of disease", []),
        ("Patients without diabetes", []),
        ("comprehensive care", []),
        ("", []),
    ],
)
def test_concepts_are_found_in_free_text(text: str, concepts: list[str]) -> None:
    assert VOCABULARY.terms_in(text) == concepts


def test_most_conditions_of_real_studies_are_recognised(shared_data: Path) -> None:
    named = []
    for path in sorted((shared_data / "clinicaltrials").glob("ctg-studies_*.json")):
        for study in json.loads(path.read_text(encoding="utf-8")):
            named += study["protocolSection"].get("conditionsModule", {}).get("conditions", [])
    recognised = [name for name in named if VOCABULARY.terms_in(name)]
    assert len(named) > 800
    assert len(recognised) / len(named) > 0.85


# --- structure and files ----------------------------------------------------------------------------------


def test_descendants_are_everything_below_without_itself() -> None:
    below = VOCABULARY.descendants("hepatobiliary_cancers")
    assert {"bile_duct_cancer", "hilar_cholangiocarcinoma", "whipple"} <= set(below)
    assert "hepatobiliary_cancers" not in below
    assert len(below) == len(set(below))
    assert VOCABULARY.descendants("whipple") == ()


def test_an_unknown_concept_has_no_relatives() -> None:
    with pytest.raises(KeyError):
        VOCABULARY.descendants("nonsense")
    with pytest.raises(KeyError):
        VOCABULARY.ancestors("nonsense")


def test_a_concept_without_own_steps_inherits_the_ladder_with_its_own_name() -> None:
    steps = VOCABULARY.ladder("hilar_cholangiocarcinoma")
    assert "hilar_cholangiocarcinoma" not in VOCABULARY.ladders
    assert steps[0].label == "Mainly treats Klatskin tumor"
    assert steps[0].evidence_of == "hilar_cholangiocarcinoma"
    assert steps[1].evidence_of == "hepatobiliary_cancers"


def test_a_procedure_code_points_to_concepts_with_weights() -> None:
    assert VOCABULARY.procedure_concepts("47382") == (("liver_ablation", 1.0),)
    assert dict(VOCABULARY.procedure_concepts(" 48150 ")) == {"whipple": 1.0, "pancreatic_cancer": 0.4}
    assert VOCABULARY.procedure_concepts("99213") == ()  # an office visit says nothing


@pytest.fixture
def altered(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """A copy of the data folder in which one text of one file was replaced."""

    def alter(name: str, old: str, new: str) -> Path:
        folder = tmp_path / "data"
        shutil.copytree(DATA, folder)
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return alter


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("concepts.csv", ",condition,hepatobiliary_cancers,", ",condition,nowhere,", "not a concept"),
        ("concepts.csv", "subspecialty,digestive_cancers,", "subspecialty,bile_duct_cancer,", "leads back"),
        ("concepts.csv", ",condition,", ",idea,", "none of"),
        ("terms.csv", "bile_duct_cancer,cca,", "nonsense,cca,", "not a concept"),
        ("terms.csv", "bile_duct_cancer,cca,", "bile_duct_cancer,liver cancer,", "means"),
        ("terms.csv", "bile_duct_cancer,cca,abbreviation,", "bile_duct_cancer,!,abbreviation,", "neither"),
        ("ladder.csv", "surgical_oncology", "magic", "not a specialty"),
        ("ladder.csv", "surgical_oncology", "nurse_practitioner", "may not be a result"),
        ("ladder.csv", "cancer,2,", "cancer,3,", "should be 2"),
        ("ladder.csv", ",yes,hepatobiliary_cancers,", ",no,hepatobiliary_cancers,", "no evidence"),
        ("ladder.csv", "hepatobiliary_cancers,1,", "nonsense,1,", "not a concept"),
        ("procedures.csv", "47382,liver_ablation,1.0", "47382,liver_ablation,2", "up to 1"),
        ("procedures.csv", "47382,liver_ablation,1.0", "4738,liver_ablation,1.0", "five"),
        ("procedures.csv", "47382,liver_ablation,", "47382,nonsense,", "not a concept"),
        ("urgent.csv", "heart attack,Possible heart attack,", "heart attack,,", "empty"),
        ("words.csv", "renal,kin,kidney", "renal,kin,", "kin"),
    ],
)
def test_a_wrong_file_is_refused_as_a_whole(
    altered: Callable[[str, str, str], Path], name: str, old: str, new: str, said: str
) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        load_vocabulary(altered(name, old, new))
    assert caught.value.file == name


def test_a_root_concept_without_a_ladder_is_refused(altered: Callable[[str, str, str], Path]) -> None:
    folder = altered(
        "concepts.csv", "mental_health,mental health,subspecialty,,", "spare,spare,subspecialty,,"
    )
    text = (folder / "concepts.csv").read_text(encoding="utf-8")
    (folder / "concepts.csv").write_text(
        text + "mental_health,mental health,subspecialty,,F01-F99,mental,any,own wording\n", encoding="utf-8"
    )
    with pytest.raises(SourceError, match="spare"):
        load_vocabulary(folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"concepts\.csv: the file is missing"):
        load_vocabulary(tmp_path)


# --- what somebody says of themselves, figures of tests, treatments that failed ----------------------------


@pytest.mark.parametrize(
    ("words", "concept_id"),
    [
        ("my mother had breast cancer and I have pancreatitis", "pancreatitis"),
        ("I have gout, my sister has lupus", "gout"),
        ("mi madre tuvo cáncer de mama y yo tengo pancreatitis", "pancreatitis"),
        ("my mother has lung cancer", "lung_cancer"),
        ("my son has autism and I need help", "autism"),
    ],
)
def test_the_own_condition_counts_more_than_one_of_a_relative(words: str, concept_id: str) -> None:
    assert understood(words).concept_id == concept_id


def test_the_condition_of_a_relative_is_said_to_be_ignored() -> None:
    assert {"breast", "cancer"} <= set(understood("my mother had breast cancer and I have gout").ignored)


@pytest.mark.parametrize(
    ("words", "concept_id"),
    [
        ("eGFR 25", "chronic_kidney_disease"),
        ("my eGFR dropped to 40", "chronic_kidney_disease"),
        ("EGFR mutation", "egfr_mutation"),
        ("EGFR exon 19 deletion", "egfr_mutation"),
        ("A1C of 9.2", "diabetes"),
    ],
)
def test_a_test_with_a_figure_means_what_it_measures(words: str, concept_id: str) -> None:
    assert understood(words).concept_id == concept_id


@pytest.mark.parametrize(
    ("words", "concept_id"),
    [
        ("methotrexate did not help my rheumatoid arthritis", "rheumatoid_arthritis"),
        ("atrial fibrillation came back after ablation", "atrial_fibrillation"),
        ("ablation for atrial fibrillation", "heart_ablation"),
    ],
)
def test_a_treatment_that_failed_leaves_the_condition(words: str, concept_id: str) -> None:
    assert understood(words).concept_id == concept_id


@pytest.mark.parametrize(
    ("words", "concept_id"),
    [
        ("recurrent ovarian cancer", "recurrent_ovarian"),
        ("recurrent kidney stones", "kidney_stones"),
        ("aortic aneurysm", "aortic_aneurysm"),
        ("second set of eyes on a melanoma report", "melanoma"),
        ("I feel down", "depression"),
    ],
)
def test_an_adjective_counts_where_a_term_has_it_and_idioms_never(words: str, concept_id: str) -> None:
    assert understood(words).concept_id == concept_id


@pytest.mark.parametrize("words", ["new car smell", "four new chairs on sale", "falling out with a neighbor"])
def test_everyday_words_make_no_offers(words: str) -> None:
    answer = understood(words)
    assert (answer.concept_id, answer.choices) == (None, ())


@pytest.mark.parametrize(
    ("words", "concept_id"),
    [
        ("Shwachman syndrome", "marrow_failure_inherited"),
        ("Maffucci's syndrome", "skeletal_dysplasia"),
        ("Dr. Smith told me I have lupus", "lupus"),
        ("melanoma of the ear", "melanoma"),
        ("localised morphoea", "morphea"),
        ("growth in his esophagus", "esophageal_cancer"),
        ("cancer que se regó al hígado", "liver_metastases"),
    ],
)
def test_parts_of_names_owners_and_british_spelling_are_understood(words: str, concept_id: str) -> None:
    assert understood(words).concept_id == concept_id


@pytest.mark.parametrize("words", ["weaver", "job", "Dr. Hunter"])
def test_a_common_name_is_no_syndrome_for_sure(words: str) -> None:
    answer = understood(words)
    assert answer.concept_id is None or answer.certainty is Certainty.LESS_SURE
