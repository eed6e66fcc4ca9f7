"""Writes institution rosters: who works where, what they say they treat, and second opinions.

The format is this project's own, one CSV for each market: `clinical_focus` and `accepts_for` hold terms
parted by ";" (best first), `languages` ISO 639-1 codes, `ages` child, adult or both; yes/no columns stay
empty when nobody said.
"""

from ingest.demo.data import Rules
from ingest.demo.identifiers import ccn
from ingest.demo.people import Ages, Misled, Missing, Stale
from ingest.demo.published import listed_group
from ingest.demo.styles import style_of
from ingest.demo.table import plain
from ingest.demo.volumes import misleading_track
from ingest.demo.world import (
    Person,
    World,
    first_name,
    group_of,
    mistyped_last_name,
    program_name,
    residency_of,
    school_name,
)

COLUMNS = [
    "npi",
    "first_name",
    "last_name",
    "institution",
    "institution_ccn",
    "practice_group",
    "sole_practice",
    "academic_title",
    "academic_institution",
    "clinical_focus",
    "accepts_second_opinions",
    "accepts_for",
    "sees_own_system_patients",
    "languages",
    "virtual",
    "ages",
    "residency_institution",
    "residency_specialty",
    "residency_year",
    "referral_partners",
    "second_opinion_programs",
    "approach",
    "opinion_only",
    "calls_back",
    "written_report",
    "multidisciplinary_board",
    "as_of",
]
TITLES = ((0.75, "Professor"), (0.6, "Associate Professor"), (0.45, "Assistant Professor"))
AGES = {Ages.ADULT: "adult", Ages.CHILD: "child", Ages.BOTH: "child;adult"}


def focus_terms(rules: Rules, person: Person) -> list[str]:
    """What the roster says the person treats, best first: true, foreign to them, or words that say
    nothing.
    """
    n = person.position
    if person.misled == Misled.WORDS:
        words = rules.words["generic_focus"]
        return [words[(n + k) % len(words)] for k in range(3)]
    tracks = [track for track in (person.track, person.second_track) if track >= 0]
    if person.misled == Misled.FOCUS:
        tracks = [misleading_track(rules, person)]
    elif not person.is_expert and n % 2:
        # Who treats a field at large names things in no order.
        tracks.reverse()
    found = []
    for track in tracks:
        terms = rules.conditions[rules.tracks[track].condition].terms
        found.append(terms[n % len(terms)])
    return list(dict.fromkeys(found))


def rows(world: World, people: list[Person]) -> list[tuple[int, str]]:
    """(market, line) for each of these people whom a roster lists."""
    return [(person.market, plain(_fields(world, person))) for person in people if person.has_roster]


def _institution(world: World, person: Person) -> tuple[str, str]:
    hospitals = world.organizations.hospitals
    if person.stale == Stale.ROSTER:
        # The former institution still lists them: one of the same market where they do not work now.
        others = [
            h for h in world.organizations.hospitals_of_market[person.market] if h not in person.hospitals
        ]
        if others:
            former = others[person.position % len(others)]
            return hospitals[former].name, ccn(former)
    if person.missing == Missing.HOSPITAL or not person.hospitals:
        # Where the group is not to be known, no other column may give it away.
        is_open = group_of(world, person).size == 1 or listed_group(world, person) >= 0
        return (group_of(world, person).name if is_open else ""), ""
    return hospitals[person.hospitals[0]].name, ccn(person.hospitals[0])


def _title(world: World, person: Person) -> tuple[str, str]:
    academic = any(world.organizations.hospitals[h].is_academic for h in person.hospitals)
    title = next((title for least, title in TITLES if academic and person.reputation >= least), "")
    return title, (school_name(world, person) or "Demo Medical College of Exampleton") if title else ""


def _as_of(person: Person) -> str:
    n = person.position
    if person.stale == Stale.ROSTER:
        return f"{2017 + n % 3}-{1 + n % 12:02d}-01"
    return f"2025-{1 + n % 12:02d}-{1 + n % 28:02d}"


def _circles(world: World, person: Person) -> tuple[str, str]:
    """Whom the line names as referral partners, and the program for which opinions are written."""
    npis, program = world.people.npi, world.circles.programs.get(person.position)
    partners = (str(npis[other]) for other in world.circles.partners.get(person.position, ()))
    return ";".join(partners), "" if program is None else program_name(world, program)


def _manner(world: World, person: Person) -> tuple[str, ...]:
    """How the person works, and how they give opinions."""
    style = style_of(world, person)
    return ("",) * 5 if style is None else (style.words(), *style.answers)


def _fields(world: World, person: Person) -> list[str]:
    rules, group = world.rules, group_of(world, person)
    is_former = person.stale == Stale.ROSTER
    grouped = listed_group(world, person) >= 0 and not is_former
    alone = group.size == 1 and not is_former and person.missing != Missing.GROUP
    focus = focus_terms(rules, person)
    accepts = str(rules.choices["second_opinion"][person.answers[0]][0])
    whom = ("any" if person.position % 2 else ";".join(focus)) if accepts == "yes" else ""
    spoken = [code for n, (code, _, _) in enumerate(rules.languages) if person.languages >> n & 1]
    return [
        "" if person.missing == Missing.NPI else str(person.npi),
        first_name(world, person),
        mistyped_last_name(world, person),
        *_institution(world, person),
        group.name if grouped else "",
        "yes" if alone else "no" if grouped else "",
        *_title(world, person),
        ";".join(focus),
        accepts,
        whom,
        ("yes", "no", "")[person.answers[2]],
        ";".join(["en", *spoken]),
        str(rules.choices["virtual"][person.answers[1]][0]),
        AGES[Ages(person.ages)],
        *residency_of(world, person),
        *_circles(world, person),
        *_manner(world, person),
        _as_of(person),
    ]
