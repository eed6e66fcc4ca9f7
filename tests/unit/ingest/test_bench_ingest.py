"""What the ingest bench changes in a world, and what its lower bound of reading goes through."""

import csv
import gzip
from pathlib import Path

from ingest.bench_changes import WEEKLY, republished, weekly_update
from ingest.bench_parse import parse_only
from ingest.demo.generate import CLINICIANS, REGISTRY

PHONE = "Provider Business Practice Location Address Telephone Number"


def write(path: Path, names: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows([names, *rows])


def test_the_weekly_file_holds_that_share_of_people_with_another_telephone(tmp_path: Path) -> None:
    names = ["NPI", "Entity Type Code", PHONE, "Last Update Date"]
    rows = [[str(n), "2" if n == 100 else "1", "4105550100", "01/01/2025"] for n in range(400)]
    write(tmp_path / REGISTRY, names, rows)
    assert weekly_update(tmp_path, 0.01) == 3  # 0, 200 and 300: number 100 is no person
    with (tmp_path / WEEKLY).open(encoding="utf-8", newline="") as text:
        found = list(csv.DictReader(text))
    assert [row["NPI"] for row in found] == ["0", "200", "300"]
    assert "4105550100" not in {row[PHONE] for row in found}


def test_a_file_published_again_keeps_all_its_rows(tmp_path: Path) -> None:
    rows = [[str(n), "4105550100"] for n in range(200)]
    write(tmp_path / CLINICIANS, ["NPI", "Telephone Number"], rows)
    assert republished(tmp_path, 0.01) == 2
    with (tmp_path / CLINICIANS).open(encoding="utf-8", newline="") as text:
        found = list(csv.DictReader(text))
    assert len(found) == 200
    assert sum(row["Telephone Number"] != "4105550100" for row in found) == 2


def test_the_lower_bound_reads_every_row_of_every_format(tmp_path: Path) -> None:
    (tmp_path / "Facility_Affiliation.csv").write_text(
        "NPI,Ind_PAC_ID,Provider Last Name,Provider First Name,Provider Middle Name,suff,facility_type,"
        "Facility Affiliations Certification Number,Facility Type Certification Number\n"
        + "1,2,a,b,c,,Hospital,010001,\n"
        * 3
    )
    with gzip.open(tmp_path / "ctg-studies.jsonl.gz", "wt") as text:
        text.write('{"protocolSection":{"identificationModule":{"nctId":"NCT00000001"}}}\n' * 2)
    told: list[int] = []
    assert parse_only(tmp_path, told.append)["rows"] == sum(told) == 5
