"""Admins: their names and password hashes in the runs index, so that every web machine knows them, and the
count of wrong passwords, which locks a name for a time.

Nobody is an admin by default. A password is kept as argon2id with the parameters of RFC 9106 for little
memory (the defaults of argon2-cffi: 3 passes, 64 MiB, 4 lanes), and checked by one thread of a process at a
time.
"""

import hashlib
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from elasticsearch import ConflictError, Elasticsearch, NotFoundError

from finder.engine import translated
from finder.errors import FieldError, InputErrors, NotFound
from finder.indexes import RUNS, alias_name
from finder.runs import ensure_runs_index

KIND, ATTEMPTS = "admin", "attempts"
# ASVS 5.0, 6.2.1 and 6.2.9: eight at least, fifteen recommended, 64 must be possible; twelve is our choice.
LEAST_PASSWORD, MOST_PASSWORD = 12, 256  # characters
# NIST SP 800-63B-4, 3.2.2, allows at most 100 in a row; ten and the quarter of an hour are our own choice.
MOST_WRONG = 10
LOCKED_FOR = timedelta(minutes=15)
_NAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")
_UNKNOWN_COUNTERS = 256  # names that nobody has share so many counters, so that they cannot fill the index
_CHECKING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Admin:
    """One admin: name, when made and by whom; `epoch` changes with the password and ends older sessions."""

    name: str
    created: str
    by: str
    epoch: str


class Outcome(Enum):
    """How an attempt to sign in ended."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED_NOW = "wrong, and the name is locked from now on"
    LOCKED = "the name is locked"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one attempt; `admin` only where it was right, `is_known` whether there is such a name."""

    outcome: Outcome
    admin: Admin | None
    is_known: bool


@translated()
def create(client: Elasticsearch, prefix: str, name: str, password: str, by: str, now: datetime) -> Admin:
    """Make an admin. Raises InputErrors for a name or password that will not do, or a name that is taken."""
    _check(name, password)
    admin = Admin(name, _stamp(now), by, secrets.token_hex(8))
    try:
        _write(client, ensure_runs_index(client, prefix), admin, password, op_type="create")
    except ConflictError:
        raise InputErrors(
            [FieldError("name", f"{name} is an admin already: `finder admin reset` sets a new password")]
        ) from None
    return admin


@translated()
def reset(client: Elasticsearch, prefix: str, name: str, password: str) -> Admin:
    """Give an admin another password: older sessions end, a lock goes. Raises NotFound, InputErrors."""
    _check(name, password)
    found = _found(client, prefix, name)
    if found is None:
        raise NotFound(f"there is no admin {name}")
    admin = Admin(name, found[0].created, found[0].by, secrets.token_hex(8))
    _write(client, alias_name(prefix, RUNS), admin, password)
    _count(client, prefix, _counter(name, is_known=True), lambda _failed: (0, None))
    return admin


@translated()
def remove(client: Elasticsearch, prefix: str, name: str) -> None:
    """Make somebody no admin any more: sessions end at once. Raises NotFound."""
    try:
        client.delete(index=alias_name(prefix, RUNS), id=_id(name), refresh=True)
    except NotFoundError:
        raise NotFound(f"there is no admin {name}") from None


@translated()
def admins(client: Elasticsearch, prefix: str) -> list[Admin]:
    """Every admin by name; none where nothing has ever run."""
    try:
        answer = client.search(
            index=alias_name(prefix, RUNS), query={"term": {"kind": KIND}}, sort=[{"by": "asc"}], size=1000
        )
    except NotFoundError:
        return []
    return [_admin(hit["_source"]) for hit in answer["hits"]["hits"]]


@translated()
def admin(client: Elasticsearch, prefix: str, name: str) -> Admin | None:
    """The admin of a name, None where there is none."""
    found = _found(client, prefix, name)
    return found[0] if found else None


@translated()
def attempt(client: Elasticsearch, prefix: str, name: str, password: str, now: datetime) -> Attempt:
    """Check a password and count it where it is wrong; the tenth wrong one in a row locks the name.

    A name that nobody has takes the same steps and the same time. While a name is locked nothing is right.
    """
    found = _found(client, prefix, name)
    admin, hashed = found if found else (None, _nobody())
    counter = _counter(name, is_known=found is not None)
    locked_until = _look(client, prefix, counter)[1]
    is_right = _is_right(hashed, password) and admin is not None
    if locked_until and now < locked_until:
        return Attempt(Outcome.LOCKED, None, admin is not None)
    if is_right:
        _count(client, prefix, counter, lambda _failed: (0, None))
        return Attempt(Outcome.RIGHT, admin, True)
    until = now + LOCKED_FOR

    def one_more(failed: int) -> tuple[int, datetime | None]:
        return (0, until) if failed + 1 >= MOST_WRONG else (failed + 1, None)

    is_locked = _count(client, prefix, counter, one_more)[1] is not None
    return Attempt(Outcome.LOCKED_NOW if is_locked else Outcome.WRONG, None, admin is not None)


def _check(name: str, password: str) -> None:
    errors = []
    if not _NAME.fullmatch(name):
        told = "must be 2 to 40 of a-z, 0-9, dot, hyphen and underscore, a letter first"
        errors.append(FieldError("name", told))
    if len(password) < LEAST_PASSWORD:
        errors.append(FieldError("password", f"must have at least {LEAST_PASSWORD} characters"))
    if len(password) > MOST_PASSWORD:
        errors.append(FieldError("password", f"must have at most {MOST_PASSWORD} characters"))
    if len(set(password)) < LEAST_PASSWORD // 3 or (name and name in password.casefold()):
        errors.append(FieldError("password", "must not hold the name, nor repeat a few characters"))
    if errors:
        raise InputErrors(errors)


def _id(name: str) -> str:
    return f"{KIND}-{name}"


def _write(client: Elasticsearch, index: str, admin: Admin, password: str, **how: Any) -> None:
    document = {
        "kind": KIND, "by": admin.name, "started": admin.created,
        "detail": {"created_by": admin.by, "epoch": admin.epoch, "hash": PasswordHasher().hash(password)},
    }  # fmt: skip
    client.index(index=index, id=_id(admin.name), document=document, refresh=True, **how)


def _found(client: Elasticsearch, prefix: str, name: str) -> tuple[Admin, str] | None:
    try:
        source = client.get(index=alias_name(prefix, RUNS), id=_id(name[:64]))["_source"]
    except NotFoundError:
        return None
    return _admin(source), source["detail"]["hash"]


def _admin(source: dict[str, Any]) -> Admin:
    detail = source["detail"]
    return Admin(source["by"], source["started"], detail["created_by"], detail["epoch"])


@cache
def _nobody() -> str:
    """The hash that stands in for that of a name that nobody has."""
    return PasswordHasher().hash(secrets.token_hex(32))


def _is_right(hashed: str, password: str) -> bool:
    with _CHECKING:
        try:
            return PasswordHasher().verify(hashed, password[:MOST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False


def _counter(name: str, *, is_known: bool) -> str:
    if is_known:
        return f"{ATTEMPTS}-{name}"
    return f"{ATTEMPTS}--{hashlib.sha256(name.encode()).digest()[0] % _UNKNOWN_COUNTERS}"


def _look(client: Elasticsearch, prefix: str, counter: str) -> tuple[int, datetime | None, dict[str, Any]]:
    """Wrong passwords so far, the end of a lock, and the version that the next write must name."""
    try:
        found = client.get(index=alias_name(prefix, RUNS), id=counter)
    except NotFoundError:
        return 0, None, {"op_type": "create"}
    detail = found["_source"]["detail"]
    until = detail.get("locked_until")
    version = {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}
    return detail["failed"], datetime.fromisoformat(until) if until else None, version


def _count(
    client: Elasticsearch,
    prefix: str,
    counter: str,
    change: Callable[[int], tuple[int, datetime | None]],
) -> tuple[int, datetime | None]:
    """Change a counter by what it holds; two changes at once both count."""
    while True:
        failed, _until, version = _look(client, prefix, counter)
        fresh, until = change(failed)
        detail = {"failed": fresh, "locked_until": until.isoformat() if until else None}
        try:
            client.index(
                index=alias_name(prefix, RUNS),
                id=counter,
                document={"kind": ATTEMPTS, "detail": detail},
                **version,
            )
        except ConflictError:
            continue
        return fresh, until


def _stamp(now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="seconds")
