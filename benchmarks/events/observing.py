"""Readers that record the arrival of each activity, a steady load of commits, and the delays between the two."""

import asyncio
import contextlib
import math
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Final
from uuid import UUID

from msgspec import Struct

from benchmarks.events.sockets import Address, Socket
from benchmarks.events.writing import Saved, Writer
from domain.node_kinds import NodeKind
from schema.ids import encode_id

DOCUMENT: Final = (Path(__file__).parent.parent / "documents" / "SchemeActivity.graphql").read_text("utf-8")
# The text before the id of the activity in every answer to the document.
_MARK: Final = b'"activity":{"id":"'
_ID_BYTES: Final = len(encode_id(NodeKind.SCHEME_ACTIVITY, UUID(int=0)))
_WARM_SECONDS: Final = 30.0
# The time within which every commit must arrive, even on a busy machine.
_LATE_SECONDS: Final = 60.0


class Reader:
    """One subscriber; `arrivals` are ids of activities with their arrival times, in seconds of `time.monotonic`."""

    def __init__(self) -> None:
        self.arrivals: list[tuple[bytes, float]] = []

    def receive(self, text: bytes) -> None:
        """Record the arrival of a message."""
        place = text.find(_MARK)
        if place >= 0:
            start = place + len(_MARK)
            self.arrivals.append((text[start : start + _ID_BYTES], monotonic()))


class Delays(Struct, frozen=True):
    """Milliseconds from COMMIT to arrival over all deliveries, and how many deliveries are missing."""

    count: int
    missing: int
    p50_ms: float
    p99_ms: float
    max_ms: float


async def open_readers(
    address: Address, writer: Writer, scheme_ids: Sequence[UUID], count: int
) -> tuple[list[Reader], list[Socket]]:
    """Open readers, spread over the schemes, and wait until each has received an event."""
    readers = [Reader() for _ in range(count)]
    sockets = []
    for number, reader in enumerate(readers):
        socket = await Socket.sign_in(address, reader.receive)
        follow(socket, scheme_ids[number % len(scheme_ids)])
        sockets.append(socket)
    async with asyncio.timeout(_WARM_SECONDS):
        while not all(reader.arrivals for reader in readers):
            await writer.save(list(scheme_ids))
            await asyncio.sleep(0.2)
    await asyncio.sleep(1)
    for reader in readers:
        reader.arrivals.clear()
    return readers, sockets


def follow(socket: Socket, scheme_id: UUID) -> None:
    """Subscribe to a scheme with the document of the benchmark."""
    socket.subscribe(DOCUMENT, {"schemeId": encode_id(NodeKind.SCHEME, scheme_id)})


async def commit_steadily(
    writer: Writer, scheme_ids: Sequence[UUID], *, rate: float, commits: int, saves: int = 1
) -> list[tuple[UUID, Saved]]:
    """Commit at `rate` a second, each time some saves to one scheme in turn, without waiting for earlier commits."""
    began, tasks = monotonic(), []
    async with asyncio.TaskGroup() as group:
        for number in range(commits):
            await asyncio.sleep(began + number / rate - monotonic())
            scheme_id = scheme_ids[number % len(scheme_ids)]
            tasks.append((scheme_id, group.create_task(writer.save([scheme_id] * saves))))
    return [(scheme_id, task.result()) for scheme_id, task in tasks]


async def measure_delays(
    readers: Sequence[Reader], scheme_ids: Sequence[UUID], committed: Sequence[tuple[UUID, Saved]]
) -> Delays:
    """Measure the delay of each activity for each reader, once all have arrived or the time limit has passed."""
    sent: dict[UUID, dict[bytes, float]] = {scheme_id: {} for scheme_id in scheme_ids}
    for scheme_id, saved in committed:
        for activity_id in saved.activities:
            sent[scheme_id][encode_id(NodeKind.SCHEME_ACTIVITY, activity_id).encode()] = saved.sent_at
    followed = [(reader, sent[scheme_ids[number % len(scheme_ids)]]) for number, reader in enumerate(readers)]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LATE_SECONDS):
            while any(len(reader.arrivals) < len(mine) for reader, mine in followed):  # noqa: ASYNC110 - readers are fast
                await asyncio.sleep(0.1)
    found: list[float] = []
    for reader, mine in followed:
        first = {key: at for key, at in reversed(reader.arrivals) if key in mine}
        found += [(at - mine[key]) * 1e3 for key, at in first.items()]
    found.sort()
    missing = sum(len(mine) for _, mine in followed) - len(found)
    return Delays(
        count=len(found),
        missing=missing,
        p50_ms=quantile(found, 0.5),
        p99_ms=quantile(found, 0.99),
        max_ms=quantile(found, 1.0),
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest of the ascending values that this share of them does not exceed; NaN without values."""
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)] if ordered else math.nan
