"""The README holds every setting, command, source, gate and mapping field; `make docs` rewrites them."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import pytest

from finder.app import create_app
from finder.cli import main
from finder.config import SETTINGS, Config
from finder.facets import FACETS
from finder.indexes import RUNS
from finder.mappings import SERVED_ALIASES, mapping_file
from finder.sources import load_sources
from ingest.gates import gate_sets
from ingest.sources import SOURCES

README = Path(__file__).resolve().parents[2] / "README.md"


def settings_table() -> str:
    rows = [f"| `{s.name}` | {s.takes} | {s.default or 'none'} | {s.help} |" for s in SETTINGS]
    return "\n".join(["| Setting | Takes | Default | Does |", "|---|---|---|---|", *rows])


def commands_table() -> str:
    rows = [f"| `{name}` | {command.get_short_help_str(110)} |" for name, command in sorted(commands())]
    return "\n".join(["| Command | Does |", "|---|---|", *rows])


def commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from ((f"finder {name} {sub}", part) for sub, part in command.commands.items())
        else:
            yield f"finder {name}", command


def sources_table() -> str:
    infos = load_sources()
    rows = [
        f"| `{s.name}` | [{infos[s.name].title}]({infos[s.name].url}) | {infos[s.name].publisher} "
        f"| {infos[s.name].cadence} |"
        for s in SOURCES
    ]
    return "\n".join(["| Source | File | Publisher | Published |", "|---|---|---|---|", *rows])


def fields_table() -> str:
    rows = []
    for alias in (*SERVED_ALIASES, RUNS):
        for name, says in mapping_file(alias)["mappings"]["_meta"]["fields"].items():
            rows.append(f"| {alias} | `{name}` | {says} |")
    return "\n".join(["| Document | Field | Holds |", "|---|---|---|", *rows])


def gates_table() -> str:
    rows = []
    for name, limits in sorted(gate_sets().items()):
        shares = ", ".join(f"{k} ≥ {v:.0%}" for k, v in limits["min_share"].items())
        against = " / ".join(
            f"{limits[each]:.0%}"
            for each in ("max_shrink", "max_growth", "max_source_shrink", "max_fill_drop")
        )
        orphans = ", ".join(f"{k} ≤ {v:.0%}" for k, v in limits["orphans"].items() if v < 1)
        rows.append(f"| {name} | {limits['min_specialists']:,} | {against} | {shares} | {orphans} |")
    head = (
        "| Set | Specialists at least | Shrink / growth / rows lost of a source / drop of a field, at most |"
    )
    return "\n".join([f"{head} Shares | Without a partner |", "|---|---|---|---|---|", *rows])


def routes_table() -> str:
    with TemporaryDirectory() as home:
        app = create_app(Config.from_env({"FINDER_HOME": home, "FINDER_CACHE": home}))
    rows = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda r: (r.rule, sorted(r.methods or ()))):
        if rule.endpoint != "static":
            methods = ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
            says = (app.view_functions[rule.endpoint].__doc__ or "").strip().splitlines()[0]
            rows.append(f"| `{rule.rule}` | {methods} | {says} |")
    return "\n".join(["| Address | Method | Gives |", "|---|---|---|", *rows])


def facets_table() -> str:
    rows = [f"| `{facet.name}` | {facet.label} | {facet.help} |" for facet in FACETS]
    return "\n".join(["| Filter | Label | Keeps |", "|---|---|---|", *rows])


BLOCKS: dict[str, Callable[[], str]] = {
    "settings": settings_table,
    "commands": commands_table,
    "sources": sources_table,
    "fields": fields_table,
    "gates": gates_table,
    "routes": routes_table,
    "facets": facets_table,
}


@pytest.mark.parametrize("name", sorted(BLOCKS))
def test_the_readme_tells_what_the_code_does(name: str) -> None:
    text = README.read_text(encoding="utf-8")
    block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    found = block.search(text)
    assert found, f"README.md has no block {name}"
    wanted = f"{found[1]}{BLOCKS[name]()}\n{found[2]}"
    if os.environ.get("DOCS_WRITE"):
        README.write_text(block.sub(lambda _match: wanted, text), encoding="utf-8")
        return
    assert found[0] == wanted, f"run `make docs`: the block {name} is behind the code"


def test_every_source_has_gates_in_every_set() -> None:
    for name, limits in gate_sets().items():
        assert set(limits["rejected"]) == {s.name for s in SOURCES}, name


def test_every_mapping_field_is_described() -> None:
    for alias in (*SERVED_ALIASES, RUNS):
        mappings = mapping_file(alias)["mappings"]
        assert mappings["dynamic"] == "strict"
        assert list(mappings["_meta"]["fields"]) == list(mappings["properties"]), alias


def test_every_runtime_package_stands_in_the_readme_with_its_reason() -> None:
    project = (README.parent / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.search(r"^dependencies = \[(.*?)^\]", project, re.DOTALL | re.MULTILINE)
    assert listed
    text = README.read_text(encoding="utf-8")
    names = re.findall(r'"([A-Za-z0-9_-]+)', listed[1])
    assert [name for name in names if f"| {name} |" not in text] == []
