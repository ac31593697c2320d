"""Webhook endpoints for tests that are about something else."""

from uuid import UUID

from db.outbox.rows import EventRow
from domain.events import EventKind
from domain.webhooks.endpoints import Attempt
from resolvers.context import Operation
from resolvers.paging import PageArguments
from resolvers.webhooks.attempts import CompletedAttempt, record_attempt
from resolvers.webhooks.create_webhook_endpoint import CreateWebhookEndpoint, create_webhook_endpoint
from resolvers.webhooks.loaders import DeliveryArguments, deliveries_by_endpoint, webhook_endpoints_by_id

# Nothing of this kind happens in tests that are about something else, so nothing is sent.
QUIET = EventKind.SCHEME_REJECTED


async def quiet_endpoint(operation: Operation, account_id: UUID) -> UUID:
    """An endpoint to which nothing is sent."""
    command = CreateWebhookEndpoint(
        account_id=account_id,
        url="https://hooks.example.com/tessera",
        kinds=(QUIET,),
        description="The ERP",
        after=None,
    )
    return (await create_webhook_endpoint(operation, command)).endpoint_id


async def failing_endpoint(operation: Operation, account_id: UUID) -> tuple[UUID, UUID]:
    """An endpoint that has not accepted an event, and the attempt. The operation is one of an administrator."""
    endpoint_id = await quiet_endpoint(operation, account_id)
    (endpoint,) = await webhook_endpoints_by_id(operation, [endpoint_id])
    assert endpoint is not None
    event = EventRow(
        xid=1, id=1, kind=QUIET, object_id=endpoint_id, subject_kinds=[], subject_ids=[], recorded_at=operation.now
    )
    attempt = Attempt(at=operation.now, milliseconds=12, status=500, error="The endpoint answered 500.")
    await record_attempt(operation, CompletedAttempt(endpoint, event, attempt), 0.5)
    (page,) = await deliveries_by_endpoint(operation, [endpoint_id], DeliveryArguments(PageArguments()))
    return endpoint_id, page.nodes[0].id
