"""A tiny loopback proxy before an engine: it holds back, drops or times what a client sends, from outside."""

import http.client
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

Look = Callable[[str, str], bool]


class Proxy(http.server.ThreadingHTTPServer):
    """Passes every request on. `before` and `after` are told method and path; False drops the connection:
    before the engine saw the request, or after it did and without its answer."""

    daemon_threads = True

    def __init__(self, url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.target = urlsplit(url).netloc
        self.before: Look = lambda method, path: True
        self.after: Look = lambda method, path: True
        self.delay_s = 0.0

    @property
    def url(self) -> str:
        """Where the proxy answers."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *args: object) -> None:
        """Says nothing of clients that were killed."""


class _Passing(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        if not self.server.before(self.command, path):
            self._drop()
            return
        time.sleep(self.server.delay_s)
        connection = http.client.HTTPConnection(self.server.target, timeout=120)
        try:
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            content = answer.read()
        except OSError:
            self._drop()
            return
        finally:
            connection.close()
        if not self.server.after(self.command, path):
            self._drop()
            return
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass  # noqa: N815 - names of the library

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.close()

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@contextmanager
def proxied(url: str) -> Iterator[Proxy]:
    """A proxy before the engine at `url`, as long as it is needed."""
    with Proxy(url) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
