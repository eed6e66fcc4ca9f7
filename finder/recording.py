"""Records the requests that a client of the engine sends, so that a bench can send the very same again."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from finder.reads import Client


@dataclass(frozen=True, slots=True)
class Sent:
    """One request: method, target (path and parameters), body as sent, headers."""

    method: str
    target: str
    body: bytes | None
    headers: Mapping[str, str]


@contextmanager
def recorded(client: Client) -> Iterator[list[Sent]]:
    """Every request that the client sends while the block runs, in order; the answers are untouched."""
    sent: list[Sent] = []
    nodes = client.transport.node_pool.all()
    originals = [node.perform_request for node in nodes]

    def watching(original: Any) -> Any:
        def perform(
            method: str, target: str, body: bytes | None = None, headers: Any = None, **more: Any
        ) -> Any:
            sent.append(Sent(method, target, body, dict(headers or {})))
            return original(method, target, body=body, headers=headers, **more)

        return perform

    for node, original in zip(nodes, originals, strict=True):
        node.perform_request = watching(original)  # type: ignore[method-assign]
    try:
        yield sent
    finally:
        for node, original in zip(nodes, originals, strict=True):
            node.perform_request = original  # type: ignore[method-assign]
