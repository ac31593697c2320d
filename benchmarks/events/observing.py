"""Readers that note when each activity came, a steady load of commits, and the delays between the two."""

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
# What stands before the id of the activity in every answer to the document.
_MARK: Final = b'"activity":{"id":"'
_ID_BYTES: Final = len(encode_id(NodeKind.SCHEME_ACTIVITY, UUID(int=0)))
_WARM_SECONDS: Final = 30.0
# Within which everything must come that was committed, however busy the machine is with other things.
_LATE_SECONDS: Final = 60.0


class Reader:
    """One subscriber; `arrivals` are ids of activities and when they came, in seconds of `time.monotonic`."""

    def __init__(self) -> None:
        self.arrivals: list[tuple[bytes, float]] = []

    def hear(self, text: bytes) -> None:
        """Note a message."""
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


async def opened(
    address: Address, writer: Writer, scheme_ids: Sequence[UUID], count: int
) -> tuple[list[Reader], list[Socket]]:
    """Readers that are known to follow, since each has got something; the schemes are dealt out among them."""
    readers = [Reader() for _ in range(count)]
    sockets = []
    for number, reader in enumerate(readers):
        socket = await Socket.signed_in(address, reader.hear)
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
    """A number of commits, `rate` a second, of some saves to one scheme in turn; none waits for the one before."""
    began, tasks = monotonic(), []
    async with asyncio.TaskGroup() as group:
        for number in range(commits):
            await asyncio.sleep(began + number / rate - monotonic())
            scheme_id = scheme_ids[number % len(scheme_ids)]
            tasks.append((scheme_id, group.create_task(writer.save([scheme_id] * saves))))
    return [(scheme_id, task.result()) for scheme_id, task in tasks]


async def measured(
    readers: Sequence[Reader], scheme_ids: Sequence[UUID], committed: Sequence[tuple[UUID, Saved]]
) -> Delays:
    """How long each reader of a scheme waited for each of its activities, when all have come or too long has passed."""
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
    """The least of ascending values that is not exceeded by this share of them; NaN of none."""
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)] if ordered else math.nan
