"""The connection that follows the outbox: it reads events and listens for wake-ups, and one leader sends them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, Self, TypeVar

import asyncpg

from db.advisory_locks import AdvisoryLock
from db.statement import Statement

RowT = TypeVar("RowT")

CHANNEL: Final = "tessera_events"
# Seconds. A connection that is silent for longer is dead, even if its socket looks alive.
_TIMEOUT_S: Final = 5.0


class TailBroken(Exception):
    """The connection is gone; a new one may work."""


class Tail:
    """A connection that listens. `fetch` also shows that it is alive: a silent death raises TailBroken."""

    def __init__(self, connection: "asyncpg.Connection[Any]") -> None:
        self._connection = connection
        self._woken = asyncio.Event()
        self.leads = False

    @classmethod
    @asynccontextmanager
    async def connected(cls, dsn: str) -> AsyncIterator[Self]:
        """A listening connection for the length of the block. Raises TailBroken if it breaks or cannot be opened."""
        with _reporting_breaks():
            connection = await asyncpg.connect(
                dsn,
                timeout=_TIMEOUT_S,
                command_timeout=_TIMEOUT_S,
                server_settings={"application_name": "tessera tail"},
            )
        tail = cls(connection)
        try:
            with _reporting_breaks():
                await connection.add_listener(CHANNEL, tail._wake)
                # A closed socket is noticed at once, a silent one by the next fetch.
                connection.add_termination_listener(tail._wake)
            yield tail
        finally:
            connection.terminate()

    async def fetch(self, statement: Statement[RowT], **parameters: Any) -> list[RowT]:
        """All rows of the statement, on the primary. Raises TailBroken."""
        with _reporting_breaks():
            records = await self._connection.fetch(statement.sql, *statement.arguments(parameters))
        row = statement.row
        return [row(*record) for record in records]

    async def lead(self) -> bool:
        """Whether this connection is the leader that wakes the others; it stays the leader until it closes."""
        if not self.leads:
            with _reporting_breaks():
                self.leads = await self._connection.fetchval("SELECT pg_try_advisory_lock($1)", AdvisoryLock.LEADING)
        return self.leads

    async def wake_others(self) -> None:
        """Send an empty notification to all listening connections."""
        with _reporting_breaks():
            await self._connection.execute(f"NOTIFY {CHANNEL}")

    async def pause(self, seconds: float) -> None:
        """Wait for the next wake-up, but not longer than `seconds`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        self._woken.clear()

    def _wake(self, *_details: object) -> None:
        self._woken.set()


@contextlib.contextmanager
def _reporting_breaks() -> Any:
    try:
        yield
    except (
        OSError,
        TimeoutError,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        # asyncpg raises this when a connection is cut between two of its steps.
        asyncpg.InternalClientError,
    ) as error:
        raise TailBroken(str(error) or type(error).__name__) from error
