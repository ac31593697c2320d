"""The floor of a delivery: ready text is sent to every WebSocket, and nothing else happens.

    PORT=… python -m benchmarks.events.floor BYTES RATE

The server is configured as ours. It acknowledges the first message of a client, takes the second as a
subscription, and sends every client a message of BYTES, RATE times a second.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from graphql_api.serving import StreamingServer, listen, server_config
from graphql_api.settings import Settings
from graphql_api.transport.websocket import SUBPROTOCOL


class Floor:
    """The endpoint."""

    def __init__(self, size: int, rate: float) -> None:
        body = "x" * max(size - 40, 0)
        self._message = {"type": "websocket.send", "text": f'{{"id":"1","type":"next","payload":"{body}"}}'}
        self._rate = rate
        self._sends: dict[Send, None] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection until it ends."""
        del scope
        await receive()
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        await receive()
        await send({"type": "websocket.send", "text": '{"type":"connection_ack"}'})
        await receive()
        self._sends[send] = None
        while (await receive())["type"] != "websocket.disconnect":
            pass
        self._sends.pop(send, None)

    async def tick(self) -> None:
        """Send until the task is canceled."""
        began, number = monotonic(), 0
        while True:
            number += 1
            await asyncio.sleep(began + number / self._rate - monotonic())
            for send in list(self._sends):
                try:
                    await send(self._message)
                except OSError:
                    self._sends.pop(send, None)


def build_floor(size: int, rate: float) -> Starlette:
    """The application."""
    floor = Floor(size, rate)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        ticking = asyncio.create_task(floor.tick())
        yield
        ticking.cancel()

    return Starlette(routes=[WebSocketRoute("/graphql", floor)], lifespan=lifespan)


async def serve(app: Starlette) -> None:
    """Serve an application as ours is served, on the port that the environment names."""
    await StreamingServer(server_config(app)).serve(sockets=[listen(Settings())])


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
        runner.run(serve(build_floor(int(sys.argv[1]), float(sys.argv[2]))))
