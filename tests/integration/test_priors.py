"""Prior doctors by name and city and by organization: taken, asked back, or not found; never guessed."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from finder import indexes, search
from finder.answers import SearchResults
from finder.criteria import SearchCriteria
from finder.documents import Specialist
from finder.errors import InputErrors
from finder.text import fold
from tests.factories import a_generation, a_site, a_specialist, an_npi, an_organization, removed

TODAY = date(2026, 11, 23)
CONTEXT = search.load_context()


def a_namesake(number: int, name: str, city: str, **changes: Any) -> Specialist:
    sites = (a_site(city="Elsewhere", state="PA"), a_site(city=city))
    folded = " ".join(dict.fromkeys(reversed(fold(name).split())))
    return a_specialist(number, name=name, name_folded=folded, sites=sites, **changes)


PEOPLE = [
    a_namesake(1, "Jane Ann Exampleton", "Baltimore", tie_keys=("group:g1", "system:s1")),
    a_namesake(2, "John Exampleton", "Towson"),
    a_namesake(3, "John Q Exampleton", "Towson", specialties=("dermatology",)),
    a_namesake(4, "John Exampleton", "Rockville"),
    a_namesake(5, "Maria Mockwell-Demo", "Bethesda", licence_states=()),
    a_specialist(6, tie_keys=("group:g1",)),
    a_specialist(7, tie_keys=("group:g7", "hospital:h1", "system:s1")),
    a_specialist(8),
    *(a_namesake(n, "Common Nameson", "Towson") for n in range(1000, 1201)),
]
ORGANIZATIONS = [
    an_organization("hospital:h1", "Demo Memorial Hospital", "system:s1"),
    an_organization("group:g1", "Demo Memorial Physicians", "system:s1"),
    an_organization("group:g9", "Sample Clinic", city="Towson"),
    an_organization("hospital:h9", "Sample Clinic"),
    an_organization("system:s1", "Demo Memorial"),
]


@pytest.fixture(scope="module")
def home(engine: Elasticsearch, prefix: str) -> Iterator[str]:
    own = f"{prefix}_priors"
    indexes.flip(engine, own, a_generation(engine, own, PEOPLE, ORGANIZATIONS))
    yield own
    removed(engine, own)


@pytest.fixture
def find(engine: Elasticsearch, home: str) -> Any:
    def found(**args: Any) -> SearchResults:
        criteria = SearchCriteria.from_args({"words": "lung cancer", "size": 100, **args})
        return search.find_specialists(engine, home, criteria, CONTEXT, TODAY)

    return found


def npis(results: SearchResults) -> set[str]:
    return {result.npi for result in results.results}


@pytest.mark.parametrize(
    "text",
    ["Jane Exampleton, Baltimore MD", "Dr. Jane Exampleton MD, Baltimore, MD", "J Exampleton, baltimore md"],
)
def test_one_doctor_of_a_name_in_a_city_is_taken_and_counts_as_if_given_by_npi(find: Any, text: str) -> None:
    by_name, by_npi = find(seen_name=text), find(seen=an_npi(1))
    assert by_name.ask == ()
    assert (by_name.prior, by_name.total, by_name.excluded) == (by_npi.prior, by_npi.total, by_npi.excluded)
    assert not {an_npi(1), an_npi(6), an_npi(7)} & npis(by_name)


def test_a_double_name_and_an_unknown_licence_are_found(find: Any) -> None:
    assert find(seen_name="Maria Mockwell-Demo, Bethesda MD").prior[0].npi == an_npi(5)


def test_several_doctors_of_a_name_in_a_city_are_asked_back_and_nobody_is_shown(find: Any) -> None:
    results = find(seen_name="John Exampleton, Towson MD")
    (ask,) = results.to_json()["ask"]
    assert (ask["prior"], ask["field"]) == ("John Exampleton, Towson MD", "seen_name")
    assert [(c["npi"], c["specialty"], c["city"], c["state"]) for c in ask["candidates"]] == [
        (an_npi(2), "Medical oncologist", "Towson", "MD"),
        (an_npi(3), CONTEXT.words.specialties["dermatology"], "Towson", "MD"),
    ]
    assert (results.results, results.total, results.next) == ((), 0, None)


def test_the_right_name_in_another_city_of_the_state_is_asked_back_not_taken(find: Any) -> None:
    (ask,) = find(seen_name="Jane Exampleton, Annapolis MD").ask
    assert [(c.npi, c.city) for c in ask.candidates] == [(an_npi(1), "Baltimore")]


def test_a_name_without_a_city_is_taken_where_the_state_has_only_one(find: Any) -> None:
    assert find(seen_name="Jane Exampleton, MD").prior[0].npi == an_npi(1)
    assert len(find(seen_name="John Exampleton, MD").ask[0].candidates) == 3


def test_doctors_and_organizations_that_are_not_there_are_named_all_at_once(find: Any) -> None:
    with pytest.raises(InputErrors) as caught:
        find(
            near="99999", seen=an_npi(777), seen_org=["system:none", "Nowhere Clinic"],
            seen_name=["Jane Exampleton, Dover DE", "Jane Exampleton, Baltimore MD"],
        )  # fmt: skip
    assert [str(error) for error in caught.value.errors] == [
        "near: ZIP code 99999 is not known",
        f"seen: NPI {an_npi(777)} is not in the directory",
        "seen_name: Jane Exampleton, Dover DE: nobody of this name is listed there; check the spelling, "
        "or give the NPI; write a hospital or group without its city",
        "seen_org: Nowhere Clinic: no hospital, group or health system of this name is in the directory; for "
        "a doctor, write a name, a city and a state, such as: Jane Smith, Baltimore MD",
        "seen_org: there is no organization system:none",
    ]


def test_a_name_that_too_many_share_needs_an_npi(find: Any) -> None:
    with pytest.raises(InputErrors, match="201 people share this name; give the NPI"):
        find(seen_name="Common Nameson, Towson MD")


@pytest.mark.parametrize("text", ["hospital:h1", "demo memorial hospital"])
def test_a_hospital_already_seen_leaves_out_its_people_and_its_systems(find: Any, text: str) -> None:
    results = find(seen_org=text)
    assert [(p.kind, p.npi, p.name) for p in results.prior] == [("hospital", None, "Demo Memorial Hospital")]
    assert not {an_npi(1), an_npi(7)} & npis(results)
    assert an_npi(6) in npis(results)  # the group's own key is not the hospital's
    assert {r.verdict.value for r in results.results} == {"unknown"}  # the hospital's groups are not known
    assert dict(results.excluded.by_kind) == {"group": 0, "owner": 0, "system": 2, "hospital": 1}
    (gap,) = results.to_json()["prior_gaps"]
    assert "we can't tell the practice group of your doctor" in gap  # the linkage gives the system
    assert find(seen=an_npi(1)).prior_gaps == find(seen_org="system:s1").prior_gaps == ()


def test_of_a_system_already_seen_the_others_are_independent(find: Any) -> None:
    results = find(seen_org="system:s1")
    assert not {an_npi(1), an_npi(7)} & npis(results)
    assert {r.verdict.value for r in results.results} == {"independent"}
    assert "(" not in results.results[0].reasons[-1].partition("Demo Memorial")[0]


def test_ties_with_an_organization_are_named(find: Any) -> None:
    shown = {
        r.npi: r.to_json()
        for r in find(seen_org="Demo Memorial", show_tied=True, verdict="not_independent").results
    }
    tie = shown[an_npi(7)]["ties"][0]
    assert (tie["kind"], tie["with_npi"], tie["with_name"]) == ("system", None, "Demo Memorial")


def test_an_organization_by_its_exact_name_comes_before_longer_ones_and_two_are_asked_back(find: Any) -> None:
    assert find(seen_org="Demo Memorial").prior[0].organization_id == "system:s1"
    (ask,) = find(seen_org="sample clinic").ask
    assert [(c.kind, c.id, c.city) for c in ask.candidates] == [
        ("group", "group:g9", "Towson"),
        ("hospital", "hospital:h9", "Baltimore"),
    ]
    assert {c.id for c in find(seen_org="memorial demo").ask[0].candidates} == {
        "group:g1", "hospital:h1", "system:s1",
    }  # fmt: skip


def test_people_of_a_name_can_be_listed(engine: Elasticsearch, home: str) -> None:
    found = search.specialists_named(engine, home, "John Exampleton, Towson MD", CONTEXT.words)
    assert [each.npi for each in found] == [an_npi(2), an_npi(3)]
    with pytest.raises(InputErrors, match="write a name, a city and a state"):
        search.specialists_named(engine, home, "John", CONTEXT.words)
    with pytest.raises(InputErrors, match="nobody of this name"):
        search.specialists_named(engine, home, "Nobody Atall, Towson MD", CONTEXT.words)


def test_the_whole_proof_beside_a_hospital_can_be_had_for_any_people(
    engine: Elasticsearch, home: str
) -> None:
    criteria = SearchCriteria.from_args(
        {"words": "lung cancer", "seen_org": "hospital:h1", "seen": an_npi(1)}
    )
    found = search.prove(engine, home, [an_npi(7), an_npi(8)], criteria, CONTEXT, TODAY)
    assert list(found) == [an_npi(7), an_npi(8)]
    told = {pair.one.name: pair.proof.to_json() for pair in found[an_npi(7)]}
    at_hospital = told["Demo Memorial Hospital"]
    assert [tie["kind"] for tie in at_hospital["ties"]] == ["system", "hospital"]
    assert told["Jane Ann Exampleton"]["verdict"] == "not_independent"
    beside = {pair.one.name: pair.proof for pair in found[an_npi(8)]}
    (gap,) = [each for each in beside["Demo Memorial Hospital"].missing if each.kind == "group"]
    assert gap.sentence.startswith("You named Demo Memorial Hospital, not a doctor")
    with pytest.raises(InputErrors, match=f"NPI {an_npi(777)} is not in the directory"):
        search.prove(engine, home, [an_npi(777)], criteria, CONTEXT, TODAY)
