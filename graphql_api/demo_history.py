"""Loads the history without a server, for the command `tessera demo`."""

import asyncio
from typing import Final

from msgspec.structs import replace

from db.database import Database
from db.jobs.reads import OPEN_OF_KIND
from domain.jobs.facts import JobKind
from graphql_api.app import configured, storage_of
from graphql_api.context import Environment
from graphql_api.demo.history.load import DEMO_HANDLERS
from graphql_api.jobs.policy import policy_of
from graphql_api.jobs.worker import JobWorker
from graphql_api.observability.logs import configure_logs
from graphql_api.settings import Settings

_POLL_S: Final = 0.5


async def finish_history(settings: Settings, url: str) -> bool:
    """Run the job until it has ended; return whether there was one. A server may run it as well: one of both does."""
    database = await Database.connect(url, statement_timeout=600)
    try:
        environment = configured(Environment(database=database), settings, storage_of(settings))
        if not await _is_open(environment):
            return False
        configure_logs(settings.log_level, readable=True)
        worker = JobWorker(environment, DEMO_HANDLERS, replace(policy_of(settings), slots=1))
        worker.start()
        try:
            # Another process may run it, so there is nothing here to wait for.
            while await _is_open(environment):  # noqa: ASYNC110
                await asyncio.sleep(_POLL_S)
        finally:
            await worker.stop()
        return True
    finally:
        await database.close()


async def _is_open(environment: Environment) -> bool:
    operation = environment.operation(None, fresh=True)
    try:
        return bool(await operation.fetch(OPEN_OF_KIND, kind=JobKind.DEMO_HISTORY))
    finally:
        await operation.close()
