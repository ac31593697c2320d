"""Statements on connections of their own: for databases that benchmarks make, and for settings that they change."""

import asyncio
from typing import Any, Final

import asyncpg

# Every process reads its settings again before its next statement.
_SETTLING_S: Final = 0.3


async def fetch_value(url: str, query: str, *arguments: object) -> Any:
    """The first value of the first row of a query."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query, *arguments)
    finally:
        await connection.close()


async def execute(url: str, *statements: str) -> None:
    """Run statements."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def change_settings(url: str, *statements: str) -> None:
    """Run statements that change settings, and wait until every process of the server has read them."""
    await execute(url, *statements)
    await asyncio.sleep(_SETTLING_S)
