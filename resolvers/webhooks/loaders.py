"""Loaders of webhook endpoints and deliveries."""

from functools import partial
from uuid import UUID

from msgspec import Struct

from db.webhooks import reads as statements
from db.webhooks.pages import NEWEST_DELIVERIES, delivery_counts, delivery_pages
from db.webhooks.rows import AttemptFacts, WebhookDeliveryRow, WebhookEndpointRow
from domain.webhooks.endpoints import DeliveryFacts, state_label
from domain.webhooks.guards import WEBHOOK_DELIVERY_GUARDS, WebhookDeliveryAction
from domain.webhooks.sentences import OutcomeFacts, outcome_label
from resolvers.context import Operation
from resolvers.loading import align_one
from resolvers.paging import Page, PageArguments, read_pages


class DeliveryArguments(Struct, frozen=True):
    """A page of attempts to deliver; with `failed`, only of those that failed, or that did not."""

    page: PageArguments
    failed: bool | None = None


async def webhook_endpoints_by_id(operation: Operation, ids: list[UUID]) -> list[WebhookEndpointRow | None]:
    """Load endpoints; None for unknown ids."""
    rows = await operation.fetch(statements.ENDPOINTS_BY_ID, ids=ids)
    return align_one(ids, rows, lambda row: row.id)


async def state_labels(operation: Operation, found: list[DeliveryFacts]) -> list[str]:
    """Write the state of each endpoint as a sentence."""
    calendar = await operation.calendar()
    return [state_label(facts, calendar) for facts in found]


async def webhook_deliveries_by_id(operation: Operation, ids: list[UUID]) -> list[WebhookDeliveryRow | None]:
    """Load delivery attempts; None for unknown ids."""
    rows = await operation.fetch(statements.DELIVERIES_BY_ID, ids=ids)
    return align_one(ids, rows, lambda row: row.id)


async def delivery_actions(operation: Operation, found: list[AttemptFacts]) -> list[list[WebhookDeliveryAction]]:
    """Load the actions that the viewer may take on each attempt now, by the same guards as the mutations."""
    ids = list(dict.fromkeys(facts.endpoint_id for facts in found))
    endpoints = dict(zip(ids, await webhook_endpoints_by_id(operation, ids), strict=True))
    return [
        []
        if (endpoint := endpoints[facts.endpoint_id]) is None
        else list(WEBHOOK_DELIVERY_GUARDS.allowed(endpoint.block_facts(facts), operation.viewer))
        for facts in found
    ]


async def outcome_labels(operation: Operation, found: list[OutcomeFacts]) -> list[str]:
    """Write what came of each attempt as a sentence."""
    calendar = await operation.calendar()
    return [outcome_label(facts, calendar) for facts in found]


async def deliveries_by_endpoint(
    operation: Operation, ids: list[UUID], arguments: DeliveryArguments
) -> list[Page[WebhookDeliveryRow]]:
    """Load a page of the delivery attempts of each endpoint, newest first."""
    return await read_pages(
        operation,
        arguments.page,
        NEWEST_DELIVERIES,
        partial(delivery_pages, failed=arguments.failed),
        ids,
        owner=lambda row: row.endpoint_id,
        count=delivery_counts(failed=arguments.failed),
    )
