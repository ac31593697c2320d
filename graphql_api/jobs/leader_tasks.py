"""Tasks that only the leading process runs: webhooks, retention, and scheduled revisions."""

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

# How often the leader deletes old events and deliveries, in seconds.
RETENTION_INTERVAL_S: Final = 60.0

_log = structlog.get_logger("tessera.events")


class LeaderTasks:
    """Starts its tasks when this process becomes the leader and stops them when it no longer is."""

    def __init__(self, environment: Environment, settings: Settings) -> None:
        self._environment = environment
        self._retention = timedelta(days=settings.event_retention)
        self._revision_interval = settings.revision_interval
        self._tasks: list[asyncio.Task[None]] = []
        self._dispatcher: Dispatcher | None = None

    async def start(self) -> None:
        """Start every task, after stopping those of an earlier term as leader."""
        await self.stop()
        policy = self._environment.webhooks
        sender = WebhookSender(https_only=policy.https_only, allowed=policy.allowed)
        self._dispatcher = Dispatcher(self._environment, sender)
        self._tasks = [
            asyncio.create_task(self._dispatcher.run()),
            asyncio.create_task(_repeat(self._delete_old, RETENTION_INTERVAL_S)),
            asyncio.create_task(_repeat(self._apply_revisions, self._revision_interval)),
        ]
        for task in self._tasks:
            task.add_done_callback(_log_failure)

    async def stop(self) -> None:
        """Cancel every task and wait until all have ended; safe to call when none runs."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks, self._dispatcher = [], None

    def wake(self, events: Sequence[EventRow]) -> None:
        """Pass new events to the webhook dispatcher, if this process leads."""
        if self._dispatcher is not None:
            self._dispatcher.wake(events)

    async def _delete_old(self) -> None:
        async with self._operation() as operation:
            await advance_idle_endpoints(operation)
            await forget_old_events(operation, operation.now - self._retention, advance_to)
            await forget_old_deliveries(operation, operation.now - self._retention)

    async def _apply_revisions(self) -> None:
        async with self._operation() as operation:
            for scheme_id in await due_schemes(operation):
                await _apply_revisions_of(operation, scheme_id)

    @asynccontextmanager
    async def _operation(self) -> AsyncIterator[Operation]:
        operation = self._environment.operation(None, fresh=True)
        try:
            yield operation
        finally:
            await operation.close()


async def _apply_revisions_of(operation: Operation, scheme_id: UUID) -> None:
    """Apply the due revisions of one scheme; a failure is logged, so that it does not block other schemes."""
    try:
        await retrying(lambda: apply_revisions(operation, scheme_id))
    except Exception as error:  # noqa: BLE001 - the next round tries again, whatever failed
        _log.error("revision not applied", scheme_id=str(scheme_id), exc_info=error)


async def _repeat(work: Callable[[], Awaitable[None]], seconds: float) -> None:
    """Run `work` forever, with a pause of `seconds` between runs; a failed run is logged and tried again."""
    while True:
        try:
            await work()
        except (RequestError, TransactionConflict) as refused:
            _log.warning("leader task postponed", reason=str(refused))
        except Exception as error:  # noqa: BLE001 - our bug; the task keeps running
            _log.error("leader task failed", exc_info=error)
        await asyncio.sleep(seconds)


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("leader task ended", exc_info=error)
