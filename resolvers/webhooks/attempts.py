"""Record attempts: the endpoint advances, waits for its next attempt, or is disabled.

Each change applies to the locked row, and only if the endpoint has not been changed since it was read.
"""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.accounts.reads import HOLDERS_OF_ROLE
from db.outbox.changes import NewEvent
from db.outbox.rows import EventRow
from db.sessions import Writing
from db.webhooks.changes import add_delivery, save_endpoint
from db.webhooks.reads import LOCK_ENDPOINT
from db.webhooks.rows import WebhookDeliveryRow, WebhookEndpointRow
from domain.events import EventKind, Position
from domain.permissions import Role
from domain.stored_facts import encode_fact
from domain.webhooks.endpoints import Attempt, GiveUp, after_failure
from domain.webhooks.stored_facts import DisableReason, WebhookDisabled
from resolvers.context import Operation
from resolvers.notifications.notify import append_and_notify
from resolvers.webhooks.positions import advance_endpoint, block_columns


class CompletedAttempt(Struct, frozen=True):
    """An attempt to send an event to an endpoint, with the endpoint as it was then."""

    endpoint: WebhookEndpointRow
    event: EventRow
    attempt: Attempt


async def record_attempt(operation: Operation, completed: CompletedAttempt, jitter: float) -> None:
    """Record an attempt and update the endpoint, unless it has been deleted. Raises TransactionConflict.

    `jitter` is a random number from 0 to 1.
    """
    seen, attempt = completed.endpoint, completed.attempt
    async with operation.writing() as session:
        stored = await _lock(session, seen.id)
        if stored is None:
            return
        await add_delivery(session, _delivery(operation.new_id(), completed))
        if attempt.delivered:
            advanced = advance_endpoint(stored, seen, completed.event.position, operation.now)
            if advanced is not stored:
                await save_endpoint(session, _dated(advanced, completed.event))
        elif stored.disabled_at is None and stored.updated_at == seen.updated_at:
            await _wait(operation, session, _blocked(stored, completed), completed, jitter)


def _blocked(stored: WebhookEndpointRow, completed: CompletedAttempt) -> WebhookEndpointRow:
    """The endpoint after an attempt in vain: it waits for the event. One that is throttled has not failed."""
    blocked = replace(_dated(stored, completed.event), **block_columns(completed.event.position))
    if completed.attempt.throttled:
        return replace(blocked, throttles=stored.throttles + 1)
    return replace(blocked, failures=stored.failures + 1)


def _dated(endpoint: WebhookEndpointRow, event: EventRow) -> WebhookEndpointRow:
    """The endpoint after an event was sent, whose timestamp later ones do not precede."""
    return replace(endpoint, latest_at=endpoint.timestamp_of(event.recorded_at))


async def _wait(
    operation: Operation, session: Writing, endpoint: WebhookEndpointRow, completed: CompletedAttempt, jitter: float
) -> None:
    attempt = completed.attempt
    next_step = after_failure(endpoint.throttles if attempt.throttled else endpoint.failures, attempt, jitter)
    if isinstance(next_step, GiveUp):
        await _disable(operation, session, endpoint, next_step.reason)
    else:
        await save_endpoint(session, replace(endpoint, next_attempt_at=next_step.at))


async def skip_events(operation: Operation, seen: WebhookEndpointRow, position: Position) -> None:
    """Advance an endpoint past events that are not for it. Raises TransactionConflict."""
    async with operation.writing() as session:
        stored = await _lock(session, seen.id)
        if stored is not None:
            advanced = advance_endpoint(stored, seen, position, operation.now)
            if advanced is not stored:
                await save_endpoint(session, advanced)


async def give_up(operation: Operation, seen: WebhookEndpointRow, reason: DisableReason) -> None:
    """Disable an endpoint unless it has been changed since it was read. Raises TransactionConflict."""
    async with operation.writing() as session:
        stored = await _lock(session, seen.id)
        if stored is not None and stored.disabled_at is None and stored.updated_at == seen.updated_at:
            await _disable(operation, session, stored, reason)


async def _lock(session: Writing, endpoint_id: UUID) -> WebhookEndpointRow | None:
    rows = await session.fetch(LOCK_ENDPOINT, id=endpoint_id)
    return rows[0] if rows else None


async def _disable(operation: Operation, session: Writing, endpoint: WebhookEndpointRow, reason: DisableReason) -> None:
    disabled = replace(endpoint, disabled_at=operation.now, reason_json=encode_fact(reason))
    await save_endpoint(session, disabled)
    fact = WebhookDisabled(endpoint.url, reason)
    administrators = await session.fetch(HOLDERS_OF_ROLE, role=Role.ADMIN.value)
    event = NewEvent(EventKind.WEBHOOK_ENDPOINT_DISABLED, endpoint.id)
    await append_and_notify(operation, session, event, dict.fromkeys(administrators, fact), actor_id=None)


def _delivery(delivery_id: UUID, completed: CompletedAttempt) -> WebhookDeliveryRow:
    event, attempt = completed.event, completed.attempt
    return WebhookDeliveryRow(
        id=delivery_id,
        endpoint_id=completed.endpoint.id,
        event_xid=event.xid,
        event_id=event.id,
        kind=event.kind,
        attempt=completed.endpoint.attempts + 1,
        attempted_at=attempt.at,
        milliseconds=attempt.milliseconds,
        status=attempt.status,
        error=attempt.error,
        skipped_at=None,
        skipped_by=None,
        skipped_by_name=None,
    )
