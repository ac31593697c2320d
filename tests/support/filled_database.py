"""A database of a test worker that holds many rows for the tests of one module."""

import contextlib
from collections.abc import AsyncIterator, Collection
from typing import Any

import asyncpg
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex

from db.metadata import METADATA
from tests.support.databases import Cleaner

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


@contextlib.asynccontextmanager
async def filled_database(
    url: str, cleaner: Cleaner, script: str, analyzed: str, *, long: Collection[str] = ()
) -> AsyncIterator[Any]:
    """A connection to the database after a script of SQL; the database is empty again behind the block.

    The indexes of long tables are made anew behind the rows, which takes a fraction of the time. `analyzed` lists the
    tables about which the planner is to know.
    """
    # What earlier tests deleted would still lie in the tables and indexes.
    await cleaner.truncate()
    indexes = [index for name in long for index in METADATA.tables[name].indexes]
    opened = await asyncpg.connect(url)
    try:
        for index in indexes:
            await opened.execute(f"DROP INDEX {index.name}")
        await opened.execute(script)
        for index in indexes:
            await opened.execute(str(CreateIndex(index).compile(dialect=_DIALECT)))
        await opened.execute(f"ANALYZE {analyzed}")
        yield opened
        await cleaner.truncate()
        await opened.execute(f"ANALYZE {analyzed}")
    finally:
        await opened.close()
