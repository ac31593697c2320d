"""Runs jobs without serving, until it is stopped: the command `tessera worker`."""

import asyncio
import signal
from collections.abc import Callable
from typing import Final

import structlog

from graphql_api.app import configured, storage_of
from graphql_api.context import Environment
from graphql_api.demo.history.load import DEMO_HANDLERS
from graphql_api.jobs.parts import PartProcesses
from graphql_api.jobs.policy import policy_of
from graphql_api.jobs.worker import JobWorker
from graphql_api.observability.logs import configure_logs
from graphql_api.opening import open_database
from graphql_api.serving import GRACE_SECONDS, loop_runner, quiet_collector
from graphql_api.settings import Settings
from schema.build import JOB_HANDLERS

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)

_log = structlog.get_logger("tessera.jobs")


def work_until_stopped(settings: Settings, url: str, started: Callable[[], None]) -> None:
    """Run jobs until Ctrl-C or SIGTERM, give those back that run then, and return. Calls `started` once.

    Raises DatabaseUnreachable, KeysUnavailable, and StorageUnavailable.
    """
    configure_logs(settings.log_level, readable=settings.development)
    with loop_runner() as runner:
        runner.run(_work(settings, url, started))


async def _work(settings: Settings, url: str, started: Callable[[], None]) -> None:
    stopping = asyncio.Event()
    for signal_number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(signal_number, stopping.set)
    database = await open_database(settings, url)
    environment = configured(Environment(database=database), settings, storage_of(settings))
    handlers = {**JOB_HANDLERS, **(DEMO_HANDLERS if settings.development else {})}
    worker = JobWorker(environment, handlers, policy_of(settings), run_part=PartProcesses(url).run)
    try:
        quiet_collector()
        worker.start()
        started()
        await stopping.wait()
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                await worker.stop()
        except TimeoutError:
            # Other workers take these jobs over when their leases end.
            _log.warning("jobs are not given back", seconds=GRACE_SECONDS)
    finally:
        await database.close()
