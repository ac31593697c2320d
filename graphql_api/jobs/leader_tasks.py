"""What the leading process does for all of them: it delivers webhooks and runs the periodic tasks of the areas."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from db.outbox.rows import EventRow
from graphql_api.context import Environment
from graphql_api.rounds import run_round
from graphql_api.settings import Settings
from graphql_api.webhooks.dispatcher import Dispatcher
from graphql_api.webhooks.sending import WebhookSender
from resolvers.tasks import LeaderTask, TaskPolicy
from schema.build import LEADER_TASKS

_log = structlog.get_logger("tessera.events")


class LeaderTasks:
    """Starts the tasks when this process becomes the leader, and stops them when it no longer is."""

    def __init__(self, environment: Environment, settings: Settings) -> None:
        self._environment = environment
        self._policy = TaskPolicy(
            event_retention=timedelta(days=settings.event_retention), revision_interval=settings.revision_interval
        )
        self._running: list[asyncio.Task[None]] = []
        self._dispatcher: Dispatcher | None = None

    async def start(self) -> None:
        """Start every task, after stopping those of an earlier term as leader."""
        await self.stop()
        policy = self._environment.webhooks
        sender = WebhookSender(https_only=policy.https_only, allowed=policy.allowed)
        self._dispatcher = Dispatcher(self._environment, sender)
        work = [self._dispatcher.run(), *(self._repeat(task) for task in LEADER_TASKS)]
        self._running = [asyncio.create_task(each) for each in work]
        for running in self._running:
            running.add_done_callback(_log_failure)

    async def stop(self) -> None:
        """Cancel every task and wait until all have ended; safe to call when none runs."""
        for running in self._running:
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._running, self._dispatcher = [], None

    def wake(self, events: Sequence[EventRow]) -> None:
        """Pass new events to the webhook dispatcher, if this process leads."""
        if self._dispatcher is not None:
            self._dispatcher.wake(events)

    async def _repeat(self, task: LeaderTask) -> None:
        """Run a task again and again."""
        while True:
            await run_round(task.name, self._run(task))
            await asyncio.sleep(task.interval(self._policy))

    async def _run(self, task: LeaderTask) -> None:
        operation = self._environment.operation(None, fresh=True)
        try:
            await task.run(operation, self._policy)
        finally:
            await operation.close()


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("leader task ended", exc_info=error)
