"""Certificates must match the host name in the URL, whatever its address."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.endpoint import Resolver, endpoint, reset, sender, silent

HOST = "hooks.example"


def certificate(path: Path, *, expired: bool = False) -> Path:
    """A self-signed certificate of the host and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    ends = datetime.now(UTC) + timedelta(days=-1 if expired else 1)
    names = x509.SubjectAlternativeName([x509.DNSName(HOST), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=2))
        .not_valid_after(ends)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *form) + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def server_of(path: Path) -> ssl.SSLContext:
    """The TLS context of a server with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def trusting(path: Path) -> ssl.SSLContext:
    """A client that trusts this certificate and checks names as ever."""
    return ssl.create_default_context(cafile=path)


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A valid certificate."""
    return certificate(tmp_path_factory.mktemp("tls") / "endpoint.pem")


async def test_an_untrusted_certificate_is_rejected(signed: Path) -> None:
    async with endpoint(tls=server_of(signed)) as served, sender() as sending:
        outcome = await sending.post(f"https://127.0.0.1:{served.port}/", {}, b"{}")
    assert (outcome.status, outcome.error) == (None, "The certificate is not valid: self-signed certificate.")
    assert served.requests == []


async def test_the_certificate_must_match_the_host_name(signed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Resolver(["127.0.0.1"], ["127.0.0.1"]).install(monkeypatch)
    async with endpoint(tls=server_of(signed)) as served, sender(https_only=True, tls=trusting(signed)) as sending:
        assert (await sending.post(f"https://{HOST}:{served.port}/", {}, b"{}")).delivered
        assert (await sending.post(f"https://127.0.0.1:{served.port}/", {}, b"{}")).delivered
        other = await sending.post(f"https://other.example:{served.port}/", {}, b"{}")
    assert (other.status, other.error) == (
        None,
        "The certificate is not valid: Hostname mismatch, certificate is not valid for 'other.example'.",
    )
    assert len(served.requests) == 2


async def test_an_expired_certificate_is_rejected(tmp_path: Path) -> None:
    expired = certificate(tmp_path / "expired.pem", expired=True)
    async with endpoint(tls=server_of(expired)) as served, sender(tls=trusting(expired)) as sending:
        outcome = await sending.post(f"https://127.0.0.1:{served.port}/", {}, b"{}")
    assert (outcome.status, outcome.error) == (None, "The certificate is not valid: certificate has expired.")


async def test_an_endpoint_without_tls_is_said_to_have_none() -> None:
    async with endpoint(on_open=b"HTTP/1.1 400 Bad Request\r\n\r\n") as served, sender() as sending:
        outcome = await sending.post(f"https://127.0.0.1:{served.port}/", {}, b"{}")
    assert (outcome.status, outcome.error) == (None, "No secure connection: wrong version number.")


async def test_a_handshake_that_never_ends_has_a_time_limit() -> None:
    async with endpoint(silent) as served, sender(connect_timeout=0.2) as sending:
        outcome = await sending.post(f"https://127.0.0.1:{served.port}/", {}, b"{}")
    assert (outcome.status, outcome.error) == (None, "No connection within 0.2 seconds.")


async def test_a_secure_connection_that_breaks_has_a_sentence(signed: Path) -> None:
    async with endpoint(reset, tls=server_of(signed)) as served, sender(tls=trusting(signed)) as sending:
        outcome = await sending.post(f"https://127.0.0.1:{served.port}/", {}, bytes(1_000_000))
    assert (outcome.status, outcome.error) == (None, "The endpoint closed the connection without an answer.")
