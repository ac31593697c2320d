"""Choose the next event for an endpoint, among those that its account may see at the time of the attempt."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.outbox.reads import events_of
from db.outbox.rows import EventRow, StreamRow
from db.sessions import Fetching
from db.webhooks.reads import ENDPOINT_WITH_SECRETS, SERVED_ENDPOINTS
from db.webhooks.rows import EndpointSecretsRow, ServedEndpointRow, WebhookEndpointRow
from domain.webhooks.stored_facts import DatabaseRestored, EventsDeleted
from resolvers.accounts.viewers import load_viewers
from resolvers.context import Operation
from resolvers.events.facts import EventFacts, facts_of
from resolvers.events.stream import cursor_at
from resolvers.events.visibility import visible_to_viewer
from resolvers.outbox.cursors import load_stream
from resolvers.webhooks.attempts import give_up, skip_events

# Events read at once in search of one that the account may see.
CHUNK: Final = 100


class Delivery(Struct, frozen=True):
    """An event to send to an endpoint, signed with these secrets. `id` is the same whenever the event is sent."""

    endpoint: WebhookEndpointRow
    secrets: Sequence[str]
    facts: EventFacts
    id: str

    @property
    def at(self) -> datetime:
        """The timestamp of the event, which never precedes that of an earlier delivery to the endpoint."""
        return self.endpoint.timestamp_of(self.facts.at)


async def served_endpoints(reading: Fetching) -> list[ServedEndpointRow]:
    """List the endpoints that receive events: neither they nor their accounts are disabled."""
    return await reading.fetch(SERVED_ENDPOINTS)


async def next_delivery(operation: Operation, endpoint_id: UUID) -> Delivery | None:
    """Return the next event for an endpoint, or None when there is nothing to send now.

    Events that its account may not see are skipped permanently. An endpoint whose next events are deleted is disabled.
    The operation is signed in as the account. Raises TransactionConflict.
    """
    while (served := await _served(operation, endpoint_id)) is not None:
        endpoint, secrets = served
        stream = await load_stream(operation)
        if endpoint.has_lost_events(stream):
            deleted = endpoint.position_epoch == stream.epoch
            await give_up(operation, endpoint, EventsDeleted() if deleted else DatabaseRestored())
            return None
        after = {"after_xid": endpoint.position.xid, "after_id": endpoint.position.id}
        events = await operation.fetch(events_of(None), limit=CHUNK, kinds=endpoint.kinds, **after)
        facts = await _first_visible(operation, stream, events)
        if facts is not None:
            message_id = f"evt_{stream.epoch}_{facts.event.xid}_{facts.event.id}"
            return Delivery(endpoint=endpoint, secrets=secrets.valid_at(operation.now), facts=facts, id=message_id)
        if not events:
            return None
        await skip_events(operation, endpoint, events[-1].position)
    return None


async def _served(operation: Operation, endpoint_id: UUID) -> tuple[WebhookEndpointRow, EndpointSecretsRow] | None:
    """Return the endpoint if an attempt is due now, and sign the operation in as its account."""
    rows = await operation.fetch(ENDPOINT_WITH_SECRETS, id=endpoint_id)
    if not rows:
        return None
    endpoint, secrets = rows[0]
    if endpoint.disabled_at is not None or endpoint.next_attempt_at > operation.now:
        return None
    viewers = await load_viewers(operation, [endpoint.account_id])
    if endpoint.account_id not in viewers:
        return None
    operation.sign_in(viewers[endpoint.account_id])
    return endpoint, secrets


async def _first_visible(operation: Operation, stream: StreamRow, events: Sequence[EventRow]) -> EventFacts | None:
    for event, is_visible in zip(events, await visible_to_viewer(operation, events), strict=True):
        if is_visible:
            cursor = cursor_at(stream, stream.epoch, event.position)
            (facts,) = await facts_of(operation, [event], [cursor])
            if facts is not None:
                return facts
    return None
