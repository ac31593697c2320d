"""Root fields of webhook endpoints."""

import strawberry

from db.webhooks.rows import WebhookEndpointRow
from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.paging import Page, PageArguments
from resolvers.webhooks.create_webhook_endpoint import create_webhook_endpoint
from resolvers.webhooks.delete_webhook_endpoint import delete_webhook_endpoint
from resolvers.webhooks.lists import list_webhook_endpoints
from resolvers.webhooks.retry_webhook_delivery import retry_webhook_delivery
from resolvers.webhooks.rotate_webhook_secret import rotate_webhook_secret
from resolvers.webhooks.skip_webhook_delivery import skip_webhook_delivery
from resolvers.webhooks.update_webhook_endpoint import update_webhook_endpoint
from schema.fields import AppInfo
from schema.ids import encode_id
from schema.paging import AfterArgument, Connection, FirstArgument
from schema.roots import mutation, query
from schema.webhooks import inputs, payloads
from schema.webhooks.types import WebhookEndpoint


@strawberry.type
class WebhookQueries:
    @query(
        requires=Permission.WEBHOOK_MANAGE,
        returns=Connection[WebhookEndpoint],
        description="Returns all webhook endpoints, including disabled ones, newest first.",
    )
    async def webhook_endpoints(
        self, info: AppInfo, first: FirstArgument = None, after: AfterArgument = None
    ) -> Page[WebhookEndpointRow]:
        return await list_webhook_endpoints(info.context, PageArguments(first, after))


@strawberry.type
class WebhookMutations:
    @mutation(requires=Permission.WEBHOOK_MANAGE, description="Create an endpoint and send events to it from now on.")
    async def create_webhook_endpoint(
        self, info: AppInfo, input: inputs.CreateWebhookEndpointInput
    ) -> payloads.CreateWebhookEndpointPayload:
        created = await create_webhook_endpoint(info.context, input.to_command())
        return payloads.CreateWebhookEndpointPayload(key=created.endpoint_id, secret=created.secret)

    @mutation(
        requires=Permission.WEBHOOK_MANAGE,
        description="Change, disable or enable an endpoint. An enabled endpoint continues where it stopped.",
    )
    async def update_webhook_endpoint(
        self, info: AppInfo, input: inputs.UpdateWebhookEndpointInput
    ) -> payloads.UpdateWebhookEndpointPayload:
        return payloads.UpdateWebhookEndpointPayload(
            key=await update_webhook_endpoint(info.context, input.to_command())
        )

    @mutation(requires=Permission.WEBHOOK_MANAGE, description="Replace the secret of an endpoint.")
    async def rotate_webhook_secret(
        self, info: AppInfo, input: inputs.RotateWebhookSecretInput
    ) -> payloads.RotateWebhookSecretPayload:
        key = input.to_key()
        return payloads.RotateWebhookSecretPayload(secret=await rotate_webhook_secret(info.context, key), key=key)

    @mutation(requires=Permission.WEBHOOK_MANAGE, description="Delete an endpoint immediately and permanently.")
    async def delete_webhook_endpoint(
        self, info: AppInfo, input: inputs.DeleteWebhookEndpointInput
    ) -> payloads.DeleteWebhookEndpointPayload:
        key = await delete_webhook_endpoint(info.context, input.to_key())
        return payloads.DeleteWebhookEndpointPayload(deleted_id=encode_id(NodeKind.WEBHOOK_ENDPOINT, key))

    @mutation(
        requires=Permission.WEBHOOK_MANAGE,
        description="Send the event of a failed attempt again at once. Only the event for which its endpoint waits can "
        "be sent again, so that the events stay in order.",
    )
    async def retry_webhook_delivery(
        self, info: AppInfo, input: inputs.RetryWebhookDeliveryInput
    ) -> payloads.RetryWebhookDeliveryPayload:
        return payloads.RetryWebhookDeliveryPayload(key=await retry_webhook_delivery(info.context, input.to_key()))

    @mutation(
        requires=Permission.WEBHOOK_MANAGE,
        description="Skip the event of a failed attempt for good, so that its endpoint receives the events behind it. "
        "A disabled endpoint stays disabled.",
    )
    async def skip_webhook_delivery(
        self, info: AppInfo, input: inputs.SkipWebhookDeliveryInput
    ) -> payloads.SkipWebhookDeliveryPayload:
        return payloads.SkipWebhookDeliveryPayload(key=await skip_webhook_delivery(info.context, input.to_key()))
