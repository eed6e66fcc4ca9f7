"""What bulk writing makes of the engine's answers, and how it cuts what must be sent again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from finder.bulk import BulkRefused, BulkReport, _documents_in, _halves, _refused, write
from finder.errors import NotReady


def lines(*keys: str) -> bytes:
    return b"".join(b'{"index":{"_id":"%s"}}\n{"zip":"%s"}\n' % (k.encode(), k.encode()) for k in keys)


def answer(status: int, error: str | None = None) -> dict[str, dict[str, Any]]:
    told = {"error": {"type": error, "reason": "why"}} if error else {}
    return {"index": {"status": status, **told}}


def test_only_what_pressure_refused_is_sent_again_in_its_order() -> None:
    busy = "es_rejected_execution_exception"
    items = [answer(201), answer(429, busy), answer(200), answer(503, "unavailable_shards_exception")]
    assert _refused(lines("a", "b", "c", "d"), items) == lines("b", "d")


def test_nothing_is_sent_again_when_everything_was_written() -> None:
    assert _refused(lines("a", "b"), [answer(200), answer(201)]) == b""


def test_a_document_that_its_mapping_refuses_is_named() -> None:
    items = [answer(201), answer(429, "busy"), answer(400, "strict_dynamic_mapping_exception")]
    with pytest.raises(BulkRefused, match=r'"c".*strict_dynamic_mapping_exception: why'):
        _refused(lines("a", "b", "c"), items)


def test_a_full_disk_is_no_pressure_to_wait_out() -> None:
    with pytest.raises(NotReady, match="disk is full"):
        _refused(lines("a", "b"), [answer(201), answer(429, "cluster_block_exception")])


def test_an_answer_that_lacks_an_item_is_an_error() -> None:
    with pytest.raises(ValueError, match="shorter"):
        _refused(lines("a", "b"), [answer(201)])


@pytest.mark.parametrize(
    ("piece", "halves"),
    [
        (lines("a"), [lines("a")]),
        (lines("a", "b"), [lines("b"), lines("a")]),
        (lines("a", "b", "c"), [lines("c"), lines("a", "b")]),
    ],
)
def test_halves_keep_pairs_of_lines_whole_and_the_first_comes_off_last(
    piece: bytes, halves: list[bytes]
) -> None:
    assert _halves(piece) == halves


@contextmanager
def a_gateway(status_for: Callable[[int, int], int]) -> Iterator[Elasticsearch]:
    """A client of a gateway on this machine that answers by (request number, documents); 0 hangs up."""
    requests: list[int] = []

    class Gateway(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            requests.append(body.count(b"\n") // 2)
            status = status_for(len(requests), requests[-1])
            if status:
                self.send_response(status)
                self.send_header("X-Elastic-Product", "Elasticsearch")
                self.send_header("content-type", "application/json")
                self.end_headers()
                self.wfile.write(b'{"errors":false}')

        def log_message(self, *_args: object) -> None:
            """Keep test output clean."""

    with HTTPServer(("127.0.0.1", 0), Gateway) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            with Elasticsearch(f"http://127.0.0.1:{server.server_port}") as client:
                yield client
        finally:
            server.shutdown()
            thread.join()


def test_a_single_document_that_is_too_large_is_refused_at_once() -> None:
    asked: list[int] = []

    def too_large(number: int, documents: int) -> int:
        asked.append(documents)
        return 413

    with a_gateway(too_large) as client, pytest.raises(BulkRefused, match=r'"a".*too large'):
        write(client, "any", [lines("a", "b")])
    assert asked == [2, 1]


def test_a_connection_that_breaks_off_is_tried_again() -> None:
    with a_gateway(lambda number, documents: 0 if number == 1 else 200) as client:
        assert write(client, "any", [lines("a", "b")]) == BulkReport(documents=2, retried=2)


def test_a_deletion_is_one_line_and_one_that_finds_nothing_is_done() -> None:
    deletion = b'{"delete":{"_id":"x"}}\n'
    piece = deletion + lines("a") + deletion + lines("b")
    assert _documents_in(piece) == 4
    assert _halves(piece) == [deletion + lines("b"), deletion + lines("a")]
    gone: dict[str, dict[str, Any]] = {"delete": {"status": 404}}
    busy = {"delete": {"status": 429, "error": {"type": "es_rejected_execution_exception"}}}
    assert _refused(piece, [gone, answer(201), busy, answer(429, "busy")]) == deletion + lines("b")
