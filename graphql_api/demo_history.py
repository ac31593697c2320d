"""Loads demo data without a server, for the commands of a shell."""

import asyncio
from typing import Final

from msgspec.structs import replace

from db.database import Database
from db.jobs.reads import OPEN_OF_KIND
from domain.jobs.facts import JobKind
from graphql_api.app import configured, storage_of
from graphql_api.context import Environment, utc_now
from graphql_api.demo import load_demo
from graphql_api.demo.history.load import DEMO_HANDLERS
from graphql_api.demo.history.size import FULL_HISTORY
from graphql_api.jobs.policy import policy_of
from graphql_api.jobs.worker import JobWorker
from graphql_api.observability.logs import configure_logs
from graphql_api.secrets import load_coupon_keys
from graphql_api.settings import Settings

_POLL_S: Final = 0.5


async def begin_demo(settings: Settings, url: str) -> bool:
    """Load the demo data unless there are any data; return whether it did. Sales and redemptions follow in a job."""
    # Two loads at once wait for each other, longer than a statement of a request may take.
    database = await Database.connect(url, statement_timeout=600)
    try:
        return await load_demo(
            database, utc_now(), load_coupon_keys(settings), storage_of(settings), history=FULL_HISTORY
        )
    finally:
        await database.close()


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
