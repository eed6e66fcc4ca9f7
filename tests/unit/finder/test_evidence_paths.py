"""Evidence is found by one term for a concept and everything below it, by kind."""

from finder.documents import EvidenceKind
from finder.evidence_paths import evidence_about, path_of, with_paths
from finder.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()


def test_the_path_of_a_concept_begins_with_that_of_every_broader_one_and_of_no_other() -> None:
    paths = {concept: f"{path_of('trial', concept)}/" for concept in VOCABULARY.concepts}
    for concept, path in paths.items():
        above = {one for one in VOCABULARY.concepts if path.startswith(paths[one])}
        assert above == {concept, *VOCABULARY.ancestors(concept)}


def test_a_kind_is_not_the_beginning_of_another_one() -> None:
    assert path_of("trial", "cancer") == "trial/cancer"
    assert path_of("procedure", "a concept that we lack") == "procedure/a concept that we lack"


def test_every_piece_of_a_document_gets_its_path() -> None:
    source = {"npi": "1", "evidence": [{"concept": "cancer", "kind": "center", "value": 0.5}]}
    assert with_paths(source)["evidence"] == [
        {"concept": "cancer", "kind": "center", "value": 0.5, "path": "center/cancer"}
    ]
    assert with_paths({"npi": "1"}) == {"npi": "1"}


def test_a_broader_concept_counts_only_by_evidence_of_itself() -> None:
    below = {"term": {"evidence.path": path_of("trial", "bile_duct_cancer")}}
    assert evidence_about(EvidenceKind.TRIAL, "bile_duct_cancer") == below
    either = evidence_about(EvidenceKind.TRIAL, "bile_duct_cancer", ["biliary_cancer"])["bool"]["should"]
    itself = [{"terms": {"evidence.concept": ["biliary_cancer"]}}, {"term": {"evidence.kind": "trial"}}]
    assert either == [below, {"bool": {"filter": itself}}]
