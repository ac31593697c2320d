"""What commands that read and change the database share."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import TypeVar

import asyncpg

from db.database import Database
from domain.failures import Failure, InvalidInput
from graphql_api.context import Environment

ResultT = TypeVar("ResultT")
DatabaseUrl = Callable[[], AbstractContextManager[str]]


class CommandRejected(Exception):
    """The command cannot be carried out; the message says why and what to do."""


def run_on(database_url: DatabaseUrl, work: Callable[[Environment], Awaitable[ResultT]]) -> ResultT:
    """Run work of the server itself on a database. Raises CommandRejected, also for what a mutation would refuse."""
    with database_url() as url:
        try:
            return asyncio.run(_run(url, work))
        except InvalidInput as invalid:
            message = " ".join(problem.message for problem in invalid.problems)
            raise CommandRejected(message) from invalid
        except Failure as failure:
            raise CommandRejected(str(failure)) from failure
        except asyncpg.UndefinedTableError as error:
            message = "The database is of another version: bring it up to date with “tessera migrate”."
            raise CommandRejected(message) from error
        except (OSError, asyncpg.PostgresError) as error:
            message = f"The database cannot be used: {error}. Check DATABASE_URL."
            raise CommandRejected(message) from error


async def _run(url: str, work: Callable[[Environment], Awaitable[ResultT]]) -> ResultT:
    database = await Database.connect(url, pool_size=2)
    try:
        return await work(Environment(database=database))
    finally:
        await database.close()
