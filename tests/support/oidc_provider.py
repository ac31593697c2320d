"""An OpenID Connect provider on this machine: discovery and keys over HTTP or TLS, rotation, outages, bad answers.

    with oidc_provider() as provider:
        settings = Settings(env="dev", oidc_issuer=provider.issuer, …)
        token = provider.token("subject-1", email="asha@example.org")

It serves from a thread of its own, so that tests and servers in other processes can use it alike.
"""

import contextlib
import datetime as dt
import functools
import ipaddress
import json
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.x509.oid import NameOID

DISCOVERY = "/.well-known/openid-configuration"
JWKS = "/keys"
AUDIENCE = "tessera"


@functools.cache
def signing_key(number: int) -> RSAPrivateKey:
    """One of the signing keys; making one takes a tenth of a second."""
    del number
    return generate_rsa_key(65537, 2048)


def public_jwk(key: RSAPrivateKey, key_id: str) -> dict[str, Any]:
    """The public part as a JSON Web Key."""
    made: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**made, "kid": key_id, "alg": "RS256", "use": "sig"}


class OidcProvider:
    """A provider with one key at first. Tests set its attributes; `requests` are the paths that were asked for."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.issuer = f"{address}/realm"
        self.keys: dict[str, RSAPrivateKey] = {"key-1": signing_key(1)}
        self.requests: list[str] = []
        # What the next answers are in place of the good ones, by path.
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.headers: dict[str, str] = {}
        self.delay = 0.0
        self.is_down = False

    @property
    def discovery(self) -> dict[str, Any]:
        """The discovery document."""
        return {"issuer": self.issuer, "jwks_uri": f"{self.address}{JWKS}"}

    @property
    def jwks(self) -> dict[str, Any]:
        """The public keys."""
        return {"keys": [public_jwk(key, key_id) for key_id, key in self.keys.items()]}

    @property
    def fetches(self) -> int:
        """How often the keys were fetched."""
        return self.requests.count(JWKS)

    def rotate(self, *, keep: bool = True) -> str:
        """Sign with a new key from now on, and return its id; without `keep`, publish no other one."""
        key_id = f"key-{len(self.keys) + 1}" if keep else f"key-{int(next(reversed(self.keys))[4:]) + 1}"
        self.keys = {**(self.keys if keep else {}), key_id: signing_key(int(key_id[4:]))}
        return key_id

    def token(self, subject: str, *, key_id: str | None = None, headers: Any = None, **claims: Any) -> str:
        """A token of a person, signed with the newest key or the one with this id; a claim of None is left out.

        With an `email`, it is verified unless `email_verified` says otherwise.
        """
        chosen = key_id or next(reversed(self.keys))
        now = int(time.time())
        made = {"sub": subject, "iss": self.issuer, "aud": AUDIENCE, "iat": now, "exp": now + 300, **claims}
        if "email" in made:
            made.setdefault("email_verified", True)
        given = {name: value for name, value in made.items() if value is not None}
        return jwt.encode(given, signing_key(int(chosen[4:])), "RS256", {"kid": chosen, **(headers or {})})

    def answer(self, path: str) -> tuple[int, bytes]:
        """The status and the body of an answer."""
        self.requests.append(path)
        time.sleep(self.delay)
        if self.is_down:
            return 503, b"down"
        good = {f"/realm{DISCOVERY}": self.discovery, JWKS: self.jwks}
        if path in self.answers:
            return self.answers[path]
        return (200, json.dumps(good[path]).encode()) if path in good else (404, b"{}")


@contextlib.contextmanager
def oidc_provider(*, tls: ssl.SSLContext | None = None, port: int = 0) -> Iterator[OidcProvider]:
    """Serve a provider for the length of the block; with `tls`, on https://localhost."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = provider.answer(self.path)
            with contextlib.suppress(OSError):
                self.send_response(status)
                for name, value in {"content-length": str(len(body)), **provider.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Write nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    scheme, host = ("http", "127.0.0.1") if tls is None else ("https", "localhost")
    provider = OidcProvider(f"{scheme}://{host}:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def self_signed(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A certificate for localhost: a context to serve it, and the file that clients name in SSL_CERT_FILE."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, secret = folder / "localhost.pem", folder / "localhost.key"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return context, file
