"""The database seen from inside a transaction, so that many mutations are committed together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from db.database import Database
from db.sessions import Reading, Writing
from db.statement import Statement

RowT = TypeVar("RowT")


class _TransactionReading(Reading):
    """Reads on the connection of a transaction."""

    def __init__(self, session: Writing) -> None:
        self._session = session
        self.statements = 0

    async def fetch(self, statement: Statement[RowT], **parameters: Any) -> list[RowT]:
        """All rows of the statement."""
        self.statements += 1
        return await self._session.fetch(statement, **parameters)

    async def close(self) -> None:
        """Leave the connection to the transaction."""


class TransactionDatabase(Database):
    """The database seen from inside a transaction: every write of an operation joins it and is committed with it.

    This makes loading safe to interrupt. Either all of a step is stored or none, so nothing half-loaded needs to be
    detected, completed, or deleted.
    """

    def __init__(self, session: Writing) -> None:
        self._session = session

    def reading(self, *, fresh: bool = False) -> Reading:
        """Return reads within the transaction, which see its writes."""
        del fresh
        return _TransactionReading(self._session)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Writing]:
        """Yield the transaction itself; an exception rolls all of it back."""
        yield self._session
