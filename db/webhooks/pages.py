"""Statements that list webhook endpoints, and the attempts to deliver to them."""

from functools import cache
from typing import Final

from sqlalchemy import select

from db.counting import counting
from db.keyset import Sort, keyset, keyset_by_owner
from db.statement import Statement
from db.webhooks.reads import DELIVERY_COLUMNS, endpoints
from db.webhooks.rows import WebhookDeliveryRow, WebhookEndpointRow
from db.webhooks.tables import WebhookDeliveryTable, WebhookEndpointTable

NEWEST_ENDPOINTS: Final = Sort(WebhookEndpointTable.created_at, descending=True)
NEWEST_DELIVERIES: Final = Sort(WebhookDeliveryTable.attempted_at, descending=True)

ENDPOINT_COUNT = counting(endpoints())


@cache
def endpoint_page(*, backward: bool, resumed: bool) -> Statement[WebhookEndpointRow]:
    """A page of endpoints, newest first."""
    return Statement(keyset(endpoints(), NEWEST_ENDPOINTS, backward=backward, resumed=resumed), WebhookEndpointRow)


@cache
def delivery_pages(*, resumed: bool) -> Statement[WebhookDeliveryRow]:
    """A page of the attempts to deliver to each of the endpoints in the parameter `ids`, newest first."""
    query = keyset_by_owner(
        select(*DELIVERY_COLUMNS), WebhookDeliveryTable.endpoint_id, NEWEST_DELIVERIES, resumed=resumed
    )
    return Statement(query, WebhookDeliveryRow)
