"""The exception family: what went wrong, in a sentence for the reader, with its HTTP status and exit code.

Exit codes are those of section 7 of the design: 1 nothing found, 2 bad input, 3 engine not reachable.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class FinderError(Exception):
    """Anything that the product reports by itself; `message` is one plain text, safe to show."""

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class FieldError:
    """One mistake in one input: a form field, a parameter, a setting or an option."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


class InputErrors(FinderError):
    """Every mistake of one input at once, in the order in which they were found."""

    status = 400
    exit_code = 2

    def __init__(self, errors: Sequence[FieldError]) -> None:
        if not errors:
            raise ValueError("InputErrors needs at least one FieldError")
        super().__init__("; ".join(str(error) for error in errors))
        self.errors = tuple(errors)

    def __reduce__(self) -> tuple[type["InputErrors"], tuple[tuple[FieldError, ...]]]:
        return type(self), (self.errors,)  # by default an exception is rebuilt from its text


class NotFound(FinderError):
    """The thing that was asked for by its id does not exist."""

    status = 404
    exit_code = 1


class AlreadyDecided(FinderError):
    """What was to be decided has been decided already, maybe by somebody else a moment ago."""

    status = 409
    exit_code = 2


class NotReady(FinderError):
    """The engine answers, but cannot do this now: no generation yet, disk full, overloaded."""

    status = 503
    exit_code = 3


class EngineDown(FinderError):
    """The engine cannot be used: not started, not reachable, refuses the credentials, too old."""

    status = 503
    exit_code = 3


class SourceError(FinderError):
    """An input file that cannot be used; `row` counts the header as row 1, None means the whole file."""

    status = 400
    exit_code = 2

    def __init__(self, file: str, row: int | None, field: str | None, reason: str) -> None:
        where = [file]
        if row:
            where.append(f"row {row}")
        if field:
            where.append(f"field {field}")
        super().__init__(f"{', '.join(where)}: {reason}")
        self.file, self.row, self.field, self.reason = file, row, field, reason

    def __reduce__(self) -> tuple[type["SourceError"], tuple[str, int | None, str | None, str]]:
        return type(self), (self.file, self.row, self.field, self.reason)
