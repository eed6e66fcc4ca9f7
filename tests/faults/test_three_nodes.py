"""Three real nodes on loopback: one is killed in mid-load, one in mid-search."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from finder import indexes
from finder.app import create_app
from finder.config import Config
from finder.engine import connect
from tests.faults.conftest import Seen, settled
from tests.faults.nodes import Node, free_ports, running
from tests.faults.place import PEOPLE, Place, Reader, ended, wait_for
from tests.faults.proxy import proxied
from tests.faults.test_kills import nth

pytestmark = pytest.mark.dear
BULK = r"/[^/]+-specialists-[^/]+/_bulk"
ENDED_WITHIN_S = 400.0


@pytest.fixture(scope="module")
def nodes(config: Config) -> Iterator[list[Node]]:
    transports = free_ports(3)
    names = ["one", "two", "three"]
    settings: list[dict[str, object]] = [
        {
            "node.name": name, "transport.port": port, "cluster.initial_master_nodes": names,
            "discovery.seed_hosts": [f"127.0.0.1:{each}" for each in transports],
        }
        for name, port in zip(names, transports, strict=True)
    ]  # fmt: skip
    with running(config, settings) as started:
        yield started


@pytest.fixture(scope="module")
def place(
    config: Config, nodes: list[Node], world: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    urls = tuple(node.url for node in nodes)
    own = replace(config, elasticsearch_urls=urls, replicas=1)
    with connect(own) as client:
        yield from settled(client, own, world, tmp_path_factory.mktemp("three"))


def counted(place: Place, client: Elasticsearch) -> dict[str, int]:
    served = indexes.served(client, place.config.index_prefix)
    assert served
    return indexes.counts(client, served.indices)


class Killer:
    """Kills at the first bulk request for people the node that holds them so far, or one that does not."""

    def __init__(self, place: Place, nodes: list[Node], *, holder: bool) -> None:
        self._place, self._nodes, self._holder = place, nodes, holder
        self._known = {index for index, _ in self._placed()}
        self.dead: Node | None = None

    def kill(self) -> None:
        """Which node holds the only copy, says the engine."""
        (holder,) = {node for index, node in self._placed() if index not in self._known}
        self.dead = next(node for node in self._nodes if (node.name == holder) is self._holder)
        self.dead.kill()

    def _placed(self) -> list[tuple[str, str]]:
        """Index and node of every copy of people."""
        index = f"{self._place.config.index_prefix}-specialists-*"
        shards = list(self._place.engine.cat.shards(index=index, format="json"))
        return [(shard["index"], shard["node"]) for shard in shards]


@pytest.mark.parametrize("holder", [True, False], ids=["it holds what is loaded", "another one holds it"])
@pytest.mark.fault("THREE", "one of three nodes killed with SIGKILL in mid-load")
def test_node_killed_in_mid_load(place: Place, nodes: list[Node], seen: Seen, holder: bool) -> None:
    assert place.first and place.first.built
    killer = Killer(place, nodes, holder=holder)
    trap = nth("PUT|POST", BULK, 1, killer.kill, goes_on=True)
    with ExitStack() as stack:
        proxies = [stack.enter_context(proxied(node.url)) for node in nodes]
        for proxy in proxies:
            proxy.before = trap
        reader = stack.enter_context(Reader(place))
        urls = ",".join(proxy.url for proxy in proxies)
        run = place.started("--full", ELASTICSEARCH_URL=urls, FINDER_REPLICAS="1")
        code, out, err = ended(stack.enter_context(run), ENDED_WITHIN_S)
    reader.must_be_whole()
    told = next((line for line in out.splitlines() if line.startswith("run ")), err[-1] if err else "")
    assert killer.dead, told
    killer.dead.start()
    nodes[0].wait(3)
    assert code == 0, told
    assert ": published" in told
    if holder:
        assert any("loaded again" in line for line in err)
    assert counted(place, place.engine) == dict(place.first.built.documents)
    report = place.run(full=True)
    assert report.exit_code == 0, report.reason
    place.must_recover()
    seen(f"exit code {code}: {told}; {reader.answers} searches whole; next run {report.state.value}")


@pytest.mark.fault("THREE", "one of three nodes killed with SIGKILL in mid-search")
def test_node_killed_in_mid_search(place: Place, nodes: list[Node], seen: Seen) -> None:
    assert place.first and place.first.built
    nodes[0].wait(3)
    browser = create_app(place.config).test_client()
    statuses: list[int] = []
    slowest = 0.0
    began = time.monotonic()
    is_killed = False
    while time.monotonic() - began < 20:
        if not is_killed and time.monotonic() - began > 3:
            nodes[1].kill()
            is_killed = True
        asked = time.monotonic()
        statuses.append(browser.post("/api/v1/search", json={"words": "diabetes"}).status_code)
        slowest = max(slowest, time.monotonic() - asked)
    assert set(statuses) == {200}, {s: statuses.count(s) for s in set(statuses)}
    with Elasticsearch(nodes[0].url) as client:
        wait_for(lambda: client.cluster.health()["status"] != "red", 60, "every shard")
        assert counted(place, client)["specialists"] == PEOPLE
        assert counted(place, client) == dict(place.first.built.documents)
    seen(f"{len(statuses)} searches, all answered, the slowest after {slowest:.1f} s; nothing lost")
    nodes[1].start()
    nodes[0].wait(3)
