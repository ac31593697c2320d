"""The mutation updateWebhookEndpoint."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.outbox.reads import STREAM
from db.outbox.rows import StreamRow
from db.webhooks.changes import save_endpoint
from db.webhooks.rows import WebhookEndpointRow
from domain.events import EventKind, Position
from domain.failures import Problem, UserErrorCode
from domain.stored_facts import encode_fact
from domain.text import trim_text
from domain.webhooks.stored_facts import DisabledByAccount
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.validation import reject_invalid
from resolvers.webhooks.checks import endpoint_problems
from resolvers.webhooks.locking import lock_endpoint
from resolvers.webhooks.positions import (
    block_columns,
    current_position,
    fresh_columns,
    position_columns,
    position_of_cursor,
)


class UpdateWebhookEndpoint(Struct, frozen=True):
    """Change the given fields; continue after a cursor, or from now on."""

    id: UUID
    url: str | None
    kinds: tuple[EventKind, ...] | None
    description: str | None
    enabled: bool | None
    after: str | None
    from_now: bool


async def update_webhook_endpoint(operation: Operation, command: UpdateWebhookEndpoint) -> UUID:
    """Store the changes. Without changes, nothing happens. Raises InvalidInput."""
    async with operation.writing() as session:
        stored = await lock_endpoint(session, command.id)
        (stream,) = await session.fetch(STREAM)
        position, problems = position_of_cursor(stream, command.after)
        if command.from_now:
            position = await current_position(session)
        endpoint = _changed(operation, stored, command, stream, position)
        reject_invalid(
            [
                *endpoint_problems(operation.webhooks, command.url, command.kinds, command.description),
                *problems,
                *(() if problems else _resuming_problems(command, endpoint, stream)),
            ]
        )
        if endpoint != stored:
            await save_endpoint(session, replace(endpoint, updated_at=operation.now))
            await append_event(operation, session, EventKind.WEBHOOK_ENDPOINT_SAVED, endpoint.id)
    return endpoint.id


def _changed(
    operation: Operation,
    stored: WebhookEndpointRow,
    command: UpdateWebhookEndpoint,
    stream: StreamRow,
    position: Position | None,
) -> WebhookEndpointRow:
    """Apply the command to the endpoint. Changes that may repair deliveries lead to an immediate attempt."""
    values: dict[str, Any] = {}
    if command.url is not None:
        values["url"] = command.url
    if command.kinds is not None:
        values["kinds"] = sorted(command.kinds)
    if command.description is not None:
        values["description"] = trim_text(command.description) or None
    if position is not None:
        values |= position_columns(stream.epoch, position)
        if (stream.epoch, position) < stored.place:
            # What is sent again has its own timestamps.
            values["latest_at"] = None
    if command.enabled is False and stored.disabled_at is None:
        reason = DisabledByAccount(operation.viewer.account_id)
        values |= {"disabled_at": operation.now, "reason_json": encode_fact(reason)}
    if command.enabled:
        values |= {"disabled_at": None, "reason_json": None}
    other_events = position is not None or values.get("kinds", stored.kinds) != stored.kinds
    if other_events:
        values |= block_columns(None)
    is_repaired = command.enabled or other_events or values.get("url", stored.url) != stored.url
    if is_repaired and ((command.enabled and stored.disabled_at is not None) or stored.attempts):
        values |= fresh_columns(operation.now)
    return replace(stored, **values)


def _resuming_problems(
    command: UpdateWebhookEndpoint, endpoint: WebhookEndpointRow, stream: StreamRow
) -> Iterator[Problem]:
    if command.after is not None and command.from_now:
        yield Problem(UserErrorCode.CONFLICT, "Give either a cursor to go on behind, or “fromNow”.", ("fromNow",))
    if command.enabled and endpoint.has_lost_events(stream):
        message = (
            "Events that this endpoint has not got are kept no longer. Read what you need again, and go on behind a "
            "newer cursor with “after”, or skip what is missing with “fromNow”."
        )
        yield Problem(UserErrorCode.ILLEGAL_STATE, message, ("enabled",))
