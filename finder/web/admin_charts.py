"""Trend charts as our own small drawings: pygal, tried on 2026-11-28, writes inline styles and a script, and
the content security policy of these pages forbids both."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE = 320, 96, 8


@dataclass(frozen=True, slots=True)
class Chart:
    """A line over runs, oldest first: `line` and `dots` in units of the drawing, `rows` its data in words.

    `said` is the chart in one sentence, for whoever does not see it.
    """

    title: str
    line: str
    dots: tuple[tuple[float, float], ...]
    highest: str
    lowest: str
    said: str
    rows: tuple[tuple[str, str], ...]


def chart(title: str, points: Sequence[tuple[str, float]], as_text: str = "{:,.0f}") -> Chart | None:
    """Get the chart of values by run, oldest first; None for fewer than two of them."""
    if len(points) < 2:
        return None
    values = [value for _name, value in points]
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    dots = tuple(
        (round(EDGE + at * step, 1), round(HEIGHT - EDGE - (value - low) / span * (HEIGHT - 2 * EDGE), 1))
        for at, value in enumerate(values)
    )
    first, last = as_text.format(values[0]), as_text.format(values[-1])
    return Chart(
        title=title,
        line=" ".join(f"{x},{y}" for x, y in dots),
        dots=dots,
        highest=as_text.format(high),
        lowest=as_text.format(low),
        said=f"{title} over {len(values)} runs: from {first} to {last}, "
        f"lowest {as_text.format(low)}, highest {as_text.format(high)}",
        rows=tuple((name, as_text.format(value)) for name, value in reversed(points)),
    )
