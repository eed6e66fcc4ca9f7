"""What the baselines of the relevance bench know: names in words, the codes of every expert specialty."""

from finder.context import load_context
from ingest.baselines import names_of, taxonomies_of
from ingest.demo.data import load_rules


def test_a_person_is_named_by_specialties_and_by_every_concept_of_the_evidence() -> None:
    source = {"specialties": ["neurosurgery"], "concepts": ["glioma", "cancer"]}
    specialty, *concepts = names_of(source, load_context())
    assert "neurosurg" in specialty.lower()
    assert concepts == ["glioma", "cancer"]
    assert names_of({}, load_context()) == []


def test_the_codes_of_a_condition_are_those_of_every_role_once() -> None:
    codes = taxonomies_of(load_rules())
    assert codes["cluster_headache"] == ("2084N0400X",)
    assert len(set(codes["pancreatic_cancer"])) == len(codes["pancreatic_cancer"]) > 3
