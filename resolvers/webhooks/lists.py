"""Lists of webhook endpoints."""

from db.webhooks import pages as statements
from db.webhooks.rows import WebhookEndpointRow
from resolvers.context import Operation
from resolvers.paging import Page, PageArguments, read_page


async def list_webhook_endpoints(operation: Operation, arguments: PageArguments) -> Page[WebhookEndpointRow]:
    """List endpoints, newest first."""
    return await read_page(
        operation, arguments, statements.NEWEST_ENDPOINTS, statements.endpoint_page, {}, count=statements.ENDPOINT_COUNT
    )
