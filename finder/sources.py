"""The sources by name, for readers: title, publisher, address, cadence and licence of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

from finder.tables import DATA, Row, read_table

COLUMNS = ("name", "title", "publisher", "url", "cadence", "licence", "checked", "cadence_days")


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What is said about a source beside a fact; `url` is None where it has no public page of its own,
    `checked` is the ISO day on which the entry was last looked at, `cadence_days` the longest time between
    two files by the publisher's own rhythm, None where there is none."""

    name: str
    title: str
    publisher: str
    url: str | None
    cadence: str
    licence: str
    checked: str
    cadence_days: int | None = None


def load_sources(path: Path = DATA / "sources.csv") -> Mapping[str, SourceInfo]:
    """Get every source by its name, in the order of the file.

    Raises SourceError with row and field when the file is wrong: an empty cell other than `url` and
    `cadence_days`, a name given twice, an address that is not https, or a date that does not exist.
    """
    found: dict[str, SourceInfo] = {}
    for row in read_table(path, COLUMNS):
        source = _source(row)
        if source.name in found:
            raise row.wrong("name", f"'{source.name}' is there twice")
        found[source.name] = source
    return MappingProxyType(found)


def _source(row: Row) -> SourceInfo:
    url = row["url"] or None
    if url and not url.startswith("https://"):
        raise row.wrong("url", "is not an https address")
    try:
        date.fromisoformat(row.needed("checked"))
    except ValueError:
        raise row.wrong("checked", "is not a day as yyyy-mm-dd") from None
    days = row["cadence_days"]
    if days and not (days.isdecimal() and 1 <= int(days) <= 3660):
        raise row.wrong("cadence_days", "is not a number of days from 1 to 3660")
    texts = {field: row.needed(field) for field in COLUMNS if field not in ("url", "cadence_days")}
    return SourceInfo(url=url, cadence_days=int(days) if days else None, **texts)
