"""What the local engine is made of: the distribution, fetched and checked, the Java found, the folders.

The engine refuses to run as root, so a root process runs it as the account `nobody`, which must be able to
enter every folder above its files. Where it cannot (a home below /root, say), the files stay below
/var/lib and /var/cache instead, in a folder of their own for each FINDER_HOME, so two homes never meet.
"""

import fcntl
import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jgo.maven import MavenContext, PythonResolver

from finder.config import APP_NAME, Config
from finder.errors import EngineDown

# The genuine server with its core modules only, AGPL-3.0, published on Maven Central; checked 2026-11-23.
GROUP = "org.elasticsearch.distribution.integ-test-zip"
ARTIFACT = "elasticsearch"
VERSION = "8.19.21"
SHA256 = "215d5f3dbf0609a149f6218a9e47b6ae2df34ebbff3c5754e35f15a5e5393c8a"

SYSTEM_DATA = Path("/var/lib") / APP_NAME
SYSTEM_CACHE = Path("/var/cache") / APP_NAME
LOCK_SECONDS = 300.0

MIN_JAVA = 17  # what the pinned distribution's own version checker asks for
JAVA_MODULES = ("jdk.jdi", "jdk.incubator.vector")  # cut-down runtimes lack them, and the engine needs them
INSTALL_JAVA = (
    "Install one (Debian, Ubuntu: openjdk-17-jre-headless; Fedora: java-21-openjdk-headless; macOS: "
    "brew install openjdk), or set ES_JAVA_HOME, or set ELASTICSEARCH_URL to a cluster"
)

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Account:
    """The unprivileged user that the engine runs as when we are root."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class NodeFolders:
    """The folders of one node; all but `root` belong to the account that it runs as."""

    root: Path

    @property
    def config(self) -> Path:
        return self.root / "config"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def temp(self) -> Path:
        return self.root / "tmp"

    @property
    def snapshots(self) -> Path:
        return self.root / "snapshots"


@contextmanager
def held_lock(path: Path, progress: Progress) -> Iterator[None]:
    """Holds the lock file at `path`, which the system frees when this process ends, however it ends.

    Raises EngineDown after LOCK_SECONDS, or where the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("a")
    except OSError as error:
        raise EngineDown(f"cannot use the folder {path.parent}: {error}") from error
    with lock:
        until = time.monotonic() + LOCK_SECONDS
        is_told = False
        while not _try_lock(lock.fileno()):
            if not is_told:
                progress("Another start or stop is under way: waiting for it")
                is_told = True
            if time.monotonic() > until:
                raise EngineDown(f"another process has held {path} for {LOCK_SECONDS:.0f} s")
            time.sleep(0.2)
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def node_folders(config: Config) -> NodeFolders:
    """The node's folders for this home; nothing is created."""
    if os.geteuid() != 0:
        return NodeFolders(config.home / "engine")
    mark = hashlib.sha256(os.fsencode(config.home.resolve())).hexdigest()[:16]
    system = SYSTEM_DATA / mark
    # Once used it stays in use, even if the home is opened later: data must not seem to vanish.
    if system.exists() or not _is_open_to_all(config.home):
        return NodeFolders(system)
    return NodeFolders(config.home / "engine")


def account_for(folders: NodeFolders) -> Account | None:
    """The account that the node must run as: None for our own, which is never root.

    As root it is the owner of the data folder, else `nobody`. Raises EngineDown where there is none.
    """
    if os.geteuid() != 0:
        return None
    if folders.data.exists():
        owner = folders.data.stat()
        if owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise EngineDown(
            "the engine refuses to run as root and there is no account `nobody`; "
            "start the program as an ordinary user, or set ELASTICSEARCH_URL"
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)


def prepare(folders: NodeFolders, distribution: Path, settings: str, account: Account | None) -> None:
    """Makes the node's folders and writes its configuration: `settings` is the text of elasticsearch.yml.

    Raises EngineDown where that is not possible.
    """
    try:
        folders.root.mkdir(parents=True, exist_ok=True)
        if account is not None:
            folders.root.chmod(0o755)
            if folders.root.parent == SYSTEM_DATA:
                SYSTEM_DATA.chmod(0o755)
        shutil.rmtree(folders.config, ignore_errors=True)
        shutil.rmtree(folders.temp, ignore_errors=True)
        shutil.copytree(distribution / "config", folders.config)
        (folders.config / "elasticsearch.yml").write_text(settings, encoding="utf-8")
        options = (distribution / "config" / "jvm.options").read_text(encoding="utf-8").splitlines(True)
        # the garbage collector's log may take 2 GB, too much for a small install
        kept = "".join(line for line in options if not line.startswith("-Xlog:gc"))
        (folders.config / "jvm.options").write_text(kept, encoding="utf-8")
        for folder in (folders.config, folders.data, folders.logs, folders.temp, folders.snapshots):
            folder.mkdir(exist_ok=True)
            _give(folder, account, deep=folder == folders.config)
    except OSError as error:
        raise EngineDown(f"cannot prepare the engine's folder {folders.root}: {error}") from error


def _give(folder: Path, account: Account | None, *, deep: bool) -> None:
    folder.chmod(0o700)
    if account is None:
        return
    os.chown(folder, account.uid, account.gid)
    if deep:
        for path in folder.rglob("*"):
            os.chown(path, account.uid, account.gid)


def _is_open_to_all(folder: Path) -> bool:
    """Whether any account may enter `folder`; a folder that is still to be made counts as open."""
    resolved = folder.resolve()
    for path in (resolved, *resolved.parents):
        if path.exists() and not path.stat().st_mode & stat.S_IXOTH:
            return False
    return True


def distribution(config: Config, progress: Progress) -> Path:
    """The folder of the unpacked engine, fetched and unpacked first if this is the first use.

    It is unpacked beside its final place and renamed when whole, so a killed run leaves no half of it.
    Raises EngineDown: download broken, checksum wrong, disk full.
    """
    cache = config.cache
    if os.geteuid() == 0 and not _is_open_to_all(cache):
        cache = SYSTEM_CACHE
    target = cache / f"{ARTIFACT}-{VERSION}"
    try:
        with held_lock(cache / "unpack.lock", progress):
            if os.geteuid() == 0 and not _is_open_to_all(cache):
                cache.chmod(0o755)  # just made by us, under a strict umask
            for leftover in cache.glob("unpack-*"):
                shutil.rmtree(leftover, ignore_errors=True)
            if not (target / "bin" / "elasticsearch").is_file():
                _install(config.engine_zip, target, progress)
    except (OSError, zipfile.BadZipFile) as error:
        raise EngineDown(f"cannot unpack the engine below {cache}: {error}") from error
    return target


def _install(given_zip: Path | None, target: Path, progress: Progress) -> None:
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="unpack-", dir=target.parent) as folder:
        archive = given_zip or _download(Path(folder), progress)
        progress("Checking the engine's checksum")
        _check(archive)
        progress("Unpacking the engine")
        _unpack(archive, Path(folder))
        (Path(folder) / target.name).rename(target)


def _download(folder: Path, progress: Progress) -> Path:
    """Fetches the distribution into `folder`, a Maven cache of its own: a shared one may hold a torn file."""
    label = f"Fetching Elasticsearch {VERSION}"

    @contextmanager
    def follow(_name: str, total: int) -> Iterator[Callable[[int], None]]:
        done, tenth = 0, -1

        def update(count: int) -> None:
            nonlocal done, tenth
            done += count
            if 10 * done // total > tenth:
                tenth = 10 * done // total
                progress(f"{label} ({total / 1e6:.0f} MB): {10 * tenth} %")

        yield update

    progress(label)
    maven = MavenContext(PythonResolver(progress_callback=follow), repo_cache=folder / "maven", timeout=60)
    try:
        return maven.project(GROUP, ARTIFACT).at_version(VERSION).artifact(packaging="zip").resolve()
    except (OSError, RuntimeError) as error:  # network errors of jgo's HTTP library are OSErrors
        raise EngineDown(
            f"cannot download Elasticsearch {VERSION}: {error}. Check the network and proxy settings and try "
            "again, or set FINDER_ENGINE_ZIP to the downloaded file, or ELASTICSEARCH_URL to a cluster"
        ) from error


def _check(archive: Path) -> None:
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise EngineDown(
            f"{archive.name} is not the expected Elasticsearch {VERSION}: its SHA-256 is {found}, "
            f"not {SHA256}. The download is broken or was altered; nothing was unpacked. "
            "Try again, or check FINDER_ENGINE_ZIP"
        )


def _unpack(archive: Path, folder: Path) -> None:
    """Unpacks for reading by every account, whatever our umask; only programs become executable."""
    with zipfile.ZipFile(archive) as content:
        for member in content.infolist():
            path = Path(content.extract(member, folder))
            is_program = bool((member.external_attr >> 16) & stat.S_IXUSR)
            path.chmod(0o755 if member.is_dir() or is_program else 0o644)


def find_java(config: Config, account: Account | None = None) -> Path:
    """The home of the first usable Java (17 or newer, a whole runtime) that `account` can run.

    Looked for in ES_JAVA_HOME, JAVA_HOME and PATH. Raises EngineDown with the reason for each.
    """
    reasons = []
    for place, program in _java_programs(config):
        try:
            return _java_home(program, account)
        except ValueError as error:
            reasons.append(f"{place}: {error}")
    raise EngineDown(
        f"no usable Java: the engine needs Java {MIN_JAVA} or newer. {'; '.join(reasons)}. {INSTALL_JAVA}"
    )


def _java_programs(config: Config) -> Iterator[tuple[str, Path | None]]:
    for home in config.java_homes:
        yield str(home), home / "bin" / "java"
    found = shutil.which("java", path=config.search_path)
    yield "PATH", Path(found) if found else None


def _java_home(program: Path | None, account: Account | None) -> Path:
    """The home that this Java reports; raises ValueError with the reason when it is not usable."""
    if program is None:
        raise ValueError("there is no java")
    report = _run_java(program, "-XshowSettings:properties", account)
    values = dict(re.findall(r"^\s*(java\.home|java\.specification\.version) = (.+?)\s*$", report, re.M))
    version = values.get("java.specification.version", "")
    if "java.home" not in values or not re.fullmatch(r"[0-9]+(\.[0-9]+)?", version):
        raise ValueError(f"{program} does not answer like a Java")
    if float(version) < MIN_JAVA:
        raise ValueError(f"Java {version} is too old")
    present = set(re.findall(r"^([a-z.]+)(?=@|$)", _run_java(program, "--list-modules", account), re.M))
    missing = [module for module in JAVA_MODULES if module not in present]
    if missing:
        raise ValueError(f"Java {version} is cut down: it lacks {' and '.join(missing)}")
    return Path(values["java.home"])


def _run_java(program: Path, option: str, account: Account | None) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the user's own Java
            [str(program), option, "-version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
            cwd="/",
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
        )
    except FileNotFoundError:
        raise ValueError(f"there is no {program}") from None
    except PermissionError:
        who = "this user" if account is None else f"the account with uid {account.uid}, as the engine does,"
        raise ValueError(f"{who} may not run {program}") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ValueError(f"{program} cannot be run ({error})") from None
    return done.stdout + done.stderr
