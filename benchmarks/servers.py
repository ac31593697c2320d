"""The compared servers: each one process on its own port of 127.0.0.1, started and ended here."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

ROOT: Final = Path(__file__).parent.parent
_START_SECONDS: Final = 60
_STOP_SECONDS: Final = 15
_TICKS: Final = os.sysconf("SC_CLK_TCK")

# Starts a process like `subprocess.Popen`, as which it is used.
Launch = Callable[..., Any]


class ServerFailed(Exception):
    """A server did not start, or ended by itself; the message has the end of its output."""


class Credentials(Struct, frozen=True):
    """The credentials of a run: the file of the public key for servers, and a token for requests."""

    keys: Path
    token: str


class Server(Struct, frozen=True):
    """A running server."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    headers: Mapping[str, str]

    def post(self, body: bytes) -> tuple[int, bytes]:
        """The status and body of the answer to one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", "/graphql", body, dict(self.headers))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def cpu_seconds(self) -> float | None:
        """CPU that the process and its threads have used; None where there is no /proc."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        except OSError:
            return None
        return (int(fields[11]) + int(fields[12])) / _TICKS


class Signer:
    """A key pair for one run: its public half is a file for servers, and the private half signs tokens."""

    def __init__(self, folder: Path) -> None:
        self._key = Ed25519PrivateKey.generate()
        self.keys = folder / "keys.pem"
        public = self._key.public_key()
        self.keys.write_bytes(
            public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        )

    def token(self, account_id: UUID) -> str:
        """Sign a token for an account."""
        claims = {
            "sub": str(account_id),
            "iss": "tessera",
            "aud": "tessera",
            "exp": datetime.now(UTC) + timedelta(hours=2),
        }
        return jwt.encode(claims, self._key, algorithm="EdDSA")


def make_credentials(folder: Path, account_id: UUID) -> Credentials:
    """Generate a key pair for this run, write only its public half, and sign a token for an account."""
    signer = Signer(folder)
    return Credentials(signer.keys, signer.token(account_id))


def our_command(name: str) -> list[str]:
    """Build the command of a server of ours."""
    if name == "tessera":
        return [sys.executable, "-c", "from graphql_api.cli import main; main()", "serve"]
    return [sys.executable, "-m", f"benchmarks.{name}"]


@contextlib.contextmanager
def running(  # noqa: PLR0913, PLR0917 - the parts of a command
    name: str,
    command: Sequence[str],
    url: str,
    credentials: Credentials,
    log: Path,
    root: Path = ROOT,
    settings: Mapping[str, str] = MappingProxyType({}),
    launch: Launch = subprocess.Popen,
) -> Iterator[Server]:
    """A server that accepts connections, for the length of the block. Raises ServerFailed.

    `{port}` in the command is the port to listen on; our servers read it, like production, from the environment.
    """
    port = free_port()
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": os.environ.get("HOME", "/"),
        "PYTHONPATH": str(root),
        "DATABASE_URL": url,
        "TESSERA_JWT_KEYS": str(credentials.keys),
        "PORT": str(port),
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
        **settings,
    }
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if name != "postgraphile":
        headers["Authorization"] = f"Bearer {credentials.token}"
    with log.open("wb") as output:
        parts = [part.format(port=port) for part in command]
        process = launch(parts, cwd=root, env=environment, stdout=output, stderr=output)
    try:
        _await_port(name, process, port, log)
        yield Server(name=name, port=port, process=process, headers=headers)
    finally:
        _end(process)


def free_port() -> int:
    """Find a port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _await_port(name: str, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    words = log.read_text("utf-8", "replace").strip()[-2000:]
    raise ServerFailed(f"{name} does not start: {words or 'it says nothing'}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop the process that `running` started."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
