"""Inputs and payloads of webhook endpoints."""

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
    f"Where to send events, up to {URL_LIMIT:,} characters: https in production, without user, password and fragment. "
    "Private and link-local addresses are never called, and redirects never followed."
)
_LONGEST = DESCRIPTION_LENGTH[1]


@strawberry.input(description="An endpoint to send events to.")
class CreateWebhookEndpointInput:
    account_id: strawberry.ID = leaf("The account for which events are sent: only what it may see.")
    url: str = leaf(_URL)
    kinds: list[EventKind] = leaf("Events of these kinds are sent; at least one.")
    description: str | None = optional(f"What the endpoint is for; up to {_LONGEST} characters.")
    after: EventCursor | None = optional("Send what happened behind this cursor; from now on if left out.")

    def to_command(self) -> CreateWebhookEndpoint:
        """The command. Raises InvalidInput for an id that makes no sense."""
        account_id = input_id(NodeKind.ACCOUNT, self.account_id, "accountId")
        return CreateWebhookEndpoint(
            account_id=account_id, url=self.url, kinds=tuple(self.kinds), description=self.description, after=self.after
        )


@strawberry.input(description="Changes to an endpoint; what is left out stays as it is.")
class UpdateWebhookEndpointInput:
    id: strawberry.ID = leaf("The endpoint.")
    url: str | None = optional(_URL)
    kinds: list[EventKind] | None = optional("Exactly the kinds of events that are sent from now on.")
    description: str | None = optional(f"What the endpoint is for; up to {_LONGEST} characters, empty for nothing.")
    enabled: bool | None = optional(
        "False sends nothing from now on. True goes on where it stopped; and tries a failing endpoint at once."
    )
    after: EventCursor | None = optional("Go on behind this cursor; what was sent already may be sent again.")
    from_now: bool | None = optional("Set to skip everything that it has not got, and go on with what happens now.")

    def to_command(self) -> UpdateWebhookEndpoint:
        """The command. Raises InvalidInput for an id that makes no sense."""
        return UpdateWebhookEndpoint(
            id=input_id(NodeKind.WEBHOOK_ENDPOINT, self.id, "id"),
            url=self.url,
            kinds=None if self.kinds is None else tuple(self.kinds),
            description=self.description,
            enabled=self.enabled,
            after=self.after,
            from_now=bool(self.from_now),
        )


@strawberry.input(description="An endpoint whose deliveries shall be signed with a new secret.")
class RotateWebhookSecretInput:
    id: strawberry.ID = leaf("The endpoint.")

    def to_key(self) -> UUID:
        """The endpoint's id. Raises InvalidInput for an id that makes no sense."""
        return input_id(NodeKind.WEBHOOK_ENDPOINT, self.id, "id")


@strawberry.input(description="An endpoint to delete, with the list of what it was sent.")
class DeleteWebhookEndpointInput:
    id: strawberry.ID = leaf("The endpoint.")

    def to_key(self) -> UUID:
        """The endpoint's id. Raises InvalidInput for an id that makes no sense."""
        return input_id(NodeKind.WEBHOOK_ENDPOINT, self.id, "id")
