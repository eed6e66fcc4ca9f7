"""Every setting, read once from the environment, declared in a table for the documentation and the tests."""

import difflib
import os
import re
import shlex
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import platformdirs

from finder.errors import FieldError, InputErrors

APP_NAME = "second-opinion-finder"
MIN_SECRET_LENGTH = 32  # characters; a 256-bit key takes 43 in base64 and 64 in hex


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the settings table: `name` in the environment, `field` of Config, what it takes and does."""

    name: str
    field: str
    takes: str
    default: str
    help: str
    parse: Callable[[str], Any]
    is_secret: bool = False


def _text(value: str) -> str:
    return value


def _path(value: str) -> Path:
    return Path(value).expanduser().absolute()


def _file(value: str) -> Path:
    path = _path(value)
    if not path.is_file():
        raise ValueError(f"there is no file {path}")
    return path


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(value)

    return parse


def _urls(value: str) -> tuple[str, ...]:
    urls = tuple(url.strip().rstrip("/") for url in value.split(",") if url.strip())
    if not urls:
        raise ValueError("must be an address like http://localhost:9200")
    for url in urls:
        _check_url(url)
    if len({urlsplit(url).scheme for url in urls}) > 1:
        raise ValueError("must be all http or all https")
    return urls


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise ValueError("must be an address like http://localhost:9200")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a password; use ELASTICSEARCH_USER and ELASTICSEARCH_PASSWORD")
    if parts.query or parts.fragment:
        raise ValueError("must end after the host, port and path")


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an address like https://alerts.example/hook")
    return value


def _command(value: str) -> str:
    try:
        words = shlex.split(value)
    except ValueError as problem:
        raise ValueError(f"is no command: {problem}") from problem
    if not words or not shutil.which(words[0]):
        raise ValueError("must begin with a program that can be run")
    return value


def _yes_or_no(value: str) -> bool:
    if value not in ("yes", "no"):
        raise ValueError("must be yes or no")
    return value == "yes"


def _prefix(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", value):
        raise ValueError("must be 1 to 40 lower-case letters, digits or underscores, a letter first")
    return value


def _secret_key(value: str) -> str:
    if len(value) < MIN_SECRET_LENGTH:
        raise ValueError(f"must have at least {MIN_SECRET_LENGTH} characters")
    return value


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "FINDER_HOME",
        "home",
        "folder",
        "the user's data folder",
        "Holds everything that a run or the local engine writes.",
        _path,
    ),
    Setting(
        "FINDER_CACHE",
        "cache",
        "folder",
        "the user's cache folder",
        "Holds the unpacked engine; may be deleted while no engine runs.",
        _path,
    ),
    Setting("FINDER_HOST", "host", "address", "127.0.0.1", "Address on which `finder serve` listens.", _text),
    Setting(
        "FINDER_PORT", "port", "number", "8000", "Port on which `finder serve` listens.", _whole(1, 65535)
    ),
    Setting(
        "FINDER_SECRET_KEY",
        "secret_key",
        "text",
        "a file in FINDER_HOME",
        "Key that seals result links; all web workers need the same one.",
        _secret_key,
        is_secret=True,
    ),
    Setting(
        "FINDER_SECRET_KEY_OLD",
        "secret_key_old",
        "text",
        "",
        "The key before, still accepted while keys are rotated.",
        _secret_key,
        is_secret=True,
    ),
    Setting(
        "FINDER_INDEX_PREFIX",
        "index_prefix",
        "name",
        "finder",
        "First part of the name of every index and alias.",
        _prefix,
    ),
    Setting(
        "FINDER_SHARDS", "shards", "number", "1", "Shards of an index when it is created.", _whole(1, 1024)
    ),
    Setting(
        "FINDER_REPLICAS",
        "replicas",
        "number",
        "0",
        "Copies of each shard on other nodes; 1 or more on a cluster.",
        _whole(0, 10),
    ),
    Setting(
        "FINDER_HEAP_MB",
        "heap_mb",
        "MB",
        "1024",
        "Java heap of the local engine; 512 is enough for the demonstration.",
        _whole(256, 1_000_000),
    ),
    Setting(
        "FINDER_ENGINE_PORT",
        "engine_port",
        "number",
        "0",
        "HTTP port of the local engine; 0 takes a free one.",
        _whole(0, 65535),
    ),
    Setting(
        "FINDER_ENGINE_ZIP",
        "engine_zip",
        "file",
        "",
        "The engine's distribution, already downloaded; its checksum is still verified.",
        _file,
    ),
    Setting(
        "FINDER_METRICS",
        "metrics",
        "yes or no",
        "no",
        "Whether the web server gives figures for Prometheus at /metrics.",
        _yes_or_no,
    ),
    Setting(
        "FINDER_HUGE_PAGES",
        "huge_pages",
        "yes or no",
        "yes",
        "Whether web workers lay their memory on pages of 2 MB (Linux): quicker answers for more memory.",
        _yes_or_no,
    ),
    Setting(
        "FINDER_NOTIFY_COMMAND",
        "notify_command",
        "command",
        "",
        "Gets the JSON report of a refused or failed run on its standard input.",
        _command,
    ),
    Setting(
        "FINDER_NOTIFY_URL",
        "notify_url",
        "address",
        "",
        "The JSON report of a refused or failed run is posted there.",
        _web_address,
    ),
    Setting(
        "ELASTICSEARCH_URL",
        "elasticsearch_urls",
        "addresses",
        "",
        "Your own cluster, several nodes separated by commas; without it a local engine is started.",
        _urls,
    ),
    Setting(
        "ELASTICSEARCH_API_KEY",
        "elasticsearch_api_key",
        "text",
        "",
        "API key for ELASTICSEARCH_URL, in the encoded form.",
        _text,
        is_secret=True,
    ),
    Setting(
        "ELASTICSEARCH_USER", "elasticsearch_user", "text", "", "User name for ELASTICSEARCH_URL.", _text
    ),
    Setting(
        "ELASTICSEARCH_PASSWORD",
        "elasticsearch_password",
        "text",
        "",
        "Password of ELASTICSEARCH_USER.",
        _text,
        is_secret=True,
    ),
    Setting(
        "ELASTICSEARCH_CA_FILE",
        "elasticsearch_ca_file",
        "file",
        "",
        "Certificate (PEM) that signed the cluster's, for https.",
        _file,
    ),
)


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one process, checked; secrets never appear in its `repr`."""

    home: Path
    cache: Path
    host: str = "127.0.0.1"
    port: int = 8000
    secret_key: str | None = field(default=None, repr=False)
    secret_key_old: str | None = field(default=None, repr=False)
    index_prefix: str = "finder"
    shards: int = 1
    replicas: int = 0
    heap_mb: int = 1024
    engine_port: int = 0
    engine_zip: Path | None = None
    metrics: bool = False
    huge_pages: bool = True
    notify_command: str | None = None
    notify_url: str | None = field(default=None, repr=False)
    elasticsearch_urls: tuple[str, ...] = ()
    elasticsearch_api_key: str | None = field(default=None, repr=False)
    elasticsearch_user: str | None = None
    elasticsearch_password: str | None = field(default=None, repr=False)
    elasticsearch_ca_file: Path | None = None
    java_homes: tuple[Path, ...] = ()
    """Where Java may be, first choice first: ES_JAVA_HOME, then JAVA_HOME."""
    search_path: str = os.defpath
    """PATH: where `java` is looked for last."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Config":
        """The settings in `environ`; an empty value counts as unset, default folders come from platformdirs.

        Raises InputErrors with every mistake at once, unknown `FINDER_*` names included.
        """
        errors = _unknown_names(environ)
        given: dict[str, Any] = {
            "home": platformdirs.user_data_path(APP_NAME, appauthor=False),
            "cache": platformdirs.user_cache_path(APP_NAME, appauthor=False),
        }
        for setting in SETTINGS:
            value = environ.get(setting.name, "").strip()
            if value:
                try:
                    given[setting.field] = setting.parse(value)
                except ValueError as error:
                    errors.append(FieldError(setting.name, str(error)))
        errors += _contradictions({name for name in environ if environ[name].strip()}, given)
        if errors:
            raise InputErrors(errors)
        homes = (environ.get("ES_JAVA_HOME"), environ.get("JAVA_HOME"))
        given["java_homes"] = tuple(Path(home) for home in homes if home)
        given["search_path"] = environ.get("PATH") or os.defpath
        return cls(**given)


def _unknown_names(environ: Mapping[str, str]) -> list[FieldError]:
    known = [setting.name for setting in SETTINGS]
    errors = []
    for name in sorted(environ):
        if name.startswith("FINDER_") and name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            errors.append(FieldError(name, f"is not a setting{hint}"))
    return errors


def _contradictions(names: set[str], given: Mapping[str, Any]) -> list[FieldError]:
    """Mistakes between settings that are right one by one; `names` are those with a value."""
    errors = []
    if "ELASTICSEARCH_API_KEY" in names and "ELASTICSEARCH_USER" in names:
        errors.append(FieldError("ELASTICSEARCH_API_KEY", "excludes ELASTICSEARCH_USER; give one of them"))
    if ("ELASTICSEARCH_USER" in names) != ("ELASTICSEARCH_PASSWORD" in names):
        missing = {"ELASTICSEARCH_USER", "ELASTICSEARCH_PASSWORD"} - names
        errors.append(FieldError(missing.pop(), "is missing: user and password go together"))
    if "ELASTICSEARCH_URL" not in names:
        for setting in SETTINGS:
            if setting.name.startswith("ELASTICSEARCH_") and setting.name in names:
                errors.append(FieldError(setting.name, "needs ELASTICSEARCH_URL"))
    if "ELASTICSEARCH_CA_FILE" in names and given.get("elasticsearch_urls", ("https",))[0][:5] != "https":
        errors.append(FieldError("ELASTICSEARCH_CA_FILE", "needs an ELASTICSEARCH_URL with https"))
    if "FINDER_SECRET_KEY_OLD" in names and "FINDER_SECRET_KEY" not in names:
        errors.append(FieldError("FINDER_SECRET_KEY_OLD", "needs FINDER_SECRET_KEY"))
    return errors
