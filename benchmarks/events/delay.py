"""The delay from commit to delivery to a subscriber, under light load.

The clock starts when the client sends COMMIT and stops when the message is taken from the socket, in one process.
"""

import asyncio
import sys
from typing import Final

import uvloop

from benchmarks.events.observing import Delays, commit_steadily, measure_delays, open_readers
from benchmarks.events.place import Place, fresh_place
from benchmarks.events.servers import serving
from benchmarks.events.sockets import Address
from benchmarks.events.writing import Writer
from db.database import Database

# The number of workers, and whether wake-ups are sent.
CASES: Final = ((1, True), (4, True), (1, False), (4, False))
_RATE: Final = 20.0
_READERS: Final = 40
_SCHEMES: Final = 4


def measure(server_url: str, *, workers: int, wakes: bool, seconds: float) -> Delays:
    """Measure the delays of a newly started server."""
    command = None if wakes else [sys.executable, "-m", "benchmarks.events.quiet", str(workers)]
    with (
        fresh_place(server_url, "delay", _SCHEMES) as place,
        serving(place, workers, command) as (_, address),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        return runner.run(_measure(place, address, seconds))


async def _measure(place: Place, address: Address, seconds: float) -> Delays:
    database = await Database.connect(place.url)
    try:
        writer = Writer(database, place)
        readers, sockets = await open_readers(address, writer, place.scheme_ids, _READERS)
        committed = await commit_steadily(writer, place.scheme_ids, rate=_RATE, commits=round(_RATE * seconds))
        found = await measure_delays(readers, place.scheme_ids, committed)
        for socket in sockets:
            socket.abort()
    finally:
        await database.close()
    return found
