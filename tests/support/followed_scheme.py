"""A scheme with events, and the documents that subscribe to it."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from random import Random
from typing import Any
from uuid import UUID

from db.outbox.changes import NewEvent, append_events
from db.schemes.changes import add_activity
from domain.events import EventKind
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.schemes.events import about_scheme
from domain.stored_facts import AsWritten
from resolvers.schemes.record_activity import NewActivity, join_scheme, record_activity
from tests.support.client import Client, gid
from tests.support.factories.schemes import SchemeFactory
from tests.support.sockets import Event

ACTIVITY = """subscription ($schemeId: ID!, $after: EventCursor) {
    schemeActivity(schemeId: $schemeId, after: $after) { activity { message } } }"""
NOTIFICATIONS = """subscription ($after: EventCursor) {
    notificationAdded(after: $after) { cursor notification { message } } }"""
QUEUES = "subscription { workQueuesChanged { key count } }"
# The same streams for clients that poll.
POLL_ACTIVITY = """query ($schemeId: ID!, $after: EventCursor, $first: Int) {
    page: schemeActivity(schemeId: $schemeId, after: $after, first: $first) {
        edges { cursor node { message } } resumeAt pageInfo { hasNextPage } } }"""
POLL_NOTIFICATIONS = """query ($after: EventCursor, $first: Int) {
    page: notifications(after: $after, first: $first) {
        edges { cursor node { message } } resumeAt pageInfo { hasNextPage } } }"""
# Events have a kind without data besides the message.
KIND = EventKind.SCHEME_PARTICIPANT_ADDED


class FollowedScheme:
    """A scheme by its key and global id."""

    def __init__(self, factory: SchemeFactory, key: UUID) -> None:
        self._factory = factory
        self.key = key
        self.id = gid(NodeKind.SCHEME, key)

    async def join(self, by: str | Role) -> None:
        """Add a participant, who is notified of the actions of others."""
        operation = self._factory.operation(by)
        async with operation.writing() as session:
            await join_scheme(operation, session, self.key)
        await operation.close()

    async def record(self, *messages: str, by: str | Role = Role.PROGRAM_MANAGER) -> None:
        """Record activities, each in its own transaction. Participants other than the actor are notified."""
        for message in messages:
            operation = self._factory.operation(by)
            async with operation.writing() as session:
                await record_activity(operation, session, self.key, NewActivity(KIND, AsWritten(message)))
            await operation.close()

    async def burst(self, count: int, message: str) -> None:
        """Record one activity with `count` events in one transaction."""
        operation = self._factory.operation()
        activity_id, now = operation.new_id(), operation.now
        async with operation.writing() as session:
            await add_activity(
                session,
                activity_id=activity_id,
                scheme_id=self.key,
                kind=KIND,
                actor_id=operation.viewer.account_id,
                at=now,
                fact=AsWritten(message),
            )
            await append_events(session, [NewEvent(KIND, activity_id, about_scheme(self.key))] * count, now)
        await operation.close()


class ConcurrentWriters:
    """Writers in the background whose transactions commit in another order than they begin.

    Messages are `0/0`, `0/1`, … of the first one, `1/0`, … of the second. `started` is how many things have been begun.
    """

    def __init__(self, scheme: FollowedScheme, writers: int = 1) -> None:
        self._scheme = scheme
        self._writers = writers
        self._over = False
        self.started = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write until the end of the block, and wait for started transactions."""
        tasks = [asyncio.create_task(self._write(number)) for number in range(self._writers)]
        try:
            yield
        finally:
            self._over = True
            await asyncio.gather(*tasks)

    async def _write(self, number: int) -> None:
        random = Random(number)  # noqa: S311 - the same pauses every time
        count = 0
        while not self._over:
            self.started += 1
            await self._scheme.record(f"{number}/{count}")
            count += 1
            await asyncio.sleep(random.random() * 0.01)


async def polled(client: Client, document: str, after: str | None = None, **variables: Any) -> tuple[list[str], str]:
    """The messages behind a cursor, in their order, and the cursor to read on from."""
    messages: list[str] = []
    while True:
        page = (await client.send(document, after=after, first=200, **variables)).data["page"]
        messages += [edge["node"]["message"] for edge in page["edges"]]
        after = str(page["resumeAt"])
        if not page["pageInfo"]["hasNextPage"]:
            return messages, after


def messages_of(events: Iterable[Event]) -> list[str]:
    """Return the messages of `ACTIVITY` or `NOTIFICATIONS` events."""
    return [_message(event.data) for event in events]


def _message(data: Any) -> str:
    (payload,) = data.values()
    entry = payload.get("activity") or payload["notification"]
    return str(entry["message"])
