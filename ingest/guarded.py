"""Requests over https to hosts of a list only: every redirect is checked, and the address connected to."""

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urljoin, urlsplit

import urllib3

from finder.errors import FinderError

MOST_REDIRECTS = 5
AGENT = "second-opinion-finder (fetches public directory files)"
HTTPS_PORT = 443
_REDIRECTS = (301, 302, 303, 307, 308)

Resolve = Callable[[str, int], list[str]]


class FetchFailed(FinderError):
    """A file could not be had; the version that was there before stays."""


class Interrupted(FetchFailed):
    """The same, for a reason that may be gone in a moment: worth another attempt."""


def resolved(host: str, port: int) -> list[str]:
    """Get the addresses of a host. Raises Interrupted where the name is not found."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as problem:
        raise Interrupted(f"the name {host} cannot be resolved: {problem}") from problem
    return list(dict.fromkeys(str(each[4][0]) for each in found))


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for a connection, for silence between two pieces, and for a whole file."""

    connect_s: float = 15.0
    silence_s: float = 60.0
    whole_s: float = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class Web:
    """The way out. `private_hosts` (with port) may have addresses that are not public: for tests only.

    No proxy is used: a proxy would choose the address, which could then not be checked.
    """

    limits: Limits = Limits()
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    resolve: Resolve = resolved
    private_hosts: frozenset[str] = frozenset()
    sleep: Callable[[float], None] = time.sleep

    @contextmanager
    def get(
        self, url: str, hosts: Sequence[str], headers: Mapping[str, str] | None = None
    ) -> Iterator[tuple[str, urllib3.BaseHTTPResponse]]:
        """Open an address, following redirects within `hosts`; gives the last address and its answer.

        Nothing is sent to a host outside of the list. Raises FetchFailed, Interrupted.
        """
        for _hop in range(MOST_REDIRECTS + 1):
            parts = allowed(url, hosts)
            with self._asked(parts, headers or {}) as answer:
                if answer.status not in _REDIRECTS:
                    yield url, answer
                    return
                where = answer.headers.get("Location")
            if not where:
                raise FetchFailed(f"{url} redirects to nowhere")
            url = urljoin(url, where)
        raise FetchFailed(f"more than {MOST_REDIRECTS} redirects, the last one to {url}")

    @contextmanager
    def _asked(self, parts: SplitResult, headers: Mapping[str, str]) -> Iterator[urllib3.BaseHTTPResponse]:
        host, port = str(parts.hostname), parts.port or HTTPS_PORT
        address = self._checked_address(host, port)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        sent = {"Host": _name(host, port), "User-Agent": AGENT, "Accept-Encoding": "identity", **headers}
        timeout = urllib3.Timeout(connect=self.limits.connect_s, read=self.limits.silence_s)
        # The pool connects to the very address that was checked, while the certificate must be the host's.
        with urllib3.HTTPSConnectionPool(
            address, port, ssl_context=self.tls, server_hostname=host, assert_hostname=host, timeout=timeout
        ) as pool:
            try:
                answer = pool.urlopen(
                    "GET", target, headers=sent, redirect=False, retries=False, preload_content=False
                )
            except urllib3.exceptions.HTTPError as problem:
                raise Interrupted(f"{_name(host, port)}: {_short(problem)}") from problem
            try:
                yield answer
            finally:
                answer.close()

    def _checked_address(self, host: str, port: int) -> str:
        """The address to connect to. Every address of the host must be public, or none is used."""
        found = self.resolve(host, port)
        is_private_allowed = _name(host, port) in self.private_hosts
        wrong = [each for each in found if not is_public(each)]
        if wrong and not is_private_allowed:
            raise FetchFailed(f"{host} is at {wrong[0]}, which is not a public address: not asked")
        if not found:
            raise Interrupted(f"the name {host} has no address")
        return found[0]


def allowed(url: str, hosts: Sequence[str]) -> SplitResult:
    """Get the parts of an address that may be asked. Raises FetchFailed for any other, saying why."""
    try:
        parts = urlsplit(url)
        name = _name(parts.hostname or "", parts.port or HTTPS_PORT)
    except ValueError:
        raise FetchFailed(f"{url!r} is no address") from None
    if parts.scheme != "https":
        raise FetchFailed(f"{url} is not https: not followed")
    if parts.username is not None or parts.password is not None:
        raise FetchFailed("an address with a password is not followed")
    if name not in hosts:
        raise FetchFailed(f"{name} is not on the list of hosts ({', '.join(hosts)}): not followed")
    return parts


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet; an IPv4 address inside IPv6 is judged by itself."""
    known = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(known, ipaddress.IPv6Address):
        inner = known.ipv4_mapped or known.sixtofour or (known.teredo[1] if known.teredo else None)
        if inner is not None:
            return is_public(str(inner))
    return known.is_global and not known.is_multicast


def _name(host: str, port: int) -> str:
    return host if port == HTTPS_PORT else f"{host}:{port}"


def _short(problem: Exception) -> str:
    """What went wrong without names of classes and objects of a library."""
    cause: BaseException = problem
    while cause.__cause__ is not None:
        cause = cause.__cause__
    if isinstance(cause, TimeoutError) or isinstance(problem, urllib3.exceptions.TimeoutError):
        return "no answer in time"
    return str(cause) or type(cause).__name__
