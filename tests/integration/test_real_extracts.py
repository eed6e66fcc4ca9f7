"""The real extracts of the public files, whole, on the real engine; counts come from the files themselves."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from io import StringIO
from pathlib import Path

import pytest

from finder import indexes
from finder.answers import Result
from finder.centers import FamilyKind, load_families
from finder.config import Config
from finder.criteria import SearchCriteria
from finder.reads import Client
from finder.search import SearchContext, find_specialists, load_context
from ingest.progress import Reporter
from ingest.report import RunReport, State
from ingest.run import ingest_run

CLINICIANS = "cms_dac/Physician_Compare_National_Downloadable_File_2017_radiology.csv"
LINKAGE = "ahrq/chsp-hospital-linkage-2018.csv"
SIBLEY = "090005"
JOHNS_HOPKINS = "HSI00000531"
NOW = date(2026, 11, 23)


@dataclass(frozen=True)
class Truth:
    """What the two files say, read with the csv module."""

    ccns: dict[str, set[str]]
    groups: dict[str, set[str]]
    systems: dict[str, set[str]]


@pytest.fixture(scope="module")
def truth(shared_data: Path) -> Truth:
    ccns: dict[str, set[str]] = defaultdict(set)
    groups: dict[str, set[str]] = defaultdict(set)
    with (shared_data / CLINICIANS).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            groups[row["NPI"]] |= {row["Group Practice PAC ID"]} - {""}
            ccns[row["NPI"]] |= {row[f"Hospital affiliation CCN {n}"] for n in range(1, 6)} - {""}
    systems: dict[str, set[str]] = defaultdict(set)
    with (shared_data / LINKAGE).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["ccn"]:
                systems[row["ccn"]] |= {row["health_sys_id"]} - {""}
    return Truth(dict(ccns), dict(groups), dict(systems))


@dataclass(frozen=True)
class Loaded:
    engine: Client
    prefix: str
    report: RunReport


@pytest.fixture(scope="module")
def loaded(
    engine: Client, config: Config, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Loaded]:
    """Every real extract, ingested once."""
    own = replace(config, home=tmp_path_factory.mktemp("real"), index_prefix=f"{config.index_prefix}real")
    report = ingest_run(engine, own, shared_data, reporter=Reporter(StringIO()))
    yield Loaded(engine, own.index_prefix, report)
    for generation in indexes.generations(engine, own.index_prefix):
        engine.indices.delete(index=",".join(generation.indices.values()))
    engine.indices.delete(index=indexes.alias_name(own.index_prefix, "runs"))


@pytest.fixture(scope="module")
def context() -> SearchContext:
    return load_context()


def found(loaded: Loaded, context: SearchContext, seen: str) -> tuple[list[Result], int, dict[str, int]]:
    """Every result of the README's search, page by page, and who was left out."""
    args: dict[str, object] = {"words": "liver tumor ablation", "near": "21287", "within": 100, "seen": seen}
    results: list[Result] = []
    token: str | None = None
    while True:
        criteria = SearchCriteria.from_args({**args, "size": 100, "next": token})
        page = find_specialists(loaded.engine, loaded.prefix, criteria, context, NOW)
        results += page.results
        token = page.next
        if token is None:
            assert len(results) == page.total
            return results, page.excluded.total, dict(page.excluded.by_kind)


def test_every_file_is_read_or_reported_and_every_row_is_counted(loaded: Loaded, shared_data: Path) -> None:
    assert loaded.report.state is State.PUBLISHED, loaded.report.reason
    assert [f.failure for f in loaded.report.files if f.failure] == []
    for file in loaded.report.files:
        assert file.rows_read == file.records + file.rejected, file.name
    told = {f.name for f in loaded.report.files} | {u.partition(": ")[0] for u in loaded.report.unrecognised}
    data = {
        p.relative_to(shared_data).as_posix()
        for p in shared_data.rglob("*.*")
        if p.suffix in {".csv", ".json", ".tsv"}
    }
    assert data - told == set()


def test_every_issue_has_a_reason(loaded: Loaded) -> None:
    assert loaded.report.quarantine is not None
    issues = [
        json.loads(line) for line in Path(loaded.report.quarantine).read_text(encoding="utf-8").splitlines()
    ]
    assert len(issues) > 50
    assert [i for i in issues if not i["reason"] or not i["file"]] == []
    assert [i for i in issues if i["level"] == "rejected" and not (i["row"] and i["content"])] == []


def test_the_example_of_the_readme_is_what_the_files_give(loaded: Loaded, context: SearchContext) -> None:
    results, left_out, by_kind = found(loaded, context, "1639291701")
    told = ", ".join(f"{kind} {count}" for kind, count in by_kind.items() if count)
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    assert f"{len(results)} people fit" in readme
    assert f"{left_out} ({told};" in readme
    assert results[0].name in readme


def test_clinicians_and_linkage_join_as_counted_in_the_files(loaded: Loaded, truth: Truth) -> None:
    listed = set().union(*truth.ccns.values())
    assert (len(truth.ccns), len(listed), len(listed & set(truth.systems))) == (2082, 2230, 2090)
    index = indexes.alias_name(loaded.prefix, "specialists")
    for npis in (sorted(truth.ccns)[:1000], sorted(truth.ccns)[1000:]):
        documents = loaded.engine.mget(index=index, ids=npis, source=["tie_keys"])["docs"]
        for document in documents:
            npi, keys = document["_id"], set(document.get("_source", {}).get("tie_keys", ()))
            if not document["found"]:
                continue  # deactivated since
            assert {k for k in keys if k.startswith("hospital:")} >= {
                f"hospital:{c}" for c in truth.ccns[npi]
            }
            expected = {s for c in truth.ccns[npi] for s in truth.systems.get(c, ())}
            expected |= of_families(truth, npi)
            assert {k for k in keys if k.startswith("system:")} == {f"system:{s}" for s in expected}


def of_families(truth: Truth, npi: str) -> set[str]:
    """Systems that centers.csv gives for the person's groups, and for hospitals that the linkage lacks."""
    lacking = {c for c in truth.ccns[npi] if c not in truth.systems}
    member = {FamilyKind.HOSPITAL: lacking, FamilyKind.GROUP: truth.groups[npi]}
    return {f.system_id for f in load_families() if f.member_id in member.get(f.kind, ())}


def sibley_doctors(truth: Truth) -> list[str]:
    return sorted(npi for npi, ccns in truth.ccns.items() if SIBLEY in ccns)


def test_nobody_of_the_prior_doctors_system_is_called_independent(
    loaded: Loaded, context: SearchContext, truth: Truth
) -> None:
    family = {ccn for ccn, systems in truth.systems.items() if JOHNS_HOPKINS in systems}
    assert SIBLEY in family
    assert len(sibley_doctors(truth)) == 5
    for seen in sibley_doctors(truth):
        results, left_out, by_kind = found(loaded, context, seen)
        assert [r.npi for r in results if truth.ccns.get(r.npi, set()) & family] == []
        assert left_out >= max(by_kind.values()) > 0
        assert by_kind["system"] > 0


def test_unknown_is_no_refuge_beside_a_doctor_of_sibley(
    loaded: Loaded, context: SearchContext, truth: Truth
) -> None:
    """All five: two hospitals of one of them are missing in this linkage and stand in centers.csv."""
    assert len(sibley_doctors(truth)) == 5
    for seen in sibley_doctors(truth):
        results, _, _ = found(loaded, context, seen)
        untied = [r for r in results if truth.groups.get(r.npi) and truth.ccns.get(r.npi) and not ties(r)]
        independent = [r for r in untied if r.verdict.value == "independent"]
        assert len(untied) > 50
        assert len(independent) / len(untied) >= 0.9


def ties(result: Result) -> list[str]:
    return [tie.kind for pair in result.pairs for tie in pair.ties]


def test_the_parts_of_every_score_add_up(loaded: Loaded, context: SearchContext, truth: Truth) -> None:
    results, _, _ = found(loaded, context, sibley_doctors(truth)[0])
    assert results
    for result in results:
        assert sum(part.value for part in result.parts) == pytest.approx(result.score, abs=1e-6)
