"""Statements that list webhook endpoints, and the attempts to deliver to them."""

from functools import cache
from typing import Final

from sqlalchemy import ColumnElement, select

from db.counting import OwnerCount, counting, counting_by
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
def delivery_pages(*, resumed: bool, failed: bool | None) -> Statement[WebhookDeliveryRow]:
    """A page of the attempts to deliver to each of the endpoints in the parameter `ids`, newest first.

    With `failed`, only those that failed, or that did not.
    """
    found = select(*DELIVERY_COLUMNS).where(*_outcome(failed))
    query = keyset_by_owner(found, WebhookDeliveryTable.endpoint_id, NEWEST_DELIVERIES, resumed=resumed)
    return Statement(query, WebhookDeliveryRow)


@cache
def delivery_counts(*, failed: bool | None) -> Statement[OwnerCount]:
    """How many attempts each of the endpoints in the parameter `ids` has; `failed` as in `delivery_pages`."""
    return counting_by(WebhookDeliveryTable.endpoint_id, *_outcome(failed))


def _outcome(failed: bool | None) -> tuple[ColumnElement[bool], ...]:  # noqa: FBT001 - the value of an argument
    if failed is None:
        return ()
    error = WebhookDeliveryTable.error
    return (error.is_not(None) if failed else error.is_(None),)
