"""Writes a whole demonstration world: fictional people and institutions in the publishers' formats."""

import gzip
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.demo import (
    truth,
    write_cms,
    write_institutions,
    write_networks,
    write_nppes,
    write_rosters,
    write_trials,
)
from ingest.demo.table import plain, quoted
from ingest.demo.world import CHUNK, Person, World, build, chunks

DEFAULT_SEED = 20260101
NOTICE = "DEMONSTRATION.txt"
REGISTRY = "npidata_pfile_20050523-20260101.csv"
LOCATIONS = "pl_pfile_20050523-20260101.csv"
CLINICIANS = "DAC_NationalDownloadableFile.csv"
FACILITIES = "Facility_Affiliation.csv"
SERVICES = "MUP_PHY_R26_P05_V10_D24_Prov_Svc.csv"
PROVIDERS = "qhp/providers.json"
PLANS = "qhp/plans.json"
STUDIES = "ctg-studies.jsonl.gz"
TRUTH = "truth.json.gz"
DATES = "as_of.csv"
# Files whose publishers' names carry no date, with the month that their world gives them.
UNDATED = (CLINICIANS, FACILITIES, "Hospital_General_Information.csv", PLANS, STUDIES)
RATES = "tic/2026-01-01_demo-health-plan_in-network-rates.json"
ROSTERS = "rosters/demo-roster-{}.csv"

Progress = Callable[[str, int, int], None]
Rows = Callable[[World, list[Person]], Iterator[str]]

BY_PERSON: tuple[tuple[str, str, Rows], ...] = (
    (REGISTRY, quoted(write_nppes.header()), write_nppes.rows),
    (LOCATIONS, quoted(write_nppes.location_header()), write_nppes.location_rows),
    (CLINICIANS, write_cms.CLINICIAN_HEADER, write_cms.clinician_rows),
    (FACILITIES, write_cms.FACILITY_HEADER, write_cms.facility_rows),
    (SERVICES, write_cms.SERVICE_HEADER, write_cms.service_rows),
)
BY_INSTITUTION: tuple[tuple[str, Callable[[World], Iterator[str]]], ...] = (
    ("Hospital_General_Information.csv", write_institutions.hospital_rows),
    ("chsp-compendium-2023.csv", write_institutions.system_rows),
    ("chsp-hospital-linkage-2023.csv", write_institutions.hospital_linkage_rows),
    ("chsp-grouppractice-linkage-2023.csv", write_institutions.group_linkage_rows),
    ("NCI_CancerCenter_Address_demo.csv", write_institutions.center_rows),
)


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What was written: `files` gives for each file (path under the folder) its rows, records or entries."""

    people: int
    seed: int
    folder: Path
    files: Mapping[str, int]


def generate(
    people: int, out: Path, seed: int = DEFAULT_SEED, progress: Progress | None = None
) -> DemoReport:
    """Writes the world of `people` fictional people under `out`; the same arguments give the same bytes.

    `progress` is called with the step's name, what is done and what there is to do. Needs about 0.4 GB for
    200,000 people. Raises ValueError below 50 people, above what the marked numbers hold, and when `out`
    holds files that are not an earlier demonstration.
    """
    tell = progress or _silent
    world = build(people, seed)
    _clear(out)
    (out / NOTICE).write_text(_notice(world), encoding="utf-8")
    month = f"{world.rules.today:%Y-%m}"
    dates = "".join(f"{name},{month}\n" for name in UNDATED)
    (out / DATES).write_text(f"file,as_of\n{dates}", encoding="utf-8")
    counts = Counter({NOTICE: 1, DATES: len(UNDATED)})
    _write_people(world, out, counts, tell)
    for name, lines in BY_INSTITUTION:
        counts[name] = _write_text(out / name, lines(world)) - 1
    tell("studies", 0, len(world.studies.trials))
    counts[STUDIES] = _write_gzip(out / STUDIES, write_trials.rows(world))
    tell("studies", counts[STUDIES], counts[STUDIES])
    _write_networks(world, out, counts, tell)
    tell("truth", 0, 1)
    counts[TRUTH] = len(world.people.npi)
    _write_gzip(out / TRUTH, truth.rows(world))
    tell("truth", 1, 1)
    return DemoReport(people, seed, out, dict(sorted(counts.items())))


def _silent(step: str, done: int, total: int) -> None:
    """Tells nobody."""


def _clear(out: Path) -> None:
    """Makes the folder and takes away rosters of an earlier world, whose names may differ from the new
    ones.
    """
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()) and not (out / NOTICE).is_file():
        raise ValueError(f"{out} holds other files; give an empty folder for the demonstration")
    for folder in ("qhp", "tic", "rosters"):
        (out / folder).mkdir(exist_ok=True)
    for old in out.glob(ROSTERS.format("*")):
        old.unlink()


def _notice(world: World) -> str:
    return (
        "DEMONSTRATION. Everything in this folder is fictional: no person, institution, number, study, plan "
        "or figure in it exists. Only cities, ZIP codes, specialties and names of illnesses are real. It is "
        "a model world in the formats of the publishers, spoiled on purpose; truth.json.gz has the truth. "
        f"People: {len(world.people.npi)}. Seed: {world.seed}. Version: {world.rules.version}. "
        f"Its present day: {world.rules.today}.\n"
    )


def _write_people(world: World, out: Path, counts: Counter[str], tell: Progress) -> None:
    total, done = len(world.people.npi), 0
    with ExitStack() as stack:
        files = [
            stack.enter_context((out / name).open("w", encoding="utf-8", newline=""))
            for name, _, _ in BY_PERSON
        ]
        for file, (_, header, _) in zip(files, BY_PERSON, strict=True):
            file.write(header)
        for people in chunks(world):
            for file, (name, _, rows) in zip(files, BY_PERSON, strict=True):
                lines = list(rows(world, people))
                file.write("".join(lines))
                counts[name] += len(lines)
            _write_rosters(world, out, people, counts)
            done += len(people)
            tell("people", done, total)
        for extra in (write_nppes.institution_rows, write_nppes.deactivated_rows):
            lines = list(extra(world))
            files[0].write("".join(lines))
            counts[REGISTRY] += len(lines)
    for name, _, _ in BY_PERSON:
        if not counts[name]:  # no publisher ships a table without rows, and no ingest takes one
            (out / name).unlink()


def _write_rosters(world: World, out: Path, people: list[Person], counts: Counter[str]) -> None:
    """Appends to one roster for each market; people run market by market, so few files are touched at a
    time.
    """
    by_market: dict[int, list[str]] = {}
    for market, line in write_rosters.rows(world, people):
        by_market.setdefault(market, []).append(line)
    for market, lines in by_market.items():
        name = ROSTERS.format(world.geography.markets[market].slug)
        with (out / name).open("a", encoding="utf-8", newline="") as file:
            if not counts[name]:
                file.write(plain(write_rosters.COLUMNS))
            file.write("".join(lines))
        counts[name] += len(lines)


def _write_networks(world: World, out: Path, counts: Counter[str], tell: Progress) -> None:
    tell("networks", 0, len(world.people.npi))

    def providers() -> Iterator[bytes]:
        for people in chunks(world):
            yield from write_networks.provider_entries(world, people)
            tell("networks", people[-1].position + 1, len(world.people.npi))
        yield from write_networks.facility_entries(world)

    def counted(entries: Iterator[bytes], name: str) -> Iterator[bytes]:
        for entry in entries:
            counts[name] += 1
            yield entry

    for name, entries in ((PROVIDERS, providers()), (PLANS, write_networks.plan_entries(world))):
        with (out / name).open("wb", buffering=1 << 20) as file:
            file.writelines(write_networks.json_array(counted(entries, name)))
    with (out / RATES).open("wb", buffering=1 << 20) as file:
        file.writelines(write_networks.transparency_file(world))
    counts[RATES] = 1


def _write_text(path: Path, lines: Iterable[str]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for line in lines:
            file.write(line)
            count += 1
    return count


@contextmanager
def _gzipped(path: Path) -> Iterator[gzip.GzipFile]:
    """A gzip file without name and time inside, so that equal content gives equal bytes."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 4, raw, mtime=0) as file:
        yield file


def _write_gzip(path: Path, pieces: Iterable[bytes]) -> int:
    """Writes the pieces a few thousand at a time (single small writes are slow) and counts them."""
    count, waiting = 0, list[bytes]()
    with _gzipped(path) as file:
        for piece in pieces:
            waiting.append(piece)
            count += 1
            if len(waiting) >= CHUNK:
                file.write(b"".join(waiting))
                waiting.clear()
        file.write(b"".join(waiting))
    return count
