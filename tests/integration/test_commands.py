"""The command line: exit codes, one clear line for bad input, never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from finder.admin_commands import admin
from finder.config import Config
from finder.reads import Client


def finder(config: Config, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `finder` as a program of its own; without an address of an engine it must not need one."""
    own = {"PATH": os.environ["PATH"], "HOME": str(config.home), "FINDER_HOME": str(config.home)}
    command = [sys.executable, "-c", "from finder.cli import main; main()", *args]
    return subprocess.run(
        command, env=own | environ, capture_output=True, text=True, timeout=120, check=False
    )


def address(engine: Client) -> str:
    return str(next(iter(engine.transport.node_pool.all())).base_url)


def test_every_mistake_of_a_search_is_told_at_once(config: Config) -> None:
    done = finder(config, "search", "glioma", "--near", "12", "--seen", "5", "--size", "9999")
    assert done.returncode == 2
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["near", "seen", "size"]
    assert done.stdout == ""


def test_an_engine_that_is_away_is_said_in_one_line(config: Config) -> None:
    done = finder(config, "search", "glioma", ELASTICSEARCH_URL="http://127.0.0.1:9")
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_bad_input(config: Config) -> None:
    done = finder(config, "check", FINDER_SHARDS="many", FINDER_SHARD="1")
    assert done.returncode == 2
    assert sorted(line.split(":")[0] for line in done.stderr.splitlines()) == [
        "FINDER_SHARD",
        "FINDER_SHARDS",
    ]


def test_words_that_are_not_understood_find_nothing(config: Config) -> None:
    done = finder(config, "understand", "xyzzy plugh")
    assert done.returncode == 1
    assert "Not understood" in done.stdout


def test_a_condition_is_understood_without_an_engine(config: Config) -> None:
    done = finder(config, "understand", "cancer of the bile duct", "--json")
    assert done.returncode == 0
    assert '"concept_id": "bile_duct_cancer"' in done.stdout


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_folder_that_is_not_there_is_one_clear_line(
    engine: Client, config: Config, tmp_path: Path, command: str
) -> None:
    nowhere = str(tmp_path / "nowhere")
    args = ["run", "--data", nowhere] if command == "run" else ["check", nowhere]
    prefix = f"{config.index_prefix}c"
    done = finder(config, "ingest", *args, ELASTICSEARCH_URL=address(engine), FINDER_INDEX_PREFIX=prefix)
    assert done.returncode == 2
    assert "there is no such file or folder" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("DAC_NationalDownloadableFile.csv", "NPI,pri_spec\n1,X\n", "required column is missing"),
        ("npidata_pfile_x.csv", '"NPI","Entity Type Code"\n"1234567893","1\n', "quotation mark"),
        ("providers.json", '[{"npi": 1234567893, "type": "INDIVIDUAL", "name": ', "providers.json"),
        ("Hospital_General_Information.zip", "this is no zip", "not a readable zip"),
    ],
)
def test_a_damaged_file_is_named_with_its_fault(
    config: Config, tmp_path: Path, name: str, content: str, said: str
) -> None:
    (tmp_path / name).write_text(content)
    done = finder(config, "ingest", "check", str(tmp_path))
    assert done.returncode == 2, done.stderr
    assert name in done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_search_before_any_ingest_says_what_to_do(engine: Client, config: Config) -> None:
    done = finder(
        config, "search", "glioma", ELASTICSEARCH_URL=address(engine), FINDER_INDEX_PREFIX="nothinghere"
    )
    assert done.returncode == 3
    assert "finder ingest run" in done.stderr


def test_help_lists_the_commands_of_both_packages(config: Config) -> None:
    done = finder(config, "--help")
    assert done.returncode == 0
    assert all(f"  {name} " in done.stdout for name in ("search", "ingest", "bench", "engine"))


def test_admins_are_made_listed_reset_and_removed_with_passwords_from_standard_input(
    config: Config, engine: Client, prefix: str
) -> None:
    own = {"FINDER_HOME": str(config.home), "ELASTICSEARCH_URL": address(engine)}
    runner = CliRunner(env={**own, "FINDER_INDEX_PREFIX": f"{prefix}_cli"})

    def tried(*args: str, password: str = "") -> tuple[int, str]:
        done = runner.invoke(admin, args, input=f"{password}\n")
        return done.exit_code, done.output

    assert tried("list")[0] == 1
    code, said = tried("create", "ann", "--password-stdin", password="short")
    assert (code, said) == (2, "password: must have at least 12 characters\n")
    assert tried("create", "ann", "--password-stdin", password="correct horse battery")[0] == 0
    assert tried("create", "ann", "--password-stdin", password="correct horse battery")[0] == 2
    assert tried("list")[1].startswith("ann ")
    assert tried("reset", "ann", "--password-stdin", password="battery horse correct")[0] == 0
    assert tried("remove", "ann")[0] == 0
    assert tried("remove", "ann") == (1, "there is no admin ann\n")
    engine.indices.delete(index=f"{prefix}_cli-runs")
