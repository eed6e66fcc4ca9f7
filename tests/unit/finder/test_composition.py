"""The first page: three systems among the first five, moved from the first fifty by one rule."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from finder.composition import FIRST, WANTED, composed
from finder.ranking import Breadth

SYSTEM = Breadth.SYSTEM


def a_hit(npi: int, *keys: str, known: bool = True, roles: tuple[str, ...] = ("medical",)) -> dict[str, Any]:
    kinds = ["group", "system"] if known else ["group"]
    return {"_id": str(npi), "_source": {"tie_keys": list(keys), "tie_kinds_known": kinds, "roles": roles}}


def ids(hits: Any) -> list[int]:
    return [int(hit["_id"]) for hit in hits]


def all_of(system: str, *npis: int) -> list[dict[str, Any]]:
    return [a_hit(npi, f"system:{system}") for npi in npis]


def test_a_varied_page_keeps_its_order() -> None:
    hits = [*all_of("a", 1, 2), *all_of("b", 3), *all_of("c", 4), *all_of("a", 5, 6)]
    page = composed(hits, SYSTEM, 4)
    assert (ids(page.hits), page.moved, page.skip) == ([1, 2, 3, 4], {}, ())
    assert page.last is hits[3]


def test_the_best_of_two_further_systems_take_places_four_and_five() -> None:
    hits = [*all_of("a", 1, 2, 3, 4, 5, 6), *all_of("b", 7, 8), *all_of("c", 9)]
    page = composed(hits, SYSTEM, 6)
    assert ids(page.hits) == [1, 2, 3, 7, 9, 4]
    assert page.moved == {"7": SYSTEM, "9": SYSTEM}
    assert (page.skip, page.last) == (("7", "9"), hits[3])


def test_only_place_five_is_given_where_one_move_is_enough() -> None:
    hits = [*all_of("a", 1, 2, 3), *all_of("b", 4), *all_of("a", 5), *all_of("c", 6)]
    page = composed(hits, SYSTEM, 6)
    assert ids(page.hits) == [1, 2, 3, 4, 6, 5]
    assert (page.moved, page.skip) == ({"6": SYSTEM}, ())


def test_two_systems_are_shown_where_there_is_no_third() -> None:
    hits = [*all_of("a", 1, 2, 3, 4, 5, 6), *all_of("b", 7)]
    assert ids(composed(hits, SYSTEM, 5).hits) == [1, 2, 3, 4, 7]


def test_nobody_is_moved_for_a_system_that_is_not_known() -> None:
    hits = [*all_of("a", 1, 2, 3, 4, 5), a_hit(6, "group:g", known=False), a_hit(7, known=False)]
    page = composed(hits, SYSTEM, 5)
    assert (ids(page.hits), page.moved) == ([1, 2, 3, 4, 5], {})


def test_a_group_outside_every_system_counts_as_one_of_its_own() -> None:
    hits = [*all_of("a", 1, 2, 3, 4, 5), a_hit(6, "group:g"), a_hit(7, "group:h")]
    assert ids(composed(hits, SYSTEM, 5).hits) == [1, 2, 3, 6, 7]


def test_kinds_of_doctor_are_told_apart_by_their_first_role() -> None:
    hits = [a_hit(n) for n in range(1, 6)]
    hits += [a_hit(6, roles=("surgery", "medical")), a_hit(7, roles=("radiation",))]
    page = composed(hits, Breadth.ROLE, 5)
    assert (ids(page.hits), set(page.moved.values())) == ([1, 2, 3, 6, 7], {Breadth.ROLE})


def test_more_hits_are_needed_only_where_these_are_not_varied_enough() -> None:
    assert composed([*all_of("a", 1, 2, 3), *all_of("b", 4), *all_of("c", 5)], SYSTEM, 20).is_varied
    assert not composed([*all_of("a", 1, 2, 3), *all_of("b", 4)], SYSTEM, 20).is_varied


@given(st.lists(st.sampled_from("abcd"), max_size=50), st.integers(FIRST, 50))
def test_nobody_is_lost_or_shown_twice_over_the_pages(systems: list[str], size: int) -> None:
    hits = [a_hit(npi, f"system:{each}") for npi, each in enumerate(systems)]
    page = composed(hits, SYSTEM, size)
    shown = ids(page.hits)
    at = int(page.last["_id"]) if page.last else -1
    rest = [npi for npi in range(at + 1, len(hits)) if str(npi) not in page.skip]
    assert sorted(shown + rest) == list(range(len(hits)))
    assert shown[: FIRST - 2] == list(range(min(FIRST - 2, len(hits))))
    assert len({systems[npi] for npi in shown[:FIRST]}) >= min(WANTED, len(set(systems)))
