"""Loaders of webhook endpoints and deliveries."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from db.webhooks import reads as statements
from db.webhooks.rows import WebhookDeliveryRow, WebhookEndpointRow
from resolvers.context import Operation
from resolvers.loading import align_one
from resolvers.paging import Order, Page, PageArguments, read_pages

NEWEST_DELIVERIES: Order[WebhookDeliveryRow] = Order(
    "deliveries", Annotated[datetime, Meta(tz=True)], lambda row: row.attempted_at
)


async def webhook_endpoints_by_id(operation: Operation, ids: list[UUID]) -> list[WebhookEndpointRow | None]:
    """The endpoints, or None where there is none."""
    rows = await operation.fetch(statements.ENDPOINTS_BY_ID, ids=ids)
    return align_one(ids, rows, lambda row: row.id)


async def webhook_deliveries_by_id(operation: Operation, ids: list[UUID]) -> list[WebhookDeliveryRow | None]:
    """The attempts, or None where there is none."""
    rows = await operation.fetch(statements.DELIVERIES_BY_ID, ids=ids)
    return align_one(ids, rows, lambda row: row.id)


async def deliveries_by_endpoint(
    operation: Operation, ids: list[UUID], arguments: PageArguments
) -> list[Page[WebhookDeliveryRow]]:
    """Batch function: a page of what was tried with each endpoint, newest first."""
    return await read_pages(
        operation,
        arguments,
        NEWEST_DELIVERIES,
        statements.delivery_pages,
        ids,
        owner=lambda row: row.endpoint_id,
        count=statements.DELIVERY_COUNTS,
    )
