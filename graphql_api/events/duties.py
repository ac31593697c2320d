"""What one process does for all of them while it leads: it deletes old events."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

import structlog

from domain.requests import RefusedRequest
from graphql_api.context import Environment
from graphql_api.settings import Settings
from resolvers.events.retention import forget_old_events

# Seconds between two looks for old events.
INTERVAL: Final = 60.0

_log = structlog.get_logger("tessera.events")


class LeaderDuties:
    """Begins its tasks when this process starts to lead, and ends them when another one does."""

    def __init__(self, environment: Environment, settings: Settings) -> None:
        self._environment = environment
        self._kept = timedelta(days=settings.event_retention)
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        """Do what only the leader does."""
        await self.end()
        self._tasks = [asyncio.create_task(_repeated(self._forget, INTERVAL))]

    async def end(self) -> None:
        """Leave it to another process."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        self._tasks = []

    async def _forget(self) -> None:
        operation = self._environment.operation(None, fresh=True)
        try:
            await forget_old_events(operation, operation.now - self._kept)
        finally:
            await operation.close()


async def _repeated(work: Callable[[], Awaitable[None]], seconds: float) -> None:
    """Do something again and again; what a database that does not answer keeps it from doing, it does the next time."""
    while True:
        try:
            await work()
        except RefusedRequest as refused:
            _log.warning("duty put off", reason=str(refused))
        await asyncio.sleep(seconds)
