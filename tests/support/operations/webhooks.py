"""Documents of webhooks and polling."""

from collections.abc import Awaitable, Callable
from typing import Any

from domain.node_kinds import NodeKind
from tests.support.client import gid
from tests.support.factories.schemes import SchemeFactory
from tests.support.factories.webhooks import QUIET, failing_endpoint, quiet_endpoint
from tests.support.operations.documents import Prepared
from tests.support.world import World


async def _a_poll(_factory: SchemeFactory, _world: World) -> Prepared:
    return "INTEGRATION", {"kinds": ["PRODUCT_SAVED", "SCHEME_APPROVED"]}


async def _webhook_endpoint(factory: SchemeFactory, world: World) -> str:
    made = await quiet_endpoint(factory.operation("ADMIN"), world.accounts["INTEGRATION"].id)
    return gid(NodeKind.WEBHOOK_ENDPOINT, made)


async def _webhook_endpoints(factory: SchemeFactory, world: World) -> Prepared:
    admin = factory.operation("ADMIN")
    await failing_endpoint(admin, world.accounts["INTEGRATION"].id)
    await admin.close()
    return "ADMIN", {"first": 10}


async def _new_webhook_endpoint(_factory: SchemeFactory, world: World) -> Prepared:
    account_id = gid(NodeKind.ACCOUNT, world.accounts["INTEGRATION"].id)
    url = "https://hooks.example.com/tessera"
    return "ADMIN", {"input": {"accountId": account_id, "url": url, "kinds": [QUIET]}}


def _with_webhook_endpoint(**values: Any) -> Any:
    async def prepared(factory: SchemeFactory, world: World) -> Prepared:
        return "ADMIN", {"input": {"id": await _webhook_endpoint(factory, world), **values}}

    return prepared


def _with_failed_delivery(*, of_endpoint: bool = False) -> Any:
    async def prepared(factory: SchemeFactory, world: World) -> Prepared:
        admin = factory.operation("ADMIN")
        endpoint_id, delivery_id = await failing_endpoint(admin, world.accounts["INTEGRATION"].id)
        await admin.close()
        if of_endpoint:
            return "ADMIN", {"id": gid(NodeKind.WEBHOOK_ENDPOINT, endpoint_id), "first": 5}
        return "ADMIN", {"input": {"id": gid(NodeKind.WEBHOOK_DELIVERY, delivery_id)}}

    return prepared


OF_WEBHOOKS: dict[str, Callable[[SchemeFactory, World], Awaitable[Prepared]]] = {
    "portal/WebhookEndpoints": _webhook_endpoints,
    "portal/CreateWebhookEndpoint": _new_webhook_endpoint,
    "portal/UpdateWebhookEndpoint": _with_webhook_endpoint(description="The new ERP", enabled=False),
    "portal/RotateWebhookSecret": _with_webhook_endpoint(),
    "portal/DeleteWebhookEndpoint": _with_webhook_endpoint(),
    "portal/FailedWebhookDeliveries": _with_failed_delivery(of_endpoint=True),
    "portal/RetryWebhookDelivery": _with_failed_delivery(),
    "portal/SkipWebhookDelivery": _with_failed_delivery(),
    "integration/PollEvents": _a_poll,
}
