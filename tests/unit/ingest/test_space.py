"""A run that the disk cannot hold is told so before it writes."""

from collections import namedtuple
from pathlib import Path

import pytest

from finder.config import Config
from finder.errors import NotReady
from ingest import space

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(("home_gb", "engine_gb", "named"), [(1, 99, "FINDER_HOME"), (99, 1, "the engine")])
def test_the_disk_that_is_too_small_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home_gb: int, engine_gb: int, named: str
) -> None:
    monkeypatch.setattr(space.shutil, "disk_usage", lambda _path: Usage(0, 0, home_gb * 10**9))
    monkeypatch.setattr(space.indexes, "free_bytes", lambda _client: engine_gb * 10**9)
    told: list[str] = []
    config = Config(home=tmp_path, cache=tmp_path)
    with pytest.raises(NotReady, match=f"disk of {named} has 1.0 GB free"):
        space.check_space(None, config, 1_000_000, told.append)  # type: ignore[arg-type]
    assert "7.2 GB in FINDER_HOME" in told[0]
    space.check_space(None, config, 10_000, told.append)  # type: ignore[arg-type]
