"""Payloads of webhook endpoints."""

import strawberry

from resolvers.webhooks.loaders import webhook_endpoints_by_id
from schema.fields import batched
from schema.payloads import KeyedPayload, Payload
from schema.webhooks.types import WebhookEndpoint


@strawberry.type
class WebhookEndpointPayload(KeyedPayload):
    """A payload with an endpoint."""

    webhook_endpoint: WebhookEndpoint | None = batched(
        webhook_endpoints_by_id, key="key", description="The endpoint; null when there are errors."
    )


@strawberry.type(description="The answer to `createWebhookEndpoint`.")
class CreateWebhookEndpointPayload(WebhookEndpointPayload):
    secret: str | None = strawberry.field(
        default=None,
        description="The secret to check signatures with, `whsec_…`; shown this once and never again.",
    )


@strawberry.type(description="The answer to `updateWebhookEndpoint`.")
class UpdateWebhookEndpointPayload(WebhookEndpointPayload):
    pass


@strawberry.type(description="The answer to `rotateWebhookSecret`.")
class RotateWebhookSecretPayload(WebhookEndpointPayload):
    secret: str | None = strawberry.field(
        default=None,
        description="The new secret, `whsec_…`; shown this once. For 24 hours deliveries also have a signature made "
        "with the one before, so that receivers can be changed meanwhile.",
    )


@strawberry.type(description="The answer to `deleteWebhookEndpoint`.")
class DeleteWebhookEndpointPayload(Payload):
    deleted_id: strawberry.ID | None = strawberry.field(
        default=None, description="The id that the endpoint had; null when there are errors."
    )
