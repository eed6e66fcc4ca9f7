"""Tie keys of a person: what can be shared with another, and which kinds its sources settle."""

import re
from collections.abc import Iterable

from finder.addresses import address
from finder.documents import TieLabel, Trial
from finder.text import fold
from ingest.display import organization_name
from ingest.link import Link, Reference
from ingest.merge import Membership, Person

_YEAR = re.compile(r"(?:19|20)\d\d")


def hospital_name(hospital: Membership, reference: Reference) -> str:
    """The name of a hospital in the hospital files, else as the person's own source gives it."""
    known = reference.hospitals.get(hospital.id)
    if known:
        return known.name
    return organization_name(hospital.name) if hospital.name else f"hospital {hospital.id}"


def ties_of(person: Person, trials: Iterable[Trial], reference: Reference) -> dict[str, TieLabel]:
    """Everything that this person may share with another, by tie key, with the source that says so.

    Systems and owners are reached through groups and hospitals; `via` names the group or hospital, `via_key`
    the step in between, which is itself a key of the answer.
    """
    ties: dict[str, TieLabel] = {}
    for group in person.groups:
        known = reference.groups.get(group.id)
        name = known.name if known else organization_name(group.name or group.id)
        key = f"group:{group.id}"
        ties[key] = TieLabel(name, group.source, group.as_of)
        _climb(ties, reference.group_links.get(group.id, ()), f"practice group {name}", key)
    for hospital in person.hospitals:
        name, key = hospital_name(hospital, reference), f"hospital:{hospital.id}"
        ties[key] = TieLabel(name, hospital.source, hospital.as_of)
        _climb(ties, reference.hospital_links.get(hospital.id, ()), name, key)
    _faculty_ties(ties, person, reference)
    _place_ties(ties, person, reference)
    _school_tie(ties, person)
    _roster_ties(ties, person, reference)
    for trial in trials:
        until = reference.trial_ends.get(trial.nct_number)
        ties[f"trial:{trial.nct_number}"] = TieLabel(trial.title, trial.source, trial.as_of, until=until)
    return ties


def _climb(ties: dict[str, TieLabel], links: Iterable[Link], via: str, first: str | None) -> None:
    for link in links:
        label = TieLabel(link.name, link.source, link.as_of, via, link.below or first)
        ties.setdefault(link.key, label)


def _faculty_ties(ties: dict[str, TieLabel], person: Person, reference: Reference) -> None:
    """A chair at a medical school ties to the system of the school, as a roster states it."""
    told = person.facts.get("academic_institution")
    if told:
        school = str(told.best.value)
        _climb(ties, reference.school_links.get(fold(school), ()), school, None)


def _place_ties(ties: dict[str, TieLabel], person: Person, reference: Reference) -> None:
    for site in person.sites:
        place = address(site.street, site.street_2, site.zip)
        if place:
            shown = ", ".join(part for part in (site.street, site.street_2, site.city) if part)
            is_tower = place.building_key in reference.crowded_buildings
            if not is_tower or (place.suite and place.key not in reference.crowded_suites):
                ties.setdefault(f"address:{place.key}", TieLabel(shown, site.sources[0], site.as_of))
            if is_tower:
                house = ", ".join(part for part in (place.building.title(), site.city) if part)
                ties.setdefault(
                    f"building:{place.building_key}", TieLabel(house, site.sources[0], site.as_of)
                )
        for kind, number in (("phone", site.phone), ("fax", site.fax)):
            if number and number not in reference.crowded_phones:
                shown = f"({number[:3]}) {number[3:6]}-{number[6:]}"
                ties.setdefault(f"{kind}:{number}", TieLabel(shown, site.sources[0], site.as_of))


def _school_tie(ties: dict[str, TieLabel], person: Person) -> None:
    school, year = person.facts.get("school"), person.facts.get("graduation_year")
    if school and year:
        key = f"school:{fold(str(school.best.value))}:{year.best.value}"
        label, graduated = f"{school.best.value}, class of {year.best.value}", str(year.best.value)
        until = graduated if _YEAR.fullmatch(graduated) else None
        ties[key] = TieLabel(label, school.best.source, school.best.as_of, until=until)


def _roster_ties(ties: dict[str, TieLabel], person: Person, reference: Reference) -> None:
    """What only rosters tell: training, programs, and who sends patients to whom.

    Training stays true however old the roster is; who reviews for a program now is told by a current one.
    A statement on referrals ends with its date, so that it lapses.
    """
    for roster in person.rows.rosters:
        told = roster.residency
        if told:
            label = TieLabel(told, "rosters", roster.as_of, until=roster.residency_year)
            ties.setdefault(f"residency:{fold(told).replace(' ', '-')}", label)
    for roster in person.rosters:
        for name in filter(None, (roster.second_opinion_programs or "").split(";")):
            key, title = reference.program_names.get(fold(name), (fold(name).replace(" ", "-"), name))
            ties[f"program:{key}"] = TieLabel(title, "rosters", roster.as_of)
    for referral in reference.referrals.get(person.npi, ()):
        key = "-".join(sorted((person.npi, referral.partner)))
        ties[f"referral:{key}"] = TieLabel(referral.said_by, "rosters", referral.as_of, until=referral.as_of)


def kinds_known(person: Person, reference: Reference) -> tuple[str, ...]:
    """Kinds that the sources settle for this person; the rules are those of the truth table.

    The group is known when CMS lists one or a roster states a sole practice. The system is settled when every
    group, or every listed hospital, is in the AHRQ linkage, with a system or with a blank.
    """
    known: list[str] = []
    if person.groups or person.is_sole_practice:
        known.append("group")
    if person.hospitals:
        known.append("hospital")
    by_group = bool(person.groups) and all(g.id in reference.group_links for g in person.groups)
    by_hospital = bool(person.hospitals) and all(h.id in reference.hospital_links for h in person.hospitals)
    if by_group or by_hospital:
        known.append("system")
    return tuple(known)
