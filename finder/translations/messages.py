"""Gathers every message of ours, from Python, templates and data files, into the catalogs (`make messages`).

A catalog keeps what was translated; messages that are gone are dropped, new ones come empty, and a test
fails until they are translated. Files have no lines, paths or dates, so that only words differ.
"""

import csv
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from finder.i18n import ENGLISH, FOLDER, LANGUAGES
from finder.tables import DATA

ROOT = Path(__file__).resolve().parents[2]
WIDTH = 110
# Calls that hold a message in code and templates; the numbers are the arguments of both forms.
CALLS: Mapping[str, tuple[int, ...] | None] = {"_": None, "gettext": None, "mark": None, "ngettext": (1, 2)}
SOURCES = (("finder", "**.py", "python"), ("templates", "**.html", "jinja2"))
# Columns of our own tables with words for readers. Labels of concepts are in labels_es.csv, as they are
# terms too; names of languages come from CLDR.
TABLES: Mapping[str, tuple[str, ...]] = {
    "approaches.csv": ("label",),
    "checklist.csv": ("text",),
    "coverage.csv": ("says",),
    "help_facts.csv": ("says",),
    "ladder.csv": ("label",),
    "licensing.csv": ("says",),
    "packet_fields.csv": ("label", "hint"),
    "packet_parts.csv": ("label", "says"),
    "packet_patient.csv": ("text",),
    "programs.csv": ("price_for", "extras", "note", "place_rule", "specialties_in", "specialties_out"),
    "outcomes.csv": ("about", "says", "n"),
    "outside_links.csv": ("says",),
    "record_kinds.csv": ("label",),
    "records.csv": ("record", "form"),
    "signs.csv": ("label", "sign"),
    "specialties.csv": ("label",),
    "urgent.csv": ("label", "advice"),
    "visit.csv": ("text",),
    "volumes.csv": ("label",),
}
LISTS = ("specialties_in", "specialties_out")  # columns with several words, parted by semicolons
# Keys of our own TOML files with words for readers, at any depth.
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "ranking.toml": ("says", "lacks"),
    "independence.toml": ("one", "plural", "sentence"),
}


def messages() -> Catalog:
    """Get every message, without translations."""
    found = Catalog(charset="utf-8")
    for folder, pattern, method in SOURCES:
        listed = extract_from_dir(ROOT / folder, [(pattern, method)], keywords=CALLS)
        for _file, _line, message, _comments, _context in listed:
            found.add(message)
    for message in _of_data():
        found.add(message)
    return found


def updated(old: Catalog, new: Catalog) -> Catalog:
    """Get a catalog with the messages of `new` and the translations of `old` that still belong to one."""
    old.update(new, no_fuzzy_matching=True)
    old.obsolete.clear()
    return old


def to_text(catalog: Catalog) -> bytes:
    """Get a catalog as the text of its file."""
    body = BytesIO()
    write_po(body, catalog, width=WIDTH, no_location=True, omit_header=True, sort_output=True)
    head = (
        'msgid ""\nmsgstr ""\n"Project-Id-Version: second-opinion-finder\\n"\n'
        f'"Language: {catalog.locale}\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    return head.encode() + body.getvalue()


def read(language: str) -> Catalog:
    """Get the catalog of a language."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def _of_data() -> Iterator[str]:
    for name, columns in TABLES.items():
        with (DATA / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for column in columns:
                    parts = row[column].split(";") if column in LISTS else [row[column]]
                    yield from filter(None, map(str.strip, parts))
    for name, keys in SETTINGS.items():
        yield from _under(tomllib.loads((DATA / name).read_text(encoding="utf-8")), keys)


def _under(content: Any, keys: Iterable[str]) -> Iterator[str]:
    """The texts that stand under one of these keys."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            if isinstance(value, str):
                if key in keys:
                    yield value
            else:
                yield from _under(value, keys)
    elif isinstance(content, list):
        for each in content:
            yield from _under(each, keys)


def main() -> None:
    """Write the catalog of every language anew, with all messages and what was translated before."""
    for language in LANGUAGES:
        if language != ENGLISH:
            (FOLDER / f"{language}.po").write_bytes(to_text(updated(read(language), messages())))


if __name__ == "__main__":
    main()
