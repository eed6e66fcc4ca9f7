"""The price table of the facts that were collected, read as it stands, against programs.csv, field by field.

Skips where the folder of facts is not at hand. Prices, dates, confidence and sources are read from the table
itself; every other field has its quote in `evidence.csv`, and a field without a quote must be empty.
"""

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest

from finder.tables import DATA

ROOT = Path(__file__).resolve().parents[3]
EVIDENCE = ROOT / "tests" / "fixtures" / "programs" / "evidence.csv"
# How each row of the table begins, and the programs that it is about.
ROWS = {
    "Dana-Farber": ["dana-farber"], "Cleveland Clinic": ["cleveland-clinic"], "- same": ["cleveland-clinic"],
    "Duke": ["duke-summus"], "CHLA": ["chla"], "Northwestern": ["northwestern-worldcare"], "CHOP": ["chop"],
    "Cedars-Sinai": ["cedars-sinai"], "University Hospitals": ["university-hospitals-ohio"],
    "Houston Methodist": ["houston-methodist"], "Mass General": ["mass-general-brigham"],
    "thesecondopinion": ["thesecondopinion"], "2nd.MD": ["2nd-md"], "Included Health": ["included-health"],
    "WorldCare": ["worldcare"], "AccessHope": ["accesshope"], "Mayo": ["mayo-econsult"],
    "Rush": ["rush-cancer"], "SecondOpinionExpert": ["second-opinion-expert"],
    "UCSF": ["ucsf-included-health"], "Stanford": ["stanford-included-health"],
    "Johns Hopkins": ["johns-hopkins-surgical"], "Boston": ["boston-childrens-summus"],
    "Cincinnati": ["cincinnati-childrens"], "Children's National": ["childrens-national"],
    "Penn": ["penn-brain-tumor"], "Barrow": ["barrow-neurosurgery"], "Mount Sinai": ["mount-sinai"],
    "MSK": ["msk"], "MD Anderson": ["md-anderson-pathology"], "Yale": ["yale-health"],
    "Jefferson": ["jefferson", "university-of-colorado", "nationwide-childrens", "vcu", "ucsf-benioff"],
}  # fmt: skip
QUOTED = (
    "operator", "price_for", "extras", "deposit_nonrefundable_usd", "modality", "turnaround_days_min",
    "turnaround_days_max", "turnaround_unit", "clock_starts", "home_state", "states_included",
    "states_listed", "states_excluded", "counties_excluded", "place_rule", "needs_local_doctor", "age_min",
    "age_max", "ages", "specialties_in", "specialties_out", "collects_records", "rereads_pathology",
    "rereads_radiology", "benefit_routes",
)  # fmt: skip
OF_ONE_PRICE = ("price_for", "extras", "deposit_nonrefundable_usd")  # rows of one program may differ
SILENT = ("", "not_published")
Cells = dict[str, str]


@pytest.fixture(scope="module")
def facts() -> dict[str, list[Cells]]:
    """The rows of the table by program: cells by the name of their column."""
    found = [p / "shared" / "FACTS.md" for p in ROOT.parents if (p / "shared" / "FACTS.md").is_file()]
    if not found:
        pytest.skip("the folder of collected facts (shared/FACTS.md beside the repository) is not here")
    section = found[0].read_text(encoding="utf-8").partition("## 1. ")[2].partition("\n## ")[0]
    lines = [
        [c.strip() for c in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"
    ]
    header, rows = lines[0], [dict(zip(lines[0], line, strict=True)) for line in lines[2:]]
    assert header == [
        "Programme",
        "Price",
        "What, how fast",
        "State / eligibility limits",
        "Source",
        "Date",
        "Conf.",
    ]
    by_program: dict[str, list[Cells]] = defaultdict(list)
    for row in rows:
        [start] = [name for name in ROWS if row["Programme"].startswith(name)]
        for program_id in ROWS[start]:
            by_program[program_id].append(row)
    return by_program


@pytest.fixture(scope="module")
def listed() -> dict[str, list[Cells]]:
    """The rows of programs.csv by program."""
    by_program: dict[str, list[Cells]] = defaultdict(list)
    with (DATA / "programs.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            by_program[row["program_id"]].append(row)
    return by_program


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+", re.sub(r"(?<=\d),(?=\d{3})", "", text)))


def test_every_row_of_the_facts_is_a_program_and_every_institution_has_one(
    facts: dict[str, list[Cells]], listed: dict[str, list[Cells]]
) -> None:
    assert set(facts) == set(listed) == {each for ids in ROWS.values() for each in ids}
    institutions = [rows[0]["institution"] for rows in listed.values()]
    assert len(institutions) == len(set(institutions)) == 35


def test_the_bold_prices_are_those_of_today_and_all_others_are_history_or_told_beside(
    facts: dict[str, list[Cells]], listed: dict[str, list[Cells]]
) -> None:
    for program_id, rows in facts.items():
        prices = [row["Price"] for row in rows]
        bold = {n for price in prices for part in re.findall(r"\*\*(.+?)\*\*", price) for n in numbers(part)}
        today = {row["price_usd"] for row in listed[program_id] if row["is_history"] == "no"} - {""}
        assert today == bold, program_id
        amounts = {row[name] for row in listed[program_id] for name in ("price_usd", "price_max_usd")} - {""}
        told = {n for r in listed[program_id] for name in ("extras", "note", "deposit_nonrefundable_usd")
                for n in numbers(r[name])}  # fmt: skip
        written = {n for price in prices for n in numbers(price)}
        assert written <= amounts | told, program_id
        assert amounts <= written, program_id


def test_the_kind_of_each_price_is_that_of_the_facts(
    facts: dict[str, list[Cells]], listed: dict[str, list[Cells]]
) -> None:
    marks = {
        "elsewhere": {"in_state", "out_of_state"}, "quoted per case": {"quote"},
        "billed to insurance": {"billed_as_visit"},
        "via employer": {"benefit"}, "with benefit": {"benefit"}, "covered members": {"benefit"},
        "at member hospitals": {"benefit"},
    }  # fmt: skip
    for program_id, rows in facts.items():
        today = {row["price_kind"] for row in listed[program_id] if row["is_history"] == "no"}
        said = [kinds for mark, kinds in marks.items() if mark in rows[0]["Price"]]
        is_priced = "**" in rows[0]["Price"]
        assert today == (said[0] if said else {"flat"} if is_priced else {"not_published"}), program_id


def test_confidence_and_dates_are_those_of_the_facts(
    facts: dict[str, list[Cells]], listed: dict[str, list[Cells]]
) -> None:
    for program_id, rows in facts.items():
        letters = {letter for row in rows for letter in re.findall(r"\b[ABC]\b", row["Conf."])}
        assert {row["confidence"] for row in listed[program_id]} - {"none"} == letters, program_id
        dates = " ; ".join(row["Date"] for row in rows)
        years = set(re.findall(r"\b(?:19|20)\d\d\b", dates)) | {
            f"20{y}" for y in re.findall(r"\b20\d\d-(\d\d)\b", dates)
        }
        for row in listed[program_id]:
            assert row["seen_at"] == "2026-11-22"
            assert not row["as_of"] or row["as_of"][:4] in years, program_id
        undated = [row for row in listed[program_id] if not row["as_of"] and row["confidence"] in letters]
        assert bool(undated) == ("n.d." in dates and bool(letters)), program_id


def test_sources_are_those_of_the_facts(
    facts: dict[str, list[Cells]], listed: dict[str, list[Cells]]
) -> None:
    for program_id, rows in facts.items():
        told = " ".join(row["source_url"] + " " + row["note"] for row in listed[program_id])
        source = " ".join(row["Source"] + " " + row["State / eligibility limits"] for row in rows)
        places = [p.strip("();,") for p in " ".join(row["Source"] for row in rows).split()]
        missing = [p for p in places if re.search(r"\w[./]\w", p) and p not in told]
        assert missing == [], program_id
        for row in listed[program_id]:
            for part in row["source_url"].split(" ; "):
                assert part.split("/")[0].split(" ")[0] in source, program_id


def test_every_other_field_has_its_quote_and_what_has_none_is_empty(
    facts: dict[str, list[Cells]], listed: dict[str, list[Cells]]
) -> None:
    with EVIDENCE.open(encoding="utf-8", newline="") as lines:
        evidence = {(row["program_id"], row["field"]): row for row in csv.DictReader(lines)}
    wrong = []
    for (program_id, field), row in evidence.items():
        text = " | ".join(cell for told in facts[program_id] for cell in told.values())
        values = {each[field] for each in listed[program_id]}
        values -= set(SILENT) if field in OF_ONE_PRICE else set()
        if row["quote"] not in text:
            wrong.append(f"{program_id} {field}: the facts do not say '{row['quote']}'")
        if values != {row["value"]} and not (row["value"] == "*" and len(values) == 1):
            wrong.append(f"{program_id} {field}: {values} is not {row['value']}")
    for program_id, rows in listed.items():
        for field in QUOTED:
            if any(row[field] not in SILENT for row in rows) and (program_id, field) not in evidence:
                wrong.append(f"{program_id} {field}: no quote")
    assert wrong == []
    assert {field for _, field in evidence} <= set(QUOTED)
