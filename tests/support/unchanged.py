"""Compares every row of every table before and after a block."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from db.metadata import METADATA
from tests.support.databases import owner_connection


async def contents(url: str) -> dict[str, asyncpg.Record]:
    """For each table how many rows it has and a digest over all of them."""
    async with owner_connection(url) as connection:
        return {row["name"]: row for row in await connection.fetch(_DIGESTS)}


@asynccontextmanager
async def nothing_changes(url: str) -> AsyncIterator[None]:
    """Fail if the block changes any table."""
    before = await contents(url)
    yield
    after = await contents(url)
    changed = {name for name, found in after.items() if found != before[name]}
    assert not changed, f"changed: {', '.join(sorted(changed))}"


def _digest(table: str) -> str:
    lines = f'SELECT "{table}"::text AS line FROM "{table}"'
    digest = "md5(string_agg(line, E'\\n' ORDER BY line)) AS digest"
    return f"SELECT '{table}' AS name, count(*) AS count, {digest} FROM ({lines}) AS lines"


_DIGESTS = " UNION ALL ".join(_digest(table.name) for table in METADATA.sorted_tables)
