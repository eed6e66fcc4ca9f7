"""How often each person did what in the year: true counts by code, and those that the file shows."""

from typing import NamedTuple

from ingest.demo.data import Rules
from ingest.demo.kinds import draws
from ingest.demo.people import Misled
from ingest.demo.styles import Style, codes_by_style, style_of
from ingest.demo.world import Person, World

TOPIC = 5
LEAST_SHOWN = 11  # CMS leaves out rows of ten or fewer patients
MISLED_SHARE = 0.45  # of the volume of a misled person goes to a neighbour field
VISIT_CODES = ("99213", "99214", "99204")
HOSPITAL_CODES = ("99223", "99232")
# Work that no condition of this world claims, by role: small procedures and tests that many do.
OTHER_CODES = {
    "surgery": ("12001", "10060", "11042"),
    "medical": ("36415", "93000", "80053"),
    "radiation": ("77427", "77336", "77334"),
    "pathology": ("88304", "88300", "88312"),
    "interventional": ("36556", "76937", "77001"),
}
MOST_OTHER_TRACKS = 5
MOST_OF_MAIN = 0.8  # no other track takes more than this part of the main one
UNITS_PER_DRUG_PATIENT = 40
SPREAD = (0.5, 0.3, 0.2, 0.1)  # over the codes of one track, commonest first


class Volume(NamedTuple):
    """One code of one person in a year."""

    code: str
    patients: int
    services: int


def volumes(world: World, people: list[Person], *, shown: bool) -> list[list[Volume]]:
    """For each of these people (one chunk, in order) the counts; `shown` spoils them as the volume file
    is spoiled.
    """
    noise = draws(world.seed, TOPIC, people[0].position).uniform(0.8, 1.2, len(people)).tolist()
    others = _tracks_of_specialty(world.rules)
    return [
        _in_style(
            _counts(world.rules, person, noise[n], others[person.specialty], shown=shown),
            style_of(world, person),
        )
        for n, person in enumerate(people)
    ]


def _in_style(counts: list[Volume], style: Style | None) -> list[Volume]:
    """The counts with those of two codes of one operation exchanged, so that the more frequent one is the
    person's own; their sum stays, and with it everything that does not ask how the operation was done.
    """
    of_code = {volume.code: volume for volume in counts}
    for rare, usual in codes_by_style(style).items():
        less, more = of_code.get(rare), of_code.get(usual)
        if less and (more is None or less.patients > more.patients):
            of_code[usual] = less._replace(code=usual)
            of_code.pop(rare)
            if more:
                of_code[rare] = more._replace(code=rare)
    return list(of_code.values())


def _tracks_of_specialty(rules: Rules) -> list[tuple[int, ...]]:
    found: list[list[int]] = [[] for _ in rules.specialties]
    for n, track in enumerate(rules.tracks):
        for specialty in track.specialties:
            found[specialty].append(n)
    return [tuple(tracks) for tracks in found]


def shares(rules: Rules, person: Person, others: tuple[int, ...], *, shown: bool) -> dict[int, float]:
    """Shares of a person's own work by track; what is left to 1 is work that no condition claims."""
    if person.track < 0:
        return {}
    found = {person.track: person.share}
    if person.second_track >= 0:
        found[person.second_track] = found.get(person.second_track, 0.0) + person.second_share
    spare = [t for t in others if t not in found]
    few = [spare[(person.position + n) % len(spare)] for n in range(min(MOST_OTHER_TRACKS, len(spare)))]
    for track in few:
        found[track] = min((1 - person.share - person.second_share) / len(few), person.share * MOST_OF_MAIN)
    if shown and person.misled == Misled.VOLUME:
        wrong = misleading_track(rules, person)
        found = {track: share * (1 - MISLED_SHARE) for track, share in found.items()}
        found[wrong] = found.get(wrong, 0.0) + MISLED_SHARE
    return found


def misleading_track(rules: Rules, person: Person) -> int:
    """A track of a neighbour condition that is not what the person mainly does."""
    if person.track < 0:
        return person.position % len(rules.tracks)
    neighbours = rules.conditions[rules.tracks[person.track].condition].neighbours
    near = [
        n
        for n, track in enumerate(rules.tracks)
        if track.condition in neighbours and n != person.second_track
    ]
    return near[person.position % len(near)]


def _counts(
    rules: Rules, person: Person, noise: float, others: tuple[int, ...], *, shown: bool
) -> list[Volume]:
    role = rules.tracks[person.track].role if person.track >= 0 else "medical"
    parts = shares(rules, person, others, shown=shown)
    work = [(rules.tracks[track].codes, share) for track, share in parts.items()]
    work.append((OTHER_CODES[role], 1 - sum(parts.values())))
    patients: dict[str, float] = {}
    for codes, share in work:
        total = person.volume * share * noise / sum(SPREAD[: len(codes)])
        for code, part in zip(codes, SPREAD, strict=False):
            patients[code] = patients.get(code, 0.0) + total * part
    if role in ("surgery", "medical", "radiation"):
        for code, part in zip(VISIT_CODES, (0.5, 0.4, 0.2), strict=True):
            patients[code] = person.volume * part * noise
    if person.hospitals and role == "medical":
        for code, part in zip(HOSPITAL_CODES, (0.15, 0.2), strict=True):
            patients[code] = person.volume * part * noise
    found = []
    for code, expected in patients.items():
        count = int(expected)
        if count >= LEAST_SHOWN or (count > 0 and not shown):
            units = UNITS_PER_DRUG_PATIENT if code[0] == "J" else 2 if code in VISIT_CODES else 1
            found.append(Volume(code, count, count * units))
    return found


def average_amount(code: str) -> float:
    """A made-up allowed amount in dollars, the same for everybody: this world has no prices."""
    if not code.isdigit():
        return 25.0
    return 90.0 + int(code) % 97 * (10 if code < "70000" else 1)
