"""The mutation createWebhookEndpoint."""

from collections.abc import AsyncIterator
from uuid import UUID

from msgspec import Struct

from db.accounts.reads import LOCK_ACCOUNT
from db.outbox.reads import STREAM
from db.sessions import Writing
from db.webhooks.changes import add_endpoint
from db.webhooks.pages import ENDPOINT_COUNT
from db.webhooks.reads import LOCK_ADDING
from db.webhooks.rows import WebhookEndpointRow
from domain.events import EventKind
from domain.failures import Problem, UserErrorCode
from domain.text import trim_text
from domain.webhooks.endpoints import ENDPOINTS_LIMIT
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.validation import reject_invalid
from resolvers.webhooks.checks import endpoint_problems
from resolvers.webhooks.positions import (
    PositionColumns,
    block_columns,
    current_position,
    fresh_columns,
    position_columns,
    position_of_cursor,
)
from resolvers.webhooks.secret import new_secret


class CreateWebhookEndpoint(Struct, frozen=True):
    """Send the events of these kinds that an account may see to a URL, after a cursor or from now on."""

    account_id: UUID
    url: str
    kinds: tuple[EventKind, ...]
    description: str | None
    after: str | None


class CreatedWebhookEndpoint(Struct, frozen=True):
    """A new endpoint with its secret, which is never shown again."""

    endpoint_id: UUID
    secret: str


async def create_webhook_endpoint(operation: Operation, command: CreateWebhookEndpoint) -> CreatedWebhookEndpoint:
    """Store the endpoint with a new secret. Raises InvalidInput."""
    secret = new_secret()
    async with operation.writing() as session:
        await session.fetch(LOCK_ADDING)
        (stream,) = await session.fetch(STREAM)
        position, cursor_problems = position_of_cursor(stream, command.after)
        position = position or await current_position(session)
        reject_invalid(
            [
                *[problem async for problem in _problems(session, command)],
                *endpoint_problems(operation.webhooks, command.url, command.kinds, command.description),
                *cursor_problems,
            ]
        )
        endpoint = _endpoint(operation, command, position_columns(stream.epoch, position))
        await add_endpoint(session, endpoint, secret)
        await append_event(operation, session, EventKind.WEBHOOK_ENDPOINT_SAVED, endpoint.id)
    return CreatedWebhookEndpoint(endpoint.id, secret)


async def _problems(session: Writing, command: CreateWebhookEndpoint) -> AsyncIterator[Problem]:
    (count,) = await session.fetch(ENDPOINT_COUNT)
    if count >= ENDPOINTS_LIMIT:
        message = f"There are {count} webhook endpoints already, and no more are possible: delete one first."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, ())
    accounts = await session.fetch(LOCK_ACCOUNT, id=command.account_id)
    if not accounts or accounts[0].disabled_at is not None:
        message = "This account is disabled." if accounts else "This account does not exist."
        yield Problem(UserErrorCode.NOT_FOUND, message, ("accountId",))


def _endpoint(operation: Operation, command: CreateWebhookEndpoint, position: PositionColumns) -> WebhookEndpointRow:
    return WebhookEndpointRow(
        id=operation.new_id(),
        account_id=command.account_id,
        url=command.url,
        description=trim_text(command.description or "") or None,
        kinds=sorted(command.kinds),
        **position,
        **fresh_columns(operation.now),
        **block_columns(None),
        latest_at=None,
        disabled_at=None,
        reason_json=None,
        disabled_by_name=None,
        created_by=operation.viewer.account_id,
        created_at=operation.now,
        updated_at=operation.now,
        account_disabled_at=None,
    )
