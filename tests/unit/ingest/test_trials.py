"""ClinicalTrials.gov records: layouts, columns, what is refused."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from finder.errors import SourceError
from ingest.files import InputFile
from ingest.sources.base import Batch, Head, Level, head_of
from ingest.sources.trials import SOURCE

FIXTURE = Path(__file__).parents[2] / "fixtures" / "trials" / "ctg-studies.json"


def batches(path: Path) -> list[Batch]:
    return list(SOURCE.read(InputFile.of(path)))


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{k: v for k, v in r.items() if isinstance(v, str)} for r in frame.to_dict("records")]


def first_study() -> dict[str, Any]:
    study: dict[str, Any] = json.loads(FIXTURE.read_text())[0]
    return study


def test_a_study_gives_its_columns() -> None:
    [batch] = batches(FIXTURE)
    assert rows(batch.tables["trials"])[0] == {
        "nct_number": "NCT99000001",
        "title": "A Made-Up Study of Nothing",
        "status": "RECRUITING",
        "phases": "PHASE1|PHASE2",
        "conditions": "Made-Up Disease|Rare / Odd Disease",
        "keywords": "one|two",
        "study_type": "INTERVENTIONAL",
        "start_date": "2024-03",
        "end_date": "2028-09-30",
        "sponsor": "Fictional Sponsor",
        "as_of": "2026-05-17",
    }


def test_a_site_gives_its_columns_and_may_lack_status_and_point() -> None:
    [batch] = batches(FIXTURE)
    assert rows(batch.tables["trial_sites"]) == [
        {
            "nct_number": "NCT99000001",
            "facility": "Fictional Hospital",
            "city": "Baltimore",
            "state": "MD",
            "zip": "21287",
            "country": "United States",
            "status": "SUSPENDED",
            "lat": "39.29038",
            "lon": "-76.61219",
        },
        {"nct_number": "NCT99000001", "facility": "Ohne Status", "city": "Berlin", "country": "Germany"},
        {
            "nct_number": "NCT99000001",
            "facility": "Hospital de Prueba",
            "city": "San Juan",
            "state": "PR",
            "zip": "00927",
            "country": "Puerto Rico",
        },
    ]


def test_investigators_are_officials_and_site_investigators_but_no_contacts() -> None:
    [batch] = batches(FIXTURE)
    assert rows(batch.tables["trial_people"]) == [
        {
            "nct_number": "NCT99000001",
            "name": "Anna Example, MD",
            "affiliation": "Fictional University",
            "role": "PRINCIPAL_INVESTIGATOR",
        },
        {
            "nct_number": "NCT99000001",
            "name": "Bert Beispiel, MD",
            "role": "SUB_INVESTIGATOR",
            "facility": "Fictional Hospital",
            "city": "Baltimore",
            "state": "MD",
            "zip": "21287",
        },
    ]


def test_every_row_is_a_record_or_a_rejected_issue_with_its_place() -> None:
    [batch] = batches(FIXTURE)
    rejected = [i for i in batch.issues if i.level is Level.REJECTED]
    assert (batch.rows_read, batch.records, len(rejected)) == (4, 2, 2)
    assert [(i.row, i.field, i.reason) for i in rejected] == [
        (2, "nctId", "has no NCT number of eight digits"),
        (3, "nctId", "is not a study record"),
    ]
    assert rejected[0].content == {"title": "Without a Number"}


def test_values_wrapped_in_arrays_are_read() -> None:
    [batch] = batches(FIXTURE)
    assert batch.tables["trials"]["nct_number"].tolist() == ["NCT99000001", "NCT99000002"]


@pytest.mark.parametrize(
    "content",
    [
        "[STUDY]",
        "STUDY",
        '{"totalCount": 1, "studies": [STUDY], "nextPageToken": "x"}',
        "STUDY\n",
        "\ufeff[STUDY]",
    ],
)
def test_every_layout_gives_the_same_study(tmp_path: Path, content: str) -> None:
    path = tmp_path / "data.json"
    path.write_text(content.replace("STUDY", json.dumps(first_study())))
    assert SOURCE.recognises(head_of(InputFile.of(path)))
    [batch] = batches(path)
    assert batch.rows_read == batch.records == 1
    assert batch.tables["trials"]["sponsor"].tolist() == ["Fictional Sponsor"]


def test_json_lines_give_one_study_a_line(tmp_path: Path) -> None:
    path = tmp_path / "studies.jsonl"
    path.write_text("\n".join([json.dumps(first_study())] * 3))
    assert sum(b.records for b in batches(path)) == 3


@pytest.mark.parametrize(
    "start",
    [
        b'{"total": 1, "data": [{"nct_id": "NCT99000001", "brief_title": "x"}]}',
        b'{"result_count": 1, "results": [{"number": "1"}]}',
        b'{"resourceType": "Practitioner"}',
        b'[{"npi": "1234567893", "type": "INDIVIDUAL"}]',
        b"npi,clinical_focus\n",
    ],
)
def test_other_formats_are_not_taken_for_studies(start: bytes) -> None:
    assert not SOURCE.recognises(Head("data.json", (), start))


def test_a_file_that_breaks_off_gives_the_whole_studies_first(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    path.write_text("[" + json.dumps(first_study()) + ", " + json.dumps(first_study())[:200])
    found = []
    with pytest.raises(SourceError, match=r"data\.json: at character"):
        for batch in SOURCE.read(InputFile.of(path)):
            found.append(batch.records)
    assert found == [1]


def test_a_file_without_studies_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    path.write_text("[]")
    [batch] = batches(path)
    assert (batch.rows_read, [i.reason for i in batch.issues]) == (0, ["the file has no rows"])
