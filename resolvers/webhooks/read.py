"""Reads of webhook endpoints and of what was tried with them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from db.sessions import Writing
from db.webhooks import reads as statements
from db.webhooks.rows import WebhookDeliveryRow, WebhookEndpointRow
from domain.failures import Problem, UserErrorCode
from resolvers.alignment import one_each
from resolvers.context import Operation
from resolvers.paging import Order, Page, PageArguments, read_page, read_pages
from resolvers.refusing import refuse

NEWEST_ENDPOINTS: Order[WebhookEndpointRow] = Order(
    "webhookEndpoints", Annotated[datetime, Meta(tz=True)], lambda row: row.created_at
)
NEWEST_DELIVERIES: Order[WebhookDeliveryRow] = Order(
    "deliveries", Annotated[datetime, Meta(tz=True)], lambda row: row.attempted_at
)


async def webhook_endpoints_by_id(operation: Operation, ids: list[UUID]) -> list[WebhookEndpointRow | None]:
    """The endpoints, or None where there is none."""
    rows = await operation.fetch(statements.ENDPOINTS_BY_ID, ids=ids)
    return one_each(ids, rows, lambda row: row.id)


async def webhook_deliveries_by_id(operation: Operation, ids: list[UUID]) -> list[WebhookDeliveryRow | None]:
    """The attempts, or None where there is none."""
    rows = await operation.fetch(statements.DELIVERIES_BY_ID, ids=ids)
    return one_each(ids, rows, lambda row: row.id)


async def list_webhook_endpoints(operation: Operation, arguments: PageArguments) -> Page[WebhookEndpointRow]:
    """A page of endpoints, newest first."""
    return await read_page(
        operation, arguments, NEWEST_ENDPOINTS, statements.endpoint_page, {}, count=statements.ENDPOINT_COUNT
    )


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


async def locked_endpoint(session: Writing, endpoint_id: UUID) -> WebhookEndpointRow:
    """The endpoint of a mutation's input, locked. Raises InvalidInput where there is none."""
    rows = await session.fetch(statements.LOCK_ENDPOINT, id=endpoint_id)
    if not rows:
        refuse([Problem(UserErrorCode.NOT_FOUND, "This webhook endpoint does not exist.", ("id",))])
    return rows[0]
