"""Scoring a few gives the very pages that scoring everybody gives: in the real engine, invented people."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from finder import narrowing, search
from finder.answers import SearchResults
from finder.criteria import Position, SearchCriteria
from finder.documents import EvidenceKind, Specialist
from finder.facets import RoleAsked
from finder.narrowing import Narrowed
from finder.reads import Client
from finder.search import load_context
from tests.factories import BALTIMORE, a_site, a_specialist, an_evidence, an_npi, serving

TODAY = date(2026, 11, 23)
CONTEXT = load_context()
CONCEPT = "pancreatic_cancer"
WORDS = "pancreatic cancer"
ABOVE = CONTEXT.vocabulary.ancestors(CONCEPT)
BELOW = CONTEXT.vocabulary.descendants(CONCEPT)
KINDS = (EvidenceKind.ROSTER, EvidenceKind.PROCEDURE, EvidenceKind.TRIAL)


def the_people() -> list[Specialist]:
    """Two hundred people: few with strong evidence of several kinds, many with some, many with none."""
    chance = random.Random(20261129)  # noqa: S311 - a test, no secret
    people = []
    for number in range(1, 201):
        strength = 1.0 if number <= 12 else chance.choice([0.0, 0.3, 0.9])
        kinds = KINDS if number <= 12 else chance.sample(KINDS, chance.randint(0, 3))
        evidence = tuple(
            an_evidence(chance.choice([CONCEPT, *BELOW]), kind, round(strength * chance.uniform(0.8, 1), 2))
            for kind in kinds
            if strength
        )
        listed = (CONCEPT, *ABOVE) if evidence else ()
        specialty = chance.choice(["surgical_oncology", "medical_oncology", "gastroenterology"])
        people.append(
            a_specialist(
                number,
                specialties=(specialty,),
                roles=("surgery",) if specialty == "surgical_oncology" else ("medical",),
                evidence=evidence,
                concepts=listed,
                main_concepts=listed if strength > 0.5 else (),
                sites=(a_site(chance.choice([BALTIMORE, (40.71, -74.0), (34.05, -118.24)])),),
                # the best are of one system, so that a first page of five moves others up
                tie_keys=(f"system:{number % 9 if number > 12 else 12}", f"group:{number % 40}"),
                tie_kinds_known=("group", "system"),
                accepting=chance.choice(["yes", "no", None]),
                attributes=tuple(chance.sample(["academic", "second_opinions"], chance.randint(0, 2))),
            )
        )
    return people


@pytest.fixture(scope="module")
def served(engine: Client, prefix: str) -> Iterator[str]:
    with serving(engine, f"{prefix}_narrow", the_people()) as own:
        yield own


@pytest.fixture
def verdicts(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each narrow search was enough."""
    said: list[bool] = []
    is_sure = Narrowed.is_sure

    def noting(self: Narrowed, whole: Any, answer: Any) -> bool:
        said.append(is_sure(self, whole, answer))
        return said[-1]

    monkeypatch.setattr(Narrowed, "is_sure", noting)
    return said


def found(engine: Client, served: str, criteria: SearchCriteria, people: int) -> SearchResults:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(narrowing, "MANY_PEOPLE", people)
        return search.find_specialists(engine, served, criteria, CONTEXT, TODAY)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"size": 1},
        {"size": 5, "facets": True},
        {"size": 2, "role": RoleAsked.SURGERY},
        {"size": 2, "role": RoleAsked.MEDICAL},
        {"size": 150},
        {"size": 3, "seen": (an_npi(3), an_npi(40))},
        {"size": 5, "seen": (an_npi(41), an_npi(42))},
        {"size": 3, "seen": (an_npi(3),), "show_tied": True},
        {"size": 5, "diverse": False},
        {"size": 5, "near": "21287", "within": 25},
        {"size": 5, "near": "21287", "within": 500},
        {"size": 3, "near": "21287", "within": 200, "seen": (an_npi(3), an_npi(40))},
    ],
    ids=str,
)
def test_every_page_is_the_one_that_scoring_everybody_gives(
    engine: Client, served: str, asked: dict[str, Any]
) -> None:
    criteria = SearchCriteria(WORDS, **asked)
    for _page in range(4):
        few, everybody = (found(engine, served, criteria, people) for people in (0, 10**9))
        assert [(one.npi, one.score) for one in few.results] == [
            (one.npi, one.score) for one in everybody.results
        ]
        assert (few.total, few.next, few.facets, few.excluded) == (
            everybody.total,
            everybody.next,
            everybody.facets,
            everybody.excluded,
        )
        assert few.surgeon == everybody.surgeon  # who is looked for in two ways
        assert few.surgeon or criteria.position
        if not few.next:
            break
        criteria = replace(criteria, position=Position.from_token(few.next))


def test_strong_experts_fill_a_short_page_for_sure_and_a_long_one_not(
    engine: Client, served: str, verdicts: list[bool]
) -> None:
    found(engine, served, SearchCriteria(WORDS, size=3, diverse=False), 0)
    assert verdicts[0] is True
    verdicts.clear()
    found(engine, served, SearchCriteria(WORDS, size=150, diverse=False), 0)
    assert verdicts[0] is False
    verdicts.clear()
    found(engine, served, SearchCriteria(WORDS, size=3, diverse=False), 10**9)
    assert verdicts == []
