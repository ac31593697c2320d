"""Follows the outbox on one connection, in order, without skipping events that commit late.

The tailer reads events below the snapshot horizon, ordered by (transaction, id): see `domain.events.Position`. One
tailer of all processes leads. It polls often and wakes the others, which poll seldom; nothing else sends NOTIFY.
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

# Seconds between polls. The leader wakes the others at most 20 times a second; without it, they still poll.
LEADER_POLL_INTERVAL_S: Final = 0.05
POLL_INTERVAL_S: Final = 0.25
PAGE_SIZE: Final = 500
# Pauses between attempts to connect, in seconds.
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 5.0
# Errors after which the tailer connects again.
_PASSING_ERRORS: Final = (Overloaded, StatementTimeout, TransactionConflict, DatabaseUnavailable)

_log = structlog.get_logger("tessera.events")


class Listener(Protocol):
    """Receives what the tailer reads."""

    async def access_changed(self) -> None:
        """Roles, accounts, or keys have changed since the last events."""

    def dispatch(self, events: list[EventRow], position: Position) -> None:
        """Take the next events, and the position up to which the tailer has read everything."""

    def begin(self, stream: StreamRow, position: Position) -> None:
        """Take a new stream: the first one, or another one because the database was restored."""


class LeaderHooks(Protocol):
    """Called when this process becomes the leader, when it stops being one, and for every page of events."""

    async def start(self) -> None:
        """This process is the leader from now on."""

    async def stop(self) -> None:
        """This process is not the leader; also called when it never was."""

    def wake(self, events: list[EventRow]) -> None:
        """New events were committed; the listener calls this after it has delivered them."""


class Tailer:
    """Runs until it is canceled. It replaces a lost connection and reads on from where it stopped."""

    def __init__(self, database: Database, listener: Listener, leader: LeaderHooks) -> None:
        self._database = database
        self._listener = listener
        self._leader = leader
        self._position: Position | None = None
        self._stream: StreamRow | None = None
        self._access: int | None = None
        # Whether the tailer sends and receives wake-ups; without them, it only polls.
        self.wakes = True
        self.leads = False

    async def run(self) -> None:
        """Follow the outbox forever."""
        pause = _FIRST_PAUSE_S
        while True:
            try:
                async with self._database.tail() as tail:
                    await self._open(tail)
                    pause = _FIRST_PAUSE_S
                    await self._follow(tail)
            except (TailBroken, *_PASSING_ERRORS) as broken:
                _log.warning("event stream interrupted", reason=str(broken), seconds=pause)
            except Exception as error:  # noqa: BLE001 - our bug; without the tailer, no subscriber would get anything
                _log.error("event stream failed", exc_info=error, seconds=pause)
            finally:
                self.leads = False
                await self._leader.stop()
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    async def _open(self, tail: Tail) -> None:
        """Start where the last connection stopped, unless the database is another one."""
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
            await tail.pause(LEADER_POLL_INTERVAL_S if tail.leads else POLL_INTERVAL_S)
        else:
            await asyncio.sleep(POLL_INTERVAL_S)

    async def _step(self, tail: Tail) -> bool:
        """Read and pass on the next events; return whether more may be there already."""
        if not tail.leads and await tail.lead():
            self.leads = True
            await self._leader.start()
        position = self._position or Position(0, 0)
        after = {"after_xid": position.xid, "after_id": position.id}
        events = await tail.fetch(TAIL, limit=PAGE_SIZE, **after)
        # Read after the events: a viewer who lost access before an event was committed must not get it.
        access = await tail.fetch(ACCESS_VERSION)
        if access and access[0] != self._access:
            await self._listener.access_changed()
            self._access = access[0]
        if events:
            self._position = events[-1].position
            self._listener.dispatch(events, self._position)
            if tail.leads and self.wakes:
                await tail.wake_others()
        return len(events) == PAGE_SIZE
