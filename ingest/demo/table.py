"""Small helpers for writing rows: one line of a CSV file, quoted always or only where it is needed."""

from collections.abc import Iterable


def quoted(values: Iterable[str]) -> str:
    """One line with every field in quotes, as the registry and the AHRQ write it."""
    return '"' + '","'.join(values) + '"\n'


def plain(values: Iterable[str]) -> str:
    """One line with quotes only around fields that hold a comma."""
    return ",".join([f'"{value}"' if "," in value else value for value in values]) + "\n"
