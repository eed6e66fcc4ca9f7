"""What the order of results may depend on, and what not: in the real engine, over invented people."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest
from elasticsearch import Elasticsearch

from finder import indexes, search
from finder.criteria import SearchCriteria
from finder.documents import EvidenceKind, Fact, Specialist, Value
from finder.search import load_context
from finder.vocabulary import resolve
from tests.factories import BALTIMORE, a_generation, a_site, a_specialist, an_evidence, an_npi, removed

TODAY = date(2026, 11, 23)
CONTEXT = load_context()
CONCEPT = "bile_duct_cancer"
SPECIALTIES = sorted(
    {s for step in resolve("bile duct cancer", CONTEXT.vocabulary).ladder for s in step.specialties}
)
ABOVE = CONTEXT.vocabulary.ancestors(CONCEPT)
SPONSOR_LIKE = ("sponsored", "paid_placement", "advertiser", "boost", "rating", "subscription")
Serve = Callable[[list[Specialist]], Callable[..., list[tuple[str, float]]]]


def the_people(seed: int) -> list[Specialist]:
    """Forty people of every specialty of the ladder, with evidence by chance."""
    chance = random.Random(seed)  # noqa: S311 - a test, no secret
    people = []
    for number in range(1, 41):
        kinds = chance.sample(
            [EvidenceKind.ROSTER, EvidenceKind.PROCEDURE, EvidenceKind.TRIAL], chance.randint(0, 3)
        )
        evidence = tuple(an_evidence(CONCEPT, kind, round(chance.random(), 2)) for kind in kinds)
        point = (BALTIMORE[0] + chance.random() / 4, BALTIMORE[1])
        people.append(
            a_specialist(
                number,
                specialties=(chance.choice(SPECIALTIES),),
                evidence=evidence,
                concepts=(CONCEPT, *ABOVE) if evidence else (),
                main_concepts=(CONCEPT, *ABOVE) if any(e.value > 0.5 for e in evidence) else (),
                sites=(a_site(point),),
                accepting=chance.choice(["yes", "no", None]),
                attributes=tuple(chance.sample(["academic", "second_opinions"], chance.randint(0, 2))),
            )
        )
    return people


@pytest.fixture
def serve(engine: Elasticsearch, prefix: str) -> Iterator[Serve]:
    """Serves people under a prefix of their own and gives the search over them: NPIs and scores."""
    prefixes: list[str] = []

    def served(people: list[Specialist]) -> Callable[..., list[tuple[str, float]]]:
        own = f"{prefix}_order{len(prefixes)}"
        prefixes.append(own)
        indexes.flip(engine, own, a_generation(engine, own, people))

        def found(**args: str) -> list[tuple[str, float]]:
            asked = {"words": "bile duct cancer", "size": 100, "near": "21287", "diverse": "no", **args}
            criteria = SearchCriteria.from_args(asked)
            results = search.find_specialists(engine, own, criteria, CONTEXT, TODAY).results
            for result in results:
                assert sum(part.value for part in result.parts) == pytest.approx(result.score, abs=1e-6)
            return [(result.npi, result.score) for result in results]

        return found

    yield served
    for own in prefixes:
        removed(engine, own)


@pytest.mark.parametrize("why", [{}, {"why": "rare"}, {"why": "surgery"}, {"profile": "near_first"}])
def test_shuffled_input_gives_the_same_order(serve: Serve, why: dict[str, str]) -> None:
    people = the_people(7)
    shuffled = random.Random(1).sample(people, len(people))  # noqa: S311 - a test, no secret
    first, second = serve(people)(**why), serve(shuffled)(**why)
    assert [npi for npi, _score in first] == [npi for npi, _score in second]
    assert [score for _npi, score in first] == pytest.approx([score for _npi, score in second], abs=1e-6)
    assert len(first) > 30


def test_sponsor_like_facts_change_nothing(serve: Serve) -> None:
    people = the_people(11)
    paid = {name: Fact(Value("yes", "rosters", "2026-01-01")) for name in SPONSOR_LIKE}
    flattered = [
        replace(
            person, facts={**person.facts, **paid}, program_ids=("dana-farber",), credentials="MD, TOP DOCTOR"
        )
        if number % 3 == 0
        else person
        for number, person in enumerate(people)
    ]
    assert serve(people)() == serve(flattered)()


@pytest.mark.parametrize(
    ("kind", "mainly"),
    [
        pytest.param(
            kind, mainly, marks=pytest.mark.dear if mainly and kind is not EvidenceKind.ROSTER else ()
        )
        for kind in (EvidenceKind.ROSTER, EvidenceKind.PROCEDURE, EvidenceKind.TRIAL)
        for mainly in ((), ("gallbladder_cancer", *ABOVE), ("breast_cancer", "breast_cancers", "cancer"))
    ],
)
def test_more_focus_never_ranks_lower(serve: Serve, kind: EvidenceKind, mainly: tuple[str, ...]) -> None:
    others = the_people(13)
    ranks = []
    for value in (0.0, 0.2, 0.6, 1.0):
        evidence = (an_evidence(CONCEPT, kind, value),) if value else ()
        concepts = (CONCEPT, *ABOVE) if value else ()
        one = a_specialist(
            50,
            specialties=(SPECIALTIES[0],),
            evidence=evidence,
            concepts=concepts,
            main_concepts=(*mainly, *(concepts if value > 0.5 else ())),
            proven_concepts=mainly,
        )
        found = [npi for npi, _score in serve([*others, one])()]
        ranks.append(found.index(an_npi(50)))
    assert ranks == sorted(ranks, reverse=True)
    assert ranks[-1] < ranks[0]
