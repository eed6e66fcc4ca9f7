"""Searches over some thirty invented people in the real engine: order, parts, exclusion, verdicts, pages."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import orjson
import pytest
from elasticsearch import Elasticsearch
from jsonschema import Draft202012Validator

from finder import indexes, search
from finder.answers import Emptied, Excluded, SearchResults
from finder.criteria import SearchCriteria
from finder.documents import EvidenceKind, Specialist
from finder.errors import InputErrors, NotFound, NotReady
from finder.geo import great_circle
from finder.ranking import PartName
from finder.reads import Remembered
from finder.search import load_context
from finder.vocabulary import resolve
from tests.factories import (
    BALTIMORE,
    NEW_YORK,
    a_generation,
    a_site,
    a_specialist,
    an_evidence,
    an_npi,
    serving,
)

TODAY = date(2026, 11, 23)
WORDS = "bile duct cancer"
CONTEXT = load_context()
UNDERSTOOD = resolve(WORDS, CONTEXT.vocabulary)
LADDER = UNDERSTOOD.ladder
CONCEPT = UNDERSTOOD.concept_id or ""
# One specialty of the closest step and of the last one; the latter stands on no earlier step.
CLOSE = LADDER[0].specialties[0]
GENERAL = next(s for s in LADDER[-1].specialties if not any(s in step.specialties for step in LADDER[:-1]))
OPEN_STEP = next(step.step for step in LADDER if CLOSE in step.specialties and not step.needs_evidence)
BROADER = next(s for s in LADDER[1:] if s.evidence_of not in (None, CONCEPT) and CLOSE in s.specialties)
FORTY_MILES = (39.8764, -76.5922)
EQUALS = range(20, 32)
PRIOR = ("group:g1", "owner:o1", "system:s1", "hospital:h1", "trial:t1", "phone:p1")


def an_expert(number: int, point: tuple[float, float] = BALTIMORE, **changes: Any) -> Specialist:
    evidence = changes.pop("evidence", (an_evidence(CONCEPT, as_of="2026-11-23"),))
    concepts = (CONCEPT, *CONTEXT.vocabulary.ancestors(CONCEPT))
    fields = {"specialties": (CLOSE,), "concepts": concepts, "sites": (a_site(point),)}
    return a_specialist(number, evidence=evidence, **{**fields, **changes})


def the_people() -> list[Specialist]:
    stale = (an_evidence(CONCEPT, as_of="2022-11-23"),)
    kinds = tuple(an_evidence(CONCEPT, kind, 0.37, "2023-07") for kind in EvidenceKind)
    return [
        an_expert(1, tie_keys=PRIOR),
        an_expert(2, accepting="yes", attributes=("second_opinions", "academic"), evidence=kinds),
        an_expert(3, FORTY_MILES),
        an_expert(4, evidence=stale),
        a_specialist(5, specialties=(CLOSE,)),
        a_specialist(6, specialties=(GENERAL,), accepting="yes"),
        an_expert(7, is_candidate=False),
        a_specialist(8, specialties=("dermatology_of_nowhere",)),
        an_expert(9, specialties=("dermatology_of_nowhere",)),
        an_expert(10, tie_keys=("group:g1",)),
        an_expert(11, tie_keys=("group:own11", "owner:o1")),
        an_expert(12, tie_keys=("system:s1", "hospital:h1", "phone:p1")),
        an_expert(13, tie_keys=("hospital:h1",)),
        an_expert(14, tie_keys=("trial:t1",)),
        an_expert(15, tie_kinds_known=("hospital", "system")),
        an_expert(16, tie_kinds_known=("hospital", "group"), tie_keys=("phone:p1",)),
        an_expert(17, NEW_YORK, licence_states=("NY",), languages=("es",), ages=("child",)),
        an_expert(18, sites=(), network_keys=("plan-a",), roles=("surgery",), attributes=("virtual",)),
        a_specialist(32, specialties=(CLOSE,), concepts=(BROADER.evidence_of or "",)),
        an_expert(33, sites=(), specialties=("dermatology_of_nowhere", CLOSE), licence_states=()),
        a_specialist(19, is_candidate=False, tie_keys=("group:g2",)),
        *(an_expert(n, tie_keys=("group:g2",) if n == 31 else (f"group:own{n}",)) for n in EQUALS),
    ]


@pytest.fixture(scope="module")
def home(engine: Elasticsearch, prefix: str) -> Iterator[str]:
    """A prefix of this module's own, with one served generation."""
    with serving(engine, f"{prefix}_search", the_people()) as own:
        yield own


@pytest.fixture
def find(engine: Elasticsearch, home: str) -> Any:
    def found(now: date = TODAY, **args: Any) -> SearchResults:
        criteria = SearchCriteria.from_args({"words": WORDS, "size": 100, **args})
        return search.find_specialists(engine, home, criteria, CONTEXT, now)

    return found


def numbers(results: SearchResults) -> list[int]:
    """The numbers from which the factory made the NPIs, in the order of the results."""
    return [int(result.npi[4:9]) for result in results.results]


def test_only_candidates_with_a_step_or_evidence_are_found_and_the_prior_doctor_is_not(find: Any) -> None:
    found = numbers(find(near="21287", within=100, seen=an_npi(1), show_tied=True))
    assert sorted(found) == [2, 3, 4, 5, 6, 9, *range(10, 17), *EQUALS, 32]


def test_fit_comes_before_everything_then_evidence_then_distance(find: Any) -> None:
    results = find(near="21287", within=100)
    order = [n for n in numbers(results) if n in (2, 3, 4, 5, 6, 20, 32)]
    assert order == [2, 20, 3, 4, 32, 5, 6]
    steps = {int(r.npi[4:9]): r.ladder_step for r in results.results}
    assert (steps[3], steps[5], steps[6], steps[9]) == (1, OPEN_STEP, LADDER[-1].step, None)
    assert steps[32] == BROADER.step


def test_the_near_come_first_where_the_profile_says_so(find: Any) -> None:
    order = [n for n in numbers(find(near="21287", within=100, profile="near_first")) if n in (3, 5)]
    assert order == [5, 3]


@pytest.mark.parametrize("profile", sorted(CONTEXT.profiles))
@pytest.mark.parametrize("near", [None, "21287"])
def test_the_parts_of_every_hit_add_up_to_its_score(find: Any, profile: str, near: str | None) -> None:
    results = find(near=near, within=500 if near else None, profile=profile)
    assert results.total >= 20
    for result in results.results:
        assert sum(part.value for part in result.parts) == pytest.approx(result.score, abs=1e-6)
        assert result.score <= 1
    most = max(results.results, key=lambda r: len(r.parts))
    # The best of them has every part but the role of one who reads or operates, which is another's, and those
    # that compare with doctors already seen or with a referring physician.
    compares = {PartName.INDEPENDENCE, PartName.UNTIED, PartName.LIKENESS}
    silent = {*compares, PartName.ROLE, *(() if near else (PartName.DISTANCE,))}
    assert {part.name for part in most.parts} == set(CONTEXT.profiles[profile].parts) - silent


def test_evidence_counts_half_after_its_half_life_and_half_where_its_value_is_half(find: Any) -> None:
    by_number = {int(r.npi[4:9]): {p.name: p.value for p in r.parts} for r in find().results}
    weight = CONTEXT.profiles["expert_first"].parts
    fresh = by_number[20]["evidence.roster"]
    assert fresh == pytest.approx(next(p.weight for n, p in weight.items() if n.value == "evidence.roster"))
    assert by_number[4]["evidence.roster"] == pytest.approx(fresh / 2, rel=1e-3)
    trial = next(p.weight for n, p in weight.items() if n.value == "evidence.trial")
    age = (TODAY - date(2023, 7, 1)).days / 1826
    assert by_number[2]["evidence.trial"] == pytest.approx(trial * 0.37 * 0.5**age, rel=1e-3)


def test_distances_shown_are_those_by_which_the_engine_sorts(
    find: Any, engine: Elasticsearch, home: str
) -> None:
    by = {"points": {"lat": BALTIMORE[0], "lon": BALTIMORE[1]}, "unit": "mi", "order": "asc"}
    query = {"ids": {"values": [an_npi(3), an_npi(17)]}}
    answer = engine.search(index=f"{home}-specialists", query=query, sort=[{"_geo_distance": by}])
    measured = [hit["sort"][0] for hit in answer["hits"]["hits"]]
    computed = [great_circle(BALTIMORE, point) for point in (FORTY_MILES, NEW_YORK)]
    assert measured == pytest.approx(computed, rel=1e-6)
    shown = {int(r.npi[4:9]): r.distance_miles for r in find(near="21287", within=500).results}
    assert (shown[3], shown[17]) == tuple(round(miles, 1) for miles in computed)


def test_people_tied_to_the_prior_doctor_are_left_out_and_counted_by_kind(find: Any) -> None:
    results = find(seen=an_npi(1))
    assert not {10, 11, 12, 13} & set(numbers(results))
    by_kind = (("group", 1), ("owner", 1), ("system", 1), ("hospital", 2))
    assert results.excluded == Excluded(4, by_kind)
    assert find().excluded == Excluded(0, tuple((kind, 0) for kind, _ in by_kind))


def test_of_several_prior_doctors_every_tie_excludes(find: Any) -> None:
    results = find(seen=[an_npi(1), an_npi(19)])
    assert results.excluded.total == 5
    assert dict(results.excluded.by_kind)["group"] == 2
    assert not {1, 19, 31} & set(numbers(results))
    assert [prior.npi for prior in results.prior] == [an_npi(1), an_npi(19)]


def test_the_excluded_are_counted_within_the_filters_of_the_search(find: Any) -> None:
    assert find(seen=an_npi(1), state="NY").excluded.total == 0


def test_verdicts_are_those_of_the_truth_table_and_independent_only_where_proved(find: Any) -> None:
    verdicts = {int(r.npi[4:9]): r.verdict.value for r in find(seen=an_npi(1)).results}
    assert (verdicts[14], verdicts[15], verdicts[16]) == ("some_tie", "unknown", "unknown")
    assert {verdicts[n] for n in (2, 3, 4, 5, 6, 9, *EQUALS, 32)} == {"independent"}


@pytest.mark.parametrize("shows", [False, True])
def test_who_is_proved_independent_and_nobody_else_has_the_part_for_it(find: Any, shows: bool) -> None:
    results = find(seen=an_npi(1), show_tied=shows).results
    weight = CONTEXT.profiles["expert_first"].parts[PartName.INDEPENDENCE].weight
    for result in results:
        share = sum(part.value for part in result.parts if part.name == PartName.INDEPENDENCE)
        assert share == (weight if result.verdict.value == "independent" else 0)
        assert sum(part.value for part in result.parts) == pytest.approx(result.score, abs=1e-6)
    assert {"independent", "some_tie", "unknown"} <= {result.verdict.value for result in results}


def test_tied_people_can_be_shown_with_every_tie_named(find: Any) -> None:
    results = find(seen=an_npi(1), show_tied=True)
    shown = {int(r.npi[4:9]): r.to_json() for r in results.results}
    assert {shown[n]["verdict"] for n in (10, 11, 12, 13)} == {"not_independent"}
    assert [tie["kind"] for tie in shown[12]["ties"]] == ["system", "hospital", "phone"]
    assert results.excluded.total == 0


def test_the_specialty_shown_is_the_one_that_the_ladder_step_names(find: Any) -> None:
    shown = {int(r.npi[4:9]): r.specialty for r in find().results}
    assert shown[33] == CONTEXT.words.specialties[CLOSE]
    assert shown[9] == "dermatology_of_nowhere"


def test_programs_come_with_the_first_page_only_and_none_that_takes_nobody_from_the_state(find: Any) -> None:
    first = find(near="21287", within=100, size=3)
    names = {offer.id: offer.available.value for offer in first.programs}
    assert "thesecondopinion" not in names  # takes people from California only
    assert names["dana-farber"] == "unknown"  # it names the state that it refuses, and no other
    assert find(near="21287", within=100, size=3, next=first.next).programs == ()
    assert "thesecondopinion" in {offer.id for offer in find(state="CA").programs}
    assert "dana-farber" not in {offer.id for offer in find(ages="child").programs}


def test_pages_follow_each_other_without_gap_or_repeat(find: Any) -> None:
    whole = find(near="21287", within=100, seen=an_npi(1))
    results = find(near="21287", within=100, seen=an_npi(1), size=3)
    pages = [results]
    while results.next:
        results = find(near="21287", within=100, seen=an_npi(1), size=3, next=results.next)
        pages.append(results)
    assert [n for page in pages for n in numbers(page)] == numbers(whole)
    assert [r.rank for page in pages for r in page.results] == list(range(1, whole.total + 1))
    assert len(pages) == -(-whole.total // 3)


def test_later_pages_keep_the_ages_of_evidence_of_the_first(find: Any) -> None:
    first = find(size=5)
    much_later = find(next=first.next, now=date(2036, 1, 1))
    assert numbers(first) + numbers(much_later) == numbers(find())


def test_later_pages_stay_on_the_generation_of_the_first(find: Any, engine: Elasticsearch, home: str) -> None:
    first = find(size=5)
    newer = a_generation(engine, home, [an_expert(99)])
    try:
        indexes.flip(engine, home, newer)
        assert numbers(find()) == [99]
        second = find(size=100, next=first.next)
        assert second.source.generation == first.source.generation
        assert len(first.results) + len(second.results) == first.total
        assert numbers(find(generation=first.source.generation, size=5)) == numbers(first)
    finally:
        indexes.flip(engine, home, first.source.generation)
        indexes.drop(engine, home, newer)
    with pytest.raises(InputErrors, match=f"generation: {newer} is not kept"):
        find(generation=newer)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"state": "NY"}, [17]),
        ({"language": "es"}, [17]),
        ({"plan": "plan-a"}, [18]),
        ({"role": "surgery"}, [18]),
        ({"virtual": True}, [18]),
        ({"near": "10065", "within": 20}, [17]),
        ({"near": "21287", "within": 100, "ages": "adult", "role": "medical", "state": "MD", "size": 1}, [2]),
    ],
)
def test_each_filter_keeps_those_who_match(find: Any, asked: dict[str, Any], expected: list[int]) -> None:
    assert numbers(find(**asked)) == expected


def test_who_sees_children_only_is_no_result_for_an_adult_but_unknown_is_no_no(find: Any) -> None:
    found = numbers(find(ages="adult"))
    assert 17 not in found
    assert 2 in found


def test_an_empty_answer_says_which_filter_emptied_it(find: Any) -> None:
    everyone = find(language="es").total
    assert find(language="es", state="MD").emptied_by == Emptied("language", find(state="MD").total)
    assert find(language="es", plan="nobody").emptied_by == Emptied("plan", everyone)
    together = find(language="xx", plan="nobody")
    assert (together.total, together.emptied_by) == (0, Emptied("together", find().total))


def test_an_unknown_place_and_unknown_prior_doctors_are_named_all_at_once(find: Any) -> None:
    with pytest.raises(InputErrors) as caught:
        find(near="99999", seen=[an_npi(1), an_npi(777), an_npi(778)])
    assert [str(error) for error in caught.value.errors] == [
        "near: ZIP code 99999 is not known",
        f"seen: NPI {an_npi(777)} is not in the directory",
        f"seen: NPI {an_npi(778)} is not in the directory",
    ]


def test_an_unknown_profile_is_an_input_error(find: Any) -> None:
    with pytest.raises(InputErrors, match="profile: there is no profile fast"):
        find(profile="fast")


def test_words_that_are_not_understood_give_no_results_but_the_generation(find: Any) -> None:
    results = find(words="qqqq zzzz")
    assert (results.understood.concept_id, results.total, results.results) == (None, 0, ())
    assert results.to_json()["generation"] == results.source.generation


def test_the_answer_fits_the_contract(find: Any) -> None:
    schema = json.loads((files("finder") / "contract" / "search.schema.json").read_text(encoding="utf-8"))
    validator = Draft202012Validator(schema)
    for asked in ({"seen": an_npi(1), "near": "21287", "size": 3}, {"state": "WY"}, {"words": "qqqq zzzz"}):
        validator.validate(json.loads(orjson.dumps(find(**asked).to_json())))
    assert find().to_json()["as_of"] == "2026-01-05"
    assert find().to_json()["demonstration"] is True


def test_a_page_costs_one_look_up_and_one_search_request_and_the_next_one_no_look_up(
    home: str, engine: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    perform = engine.transport.perform_request

    def counted(method: str, target: str, **options: Any) -> Any:
        sent.append(target.split("?")[0].rsplit("/", 1)[-1])
        return perform(method, target, **options)

    monkeypatch.setattr(engine.transport, "perform_request", counted)
    fresh = replace(CONTEXT, remembered=Remembered())
    asked = {"words": WORDS, "size": 100, "near": "21287", "seen": [an_npi(1), an_npi(19)]}
    criteria = SearchCriteria.from_args(asked)
    first = search.find_specialists(engine, home, criteria, fresh, TODAY)
    assert sent == ["_mapping", "_mget", "_msearch", "_msearch"]  # the programs, once for a generation
    assert search.find_specialists(engine, home, criteria, fresh, TODAY) == first
    assert sent[4:] == ["_mapping", "_msearch"]


def test_one_specialist_is_found_by_npi_or_not_found(engine: Elasticsearch, home: str) -> None:
    assert search.specialist(engine, home, an_npi(2))["name"] == "Person 2 Exampleton"
    with pytest.raises(NotFound, match=f"no specialist with NPI {an_npi(777)}"):
        search.specialist(engine, home, an_npi(777))


def test_before_anything_was_loaded_the_engine_is_not_ready(engine: Elasticsearch, prefix: str) -> None:
    with pytest.raises(NotReady, match="no directory has been loaded"):
        search.find_specialists(engine, f"{prefix}_none", SearchCriteria(WORDS), CONTEXT, TODAY)
