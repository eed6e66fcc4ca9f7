"""A search as an encrypted, compressed, URL-safe token and back; a tampered or foreign token is refused."""

import os
import secrets
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from finder.config import Config
from finder.errors import FieldError, InputErrors
from finder.i18n import gettext, mark

KEY_FILE = "secret_key"
MAX_TOKEN = 6000  # characters; the longest search that the form takes seals to about 3,500
MAX_CONTENT = 64_000  # bytes once unpacked
_VERSION = b"\x02"  # of the seal and what is inside; a token of another version is asked for anew
_NONCE = 12  # bytes; drawn at random they may be 2^32 under one key (NIST SP 800-38D, 8.3)
_PURPOSE = b"second-opinion-finder sealed search"
_BROKEN = mark("this link was cut off, changed, or made by another site")


@dataclass(frozen=True, slots=True)
class Seals:
    """Seals with the newest key, opens with it or the one before (while keys are rotated).

    By AES-256 in Galois/Counter Mode (NIST SP 800-38D): encrypted and authentic in one call, a tenth of the
    time of Fernet, of which a page needs two.
    """

    _keys: tuple[AESGCM, ...]

    def seal(self, args: Mapping[str, Any]) -> str:
        """Get the arguments as one text for an address; every call gives another text."""
        packed = zlib.compress(orjson.dumps(dict(args)), 9)
        nonce = os.urandom(_NONCE)
        return urlsafe_b64encode(nonce + self._keys[0].encrypt(nonce, packed, _VERSION)).rstrip(b"=").decode()

    def open(self, token: str) -> dict[str, Any]:
        """Get the arguments back. Raises InputErrors on `token` for anything that these keys did not seal."""
        try:
            if len(token) > MAX_TOKEN:
                raise ValueError("too long")
            sealed = urlsafe_b64decode((token + "=" * (-len(token) % 4)).encode("ascii"))
            packed = self._decrypted(sealed[:_NONCE], sealed[_NONCE:])
            opened = orjson.loads(zlib.decompressobj().decompress(packed, MAX_CONTENT))
        except (InvalidTag, ValueError, zlib.error):
            # the cause is left out: it could carry what was in the address
            raise InputErrors([FieldError("token", gettext(_BROKEN))]) from None
        return dict(opened)

    def _decrypted(self, nonce: bytes, content: bytes) -> bytes:
        for key in self._keys[:-1]:
            with suppress(InvalidTag):
                return key.decrypt(nonce, content, _VERSION)
        return self._keys[-1].decrypt(nonce, content, _VERSION)


def load_seals(config: Config) -> Seals:
    """Get the seals of FINDER_SECRET_KEY (and _OLD), else of the key file in FINDER_HOME.

    The file is made when missing: mode 0600, whole at once, so that workers starting together share one key.
    Raises InputErrors on FINDER_HOME when the file cannot be made, read, or is open to other users.
    """
    current = config.secret_key or _key_of_home(config.home)
    texts = [current, *([config.secret_key_old] if config.secret_key_old else [])]
    return Seals(tuple(map(_key_of, texts)))


def _key_of(text: str) -> AESGCM:
    """Any text of enough characters is a key; HKDF makes it the 32 bytes that AES-256 wants (RFC 5869)."""
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(text.encode()))


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
