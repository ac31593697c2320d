"""Lists of webhook endpoints."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from db.webhooks import reads as statements
from db.webhooks.rows import WebhookEndpointRow
from resolvers.context import Operation
from resolvers.paging import Order, Page, PageArguments, read_page

NEWEST_ENDPOINTS: Order[WebhookEndpointRow] = Order(
    "webhookEndpoints", Annotated[datetime, Meta(tz=True)], lambda row: row.created_at
)


async def list_webhook_endpoints(operation: Operation, arguments: PageArguments) -> Page[WebhookEndpointRow]:
    """A page of endpoints, newest first."""
    return await read_page(
        operation, arguments, NEWEST_ENDPOINTS, statements.endpoint_page, {}, count=statements.ENDPOINT_COUNT
    )
