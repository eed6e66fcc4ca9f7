"""The client on a real node. Replies are canned only for servers that are not to be had here."""

import http.server
import json
import logging
import os
import shutil
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from elasticsearch import Elasticsearch
from elasticsearch.serializer import OrjsonSerializer

from finder.config import Config
from finder.engine import check, connect, translated
from finder.errors import EngineDown, FinderError, NotFound, NotReady
from finder.local_node import node_status, stop_node

LOCAL = ("PATH", "ES_JAVA_HOME", "JAVA_HOME", "FINDER_CACHE", "FINDER_ENGINE_ZIP")
SECRET_WORDS = "cholangiocarcinoma near 21287"


def a_config(url: str, **more: str) -> Config:
    return Config.from_env({"ELASTICSEARCH_URL": url, **more})


@pytest.fixture(scope="module")
def client() -> Iterator[Elasticsearch]:
    home = Path(tempfile.mkdtemp(prefix="finder-test-"))
    home.chmod(0o755)  # the engine's account must be able to enter
    local = {name: os.environ[name] for name in LOCAL if name in os.environ}
    config = Config.from_env({"FINDER_HOME": str(home), "FINDER_HEAP_MB": "512", **local})
    try:
        with connect(config) as connected:
            yield connected
    finally:
        stop_node(config)
        shutil.rmtree(home)


class Quiet(http.server.HTTPServer):
    """Prints nothing about a client that goes away, as one does that mistrusts a certificate."""

    def handle_error(self, *args: object) -> None:
        """Says nothing."""


@contextmanager
def a_server(answers: dict[str, tuple[int, object]], certificate: Path | None = None) -> Iterator[str]:
    """A loopback server that gives each path its canned answer, with the header of a genuine one."""

    class Canned(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, answer = answers[self.path.partition("?")[0]]
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    with Quiet(("127.0.0.1", 0), Canned) as server:
        if certificate is not None:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def a_certificate(path: Path) -> Path:
    """A self-signed certificate for loopback with its key, as an own cluster has one."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + certificate.public_bytes(pem))
    return path


def of_versions(*versions: str) -> dict[str, tuple[int, object]]:
    nodes = {f"n{number}": {"version": version} for number, version in enumerate(versions)}
    health = {"status": "yellow", "number_of_nodes": len(versions)}
    return {"/_nodes": (200, {"nodes": nodes}), "/_cluster/health": (200, health)}


def error(kind: str) -> dict[str, object]:
    return {"error": {"root_cause": [], "type": kind, "reason": "as recorded"}}


def failure(config: Config) -> str:
    with connect(config) as connected, pytest.raises(EngineDown) as caught:
        check(connected)
    return caught.value.message


# -- what answers ----------------------------------------------------------------------------------------


def test_the_local_node_is_connected_and_checked(client: Elasticsearch) -> None:
    status = check(client)
    assert (status.version, status.health, status.nodes) == ("8.19.21", "green", 1)


def test_a_given_address_is_used_and_no_node_is_started(client: Elasticsearch, tmp_path: Path) -> None:
    url = next(iter(client.transport.node_pool.all())).base_url
    config = a_config(url, FINDER_HOME=str(tmp_path))
    with connect(config) as connected:
        assert check(connected).version == "8.19.21"
    assert node_status(config).url is None
    assert list(tmp_path.iterdir()) == []


def test_bodies_are_written_and_read_by_orjson(client: Elasticsearch) -> None:
    for kind in ("application/json", "application/vnd.elasticsearch+json"):
        assert isinstance(client.transport.serializers.get_serializer(kind), OrjsonSerializer)


@pytest.mark.parametrize("versions", [("8.19.0",), ("9.2.1", "8.19.21"), ("10.0.0-SNAPSHOT", "9.0.0")])
def test_the_oldest_version_of_a_mixed_cluster_is_the_one_that_counts(versions: tuple[str, ...]) -> None:
    with a_server(of_versions(*versions)) as url, connect(a_config(url)) as connected:
        status = check(connected)
    assert (status.version, status.health, status.nodes) == (versions[-1], "yellow", len(versions))


def test_one_node_that_is_too_old_is_told() -> None:
    with a_server(of_versions("9.0.0", "8.18.3")) as url:
        message = failure(a_config(url))
    assert message == "the engine is too old: it must be Elasticsearch 8.19 or newer, not 8.18.3"


def test_a_server_that_does_not_know_our_header_is_too_old() -> None:
    with a_server({"/_nodes": (400, error("media_type_header_exception"))}) as url:
        assert failure(a_config(url)) == "the engine is too old: it must be Elasticsearch 8.19 or newer"


def test_wrong_credentials_name_the_settings_to_check() -> None:
    with a_server({"/_nodes": (401, error("security_exception"))}) as url:
        message = failure(a_config(url, ELASTICSEARCH_USER="u", ELASTICSEARCH_PASSWORD="pass-word-1"))
    assert "refuses the credentials" in message
    assert "ELASTICSEARCH_API_KEY" in message
    assert "pass-word-1" not in message


def test_an_account_without_the_right_is_told() -> None:
    with a_server({"/_nodes": (403, error("security_exception"))}) as url:
        assert "do not allow this" in failure(a_config(url, ELASTICSEARCH_API_KEY="abc"))


def test_an_own_certificate_is_trusted_only_by_its_file(tmp_path: Path) -> None:
    certificate = a_certificate(tmp_path / "ca.pem")
    with a_server(of_versions("9.0.0"), certificate) as url:
        assert failure(a_config(url)).startswith("the engine's certificate is not trusted")
        with connect(a_config(url, ELASTICSEARCH_CA_FILE=str(certificate))) as connected:
            assert check(connected).version == "9.0.0"


def test_no_proxy_of_the_environment_sees_what_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with a_server(of_versions("9.0.0")) as url, connect(a_config(url)) as connected:
        assert check(connected).version == "9.0.0"


def test_a_closed_port_is_an_engine_that_cannot_be_reached() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        message = failure(a_config(f"http://127.0.0.1:{probe.getsockname()[1]}"))
    assert message.startswith("the engine cannot be reached: check ELASTICSEARCH_URL")


def test_an_engine_that_is_too_slow_ends_in_a_message() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()  # takes the connection and never answers
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with connect(a_config(url), request_timeout=0.2) as slow, pytest.raises(EngineDown, match="in time"):
            check(slow)


def test_another_program_at_the_address_is_told() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()

        def answer() -> None:
            connection, _ = other.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi"
                )

        threading.Thread(target=answer, daemon=True).start()
        url = f"http://127.0.0.1:{other.getsockname()[1]}"
        assert failure(a_config(url)).startswith("what answers is not Elasticsearch")


# -- what goes wrong with a request ----------------------------------------------------------------------


def test_a_missing_index_means_that_nothing_was_loaded(client: Elasticsearch) -> None:
    with pytest.raises(NotReady, match="no directory has been loaded"), translated():
        client.search(index="finder-specialists")


def test_a_missing_document_is_not_found(client: Elasticsearch) -> None:
    client.indices.create(index="documents")
    with pytest.raises(NotFound), translated():
        client.get(index="documents", id="1")


def test_a_disk_at_flood_stage_says_that_the_disk_is_full(client: Elasticsearch) -> None:
    client.indices.create(index="full", settings={"index.blocks.read_only_allow_delete": True})
    with pytest.raises(NotReady, match="disk is full"), translated():
        client.index(index="full", document={})


def test_a_refused_request_tells_its_kind_and_nothing_of_its_content(client: Elasticsearch) -> None:
    with pytest.raises(FinderError) as caught, translated():
        client.search(index="_all", query={"match_all": {"boost": SECRET_WORDS}})
    assert caught.value.status == 500
    assert "(400 " in caught.value.message
    assert SECRET_WORDS not in caught.value.message


def test_translation_works_as_a_decorator_and_leaves_other_errors_alone() -> None:
    @translated()
    def broken() -> None:
        raise KeyError("ours")

    with pytest.raises(KeyError, match="ours"):
        broken()


def test_no_body_or_address_is_logged(client: Elasticsearch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client.search(index="_all", query={"match": {"name": SECRET_WORDS}})
    assert [record.name for record in caplog.records if record.name.startswith("elastic")] == []
