"""What a build adds to the people: programs of the product and of the data folder."""

from dataclasses import replace
from pathlib import Path

from finder.programs import load_programs
from finder.tables import DATA
from ingest.files import InputFile
from ingest.prepared import programs
from ingest.sources import SOURCES
from ingest.sources.opinion_programs import SOURCE
from ingest.staging import Staging


def test_a_programs_list_in_the_data_folder_adds_to_the_products_own(tmp_path: Path) -> None:
    own = load_programs()
    header, *rows = (DATA / "programs.csv").read_text(encoding="utf-8").splitlines()
    first = rows[0]
    added = first.replace(first.split(",", 1)[0], "a-clinic-of-ours", 1)
    path = tmp_path / "programs.csv"
    path.write_text(f"{header}\n{added}\n", encoding="utf-8")
    with Staging(tmp_path / "s.duckdb", SOURCES) as staging:
        assert tuple(replace(program, tie_keys=()) for program in programs(staging)) == own
        assert staging.stage(InputFile.of(path), SOURCE).records == 1
        found = programs(staging)
    hopkins = next(p for p in found if p.id == "johns-hopkins-surgical")
    assert hopkins.tie_keys == ("system:HSI00000531",)
    assert next(p for p in found if p.id == "dana-farber").tie_keys == ("hospital:220162",)
    assert [p.id for p in found] == sorted([*(p.id for p in own), "a-clinic-of-ours"])
