"""A server that is killed during an upload loses nothing that was on disk, and leaves no lock (R16)."""

import hashlib
import http.client
import os
import signal
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from db.database import Database
from domain.files.facts import UploadPurpose
from domain.permissions import Role
from graphql_api.context import Environment
from graphql_api.files.receiving import BUFFER_BYTES
from resolvers.files.create_upload import CreateUpload, create_upload
from tests.support.clock import TestClock
from tests.support.files import png, rows_left
from tests.support.secrets import LINK_SECRET_SETTING
from tests.support.service import Service, environment, eventually, serving
from tests.support.world import World

CONTENT = png(1200, 1200)
SIZE = len(CONTENT)
SENT = 4 * BUFFER_BYTES + 1000


@pytest.fixture
def production(tmp_path: Path, database_url: str) -> dict[str, str]:
    """The settings of a production server with the secret of the tests."""
    keys = tmp_path / "keys.pem"
    public = Ed25519PrivateKey.generate().public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    keys.write_bytes(public.public_bytes(serialization.Encoding.PEM, form))
    return environment(
        tmp_path, DATABASE_URL=database_url, TESSERA_JWT_KEYS=str(keys), TESSERA_LINK_SECRET=LINK_SECRET_SETTING
    )


def _ask(service: Service, method: str, url: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str]]:
    """The status and the headers of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, url, body or None, named)
        response = connection.getresponse()
        response.read()
        return response.status, {name.lower(): value for name, value in response.getheaders()}
    finally:
        connection.close()


def _offset(service: Service, url: str) -> int:
    status, headers = _ask(service, "HEAD", url)
    assert status == 200
    return int(headers["upload-offset"])


@pytest.mark.long
@pytest.mark.process
async def test_an_upload_goes_on_after_the_server_was_killed(  # noqa: PLR0913, PLR0917 - fixtures
    environment: Environment,
    production: dict[str, str],
    clock: TestClock,
    world: World,
    database: Database,
    tmp_path: Path,
) -> None:
    clock.now = datetime.now(UTC)
    operation = environment.operation(world.viewer(Role.ADMIN))
    command = CreateUpload(file_name="logo.png", content_type="image/png", byte_size=SIZE, purpose=UploadPurpose.LOGO)
    url = (await create_upload(operation, command)).url
    await operation.close()
    with (
        serving(production, "--workers", "2") as service,
        socket.create_connection(("127.0.0.1", service.port)) as connection,
    ):
        connection.sendall(f"PUT {url} HTTP/1.1\r\nHost: x\r\nContent-Length: {SIZE}\r\n\r\n".encode())
        connection.sendall(CONTENT[:SENT])
        eventually(lambda: _offset(service, url) >= 3 * BUFFER_BYTES)
        os.killpg(service.process.pid, signal.SIGKILL)
        service.process.wait()
    with serving(production, "--workers", "2") as service:
        offset = _offset(service, url)
        assert 3 * BUFFER_BYTES <= offset <= SENT
        parts = {"Content_Range": f"bytes {offset}-{SIZE - 1}/{SIZE}"}
        assert _ask(service, "PUT", url, CONTENT[offset:], **parts)[0] == 201
    digits = hashlib.sha256(CONTENT).hexdigest()
    assert (tmp_path / "files" / "sha256" / digits[:2] / digits[2:]).read_bytes() == CONTENT
    assert list((tmp_path / "files" / "uploads").iterdir()) == []
    assert await rows_left(database) == (1, 1)
