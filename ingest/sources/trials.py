"""Reads ClinicalTrials.gov study records (API v2, JSON): the studies, their sites and their investigators.

Layouts: a bare array (the site's download), an object with "studies" (the API's answer), one study a file,
one study a line. A row is one study. Investigators are the overall officials and the site contacts with an
investigator's role; plain contacts are not kept. Field names: ClinicalTrials.gov "Study Data Structure", v2.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from finder.geo import is_point
from ingest.clean import dates, states, zips
from ingest.files import InputFile, head
from ingest.json_stream import in_chunks, items, many, mapping, opening, text
from ingest.sources.base import Batch, CsvBatch, Head, Issue, Level, Source
from ingest.sources.cleaner import Cleaner
from ingest.sources.json_rows import or_empty_warning, text_frame

TRIALS = ("nct_number", "title", "status", "phases", "conditions", "keywords", "study_type", "start_date",
          "end_date", "sponsor", "as_of")  # fmt: skip
SITES = ("nct_number", "facility", "city", "state", "zip", "country", "status", "lat", "lon")
PEOPLE = ("nct_number", "name", "affiliation", "role", "facility", "city", "state", "zip")
STUDIES_A_BATCH = 200
_ROOTS = frozenset({(), ("*",), ("studies", "*")})
_NCT = re.compile(r"NCT\d{8}")
_DAY_OR_MONTH = re.compile(r"\d{4}-\d{2}(?:-\d{2})?")
_US = "United States"
# The registry lists territories as countries.
_TERRITORIES = MappingProxyType(
    {"AMERICAN SAMOA": "AS", "GUAM": "GU", "NORTHERN MARIANA ISLANDS": "MP", "PUERTO RICO": "PR",
     "U.S. VIRGIN ISLANDS": "VI", "VIRGIN ISLANDS (U.S.)": "VI"}
)  # fmt: skip

_Row = tuple[str | None, ...]


class TrialRole(StrEnum):
    """What an investigator is in a trial (the publisher's words), from the highest role."""

    PRINCIPAL_INVESTIGATOR = "PRINCIPAL_INVESTIGATOR"
    STUDY_CHAIR = "STUDY_CHAIR"
    STUDY_DIRECTOR = "STUDY_DIRECTOR"
    SUB_INVESTIGATOR = "SUB_INVESTIGATOR"


_ROLES = frozenset(role.value for role in TrialRole)


@dataclass(frozen=True, slots=True)
class _Study:
    """One element of the file, in rows; `trial` is None where it is no study with a number."""

    number: int
    title: str | None
    trial: _Row | None
    sites: tuple[_Row, ...] = ()
    people: tuple[_Row, ...] = ()


def _recognises(head_: Head) -> bool:
    start = opening(head_.start)
    return (
        start[:1] in ("[", "{")
        and '"protocolSection"' in start
        and '"identificationModule"' in start
        and '"$schema"' not in start
    )


def _read(file: InputFile) -> Iterator[Batch]:
    into = _entered(opening(head(file)))
    found = (item.value for item in items(file, into) if item.path in _ROOTS)
    studies = (_study(number, value) for number, value in enumerate(found, start=1))
    chunks = in_chunks(studies, STUDIES_A_BATCH)
    yield from or_empty_warning(file, (_batch(file, chunk) for chunk in chunks))


def _entered(start: str) -> frozenset[tuple[str, ...]]:
    """Which paths to enter: an array of studies, the array under "studies", or none (whole objects)."""
    if start[:1] == "[":
        return frozenset({()})
    wrapper, study = start.find('"studies"'), start.find('"protocolSection"')
    return frozenset({(), ("studies",)}) if 0 <= wrapper < study else frozenset()


def _study(number: int, value: Any) -> _Study:
    section = mapping(mapping(value).get("protocolSection"))
    module = {name: mapping(found) for name, found in section.items()}
    identity = module.get("identificationModule", {})
    nct = (text(identity.get("nctId")) or "").upper()
    title = text(identity.get("briefTitle")) or text(identity.get("officialTitle"))
    if not _NCT.fullmatch(nct):
        return _Study(number, title, None)
    places = module.get("contactsLocationsModule", {})
    locations = [mapping(found) for found in many(places.get("locations"))]
    officials = [mapping(found) for found in many(places.get("overallOfficials"))]
    return _Study(
        number,
        title,
        _trial(nct, title, module),
        tuple(_site(nct, location) for location in locations),
        tuple(_people(nct, officials, locations)),
    )


def _trial(nct: str, title: str | None, module: Mapping[str, dict[str, Any]]) -> _Row:
    status, design = module.get("statusModule", {}), module.get("designModule", {})
    conditions = module.get("conditionsModule", {})
    return (
        nct,
        title,
        text(status.get("overallStatus")),
        _joined(design.get("phases")),
        _joined(conditions.get("conditions")),
        _joined(conditions.get("keywords")),
        text(design.get("studyType")),
        _date(status, "startDateStruct"),
        _date(status, "completionDateStruct") or _date(status, "primaryCompletionDateStruct"),
        text(mapping(module.get("sponsorCollaboratorsModule", {}).get("leadSponsor")).get("name")),
        text(mapping(status.get("lastUpdatePostDateStruct")).get("date")),
    )


def _date(status: Mapping[str, Any], name: str) -> str | None:
    """A day or month of the status; the end of a study that still runs is the one that is expected."""
    found = text(mapping(status.get(name)).get("date"))
    return found if found and _DAY_OR_MONTH.fullmatch(found) else None


def _site(nct: str, location: Mapping[str, Any]) -> _Row:
    facility, city, state, zip_code = _place(location)
    country, status = text(location.get("country")), text(location.get("status"))
    return (nct, facility, city, state, zip_code, country, status, *_point(mapping(location.get("geoPoint"))))


def _people(nct: str, officials: list[dict[str, Any]], locations: list[dict[str, Any]]) -> Iterator[_Row]:
    for official in officials:
        role = text(official.get("role"))
        if role in _ROLES and (name := text(official.get("name"))):
            yield (nct, name, text(official.get("affiliation")), role, None, None, None, None)
    for location in locations:
        for contact in map(mapping, many(location.get("contacts"))):
            role = text(contact.get("role"))
            if role in _ROLES and (name := text(contact.get("name"))):
                yield (nct, name, None, role, *_place(location))


def _place(location: Mapping[str, Any]) -> tuple[str | None, str | None, str | None, str | None]:
    """Facility, city, state and ZIP; the last two only in the United States, where they mean our codes."""
    facility, city = text(location.get("facility")), text(location.get("city"))
    country = text(location.get("country")) or ""
    territory = _TERRITORIES.get(country.upper())
    if country != _US and not territory:
        return facility, city, None, None
    return facility, city, territory or text(location.get("state")), text(location.get("zip"))


def _point(found: Mapping[str, Any]) -> tuple[str | None, str | None]:
    try:
        lat, lon = (float(text(found.get(name)) or "nan") for name in ("lat", "lon"))
    except ValueError:
        return None, None
    return (str(lat), str(lon)) if is_point(lat, lon) else (None, None)


def _joined(value: Any) -> str | None:
    found = (text(part) for part in many(value))
    return "|".join(part.replace("|", "/") for part in found if part) or None


def _batch(file: InputFile, studies: list[_Study]) -> Batch:
    bad = tuple(_rejected(file, study) for study in studies if study.trial is None)
    good = [study for study in studies if study.trial is not None]
    numbers = [study.number for study in good]
    trials = _cleaner(file, TRIALS, [s.trial for s in good if s.trial], numbers)
    trials.clean(dates, "as_of")
    tables, issues = {"trials": trials.frame}, [*bad, *trials.batch({}).issues]
    for name, columns, rows in (
        ("trial_sites", SITES, [(s.number, row) for s in good for row in s.sites]),
        ("trial_people", PEOPLE, [(s.number, row) for s in good for row in s.people]),
    ):
        cleaner = _cleaner(file, columns, [row for _, row in rows], [number for number, _ in rows])
        cleaner.clean(states, "state")
        cleaner.put("zip", zips(cleaner.frame["zip"], cleaner.frame["state"]))
        tables[name] = cleaner.frame
        if name == "trial_sites":  # the people's places are the same, reported once
            issues.extend(cleaner.batch({}).issues)
    return Batch(tables, tuple(issues), len(studies), len(good))


def _cleaner(file: InputFile, columns: tuple[str, ...], rows: list[_Row], numbers: list[int]) -> Cleaner:
    frame: pd.DataFrame = text_frame(rows, columns)
    return Cleaner(file.name, CsvBatch(frame, np.array(numbers, dtype=np.int64)))


def _rejected(file: InputFile, study: _Study) -> Issue:
    content = {"title": study.title} if study.title else {}
    reason = "has no NCT number of eight digits" if study.title else "is not a study record"
    return Issue(file.name, study.number, "nctId", reason, Level.REJECTED, content=content)


SOURCE = Source(
    name="trials",
    tables=MappingProxyType({"trials": TRIALS, "trial_sites": SITES, "trial_people": PEOPLE}),
    recognises=_recognises,
    read=_read,
)
