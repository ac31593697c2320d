"""Delivers events to webhook endpoints, in the leading process.

Each endpoint gets its events in order, one attempt at a time; several endpoints are served at once. The dispatcher
stores an attempt after the endpoint has answered: a crash in between delivers the event again, with the same
`webhook-id`.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from random import random
from typing import Final
from uuid import UUID

import orjson

from db.outbox.rows import EventRow
from db.webhooks.rows import ServedEndpointRow
from domain.webhooks.endpoints import Attempt
from domain.webhooks.retrying import asked_pause
from graphql_api.context import Environment
from graphql_api.rounds import run_round
from graphql_api.webhooks.sending import WebhookSender
from graphql_api.webhooks.signing import signed_headers
from resolvers.retrying import retry_conflicts
from resolvers.webhooks.attempts import CompletedAttempt, record_attempt
from resolvers.webhooks.deliver import Delivery, next_delivery, served_endpoints
from schema.events.data import event_body

ATTEMPTS_LIMIT: Final = 20
# Few database connections, so that requests have enough: an attempt holds none while it waits for an endpoint.
CONNECTIONS_LIMIT: Final = 2
# Seconds between checks for endpoints whose next attempt is due.
POLL_INTERVAL_S: Final = 0.5
# Seconds before an endpoint is served again after a failure of ours or of the database.
FAILURE_PAUSE_S: Final = 2.0


class Dispatcher:
    """Runs until it is canceled; the next leader delivers the rest."""

    def __init__(self, environment: Environment, sender: WebhookSender) -> None:
        self._environment = environment
        self._sender = sender
        self._woken = asyncio.Event()
        # The kinds of events since the last round, and when each endpoint was last changed.
        self._kinds: set[str] = set()
        self._known: dict[UUID, object] = {}
        # Endpoints that may have events to deliver, and the tasks of those being served.
        self._waiting: set[UUID] = set()
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._attempts = asyncio.Semaphore(ATTEMPTS_LIMIT)
        self._connections = asyncio.Semaphore(CONNECTIONS_LIMIT)

    def wake(self, events: Iterable[EventRow]) -> None:
        """Take the kinds of new events, and start a round."""
        self._kinds.update(event.kind for event in events)
        self._woken.set()

    async def run(self) -> None:
        """Serve every endpoint forever."""
        try:
            while True:
                await run_round("find webhooks", self._start_round())
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_INTERVAL_S):
                        await self._woken.wait()
                self._woken.clear()
        finally:
            tasks = list(self._tasks.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._sender.close()

    async def _start_round(self) -> None:
        """Start to serve the endpoints that may have events to deliver now."""
        kinds, self._kinds = self._kinds, set()
        try:
            endpoints = await self._served_endpoints()
        except BaseException:
            self._kinds |= kinds
            raise
        self._waiting = {endpoint.id for endpoint in endpoints if self._may_have_events(endpoint, kinds)}
        self._known = {endpoint.id: endpoint.updated_at for endpoint in endpoints}
        if self._waiting:
            now = self._environment.clock()
            for endpoint in endpoints:
                if endpoint.id in self._waiting and endpoint.next_attempt_at <= now:
                    self._start_serving(endpoint.id)

    async def _served_endpoints(self) -> list[ServedEndpointRow]:
        reading = self._environment.database.reading(fresh=True)
        try:
            return await served_endpoints(reading)
        finally:
            await reading.close()

    def _may_have_events(self, endpoint: ServedEndpointRow, kinds: set[str]) -> bool:
        changed = self._known.get(endpoint.id) != endpoint.updated_at
        return changed or endpoint.id in self._waiting or not kinds.isdisjoint(endpoint.kinds)

    def _start_serving(self, endpoint_id: UUID) -> None:
        if endpoint_id not in self._tasks:
            task = self._tasks[endpoint_id] = asyncio.create_task(self._serve(endpoint_id))
            task.add_done_callback(lambda _: self._finish_serving(endpoint_id))

    def _finish_serving(self, endpoint_id: UUID) -> None:
        del self._tasks[endpoint_id]
        # An event may have come just before.
        self._woken.set()

    async def _serve(self, endpoint_id: UUID) -> None:
        """Deliver events to an endpoint one by one, until none is left or the endpoint rejects one."""
        more: bool | None = True
        while more:
            more = await run_round("deliver a webhook", self._step(endpoint_id), endpoint=str(endpoint_id))
        if more is None:
            self._waiting.add(endpoint_id)
            await asyncio.sleep(FAILURE_PAUSE_S)

    async def _step(self, endpoint_id: UUID) -> bool:
        """Make one attempt if there is an event to deliver; return whether to go on at once."""
        async with self._attempts:
            # Before the read: an event that comes from here on adds the endpoint again.
            self._waiting.discard(endpoint_id)
            delivery = await self._next(endpoint_id)
            if delivery is None:
                return False
            attempt = await self._send(delivery)
            await self._record(CompletedAttempt(delivery.endpoint, delivery.facts.event, attempt))
        if not attempt.delivered:
            self._waiting.add(endpoint_id)
        return attempt.delivered

    async def _next(self, endpoint_id: UUID) -> Delivery | None:
        async with self._connections:
            operation = self._environment.operation(None, fresh=True)
            try:
                return await retry_conflicts(lambda: next_delivery(operation, endpoint_id))
            finally:
                await operation.close()

    async def _send(self, delivery: Delivery) -> Attempt:
        at = self._environment.clock()
        body = orjson.dumps(event_body(delivery.facts, delivery.at))
        headers = signed_headers(delivery.secrets, delivery.id, int(at.timestamp()), body)
        outcome = await self._sender.post(delivery.endpoint.url, headers, body)
        return Attempt(
            at=at,
            milliseconds=round(outcome.seconds * 1000),
            status=outcome.status,
            error=outcome.error,
            gone=outcome.gone,
            asked=asked_pause(outcome.retry_after, self._environment.clock()),
        )

    async def _record(self, completed: CompletedAttempt) -> None:
        async with self._connections:
            operation = self._environment.operation(None, fresh=True)
            try:
                # Jitter need not be unpredictable.
                await retry_conflicts(lambda: record_attempt(operation, completed, random()))  # noqa: S311
            finally:
                await operation.close()
