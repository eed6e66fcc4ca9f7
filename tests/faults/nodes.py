"""Real engine nodes of a test: with settings of their own, killed, frozen and started again by process id."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from elasticsearch import Elasticsearch

from finder.config import Config
from finder.node_files import NodeFolders, account_for, distribution, find_java, prepare
from tests.faults.place import wait_for

START_S = 180.0
HEAP_MB = 512


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


@dataclass
class Node:
    """One node on loopback; its data outlive a kill, so that `start` brings it back."""

    config: Config
    folder: Path
    port: int
    settings: dict[str, object]
    _process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def name(self) -> object:
        """What its cluster calls it."""
        return self.settings["node.name"]

    def start(self) -> None:
        """Start it; `wait` tells when it answers."""
        folders = NodeFolders(self.folder)
        account = account_for(folders)
        files = distribution(self.config, lambda _: None)
        text = "".join(f"{name}: {json.dumps(value)}\n" for name, value in self._all(folders).items())
        prepare(folders, files, text, account)
        environment = {
            "PATH": self.config.search_path, "ES_JAVA_HOME": str(find_java(self.config, account)),
            "ES_PATH_CONF": str(folders.config), "ES_TMPDIR": str(folders.temp),
            "ES_JAVA_OPTS": f"-Xms{HEAP_MB}m -Xmx{HEAP_MB}m",
        }  # fmt: skip
        self._process = subprocess.Popen(
            [str(files / "bin" / "elasticsearch"), "--quiet"], env=environment, cwd=self.folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, user=account and account.uid, group=account and account.gid,
            extra_groups=None if account is None else [],
        )  # fmt: skip

    def _all(self, folders: NodeFolders) -> dict[str, object]:
        return {
            "cluster.name": "second-opinion-finder", "network.host": "127.0.0.1", "http.port": self.port,
            "path.data": str(folders.data), "path.logs": str(folders.logs),
            "path.repo": [str(folders.snapshots)], "xpack.security.enabled": False,
            "action.auto_create_index": False, **self.settings,
        }  # fmt: skip

    def wait(self, nodes: int = 1) -> float:
        """Wait until its cluster has so many nodes and is green; the seconds that it took."""
        with Elasticsearch(self.url, request_timeout=5, max_retries=0) as client:
            return wait_for(lambda: _is_green(client, nodes), START_S, f"{nodes} node(s), green")

    def kill(self) -> None:
        """SIGKILL to the server and its launcher."""
        assert self._process is not None
        for process in reversed(family(self._process.pid)):  # the launcher last: it takes the server with it
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait(30)


def _is_green(client: Elasticsearch, nodes: int) -> bool:
    try:
        health = client.cluster.health()
    except Exception:  # noqa: BLE001 - it is still starting
        return False
    return health["status"] == "green" and health["number_of_nodes"] == nodes


def family(pid: int) -> list[psutil.Process]:
    """A process and all below it; empty when it is gone."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def kill_family(pid: int) -> None:
    """SIGKILL to an engine's server and its launcher, by the launcher's process id."""
    everything = family(pid)
    for process in reversed(everything):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(everything, timeout=30)


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """SIGSTOP to an engine; SIGCONT at the end."""
    everything = family(pid)
    for process in everything:
        os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in everything:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGCONT)


@contextmanager
def running(config: Config, settings: Sequence[dict[str, object]]) -> Iterator[list[Node]]:
    """Nodes with these settings, started at once, ready, and gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="finder-faults-"))
    folder.chmod(0o755)  # the engine's account must be able to enter
    ports = free_ports(len(settings))
    nodes = [
        Node(config, folder / f"node{n}", port, each)
        for n, (port, each) in enumerate(zip(ports, settings, strict=True), start=1)
    ]
    try:
        for node in nodes:
            node.start()
        nodes[0].wait(len(nodes))
        yield nodes
    finally:
        for node in nodes:
            node.kill()
        shutil.rmtree(folder)
