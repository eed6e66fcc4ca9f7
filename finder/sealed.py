"""A search as an encrypted, compressed, URL-safe token and back; a tampered or foreign token is refused."""

import os
import secrets
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from finder.config import Config
from finder.errors import FieldError, InputErrors
from finder.i18n import gettext, mark

KEY_FILE = "secret_key"
MAX_TOKEN = 6000  # characters; the longest search that the form takes seals to about 3,500
MAX_CONTENT = 64_000  # bytes once unpacked
_VERSION = b"\x01"  # of what is inside the seal; a token of another version is asked for anew
_PURPOSE = b"second-opinion-finder sealed search"
_BROKEN = mark("this link was cut off, changed, or made by another site")


@dataclass(frozen=True, slots=True)
class Seals:
    """Seals with the newest key, opens with it or the one before (while keys are rotated)."""

    _keys: MultiFernet

    def seal(self, args: Mapping[str, Any]) -> str:
        """Get the arguments as one text for an address; every call gives another text."""
        packed = _VERSION + zlib.compress(orjson.dumps(dict(args)), 9)
        return self._keys.encrypt(packed).rstrip(b"=").decode()

    def open(self, token: str) -> dict[str, Any]:
        """Get the arguments back. Raises InputErrors on `token` for anything that these keys did not seal."""
        try:
            if len(token) > MAX_TOKEN:
                raise ValueError("too long")
            padded = (token + "=" * (-len(token) % 4)).encode("ascii")
            packed = self._keys.decrypt(padded)
            if packed[:1] != _VERSION:
                raise ValueError("another version")
            opened = orjson.loads(zlib.decompressobj().decompress(packed[1:], MAX_CONTENT))
        except (InvalidToken, ValueError, zlib.error):
            # the cause is left out: it could carry what was in the address
            raise InputErrors([FieldError("token", gettext(_BROKEN))]) from None
        return dict(opened)


def load_seals(config: Config) -> Seals:
    """Get the seals of FINDER_SECRET_KEY (and _OLD), else of the key file in FINDER_HOME.

    The file is made when missing: mode 0600, whole at once, so that workers starting together share one key.
    Raises InputErrors on FINDER_HOME when the file cannot be made, read, or is open to other users.
    """
    current = config.secret_key or _key_of_home(config.home)
    texts = [current, *([config.secret_key_old] if config.secret_key_old else [])]
    return Seals(MultiFernet([_fernet(text) for text in texts]))


def _fernet(text: str) -> Fernet:
    """Any text of enough characters is a key; HKDF makes it the 32 bytes that Fernet wants (RFC 5869)."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(text.encode())
    return Fernet(urlsafe_b64encode(derived))


def _key_of_home(home: Path) -> str:
    path = home / KEY_FILE
    try:
        if not path.exists():
            _make_key(home, path)
        if path.stat().st_mode & 0o077:
            raise _unusable(f"{path} can be read by other users: run `chmod 600` on it")
        return path.read_text(encoding="ascii").strip()
    except OSError as problem:
        raise _unusable(f"the key of the result links, {path}, cannot be used: {problem.strerror}") from None


def _unusable(message: str) -> InputErrors:
    return InputErrors([FieldError("FINDER_HOME", message)])


def _make_key(home: Path, path: Path) -> None:
    """Written aside and linked into place: a link is made whole or not at all, and the first one stays."""
    home.mkdir(parents=True, exist_ok=True)
    draft = home / f".{KEY_FILE}.{secrets.token_hex(8)}"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
