"""Template filters: dates, telephone numbers, distances, money and counts as a reader writes them."""

from datetime import date

from flask import Flask

from finder.print_results import listed_as

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


def add_filters(app: Flask) -> None:
    """Make the filters known to the templates of `app`."""
    for each in (day, phone, dial, miles, dollars, plural, capfirst, listed_as):
        app.add_template_filter(each)


def day(iso: str | date | None) -> str:
    """An ISO day, month or year in words: `July 11, 2025`; `date not known` for none."""
    parts = str(iso).split("-") if iso else []
    if not parts or not all(part.isdigit() for part in parts) or len(parts) > 3:
        return "date not known"
    if len(parts) == 1:
        return parts[0]
    month = int(parts[1])
    if not 1 <= month <= 12:
        return parts[0]
    return (
        f"{_MONTHS[month - 1]} {parts[0]}"
        if len(parts) == 2
        else (f"{_MONTHS[month - 1]} {int(parts[2])}, {parts[0]}")
    )


def phone(digits: str) -> str:
    """A number of ten digits as `(410) 555-0100`; any other as it is."""
    if len(digits) == 10 and digits.isdigit():
        return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return digits


def dial(digits: str) -> str:
    """The address that a phone dials."""
    return f"tel:+1{digits}" if len(digits) == 10 and digits.isdigit() else f"tel:{digits}"


def miles(distance: float) -> str:
    """A distance in miles: `5.7 miles`, `24 miles`, `less than 1 mile`."""
    if distance < 1:
        return "less than 1 mile"
    return f"{distance:.0f} miles" if distance >= 10 else f"{distance:g} miles"


def dollars(amount: int) -> str:
    """US dollars without cents."""
    return f"${amount:,}"


def plural(number: int, one: str, many: str) -> str:
    """`1 doctor`, `1,204 doctors`."""
    return f"{number:,} {one if number == 1 else many}"


def capfirst(text: str) -> str:
    """A text with its first letter as a capital."""
    return text[:1].upper() + text[1:]
