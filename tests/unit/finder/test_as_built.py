"""A specialist's document as the engine sends it back, made whole again."""

import json

from finder.documents import EvidenceKind, as_built
from finder.mappings import mapping_file
from tests.factories import a_specialist, an_evidence


def test_what_the_engine_does_not_keep_is_made_anew_byte_by_byte() -> None:
    values = (("a", 0.9), ("b", 0.5), ("a", 0.1))
    pieces = [an_evidence(concept, EvidenceKind.ROSTER, value) for concept, value in values]
    built = a_specialist(1, evidence=tuple(pieces)).to_source()
    dropped = mapping_file("specialists")["mappings"]["_source"]["excludes"]
    sent = {name: value for name, value in built.items() if name not in dropped}
    assert "evidence" not in sent
    assert json.dumps(as_built(sent)) == json.dumps(built)


def test_a_document_without_evidence_stays_as_it_is() -> None:
    built = a_specialist(1, evidence=()).to_source()
    assert as_built(built) == built
