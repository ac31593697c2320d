"""Sends events to webhook endpoints, in the one process that leads.

Each endpoint gets its events in order, one attempt at a time; several endpoints are served at once. An event is done
with when that is stored, after it was accepted: a crash in between sends it once more, with the same `webhook-id`.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from random import random
from typing import Final
from uuid import UUID

import orjson
import structlog

from db.outbox.rows import EventRow
from db.sessions import TransactionConflict
from db.webhooks.rows import ServedEndpointRow
from domain.requests import RequestError
from domain.webhooks.endpoints import Attempt
from graphql_api.context import Environment
from graphql_api.webhooks.sending import WebhookSender
from graphql_api.webhooks.signing import signed_headers
from resolvers.retrying import retrying
from resolvers.webhooks.attempts import Tried, record_attempt
from resolvers.webhooks.deliver import Delivery, next_delivery, served_endpoints
from schema.events.data import event_body

ATTEMPTS_AT_ONCE: Final = 20
# Connections to the database are for people first: attempts wait for endpoints without one.
CONNECTIONS_AT_ONCE: Final = 2
# Seconds between two looks at the clock, for endpoints whose next attempt is due.
POLL: Final = 0.5
# Seconds to leave an endpoint alone after a mistake of ours.
_PAUSE: Final = 5.0

_log = structlog.get_logger("tessera.webhooks")


class Dispatcher:
    """Runs until it is cancelled, and then leaves what was not accepted yet to the next leader."""

    def __init__(self, environment: Environment, sender: WebhookSender) -> None:
        self._environment = environment
        self._sender = sender
        self._woken = asyncio.Event()
        # The kinds of what has happened since the last look, and the endpoints as somebody last changed them.
        self._kinds: set[str] = set()
        self._known: dict[UUID, object] = {}
        # Endpoints for which there may be something to do, and those for which it is being done.
        self._waiting: set[UUID] = set()
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._attempts = asyncio.Semaphore(ATTEMPTS_AT_ONCE)
        self._connections = asyncio.Semaphore(CONNECTIONS_AT_ONCE)

    def wake(self, events: Iterable[EventRow]) -> None:
        """Something has happened."""
        self._kinds.update(event.kind for event in events)
        self._woken.set()

    async def run(self) -> None:
        """Serve every endpoint for ever."""
        try:
            while True:
                await self._look()
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL):
                        await self._woken.wait()
                self._woken.clear()
        finally:
            tasks = list(self._tasks.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._sender.close()

    async def _look(self) -> None:
        """Begin to serve the endpoints for which there may be something to do now."""
        kinds, self._kinds = self._kinds, set()
        reading = self._environment.database.reading(fresh=True)
        try:
            endpoints = await served_endpoints(reading)
        except RequestError as refused:
            self._kinds |= kinds
            _log.warning("webhooks put off", reason=str(refused))
            return
        finally:
            await reading.close()
        self._waiting = {endpoint.id for endpoint in endpoints if self._may_wait(endpoint, kinds)}
        self._known = {endpoint.id: endpoint.updated_at for endpoint in endpoints}
        if self._waiting:
            now = self._environment.clock()
            for endpoint in endpoints:
                if endpoint.id in self._waiting and endpoint.next_attempt_at <= now:
                    self._begin(endpoint.id)

    def _may_wait(self, endpoint: ServedEndpointRow, kinds: set[str]) -> bool:
        changed = self._known.get(endpoint.id) != endpoint.updated_at
        return changed or endpoint.id in self._waiting or not kinds.isdisjoint(endpoint.kinds)

    def _begin(self, endpoint_id: UUID) -> None:
        if endpoint_id not in self._tasks:
            task = self._tasks[endpoint_id] = asyncio.create_task(self._serve(endpoint_id))
            task.add_done_callback(lambda _: self._ended(endpoint_id))

    def _ended(self, endpoint_id: UUID) -> None:
        del self._tasks[endpoint_id]
        # Something may have happened just before.
        self._woken.set()

    async def _serve(self, endpoint_id: UUID) -> None:
        """Send an endpoint one event after the other, until it has all of them or does not accept one."""
        try:
            while await self._step(endpoint_id):
                pass
        except (RequestError, TransactionConflict) as refused:
            self._waiting.add(endpoint_id)
            _log.warning("webhook put off", endpoint=str(endpoint_id), reason=str(refused))
            await asyncio.sleep(POLL)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one endpoint, the others are served
            self._waiting.add(endpoint_id)
            _log.error("webhook failed", endpoint=str(endpoint_id), exc_info=error)
            await asyncio.sleep(_PAUSE)

    async def _step(self, endpoint_id: UUID) -> bool:
        """Make one attempt if there is anything to send; whether to go on at once."""
        async with self._attempts:
            # Before reading: what happens from here on makes the endpoint wait again.
            self._waiting.discard(endpoint_id)
            delivery = await self._next(endpoint_id)
            if delivery is None:
                return False
            attempt = await self._send(delivery)
            await self._record(Tried(delivery.endpoint, delivery.facts.event, attempt))
        if not attempt.delivered:
            self._waiting.add(endpoint_id)
        return attempt.delivered

    async def _next(self, endpoint_id: UUID) -> Delivery | None:
        async with self._connections:
            operation = self._environment.operation(None, fresh=True)
            try:
                return await retrying(lambda: next_delivery(operation, endpoint_id))
            finally:
                await operation.close()

    async def _send(self, delivery: Delivery) -> Attempt:
        at = self._environment.clock()
        body = orjson.dumps(event_body(delivery.facts))
        headers = signed_headers(delivery.secrets, delivery.id, int(at.timestamp()), body)
        outcome = await self._sender.post(delivery.endpoint.url, headers, body)
        return Attempt(at, round(outcome.seconds * 1000), outcome.status, outcome.error, outcome.gone)

    async def _record(self, tried: Tried) -> None:
        async with self._connections:
            operation = self._environment.operation(None, fresh=True)
            try:
                # Jitter decides nothing that must be unpredictable.
                await retrying(lambda: record_attempt(operation, tried, random()))  # noqa: S311
            finally:
                await operation.close()
