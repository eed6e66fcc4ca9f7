"""Two runs that want the lock (F39, F40)."""

import os
import signal
import time
from functools import partial

import pytest

from finder import runs
from ingest.report import State
from tests.faults.conftest import Seen
from tests.faults.place import Place, address, ended
from tests.faults.proxy import proxied
from tests.faults.test_kills import nth

PAIRS = int(os.environ.get("FAULTS_PAIRS", "50"))


def published(out: str) -> bool:
    return ": published" in out


def pair_at_once(place: Place) -> None:
    """Two full runs started together: one publishes, the other says who is at it and changes nothing."""
    before = place.served()
    with place.started("--full") as one, place.started("--full") as two:
        results = [ended(one), ended(two)]
    winners = [out for code, out, _ in results if code == 0 and published(out)]
    losers = [err for code, out, err in results if code == 0 and not published(out)]
    assert len(winners) == 1, results
    assert len(losers) == 1
    assert "another ingest is running" in losers[0][-1]
    served = place.served()
    assert served != before
    assert served
    assert served in winners[0]


@pytest.mark.parametrize(
    "pairs", [pytest.param(1, id="once"), pytest.param(PAIRS, id=f"{PAIRS} times", marks=pytest.mark.dear)]
)
@pytest.mark.fault("F39", "two ingests at once")
def test_two_runs_at_once(place: Place, seen: Seen, pairs: int) -> None:
    for _ in range(pairs):
        pair_at_once(place)
    seen(f"{pairs} x exactly one published, the other: exit code 0, another ingest is running")


@pytest.mark.dear
@pytest.mark.parametrize(
    ("kind", "path"),
    [
        pytest.param("PUT|POST", r"/[^/]+/_bulk", id="while it loads"),
        pytest.param("PUT", r"/[^/]+/_mapping", id="after its last look at the lock"),
    ],
)
@pytest.mark.fault("F40", "holder of the lock frozen (SIGSTOP) before its flip, taken over, then continued")
def test_frozen_holder_is_fenced(
    place: Place, seen: Seen, monkeypatch: pytest.MonkeyPatch, kind: str, path: str
) -> None:
    with (
        proxied(address(place.engine)) as proxy,
        place.started("--full", ELASTICSEARCH_URL=proxy.url) as late,
    ):
        freeze = partial(late.send_signal, signal.SIGSTOP)
        proxy.before = nth(kind, path, 2, freeze, goes_on=True)
        while not is_frozen(late.pid):
            assert late.poll() is None
            time.sleep(0.1)
        # to the run that takes over, the frozen one is on another machine: there it cannot be looked at
        monkeypatch.setattr(runs.socket, "gethostname", lambda: "elsewhere.example")
        began = time.monotonic()
        report = place.run(full=True)
        seconds = time.monotonic() - began
        assert report.state is State.PUBLISHED, report.reason
        late.send_signal(signal.SIGCONT)
        code, out, err = ended(late)
    assert code != 0
    assert place.served() == report.run_id
    monkeypatch.undo()
    place.must_recover()
    told = next((line for line in out.splitlines() if line.startswith("run ")), err[-1] if err else "")
    assert "another run has taken over" in told
    seen(f"taken over after {seconds:.0f} s; the frozen one: exit code {code}: {told}")


def is_frozen(pid: int) -> bool:
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:  # noqa: PTH123 - not a file of ours
        return file.read().rpartition(")")[2].split()[0] == "T"
