"""The list of virtual second-opinion programs: its facts, its rules, its documents."""

import csv
import json
from pathlib import Path

import pytest

from finder.errors import SourceError
from finder.program_kinds import Confidence, LocalDoctor, PriceKind
from finder.programs import PROGRAM_COLUMNS, Program, load_programs
from finder.tables import DATA

MAPPING = Path(__file__).resolve().parents[3] / "index_mappings" / "programs.json"


@pytest.fixture(scope="module")
def programs() -> dict[str, Program]:
    return {program.id: program for program in load_programs()}


def current(program: Program) -> list[tuple[str, int | None]]:
    return [(price.kind.value, price.amount) for price in program.current_prices]


def test_the_prices_of_today_are_those_of_the_sources(programs: dict[str, Program]) -> None:
    published = {
        name: [amount for _, amount in current(program) if amount is not None]
        for name, program in programs.items()
    }
    assert {name: amounts for name, amounts in published.items() if amounts} == {
        "2nd-md": [0],
        "cedars-sinai": [590, 790],
        "chla": [875, 0],
        "chop": [800],
        "cleveland-clinic": [1850],
        "dana-farber": [2400],
        "duke-summus": [1500],
        "houston-methodist": [549],
        "included-health": [0],
        "mayo-econsult": [0],
        "northwestern-worldcare": [800],
        "thesecondopinion": [0],
        "university-hospitals-ohio": [550],
    }


def test_old_and_weak_figures_are_history_and_never_a_price_of_today(programs: dict[str, Program]) -> None:
    old = {p.id: [x.amount for x in p.prices if x.is_history] for p in programs.values()}
    assert {name: amounts for name, amounts in old.items() if amounts} == {
        "2nd-md": [80],
        "cleveland-clinic": [565, 730],
        "mass-general-brigham": [600, 500],
        "second-opinion-expert": [300],
    }
    assert all(
        price.is_history
        for program in programs.values()
        for price in program.prices
        if price.confidence is Confidence.C
    )


def test_a_price_that_was_not_published_is_no_number(programs: dict[str, Program]) -> None:
    silent = [p for program in programs.values() for p in program.prices if p.kind is PriceKind.NOT_PUBLISHED]
    assert silent
    assert {p.amount for p in silent} == {None}
    assert "price_amount" not in programs["ucsf-included-health"].to_source()


def test_the_states_are_those_of_the_sources(programs: dict[str, Program]) -> None:
    assert len(programs["cedars-sinai"].states_included) == 21
    assert len(programs["cincinnati-childrens"].states_excluded) == 9
    assert programs["cincinnati-childrens"].counties_excluded == ("Fulton GA",)
    assert len(programs["penn-brain-tumor"].states_included) == 8
    assert programs["dana-farber"].states_excluded == ("MA",)
    assert set(programs["childrens-national"].states_excluded) == {"MA", "ME"}
    assert programs["university-hospitals-ohio"].needs_local_doctor is LocalDoctor.OUTSIDE_HOME_STATE
    assert programs["ucsf-included-health"].states_included == ()


def test_a_document_holds_only_what_is_known_and_only_mapped_fields(programs: dict[str, Program]) -> None:
    mapped = set(json.loads(MAPPING.read_text())["mappings"]["properties"])
    for program in programs.values():
        source = program.to_source()
        assert set(source) <= mapped
        assert not [value for value in source.values() if value in (None, "", [], {})]


def test_every_mapped_field_is_explained() -> None:
    mappings = json.loads(MAPPING.read_text())["mappings"]
    assert set(mappings["properties"]) == set(mappings["_meta"]["fields"])


def test_the_turnaround_is_indexed_in_calendar_days_and_shown_as_published(
    programs: dict[str, Program],
) -> None:
    source = programs["dana-farber"].to_source()
    assert (source["turnaround_days_min"], source["turnaround_days_max"]) == (7, 10)
    assert source["turnaround"] == {
        "min": 5,
        "max": 7,
        "unit": "business_days",
        "clock_starts": "records_complete",
    }


def test_a_price_carries_source_dates_extras_and_deposit(programs: dict[str, Program]) -> None:
    [price] = programs["university-hospitals-ohio"].to_source()["prices"]
    assert price == {
        "kind": "flat",
        "amount": 550,
        "extras": "pathology (slides) and radiology (scans) cost extra; how much is not published",
        "deposit_nonrefundable": 200,
        "source_url": "uhhospitals.org/secondopinion/faqs",
        "source_kind": "own",
        "seen_at": "2026-11-22",
        "confidence": "A",
        "is_history": False,
        "note": "200 that is not given back, and 350. Outside Ohio the local doctor signs a form.",
    }


def test_the_first_price_is_the_general_one(programs: dict[str, Program]) -> None:
    assert programs["chla"].to_source()["price_amount"] == 875


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"price_kind": "cheap"}, "row 2, field price_kind"),
        ({"price_kind": "not_published"}, "field price_usd: is a number although"),
        ({"price_usd": ""}, "field price_usd: is empty although"),
        ({"price_usd": "549.50"}, "field price_usd: '549.50' is not a whole number"),
        ({"price_max_usd": "1"}, "field price_max_usd: is less than price_usd"),
        ({"confidence": "C"}, "field is_history: a figure of confidence C is history"),
        ({"confidence": "none"}, "field confidence"),
        ({"is_history": "yes"}, "field is_history: 'houston-methodist' has no row for today"),
        ({"is_history": "perhaps"}, "field is_history: is neither yes nor no"),
        ({"states_included": "TX", "states_listed": "some"}, "field states_listed"),
        ({"states_included": "TX"}, "field states_listed"),
        ({"needs_local_doctor": "outside_home_state"}, "field home_state: is empty"),
        ({"price_kind": "in_state"}, "field home_state: is empty"),
        ({"ages": "young"}, "field ages"),
        ({"benefit_routes": "lottery"}, "field benefit_routes"),
        ({"price_for": "spine"}, "field price_for: 'houston-methodist' has no general price"),
        ({"states_included": "TX QQ"}, "field states_included: 'QQ'"),
        ({"states_included": "TX", "states_excluded": "TX"}, "field states_excluded"),
        ({"modality": "pigeon"}, "field modality"),
        ({"source_url": ""}, "field source_url: is empty"),
        ({"seen_at": "22.11.2026"}, "field seen_at"),
        ({"as_of": "2026-13"}, "field as_of"),
        ({"program_id": "Houston"}, "field program_id"),
        ({"age_min": "18", "age_max": "17"}, "field age_max: is less than age_min"),
    ],
)
def test_a_wrong_list_is_refused_with_row_and_field(
    tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    with pytest.raises(SourceError, match=said):
        load_programs(changed(tmp_path, "houston-methodist", [changes]))


def test_rows_of_one_program_must_agree(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="row 3, field age_min: differs from an earlier row"):
        load_programs(changed(tmp_path, "houston-methodist", [{}, {"age_min": "21"}]))


def changed(folder: Path, program_id: str, changes: list[dict[str, str]]) -> Path:
    """A list with the row of one program, once for each set of changed cells."""
    with (DATA / "programs.csv").open(newline="") as lines:
        [row] = [r for r in csv.DictReader(lines) if r["program_id"] == program_id]
    path = folder / "programs.csv"
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, PROGRAM_COLUMNS)
        writer.writeheader()
        writer.writerows(row | change for change in changes)
    return path
