"""All rows of one NPI become one person: name, specialty codes, sites, groups, hospitals, dated facts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from finder.documents import Fact, Site, Value
from finder.text import fold
from finder.trust import CORRECTION, by_trust, fact, outlives
from ingest.corrected import corrected, said_of
from ingest.display import organization_name, person_name
from ingest.rows import (
    Clinician,
    FacilityAffiliation,
    NppesDeactivated,
    NppesPerson,
    PersonRows,
    Procedure,
    QhpPerson,
    Roster,
    newest,
)
from ingest.sites import sites_of

_PHYSICIAN_CREDENTIALS = {"md", "do", "mbbs", "mbchb"}
# A row that much older than what other sources say tells where a person was (own judgment, 2026-11-23).
OUTDATED_AFTER_YEARS = 3
# Facility types, folded, at which doctors of one medical staff work side by side. The other types that CMS
# lists (nursing home, home health agency, hospice, dialysis facility) are places that doctors of many groups
# visit or refer to: sharing one says little about who knows whose cases.
HOSPITAL_TYPES = frozenset(
    {
        "hospital", "critical access hospital", "childrens hospital", "long term care hospital",
        "psychiatric hospital", "inpatient psychiatric facility", "inpatient rehabilitation facility",
    }
)  # fmt: skip


class Coded(NamedTuple):
    """One taxonomy code of a person, the primary one first."""

    code: str
    source: str
    as_of: str | None


class Membership(NamedTuple):
    """One group or hospital of a person, by its number."""

    id: str
    name: str | None
    source: str
    as_of: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """What all sources together say of one NPI, before concepts and ties are worked out.

    `listed_hospitals` are those that each source lists for itself, `rosters` the rows of current rosters.
    """

    npi: str
    name: str
    name_folded: str
    credentials: str | None
    codes: tuple[Coded, ...]
    cms_names: tuple[Coded, ...]
    licence_states: tuple[str, ...]
    sites: tuple[Site, ...]
    groups: tuple[Membership, ...]
    hospitals: tuple[Membership, ...]
    listed_hospitals: tuple[Membership, ...]
    rosters: tuple[Roster, ...]
    facts: Mapping[str, Fact]
    rows: PersonRows

    @property
    def is_sole_practice(self) -> bool:
        """Whether a current roster says so."""
        return any(roster.sole_practice == "yes" for roster in self.rosters)

    @property
    def is_physician_by_credential(self) -> bool:
        """Whether the letters behind the name are those of a physician."""
        words = set(fold((self.credentials or "").replace(".", "")).split())
        return not words.isdisjoint(_PHYSICIAN_CREDENTIALS)


class Name(NamedTuple):
    """The parts of a name as a source gives them."""

    first: str | None
    middle: str | None
    last: str
    suffix: str | None


class LeftOut(NamedTuple):
    """Why an NPI does not become a document."""

    reason: str


def merged(rows: PersonRows) -> Person | LeftOut:
    """One person from all rows of an NPI; the order in which the rows come does not matter.

    Left out are deactivated NPIs (unless a later row says otherwise) and NPIs that no source names.
    """
    for name in rows.__slots__[1:]:
        found = getattr(rows, name)
        if len(found) > 1:
            _sort(found)
    if _is_deactivated(rows):
        return LeftOut("deactivated")
    names = _names(rows)
    if not names:
        return LeftOut("no source gives a name")
    first, middle, last, suffix = names[0]
    rosters = _current_rosters(rows)
    listed = _listed_hospitals(rows, rosters)
    return Person(
        npi=rows.npi,
        name=person_name(first, middle, last, suffix),
        name_folded=_name_tokens(names, rows),
        credentials=_credentials(rows),
        codes=_codes(rows),
        cms_names=_cms_names(rows),
        licence_states=_licence_states(rows),
        sites=sites_of(rows),
        groups=_groups(rows),
        hospitals=_hospitals(rows, listed),
        listed_hospitals=tuple(listed),
        rosters=tuple(rosters),
        facts=_facts(rows),
        rows=rows,
    )


def _sort(rows: list[tuple[Any, ...]]) -> None:
    """Sort rows by their columns, a missing value as an empty text.

    Most rows differ in a column that both have: these are compared as they are, in a third of the time.
    """
    try:
        rows.sort()
    except TypeError:
        rows.sort(key=_row_order)


def _row_order(row: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple("" if value is None else str(value) for value in row)


def _is_deactivated(rows: PersonRows) -> bool:
    """Whether some deactivation stands: no row of the person is reactivated since, or newer than it.

    A deactivation is as new as the file that states it: a row last updated before that file was written
    cannot know better, even where the deactivation itself lies before that update.
    """
    said: list[NppesDeactivated | NppesPerson] = [*rows.nppes_deactivated, *rows.nppes_people]
    stated = [(row.deactivated_on, row.as_of) for row in said]
    return any(on and not _is_back(rows, on, max(on, told or "")) for on, told in stated)


def _is_back(rows: PersonRows, deactivated_on: str, told: str) -> bool:
    return any(
        (row.reactivated_on or "") >= deactivated_on or (row.as_of or "") > told for row in rows.nppes_people
    )


def _names(rows: PersonRows) -> list[Name]:
    """Names that hold a letter or digit, the best source and its newest row first."""
    found: list[Name] = []
    full: list[NppesPerson | Clinician] = [*reversed(rows.nppes_people), *reversed(rows.clinicians)]
    for row in full:
        if row.last_name and _folded(f"{row.last_name} {row.first_name or ''}"):
            found.append(Name(row.first_name, row.middle_name, row.last_name, row.suffix))
    short: list[FacilityAffiliation | Procedure | QhpPerson | Roster] = [
        *rows.facility_affiliations, *rows.procedures[-1:], *rows.qhp_people, *rows.rosters
    ]  # fmt: skip
    for other in short:
        if other.last_name and _folded(f"{other.last_name} {other.first_name or ''}"):
            found.append(Name(other.first_name, None, other.last_name, None))
    return found


def _name_tokens(names: Iterable[Name], rows: PersonRows) -> str:
    words: dict[str, None] = {}
    for first, middle, last, _suffix in dict.fromkeys(names):
        words |= dict.fromkeys(_folded(f"{last} {first or ''} {middle or ''}").split())
    for row in rows.nppes_people:
        words |= dict.fromkeys(_folded(f"{row.other_last_name or ''} {row.other_first_name or ''}").split())
    return " ".join(words)


def _credentials(rows: PersonRows) -> str | None:
    values = [Value(r.credential, "nppes", r.as_of) for r in rows.nppes_people if r.credential]
    values += [Value(r.credential, "clinicians", r.as_of) for r in rows.clinicians if r.credential]
    values += [Value(r.credential, "procedures", r.as_of) for r in rows.procedures[-1:] if r.credential]
    return by_trust(values)[0].value if values else None


@lru_cache(maxsize=10_000)  # most files spell a person in the same way
def _folded(name: str) -> str:
    return fold(name)


@lru_cache(maxsize=1_000)  # asked several times for each person
def _slots(taxonomies: str | None) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(slot.split("|")) for slot in (taxonomies or "").split(";") if slot)


def _coded_slots(rows: PersonRows) -> tuple[list[tuple[str, ...]], str | None]:
    """The filled slots of the newest NPPES row that has a code, with its date."""
    for row in reversed(rows.nppes_people):
        slots = [s for s in _slots(row.taxonomies) if s[0]]
        if slots:
            return slots, row.as_of
    return [], None


def _codes(rows: PersonRows) -> tuple[Coded, ...]:
    """Codes of the newest NPPES row that has any; the one switched as primary first, else by slot."""
    slots, as_of = _coded_slots(rows)
    ordered = sorted(slots, key=lambda s: s[2:3] != ("Y",))
    return tuple(Coded(code, "nppes", as_of) for code in dict.fromkeys(s[0] for s in ordered))


def _cms_names(rows: PersonRows) -> tuple[Coded, ...]:
    """Medicare specialty names, primary ones first, of the newest clinician rows, else of billed services."""
    named: dict[str, Coded] = {}
    current = newest(rows.clinicians)
    for row in current:
        if row.specialty:
            named.setdefault(row.specialty, Coded(row.specialty, "clinicians", row.as_of))
    for row in current:
        for name in filter(None, (row.secondary_specialties or "").split(";")):
            named.setdefault(name, Coded(name, "clinicians", row.as_of))
    if not named:
        for service in newest(rows.procedures):
            if service.specialty:
                named.setdefault(service.specialty, Coded(service.specialty, "procedures", service.as_of))
    return tuple(named.values())


def _licence_states(rows: PersonRows) -> tuple[str, ...]:
    slots, _as_of = _coded_slots(rows)
    return tuple(sorted({s[1] for s in slots if s[1:2] and s[1]}))


def _groups(rows: PersonRows) -> tuple[Membership, ...]:
    """Groups of the newest clinician file: what an older one says is history, kept among the facts."""
    found: dict[str, Membership] = {}
    for row in newest(rows.clinicians):
        if row.group_id:
            found.setdefault(row.group_id, Membership(row.group_id, row.group_name, "clinicians", row.as_of))
    if told := corrected(rows, "groups"):
        names = {row.group_id: row.group_name for row in rows.clinicians}
        found = {key: Membership(key, names.get(key), CORRECTION, told.as_of) for key in told.value}
    return tuple(found[key] for key in sorted(found))


def _hospitals(rows: PersonRows, listed: Iterable[Membership]) -> tuple[Membership, ...]:
    found: dict[str, Membership] = {}
    told = corrected(rows, "hospitals")
    for hospital in listed:
        if told is None or hospital.source == CORRECTION or outlives(hospital.source, hospital.as_of, told):
            found.setdefault(hospital.id, hospital)
    return tuple(found[key] for key in sorted(found))


def _listed_hospitals(rows: PersonRows, rosters: Iterable[Roster]) -> list[Membership]:
    """Hospitals of the newest rows of each source, the best source first; a hospital may come from several.

    Years older rows are history: of a roster beside what CMS lists, and of the clinician file beside the
    facility affiliations, which hold its hospital columns since 2023.
    """
    told = corrected(rows, "hospitals")
    found = [Membership(ccn, None, CORRECTION, told.as_of) for ccn in told.value] if told else []
    found += [
        Membership(roster.institution_ccn, roster.institution, "rosters", roster.as_of)
        for roster in rosters
        if roster.institution_ccn
    ]
    for affiliation in newest(rows.facility_affiliations):
        if affiliation.ccn and _is_hospital(affiliation.facility_type):
            found.append(Membership(affiliation.ccn, None, "facility_affiliations", affiliation.as_of))
    affiliated = _last_date(rows.facility_affiliations)
    for row in newest(rows.clinicians):
        if _is_outdated(row.as_of, affiliated):
            continue
        names = (row.hospital_names or "").split("|")
        for position, ccn in enumerate((row.hospital_ccns or "").split(";")):
            if ccn:
                name = names[position] if position < len(names) and names[position] else None
                found.append(Membership(ccn, name, "clinicians", row.as_of))
    return found


@lru_cache(maxsize=100)
def _is_hospital(facility_type: str | None) -> bool:
    """Whether a facility counts as a hospital; the type is missing where a file lists nothing else."""
    return fold(facility_type or "hospital") in HOSPITAL_TYPES


def _current_rosters(rows: PersonRows) -> list[Roster]:
    """The newest rows of the rosters, unless they are years older than what any other source says."""
    if not rows.rosters:  # nearly everybody
        return []
    last = max(
        _last_date(rows.clinicians), _last_date(rows.facility_affiliations), _last_date(rows.nppes_people),
        _last_date(rows.qhp_people), _last_date(rows.procedures),
    )  # fmt: skip
    return [roster for roster in newest(rows.rosters) if not _is_outdated(roster.as_of, last)]


def _last_date(rows: Sequence[Clinician | FacilityAffiliation | NppesPerson | QhpPerson | Procedure]) -> str:
    return max(filter(None, {row.as_of for row in rows}), default="")


def _is_outdated(as_of: str | None, last: str) -> bool:
    """Whether a date is so much older than the last one that people have moved on since."""
    if not as_of or not last:
        return False
    return int(last[:4]) - int(as_of[:4]) > OUTDATED_AFTER_YEARS


def _facts(rows: PersonRows) -> dict[str, Fact]:
    values: dict[str, list[Value]] = {}

    def say(name: str, value: Any, source: str, as_of: str | None) -> None:
        if value:
            given = values.setdefault(name, [])
            if (told := Value(value, source, as_of)) not in given:
                given.append(told)

    for row in rows.clinicians:
        say("group", organization_name(row.group_name) if row.group_name else None, "clinicians", row.as_of)
        say("specialty_in_medicare", row.specialty, "clinicians", row.as_of)
        say("school", _school(row.school), "clinicians", row.as_of)
        say("graduation_year", row.graduation_year, "clinicians", row.as_of)
        say("telehealth", "yes" if row.telehealth == "Y" else None, "clinicians", row.as_of)
    for person in rows.nppes_people:
        sole = {"Y": "yes", "N": "no"}.get(person.sole_proprietor or "")
        say("sole_proprietor", sole, "nppes", person.as_of)
        states = sorted({s[1] for s in _slots(person.taxonomies) if s[1:2] and s[1]})
        say("licence_states", states, "nppes", person.as_of)
    for payer in rows.qhp_people:
        say("accepting", payer.accepting, "qhp_providers", payer.as_of)
        say("languages", _parts(payer.languages), "qhp_providers", payer.as_of)
    for roster in rows.rosters:
        for name, told in _said_by(roster):
            say(name, told, "rosters", roster.as_of)
    for name, value, as_of in said_of(rows):
        say(name, value, CORRECTION, as_of)
    found = {name: Fact(given[0]) if len(given) == 1 else fact(given) for name, given in values.items()}
    return {name: won for name, won in found.items() if won}


def _said_by(roster: Roster) -> Iterable[tuple[str, Any]]:
    """The facts of a roster line, by name."""
    for name in (
        "institution", "practice_group", "academic_title", "academic_institution", "virtual",
        "accepts_second_opinions", "accepts_for", "sees_own_system_patients", "opinion_only", "calls_back",
        "written_report", "multidisciplinary_board",
    ):  # fmt: skip
        yield name, getattr(roster, name)
    yield "sole_practice", "yes" if roster.sole_practice == "yes" else None
    yield "residency", roster.residency
    for name in ("second_opinion_programs", "clinical_focus", "approach", "languages", "ages"):
        yield name, _parts(getattr(roster, name))


def _school(school: str | None) -> str | None:
    return None if not school or school.upper() == "OTHER" else organization_name(school)


def _parts(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(";") if part.strip()]
