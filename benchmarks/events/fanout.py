"""A thousand subscribers of one document on one process: CPU per delivery, and memory per idle subscriber.

All CPU of the server's process counts: reading the outbox, executing, keeping connections alive. Beside it, in the same
run, the floor (ready bytes to every socket) and the standard path (Strawberry executes for every subscriber).
"""

import asyncio
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

import msgspec
from msgspec import Struct

from benchmarks.events.crowd import Crowd, start_crowd
from benchmarks.events.observing import commit_steadily
from benchmarks.events.place import Place, fresh_place
from benchmarks.events.processes import Unmeasurable, memory_kb
from benchmarks.events.servers import serving
from benchmarks.events.sockets import Address
from benchmarks.events.writing import Writer
from benchmarks.servers import Server
from db.database import Database
from domain.node_kinds import NodeKind
from schema.ids import encode_id

SUBSCRIBERS: Final = 1_000
RATE: Final = 20.0
# The standard path cannot do more on one core.
_STANDARD_RATE: Final = 2.0
# Subscribers that come and go before the measurement of memory, so that one-time allocations do not count.
_FIRST: Final = 100
_SETTLE_SECONDS: Final = 2.0
_WARM_SECONDS: Final = 2.0
# The time within which everything must arrive, even on a busy machine.
_LATE_SECONDS: Final = 60.0


class Fanout(Struct, frozen=True):
    """One server under load: microseconds of CPU for each delivery; of ours, kilobytes for each idle subscriber."""

    cpu_us: float
    deliveries: int
    bytes_each: int
    idle_kb: float = 0.0


def measure_ours(server_url: str, seconds: float) -> Fanout:
    """Measure our server with events committed by this process."""
    with _place(server_url) as place, serving(place) as (server, address), _crowd(address, place) as crowd:
        idle = _idle_kb(server, crowd)
        _commit(crowd, place, _WARM_SECONDS)
        found = _cpu(server, crowd, lambda: _commit(crowd, place, seconds))
    return msgspec.structs.replace(found, idle_kb=idle)


def measure_floor(server_url: str, seconds: float, size: int) -> Fanout:
    """Measure the floor with messages as large as ours."""
    return _measure_peer(server_url, seconds, "floor", str(size), str(RATE))


def measure_standard(server_url: str, seconds: float) -> Fanout:
    """Measure the standard path."""
    return _measure_peer(server_url, seconds, "standard", str(_STANDARD_RATE))


def _measure_peer(server_url: str, seconds: float, name: str, *arguments: str) -> Fanout:
    """Measure a peer that generates its events itself."""
    command = [sys.executable, "-m", f"benchmarks.events.{name}", *arguments]
    with (
        _place(server_url) as place,
        serving(place, command=command) as (server, address),
        _crowd(address, place) as crowd,
    ):
        crowd.connect(SUBSCRIBERS)
        time.sleep(_SETTLE_SECONDS)
        return _cpu(server, crowd, lambda: time.sleep(seconds))


def _place(server_url: str) -> AbstractContextManager[Place]:
    return fresh_place(server_url, "fanout", 1)


def _crowd(address: Address, place: Place) -> AbstractContextManager[Crowd]:
    return start_crowd(address, encode_id(NodeKind.SCHEME, place.scheme_ids[0]))


def _cpu(server: Server, crowd: Crowd, work: Callable[[], None]) -> Fanout:
    """Measure the CPU of the server per delivery to the crowd during the work."""
    before, counts = server.cpu_seconds(), crowd.read_counts()
    work()
    after, at_last = server.cpu_seconds(), crowd.read_counts()
    assert at_last.connections == SUBSCRIBERS, at_last
    if before is None or after is None:
        raise Unmeasurable
    deliveries = at_last.messages - counts.messages
    return Fanout((after - before) * 1e6 / deliveries, deliveries, (at_last.bytes - counts.bytes) // deliveries)


def _idle_kb(server: Server, crowd: Crowd) -> float:
    """Connect all subscribers and return the kilobytes per subscriber."""
    crowd.connect(_FIRST)
    time.sleep(_SETTLE_SECONDS)
    crowd.leave()
    time.sleep(_SETTLE_SECONDS)
    before = memory_kb(server.process.pid)
    counts = crowd.connect(SUBSCRIBERS)
    assert counts.connections == SUBSCRIBERS, counts
    time.sleep(_SETTLE_SECONDS)
    return (memory_kb(server.process.pid) - before) / SUBSCRIBERS


def _commit(crowd: Crowd, place: Place, seconds: float) -> None:
    """Commit for a while, and wait until every subscriber has received everything. Raises TimeoutError."""
    commits = round(RATE * seconds)
    wanted = crowd.read_counts().messages + commits * SUBSCRIBERS
    asyncio.run(_committed(place, commits))
    deadline = time.monotonic() + _LATE_SECONDS
    while crowd.read_counts().messages < wanted:
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.1)


async def _committed(place: Place, commits: int) -> None:
    database = await Database.connect(place.url)
    try:
        await commit_steadily(Writer(database, place), place.scheme_ids, rate=RATE, commits=commits)
    finally:
        await database.close()
