"""Shows long work: a bar with rate and time left on a terminal, plain lines now and then elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

LINE_EVERY_S = 10.0
TOLD_EVERY_S = 5.0


class Step:
    """One step under way: `total` may be told later, `advance` counts what was done."""

    def __init__(self, name: str, unit: str) -> None:
        self.name, self.unit, self.done, self.total = name, unit, 0, 0
        self.started = self._told = time.monotonic()
        self.watch: Callable[[Step], None] = lambda step: None

    def advance(self, count: int) -> None:
        """Count work that was done, in the step's unit."""
        self.done += count
        now = time.monotonic()
        if now - self._told >= TOLD_EVERY_S:
            self._told = now
            self.watch(self)

    def expect(self, total: int) -> None:
        """Tell how much work there will be."""
        self.total = total

    @property
    def seconds(self) -> float:
        """Time since the step began."""
        return time.monotonic() - self.started

    @property
    def rate(self) -> float:
        """Units a second so far."""
        return self.done / self.seconds if self.seconds > 0 else 0.0


class _Bar(Step):
    def __init__(self, name: str, unit: str, progress: Progress) -> None:
        super().__init__(name, unit)
        self._progress = progress
        self._task: TaskID = progress.add_task(name, total=None, rate="")

    def advance(self, count: int) -> None:
        super().advance(count)
        done = min(self.done, self.total) if self.total else self.done
        self._progress.update(self._task, completed=done, rate=f"{self.rate:,.0f} {self.unit}/s")

    def expect(self, total: int) -> None:
        super().expect(total)
        self._progress.update(self._task, total=total)


class _Lines(Step):
    def __init__(self, name: str, unit: str, out: TextIO) -> None:
        super().__init__(name, unit)
        self._out, self._said = out, self.started

    def advance(self, count: int) -> None:
        super().advance(count)
        now = time.monotonic()
        if now - self._said >= LINE_EVERY_S:
            self._said = now
            of = f" of about {self.total:,}" if self.total else ""
            self._out.write(f"{self.name}: {self.done:,}{of} {self.unit}, {self.rate:,.0f}/s\n")
            self._out.flush()


class Reporter:
    """Where a run tells of its steps; writes to standard error, so that answers stay alone on the other."""

    def __init__(self, out: TextIO | None = None) -> None:
        self.out = out or sys.stderr
        self.watch: Callable[[Step], None] = lambda step: None
        """Gets a step when it begins, and every 5 s while work is counted."""

    def say(self, text: str) -> None:
        """One line for the reader."""
        self.out.write(text + "\n")
        self.out.flush()

    @contextmanager
    def step(self, name: str, unit: str) -> Iterator[Step]:
        """A step that is shown while it lasts and closed with one line: what was done, in what time."""
        step: Step
        if self.out.isatty():
            console = Console(file=self.out)
            columns = (
                TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rate]}"),
                TimeElapsedColumn(), TimeRemainingColumn(),
            )  # fmt: skip
            with Progress(*columns, console=console, transient=True) as progress:
                step = self._watched(_Bar(name, unit, progress))
                yield step
        else:
            step = self._watched(_Lines(name, unit, self.out))
            yield step
        self.say(f"{name}: {step.done:,} {unit} in {step.seconds:.1f} s")

    def _watched(self, step: Step) -> Step:
        step.watch = self.watch
        self.watch(step)
        return step
