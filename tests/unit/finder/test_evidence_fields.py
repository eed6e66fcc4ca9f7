"""Evidence is found by one term for a concept and everything below it, by kind."""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from finder.documents import EvidenceKind
from finder.evidence_fields import MOST, TOP, About, class_of, with_evidence_fields
from finder.mappings import mapping_file
from finder.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()


def test_a_piece_is_listed_under_its_concept_and_every_broader_one() -> None:
    for concept in VOCABULARY.concepts:
        piece = {"concept": concept, "kind": "trial", "value": 0.5}
        (found,) = with_evidence_fields({"evidence": [piece]})["evidence"]
        assert found["trial"].split() == [concept, *VOCABULARY.ancestors(concept)]


def test_a_concept_that_the_vocabulary_lacks_is_listed_alone_and_a_document_without_evidence_stays() -> None:
    piece = {"concept": "unheard_of", "kind": "roster", "value": 1.0}
    assert with_evidence_fields({"evidence": [piece]}) == {
        "evidence": [{**piece, "roster": "unheard_of"}],
        MOST: "roster.unheard_of:20 roster.unheard_of=20",
    }
    assert with_evidence_fields({"npi": "1"}) == {"npi": "1"}


def test_every_kind_has_its_field_in_the_index() -> None:
    fields = mapping_file("specialists")["mappings"]["properties"]["evidence"]["properties"]
    assert {kind.value for kind in EvidenceKind} <= fields.keys()


def test_a_broader_concept_counts_only_by_evidence_of_itself() -> None:
    below = {"term": {"evidence.trial": "bile_duct_cancer"}}
    assert About(EvidenceKind.TRIAL, "bile_duct_cancer").pieces() == below
    either = About(EvidenceKind.TRIAL, "bile_duct_cancer", (LINE[1],)).pieces()["bool"]["should"]
    itself = [{"terms": {"evidence.concept": [LINE[1]]}}, {"term": {"evidence.kind": "trial"}}]
    assert either == [below, {"bool": {"filter": itself}}]


LINE = ("bile_duct_cancer", *VOCABULARY.ancestors("bile_duct_cancer"))
PIECES = st.lists(
    st.builds(
        lambda concept, kind, value, as_of: (
            {"concept": concept, "kind": kind, "value": value} | ({"as_of": as_of} if as_of else {})
        ),
        st.sampled_from([*LINE, *VOCABULARY.children[LINE[1]]]),
        st.sampled_from(["trial", "procedure"]),
        st.sampled_from([0.2, 0.5, 0.9]),
        st.sampled_from([None, "2020", "2020-01", "2023-05", "2023-05-02"]),
    ),
    max_size=8,
)


@given(PIECES, st.sampled_from(LINE), st.sampled_from([0.1, 0.7]), st.sampled_from([0.5, 5.0]))
def test_the_pieces_that_are_listed_hold_the_one_that_counts_most(
    pieces: list[dict[str, Any]], concept: str, kin: float, half_life: float
) -> None:
    def strength(piece: dict[str, Any]) -> float:
        year, month, day = (piece.get("as_of", "2026-01-01") + "-01-01").split("-")[:3]
        age = (date(2026, 1, 1) - date(int(year), int(month), int(day))).days / 365.25
        return float(piece["value"] * 0.5 ** (age / half_life) * (1 if piece["concept"] == concept else kin))

    built = with_evidence_fields({"evidence": pieces})["evidence"]
    below = [p for p in built if concept in (p["concept"], *VOCABULARY.ancestors(p["concept"]))]
    for kind in ("trial", "procedure"):
        of_kind = [piece for piece in below if piece["kind"] == kind]
        listed = [piece for piece in of_kind if concept in piece.get(kind, "").split()]
        assert max(map(strength, of_kind), default=0.0) == max(map(strength, listed), default=0.0)


def test_of_two_pieces_that_say_the_same_one_is_listed() -> None:
    piece = {"concept": "bile_duct_cancer", "kind": "trial", "value": 0.5}
    _first, second = with_evidence_fields({"evidence": [piece, dict(piece)]})["evidence"]
    assert second == piece


def test_a_narrower_piece_stays_listed_where_the_broader_one_is_older_or_weaker() -> None:
    broad = {"concept": LINE[1], "kind": "trial", "value": 0.5, "as_of": "2020"}
    newer = {"concept": "bile_duct_cancer", "kind": "trial", "value": 0.4, "as_of": "2021"}
    older = {**newer, "as_of": "2020"}
    for narrow, stays in ((newer, True), (older, False)):
        _, found = with_evidence_fields({"evidence": [broad, narrow]})["evidence"]
        assert (LINE[1] in found["trial"].split()) is stays
        assert "bile_duct_cancer" in found["trial"].split()


@given(
    PIECES, st.sampled_from(LINE), st.sampled_from([(), (LINE[1],)]), st.integers(0, TOP),
    st.sampled_from([0.0, 0.3, 0.7, 1.0]),
)  # fmt: skip
def test_people_are_found_by_what_their_best_piece_counts(
    pieces: list[dict[str, Any]], concept: str, also: tuple[str, ...], least: int, kin: float
) -> None:
    listed = with_evidence_fields({"evidence": pieces})[MOST].split()
    wanted = About(EvidenceKind.TRIAL, concept, also, kin).people(least)["terms"][MOST]
    own, below = (
        [p["value"] for p in pieces if p["kind"] == "trial" and counts(p["concept"])]
        for counts in (
            lambda each: each == concept,
            lambda each: concept in (each, *VOCABULARY.ancestors(each)) or each in also,
        )
    )
    best = max([*own, *(kin * value for value in below if kin)], default=None)
    is_found = any(term in wanted for term in listed)
    if kin == 1:
        assert is_found == (best is not None and class_of(best) >= least)
    if best is not None and best >= least / TOP:
        assert is_found
    if best is None or best < (least - 1) / TOP:
        assert not is_found


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_is_never_in_a_lower_class(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= class_of(low) <= class_of(high) <= TOP
