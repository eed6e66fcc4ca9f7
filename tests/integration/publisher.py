"""A publisher on this machine over https, of its own certificate authority, that misbehaves on demand."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CHANGED = "Mon, 05 Jan 2026 10:00:00 GMT"


@dataclass
class Publisher:
    """What it serves at /file.csv, and how: `faults` are used up one an answer, then it behaves."""

    content: bytes
    faults: list[str] = field(default_factory=list)
    location: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    port: int = 0
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    page: bytes = b""
    studies: list[list[dict[str, Any]]] = field(default_factory=list)  # page by page, of /api/studies
    stamp: str = "2026-01-05T09:00:05"

    @property
    def host(self) -> str:
        return f"localhost:{self.port}"

    def at(self, path: str = "/Facility_Affiliation.csv") -> str:
        return f"https://{self.host}{path}"

    @property
    def etag(self) -> str:
        return f'"{sha256(self.content).hexdigest()[:16]}"'


class _Answers(BaseHTTPRequestHandler):
    publisher: Publisher

    def log_message(self, *_told: Any) -> None:
        """Nothing on the console."""

    def do_GET(self) -> None:
        it = self.publisher
        it.asked.append((self.path, dict(self.headers)))
        if self.path == "/page.html":
            self._say(200, {"Content-Length": str(len(it.page))}, it.page)
            return
        if self.path == "/api/version":
            self._json({"apiVersion": "2.0.5", "dataTimestamp": it.stamp})
            return
        fault = it.faults.pop(0) if it.faults else ""
        if fault in ("redirect", "loop"):
            self._say(302, {"Location": it.location if fault == "redirect" else it.at(self.path)}, b"")
        elif fault.isdecimal():
            self._say(int(fault), {}, b"")
        elif self.path.startswith("/api/studies"):
            self._studies(fault)
        else:
            self._file(fault)

    def _studies(self, fault: str) -> None:
        """One page of studies; the token of a page is its number, as `p1`."""
        it = self.publisher
        token = parse_qs(urlsplit(self.path).query).get("pageToken", ["p0"])[0]
        number = int(token.removeprefix("p"))
        if fault == "changes":
            it.stamp = it.stamp.replace("-05T", "-06T")
        following = "p1" if fault == "loops" else f"p{number + 1}" if number + 1 < len(it.studies) else None
        told: dict[str, Any] = {"studies": it.studies[number]} if fault != "form" else {"rows": []}
        self._json(told | ({"nextPageToken": following} if following else {}), is_cut=fault == "cut")

    def _json(self, told: Any, *, is_cut: bool = False) -> None:
        body = orjson.dumps(told)
        self._say(200, {"Content-Length": str(len(body))}, body[: len(body) // 2] if is_cut else body)

    def _file(self, fault: str) -> None:
        it = self.publisher
        if fault == "changes":
            it.content = it.content.replace(b"990001", b"990002")
        if self.headers.get("If-None-Match") == it.etag:
            self._say(304, {"ETag": it.etag}, b"")
            return
        body, start, status = it.content, 0, 200
        asked = self.headers.get("Range", "")
        is_same = self.headers.get("If-Range") == it.etag or fault == "changes"
        if asked and is_same:
            start, status = int(asked.removeprefix("bytes=").rstrip("-")), 206
        headers = {"ETag": it.etag, "Last-Modified": CHANGED, "Content-Length": str(len(body) - start)}
        if status == 206:
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        if fault == "long":
            headers["Content-Length"] = str(len(body) + 1000)
        if fault == "short":
            headers["Content-Length"] = "10"
        if fault == "unsaid":
            del headers["Content-Length"]
        if fault == "digest":
            headers["Repr-Digest"] = "sha-256=:AAAA:"
        piece = body[start:]
        self._say(status, headers, piece[: len(piece) // 2] if fault == "cut" else piece, fault == "slow")

    def _say(self, status: int, headers: dict[str, str], body: bytes, is_slow: bool = False) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        step = 1 if is_slow else max(1, len(body))
        try:
            for at in range(0, len(body), step):
                self.wfile.write(body[at : at + step])
                if is_slow:
                    time.sleep(0.05)
        except OSError:  # whoever asked has gone, which is what some faults are about
            self.close_connection = True
        self.publisher.sent.append(len(body))
        self.close_connection = True


@contextmanager
def publisher(content: bytes, folder: Path) -> Iterator[Publisher]:
    """A publisher that serves these bytes until the end; its `tls` trusts its own authority only."""
    certificate, authority = _certificates(folder)
    it = Publisher(content)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answers", (_Answers,), {"publisher": it}))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    it.port, it.tls = server.server_port, ssl.create_default_context(cafile=authority)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield it
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _certificates(folder: Path) -> tuple[Path, Path]:
    """The files of a server certificate with its key, and of the authority that signed it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    key, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)

    def certificate(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=2))
        )

    def usage(*, is_authority: bool) -> x509.KeyUsage:
        return x509.KeyUsage(
            digital_signature=True, content_commitment=False, key_encipherment=False,
            data_encipherment=False, key_agreement=False, key_cert_sign=is_authority,
            crl_sign=is_authority, encipher_only=False, decipher_only=False,
        )  # fmt: skip

    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    root = (
        certificate(name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage(is_authority=True), critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    served = (
        certificate(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), own.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(is_authority=False), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    chain, authority = folder / "served.pem", folder / "authority.pem"
    private = own.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    chain.write_bytes(served.public_bytes(pem) + private)
    authority.write_bytes(root.public_bytes(pem))
    return chain, authority
