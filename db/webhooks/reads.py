"""Statements that read webhook endpoints, the events that wait for them, and attempts to deliver."""

from typing import Any, Final

from sqlalchemy import Uuid, any_, bindparam, cast, select, tuple_

from db.accounts.reads import display_name_of
from db.accounts.tables import AccountTable
from db.advisory_locks import AdvisoryLock, taking
from db.columns import columns
from db.outbox.tables import Xid8
from db.statement import Query, Statement, number, uuid, uuids
from db.webhooks.rows import (
    EndpointSecretsRow,
    EndpointWithSecrets,
    ServedEndpointRow,
    WebhookDeliveryRow,
    WebhookEndpointRow,
)
from db.webhooks.tables import WebhookDeliveryTable, WebhookEndpointTable

_POSITION: Final = tuple_(WebhookEndpointTable.position_xid, WebhookEndpointTable.position_id)
_REASON: Any = WebhookEndpointTable.disabled_reason
ENDPOINT_COLUMNS: Final = columns(
    WebhookEndpointTable,
    WebhookEndpointRow,
    reason_json=_REASON,
    disabled_by_name=display_name_of(cast(_REASON["account_id"].astext, Uuid())),
    account_disabled_at=AccountTable.disabled_at,
)
DELIVERY_COLUMNS: Final = columns(
    WebhookDeliveryTable,
    WebhookDeliveryRow,
    skipped_by_name=display_name_of(WebhookDeliveryTable.__table__.c.skipped_by),
)


def endpoints() -> Query:
    """All endpoints; each row also says since when its account is disabled."""
    return select(*ENDPOINT_COLUMNS).join(AccountTable, AccountTable.id == WebhookEndpointTable.account_id)


ENDPOINTS_BY_ID = Statement(endpoints().where(WebhookEndpointTable.id == any_(uuids("ids"))), WebhookEndpointRow)
ENDPOINT_WITH_SECRETS = Statement(
    select(
        *columns(
            WebhookEndpointTable,
            EndpointWithSecrets,
            endpoint=ENDPOINT_COLUMNS,
            secrets=columns(WebhookEndpointTable, EndpointSecretsRow),
        )
    )
    .join(AccountTable, AccountTable.id == WebhookEndpointTable.account_id)
    .where(WebhookEndpointTable.id == uuid("id")),
    EndpointWithSecrets,
)
LOCK_ENDPOINT = Statement(
    endpoints().where(WebhookEndpointTable.id == uuid("id")).with_for_update(of=WebhookEndpointTable),
    WebhookEndpointRow,
)
LOCK_ADDING = taking(AdvisoryLock.ADDING_ENDPOINTS)
# The endpoints to which events are sent: those that are enabled, of accounts that may sign in.
SERVED_ENDPOINTS = Statement(
    select(*columns(WebhookEndpointTable, ServedEndpointRow))
    .join(AccountTable, AccountTable.id == WebhookEndpointTable.account_id)
    .where(WebhookEndpointTable.disabled_at.is_(None), AccountTable.disabled_at.is_(None)),
    ServedEndpointRow,
)
LOCK_ENDPOINTS_BEFORE = Statement(
    endpoints()
    .where(tuple_(bindparam("place_xid", type_=Xid8(), required=True), number("place_id")) > _POSITION)
    .order_by(WebhookEndpointTable.id)
    .with_for_update(of=WebhookEndpointTable),
    WebhookEndpointRow,
)
DELIVERIES_BY_ID = Statement(
    select(*DELIVERY_COLUMNS).where(WebhookDeliveryTable.id == any_(uuids("ids"))), WebhookDeliveryRow
)
