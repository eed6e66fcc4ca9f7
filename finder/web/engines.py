"""The engine's client of one web process: made at the first request after the fork, made anew when lost."""

import os
import threading
from dataclasses import replace

from finder.config import Config
from finder.engine import SEARCH_SECONDS, connect
from finder.errors import EngineDown
from finder.local_node import node_address
from finder.reads import Client


class Engines:
    """Gives each process its own client; a local node that came back on another port is found again.

    A web process never starts a node: a reader would wait for it, and several workers would race.
    """

    def __init__(self, config: Config, engine: Client | None = None) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._given = engine
        self._made: tuple[int, Client] | None = None

    def client(self) -> Client:
        """Get the client of this process. Raises EngineDown where no node runs."""
        if self._given is not None:
            return self._given
        with self._lock:
            if self._made is None or self._made[0] != os.getpid():
                self._make()
            assert self._made is not None
            return self._made[1]

    def lost(self) -> None:
        """Say that the engine did not answer: the next request looks for a local node anew."""
        with self._lock:
            self._made = None

    def _make(self) -> None:
        urls = self._config.elasticsearch_urls
        if not urls:
            url = node_address(self._config)
            if url is None:
                raise EngineDown("the search engine is not running: start it with `finder engine start`")
            urls = (url,)
        known = replace(self._config, elasticsearch_urls=urls)
        client = connect(known, request_timeout=SEARCH_SECONDS)
        self._made = (os.getpid(), client)
