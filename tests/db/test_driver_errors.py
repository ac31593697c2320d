"""What errors of the driver mean for a request: a lost connection is reported as such, wherever it is noticed."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import exc, func, select

from db.columns import scalar
from db.database import Database
from db.sessions import DRIVER_ERRORS, TransactionConflict, meaning_of
from db.statement import Statement
from domain.requests import DatabaseUnavailable, Overloaded, StatementTimeout, UnstorableText
from tests.support.application import application_url

BACKEND = Statement(select(func.pg_backend_pid()), scalar(int))


@pytest.fixture
async def single(database_url: str) -> AsyncIterator[Database]:
    """A database with one connection to read with."""
    opened = await Database.connect(application_url(database_url), pool_size=1)
    yield opened
    await opened.close()


async def test_a_connection_that_was_lost_between_two_reads_is_reported(single: Database, database_url: str) -> None:
    """The pool has taken it back by then, and what the operation holds answers nothing, not even that it is closed."""
    reading = single.reading()
    (backend,) = await reading.fetch(BACKEND)
    owner = await asyncpg.connect(database_url)
    await owner.fetchval("SELECT pg_terminate_backend($1)", backend)
    await owner.close()
    async with asyncio.timeout(5):
        while reading._connection._con is not None:  # noqa: ASYNC110, SLF001 - the pool offers no event to wait for
            await asyncio.sleep(0.01)
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable):
            await reading.fetch(BACKEND)
    await reading.close()
    again = single.reading()
    assert await again.fetch(BACKEND) != [backend]
    await again.close()


async def test_a_closed_pool_is_reported(database_url: str) -> None:
    """A server that stops may still have operations."""
    opened = await Database.connect(application_url(database_url), pool_size=1)
    reading = opened.reading()
    await opened.close()
    with pytest.raises(DatabaseUnavailable):
        await reading.fetch(BACKEND)
    await reading.close()


class Connection:
    """A connection that is open, closed, or was taken back by the pool."""

    def __init__(self, *, state: str) -> None:
        self._state = state

    def is_closed(self) -> bool:
        """Answer as asyncpg does."""
        if self._state == "taken back":
            raise asyncpg.InterfaceError("cannot call Connection.is_closed()")
        return self._state == "closed"


TIMEOUT = asyncpg.QueryCanceledError("canceling statement due to statement timeout")
USED = asyncpg.InterfaceError("connection is closed")


@pytest.mark.parametrize(
    ("error", "state", "meaning"),
    [
        (TimeoutError(), None, Overloaded),
        (exc.TimeoutError(), None, Overloaded),
        (TimeoutError(), "open", DatabaseUnavailable),
        (ConnectionRefusedError(), None, DatabaseUnavailable),
        (FileNotFoundError(), None, DatabaseUnavailable),
        (asyncpg.CannotConnectNowError("the database system is starting up"), None, DatabaseUnavailable),
        (asyncpg.TooManyConnectionsError("sorry, too many clients already"), None, DatabaseUnavailable),
        (asyncpg.InvalidPasswordError("wrong"), None, None),
        (asyncpg.AdminShutdownError("terminating connection"), "open", DatabaseUnavailable),
        (asyncpg.CrashShutdownError("terminating connection"), "closed", DatabaseUnavailable),
        (asyncpg.ConnectionDoesNotExistError("connection was closed"), "taken back", DatabaseUnavailable),
        (asyncpg.InternalClientError("got result for unknown protocol state"), "open", DatabaseUnavailable),
        (USED, None, DatabaseUnavailable),
        (USED, "closed", DatabaseUnavailable),
        (USED, "taken back", DatabaseUnavailable),
        (asyncpg.InterfaceError("the server expects 1 argument"), "open", None),
        (exc.InterfaceError("SELECT 1", None, USED), "closed", DatabaseUnavailable),
        (exc.DBAPIError("SELECT 1", None, USED, connection_invalidated=True), "open", DatabaseUnavailable),
        (exc.DBAPIError("SELECT 1", None, TIMEOUT), "open", StatementTimeout),
        (TIMEOUT, "open", StatementTimeout),
        (asyncpg.QueryCanceledError("canceling statement due to user request"), "open", DatabaseUnavailable),
        (asyncpg.SerializationError("could not serialize access"), "open", TransactionConflict),
        (asyncpg.DeadlockDetectedError("deadlock detected"), "open", TransactionConflict),
        (asyncpg.InvalidCachedStatementError("cached plan must not change"), "open", TransactionConflict),
        (asyncpg.CharacterNotInRepertoireError("invalid byte sequence"), "open", UnstorableText),
        (asyncpg.DivisionByZeroError("division by zero"), "open", None),
        (asyncpg.UndefinedTableError("no such table"), "open", None),
        (asyncpg.IdleInTransactionSessionTimeoutError("terminating connection"), "closed", DatabaseUnavailable),
    ],
)
def test_every_error_of_the_driver_has_one_meaning(
    error: Exception, state: str | None, meaning: type[Exception] | None
) -> None:
    assert isinstance(error, DRIVER_ERRORS)
    connection = None if state is None else Connection(state=state)
    found = meaning_of(error, connection)
    assert found is None if meaning is None else type(found) is meaning
