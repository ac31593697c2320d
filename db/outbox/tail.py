"""One connection of its own for following the outbox: it reads, it is woken up, and one of all wakes the others."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, Self, TypeVar

import asyncpg

from db.statement import Statement

RowT = TypeVar("RowT")

CHANNEL: Final = "tessera_events"
# The lock of the one process that wakes the others; an arbitrary number that nobody else uses.
_LEADER: Final = 0x7E55E7A
# A connection that says nothing for so long is dead, however alive its socket looks.
_PATIENCE: Final = 5.0


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
        """A listening connection for the length of the block. Raises TailBroken when it breaks, or cannot be made."""
        with _telling():
            connection = await asyncpg.connect(
                dsn, timeout=_PATIENCE, command_timeout=_PATIENCE, server_settings={"application_name": "tessera tail"}
            )
        tail = cls(connection)
        try:
            with _telling():
                await connection.add_listener(CHANNEL, tail._wake)
                # A cut socket is noticed at once; one that has only fallen silent, by the next fetch.
                connection.add_termination_listener(tail._wake)
            yield tail
        finally:
            connection.terminate()

    async def fetch(self, statement: Statement[RowT], **parameters: Any) -> list[RowT]:
        """All rows of the statement, on the primary. Raises TailBroken."""
        with _telling():
            records = await self._connection.fetch(statement.sql, *statement.arguments(parameters))
        row = statement.row
        return [row(*record) for record in records]

    async def lead(self) -> bool:
        """Whether this connection is the one of all that wakes the others; it stays so until it closes."""
        if not self.leads:
            with _telling():
                self.leads = await self._connection.fetchval("SELECT pg_try_advisory_lock($1)", _LEADER)
        return self.leads

    async def wake_others(self) -> None:
        """Send everybody who listens an empty notification."""
        with _telling():
            await self._connection.execute(f"NOTIFY {CHANNEL}")

    async def pause(self, seconds: float) -> None:
        """Wait until somebody wakes us, but not longer than `seconds`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        self._woken.clear()

    def _wake(self, *_details: object) -> None:
        self._woken.set()


@contextlib.contextmanager
def _telling() -> Any:
    try:
        yield
    except (
        OSError,
        TimeoutError,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        # What asyncpg raises when a connection is cut between two of its steps.
        asyncpg.InternalClientError,
    ) as error:
        raise TailBroken(str(error) or type(error).__name__) from error
