"""Loaders of webhook endpoints and deliveries."""

from uuid import UUID

from db.webhooks import reads as statements
from db.webhooks.pages import NEWEST_DELIVERIES, delivery_pages
from db.webhooks.rows import WebhookDeliveryRow, WebhookEndpointRow
from domain.webhooks.endpoints import DeliveryFacts, state_label
from resolvers.context import Operation
from resolvers.loading import align_one
from resolvers.paging import Page, PageArguments, read_pages


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


async def deliveries_by_endpoint(
    operation: Operation, ids: list[UUID], arguments: PageArguments
) -> list[Page[WebhookDeliveryRow]]:
    """Load a page of the delivery attempts of each endpoint, newest first."""
    return await read_pages(
        operation,
        arguments,
        NEWEST_DELIVERIES,
        delivery_pages,
        ids,
        owner=lambda row: row.endpoint_id,
        count=statements.DELIVERY_COUNTS,
    )
