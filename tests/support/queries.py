"""Queries over a connection of their own, for tests that have the address of a database and no event loop."""

import asyncio
from typing import Any

import asyncpg


def first_column(url: str, query: str) -> set[str]:
    """The values of the first column, as text."""
    return asyncio.run(_fetch(url, query))


def records(url: str, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query, in its order."""
    return asyncio.run(_records(url, query))


def execute(url: str, statement: str) -> None:
    """Run one statement, or several."""
    asyncio.run(_execute(url, statement))


async def _fetch(url: str, query: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        return {str(row[0]) for row in await connection.fetch(query)}
    finally:
        await connection.close()


async def _records(url: str, query: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(record) for record in await connection.fetch(query)]
    finally:
        await connection.close()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
