"""Which entries of the reference tables a document is made from, so that a changed one finds its people."""

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from functools import lru_cache
from typing import Any

from ingest.investigators import Investigators
from ingest.knowledge import Knowledge

Asked = set[tuple[str, object]]
# Read whole, so that a change of theirs concerns everybody: see `common`.
_WHOLE = ("centers",)


class _Table(dict[Any, Any]):
    """A table that notes every key it is asked for, found or not."""

    __slots__ = ("_asked", "_name")

    def __init__(self, name: str, entries: Mapping[Any, Any], asked: Asked) -> None:
        super().__init__(entries)
        self._name, self._asked = name, asked

    def __getitem__(self, key: Any) -> Any:
        self._asked.add((self._name, key))
        return dict.__getitem__(self, key)

    def __contains__(self, key: object) -> bool:
        self._asked.add((self._name, key))
        return super().__contains__(key)

    def get(self, key: Any, default: Any = None) -> Any:
        self._asked.add((self._name, key))
        return dict.get(self, key, default)


class _Set(frozenset[str]):
    """A set that notes every member it is asked for."""

    _asked: Asked
    _name: str

    def __contains__(self, key: object) -> bool:
        self._asked.add((self._name, key))
        return super().__contains__(key)


def traced(known: Knowledge) -> tuple[Knowledge, Asked]:
    """The same knowledge whose tables note what they are asked for; the caller empties the notes."""
    asked: Asked = set()
    tables: dict[str, Any] = {name: _noting(name, table, asked) for name, table in _tables(known)}
    trials = Investigators(tables.pop("by_npi"), tables.pop("trials"), known.investigators.outcome)
    programs = tables.pop("programs")
    reference = replace(known.reference, **tables)
    return replace(known, reference=reference, investigators=trials, programs=programs), asked


def _noting(name: str, table: Any, asked: Asked) -> _Table | _Set:
    if isinstance(table, Mapping):
        return _Table(name, table, asked)
    noting = _Set(table)
    noting._name, noting._asked = name, asked
    return noting


def _tables(known: Knowledge) -> Iterator[tuple[str, Any]]:
    for field in fields(known.reference):
        if field.name not in _WHOLE:
            yield field.name, getattr(known.reference, field.name)
    yield "by_npi", known.investigators.by_npi
    yield "trials", known.investigators.trials
    yield "programs", known.programs


@lru_cache(maxsize=10_000)  # people of one group ask for the same entries
def short(name: str, key: object) -> int:
    """32 bits for an entry of a table; two entries that share them only cause a person to be merged anew."""
    return zlib.crc32(f"{name}\n{key}".encode())


def entries(known: Knowledge) -> Iterator[tuple[int, int]]:
    """Every entry of every table: its 32 bits, and 64 bits of what it says."""
    for name, table in _tables(known):
        is_mapping = isinstance(table, Mapping)
        for key in table:
            said = repr(table[key]) if is_mapping else ""
            digest = hashlib.blake2b(f"{key}\n{said}".encode(), digest_size=8).digest()
            yield short(name, key), int.from_bytes(digest, "little")


def common(known: Knowledge) -> str:
    """What of the knowledge concerns everybody, as text: the few tables that are read whole."""
    whole = [getattr(known.reference, name) for name in _WHOLE]
    return repr((whole, sorted(known.centers.items()), known.is_demonstration))
