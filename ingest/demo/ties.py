"""What two people share in truth and in the files, and the verdict that follows from the files."""

from typing import NamedTuple

import numpy as np

from ingest.demo.kinds import Flags
from ingest.demo.organizations import History
from ingest.demo.published import (
    are_sites_listed,
    former_half,
    has_current_roster,
    has_readable_roster,
    is_group_known,
    is_system_settled,
    listed_faxes,
    listed_group,
    listed_hospitals,
    listed_partners,
    listed_systems,
)
from ingest.demo.upper import NATIONAL, owners_above
from ingest.demo.world import Person, World

BREAKING = frozenset({"group", "tax_number", "system", "parent", "holding", "hospital"})
WEAKENING = frozenset(
    {"suite", "phone", "fax", "recent_study", "recent_cohort", "recent_residency", "referral", "program"}
)
ONLY_SHOWN = frozenset({"tower", "old_study", "old_cohort", "old_residency"})


class Marks(NamedTuple):
    """Everything by which one person can be tied to another."""

    group: int
    tax: int
    history: History
    half: int
    systems_by_group: frozenset[int]
    systems_by_hospital: frozenset[int]
    parents: frozenset[int]
    holdings: frozenset[int]
    nationals: frozenset[int]
    hospitals: frozenset[int]
    sites: frozenset[int]
    phones: frozenset[str]
    faxes: frozenset[str]
    towers: frozenset[int]
    recent: frozenset[int]
    old: frozenset[int]
    cohort: tuple[int, int] | None
    is_recent_cohort: bool
    residency: tuple[int, int, int] | None
    is_recent_residency: bool
    partners: frozenset[tuple[int, int]]
    program: int


def unique_names(world: World) -> Flags:
    """Whether nobody else has the same first and family name: only then can a study be linked for certain."""
    p = world.people
    key = ((p.female * 100 + p.first) * 2000 + p.family) * 2000 + p.second_family + 1
    _, place, counts = np.unique(key, return_inverse=True, return_counts=True)
    unique: Flags = counts[place] == 1
    return unique


def marks(world: World, person: Person, *, shown: bool, linkable: bool = True) -> Marks:
    """The keys of one person: in truth, or as the files show them (`linkable`: their studies can be
    linked).
    """
    organizations = world.organizations
    group, hospitals, by_group, by_hospital = _workplaces(world, person, shown)
    owner = organizations.groups[group] if group >= 0 else None
    above = {n for system in by_group | by_hospital for n in owners_above(organizations.systems, system)}
    national = frozenset(n for n in above if _is_national(world, n))
    is_listed = not shown or are_sites_listed(person)
    sites = {person.site, person.second_site} - {-1} if is_listed else set[int]()
    addresses = [organizations.sites[site] for site in sites]
    studies = world.studies.of_person.get(person.position, ()) if linkable or not shown else ()
    recent = frozenset(n for n in studies if world.studies.trials[n].is_recent)
    circles, at = world.circles, person.position
    trained = circles.residencies.get(at) if has_readable_roster(person) or not shown else None
    since = world.rules.today.year - world.rules.numbers["cohort_counts_years"]
    is_dated = person.school > 0 and (person.in_clinician_file or not shown)
    return Marks(
        group,
        owner.tax if owner and (owner.in_linkage or not shown) else -1,
        owner.history if owner else History.NONE,
        former_half(person),
        frozenset(by_group),
        frozenset(by_hospital),
        national,
        frozenset(organizations.systems[n].parent for n in national) - {-1},
        frozenset(by_group | by_hospital) & national,
        frozenset(hospitals),
        frozenset(sites) - organizations.let_sites,
        frozenset(site.phone for site in addresses) - organizations.let_phones,
        frozenset(organizations.sites[n].fax for n in (listed_faxes(person) if shown else sites)),
        frozenset(site.tower for site in addresses) - {-1},
        recent,
        frozenset(studies) - recent,
        (person.school, person.graduated) if is_dated else None,
        person.graduated >= since,
        (trained[0], person.specialty, trained[1]) if trained else None,
        trained is not None and trained[1] >= since,
        listed_partners(world, person) if shown else _partners(world, at),
        circles.programs.get(at, -1) if has_current_roster(person) or not shown else -1,
    )


def _workplaces(world: World, person: Person, shown: bool) -> tuple[int, list[int], set[int], set[int]]:
    """Group, hospitals, and the systems through each."""
    if shown:
        return listed_group(world, person), listed_hospitals(person), *listed_systems(world, person)
    organizations, hospitals = world.organizations, person.hospitals
    by_group = {organizations.groups[person.group].system} - {-1}
    return person.group, hospitals, by_group, {organizations.hospitals[h].system for h in hospitals} - {-1}


def _partners(world: World, at: int) -> frozenset[tuple[int, int]]:
    others = (*world.circles.partners.get(at, ()), *world.circles.named_by.get(at, ()))
    return frozenset((min(n, at), max(n, at)) for n in others)


def _is_national(world: World, system: int) -> bool:
    """Whether a system stands above regional ones; a holding stands above these, and nobody works for it."""
    found = world.organizations.systems[system]
    return found.market == NATIONAL and system in world.organizations.hospitals_of_system


def shared_kinds(a: Marks, b: Marks) -> frozenset[str]:
    """What two people have in common; `system_...` says how a system is shared, `renamed` and `merged`
    which group, `direct` that one of them works for the shared parent itself.
    """
    is_group = a.group == b.group >= 0
    is_tax = a.tax == b.tax >= 0 and a.history is History.TWO_NUMBERS
    by_group, by_hospital = (
        a.systems_by_group & b.systems_by_group,
        a.systems_by_hospital & b.systems_by_hospital,
    )
    mixed = (a.systems_by_group & b.systems_by_hospital) | (a.systems_by_hospital & b.systems_by_group)
    is_suite = bool(a.sites & b.sites)
    found = {
        "group": is_group,
        "renamed": is_group and a.history is History.RENAMED,
        "merged": is_group and a.history is History.MERGED and a.half != b.half,
        "tax_number": is_tax,
        "system": bool(by_group or by_hospital or mixed),
        "system_of_groups": bool(by_group),
        "system_of_hospitals": bool(by_hospital),
        "system_mixed": bool(mixed),
        "parent": bool(a.parents & b.parents),
        "direct": bool(a.parents & b.nationals or a.nationals & b.parents),
        "holding": bool(a.holdings & b.holdings),
        "hospital": bool(a.hospitals & b.hospitals),
        "suite": is_suite,
        "phone": bool(a.phones & b.phones),
        "fax": bool(a.faxes & b.faxes),
        "tower": bool(a.towers & b.towers) and not is_suite,
        "recent_study": bool(a.recent & b.recent),
        "old_study": bool(a.old & b.old),
        "recent_cohort": a.is_recent_cohort and a.cohort is not None and a.cohort == b.cohort,
        "recent_residency": a.is_recent_residency and a.residency == b.residency,
        "old_residency": not a.is_recent_residency and a.residency is not None and a.residency == b.residency,
        "referral": bool(a.partners & b.partners),
        "program": a.program == b.program >= 0,
        "old_cohort": not a.is_recent_cohort and a.cohort is not None and a.cohort == b.cohort,
    }
    return frozenset(kind for kind, is_shared in found.items() if is_shared)


def verdict(world: World, a: Person, b: Person, kinds: frozenset[str]) -> str:
    """What the files allow to say of a pair that shares `kinds` in them (the truth table of the design,
    section 7).
    """
    if kinds & BREAKING:
        return "not independent"
    if not (is_group_known(world, a) and is_group_known(world, b)):
        return "unknown"
    if not (is_system_settled(world, a) and is_system_settled(world, b)):
        return "unknown"
    return "some tie" if kinds & WEAKENING else "independent"
