"""The commands of the contract, as a shell sees them: answers, exit codes, and the JSON Schema."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from click.testing import CliRunner, Result
from elasticsearch import Elasticsearch
from jsonschema import Draft202012Validator

from finder import indexes
from finder.cli import main
from finder.config import Config
from tests.factories import a_generation, a_site, a_specialist, an_npi, an_organization, removed

SCHEMA = json.loads((files("finder") / "contract" / "search.schema.json").read_text(encoding="utf-8"))
PEOPLE = [
    a_specialist(1, tie_keys=("group:g1", "system:s1")),
    a_specialist(2, name="Jane Exampleton", name_folded="exampleton jane"),
    a_specialist(3, name="Jane Exampleton", name_folded="exampleton jane"),
    a_specialist(4, tie_keys=("phone:p1",), tie_kinds_known=(), sites=(a_site(phone=None),)),
    a_specialist(5, tie_keys=("system:s1", "phone:p1")),
]


@pytest.fixture(scope="module")
def home(engine: Elasticsearch, prefix: str) -> Iterator[str]:
    own = f"{prefix}_cli"
    organizations = [an_organization("hospital:h1", "Demo Hospital", "system:s1")]
    indexes.flip(engine, own, a_generation(engine, own, PEOPLE, organizations))
    yield own
    removed(engine, own)


@pytest.fixture
def run(engine: Elasticsearch, home: str, config: Config, monkeypatch: pytest.MonkeyPatch) -> Any:
    node = next(iter(engine.transport.node_pool.all()))
    monkeypatch.setenv("ELASTICSEARCH_URL", node.base_url)
    monkeypatch.setenv("FINDER_INDEX_PREFIX", home)
    monkeypatch.setenv("FINDER_HOME", str(config.home))
    runner = CliRunner()

    def ran(*args: str) -> Result:
        return runner.invoke(main, list(args))

    return ran


def answered(result: Result, kind: str | None = None) -> dict[str, Any]:
    """The JSON of an answer, checked against the schema of its kind."""
    answer: dict[str, Any] = json.loads(result.stdout)
    schema = {"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{kind}"} if kind else SCHEMA
    Draft202012Validator(schema).validate(answer)
    return answer


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["lung cancer", "--near", "21287", "--seen", an_npi(1), "--facets", "--size", "2"], 0),
        pytest.param(
            ["lung cancer", "--seen-org", "Demo Hospital", "--show-tied"], 0, marks=pytest.mark.dear
        ),
        (["lung cancer", "--seen-name", "Jane Exampleton, Baltimore MD"], 1),
        (["lung cancer", "--state", "WY", "--trials"], 1),
        pytest.param(
            ["lung cancer", "--seen", an_npi(1), "--verdict", "unknown", "--virtual"],
            1,
            marks=pytest.mark.dear,
        ),
        (["qqqq zzzz"], 1),
    ],
)
def test_every_answer_of_search_fits_the_schema(run: Any, args: list[str], code: int) -> None:
    result = run("search", *args, "--json")
    assert result.exit_code == code
    answered(result)
    assert run("search", *args).exit_code == code


def test_the_other_answers_fit_the_schema_too(run: Any) -> None:
    found = answered(run("programs", "lung cancer", "--state", "MD", "--json"), "programs_answer")
    names = answered(run("colleagues", an_npi(5), "lung cancer", "--json"), "colleagues_answer")
    assert {each["result"]["npi"] for each in names["names"]} == {an_npi(2), an_npi(3)}
    told = run("colleagues", an_npi(5), "lung cancer", "--seen", an_npi(3))
    assert told.exit_code == 0 and "You: Person 5 Exampleton" in told.stdout
    assert "nothing is known of how you work" in told.stdout
    assert found["total"] == len(found["programs"]) > 10
    answered(run("programs", "--no-charge", "--local-doctor", "no", "--json"), "programs_answer")
    answered(
        run("programs", "--through-plan", "--sort", "turnaround", "--state", "AK", "--json"),
        "programs_answer",
    )
    answered(run("explain", an_npi(1), "lung cancer", "--json"), "explain_answer")
    pairs = run("independence", *(an_npi(n) for n in (1, 4, 5)), "--json")
    assert len(answered(pairs, "independence_answer")["pairs"]) == 3
    answered(run("specialist", an_npi(1), "--json"), "specialist_answer")
    codes = [run("programs", words).exit_code for words in ("lung cancer", "qqqq zzzz")]
    assert codes == [0, 1]
    answered(run("understand", "lung cancer", "--json"), "understood")


def test_the_schema_of_each_answer_refuses_a_missing_key() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for name in ("programs_answer", "explain_answer", "independence_answer", "specialist_answer"):
        schema = {"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{name}"}
        assert not Draft202012Validator(schema).is_valid({})


def test_a_question_names_the_option_and_the_candidates(run: Any) -> None:
    result = run("search", "lung cancer", "--seen-name", "Jane Exampleton, Baltimore MD")
    assert "Search again with --seen" in result.stdout
    assert all(an_npi(n) in result.stdout for n in (2, 3))
    assert "people fit" not in result.stdout


def test_all_bad_input_is_named_line_by_line_with_exit_code_2(run: Any) -> None:
    result = run("search", "lung cancer", "--state", "XX", "--within", "5", "--accepting", "soon")
    assert result.exit_code == 2
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == ["state", "accepting", "within"]
    assert run("search", "lung cancer", "--seen-org", "nowhere").exit_code == 2
    assert run("independence", an_npi(1)).exit_code == 2
    assert run("explain", an_npi(777), "lung cancer").exit_code == 1
    assert run("programs", "--state", "Maryland").exit_code == 2


def test_plain_answers_say_it_in_words(run: Any) -> None:
    pair = run("independence", an_npi(1), an_npi(5)).stdout
    assert "NOT INDEPENDENT" in pair
    assert "health system Demo system:s1" in pair
    programs = run("programs", "lung cancer", "--state", "MA").stdout
    assert "MA: no (It does not take people from MA." in programs
    assert "history, no price of today: $565" in programs
    assert "date not known, read 2026-11-22" in programs
    assert "$1,850; more than a year old" in programs
    assert "Medicare Part B helps pay" in programs
    explained = run("explain", an_npi(1), "lung cancer").stdout
    assert "How close the specialty is to exactly this condition" in explained
    assert "Would stand higher with" in explained
    counted = run("search", "lung cancer", "--facets", "--state", "MD").stdout
    assert "Licensed in: MD 5 (chosen)" in counted


def test_without_an_engine_the_exit_code_is_3(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELASTICSEARCH_URL", "http://127.0.0.1:9")
    for args in (["search", "gout"], ["programs"], ["explain", an_npi(1), "gout"],
                 ["independence", an_npi(1), an_npi(2)]):  # fmt: skip
        result = run(*args)
        assert (result.exit_code, "cannot be reached" in result.stderr) == (3, True)


def test_the_help_of_search_names_every_filter(run: Any) -> None:
    text = run("search", "--help").stdout
    for option in ("--verdict", "--specialty", "--accepting", "--trials", "--seen-name", "--seen-org"):
        assert option in text


def test_the_check_names_what_another_version_built_and_that_a_run_mends_it(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("check").exit_code == 0
    ours = indexes.mapping_hash
    monkeypatch.setattr(
        indexes, "mapping_hash", lambda alias: ours(alias if alias != "programs" else "places")
    )
    told = run("check")
    assert told.exit_code == 1
    assert told.stdout.splitlines()[-1].startswith("built for another version: programs; `finder ingest run`")
