"""The local node, on real processes; the tests of the running node share one and go from gentle to rough."""

import contextlib
import dataclasses
import hashlib
import http.server
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from finder import node_files
from finder.config import Config
from finder.engine import connect, translated
from finder.errors import EngineDown, NotReady
from finder.local_node import NodeState, ensure_node, node_status, stop_node
from finder.node_files import distribution, find_java, held_lock, node_folders

ROOT = Path(__file__).resolve().parents[2]
SECRET = "s" * 40
START = """
import os
from finder.config import Config
from finder.local_node import ensure_node
print(ensure_node(Config.from_env(os.environ), lambda text: None))
"""


def settings(home: Path, **more: str) -> dict[str, str]:
    java = {name: os.environ[name] for name in ("ES_JAVA_HOME", "JAVA_HOME") if name in os.environ}
    cache = {name: os.environ[name] for name in ("FINDER_CACHE", "FINDER_ENGINE_ZIP") if name in os.environ}
    path = os.environ.get("PATH", os.defpath)
    return {"FINDER_HOME": str(home), "FINDER_HEAP_MB": "512", "PATH": path, **java, **cache, **more}


def a_config(home: Path, **more: str) -> Config:
    return Config.from_env(settings(home, **more))


def an_open_folder() -> Path:
    """A temporary folder that every account may enter: pytest's own are closed to the engine's."""
    folder = Path(tempfile.mkdtemp(prefix="finder-test-"))
    folder.chmod(0o755)
    return folder


@pytest.fixture
def folder() -> Iterator[Path]:
    path = an_open_folder()
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def starts() -> Iterator[tuple[Config, list[str]]]:
    """A running node and what two processes printed that started it at once."""
    home = an_open_folder()
    environ = os.environ | settings(home, FINDER_SECRET_KEY=SECRET)
    for name in [name for name in environ if name.startswith("ELASTICSEARCH_")]:
        del environ[name]
    config = a_config(home)
    try:
        starters = [
            subprocess.Popen([sys.executable, "-c", START], env=environ, cwd=ROOT, stdout=subprocess.PIPE)
            for _ in range(2)
        ]
        yield config, [starter.communicate()[0].decode().strip() for starter in starters]
    finally:
        stop_node(config)
        shutil.rmtree(home)


@pytest.fixture
def node(starts: tuple[Config, list[str]]) -> tuple[Config, str]:
    config, urls = starts
    return config, urls[0]


def processes_of(config: Config) -> list[psutil.Process]:
    launcher = psutil.Process(node_status(config).pid)
    return [launcher, *launcher.children(recursive=True)]


# -- Java ------------------------------------------------------------------------------------------------


def a_java(home: Path, version: str, modules: str) -> Path:
    """A program that answers as `java` does."""
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(
        f"#!/bin/sh\necho '    java.home = {home}' >&2\n"
        f"echo '    java.specification.version = {version}' >&2\nprintf '{modules}'\n"
    )
    program.chmod(0o755)
    return home


def java_error(config: Config) -> str:
    with pytest.raises(EngineDown) as caught:
        find_java(config)
    return caught.value.message


def test_no_java_says_what_to_install(tmp_path: Path) -> None:
    message = java_error(Config(tmp_path, tmp_path, search_path=str(tmp_path)))
    assert "needs Java 17 or newer" in message
    assert "PATH: there is no java" in message
    assert "openjdk-17-jre-headless" in message


def test_an_old_java_is_named_with_its_version(tmp_path: Path) -> None:
    old = a_java(tmp_path / "old", "11", "")
    older = a_java(tmp_path / "older", "1.8", "")
    message = java_error(Config(tmp_path, tmp_path, java_homes=(old, older), search_path=""))
    assert f"{old}: Java 11 is too old; {older}: Java 1.8 is too old; PATH: there is no java" in message


def test_a_cut_down_java_is_told_with_what_it_lacks(tmp_path: Path) -> None:
    small = a_java(tmp_path / "small", "17", r"java.base@17\njdk.jdi@17\n")
    message = java_error(Config(tmp_path, tmp_path, java_homes=(small,), search_path=""))
    assert "Java 17 is cut down: it lacks jdk.incubator.vector" in message


def test_the_first_usable_java_is_taken(tmp_path: Path) -> None:
    missing, old = tmp_path / "missing", a_java(tmp_path / "old", "11", "")
    good = a_java(tmp_path / "good", "21", r"jdk.incubator.vector@21\njdk.jdi@21\n")
    homes = Config(tmp_path, tmp_path, java_homes=(missing, old), search_path=str(good / "bin"))
    assert find_java(homes) == good


# -- the distribution --------------------------------------------------------------------------------------


def a_distribution(path: Path) -> Path:
    name = f"elasticsearch-{node_files.VERSION}"
    with zipfile.ZipFile(path, "w") as archive:
        program = zipfile.ZipInfo(f"{name}/bin/elasticsearch")
        program.external_attr = 0o755 << 16
        archive.writestr(program, "#!/bin/sh\n")
        archive.writestr(f"{name}/config/jvm.options", "-XX:+UseG1GC\n")
    return path


def test_a_wrong_checksum_unpacks_nothing(folder: Path) -> None:
    archive = a_distribution(folder / "engine.zip")
    config = a_config(folder, FINDER_CACHE=str(folder / "cache"), FINDER_ENGINE_ZIP=str(archive))
    with pytest.raises(
        EngineDown, match=r"engine\.zip is not the expected Elasticsearch .* nothing was unpacked"
    ):
        distribution(config, lambda _: None)
    assert [path.name for path in (folder / "cache").iterdir()] == ["unpack.lock"]


def test_a_download_that_breaks_says_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nobody listens there
    config = dataclasses.replace(a_config(folder, FINDER_CACHE=str(folder / "cache")), engine_zip=None)
    with pytest.raises(EngineDown, match=r"cannot download Elasticsearch .*FINDER_ENGINE_ZIP"):
        distribution(config, lambda _: None)
    assert [path.name for path in (folder / "cache").iterdir()] == ["unpack.lock"]


def test_a_half_unpacked_folder_does_no_harm(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = a_distribution(folder / "engine.zip")
    monkeypatch.setattr(node_files, "SHA256", hashlib.sha256(archive.read_bytes()).hexdigest())
    cache = folder / "cache"
    (cache / "unpack-killed" / "elasticsearch").mkdir(parents=True)
    (cache / f"elasticsearch-{node_files.VERSION}" / "lib").mkdir(parents=True)
    config = a_config(folder, FINDER_CACHE=str(cache), FINDER_ENGINE_ZIP=str(archive))
    said: list[str] = []
    files = distribution(config, said.append)
    assert said == ["Checking the engine's checksum", "Unpacking the engine"]
    assert stat.S_IMODE((files / "bin" / "elasticsearch").stat().st_mode) == 0o755
    assert stat.S_IMODE((files / "config" / "jvm.options").stat().st_mode) == 0o644
    assert sorted(path.name for path in cache.iterdir()) == [files.name, "unpack.lock"]
    assert distribution(config, said.append) == files
    assert len(said) == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the engine as another account")
def test_a_home_that_the_engine_may_not_enter_keeps_its_files_elsewhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node_files, "SYSTEM_DATA", folder / "system")
    closed, other = folder / "closed", folder / "other"
    closed.mkdir(mode=0o700)
    other.mkdir(mode=0o700)
    kept = node_folders(a_config(closed)).root
    assert kept.parent == folder / "system" != node_folders(a_config(other)).root
    assert node_folders(a_config(folder)).root == folder / "engine"
    kept.mkdir(parents=True)
    closed.chmod(0o755)
    assert node_folders(a_config(closed)).root == kept  # what was stored there is still found


# -- the state file --------------------------------------------------------------------------------------


def write_record(home: Path, pid: int, created: float, port: int) -> None:
    record = {"pid": pid, "created": created, "port": port, "version": "8", "folder": str(home)}
    (home / "engine.json").write_text(json.dumps(record))


def test_without_a_state_file_the_node_is_stopped(tmp_path: Path) -> None:
    assert node_status(a_config(tmp_path)).state is NodeState.STOPPED
    assert stop_node(a_config(tmp_path)) is False


def test_a_process_that_got_the_same_id_is_never_touched(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "10"]) as stranger:
        write_record(tmp_path, stranger.pid, psutil.Process(stranger.pid).create_time() - 3600, 1)
        assert node_status(a_config(tmp_path)).state is NodeState.STOPPED
        assert stop_node(a_config(tmp_path)) is False
        assert stranger.poll() is None
        stranger.kill()
    assert not (tmp_path / "engine.json").exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x"}', '{"pid": 1e999}'])
def test_a_torn_state_file_counts_for_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "engine.json").write_text(content)
    assert node_status(a_config(tmp_path)).state is NodeState.STOPPED


class Stranger(http.server.BaseHTTPRequestHandler):
    """Another program at the node's port."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"cluster_name": "of somebody else", "status": "green"}')

    def log_message(self, *args: object) -> None:
        """Says nothing."""


def test_another_program_at_the_port_is_not_taken_for_the_node(tmp_path: Path) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), Stranger) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        write_record(tmp_path, os.getpid(), psutil.Process().create_time(), server.server_port)
        assert node_status(a_config(tmp_path)).state is NodeState.NOT_ANSWERING
        server.shutdown()


def test_a_lock_that_is_never_freed_ends_in_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node_files, "LOCK_SECONDS", 0.3)
    said: list[str] = []
    path = tmp_path / "engine.lock"
    with held_lock(path, said.append), pytest.raises(EngineDown, match="another process has held"):
        held_lock(path, said.append).__enter__()
    assert said == ["Another start or stop is under way: waiting for it"]


# -- the running node ------------------------------------------------------------------------------------


def test_two_starts_at_once_give_one_node_that_outlives_them(starts: tuple[Config, list[str]]) -> None:
    config, urls = starts
    status = node_status(config)
    assert urls == [status.url, status.url]
    assert (status.state, status.version) == (NodeState.RUNNING, node_files.VERSION)
    assert status.pid is not None
    assert os.getsid(status.pid) == status.pid  # a session of its own: closing the terminal does not end it


def test_a_running_node_is_reused(node: tuple[Config, str]) -> None:
    config, url = node
    said: list[str] = []
    assert ensure_node(config, said.append) == url
    assert said == []  # nothing was fetched, started or waited for


def test_the_node_listens_on_loopback_only_and_never_runs_as_root(node: tuple[Config, str]) -> None:
    family = processes_of(node[0])
    addresses = {c.laddr.ip for process in family for c in process.net_connections() if c.status == "LISTEN"}
    assert {address.removeprefix("::ffff:") for address in addresses} == {"127.0.0.1"}
    assert all(0 not in process.uids() for process in family)


def test_the_node_gets_no_secret_of_its_starter(node: tuple[Config, str]) -> None:
    for process in processes_of(node[0]):
        assert SECRET not in process.environ().values()


def test_a_mistyped_index_name_makes_no_index(node: tuple[Config, str]) -> None:
    with connect(node[0]) as client, pytest.raises(NotReady), translated():
        client.index(index="mistyped", document={})


def test_a_taken_port_is_told(node: tuple[Config, str], folder: Path) -> None:
    port = node[1].rpartition(":")[2]
    config = a_config(folder, FINDER_ENGINE_PORT=port)
    with pytest.raises(EngineDown, match=f"port {port} cannot be used .*FINDER_ENGINE_PORT"):
        ensure_node(config, lambda _: None)


def test_a_node_that_dies_while_starting_shows_its_last_words(folder: Path) -> None:
    config = dataclasses.replace(a_config(folder), heap_mb=999_999_999)
    with pytest.raises(
        EngineDown, match=r"(?s)did not start \(stopped with exit code 70\).*object heap"
    ) as caught:
        ensure_node(config, lambda _: None)
    assert len(caught.value.message.splitlines()) > 1
    assert node_status(config).state is NodeState.STOPPED
    assert not (folder / "engine.json").exists()


@pytest.mark.dear
def test_a_killed_node_is_started_again_with_its_data(node: tuple[Config, str]) -> None:
    config, url = node
    with connect(config) as client:
        client.indices.create(index="kept")
        client.index(index="kept", id="1", document={"name": "kept"})
    for process in reversed(processes_of(config)):  # the launcher last, as it takes the server with it
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
        process.wait(10)
    assert node_status(config).state is NodeState.STOPPED
    said: list[str] = []
    again = ensure_node(config, said.append)
    assert again == url  # who knew its address finds it again
    with connect(config) as client:
        assert client.get(index="kept", id="1")["_source"] == {"name": "kept"}
    assert said[0] == "Starting the engine: 0 s"
    assert said[-1].startswith(f"Engine ready at {again} after")


def test_stopping_ends_every_process_of_the_node(starts: tuple[Config, list[str]]) -> None:
    config, _ = starts
    ensure_node(config, lambda _: None)
    family = processes_of(config)
    assert len(family) > 1
    assert stop_node(config) is True
    assert not any(process.is_running() for process in family)
    assert node_status(config).state is NodeState.STOPPED
    assert stop_node(config) is False


def a_lost_node(folder: Path) -> "subprocess.Popen[bytes]":
    """A process with the command line of a node of this folder, and no state file."""
    mark = f"-Des.path.conf={folder}/engine/config"
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", mark])


def test_a_node_without_a_state_file_is_ended_before_its_data_is_used_again(folder: Path) -> None:
    config = dataclasses.replace(a_config(folder), heap_mb=999_999_999)
    with a_lost_node(folder) as lost:
        with pytest.raises(EngineDown, match="did not start"):
            ensure_node(config, lambda _: None)
        assert lost.poll() is not None


def test_stopping_finds_a_node_without_a_state_file(folder: Path) -> None:
    with a_lost_node(folder) as lost:
        assert stop_node(a_config(folder)) is True
        assert lost.poll() is not None


def test_a_home_that_cannot_be_written_is_told(folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(EngineDown, match="cannot use the folder"):
        ensure_node(a_config(folder / "file" / "home"), lambda _: None)
