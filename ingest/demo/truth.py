"""Writes truth.json.gz, no publisher's format: who people really are, their ties, and how well they fit."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson

from ingest.demo.identifiers import ccn, group_pac_id, nct_id, system_id, tin
from ingest.demo.kinds import Ints
from ingest.demo.people import Misled, Missing, Mistyped, Stale
from ingest.demo.plant import plant
from ingest.demo.published import (
    has_current_roster,
    is_system_settled,
    listed_group,
    listed_hospitals,
    listed_systems,
    shows_tax_number,
    states_sole_practice,
)
from ingest.demo.styles import shown_parts, style_of
from ingest.demo.upper import owners_above
from ingest.demo.volumes import volumes
from ingest.demo.world import (
    Person,
    World,
    chunks,
    first_name,
    group_of,
    last_name,
    residency_of,
    school_name,
    specialty_of,
)
from ingest.demo.write_networks import plans_of

FORMAT = "demonstration-truth-1"
TIE_COLUMNS = ("npi_a", "npi_b", "kind", "strength", "how", "kinds_shown", "verdict")
# A grade says how well the person's true work fits: at least this share of it is about the condition.
GRADES = ((3, 0.5), (2, 0.25), (1, 0.05))
MAINLY = 0.5
AGE_NAMES = (["adult"], ["child"], ["adult", "child"])


def rows(world: World) -> Iterator[bytes]:
    """One JSON object in pieces: `conditions`, `people`, `tie_columns`, `ties` and `judgments` by
    condition.
    """
    head = {
        "format": FORMAT,
        "version": world.rules.version,
        "seed": world.seed,
        "today": str(world.rules.today),
        "conditions": [
            {
                "id": c.condition_id,
                "label": c.label,
                "area": c.area,
                "icd10": c.icd10,
                "ages": c.ages,
                "terms": c.terms,
            }
            for c in world.rules.conditions
        ],
        "tie_columns": TIE_COLUMNS,
    }
    yield orjson.dumps(head)[:-1] + b',\n"people":['
    yield from _listed(orjson.dumps(entry) for people in chunks(world) for entry in _people(world, people))
    yield b'],\n"ties":['
    columns = ((t.first, t.second, t.kind, t.strength, t.how, t.kinds, t.verdict) for t in plant(world))
    yield from _listed(orjson.dumps([str(a), str(b), *rest]) for a, b, *rest in columns)
    yield b'],\n"judgments":{'
    yield from _listed(judgments(world))
    yield b"}}\n"


def _listed(entries: Iterator[bytes]) -> Iterator[bytes]:
    separator = b"\n"
    for entry in entries:
        yield separator + entry
        separator = b",\n"


def grades(world: World, condition: int) -> Ints:
    """0 to 3 for every person, by the share of their work that is about the condition.

    Anyone of a specialty that treats it gets at least 1, but 0 where at least half of the work is another
    thing and no neighbour of the condition: somebody who mainly treats breasts is no answer for a pancreas.
    """
    rules, people = world.rules, world.people
    tracks = [track for track in rules.tracks if track.condition == condition]
    kinds = sorted({kind for track in tracks for kind in track.specialties})
    # One more at the end, for the -1 of primary care.
    about = np.array([*(track.condition == condition for track in rules.tracks), False])
    near = np.array([*(condition in rules.conditions[t.condition].neighbours for t in rules.tracks), False])
    share = np.where(about[people.track], people.share, 0.0)
    share = share + np.where(about[people.second_track], people.second_share, 0.0)
    mainly_other = (people.share >= MAINLY) & ~about[people.track] & ~near[people.track]
    found: Ints = np.where(np.isin(people.specialty, kinds) & (people.track >= 0) & ~mainly_other, 1, 0)
    for grade, least in reversed(GRADES):
        found[share >= least] = grade
    return found


def judgments(world: World) -> Iterator[bytes]:
    """One JSON member for each condition: NPI to grade, people of grade 0 left out."""
    for n, condition in enumerate(world.rules.conditions):
        found = grades(world, n)
        members = np.flatnonzero(found)
        table = dict(zip(map(str, world.people.npi[members].tolist()), found[members].tolist(), strict=True))
        yield orjson.dumps(condition.condition_id) + b":" + orjson.dumps(table)


def _people(world: World, people: list[Person]) -> Iterator[dict[str, Any]]:
    every, shown = (volumes(world, people, shown=only_shown) for only_shown in (False, True))
    for person, counts, told in zip(people, every, shown, strict=True):
        specialty, rules = specialty_of(world, person), world.rules
        languages = [code for n, (code, _, _) in enumerate(rules.languages) if person.languages >> n & 1]
        yield {
            "npi": str(person.npi),
            "first": first_name(world, person),
            "last": last_name(world, person),
            "specialty": specialty.specialty_id,
            "taxonomy": specialty.taxonomy,
            "role": rules.tracks[person.track].role if person.track >= 0 else None,
            "focus": _focus(world, person),
            "is_expert": person.is_expert,
            "reputation": person.reputation,
            "ages": AGE_NAMES[person.ages],
            "languages": ["en", *languages],
            "accepting": bool(person.answers[3]),
            "second_opinions": rules.choices["second_opinion"][person.answers[0]][0] or None,
            "virtual": rules.choices["virtual"][person.answers[1]][0] or None,
            **_workplaces(world, person),
            "school": school_name(world, person) or None,
            "graduated": person.graduated,
            "trials": [nct_id(n) for n in world.studies.of_person.get(person.position, ())],
            "residency": " ".join(residency_of(world, person)).strip() or None,
            "partners": [str(world.people.npi[n]) for n in world.circles.partners.get(person.position, ())],
            "program": world.circles.programs.get(person.position),
            "plans": plans_of(world, person),
            "volumes": {volume.code: volume.patients for volume in counts},
            "style": _style(world, person, {volume.code for volume in told}),
            "noise": _noise(person),
            "published": _published(world, person),
        }


def _focus(world: World, person: Person) -> dict[str, float]:
    """Condition to share of the person's work, the main focus first; empty for primary care."""
    rules = world.rules
    pairs = ((person.track, person.share), (person.second_track, person.second_share))
    return {
        rules.conditions[rules.tracks[track].condition].condition_id: share
        for track, share in pairs
        if track >= 0
    }


def _style(world: World, person: Person, codes: set[str]) -> dict[str, Any] | None:
    """How the person works, and which parts of it the files show; None for primary care."""
    style = style_of(world, person)
    if style is None:
        return None
    shown = shown_parts(world, person, codes)
    return {"manner": style.manner.way, "timing": style.timing.way, "shown": shown}


def _workplaces(world: World, person: Person) -> dict[str, Any]:
    organizations, group = world.organizations, group_of(world, person)
    systems = [(group.system, "group")] + [
        (organizations.hospitals[h].system, "hospital") for h in person.hospitals
    ]
    chains = []
    for system, through in dict.fromkeys(pair for pair in systems if pair[0] >= 0):
        owners = owners_above(organizations.systems, system)
        chains.append({"through": through, "owners": [system_id(n) for n in owners]})
    named = {
        "id": group_pac_id(person.group),
        "name": group.name,
        "tin": tin(group.tax),
        "history": group.history.name,
    }
    return {
        "group": named if group.size > 1 else None,
        "sole_practice": group.size == 1,
        "systems": chains,
        "hospitals": [ccn(h) for h in person.hospitals],
        "sites": [_site(world, n) for n in (person.site, person.second_site) if n >= 0],
    }


def _site(world: World, number: int) -> dict[str, Any]:
    site, place = world.organizations.sites[number], world.place_of(number)
    return {
        "street": site.street,
        "suite": site.suite or None,
        "city": place.city,
        "state": place.state,
        "zip": place.zip,
        "lat": place.lat,
        "lon": place.lon,
        "phone": site.phone,
        "fax": site.fax,
        "tower": site.tower if site.tower >= 0 else None,
    }


def _noise(person: Person) -> list[str]:
    """Which noise hit the person, `no_roster` for experts only."""
    found = ["no_roster"] if person.is_expert and not person.has_roster else []
    if person.misled != Misled.NO:
        found.append(f"misleading_{Misled(person.misled).name.lower()}")
    if person.stale != Stale.NO:
        found.append(f"stale_{Stale(person.stale).name.lower()}")
    if person.mistyped != Mistyped.NO:
        found.append(f"mistyped_{Mistyped(person.mistyped).name.lower()}")
    if person.missing != Missing.NO:
        found.append(f"missing_{Missing(person.missing).name.lower()}")
    return found


def _published(world: World, person: Person) -> dict[str, Any]:
    """What the files, all together, let a reader know about the person's ties."""
    sole = states_sole_practice(world, person)
    known = "known" if listed_group(world, person) >= 0 else "sole practice" if sole else "missing"
    by_group, by_hospital = listed_systems(world, person)
    owners = {
        n for system in by_group | by_hospital for n in owners_above(world.organizations.systems, system)
    }
    tax = tin(group_of(world, person).tax) if shows_tax_number(world, person) else None
    return {
        "group": known,
        "system": "settled" if is_system_settled(world, person) else "missing",
        "owners": [system_id(n) for n in sorted(owners)],
        "tin": tax,
        "hospitals": [ccn(h) for h in listed_hospitals(person)],
        "clinician_file": person.in_clinician_file,
        "volumes": person.in_medicare,
        "roster": has_current_roster(person),
    }
