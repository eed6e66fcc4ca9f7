"""How pieces of evidence are found by concept: one term for a concept and everything below it.

Each nested piece has a path, its kind and then its concept from the top down (`trial/cancer/biliary_cancer`),
of which the engine indexes every beginning. A whole field such as cancer has 400 concepts below it.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from finder.clauses import term, terms
from finder.concepts import line, load_concepts
from finder.documents import EvidenceKind
from finder.tables import DATA

PATH = "evidence.path"


def path_of(kind: str, concept: str) -> str:
    """Get the path of a piece of evidence; a concept that the vocabulary lacks stands at the top."""
    return f"{kind}/{_lines().get(concept, concept)}"


def with_paths(source: Mapping[str, Any]) -> dict[str, Any]:
    """Get a specialist's document as built with the path of each piece of its evidence."""
    if "evidence" not in source:
        return dict(source)
    pieces = [{**piece, "path": path_of(piece["kind"], piece["concept"])} for piece in source["evidence"]]
    return {**source, "evidence": pieces}


def evidence_about(kind: EvidenceKind, concept: str, also: Sequence[str] = ()) -> dict[str, Any]:
    """Get the clause of the pieces of a kind on a concept or anything below, or on one of `also` itself."""
    below = term(PATH, path_of(kind.value, concept))
    if not also:
        return below
    itself = {"bool": {"filter": [terms("evidence.concept", also), term("evidence.kind", kind.value)]}}
    return {"bool": {"should": [below, itself], "minimum_should_match": 1}}


@cache
def _lines() -> Mapping[str, str]:
    """Each concept of the vocabulary with everything above it, from the top down."""
    concepts = load_concepts(DATA)
    return {concept: "/".join(reversed(line(concepts, concept))) for concept in concepts}
