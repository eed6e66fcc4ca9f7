"""Writes the studies as ClinicalTrials.gov version 2 records, one JSON object a line."""

from collections.abc import Iterator
from typing import Any

import orjson

from ingest.demo.identifiers import nct_id
from ingest.demo.styles import style_of
from ingest.demo.trials import Trial
from ingest.demo.world import (
    Person,
    World,
    first_name,
    middle_name,
    mistyped_last_name,
    persons,
)

SUBJECTS = ("a new treatment", "two ways of care", "a shorter stay in hospital")
PHASES = ("PHASE1", "PHASE2", "PHASE3", "NA")


def full_name(world: World, person: Person) -> str:
    """First name, middle letter, family name and degree, as sites give them."""
    middle = f"{middle_name(person)}. " if middle_name(person) and person.position % 2 else ""
    return f"{first_name(world, person)} {middle}{mistyped_last_name(world, person)}, MD"


def rows(world: World) -> Iterator[bytes]:
    """One record a line; memory holds the investigators of one study at a time."""
    for n, trial in enumerate(world.studies.trials):
        yield orjson.dumps(_record(world, n, trial)) + b"\n"


def _record(world: World, number: int, trial: Trial) -> dict[str, Any]:
    people = [persons(world, who, who + 1)[0] for who in trial.investigators]
    condition = world.rules.conditions[trial.condition]
    terms = [condition.label, condition.terms[1 + number % (len(condition.terms) - 1)]]
    title = (
        f"Demonstration study of {_subject(world, number, people[0])} for {condition.label} ({number + 1})"
    )
    sponsor = world.organizations.hospitals[trial.hospitals[0]].name
    protocol = {
        "identificationModule": {
            "nctId": nct_id(number),
            "orgStudyIdInfo": {"id": f"DEMO-{number + 1}"},
            "organization": {"fullName": sponsor, "class": "OTHER"},
            "briefTitle": title,
            "officialTitle": f"{title}: everything in it is made up",
        },
        "statusModule": _status(world, trial),
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": sponsor, "class": "OTHER"}},
        "descriptionModule": {"briefSummary": "Made up for demonstration. Nobody can take part."},
        "conditionsModule": {"conditions": terms, "keywords": list(condition.terms)},
        "designModule": {"studyType": "INTERVENTIONAL", "phases": [PHASES[number % len(PHASES)]]},
        "eligibilityModule": {
            "stdAges": ["CHILD"] if condition.ages == "child" else ["ADULT", "OLDER_ADULT"]
        },
        "contactsLocationsModule": _where(world, trial, people),
    }
    return {"protocolSection": protocol, "derivedSection": {"miscInfoModule": {}}, "hasResults": False}


def _subject(world: World, number: int, lead: Person) -> str:
    """What the study compares: for some how its lead works, for the others anything."""
    style = style_of(world, lead)
    own = (style.manner.subject, style.timing.subject) if style else ()
    subjects: tuple[str, ...] = (*SUBJECTS, *own)
    return subjects[number % len(subjects)]


def _status(world: World, trial: Trial) -> dict[str, Any]:
    is_over = trial.status in ("COMPLETED", "TERMINATED")
    updated = f"{trial.end_year}-12-15" if is_over else f"{world.rules.today.year - 1}-11-15"
    end = {"date": f"{trial.end_year}-11", "type": "ACTUAL" if is_over else "ESTIMATED"}
    start = f"{trial.start_year}-{trial.start_month:02d}"
    return {
        "statusVerifiedDate": updated[:7],
        "overallStatus": trial.status,
        "startDateStruct": {"date": start, "type": "ACTUAL"},
        "primaryCompletionDateStruct": end,
        "completionDateStruct": end,
        "studyFirstSubmitDate": f"{start}-01",
        "lastUpdateSubmitDate": updated,
        "lastUpdatePostDateStruct": {"date": updated, "type": "ACTUAL"},
    }


def _where(world: World, trial: Trial, people: list[Person]) -> dict[str, Any]:
    """The lead as overall official, every investigator at the hospital where they mainly work."""
    lead, organizations = people[0], world.organizations
    locations = []
    for hospital in trial.hospitals:
        owner, place = (
            organizations.hospitals[hospital],
            world.place_of(organizations.hospitals[hospital].site),
        )
        here = [person for person in people if person.hospitals[0] == hospital]
        location: dict[str, Any] = {"facility": owner.name}
        if trial.start_month % 3 or trial.status == "RECRUITING":
            location["status"] = trial.status
        state = world.rules.states[place.state][1]
        location |= {"city": place.city, "state": state, "zip": place.zip, "country": "United States"}
        location["contacts"] = [
            {"name": full_name(world, person), "role": _role(person, lead)} for person in here
        ]
        location["geoPoint"] = {"lat": place.lat, "lon": place.lon}
        locations.append(location)
    affiliation = organizations.hospitals[lead.hospitals[0]].name
    official = {"name": full_name(world, lead), "affiliation": affiliation, "role": "PRINCIPAL_INVESTIGATOR"}
    return {"overallOfficials": [official], "locations": locations}


def _role(person: Person, lead: Person) -> str:
    return "PRINCIPAL_INVESTIGATOR" if person is lead or person.position % 3 else "SUB_INVESTIGATOR"
