"""Opens the database of a server, and says what its operator should change about it."""

import contextlib
from collections.abc import AsyncIterator
from typing import Final

import asyncpg
import structlog

from db.accounts.reads import HOLDERS_OF_ROLE
from db.database import Database
from db.roles import CURRENT_ROLE
from domain.permissions import Role
from graphql_api.app import dev_tokens
from graphql_api.database_role import excess_of
from graphql_api.settings import Settings

_log = structlog.get_logger("tessera.serving")
_NO_ADMINISTRATOR: Final = (
    "No account can sign in as administrator. Add one with “tessera account add --role ADMIN --name … "
    "--email …”, or set a new database up with “tessera init”."
)


class DatabaseUnreachable(Exception):
    """The primary or the replica does not answer; the message says why and what to do."""

    def __init__(self, reason: Exception) -> None:
        cause = str(reason) or "it took too long"
        super().__init__(f"The database does not answer: {cause}. Check DATABASE_URL and DATABASE_READ_URL.")


async def dev_tokens_of(settings: Settings, url: str) -> dict[str, str]:
    """Return development tokens by role, from a database that is not open yet. Raises DatabaseUnreachable."""
    async with _briefly_open(settings, url) as database:
        return await dev_tokens(settings, database)


async def excess_of_role(settings: Settings, url: str) -> str | None:
    """Say what the role that a server would connect as may do too much. Raises DatabaseUnreachable."""
    async with _briefly_open(settings, url) as database:
        reading = database.reading(fresh=True)
        try:
            (role,) = await reading.fetch(CURRENT_ROLE)
        finally:
            await reading.close()
    return excess_of(role)


async def warn_operator(settings: Settings, url: str) -> None:
    """Log what an operator should change: too powerful a role, or nobody who may administer accounts."""
    if excess := await excess_of_role(settings, url):
        _log.warning("database role may do too much", advice=excess)
    async with _briefly_open(settings, url) as database:
        reading = database.reading(fresh=True)
        try:
            administrators = await reading.fetch(HOLDERS_OF_ROLE, role=Role.ADMIN.value)
        finally:
            await reading.close()
    if not administrators:
        _log.warning("no administrator", advice=_NO_ADMINISTRATOR)


async def open_database(settings: Settings, url: str) -> Database:
    """Open the database of a server. Raises DatabaseUnreachable."""
    read_url = settings.database_read_url
    try:
        return await Database.connect(
            url,
            read_url=read_url.get_secret_value() if read_url else None,
            pool_size=settings.pool_size,
            statement_timeout=settings.statement_timeout,
        )
    except (OSError, asyncpg.PostgresError) as error:
        raise DatabaseUnreachable(error) from error


@contextlib.asynccontextmanager
async def _briefly_open(settings: Settings, url: str) -> AsyncIterator[Database]:
    database = await open_database(settings.model_copy(update={"database_read_url": None, "pool_size": 1}), url)
    try:
        yield database
    finally:
        await database.close()
