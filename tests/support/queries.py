"""Queries over a connection of their own, for tests that have the address of a database and no event loop."""

import asyncio

import asyncpg


def first_column(url: str, query: str) -> set[str]:
    """The values of the first column, as text."""
    return asyncio.run(_fetch(url, query))


def execute(url: str, statement: str) -> None:
    """Run one statement, or several."""
    asyncio.run(_execute(url, statement))


async def _fetch(url: str, query: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        return {str(row[0]) for row in await connection.fetch(query)}
    finally:
        await connection.close()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
