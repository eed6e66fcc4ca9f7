"""Template filters: dates, telephone numbers, distances, money, counts and choices as a reader meets them."""

import re
from functools import lru_cache

from flask import Flask
from markupsafe import Markup, escape

from finder import i18n
from finder.i18n import day as day  # told here too: it is a filter like the others
from finder.print_results import listed_as
from finder.text import phone as phone

_EMERGENCY = re.compile(r"\b(911|988)\b")


def add_filters(app: Flask) -> None:
    """Make the filters known to the templates of `app`."""
    for each in (calls, day, phone, dial, miles, dollars, plural, capfirst, listed_as, choices):
        app.add_template_filter(each)


def calls(text: str) -> Markup:
    """A text in which 911 and 988 can be pressed to call them."""
    return Markup(_EMERGENCY.sub(r'<a href="tel:\1">\1</a>', escape(text)))  # noqa: S704 - escaped, digits only


def dial(digits: str) -> str:
    """The address that a phone dials."""
    return f"tel:+1{digits}" if len(digits) == 10 and digits.isdigit() else f"tel:{digits}"


def miles(distance: float) -> str:
    """A distance in miles: `5.7 miles`, `24 miles`, `less than 1 mile`."""
    if distance < 1:
        return i18n.gettext("less than 1 mile")
    told = f"{distance:.0f}" if distance >= 10 else f"{distance:g}"
    return i18n.ngettext("%(miles)s mile", "%(miles)s miles", 1 if told == "1" else 2, miles=told)


def dollars(amount: int) -> str:
    """US dollars without cents."""
    return f"${amount:,}"


def plural(number: int, one: str, many: str) -> str:
    """`1 doctor`, `1,204 doctors`."""
    return f"{number:,} {one if number == 1 else many}"


def capfirst(text: str) -> str:
    """A text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=1024)
def choices(options: tuple[tuple[str, str, bool], ...]) -> Markup:
    """The options of a list, written once for each choice: a form has a hundred, and they seldom change."""
    line = Markup('<option value="{}"{}>{}</option>')
    return Markup("\n").join(
        line.format(value, Markup(" selected") if is_chosen else "", label)
        for value, label, is_chosen in options
    )
