"""Changes to webhook endpoints and their deliveries."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import asdict
from sqlalchemy import delete, insert, select, update

from db.sessions import Writing
from db.webhooks.rows import WebhookDeliveryRow, WebhookEndpointRow
from db.webhooks.tables import WebhookDeliveryTable, WebhookEndpointTable

# The fields that are no columns under their name, and the fields that never change.
_FOREIGN = ("account_disabled_at", "disabled_by_name", "reason_json")
_FIXED = ("id", "account_id", "created_by", "created_at")


async def add_endpoint(session: Writing, endpoint: WebhookEndpointRow, secret: str) -> None:
    """Store a new endpoint with the secret that signs its deliveries."""
    values = _columns(endpoint, _FOREIGN)
    await session.execute(insert(WebhookEndpointTable).values(secret=secret, **values))


async def save_endpoint(session: Writing, endpoint: WebhookEndpointRow) -> None:
    """Store the changes to an endpoint whose row is locked."""
    values = _columns(endpoint, _FOREIGN + _FIXED)
    await session.execute(update(WebhookEndpointTable).where(WebhookEndpointTable.id == endpoint.id).values(values))


def _columns(endpoint: WebhookEndpointRow, left_out: tuple[str, ...]) -> dict[str, Any]:
    """The columns to store; the reason is JSON already."""
    values = {name: value for name, value in asdict(endpoint).items() if name not in left_out}
    reason = endpoint.reason_json
    return {**values, "disabled_reason": None if reason is None else msgspec.Raw(reason.encode())}


async def replace_secret(session: Writing, endpoint_id: UUID, secret: str, old_until: datetime) -> None:
    """Replace the secret of an endpoint; deliveries are also signed with the old one until `old_until`."""
    values = {"secret": secret, "old_secret": WebhookEndpointTable.secret, "old_secret_until": old_until}
    await session.execute(update(WebhookEndpointTable).where(WebhookEndpointTable.id == endpoint_id).values(values))


async def delete_endpoint(session: Writing, endpoint_id: UUID) -> None:
    """Delete an endpoint and its deliveries."""
    await session.execute(delete(WebhookEndpointTable).where(WebhookEndpointTable.id == endpoint_id))


async def delete_endpoints_of_account(session: Writing, account_id: UUID) -> list[UUID]:
    """Delete the endpoints of an account and their deliveries; return the ids of the endpoints."""
    owned = delete(WebhookEndpointTable).where(WebhookEndpointTable.account_id == account_id)
    return [endpoint_id for (endpoint_id,) in await session.returning(owned.returning(WebhookEndpointTable.id))]


async def add_delivery(session: Writing, delivery: WebhookDeliveryRow) -> None:
    """Insert a delivery attempt."""
    values = {name: value for name, value in asdict(delivery).items() if name != "skipped_by_name"}
    await session.execute(insert(WebhookDeliveryTable).values(values))


async def mark_skipped(session: Writing, delivery_id: UUID, account_id: UUID, at: datetime) -> None:
    """Record that an account skipped the event of an attempt."""
    values = {"skipped_at": at, "skipped_by": account_id}
    await session.execute(update(WebhookDeliveryTable).where(WebhookDeliveryTable.id == delivery_id).values(values))


async def delete_deliveries(session: Writing, before: datetime, limit: int) -> int:
    """Delete at most `limit` attempts made before a moment; return the number of deleted ones."""
    old = (
        select(WebhookDeliveryTable.id)
        .where(WebhookDeliveryTable.attempted_at < before)
        .order_by(WebhookDeliveryTable.attempted_at)
        .limit(limit)
    )
    statement = delete(WebhookDeliveryTable).where(WebhookDeliveryTable.id.in_(old)).returning(WebhookDeliveryTable.id)
    return len(await session.returning(statement))
