"""Practice vectors: the same for the same facts in any order, bounded, symmetric; silence is none."""

import random
from itertools import combinations
from math import sqrt
from typing import Any

import orjson
import pytest

from finder.approaches import load_approaches
from finder.likeness import (
    DIMENSIONS,
    LARGEST,
    SHARES,
    VECTOR,
    features_of,
    likeness,
    vector_of,
    with_vector,
)
from finder.specialties import Role
from finder.vocabulary import load_vocabulary

APPROACHES = sorted(load_approaches().by_id)
CONCEPTS = sorted(load_vocabulary().concepts)
DRAWN = 60


def told(*approaches: tuple[str, str, float]) -> str:
    return orjson.dumps([{"concept": a, "kind": kind, "value": v} for a, kind, v in approaches]).decode()


def a_document(*approaches: str, concept: str = "lung_cancer", role: str = "surgery") -> dict[str, Any]:
    return {
        "roles": [role],
        "concepts": [concept],
        "evidence": [{"concept": concept, "kind": "procedure", "value": 0.7}],
        "approach_told": told(*((each, "roster", 1.0) for each in approaches)),
    }


def any_document(rng: random.Random) -> dict[str, Any]:
    concepts = rng.sample(CONCEPTS, rng.randint(1, 12))
    kinds = ("procedure", "trial", "roster", "taxonomy")
    return {
        "roles": [rng.choice(list(Role)).value],
        "concepts": concepts,
        "evidence": [{"concept": c, "kind": rng.choice(kinds), "value": rng.random()} for c in concepts],
        "approach_told": told(
            *((each, rng.choice(kinds[:3]), rng.random()) for each in rng.sample(APPROACHES, 2))
        ),
    }


CHANCE = random.Random(1)  # noqa: S311 - a fixed choice of documents, no secret
DOCUMENTS = [any_document(CHANCE) for _ in range(DRAWN)]
VECTORS = [vector_of(document) for document in DOCUMENTS]


def like(one: dict[str, Any], other: dict[str, Any]) -> float:
    found = likeness(vector_of(one), vector_of(other))
    assert found is not None
    return found


def exact(one: dict[str, Any], other: dict[str, Any]) -> float:
    """The likeness of the whole features, nothing hashed or rounded."""
    sides = [features_of(each) for each in (one, other)]
    lengths = [{g: sqrt(sum(v * v for v in f.values())) for g, f in side.items()} for side in sides]
    whole = 0.0
    for group, share in SHARES.items():
        if all(length[group] for length in lengths):
            product = sum(v * sides[1][group].get(k, 0.0) for k, v in sides[0][group].items())
            whole += share * product / lengths[0][group] / lengths[1][group]
    known = [sqrt(sum(SHARES[g] for g in SHARES if length[g])) for length in lengths]
    return whole / known[0] / known[1]


def test_a_vector_is_whole_numbers_of_a_byte_and_the_largest_one_is_full() -> None:
    for vector in VECTORS:
        assert vector is not None and len(vector) == DIMENSIONS
        assert max(abs(each) for each in vector) == LARGEST


def test_likeness_is_symmetric_bounded_and_whole_with_oneself() -> None:
    for one, other in combinations(VECTORS, 2):
        found = likeness(one, other)
        assert found is not None and found == likeness(other, one) and -1.0 <= found <= 1.0
    assert all(likeness(each, each) == pytest.approx(1.0) for each in VECTORS)


def test_the_order_of_the_facts_changes_nothing() -> None:
    chance = random.Random(2)  # noqa: S311 - a fixed order, no secret
    for number, document in enumerate(DOCUMENTS):
        mixed = {**document, "approach_told": told(*reversed_pieces(document))}
        for name in ("concepts", "evidence"):
            mixed[name] = chance.sample(document[name], len(document[name]))
        assert vector_of(mixed) == VECTORS[number]


def reversed_pieces(document: dict[str, Any]) -> list[tuple[str, str, float]]:
    pieces = orjson.loads(document["approach_told"])
    return [(each["concept"], each["kind"], each["value"]) for each in reversed(pieces)]


def test_a_document_as_sent_back_gives_the_vector_that_was_built() -> None:
    for document, vector in zip(DOCUMENTS, VECTORS, strict=True):
        texts: dict[str, list[dict[str, Any]]] = {}
        for piece in document["evidence"]:
            rest = {name: value for name, value in piece.items() if name != "concept"}
            texts.setdefault(piece["concept"], []).append(rest)
        sent = {name: value for name, value in document.items() if name != "evidence"}
        sent["evidence_told"] = {concept: orjson.dumps(each).decode() for concept, each in texts.items()}
        assert vector_of(sent) == vector


def test_hashing_and_rounding_stay_close_to_the_whole_features() -> None:
    pairs = list(combinations(range(DRAWN), 2))
    off = [
        abs((likeness(VECTORS[a], VECTORS[b]) or 0.0) - exact(DOCUMENTS[a], DOCUMENTS[b])) for a, b in pairs
    ]
    assert sum(off) / len(off) < 0.02


def test_who_works_alike_is_more_alike_and_silence_lies_between() -> None:
    own = a_document("minimally_invasive", "surveillance_first")
    same, half = (
        like(own, a_document("minimally_invasive", "surveillance_first")),
        a_document("minimally_invasive"),
    )
    other = a_document("open_surgery", "early_treatment")
    assert same > like(own, half) > like(own, other)
    assert same > like(own, a_document()) > like(own, other)
    assert like(own, a_document("minimally_invasive", "early_treatment")) < same


def test_two_thirds_of_one_way_are_near_it_and_far_from_the_other() -> None:
    mostly = a_document() | {
        "approach_told": told(("minimally_invasive", "procedure", 0.6), ("open_surgery", "procedure", 0.3))
    }
    assert like(mostly, a_document("minimally_invasive")) > like(mostly, a_document("open_surgery")) + 0.3


def test_each_approach_and_role_has_a_place_of_its_own() -> None:
    places = [vector_of(a_document(each, concept="")) for each in APPROACHES]
    tops = [next(n for n, value in enumerate(place or []) if value == LARGEST) for place in places]
    assert len(set(tops)) == len(APPROACHES)
    assert like(a_document(role="surgery"), a_document(role="medical")) < like(a_document(), a_document())


def test_of_whom_nothing_is_known_there_is_no_vector() -> None:
    nobody = {"roles": ["surgery"]}
    assert vector_of(nobody) is None and likeness(None, VECTORS[0]) is None
    assert VECTOR not in with_vector(dict(nobody))
    assert with_vector(a_document())[VECTOR] == vector_of(a_document())
