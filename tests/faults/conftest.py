"""Faults on purpose: a place of its own for each module, and one printed line for each fault tried."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from finder.config import Config
from finder.reads import Client
from ingest.demo.generate import generate
from ingest.report import State
from tests.faults.place import PEOPLE, Place

Seen = Callable[[str], None]
LISTED = tuple(f"F{number}" for number in range(1, 45))
FOLDER = "tests/faults"
PASSED, FAILED, NOT_TRIED = "pass", "FAIL", "NOT TRIED"


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demonstration world; places copy it before they spoil it."""
    folder = tmp_path_factory.mktemp("world") / "data"
    generate(PEOPLE, folder)
    return folder


def settle(engine: Client, config: Config, world: Path, folder: Path) -> Place:
    """An index prefix and a data folder that nobody else has, with one generation served."""
    own = replace(config, index_prefix=f"{config.index_prefix}f{secrets.token_hex(3)}")
    place = Place(engine, own, Path(shutil.copytree(world, folder / "data")))
    place.first = place.run()
    assert place.first.state is State.PUBLISHED, place.first.reason
    return place


def settled(engine: Client, config: Config, world: Path, folder: Path) -> Iterator[Place]:
    """A settled place with a home of its own, whose indices are deleted at the end."""
    place = settle(engine, replace(config, home=folder / "home"), world, folder)
    yield place
    found = engine.indices.get(index=f"{place.config.index_prefix}-*", expand_wildcards="all")
    if found:
        engine.indices.delete(index=",".join(found))


@pytest.fixture(scope="module")
def place(
    engine: Client, config: Config, world: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """One settled place for the tests of a module."""
    for place in settled(engine, config, world, tmp_path_factory.mktemp("place")):
        yield place
        place.must_recover()


@pytest.fixture
def seen(request: pytest.FixtureRequest) -> Seen:
    """Tells what was seen, for the printed line of the fault."""

    def tell(text: str) -> None:
        request.node.user_properties.append(("seen", " ".join(text.split())))

    return tell


@pytest.fixture(autouse=True)
def _fault_of(request: pytest.FixtureRequest) -> None:
    """Every test here says which fault it tries, by its mark `fault(id, what was done)`."""
    name, done = request.node.get_closest_marker("fault").args
    case = getattr(request.node, "callspec", None)
    case_id = f" ({case.id})" if case else ""
    request.node.user_properties.append(("fault", (name, f"{done}{case_id}")))


@pytest.fixture
def whole_again(place: Place, request: pytest.FixtureRequest) -> Iterator[None]:
    """After the test the files are as they were; the next run by itself gives the first content again.

    That run is made after every fault by `make faults`, once a module by `make test`.
    """
    kept = {path: path.read_bytes() for path in place.data.rglob("*") if path.is_file()}
    yield
    for path in [p for p in place.data.rglob("*") if p.is_file() and p not in kept]:
        path.unlink()
    for path, content in kept.items():
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)
    if _asks_for_all(request.config):
        place.must_recover()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """One line a fault: id, what was done, what was seen, pass or fail."""
    lines = _lines(terminalreporter, config)
    if not lines:
        return
    terminalreporter.section("faults: id | done | seen | verdict")
    for line in sorted(lines, key=_order):
        terminalreporter.write_line(" | ".join(line))
    count = sum(line[3] == PASSED for line in lines)
    terminalreporter.write_line(f"{count} of {len(lines)} faults passed")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where every fault is asked for (`make faults`), one that was not tried or is known to fail fails."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    is_asked = bool(reporter) and _asks_for_all(session.config)
    if is_asked and any(line[3] != PASSED for line in _lines(reporter, session.config)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _asks_for_all(config: pytest.Config) -> bool:
    return not config.option.markexpr


def _lines(reporter: pytest.TerminalReporter, config: pytest.Config) -> list[tuple[str, str, str, str]]:
    lines: dict[str, tuple[str, str, str, str]] = {}
    for outcome in ("passed", "xpassed", "xfailed", "skipped", "error", "failed"):
        for report in reporter.stats.get(outcome, []):
            told = dict(getattr(report, "user_properties", ()))
            if "fault" not in told or (report.passed and report.when != "call"):
                continue
            name, done = told["fault"]
            verdict = {"passed": PASSED, "skipped": NOT_TRIED}.get(outcome, FAILED)
            why = getattr(report, "wasxfail", "") or (_reason(report) if verdict != PASSED else "")
            what = "; ".join(v for k, v in report.user_properties if k == "seen")
            lines[report.nodeid] = (name, done, "; ".join(filter(None, (what, why))), verdict)
    is_whole = _asks_for_all(config) and not config.option.keyword and config.args == [FOLDER]
    missing = set(LISTED) - {line[0] for line in lines.values()} if is_whole else set()
    return [*lines.values(), *((name, "", "no test tries it", NOT_TRIED) for name in missing)]


def _reason(report: pytest.TestReport) -> str:
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    return " ".join((crash.message if crash else str(report.longrepr)).split())[:300]


def _order(line: tuple[str, str, str, str]) -> tuple[bool, int, str]:
    name = line[0]
    return (not name[1:].isdigit(), int(name[1:]) if name[1:].isdigit() else 0, line[1])
