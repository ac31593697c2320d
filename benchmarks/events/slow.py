"""Clients that stop reading: their cost in memory of the server, and in delay for other clients.

A newly started server delivers the same events twice: to readers alone, and to the same number of readers beside
clients that subscribed and then stopped reading from the network.
"""

import asyncio
import http.client
import re
from typing import Final

import uvloop
from msgspec import Struct

from benchmarks.events.observing import Delays, commit_steadily, follow, measure_delays, open_readers
from benchmarks.events.place import Place, fresh_place
from benchmarks.events.processes import memory_kb
from benchmarks.events.servers import serving
from benchmarks.events.sockets import Address, Socket
from benchmarks.events.writing import Writer
from benchmarks.servers import Server
from db.database import Database

STOPPED: Final = 20
EVENTS: Final = 10_000
READERS: Final = 50
_COMMITS_A_SECOND: Final = 20.0
# Events of one commit.
_SAVES: Final = 5
_LOOK_SECONDS: Final = 0.25
_ENDED: Final = re.compile(r'tessera_event_connections_ended_total\{reason="SLOW_CONSUMER"\} ([0-9.]+)')


class SlowClientCost(Struct, frozen=True):
    """Delays of the readers, peak growth of the process in megabytes, and the number of disconnected slow clients."""

    delays: Delays
    grown_mb: float
    ended: int


def measure(server_url: str, *, stopped: int, events: int) -> SlowClientCost:
    """Deliver `events` to the readers, beside a number of clients that do not read."""
    with (
        fresh_place(server_url, "slow", 1) as place,
        serving(place) as (server, address),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        return runner.run(_measure(server, place, address, stopped, events))


async def _measure(server: Server, place: Place, address: Address, stopped: int, events: int) -> SlowClientCost:
    database = await Database.connect(place.url)
    try:
        writer = Writer(database, place)
        readers, sockets = await open_readers(address, writer, place.scheme_ids, READERS)
        sockets += [await _stopping(address, place) for _ in range(stopped)]
        await asyncio.sleep(1)
        memory = Memory(server.process.pid)
        watching = asyncio.create_task(memory.watch())
        commits = events // _SAVES
        committed = await commit_steadily(
            writer, place.scheme_ids, rate=_COMMITS_A_SECOND, commits=commits, saves=_SAVES
        )
        found = await measure_delays(readers, place.scheme_ids, committed)
        watching.cancel()
        ended = await asyncio.to_thread(_ended, server)
        for socket in sockets:
            socket.abort()
    finally:
        await database.close()
    return SlowClientCost(found, memory.grown_mb, ended)


async def _stopping(address: Address, place: Place) -> Socket:
    """Open a client that subscribes and then stops reading."""
    socket = await Socket.sign_in(address, lambda _: None)
    follow(socket, place.scheme_ids[0])
    await asyncio.sleep(0.05)
    socket.stop_reading()
    return socket


class Memory:
    """The peak memory of a process, sampled repeatedly."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._first = self._most = memory_kb(pid)

    async def watch(self) -> None:
        """Sample until canceled."""
        while True:
            self._most = max(self._most, memory_kb(self._pid))
            await asyncio.sleep(_LOOK_SECONDS)

    @property
    def grown_mb(self) -> float:
        """The peak growth in megabytes."""
        return (self._most - self._first) / 1024


def _ended(server: Server) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request("GET", "/metrics")
        found = _ENDED.search(connection.getresponse().read().decode())
    finally:
        connection.close()
    return 0 if found is None else round(float(found[1]))
