"""The two ways to the database: `Reading` runs compiled statements on asyncpg, `Writing` is one transaction.

They are different types on purpose: the type checker keeps code that only reads from getting a transaction, and the
reverse. Both have `fetch`, so a function that loads facts takes a `Fetching` and serves reads and writes alike.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, Protocol, TypeVar

import asyncpg
from sqlalchemy import Result
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import UpdateBase

from db.copying import PackedCopy
from db.statement import Change, Statement
from domain.requests import DatabaseUnavailable, Overloaded, RequestError, StatementTimeout, UnstorableText

RowT = TypeVar("RowT")


# Seconds to wait for a free connection before reporting that the server is overloaded.
ACQUIRE_TIMEOUT_S: Final = 2.0
# Rows that a stream reads at a time.
STREAMED_ROWS: Final = 1_000
# Everything that asyncpg raises, and SQLAlchemy around it. A bug of ours may be among them: see `meaning_of`.
DRIVER_ERRORS: Final = (
    OSError,
    PoolTimeout,
    DBAPIError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    # asyncpg raises this when a connection is cut between two of its steps.
    asyncpg.InternalClientError,
)
# Those of a server that cannot be reached or accepts nobody, and of a connection that ends while it is used.
_UNREACHABLE: Final = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InternalClientError,
)
# Those of a server that answers and cannot work: every statement would meet them.
_TROUBLES: Final = (asyncpg.DiskFullError, asyncpg.OutOfMemoryError, asyncpg.ReadOnlySQLTransactionError)
# serialization_failure, deadlock_detected, and lock_not_available, which only transactions with a lock timeout meet.
# See appendix A, "PostgreSQL Error Codes", of its manual.
_CONFLICTS: Final = frozenset({"40001", "40P01", "55P03"})


class DuplicateKey(Exception):
    """A row with the same value in a unique index exists; `constraint` names the index."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


class ReadingClosed(Exception):
    """The operation is over; nothing waits for the result of the read."""


class TransactionConflict(Exception):
    """The database ended the transaction in favor of another one; the same work may succeed when tried again."""


def meaning_of(error: Exception, connection: Any) -> RequestError | TransactionConflict | None:
    """Return what an error of the driver means for a request, or None when it is a bug of ours.

    `connection` is the one that was used; None while one was acquired.
    """
    origin = _origin_of(error)
    meaning: RequestError | TransactionConflict | None = None
    if isinstance(origin, PoolTimeout) or (connection is None and isinstance(origin, TimeoutError)):
        meaning = Overloaded()
    elif isinstance(origin, asyncpg.CharacterNotInRepertoireError):
        meaning = UnstorableText()
    elif getattr(origin, "sqlstate", None) in _CONFLICTS or isinstance(origin, asyncpg.InvalidCachedStatementError):
        meaning = TransactionConflict()
    elif isinstance(origin, asyncpg.QueryCanceledError) and "statement timeout" in str(origin):
        meaning = StatementTimeout()
    elif _says_lost(error, origin, connection):
        meaning = DatabaseUnavailable()
    return meaning


def is_trouble(error: Exception) -> bool:
    """Whether an error that means nothing for a request is about the database as a whole, such as a full disk."""
    return isinstance(_origin_of(error), _TROUBLES)


def _origin_of(error: Exception) -> Any:
    """The error of asyncpg, which SQLAlchemy wraps."""
    wrapped = getattr(error, "orig", None)
    return getattr(wrapped, "__cause__", None) or wrapped or error


def _says_lost(error: Exception, origin: Any, connection: Any) -> bool:
    if isinstance(origin, _UNREACHABLE) or getattr(error, "connection_invalidated", False):
        return True
    if connection is None:
        # A connection that was closed while it was opened, or a pool that is closed.
        return isinstance(origin, asyncpg.InterfaceError)
    # asyncpg raises the same error for a lost connection and for a parameter of the wrong type.
    return _is_closed(connection)


def _is_closed(connection: Any) -> bool:
    """Whether a connection is closed. The pool takes it back by itself; it then raises an error for every question."""
    try:
        closed: bool = connection.is_closed()
    except asyncpg.InterfaceError:
        return True
    return closed


class Fetching(Protocol):
    """Anything that runs a compiled read."""

    async def fetch(self, statement: Statement[RowT], **parameters: Any) -> list[RowT]:
        """All rows of the statement."""
        ...


class Reading:
    """Reads of one operation on one pooled connection, acquired by the first read and released by `close`.

    Loaders of one operation may read at the same time; their statements take turns on the connection.
    """

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool
        self._connection: Any = None
        self._turn = asyncio.Lock()
        self._closed = False
        self.statements = 0

    async def fetch(self, statement: Statement[RowT], **parameters: Any) -> list[RowT]:
        """All rows of the statement."""
        arguments = statement.arguments(parameters)
        async with self._turn:
            if self._closed:
                raise ReadingClosed
            try:
                if self._connection is None:
                    self._connection = await self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S)
                records = await self._records(statement.sql, arguments)
            except DRIVER_ERRORS as error:
                if (meaning := meaning_of(error, self._connection)) is not None:
                    raise meaning from error
                raise
        row = statement.row
        return [row(*record) for record in records]

    async def _records(self, sql: str, arguments: Sequence[Any]) -> Any:
        self.statements += 1
        try:
            return await self._connection.fetch(sql, *arguments)
        except asyncpg.InvalidCachedStatementError:
            # A migration changed a table under a prepared statement. asyncpg has dropped the statement: try again.
            return await self._connection.fetch(sql, *arguments)

    async def close(self) -> None:
        """Release the connection, if one was acquired, when the statement that runs on it is finished.

        GraphQL may answer early, once an error has made everything null. Loaders that still run then must not read on
        a connection that another operation has acquired.
        """
        async with self._turn:
            self._closed = True
            connection, self._connection = self._connection, None
        if connection is not None:
            # The pool releases a broken connection by itself, which may happen at this very moment.
            with suppress(*DRIVER_ERRORS):
                await self._pool.release(connection)


class Snapshot:
    """Reads that all see the database as it was at one moment; nothing can be written with it."""

    def __init__(self, driver: Any) -> None:
        """Take a connection of asyncpg's pool that is in a transaction that only reads."""
        self._driver = driver

    async def fetch(self, statement: Statement[RowT], **parameters: Any) -> list[RowT]:
        """All rows of the statement."""
        records = await self._driver.fetch(statement.sql, *statement.arguments(parameters))
        row = statement.row
        return [row(*record) for record in records]

    async def stream(self, statement: Statement[RowT], **parameters: Any) -> AsyncIterator[RowT]:
        """The rows of the statement one after another, with few of them in memory: for more rows than fit."""
        row = statement.row
        cursor = self._driver.cursor(statement.sql, *statement.arguments(parameters), prefetch=STREAMED_ROWS)
        async for record in cursor:
            yield row(*record)


class Writing:
    """One transaction on the primary. It commits when the block that opened it is left without an exception.

    Compiled statements run on asyncpg directly, as in `Reading`; SQLAlchemy writes the SQL of changes on the way.
    """

    def __init__(self, connection: AsyncConnection, driver: "asyncpg.Connection[Any]") -> None:
        """Take a connection of SQLAlchemy, and the connection of asyncpg beneath it, which is in a transaction."""
        self._connection = connection
        self._driver = driver
        self.statements = 0

    async def fetch(self, statement: Statement[RowT], **parameters: Any) -> list[RowT]:
        """All rows of the statement, as this transaction sees them."""
        self.statements += 1
        records = await self._driver.fetch(statement.sql, *statement.arguments(parameters))
        row = statement.row
        return [row(*record) for record in records]

    async def execute(self, change: UpdateBase, rows: Sequence[Mapping[str, Any]] | None = None) -> None:
        """Run an INSERT, UPDATE or DELETE; with `rows` for all of them at once. Raises DuplicateKey.

        Rows as parameters let SQLAlchemy compile the statement once; rows in the statement are compiled every time.
        """
        await self._run(change, rows)

    async def run(self, change: Change, **parameters: Any) -> int:
        """Run a compiled change on asyncpg directly and return how many rows it changed. Raises DuplicateKey."""
        self.statements += 1
        try:
            status: str = await self._driver.execute(change.sql, *change.arguments(parameters))
        except asyncpg.UniqueViolationError as error:
            raise DuplicateKey(error.constraint_name or "") from error
        # “INSERT 0 1”, “UPDATE 1”.
        return int(status.rpartition(" ")[2])

    async def run_many(self, change: Change, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a compiled change for each of the rows, in one round trip. Raises DuplicateKey."""
        self.statements += 1
        try:
            await self._driver.executemany(change.sql, [change.arguments(row) for row in rows])
        except asyncpg.UniqueViolationError as error:
            raise DuplicateKey(error.constraint_name or "") from error

    async def copy_rows(self, copying: PackedCopy, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows to a table with COPY, which is the fastest way for many. Raises DuplicateKey."""
        self.statements += 1
        try:
            await self._driver.copy_to_table(
                copying.table, source=copying.pack(rows), columns=copying.names, format="binary"
            )
        except asyncpg.UniqueViolationError as error:
            raise DuplicateKey(error.constraint_name or "") from error

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """A savepoint: an exception undoes the changes made within the block, and releases its locks."""
        self.statements += 2
        async with self._driver.transaction():
            yield

    def is_disturbed(self, error: Exception) -> bool:
        """Whether an error comes from the database or from other transactions, not from the work itself."""
        if isinstance(error, RequestError | TransactionConflict):
            return True
        return isinstance(error, DRIVER_ERRORS) and meaning_of(error, self._driver) is not None

    async def returning(self, change: UpdateBase) -> list[Any]:
        """Run a change with RETURNING and return its rows. Raises DuplicateKey."""
        return list((await self._run(change)).all())

    async def _run(self, change: UpdateBase, rows: Sequence[Mapping[str, Any]] | None = None) -> Result[Any]:
        self.statements += 1
        try:
            return await self._connection.execute(change, rows)
        except IntegrityError as error:
            cause = getattr(error.orig, "__cause__", None)
            if isinstance(cause, asyncpg.UniqueViolationError):
                raise DuplicateKey(cause.constraint_name or "") from error
            raise
