"""Shared fixtures: one real engine for the whole session, a prefix of its own, the public extracts.

The engine is the one at ELASTICSEARCH_URL where that is set, else the local node, started once with its own
FINDER_HOME and stopped at the end. Every session uses a random index prefix and deletes only its own indices.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from finder.config import Config
from finder.engine import connect
from finder.local_node import stop_node
from finder.reads import Client

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real extracts of the public files; tests on them skip where it is missing."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the extracts of the public files (shared/data beside the repository) are not here")
    return SHARED_DATA


@pytest.fixture(scope="session")
def config() -> Iterator[Config]:
    """Settings of the tests: their own home and index prefix, a small heap, the user's engine cache.

    The home can be entered by everybody, since an engine started by root runs as an unprivileged user.
    """
    home = Path(tempfile.mkdtemp(prefix="finder-test-"))
    home.chmod(0o755)
    environ = {
        "PATH": os.environ.get("PATH", ""),
        "FINDER_HOME": str(home),
        "FINDER_HEAP_MB": "512",
        "FINDER_INDEX_PREFIX": f"test{secrets.token_hex(4)}",
    }
    passed_on = ("HOME", "JAVA_HOME", "ES_JAVA_HOME", "FINDER_CACHE", "FINDER_ENGINE_ZIP")
    passed_on += tuple(name for name in os.environ if name.startswith("ELASTICSEARCH_"))
    yield Config.from_env(environ | {name: os.environ[name] for name in passed_on if name in os.environ})
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def engine(config: Config) -> Iterator[Client]:
    """A client of the real engine."""
    client = connect(config)
    yield client
    found = client.indices.get(index=f"{config.index_prefix}-*", expand_wildcards="all")
    if found:
        client.indices.delete(index=",".join(found))
    client.close()
    stop_node(config)


@pytest.fixture(scope="session")
def prefix(config: Config) -> str:
    """The first part of every index name of this session."""
    return config.index_prefix
