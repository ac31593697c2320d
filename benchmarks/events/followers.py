"""Subscribers of the soak: each follows one scheme, loses its connection at random, and resumes behind its cursor."""

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Final

import httpx
import orjson

from benchmarks.events.sockets import Address, ConnectionRejected, Socket
from db.database import Database
from db.outbox.reads import NAIVE_TAIL
from db.outbox.rows import EventRow

DOCUMENT: Final = """subscription Followed($schemeId: ID!, $after: EventCursor) {
  schemeActivity(schemeId: $schemeId, after: $after) { cursor activity { id message } }
}"""
# Seconds until a disconnected client reconnects.
_AWAY: Final = 0.3
_NAIVE_PAGE: Final = 500


class WrongMessage(Exception):
    """The server sent an unexpected message."""


class Busy(Exception):
    """The server asks to try again."""


class Follower(ABC):
    """One subscriber. `got` are the ids of activities in their order of arrival."""

    def __init__(self, address: Address, scheme_id: str, cursor: str, dice: random.Random) -> None:
        self.got: list[str] = []
        self.seen: set[str] = set()
        self.scheme_id = scheme_id
        self.connections = 0
        self._address = address
        self._cursor = cursor
        self._dice = dice
        self._life = 0.0
        self._limit = asyncio.timeout(None)

    async def follow(self, life: float) -> None:
        """Follow until canceled; each connection lives `life` seconds on average once the server has accepted it.

        A life that began before would leave no time for events where connecting takes long.
        """
        while True:
            self._life = self._dice.expovariate(1 / life)
            try:
                async with asyncio.timeout(None) as self._limit:
                    await self._listen()
            except (TimeoutError, OSError, ConnectionRejected, Busy, httpx.TransportError):
                pass
            await asyncio.sleep(self._dice.uniform(0, _AWAY))

    def _count_connection(self) -> None:
        """Count a connection that the server has accepted; its life begins."""
        self.connections += 1
        self._limit.reschedule(asyncio.get_running_loop().time() + self._life)

    @abstractmethod
    async def _listen(self) -> None:
        """Connect, resume, and take events until the connection is lost."""

    def _take(self, payload: Any) -> None:
        """Take an event. Raises Busy and WrongMessage for errors, after which no event may follow."""
        if "errors" in payload:
            raise _error_of(payload["errors"])
        event = payload["data"]["schemeActivity"]
        self._cursor = event["cursor"]
        self.got.append(event["activity"]["id"])
        self.seen.add(event["activity"]["id"])


class SocketFollower(Follower):
    """Over a WebSocket."""

    def __init__(self, address: Address, scheme_id: str, cursor: str, dice: random.Random) -> None:
        super().__init__(address, scheme_id, cursor, dice)
        self._failed: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()

    async def _listen(self) -> None:
        socket = await Socket.sign_in(self._address, self._receive)
        self._count_connection()
        try:
            socket.subscribe(DOCUMENT, {"schemeId": self.scheme_id, "after": self._cursor})
            ends: set[asyncio.Future[Any]] = {socket.gone, self._failed}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            socket.abort()
            failed, self._failed = self._failed, asyncio.get_running_loop().create_future()
        if failed.done():
            raise failed.result()

    def _receive(self, text: bytes) -> None:
        message = orjson.loads(text)
        try:
            if message["type"] in {"next", "error"} and not self._failed.done():
                self._take(message["payload"] if message["type"] == "next" else {"errors": message["payload"]})
        except (Busy, WrongMessage) as failure:
            self._failed.set_result(failure)


class StreamFollower(Follower):
    """Over server-sent events, resuming as a browser's EventSource does: by the header `Last-Event-ID`."""

    async def _listen(self) -> None:
        body = {"query": DOCUMENT, "variables": {"schemeId": self.scheme_id}}
        headers = {
            "accept": "text/event-stream",
            "authorization": self._address.authorization,
            "last-event-id": self._cursor,
        }
        url = f"http://127.0.0.1:{self._address.port}/graphql"
        async with (
            httpx.AsyncClient(timeout=httpx.Timeout(30)) as http,
            http.stream("POST", url, json=body, headers=headers) as stream,
        ):
            if stream.status_code != httpx.codes.OK:
                raise _error_of(orjson.loads(await stream.aread())["errors"])
            self._count_connection()
            async for line in stream.aiter_lines():
                if line.startswith("data: {"):
                    self._take(orjson.loads(line.removeprefix("data: ")))


async def poll_naively(database: Database, take: Callable[[EventRow], None], pause: float) -> None:
    """Follow the outbox in the naive way until canceled: an event with a greater id than the last one is new."""
    last = 0
    reading = database.reading(fresh=True)
    try:
        while True:
            events = await reading.fetch(NAIVE_TAIL, after_id=last, limit=_NAIVE_PAGE)
            for event in events:
                take(event)
                last = event.id
            if len(events) < _NAIVE_PAGE:
                await asyncio.sleep(pause)
    finally:
        await reading.close()


def _error_of(errors: Any) -> Exception:
    """Convert errors to an exception: Busy if each of them allows a retry."""
    retryable = all(error.get("extensions", {}).get("retryable") for error in errors)
    return Busy() if retryable else WrongMessage(orjson.dumps(errors).decode())
