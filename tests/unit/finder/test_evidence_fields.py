"""Evidence is found by one term for a concept and everything below it, by kind."""

import orjson

from finder.documents import EvidenceKind
from finder.evidence_fields import evidence_about, with_evidence_fields
from finder.mappings import MAPPINGS
from finder.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()


def test_a_piece_is_listed_under_its_concept_and_every_broader_one() -> None:
    pieces = [{"concept": concept, "kind": "trial"} for concept in VOCABULARY.concepts]
    for piece in with_evidence_fields({"evidence": pieces})["evidence"]:
        concept = piece["concept"]
        assert piece["trial"].split() == [*reversed(VOCABULARY.ancestors(concept)), concept]


def test_a_concept_that_the_vocabulary_lacks_is_listed_alone_and_a_document_without_evidence_stays() -> None:
    piece = {"concept": "unheard_of", "kind": "roster", "value": 1.0}
    assert with_evidence_fields({"evidence": [piece]}) == {"evidence": [{**piece, "roster": "unheard_of"}]}
    assert with_evidence_fields({"npi": "1"}) == {"npi": "1"}


def test_every_kind_has_its_field_in_the_index() -> None:
    mapping = orjson.loads((MAPPINGS / "specialists.json").read_bytes())["mappings"]
    fields = mapping["properties"]["evidence"]["properties"]
    assert {kind.value for kind in EvidenceKind} <= fields.keys()


def test_a_broader_concept_counts_only_by_evidence_of_itself() -> None:
    below = {"term": {"evidence.trial": "bile_duct_cancer"}}
    assert evidence_about(EvidenceKind.TRIAL, "bile_duct_cancer") == below
    either = evidence_about(EvidenceKind.TRIAL, "bile_duct_cancer", ["biliary_cancer"])["bool"]["should"]
    itself = [{"terms": {"evidence.concept": ["biliary_cancer"]}}, {"term": {"evidence.kind": "trial"}}]
    assert either == [below, {"bool": {"filter": itself}}]
