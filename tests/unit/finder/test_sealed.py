"""Tokens keep a search secret and whole; the key file is private and made once."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from finder.config import Config
from finder.errors import InputErrors
from finder.sealed import KEY_FILE, Seals, load_seals

ARGS = {"words": "bile duct cancer", "near": "21287", "seen": ["1999289220"], "show_tied": True}
OLD_KEY, NEW_KEY = "o" * 40, "n" * 40


def a_config(home: Path, **changes: str) -> Config:
    return Config.from_env({"FINDER_HOME": str(home), **changes})


@pytest.fixture
def seals(tmp_path: Path) -> Seals:
    return load_seals(a_config(tmp_path))


def test_a_sealed_search_opens_as_it_was(seals: Seals) -> None:
    assert seals.open(seals.seal(ARGS)) == ARGS


def test_a_token_may_stand_in_an_address_and_shows_nothing(seals: Seals) -> None:
    token = seals.seal(ARGS)
    assert token.replace("-", "").replace("_", "").isalnum()
    assert len(token) < 300
    assert not any(word in token for word in ("bile", "21287", "1999289220"))
    assert seals.seal(ARGS) != token


def test_any_changed_letter_is_refused(seals: Seals) -> None:
    token = seals.seal(ARGS)
    for at in range(0, len(token) - 1, 7):  # the last letter may hold unused bits
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(InputErrors) as refused:
            seals.open(changed)
        assert refused.value.errors[0].field == "token"


@pytest.mark.parametrize("token", ["", "x", "é" * 40, "a" * 7000, "../../secret_key", "gAAAAA"])
def test_what_is_no_token_is_refused(seals: Seals, token: str) -> None:
    with pytest.raises(InputErrors):
        seals.open(token)


def test_a_token_of_another_key_is_refused(seals: Seals, tmp_path: Path) -> None:
    foreign = load_seals(a_config(tmp_path, FINDER_SECRET_KEY=NEW_KEY)).seal(ARGS)
    with pytest.raises(InputErrors) as refused:
        seals.open(foreign)
    assert refused.value.__cause__ is None


def test_the_key_before_still_opens_and_the_new_one_seals(tmp_path: Path) -> None:
    old = load_seals(a_config(tmp_path, FINDER_SECRET_KEY=OLD_KEY))
    new = load_seals(a_config(tmp_path, FINDER_SECRET_KEY=NEW_KEY))
    both = load_seals(a_config(tmp_path, FINDER_SECRET_KEY=NEW_KEY, FINDER_SECRET_KEY_OLD=OLD_KEY))
    assert both.open(old.seal(ARGS)) == ARGS
    assert new.open(both.seal(ARGS)) == ARGS


def test_the_key_file_is_private_and_stays(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    first = load_seals(a_config(home))
    assert stat.S_IMODE((home / KEY_FILE).stat().st_mode) == 0o600
    assert load_seals(a_config(home)).open(first.seal(ARGS)) == ARGS
    assert [path.name for path in home.iterdir()] == [KEY_FILE]


def test_workers_that_start_together_share_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: load_seals(a_config(tmp_path)), range(16)))
    tokens = [seals.seal(ARGS) for seals in made]
    assert all(seals.open(token) == ARGS for seals in made for token in tokens)


def test_a_key_file_open_to_others_is_refused(tmp_path: Path) -> None:
    load_seals(a_config(tmp_path))
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(InputErrors, match="chmod 600"):
        load_seals(a_config(tmp_path))
