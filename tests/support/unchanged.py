"""Compares every row of every table before and after a block."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from db.metadata import METADATA
from tests.support.databases import owner_connection

# The digests of the rows of each table.
Contents = dict[str, Counter[int]]


async def contents(url: str) -> Contents:
    """The rows of each table, in any order, as digests."""
    found: Contents = {table.name: Counter() for table in METADATA.sorted_tables}
    async with owner_connection(url) as connection:
        for name, digest in await connection.fetch(_DIGESTS):
            found[name][digest] += 1
    return found


@asynccontextmanager
async def nothing_changes(url: str) -> AsyncIterator[None]:
    """Fail if the block changes any table."""
    before = await contents(url)
    yield
    after = await contents(url)
    changed = {name for name, found in after.items() if found != before[name]}
    assert not changed, f"changed: {', '.join(sorted(changed))}"


# Digests of tables as a whole, which sort the rows of each one, took ten times as long.
_DIGESTS = " UNION ALL ".join(
    f"SELECT '{table.name}', hashtextextended(stored::text, 0) FROM public.\"{table.name}\" AS stored"
    for table in METADATA.sorted_tables
)
