"""Types of webhook endpoints and delivery attempts."""

from datetime import datetime
from typing import Annotated

import strawberry

from db.webhooks.rows import WebhookDeliveryRow, WebhookEndpointRow
from domain.node_kinds import NodeKind
from domain.webhooks.endpoints import WebhookEndpointState
from domain.webhooks.guards import WebhookDeliveryAction
from resolvers.accounts.loaders import accounts_by_id
from resolvers.events.stream import cursors_of_places
from resolvers.paging import PageArguments
from resolvers.webhooks.loaders import (
    DeliveryArguments,
    deliveries_by_endpoint,
    delivery_actions,
    outcome_labels,
    state_labels,
    webhook_endpoints_by_id,
)
from schema.accounts.types import Account
from schema.descriptions import described
from schema.event_kinds import EventKind
from schema.fields import batched, computed, leaf
from schema.ids import node_id
from schema.nodes import Node, node_type
from schema.paging import AfterArgument, Connection, FirstArgument
from schema.scalars import EventCursor

described(
    WebhookEndpointState,
    "The state of a webhook endpoint.",
    {
        WebhookEndpointState.ACTIVE: "Events are sent as they happen.",
        WebhookEndpointState.FAILING: "The last attempt failed. The same event will be retried later.",
        WebhookEndpointState.DISABLED: "Nothing is sent until an administrator enables the endpoint.",
    },
)

described(
    WebhookDeliveryAction,
    "An action on a failed attempt to deliver an event.",
    {
        WebhookDeliveryAction.RETRY: "Send the event again at once.",
        WebhookDeliveryAction.SKIP: "Skip the event for good.",
    },
)
FailedArgument = Annotated[
    bool | None,
    strawberry.argument(description="True returns only failed attempts, false only accepted ones. Default: all."),
]


def _delivery_page(
    first: FirstArgument = None, after: AfterArgument = None, failed: FailedArgument = None
) -> DeliveryArguments:
    return DeliveryArguments(PageArguments(first, after), failed)


@node_type(WebhookDeliveryRow, "One attempt to deliver an event to an endpoint.")
class WebhookDelivery(Node):
    id: strawberry.ID = node_id(NodeKind.WEBHOOK_DELIVERY)
    kind: EventKind = leaf("The kind of the event.")
    attempt: int = leaf("The number of the attempt in a row, from 1.")
    attempted_at: datetime = leaf("When the attempt was made.")
    milliseconds: int = leaf("The duration of the attempt, in milliseconds.")
    status: int | None = leaf("The HTTP status of the response. Null if there was none.")
    error: str | None = leaf("Why the attempt failed, as a sentence. Null if the event was delivered.")
    delivered: bool = computed(lambda row: row.error is None, "Whether the endpoint accepted the event.")
    skipped_at: datetime | None = leaf("When an account skipped the event after this attempt. Null if none did.")
    skipped_by: Account | None = batched(
        accounts_by_id,
        key="skipped_by",
        description="The account that skipped the event after this attempt. Null if none did.",
    )
    outcome_label: str = batched(
        outcome_labels, key="outcome_facts", description="The outcome of the attempt as a sentence for people."
    )
    endpoint: Annotated["WebhookEndpoint", strawberry.lazy("schema.webhooks.types")] = batched(
        webhook_endpoints_by_id, key="endpoint_id", description="The endpoint."
    )
    viewer_actions: list[WebhookDeliveryAction] = batched(
        delivery_actions,
        key="attempt_facts",
        description="The actions that the viewer may take now. None of them would fail because of the endpoint's "
        "state.",
    )


@node_type(
    WebhookEndpointRow,
    "An endpoint that receives events one at a time, in order, signed per https://www.standardwebhooks.com. "
    "An event is sent until it is accepted, so it may arrive twice, with the same `webhook-id`.",
)
class WebhookEndpoint(Node):
    id: strawberry.ID = node_id(NodeKind.WEBHOOK_ENDPOINT)
    url: str = leaf("The URL that receives the events.")
    description: str | None = leaf("The purpose of the endpoint.")
    kinds: list[EventKind] = leaf("The kinds of events that are sent.")
    account: Account = batched(
        accounts_by_id,
        key="account_id",
        description="The account that limits the events: only events that it may see, with its roles at "
        "the time of sending, are sent.",
    )
    cursor: EventCursor = batched(
        cursors_of_places,
        key="place",
        description="The cursor after the last event that was delivered or skipped. The query `events` "
        "continues from it.",
    )
    state: WebhookEndpointState = leaf("The state of the endpoint.")
    state_label: str = batched(state_labels, key="delivery_facts", description="The state as a sentence for people.")
    failures: int = leaf(
        "How many attempts in a row failed, without those that were answered 429. The tenth disables the endpoint."
    )
    throttles: int = leaf(
        "How many attempts since the last delivery were answered 429 (too many requests). They never disable the "
        "endpoint."
    )
    next_attempt_at: datetime | None = computed(
        lambda row: row.next_attempt_at if row.state is WebhookEndpointState.FAILING else None,
        "When the failed event is retried. Null unless the endpoint is failing.",
    )
    disabled_at: datetime | None = leaf("When the endpoint was disabled. Null if it is enabled.")
    disabled_reason: str | None = leaf("Why the endpoint is disabled, as a sentence. Null if it is enabled.")
    created_by: Account = batched(
        accounts_by_id, key="created_by", description="The account that created the endpoint."
    )
    created_at: datetime = leaf("When the endpoint was created.")
    updated_at: datetime = leaf("When an account last changed the endpoint.")
    deliveries: Connection[WebhookDelivery] = batched(
        deliveries_by_endpoint,
        key="id",
        arguments=_delivery_page,
        description="The delivery attempts, newest first. They are kept as long as events are kept.",
    )
