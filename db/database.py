"""Connections: a pool for reads, an engine for writes, and the transaction that `writing` opens."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final, Self

import asyncpg
import msgspec
from sqlalchemy import event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from db.numerics import use_fast_numerics
from db.outbox.tail import Tail
from db.sessions import ACQUIRE_TIMEOUT_S, DRIVER_ERRORS, Reading, Snapshot, Writing, meaning_of

# Seconds that a transaction may be idle between two statements.
IDLE_TRANSACTION_TIMEOUT_S: Final = 30.0


class Database:
    """The primary, and a read pool that may point to a streaming replica."""

    def __init__(
        self, engine: AsyncEngine, primary: "asyncpg.Pool[Any]", replica: "asyncpg.Pool[Any]", dsn: str
    ) -> None:
        self.engine = engine
        self._dsn = dsn
        self._primary = primary
        self._replica = replica

    @classmethod
    async def connect(
        cls, url: str, *, read_url: str | None = None, pool_size: int = 10, statement_timeout: float = 5.0
    ) -> Self:
        """Open the pools; the database cancels a statement after `statement_timeout` seconds.

        Raises OSError or asyncpg.PostgresError when the server does not answer.
        """
        engine = create_async_engine(
            make_url(url).set(drivername="postgresql+asyncpg"),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=ACQUIRE_TIMEOUT_S,
            # Transactions are asyncpg's own, so that statements can run on asyncpg directly within them.
            isolation_level="AUTOCOMMIT",
            connect_args={"server_settings": _server_settings(statement_timeout)},
            json_serializer=_encode_json,
            json_deserializer=_keep_text,
        )
        event.listen(engine.sync_engine, "connect", _prepare_connection)
        primary = await _open_pool(url, pool_size, statement_timeout)
        replica = primary if read_url is None else await _open_pool(read_url, pool_size, statement_timeout)
        return cls(engine, primary, replica, _dsn(url))

    def reading(self, *, fresh: bool = False) -> Reading:
        """Reads of one operation; `fresh` reads go to the primary and see everything that is committed."""
        return Reading(self._primary if fresh else self._replica)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """Reads that all see the primary as it is now. Leave it soon: what is deleted meanwhile takes up space."""
        async with (
            self._primary.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield Snapshot(connection)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Writing]:
        """One transaction; leaving the block commits it, an exception rolls it back. Raises TransactionConflict."""
        driver: Any = None
        try:
            async with self.engine.connect() as connection:
                driver = (await connection.get_raw_connection()).driver_connection
                try:
                    async with _transaction(driver):
                        yield Writing(connection, driver)
                finally:
                    if driver.is_closed():
                        await connection.invalidate()
        except DRIVER_ERRORS as error:
            if (meaning := meaning_of(error, driver)) is not None:
                raise meaning from error
            raise

    def tail(self) -> AbstractAsyncContextManager[Tail]:
        """A connection to the primary that follows the outbox. Raises TailBroken."""
        return Tail.connected(self._dsn)

    async def answers(self) -> bool:
        """Whether both the primary and the replica answer now."""
        try:
            for pool in {self._primary, self._replica}:
                async with pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
                    await connection.fetchval("SELECT 1", timeout=ACQUIRE_TIMEOUT_S)
        except DRIVER_ERRORS:
            return False
        return True

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
        await self._primary.close()
        if self._replica is not self._primary:
            await self._replica.close()


@asynccontextmanager
async def _transaction(driver: "asyncpg.Connection[Any]") -> AsyncIterator[None]:
    """Commit at the end of the block, or roll back and raise what the block raised.

    A block that was canceled in the middle of a statement leaves its connection closed: there is nothing to roll back.
    """
    transaction = driver.transaction()
    await transaction.start()
    try:
        yield
    except BaseException:
        if not driver.is_closed():
            await transaction.rollback()
        raise
    await transaction.commit()


async def _open_pool(url: str, size: int, statement_timeout: float) -> "asyncpg.Pool[Any]":
    # Reads leave nothing behind on a connection, so the reset that asyncpg sends by default is a wasted round trip.
    return await asyncpg.create_pool(
        _dsn(url),
        min_size=1,
        max_size=size,
        init=use_fast_numerics,
        reset=_no_reset,
        server_settings=_server_settings(statement_timeout),
    )


def _prepare_connection(connection: Any, _record: object) -> None:
    connection.run_async(use_fast_numerics)


def _dsn(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _server_settings(statement_timeout: float) -> dict[str, str]:
    return {
        "application_name": "tessera",
        "statement_timeout": str(round(statement_timeout * 1000)),
        # An abandoned transaction would hold back every event that was committed after it began.
        "idle_in_transaction_session_timeout": str(round(max(statement_timeout, IDLE_TRANSACTION_TIMEOUT_S) * 1000)),
    }


async def _no_reset(_connection: object) -> None:
    """Leave the connection as it is: reads change no state of it."""


def _encode_json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _keep_text(document: str) -> str:
    """JSON columns come out as text in reads and writes alike; the row type decodes them."""
    return document
