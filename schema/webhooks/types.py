"""Types of webhook endpoints and of what was tried with them."""

from datetime import datetime

import strawberry

from db.webhooks.rows import WebhookDeliveryRow, WebhookEndpointRow
from domain.node_kinds import NodeKind
from domain.webhooks.endpoints import WebhookEndpointState
from resolvers.accounts.loaders import accounts_by_id
from resolvers.events.stream import cursors_of_places
from resolvers.webhooks.loaders import deliveries_by_endpoint
from schema.accounts.types import Account
from schema.descriptions import described
from schema.event_kinds import EventKind
from schema.fields import batched, computed, leaf
from schema.ids import node_id
from schema.nodes import Node, node_type
from schema.paging import Connection, forward_page
from schema.scalars import EventCursor

described(
    WebhookEndpointState,
    "Whether events are sent to an endpoint.",
    {
        WebhookEndpointState.ACTIVE: "Events are sent as they happen.",
        WebhookEndpointState.FAILING: "The last attempt has failed, and the same event is tried again later.",
        WebhookEndpointState.DISABLED: "Nothing is sent until an administrator enables it.",
    },
)


@node_type(WebhookDeliveryRow, "One attempt to deliver an event to an endpoint.")
class WebhookDelivery(Node):
    id: strawberry.ID = node_id(NodeKind.WEBHOOK_DELIVERY)
    kind: EventKind = leaf("What the event tells of.")
    attempt: int = leaf("Which attempt in a row it was, from 1.")
    attempted_at: datetime = leaf("When it was made.")
    milliseconds: int = leaf("How long it took.")
    status: int | None = leaf("The HTTP status of the answer; null when there was none.")
    error: str | None = leaf("Why it failed, as a sentence; null when the event was delivered.")
    delivered: bool = computed(lambda row: row.error is None, "Whether the endpoint has accepted the event.")


@node_type(
    WebhookEndpointRow,
    "Where events are sent, one after the other in their order, signed per https://www.standardwebhooks.com. Each is "
    "sent until it is accepted, so it may come twice, with the same `webhook-id`.",
)
class WebhookEndpoint(Node):
    id: strawberry.ID = node_id(NodeKind.WEBHOOK_ENDPOINT)
    url: str = leaf("Where events are sent.")
    description: str | None = leaf("What it is for.")
    kinds: list[EventKind] = leaf("Events of these kinds are sent.")
    account: Account = batched(
        accounts_by_id,
        key="account_id",
        description="Only what this account may see, with the roles that it holds then, is sent.",
    )
    cursor: EventCursor = batched(
        cursors_of_places,
        key="place",
        description="The place behind the last event that is done with; `events` reads on from here.",
    )
    state: WebhookEndpointState = leaf("Whether events are sent to it.")
    state_label: str = leaf("The same as a sentence, ready to show.")
    failures: int = leaf("How many attempts in a row have failed.")
    next_attempt_at: datetime | None = computed(
        lambda row: row.next_attempt_at if row.state is WebhookEndpointState.FAILING else None,
        "When the event that was not accepted is tried again; null when none is.",
    )
    disabled_at: datetime | None = leaf("Since when nothing is sent; null while it is.")
    disabled_reason: str | None = leaf("Why it is disabled, as a sentence.")
    created_by: Account = batched(accounts_by_id, key="created_by", description="Who added it.")
    created_at: datetime = leaf("When it was added.")
    updated_at: datetime = leaf("When somebody last changed it.")
    deliveries: Connection[WebhookDelivery] = batched(
        deliveries_by_endpoint,
        key="id",
        arguments=forward_page,
        description="What was tried, newest first; it is kept as long as events are.",
    )
