"""One local Elasticsearch node: starts it on loopback, waits until it is ready, reuses it and stops it.

The node outlives the process that started it. `engine.json` in FINDER_HOME says which process it is; a file
that names a process that is gone, or another program that got the same id, counts for nothing.
"""

import contextlib
import http.client
import json
import secrets
import socket
import subprocess
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import psutil

from finder.config import Config
from finder.errors import EngineDown
from finder.node_files import (
    VERSION,
    Account,
    NodeFolders,
    Progress,
    account_for,
    distribution,
    find_java,
    held_lock,
    node_folders,
    prepare,
)

CLUSTER_NAME = "second-opinion-finder"
LOOPBACK = "127.0.0.1"
START_SECONDS = 180.0  # 14 s on two free cores
RECOVERY_SECONDS = 60.0  # for its data, once it answers: a million documents took 15 s
STOP_SECONDS = 30.0
LAST_LINES = 12


class NodeState(StrEnum):
    """What the local node does."""

    RUNNING = "running"
    NOT_ANSWERING = "not answering"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """The local node as found; only `state` is there when it is stopped."""

    state: NodeState
    url: str | None = None
    pid: int | None = None
    version: str | None = None
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class _Record:
    """The state file: which process the node is and where it answers."""

    pid: int
    created: float
    port: int
    version: str
    folder: str

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"


def ensure_node(config: Config, progress: Progress) -> str:
    """The address of this home's node, ready for use; it is fetched and started where that is needed.

    `progress` gets one short text at a time. Raises EngineDown, saying what to do.
    """
    record = _read_record(config)
    if record is not None and _process(record) is not None and _answer(record.port) in ("green", "yellow"):
        return record.url
    try:
        with held_lock(config.home / "engine.lock", progress):
            return _start_or_join(config, progress)
    except OSError as error:
        raise EngineDown(f"cannot use the folder {config.home}: {error}") from error


def node_status(config: Config) -> NodeStatus:
    """What this home's node does now; changes nothing."""
    record = _read_record(config)
    if record is None or _process(record) is None:
        return NodeStatus(NodeState.STOPPED)
    state = NodeState.RUNNING if _answer(record.port) is not None else NodeState.NOT_ANSWERING
    return NodeStatus(state, record.url, record.pid, record.version, Path(record.folder))


def node_address(config: Config) -> str | None:
    """Where this home's node answers, if its process lives; unlike `node_status` it asks the node nothing."""
    record = _read_record(config)
    return record.url if record is not None and _process(record) is not None else None


def stop_node(config: Config) -> bool:
    """Stops this home's node and says whether one ran; a process that is not ours is never touched.

    Raises EngineDown where we may not stop it.
    """
    if not config.home.is_dir():
        return False
    with held_lock(config.home / "engine.lock", lambda _: None):
        record = _read_record(config)
        process = None if record is None else _process(record)
        if process is not None:
            _end(process)
        _record_path(config).unlink(missing_ok=True)
        return _end_orphans(node_folders(config)) or process is not None


def _start_or_join(config: Config, progress: Progress) -> str:
    record = _read_record(config)
    process = None if record is None else _process(record)
    if record is None or process is None:
        return _start(config, progress)
    # An answer is enough here: who started it waited for its data, and a broken index may never come back.
    if _answer(record.port) is not None:
        return record.url
    # Its starter was killed, or it is too busy to answer at once.
    if _wait_until_ready(record.port, lambda: _process(record) is not None, progress):
        return record.url
    if _process(record) is None:
        return _start(config, progress)
    raise EngineDown(
        f"the engine (process {record.pid}) runs but does not answer at {record.url}; "
        f"run `finder engine stop` and try again; its log is in {record.folder}/logs"
    )


def _start(config: Config, progress: Progress) -> str:
    folders = node_folders(config)
    account = account_for(folders)
    java_home = find_java(config, account)
    files = distribution(config, progress)
    _end_orphans(folders)
    port = _http_port(config)
    prepare(folders, files, _settings(folders, port, _port(0)), account)
    begun = time.monotonic()
    output = folders.root / "start.log"
    process = _launch(config, files, folders, java_home, account, output)
    created = psutil.Process(process.pid).create_time()
    record = _Record(process.pid, created, port, VERSION, str(folders.root))
    _write_record(config, record)
    is_ready = _wait_until_ready(port, lambda: process.poll() is None, progress)
    code = process.poll()
    process.returncode = 0  # it is meant to outlive this object, which would warn about that
    if not is_ready:
        stop_why = (
            f"stopped with exit code {code}" if code is not None else f"took over {START_SECONDS:.0f} s"
        )
        running = _process(record)
        if running is not None:
            _end(running)
        _record_path(config).unlink(missing_ok=True)
        raise EngineDown(
            f"the engine did not start ({stop_why}). Last lines of its log:\n{_tail(folders, output)}"
        )
    progress(f"Engine ready at {record.url} after {time.monotonic() - begun:.0f} s")
    return record.url


def _launch(
    config: Config,
    files: Path,
    folders: NodeFolders,
    java_home: Path,
    account: Account | None,
    output: Path,
) -> "subprocess.Popen[bytes]":
    """Starts the engine in a session of its own, with an environment that holds none of our secrets."""
    environment = {
        "PATH": config.search_path,
        "ES_JAVA_HOME": str(java_home),
        "ES_PATH_CONF": str(folders.config),
        "ES_TMPDIR": str(folders.temp),
        "ES_JAVA_OPTS": f"-Xms{config.heap_mb}m -Xmx{config.heap_mb}m",
    }
    with output.open("wb") as log:
        try:
            return subprocess.Popen(  # noqa: S603 - our own program and arguments, no shell
                [str(files / "bin" / "elasticsearch"), "--quiet"],
                env=environment,
                cwd=folders.root,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=None if account is None else account.uid,
                group=None if account is None else account.gid,
                extra_groups=None if account is None else [],
            )
        except OSError as error:
            raise EngineDown(f"cannot run {files / 'bin' / 'elasticsearch'}: {error}") from error


def _settings(folders: NodeFolders, http_port: int, transport_port: int) -> str:
    """The text of elasticsearch.yml; JSON strings are YAML, so any path is safe."""
    values: dict[str, object] = {
        "cluster.name": CLUSTER_NAME,
        "node.name": f"node-{secrets.token_hex(4)}",
        "discovery.type": "single-node",
        "network.host": LOOPBACK,
        "http.port": http_port,
        "transport.port": transport_port,
        "path.data": str(folders.data),
        "path.logs": str(folders.logs),
        "path.repo": [str(folders.snapshots)],
        "xpack.security.enabled": False,
        # a mistyped index name must fail, not make an index with guessed fields
        "action.auto_create_index": False,
    }
    return "".join(f"{name}: {json.dumps(value)}\n" for name, value in values.items())


def _port(wanted: int) -> int:
    """`wanted` if it is free, or a free one for 0; raises EngineDown when it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, wanted))
        except OSError as error:
            raise EngineDown(
                f"port {wanted} cannot be used by the engine ({error.strerror}): "
                "set FINDER_ENGINE_PORT to another one, or to 0 for a free one"
            ) from error
        port: int = probe.getsockname()[1]
        return port


def _http_port(config: Config) -> int:
    """The port of the settings, else that of the node before: clients that outlived it then find it again."""
    before = _read_record(config)
    if not config.engine_port and before is not None:
        with contextlib.suppress(EngineDown):
            return _port(before.port)
    return _port(config.engine_port)


def _wait_until_ready(port: int, is_alive: Callable[[], bool], progress: Progress) -> bool:
    """Waits until the node answers and has its data back; False if it died or took too long."""
    begun = time.monotonic()
    answered: float | None = None
    said = -1
    while is_alive():
        health = _answer(port)
        seconds = time.monotonic() - begun
        if health is not None:
            answered = answered or seconds
            # after that time a broken index must not keep the others from being served
            if health != "red" or seconds - answered > RECOVERY_SECONDS:
                return True
        elif seconds > START_SECONDS:
            return False
        if int(seconds) > said:
            said = int(seconds)
            progress(
                f"Starting the engine: {said} s" if answered is None else f"Recovering its data: {said} s"
            )
        time.sleep(0.25)
    return False


def _answer(port: int) -> str | None:
    """The health of our node at this port (green, yellow, red); None if there is no node of ours."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", "/_cluster/health")
        reply = connection.getresponse()
        body = json.loads(reply.read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    if reply.status != 200 or not isinstance(body, dict) or body.get("cluster_name") != CLUSTER_NAME:
        return None
    return str(body.get("status"))


def _record_path(config: Config) -> Path:
    return config.home / "engine.json"


def _read_record(config: Config) -> _Record | None:
    """The state file's content; None when there is none or it was torn or altered."""
    try:
        values = json.loads(_record_path(config).read_bytes())
        return _Record(
            pid=int(values["pid"]),
            created=float(values["created"]),
            port=int(values["port"]),
            version=str(values["version"]),
            folder=str(values["folder"]),
        )
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None


def _write_record(config: Config, record: _Record) -> None:
    path = _record_path(config)
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(asdict(record)), encoding="utf-8")
    beside.replace(path)


def _process(record: _Record) -> psutil.Process | None:
    """The live process of this record; None if it ended or its id belongs to another program by now."""
    try:
        process = psutil.Process(record.pid)
        # the second test stands in where the system's clock was set since the start
        is_ours = abs(process.create_time() - record.created) < 2 or _is_node_of(process, record.folder)
        return process if is_ours and process.status() != psutil.STATUS_ZOMBIE else None
    except (psutil.Error, ValueError, OverflowError):
        return None


def _is_node_of(process: psutil.Process, folder: str) -> bool:
    try:
        return f"-Des.path.conf={folder}/config" in process.cmdline()
    except psutil.Error:
        return False


def _end_orphans(folders: NodeFolders) -> bool:
    """Ends a node that holds our data without a state file: its starter was killed, or the file was lost."""
    orphans = [process for process in psutil.process_iter() if _is_node_of(process, str(folders.root))]
    for orphan in orphans:
        _end(orphan)
    return bool(orphans)


def _end(process: psutil.Process) -> None:
    """Ends the launcher and the server below it: politely first, so that data is flushed."""
    try:
        family = [process, *process.children(recursive=True)]
        process.terminate()
        _, alive = psutil.wait_procs(family, timeout=STOP_SECONDS)
        for survivor in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                survivor.kill()
        psutil.wait_procs(alive, timeout=STOP_SECONDS)
    except psutil.NoSuchProcess:
        return
    except psutil.AccessDenied as error:
        raise EngineDown(f"may not stop the engine, process {process.pid} of another account") from error


def _tail(folders: NodeFolders, output: Path) -> str:
    """The last lines of what the server and the launcher wrote, indented and without Java's stack frames."""
    lines: deque[str] = deque(maxlen=LAST_LINES)
    for path in (folders.logs / f"{CLUSTER_NAME}.log", output):
        if path.is_file():
            with path.open(encoding="utf-8", errors="replace") as file:
                lines.extend(line.strip()[:300] for line in file if line.strip() and not _is_frame(line))
    return "\n".join(f"  {line}" for line in lines) or "  (it wrote nothing)"


def _is_frame(line: str) -> bool:
    return line.lstrip().startswith(("at ", "... "))
