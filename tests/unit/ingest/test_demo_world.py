"""The demonstration world as a model: marked numbers and names, exact noise, a truth that fits itself."""

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from ingest.demo import ties, truth
from ingest.demo.data import load_rules
from ingest.demo.identifiers import Holder, npis
from ingest.demo.people import Misled, Missing, Mistyped, Stale
from ingest.demo.plant import PLANS, plant
from ingest.demo.ties import BREAKING, WEAKENING, marks, shared_kinds, unique_names
from ingest.demo.upper import owners_above
from ingest.demo.volumes import volumes
from ingest.demo.world import Person, World, build, chunks

DEMO = Path(ties.__file__).parent
MARKS = ("Demo", "Fictional", "(demonstration)")


@cache
def the_world() -> World:
    """A world large enough to hold every kind of tie."""
    return build(2000, seed=7)


@cache
def everyone() -> tuple[Person, ...]:
    """All people of that world in order."""
    return tuple(person for people in chunks(the_world()) for person in people)


def luhn_holds(npi: str) -> bool:
    """The check written out digit by digit, as a second opinion on the vectorised one."""
    digits = [int(digit) for digit in "80840" + npi]
    doubled = [digit * 2 if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return sum(sum(divmod(value, 10)) for value in doubled) % 10 == 0


def test_the_generator_imports_no_rule_of_the_product_and_nothing_else_of_the_ingest() -> None:
    for path in DEMO.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, path
                names = [node.module or ""]
            for name in names:
                assert name.split(".")[0] != "finder", path
                assert name.split(".")[0] != "ingest" or name.split(".")[:2] == ["ingest", "demo"], path


def test_every_npi_passes_the_check_digit_and_lies_in_the_marked_range() -> None:
    people = the_world().people.npi.astype(str).tolist()
    organizations = npis(0, 500, Holder.ORGANIZATION).astype(str).tolist()
    assert all(npi.startswith("1999") and luhn_holds(npi) for npi in people)
    assert all(npi.startswith("1993") and luhn_holds(npi) for npi in organizations)
    assert len(set(people)) == len(people)


def test_numbers_go_on_in_the_next_marked_block_and_end_with_a_clear_error() -> None:
    beyond = npis(99_999, 2, Holder.PERSON).tolist()
    assert [str(npi)[:4] for npi in beyond] == ["1999", "1998"]
    with pytest.raises(ValueError, match="marked range"):
        npis(0, 10_000_000, Holder.PERSON)


def test_every_institution_is_marked_as_made_up() -> None:
    organizations = the_world().organizations
    names = [system.name for system in organizations.systems]
    names += [hospital.name for hospital in organizations.hospitals]
    names += [name for group in organizations.groups for name in (group.name, *group.former_names)]
    assert all(any(mark in name for mark in MARKS) for name in names)


def test_the_world_has_enough_conditions_and_specialties() -> None:
    rules = load_rules()
    assert len(rules.conditions) >= 60
    assert len({kind for track in rules.tracks for kind in track.specialties}) >= 20
    assert len(rules.family_names) >= 150


def test_every_market_is_filled_by_its_share() -> None:
    geography = the_world().geography
    people = {market.name: int(n) for market, n in zip(geography.markets, geography.people, strict=True)}
    assert sum(people.values()) == 2000
    for name in (
        "Baltimore",
        "Boston",
        "Houston",
        "Washington",
        "Los Angeles",
        "Chicago",
        "New York",
        "Rochester",
    ):
        assert people[name] >= 40


def test_noise_hits_exactly_its_share() -> None:
    people, numbers = the_world().people, the_world().rules.numbers
    shares = {
        "misleading": (people.misled != Misled.NO).mean(),
        "stale": (people.stale != Stale.NO).mean(),
        "mistyped": (people.mistyped != Mistyped.NO).mean(),
        "missing_id": (people.missing != Missing.NO).mean(),
        "no_roster": (~people.has_roster[people.is_expert]).mean(),
    }
    for name, share in shares.items():
        assert share == pytest.approx(numbers[name], abs=0.005), name


def test_two_sites_of_different_groups_share_nothing_unless_it_was_planned() -> None:
    sites = the_world().organizations.sites
    outside = [site.street for site in sites if site.tower < 0]
    suites = [(site.street, site.suite) for site in sites if site.tower >= 0]
    assert len(set(outside)) == len(outside)
    assert len(set(suites)) == len(suites)
    faxes = [site.fax for site in sites]
    assert len(set(faxes)) == len(faxes)


def test_shares_of_work_show_in_the_true_counts() -> None:
    world = the_world()
    people = [person for person in everyone()[:300] if person.is_expert and person.share > 0.6]
    for person, counts in zip(people, volumes(world, people, shown=False), strict=True):
        codes = world.rules.tracks[person.track].codes
        own = sum(volume.patients for volume in counts if volume.code in codes)
        visits = ("99213", "99214", "99204", "99223", "99232")
        total = sum(volume.patients for volume in counts if volume.code not in visits)
        assert own / total == pytest.approx(person.share, abs=0.2)


def test_the_volume_file_shows_no_count_below_eleven() -> None:
    people = list(everyone()[:300])
    shown = [volume.patients for counts in volumes(the_world(), people, shown=True) for volume in counts]
    assert shown and min(shown) >= 11


def test_planted_pairs_cover_every_kind_with_many_of_each() -> None:
    planted = list(plant(the_world()))
    kinds = Counter(pair.kind for pair in planted)
    assert set(kinds) == {plan.kind for plan in PLANS}
    assert len(kinds) >= 10
    assert sum(kinds.values()) >= 0.19 * len(everyone())


def test_planted_ties_hold_in_the_model() -> None:
    world, by_npi = the_world(), {person.npi: person for person in everyone()}
    groups = world.organizations.groups
    for pair in plant(world):
        a, b = by_npi[pair.first], by_npi[pair.second]
        kinds = shared_kinds(marks(world, a, shown=False), marks(world, b, shown=False))
        expected = {
            "same_group": a.group == b.group,
            "renamed_group": a.group == b.group and bool(groups[a.group].former_names),
            "merged_group": a.group == b.group and len(groups[a.group].former_names) == 2,
            "group_two_numbers": a.group != b.group and groups[a.group].tax == groups[b.group].tax,
            "groups_one_system": groups[a.group].system == groups[b.group].system >= 0,
            "one_parent": "parent" in kinds and "system" not in set(pair.kinds),
            "inside_parent": {"parent", "direct"} <= kinds,
            "one_holding": "holding" in kinds and "parent" not in set(pair.kinds),
            "same_cohort": a.graduated == b.graduated >= world.rules.today.year - 20,
            "old_cohort": a.graduated == b.graduated < world.rules.today.year - 20,
            "shared_hospital": bool(set(a.hospitals) & set(b.hospitals)),
            "shared_suite": a.group != b.group and "suite" in kinds,
            "shared_tower": "tower" in kinds and not kinds & (BREAKING | WEAKENING),
            "recent_study": "recent_study" in kinds and not kinds & BREAKING,
            "untied_near": a.market == b.market and not kinds & (BREAKING | WEAKENING),
        }
        assert expected.get(pair.kind, True), pair


def test_ownership_has_three_levels_and_a_flagship_of_each_national_system() -> None:
    found = the_world().organizations
    chains = [owners_above(found.systems, hospital.system) for hospital in found.hospitals]
    assert {len(chain) for chain in chains} >= {0, 1, 2, 3}
    flagships = [h for h in found.hospitals if "Flagship" in h.name]
    assert flagships and all(found.systems[h.system].market < 0 for h in flagships)
    phones = [site.phone for site in found.sites]
    assert all(phones.count(found.sites[h.site].phone) == 1 for h in flagships)


def test_the_verdict_of_a_planted_pair_follows_its_strength() -> None:
    allowed = {
        "breaks": {"not independent"},
        "weakens": {"some tie", "unknown"},
        "none": {"independent", "unknown"},
    }
    for pair in plant(the_world()):
        assert pair.verdict in allowed[pair.strength], pair
        if pair.kind.startswith("missing"):
            assert pair.verdict == "unknown"
        if pair.kind.startswith("untied"):
            assert pair.verdict == "independent"


def test_a_pair_with_a_missing_group_is_never_independent() -> None:
    world = the_world()
    a, b = next(p for p in everyone() if p.missing == Missing.GROUP), everyone()[5]
    assert ties.verdict(world, a, b, frozenset()) == "unknown"


def test_studies_of_people_with_a_common_name_are_not_counted_as_shown() -> None:
    world, unique = the_world(), unique_names(the_world())
    assert 0.9 < unique.mean() < 1
    twin = next(p for p in everyone() if not unique[p.position])
    other = next(
        p for p in everyone() if p.position != twin.position and not unique[p.position] and _same(p, twin)
    )
    assert (other.first, other.family) == (twin.first, twin.family)
    assert marks(world, twin, shown=True, linkable=False).recent == frozenset()


def _same(a: Person, b: Person) -> bool:
    return (a.first, a.family, a.second_family, a.female) == (b.first, b.family, b.second_family, b.female)


def test_grades_rise_with_the_share_of_the_work() -> None:
    world = the_world()
    condition = next(n for n, c in enumerate(world.rules.conditions) if c.condition_id == "breast_cancer")
    found = truth.grades(world, condition)
    about = np.array([track.condition == condition for track in world.rules.tracks] + [False])
    main = about[world.people.track]
    assert set(found[main & (world.people.share >= 0.5)].tolist()) == {3}
    assert set(found[main & (world.people.share < 0.25) & (world.people.second_share == 0)].tolist()) <= {1}
    assert set(found[world.people.track < 0].tolist()) == {0}


def test_a_world_of_too_few_people_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 50"):
        build(10, seed=1)
