"""The languages that people speak: names as sources write them, to ISO 639-1 codes where that is certain."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from finder import i18n
from finder.tables import DATA, read_table
from finder.text import fold

LANGUAGE_COLUMNS = ("code", "label", "other_names", "source", "as_of")


@dataclass(frozen=True, slots=True, eq=False)
class Languages:
    """ISO 639-1 codes by folded name or code, and the English label of each code."""

    by_name: Mapping[str, str]
    labels: Mapping[str, str]

    def code(self, name: str) -> str | None:
        """Get the two-letter code for a name in any case or a code; None where none is certain."""
        return self.by_name.get(fold(name))

    def name(self, code: str) -> str:
        """Get the name of a language in the language that is spoken now; the code where there is none."""
        return language_name(code, self.labels)

    def codes(self, names: Iterable[str]) -> list[str]:
        """Get each language once: its code, else its name in lower case, in the order given."""
        return list(dict.fromkeys(self.code(name) or fold(name) for name in names if fold(name)))


def language_name(code: str, labels: Mapping[str, str]) -> str:
    """Get the name of a language in the one that is spoken now (by CLDR), else its label."""
    if i18n.language() != i18n.ENGLISH and (own := i18n.locale().languages.get(code)):
        return str(own)
    return labels.get(code, code)


def load_languages(path: Path = DATA / "languages.csv") -> Languages:
    """Get the languages of languages.csv; raises SourceError with row and field when it is wrong."""
    by_name: dict[str, str] = {}
    labels: dict[str, str] = {}
    for row in read_table(path, LANGUAGE_COLUMNS):
        code = row.needed("code")
        if not (len(code) == 2 and code.isascii() and code.islower()):
            raise row.wrong("code", f"'{code}' is not a code of two small letters")
        labels[code] = row.needed("label")
        row.needed("source")
        row.needed("as_of")
        for name in (code, row["label"], *row["other_names"].split(";")):
            key = fold(name)
            if key and by_name.setdefault(key, code) != code:
                raise row.wrong("other_names", f"'{name}' already means '{by_name[key]}'")
    return Languages(MappingProxyType(by_name), MappingProxyType(labels))
