"""Inputs of webhook endpoints."""

from uuid import UUID

import strawberry

from domain.node_kinds import NodeKind
from domain.webhooks.addresses import URL_LIMIT
from domain.webhooks.endpoints import DESCRIPTION_LENGTH
from resolvers.webhooks.create_webhook_endpoint import CreateWebhookEndpoint
from resolvers.webhooks.update_webhook_endpoint import UpdateWebhookEndpoint
from schema.event_kinds import EventKind
from schema.fields import leaf, optional
from schema.ids import input_id
from schema.scalars import EventCursor

_URL = (
    f"The URL to send events to, up to {URL_LIMIT:,} characters; https in production, without user, password "
    "or fragment. The server never calls private or link-local addresses, except its own in development, and never "
    "follows redirects."
)
_LONGEST = DESCRIPTION_LENGTH[1]


@strawberry.input(description="A webhook endpoint to create.")
class CreateWebhookEndpointInput:
    account_id: strawberry.ID = leaf(
        "The ID of the account that limits the events: the endpoint receives only events that this account may see."
    )
    url: str = leaf(_URL)
    kinds: list[EventKind] = leaf("The kinds of events to send; at least one.")
    description: str | None = optional(f"The purpose of the endpoint; up to {_LONGEST} characters.")
    after: EventCursor | None = optional(
        "Start with the events after this cursor. Default: start with events from now on."
    )

    def to_command(self) -> CreateWebhookEndpoint:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        account_id = input_id(NodeKind.ACCOUNT, self.account_id, "accountId")
        return CreateWebhookEndpoint(
            account_id=account_id, url=self.url, kinds=tuple(self.kinds), description=self.description, after=self.after
        )


@strawberry.input(description="Changes to an endpoint. Omitted fields stay as they are.")
class UpdateWebhookEndpointInput:
    id: strawberry.ID = leaf("The ID of the endpoint.")
    url: str | None = optional(_URL)
    kinds: list[EventKind] | None = optional("All kinds of events to send from now on. They replace the current kinds.")
    description: str | None = optional(
        f"The purpose of the endpoint; up to {_LONGEST} characters. An empty text removes it."
    )
    enabled: bool | None = optional(
        "False stops sending. True resumes where sending stopped, and retries a failing endpoint immediately."
    )
    after: EventCursor | None = optional("Resume after this cursor. Events that were already sent may be sent again.")
    from_now: bool | None = optional(
        "Whether to skip everything that the endpoint has not received and resume with events from now on."
    )

    def to_command(self) -> UpdateWebhookEndpoint:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return UpdateWebhookEndpoint(
            id=input_id(NodeKind.WEBHOOK_ENDPOINT, self.id, "id"),
            url=self.url,
            kinds=None if self.kinds is None else tuple(self.kinds),
            description=self.description,
            enabled=self.enabled,
            after=self.after,
            from_now=bool(self.from_now),
        )


@strawberry.input(description="An endpoint whose secret to replace.")
class RotateWebhookSecretInput:
    id: strawberry.ID = leaf("The ID of the endpoint.")

    def to_key(self) -> UUID:
        """Read the ID of the endpoint. Raises InvalidInput for a malformed ID."""
        return input_id(NodeKind.WEBHOOK_ENDPOINT, self.id, "id")


@strawberry.input(description="A failed attempt whose event to send again.")
class RetryWebhookDeliveryInput:
    id: strawberry.ID = leaf("The ID of the delivery attempt.")

    def to_key(self) -> UUID:
        """Read the ID of the attempt. Raises InvalidInput for a malformed ID."""
        return input_id(NodeKind.WEBHOOK_DELIVERY, self.id, "id")


@strawberry.input(description="A failed attempt whose event to skip.")
class SkipWebhookDeliveryInput:
    id: strawberry.ID = leaf("The ID of the delivery attempt.")

    def to_key(self) -> UUID:
        """Read the ID of the attempt. Raises InvalidInput for a malformed ID."""
        return input_id(NodeKind.WEBHOOK_DELIVERY, self.id, "id")


@strawberry.input(description="An endpoint to delete, together with its delivery attempts.")
class DeleteWebhookEndpointInput:
    id: strawberry.ID = leaf("The ID of the endpoint.")

    def to_key(self) -> UUID:
        """Read the ID of the endpoint. Raises InvalidInput for a malformed ID."""
        return input_id(NodeKind.WEBHOOK_ENDPOINT, self.id, "id")
