"""The reader's language: our own sentences in it, for the time of one call.

Messages are written in English in the code and in data files; finder/translations/<language>.po holds the
others, read once at the start. What has no translation stays English.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).resolve().parent / "translations"
ENGLISH = "en"
# Around English words in a sentence of another language: characters of private use, which nobody types.
QUOTED, UNQUOTED = "\ue000", "\ue001"


@dataclass(frozen=True, slots=True)
class Spoken:
    """A language of the pages: ISO 639-1 code, own name, and how readers in the United States write dates."""

    code: str
    name: str
    locale: str


LANGUAGES: Mapping[str, Spoken] = {
    s.code: s for s in (Spoken("en", "English", "en_US"), Spoken("es", "Español", "es_US"))
}
# Code, what translates a message, and the catalog; English messages are their own translation, and `str` is
# the quickest way to say so: an answer has hundreds of them.
_current: ContextVar[tuple[str, Callable[[str], str], NullTranslations]] = ContextVar(
    "language", default=(ENGLISH, str, NullTranslations())
)


@cache
def catalog(language: str) -> NullTranslations:
    """Get the translations of a language of LANGUAGES; of English none are needed."""
    if language == ENGLISH:
        return NullTranslations()
    with (FOLDER / f"{language}.po").open("rb") as file:
        found = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, found)
    compiled.seek(0)
    return GNUTranslations(compiled)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Everything said inside the block is in this language of LANGUAGES; also works as a decorator."""
    known = catalog(language)
    token = _current.set((language, str if language == ENGLISH else known.gettext, known))
    try:
        yield
    finally:
        _current.reset(token)


def language() -> str:
    """Get the code of the language that is spoken now."""
    return _current.get()[0]


@cache
def _locale(name: str) -> Locale:
    return Locale.parse(name)


def locale() -> Locale:
    """Get the locale of the language that is spoken now, with its names and its ways to write a date."""
    return _locale(LANGUAGES[language()].locale)


def gettext(message: str, **values: object) -> str:
    """Get a message in the language that is spoken now, with its `%(name)s` filled in from `values`.

    Without values a per cent sign stands for itself.
    """
    told = _current.get()[1](message) if message else ""
    return told % values if values else told


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """Get the message for a number of things; `%(num)s` is the number with thousands separated."""
    told = _current.get()[2].ngettext(one, many, number)
    return told % {"num": f"{number:,}", **values}


def english(words: str) -> str:
    """Get a name or quote that stays English, marked where the sentence around it is in another language.

    The marks become `lang="en"` on pages, and are taken off everywhere else (`unquoted`).
    """
    return words if not words or language() == ENGLISH else f"{QUOTED}{words}{UNQUOTED}"


def unquoted(text: str) -> str:
    """Get a text without the marks of English words."""
    return text.replace(QUOTED, "").replace(UNQUOTED, "")


def mark(message: str) -> str:
    """Get the message as it is: marks a constant for translation, which happens where it is shown."""
    return message


def day(iso: str | date | None) -> str:
    """An ISO day, month or year in words: `July 11, 2025`; `date not known` for none."""
    return _day(str(iso), language()) if iso else gettext("date not known")


@lru_cache(maxsize=4096)
def _day(iso: str, _language: str) -> str:
    """The day in the language spoken, which is there to keep the languages apart: a page repeats few days."""
    try:
        if len(iso) == len("2025"):
            return str(date(int(iso), 1, 1).year)
        if len(iso) == len("2025-07"):
            return format_skeleton("yMMMM", date.fromisoformat(f"{iso}-01"), locale=locale())
        return format_date(date.fromisoformat(iso), "long", locale=locale())
    except ValueError:
        return gettext("date not known")
