"""The HTTP server: draining of open streams, and limits of a connection."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from time import monotonic

import httpx
import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from structlog.testing import capture_logs
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from graphql_api import serving
from graphql_api.observability.logs import configure_logs
from graphql_api.serving import StreamingServer, listen, server_config
from graphql_api.settings import Settings

pytestmark = pytest.mark.process

BROKEN = RuntimeError("no stream to say it to")


async def broken() -> None:
    """A drain that fails."""
    raise BROKEN


class Streams:
    """An application with one open WebSocket, which its drain sends a message."""

    def __init__(self, drain: Callable[[], Awaitable[None]] | None = None) -> None:
        self._socket: WebSocket | None = None
        self._opened = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self.listener = listen(Settings(port=0))
        self.port: int = self.listener.getsockname()[1]
        routes = [WebSocketRoute("/", self._stream), Route("/slow", self._slow)]
        self.app = Starlette(routes=routes)
        self.app.state.drain = drain or self.last_words
        self.server = StreamingServer(server_config(self.app))

    async def last_words(self) -> None:
        """Send a last message: whether a new connection is still accepted."""
        assert self._socket is not None
        with socket.socket() as late:
            late.settimeout(5)
            await self._socket.send_text("refused" if late.connect_ex(("127.0.0.1", self.port)) else "accepted")

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator[ClientConnection]:
        """Serve, and open the stream."""
        self._serving = asyncio.create_task(self.server.serve(sockets=[self.listener]))
        async with connect(f"ws://127.0.0.1:{self.port}/", proxy=None) as client:
            await self._opened.wait()
            yield client

    def stop(self) -> None:
        """Ask the server to stop, as a signal does."""
        self.server.handle_exit(signal.SIGTERM, None)

    async def ended(self) -> None:
        """Wait until the server has stopped."""
        assert self._serving is not None
        await self._serving

    async def _stream(self, stream: WebSocket) -> None:
        await stream.accept()
        self._socket = stream
        self._opened.set()
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                await stream.receive_text()

    async def _slow(self, _request: Request) -> Response:
        await asyncio.sleep(60)
        return PlainTextResponse("never")


async def read_until_closed(client: ClientConnection) -> tuple[list[str | bytes], int | None]:
    """Read until the connection closes; return the remaining messages and the close code."""
    received: list[str | bytes] = []
    with contextlib.suppress(ConnectionClosed):
        while True:
            received.append(await client.recv())
    return received, client.close_code


@contextlib.contextmanager
def uvicorn_logs_to(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Record what uvicorn logs as our configuration lets it through; a server that is made later ends this."""
    configure_logs("warning", readable=False)
    structlog.reset_defaults()
    logger = logging.getLogger("uvicorn.error")
    logger.addHandler(caplog.handler)
    try:
        yield
    finally:
        logger.removeHandler(caplog.handler)


async def test_open_streams_are_drained_before_they_are_closed_and_new_connections_are_rejected() -> None:
    streams = Streams()
    async with streams.connected() as client:
        streams.stop()
        assert await read_until_closed(client) == (["refused"], 1012)
        await streams.ended()


@pytest.mark.parametrize(
    ("drain", "line"),
    [
        (partial(asyncio.sleep, 60), {"event": "drain took too long", "log_level": "warning", "seconds": 0.2}),
        (broken, {"event": "drain failed", "log_level": "error", "exc_info": BROKEN}),
    ],
)
async def test_a_drain_that_hangs_or_fails_is_logged_and_the_server_stops(
    drain: Callable[[], Awaitable[None]], line: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "DRAIN_TIMEOUT_S", 0.2)
    streams = Streams(drain)
    with capture_logs() as lines:
        async with streams.connected() as client:
            streams.stop()
            assert await read_until_closed(client) == ([], 1012)
            await streams.ended()
    assert lines == [line]


async def test_an_application_without_drain_stops_as_well() -> None:
    streams = Streams()
    del streams.app.state.drain
    async with streams.connected() as client:
        streams.stop()
        assert await read_until_closed(client) == ([], 1012)
        await streams.ended()


async def test_the_drain_and_running_requests_share_the_time_of_a_stop(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "DRAIN_TIMEOUT_S", 2.2)
    streams = Streams(partial(asyncio.sleep, 60))
    streams.server.config.timeout_graceful_shutdown = 3
    with uvicorn_logs_to(caplog), capture_logs():
        async with streams.connected(), httpx.AsyncClient() as http:
            request = asyncio.create_task(http.get(f"http://127.0.0.1:{streams.port}/slow"))
            while not streams.server.server_state.tasks:  # noqa: ASYNC110 - uvicorn offers no event to wait for
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            began = monotonic()
            streams.stop()
            await streams.ended()
            assert 3 < monotonic() - began < 4.5
            assert (await request).status_code == 500
    # The one that is cut off is no error of ours, and has no traceback.
    assert [(record.levelname, record.getMessage(), record.exc_info) for record in caplog.records] == [
        ("ERROR", "Cancel 1 running task(s), timeout graceful shutdown exceeded", None),
        ("WARNING", "Exception in ASGI application\n", None),
    ]


async def test_text_that_is_not_utf8_closes_the_stream_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    streams = Streams()
    with uvicorn_logs_to(caplog):
        async with streams.connected() as client:
            await client.send(b"\xff", text=True)
            assert await read_until_closed(client) == ([], 1007)
            streams.stop()
            await streams.ended()
    assert [(record.levelname, record.getMessage(), record.exc_info) for record in caplog.records] == [
        ("WARNING", "Invalid UTF-8 sequence received from client.", None)
    ]


def test_a_bug_keeps_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    server_config(Starlette())
    bug = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "read from a file of ours")
    with uvicorn_logs_to(caplog):
        logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=bug)
    assert [(record.levelname, record.exc_info) for record in caplog.records] == [
        ("ERROR", (UnicodeDecodeError, bug, None))
    ]


async def test_a_stream_takes_little_memory_and_no_large_messages() -> None:
    streams = Streams()
    async with streams.connected() as client:
        assert client.protocol.extensions == []
        await client.send("x" * (256 * 1024 + 1))
        assert await read_until_closed(client) == ([], 1009)
        streams.stop()
        await streams.ended()


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux limits this")
def test_a_connection_whose_peer_reads_nothing_is_dropped_after_half_a_minute() -> None:
    with listen(Settings(port=0)) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000
