"""Follows the outbox on one connection, in order, and never skips what commits late.

Events are read below the snapshot horizon, ordered by (transaction, id): see `domain.events.Position`. One tailer of
all processes leads: it polls often and wakes the others, who poll seldom; nobody else ever notifies.
"""

import asyncio
from typing import Final, Protocol

import structlog

from db.database import Database
from db.outbox.changes import begin_epoch
from db.outbox.reads import ACCESS_VERSION, HORIZON, ORIGIN, STREAM, TAIL
from db.outbox.rows import EventRow, StreamRow
from db.outbox.tail import Tail, TailBroken
from db.sessions import TransactionConflict
from domain.events import Position
from domain.requests import DatabaseUnavailable, Overloaded, StatementTimeout

# Seconds. The leader wakes the others at most 20 times a second; without it, nothing is later than the others' poll.
LEADER_POLL: Final = 0.05
POLL: Final = 0.25
BATCH: Final = 500
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
# What keeps the tailer from asking the database for once.
_PASSING: Final = (Overloaded, StatementTimeout, TransactionConflict, DatabaseUnavailable)

_log = structlog.get_logger("tessera.events")


class Listener(Protocol):
    """Who is told what the tailer reads."""

    async def access_changed(self) -> None:
        """Somebody's roles, account or keys have changed since the last events."""

    def dispatch(self, events: list[EventRow], position: Position) -> None:
        """The next events, and the place up to which everything is known now."""

    def begin(self, stream: StreamRow, position: Position) -> None:
        """The stream is another one: its first one, or the database was restored and nothing told before is true."""


class LeaderHooks(Protocol):
    """Called when this process becomes the leader, when it stops being one, and for every page of events."""

    async def start(self) -> None:
        """This process is the leader from now on."""

    async def stop(self) -> None:
        """This process is not the leader; also called when it never was."""

    def wake(self, events: list[EventRow]) -> None:
        """New events were committed; the listener calls this after it has delivered them."""


class Tailer:
    """Runs until it is cancelled; a lost connection is made again, and reading goes on where it stopped."""

    def __init__(self, database: Database, listener: Listener, leader: LeaderHooks) -> None:
        self._database = database
        self._listener = listener
        self._leader = leader
        self._position: Position | None = None
        self._stream: StreamRow | None = None
        self._access: int | None = None
        # Whether the leader's wake-ups are heard and sent; off, everything lives from polling.
        self.wakes = True
        self.leads = False

    async def run(self) -> None:
        """Follow for ever."""
        pause = _FIRST_PAUSE
        while True:
            try:
                async with self._database.tail() as tail:
                    await self._open(tail)
                    pause = _FIRST_PAUSE
                    await self._follow(tail)
            except (TailBroken, *_PASSING) as broken:
                _log.warning("event stream interrupted", reason=str(broken), seconds=pause)
            finally:
                self.leads = False
                await self._leader.stop()
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _open(self, tail: Tail) -> None:
        """Begin where we stopped, unless this is another database than before."""
        (origin,) = await tail.fetch(ORIGIN)
        async with self._database.writing() as session:
            await begin_epoch(session, origin)
        (stream,) = await tail.fetch(STREAM)
        if self._stream is None or self._stream.epoch != stream.epoch or self._position is None:
            (horizon,) = await tail.fetch(HORIZON)
            self._position = Position(horizon, 0)
            self._listener.begin(stream, self._position)
        self._stream = stream

    async def _follow(self, tail: Tail) -> None:
        while True:
            more = await self._step(tail)
            if not more:
                await self._pause(tail)

    async def _pause(self, tail: Tail) -> None:
        if self.wakes:
            await tail.pause(LEADER_POLL if tail.leads else POLL)
        else:
            await asyncio.sleep(POLL)

    async def _step(self, tail: Tail) -> bool:
        """Read and pass on the next events; whether there may be more at once."""
        if not tail.leads and await tail.lead():
            self.leads = True
            await self._leader.start()
        position = self._position or Position(0, 0)
        after = {"after_xid": position.xid, "after_id": position.id}
        events = await tail.fetch(TAIL, limit=BATCH, **after)
        # After the events: whoever lost access before one of them was committed does not get it.
        access = await tail.fetch(ACCESS_VERSION)
        if access and access[0] != self._access:
            await self._listener.access_changed()
            self._access = access[0]
        if events:
            self._position = events[-1].position
            self._listener.dispatch(events, self._position)
            if tail.leads and self.wakes:
                await tail.wake_others()
        return len(events) == BATCH
