"""Statements about webhook endpoints, what waits for them, and what was tried."""

from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, any_, bindparam, func, literal, select, true, tuple_

from db.accounts.tables import AccountTable
from db.keyset import Sort, keyset
from db.outbox.tables import Xid8
from db.statement import Query, Statement, counting, number, uuid, uuids
from db.webhooks.rows import EndpointSecretsRow, ServedEndpointRow, WebhookDeliveryRow, WebhookEndpointRow
from db.webhooks.tables import WebhookDeliveryTable, WebhookEndpointTable

# Whoever adds an endpoint counts them first, one at a time; an arbitrary number that nobody else uses.
_ADDING: Final = 0x7E55E7B
_POSITION: Final = tuple_(WebhookEndpointTable.position_xid, WebhookEndpointTable.position_id)
_NEWEST_ENDPOINT: Final = Sort(
    WebhookEndpointTable.created_at, WebhookEndpointTable.id, WebhookEndpointTable.created_at.type, descending=True
)
_NEWEST_DELIVERY: Final = Sort(
    WebhookDeliveryTable.attempted_at, WebhookDeliveryTable.id, WebhookDeliveryTable.attempted_at.type, descending=True
)


def _endpoints() -> Query:
    return select(
        WebhookEndpointTable.id,
        WebhookEndpointTable.account_id,
        WebhookEndpointTable.url,
        WebhookEndpointTable.description,
        WebhookEndpointTable.kinds,
        WebhookEndpointTable.position_epoch,
        WebhookEndpointTable.position_xid,
        WebhookEndpointTable.position_id,
        WebhookEndpointTable.failures,
        WebhookEndpointTable.next_attempt_at,
        WebhookEndpointTable.disabled_at,
        WebhookEndpointTable.disabled_reason,
        WebhookEndpointTable.created_by,
        WebhookEndpointTable.created_at,
        WebhookEndpointTable.updated_at,
        AccountTable.disabled_at,
    ).join(AccountTable, AccountTable.id == WebhookEndpointTable.account_id)


def _deliveries() -> Query:
    return select(
        WebhookDeliveryTable.id,
        WebhookDeliveryTable.endpoint_id,
        WebhookDeliveryTable.event_xid,
        WebhookDeliveryTable.event_id,
        WebhookDeliveryTable.kind,
        WebhookDeliveryTable.attempt,
        WebhookDeliveryTable.attempted_at,
        WebhookDeliveryTable.milliseconds,
        WebhookDeliveryTable.status,
        WebhookDeliveryTable.error,
    )


def _endpoint_with_secrets(*columns: Any) -> tuple[WebhookEndpointRow, EndpointSecretsRow]:
    return WebhookEndpointRow(*columns[:-3]), EndpointSecretsRow(*columns[-3:])


def _count(endpoint_id: UUID, count: int) -> tuple[UUID, int]:
    return endpoint_id, count


def _nothing(_value: object) -> None:
    return None


ENDPOINTS_BY_ID = Statement(_endpoints().where(WebhookEndpointTable.id == any_(uuids("ids"))), WebhookEndpointRow)
ENDPOINT_WITH_SECRETS = Statement(
    _endpoints()
    .where(WebhookEndpointTable.id == uuid("id"))
    .add_columns(WebhookEndpointTable.secret, WebhookEndpointTable.old_secret, WebhookEndpointTable.old_secret_until),
    _endpoint_with_secrets,
)
LOCK_ENDPOINT = Statement(
    _endpoints().where(WebhookEndpointTable.id == uuid("id")).with_for_update(of=WebhookEndpointTable),
    WebhookEndpointRow,
)
LOCK_ADDING = Statement(select(func.pg_advisory_xact_lock(literal(_ADDING, BigInteger()))), _nothing)
ENDPOINT_COUNT = counting(_endpoints())
# The endpoints to which events are sent, as long as their accounts may sign in.
SERVED_ENDPOINTS = Statement(
    select(
        WebhookEndpointTable.id,
        WebhookEndpointTable.kinds,
        WebhookEndpointTable.next_attempt_at,
        WebhookEndpointTable.updated_at,
    )
    .join(AccountTable, AccountTable.id == WebhookEndpointTable.account_id)
    .where(WebhookEndpointTable.disabled_at.is_(None), AccountTable.disabled_at.is_(None)),
    ServedEndpointRow,
)
LOCK_ENDPOINTS_BEFORE = Statement(
    _endpoints()
    .where(tuple_(bindparam("place_xid", type_=Xid8(), required=True), number("place_id")) > _POSITION)
    .order_by(WebhookEndpointTable.id)
    .with_for_update(of=WebhookEndpointTable),
    WebhookEndpointRow,
)
DELIVERIES_BY_ID = Statement(_deliveries().where(WebhookDeliveryTable.id == any_(uuids("ids"))), WebhookDeliveryRow)
DELIVERY_COUNTS = Statement(
    select(WebhookDeliveryTable.endpoint_id, func.count())
    .where(WebhookDeliveryTable.endpoint_id == any_(uuids("ids")))
    .group_by(WebhookDeliveryTable.endpoint_id),
    _count,
)


@cache
def endpoint_page(*, backward: bool, resumed: bool) -> Statement[WebhookEndpointRow]:
    """A page of endpoints, newest first."""
    return Statement(keyset(_endpoints(), _NEWEST_ENDPOINT, backward=backward, resumed=resumed), WebhookEndpointRow)


@cache
def delivery_pages(*, resumed: bool) -> Statement[WebhookDeliveryRow]:
    """A page of what was tried with each of the endpoints in the parameter `ids`, newest first."""
    wanted = func.unnest(uuids("ids")).table_valued("id", name="wanted").render_derived()
    own = _deliveries().where(WebhookDeliveryTable.endpoint_id == wanted.c.id)
    page = keyset(own, _NEWEST_DELIVERY, backward=False, resumed=resumed).lateral("page")
    query = select(*page.c).select_from(wanted.join(page, true()))
    return Statement(query.order_by(page.c.attempted_at.desc(), page.c.id.desc()), WebhookDeliveryRow)
