"""Demonstration worlds for tests: staged, and with planted changes, one kind a person, and the truth of who
changed in what."""

import csv
from collections.abc import Callable
from pathlib import Path

from ingest.bench_changes import WEEKLY, republished, weekly_update
from ingest.demo.generate import CLINICIANS, generate
from ingest.files import inspected
from ingest.recognition import recognised
from ingest.sources import SOURCES
from ingest.staging import Staging
from tests.factories import an_npi

Row = dict[str, str]
AFFILIATIONS = "Facility_Affiliation.csv"
NEW = an_npi(99_999)  # nobody of a demonstration world


def rewrite(path: Path, change: Callable[[list[Row]], list[Row]], to: Path | None = None) -> None:
    """Change the rows of a CSV file, in place or into another file."""
    with path.open(encoding="utf-8", newline="") as text:
        reader = csv.DictReader(text)
        names, rows = list(reader.fieldnames or ()), list(reader)
    with (to or path).open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, names, quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(change(rows))


def planted(data: Path, share: float) -> dict[str, set[str]]:
    """Change that share of the people by new telephone numbers, and one person or two by every other kind.

    Gets NPI -> kinds of `finder.changes` that must be told of the person.
    """
    weekly_update(data, share)
    republished(data, share)
    truth: dict[str, set[str]] = {}
    numbers: dict[str, str] = {}  # of the weekly file; the clinician file says the same

    def weekly(rows: list[Row]) -> list[Row]:
        for row in rows:
            truth.setdefault(row["NPI"], set()).add("contact")
            numbers[row["NPI"]] = row["Provider Business Practice Location Address Telephone Number"]
        gone = rows[-1] | {"NPI Deactivation Date": "01/08/2026"}
        truth[gone["NPI"]] = {"removed"}
        truth[NEW] = {"added"}
        return [*rows[:-1], gone, rows[0] | {"NPI": NEW, "Provider Last Name (Legal Name)": "PLANTEDSEN"}]

    def clinicians(rows: list[Row]) -> list[Row]:
        spare = []
        seen: dict[str, int] = {}
        for row in rows:
            seen[row["NPI"]] = seen.get(row["NPI"], 0) + 1
        for row in rows:
            row["Telephone Number"] = numbers.get(row["NPI"], row["Telephone Number"])
            if row["Telephone Number"].startswith("203555"):
                truth.setdefault(row["NPI"], set()).add("contact")
            elif row["NPI"] not in truth and seen[row["NPI"]] == 1 and row["org_pac_id"]:
                spare.append(row)
        mover, joiner, retrained = spare[5], spare[50], spare[90]
        other = next(row for row in rows if row["org_pac_id"] not in ("", joiner["org_pac_id"]))
        mover["adr_ln_1"], truth[mover["NPI"]] = "4711 PLANTED ROAD", {"site"}
        for name in ("org_pac_id", "Facility Name", "num_org_mem"):
            joiner[name] = other[name]
        truth[joiner["NPI"]] = {"group"}
        retrained["pri_spec"] = "DERMATOLOGY" if retrained["pri_spec"] != "DERMATOLOGY" else "UROLOGY"
        truth[retrained["NPI"]] = {"specialty"}
        return rows

    def affiliations(rows: list[Row]) -> list[Row]:
        mine = next(row for row in rows[len(rows) // 2 :] if row["NPI"] not in truth)
        column = "Facility Affiliations Certification Number"
        theirs = {row[column] for row in rows if row["NPI"] == mine["NPI"]}
        mine[column] = next(row[column] for row in rows if row[column] not in theirs)
        truth[mine["NPI"]] = {"hospital"}
        return rows

    rewrite(data / WEEKLY, weekly)
    rewrite(data / CLINICIANS, clinicians)
    rewrite(data / AFFILIATIONS, affiliations)
    return truth


def staged_world(home: Path, people: int) -> Path:
    """The staging file of a demonstration world of so many people, whose files lie in `home` / "data"."""
    generate(people, home / "data")
    with Staging(home / "s.duckdb", SOURCES) as staging:
        for file, source in recognised(home / "data")[0]:
            assert staging.stage(inspected(file), source).failure is None
        staging.sort_people()
    return home / "s.duckdb"
