"""What one process does for all of them while it leads: webhooks, old events, revisions whose time has come."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from db.outbox.rows import EventRow
from db.sessions import TransactionConflict
from domain.requests import RequestError
from graphql_api.context import Environment
from graphql_api.settings import Settings
from graphql_api.webhooks.dispatcher import Dispatcher
from graphql_api.webhooks.sending import WebhookSender
from resolvers.context import Operation
from resolvers.outbox.retention import forget_old_events
from resolvers.retrying import retrying
from resolvers.schemes.apply_revisions import apply_revisions, due_schemes
from resolvers.webhooks.positions import advance_idle_endpoints, advance_to
from resolvers.webhooks.retention import forget_old_deliveries

# Seconds between two looks for old events.
INTERVAL: Final = 60.0

_log = structlog.get_logger("tessera.events")


class LeaderDuties:
    """Begins its tasks when this process starts to lead, and ends them when another one does."""

    def __init__(self, environment: Environment, settings: Settings) -> None:
        self._environment = environment
        self._kept = timedelta(days=settings.event_retention)
        self._revision_interval = settings.revision_interval
        self._tasks: list[asyncio.Task[None]] = []
        self._dispatcher: Dispatcher | None = None

    async def begin(self) -> None:
        """Do what only the leader does."""
        await self.end()
        policy = self._environment.webhooks
        sender = WebhookSender(https_only=policy.https_only, allowed=policy.allowed)
        self._dispatcher = Dispatcher(self._environment, sender)
        self._tasks = [
            asyncio.create_task(self._dispatcher.run()),
            asyncio.create_task(_repeated(self._forget, INTERVAL)),
            asyncio.create_task(_repeated(self._apply, self._revision_interval)),
        ]
        for task in self._tasks:
            task.add_done_callback(_note_failure)

    async def end(self) -> None:
        """Leave it to another process."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks, self._dispatcher = [], None

    def wake(self, events: Sequence[EventRow]) -> None:
        """Something has happened; if we lead, somebody may have to be told of it."""
        if self._dispatcher is not None:
            self._dispatcher.wake(events)

    async def _forget(self) -> None:
        async with self._operation() as operation:
            await advance_idle_endpoints(operation)
            await forget_old_events(operation, operation.now - self._kept, advance_to)
            await forget_old_deliveries(operation, operation.now - self._kept)

    async def _apply(self) -> None:
        async with self._operation() as operation:
            for scheme_id in await due_schemes(operation):
                await _applied(operation, scheme_id)

    @asynccontextmanager
    async def _operation(self) -> AsyncIterator[Operation]:
        operation = self._environment.operation(None, fresh=True)
        try:
            yield operation
        finally:
            await operation.close()


async def _applied(operation: Operation, scheme_id: UUID) -> None:
    """Let the revisions of one scheme take effect; what is wrong with it must not hold up the others."""
    try:
        await retrying(lambda: apply_revisions(operation, scheme_id))
    except Exception as error:  # noqa: BLE001 - whatever it is, the next look tries again
        _log.error("revision not applied", scheme_id=str(scheme_id), exc_info=error)


async def _repeated(work: Callable[[], Awaitable[None]], seconds: float) -> None:
    """Do something again and again; what keeps it from being done, like a database that is away, may be gone then."""
    while True:
        try:
            await work()
        except (RequestError, TransactionConflict) as refused:
            _log.warning("duty put off", reason=str(refused))
        except Exception as error:  # noqa: BLE001 - our own fault; a duty goes on all the same
            _log.error("duty failed", exc_info=error)
        await asyncio.sleep(seconds)


def _note_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("a duty failed", exc_info=error)
