"""Clients that dispatch batches and receive them, each on its own connection, as fast as they are answered."""

import asyncio
import time
from collections.abc import Sequence
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httptools
import orjson
from msgspec import Struct

from benchmarks.floor_reads import global_id
from benchmarks.servers import ROOT, Signer

QUANTITY: Final = 10
_DOCUMENTS: Final = ROOT / "benchmarks" / "documents" / "custody"
_OK: Final = 200


class Route(Struct, frozen=True):
    """What a client moves: coupons of one line, from a vendor to the next one, each with its token."""

    consignment_id: str
    variant_id: str
    sender: str
    receiver: str


class Load(Struct, frozen=True):
    """What the clients of one period saw: movements, failures in words, and the seconds of each movement."""

    seconds: float
    times: Sequence[float]
    failures: Sequence[str]

    @property
    def rate(self) -> float:
        """Movements a second."""
        return len(self.times) / self.seconds

    def quantile(self, share: float) -> float:
        """The milliseconds within which this share of the movements was answered."""
        return 1000 * sorted(self.times)[min(int(len(self.times) * share), len(self.times) - 1)]


@cache
def document(name: str) -> str:
    """The text of a document of these measurements."""
    return (_DOCUMENTS / f"{name}.graphql").read_text("utf-8")


def body(name: str, variables: dict[str, Any]) -> bytes:
    """The request for one of these documents."""
    return orjson.dumps({"query": document(name), "operationName": name, "variables": variables})


async def drive(port: int, routes: Sequence[Route], seconds: float) -> Load:
    """Let one client for each route move coupons for some seconds."""
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    clients = [_Client(route, port, deadline=began + seconds) for route in routes]
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.wait([client.finished for client in clients], timeout=seconds + 30)
    lost = [f"{sum(not client.finished.done() for client in clients)} clients were not answered"]
    failures = [failure for client in clients for failure in client.failures]
    return Load(
        seconds=time.perf_counter() - began,
        times=[taken for client in clients for taken in client.times],
        failures=failures + (lost if any(not client.finished.done() for client in clients) else []),
    )


_keys: Final = count()
# Keys stay known to the database, so each run has its own.
_RUN: Final = f"{Path(__file__).stem} {time.time_ns()}"


class _Client(asyncio.Protocol):
    """Sends a batch, lets the next vendor receive it, and begins again."""

    def __init__(self, route: Route, port: int, *, deadline: float) -> None:
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.times: list[float] = []
        self.failures: list[str] = []
        self._route = route
        self._host = f"127.0.0.1:{port}"
        self._deadline = deadline
        self._batch_id: str | None = None
        self._answer = bytearray()
        self._sent = 0.0
        self._transport: Any = None
        self._parser: Any = None

    def connection_made(self, transport: Any) -> None:
        """Dispatch the first batch."""
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        """Look for the end of the answer."""
        self._parser.feed_data(data)

    def on_body(self, data: bytes) -> None:
        """Keep a part of the answer."""
        self._answer += data

    def on_message_complete(self) -> None:
        """Record the movement, and send the next one while there is time."""
        now = time.perf_counter()
        batch = self._read()
        if batch is not None:
            self.times.append(now - self._sent)
        dispatched = self._batch_id is None and batch is not None
        self._batch_id = batch if dispatched else None
        if now < self._deadline:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Finish; a connection lost early is a failure."""
        if exc is not None or time.perf_counter() < self._deadline:
            self.failures.append(f"the connection was lost: {exc}")
        if not self.finished.done():
            self.finished.set_result(None)

    def _read(self) -> str | None:
        """The batch of the answer; None for a failure."""
        if self._parser.get_status_code() == _OK:
            answer = orjson.loads(self._answer)
            for payload in (answer.get("data") or {}).values():
                if payload is not None and payload["batch"] is not None:
                    found: str = payload["batch"]["id"]
                    return found
        self.failures.append(bytes(self._answer[:500]).decode("utf-8", "replace"))
        return None

    def _send(self) -> None:
        route, key = self._route, f"{_RUN} {next(_keys)}"
        line: dict[str, Any] = {"variantId": route.variant_id}
        if self._batch_id is None:
            name, token = "DispatchBatch", route.sender
            given = {"consignmentId": route.consignment_id, "lines": [{**line, "quantity": QUANTITY}]}
        else:
            name, token = "ReceiveBatch", route.receiver
            given = {"batchId": self._batch_id, "lines": [{**line, "accepted": QUANTITY}]}
        content = body(name, {"input": {**given, "idempotencyKey": key}})
        head = (
            f"POST /graphql HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nAccept: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        self._answer.clear()
        self._parser = httptools.HttpResponseParser(self)
        self._sent = time.perf_counter()
        self._transport.write(head.encode() + content)


def token_route(signer: Signer, consignment: UUID, variant: UUID, ends: tuple[UUID, UUID]) -> Route:
    """A route between two accounts, with the ids that clients see."""
    sender, receiver = (signer.token(account) for account in ends)
    return Route(
        consignment_id=global_id("con", consignment),
        variant_id=global_id("var", variant),
        sender=sender,
        receiver=receiver,
    )
