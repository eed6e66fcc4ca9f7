"""The labels of a person's tie keys, each made when it is looked up."""

from collections.abc import Iterator, Mapping
from typing import Any

from finder.documents import TieLabel


class TieLabels(Mapping[str, TieLabel]):
    """Tie key -> label over what `documents.ties_told` gives: of a person's dozen a search reads three."""

    __slots__ = ("_told",)

    def __init__(self, told: Mapping[str, Mapping[str, Any]]) -> None:
        self._told = told

    def __getitem__(self, key: str) -> TieLabel:
        return TieLabel(**self._told[key])

    def __contains__(self, key: object) -> bool:
        return key in self._told

    def __iter__(self) -> Iterator[str]:
        return iter(self._told)

    def __len__(self) -> int:
        return len(self._told)
