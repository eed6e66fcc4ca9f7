"""`finder packet` and the list of those to leave out, as a shell sees them."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from tests.factories import an_npi
from tests.integration.test_cli_search import answered, home, run  # fixtures

__all__ = ["home", "run"]

FACTS = {
    "diagnosis": "Lung cancer, C34.90", "question": "Surgery?", "first": "Lobectomy", "seen": [an_npi(1)],
    "sent": ["cancer-all-scans-since-it-was"],
}  # fmt: skip


@pytest.fixture
def facts(tmp_path: Path) -> str:
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(FACTS))
    return str(path)


@pytest.mark.parametrize(("name", "begins"), [("p.pdf", b"%PDF"), ("p.json", b"{")])
def test_the_packet_is_written_for_the_owner_alone(
    run: Any, facts: str, tmp_path: Path, name: str, begins: bytes
) -> None:
    out = tmp_path / name
    out.touch(0o644)  # as an older file may be
    result = run("packet", an_npi(2), an_npi(5), "--facts", facts, "--out", str(out))
    assert result.exit_code == 0, result.stderr
    assert "12 parts, for 2 specialist(s)" in result.stdout
    content = out.read_bytes()
    assert content.startswith(begins)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    if name == "p.json":
        Bundle.model_validate(json.loads(content))
        assert "Malignant neoplasm of unspecified part of unspecified bronchus or lung" in content.decode()


def test_wrong_facts_people_and_files_are_told_and_nothing_is_written(
    run: Any, facts: str, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.json"
    empty.write_text("[]")
    for npi, given, name, says in (
        (an_npi(998), facts, "p.pdf", f"npi: NPI {an_npi(998)} is not in the directory"),
        (an_npi(2), facts, "p.docx", "format: must be one of fhir, html, pdf"),
        (an_npi(2), str(empty), "p.pdf", "facts: must be a JSON object"),
    ):
        result = run("packet", npi, "--facts", given, "--out", str(tmp_path / name))
        assert result.exit_code == 2
        assert says in result.stderr
        assert not (tmp_path / name).exists()


def test_a_file_of_people_to_leave_out_is_kept_to_and_its_bad_lines_are_told(
    run: Any, tmp_path: Path
) -> None:
    own = tmp_path / "never.csv"
    own.write_text(f"NPI,Name\n{an_npi(2)},Jane\n{an_npi(3)},Jane\n")
    found = answered(run("search", "lung cancer", "--never-file", str(own), "--json"))
    left = {one["npi"] for one in found["results"]}
    assert left == {an_npi(1), an_npi(4), an_npi(5)}
    assert found["own_list_left_out"] == 2
    said = run("search", "lung cancer", "--never", an_npi(2), "--never-file", str(own)).stdout
    assert "2 people of your own list are left out." in said
    own.write_text(f"{an_npi(2)}\n1999000011\nnobody\n")
    wrong = run("search", "lung cancer", "--never-file", str(own))
    assert wrong.exit_code == 2
    assert "line 2: 1999000011 is not an NPI" in wrong.stderr
    assert "line 3: nobody: there is no NPI in it" in wrong.stderr
