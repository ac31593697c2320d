"""Payloads of webhook endpoints."""

import strawberry

from resolvers.webhooks.loaders import webhook_deliveries_by_id, webhook_endpoints_by_id
from schema.fields import batched
from schema.payloads import KeyedPayload, Payload
from schema.webhooks.types import WebhookDelivery, WebhookEndpoint


@strawberry.type
class WebhookEndpointPayload(KeyedPayload):
    webhook_endpoint: WebhookEndpoint | None = batched(
        webhook_endpoints_by_id, key="key", description="The endpoint after the mutation. Null if there are errors."
    )


@strawberry.type(description="The result of `createWebhookEndpoint`.")
class CreateWebhookEndpointPayload(WebhookEndpointPayload):
    secret: str | None = strawberry.field(
        default=None,
        description="The secret with which to verify signatures, `whsec_…`. It is shown only this once.",
    )


@strawberry.type(description="The result of `updateWebhookEndpoint`.")
class UpdateWebhookEndpointPayload(WebhookEndpointPayload):
    pass


@strawberry.type(description="The result of `rotateWebhookSecret`.")
class RotateWebhookSecretPayload(WebhookEndpointPayload):
    secret: str | None = strawberry.field(
        default=None,
        description="The new secret, `whsec_…`. It is shown only this once. For 24 hours, deliveries are "
        "also signed with the previous secret, so that receivers have time to switch.",
    )


@strawberry.type
class WebhookDeliveryPayload(KeyedPayload):
    webhook_delivery: WebhookDelivery | None = batched(
        webhook_deliveries_by_id, key="key", description="The attempt after the mutation. Null if there are errors."
    )


@strawberry.type(description="The result of `retryWebhookDelivery`.")
class RetryWebhookDeliveryPayload(WebhookDeliveryPayload):
    pass


@strawberry.type(description="The result of `skipWebhookDelivery`.")
class SkipWebhookDeliveryPayload(WebhookDeliveryPayload):
    pass


@strawberry.type(description="The result of `deleteWebhookEndpoint`.")
class DeleteWebhookEndpointPayload(Payload):
    deleted_id: strawberry.ID | None = strawberry.field(
        default=None, description="The ID of the deleted endpoint. Null if there are errors."
    )
