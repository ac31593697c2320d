"""The endpoints of EPCIS on a real port, and a client that reads a stream as fast as it comes."""

import asyncio
import contextlib
import socket
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from starlette.applications import Starlette

from benchmarks.custody.place import Place
from domain.permissions import Role
from graphql_api.auth import Authenticator
from graphql_api.context import Environment
from graphql_api.epcis.routes import epcis_routes
from graphql_api.identity.development import dev_token
from graphql_api.serving import StreamingServer, server_config
from graphql_api.settings import Settings

_READ: Final = 1 << 16


@contextlib.asynccontextmanager
async def served(environment: Environment, place: Place) -> AsyncIterator[tuple[tuple[str, int], str]]:
    """The address of a server in this process, and the header of a client that sees all events."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(env="dev", data_dir=Path(folder))
        app = Starlette(routes=epcis_routes(environment, Authenticator(settings), settings.body_limit))
        app.state.drain = _nothing
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        server = StreamingServer(server_config(app))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn offers no event to wait for
            await asyncio.sleep(0.01)
        token = dev_token(settings, place.viewer(Role.OPERATIONS).account_id)
        yield listener.getsockname(), f"Authorization: Bearer {token}"
        server.should_exit = True
        await task


async def read_stream(address: tuple[str, int], path: str, header: str) -> int:
    """Read one answer over a connection of its own, and return how many events it has."""
    reader, writer = await asyncio.open_connection(*address)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\n{header}\r\nConnection: close\r\n\r\n".encode())
    await writer.drain()
    count, tail = 0, b""
    while chunk := await reader.read(_READ):
        found = tail + chunk
        count += found.count(b'"eventID"')
        # A name that is cut in two is counted with the next piece.
        tail = found[-len(b'"eventID"') + 1 :]
    writer.close()
    return count


async def _nothing() -> None:
    return
