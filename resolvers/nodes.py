"""Objects by global id: which batch function answers for which kind of id."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.accounts.loaders import accounts_by_id, api_keys_by_id
from resolvers.catalog.loaders import geographies_by_id, products_by_id, tiers_by_id, variants_by_id, vendors_by_id
from resolvers.context import Operation
from resolvers.ecps.loaders import ecps_by_id
from resolvers.enrollments.loaders import enrollments_by_id
from resolvers.notifications.loaders import notifications_by_id
from resolvers.schemes.activity_loaders import activities_by_id
from resolvers.schemes.loaders import rules_by_id, schemes_by_id
from resolvers.webhooks.loaders import webhook_deliveries_by_id, webhook_endpoints_by_id

Batch = Callable[[Operation, list[UUID]], Awaitable[Sequence[Any]]]


LOADERS: Final[Mapping[NodeKind, tuple[Permission, Batch]]] = MappingProxyType(
    {
        NodeKind.ACCOUNT: (Permission.ACCOUNT_READ, accounts_by_id),
        NodeKind.API_KEY: (Permission.API_KEY_MANAGE, api_keys_by_id),
        NodeKind.BONUS_RULE: (Permission.SCHEME_READ, rules_by_id),
        NodeKind.ECP: (Permission.VIEWER_READ, ecps_by_id),
        NodeKind.ENROLLMENT: (Permission.SCHEME_READ, enrollments_by_id),
        NodeKind.GEOGRAPHY: (Permission.CATALOG_READ, geographies_by_id),
        NodeKind.NOTIFICATION: (Permission.NOTIFICATION_READ, notifications_by_id),
        NodeKind.PRODUCT: (Permission.CATALOG_READ, products_by_id),
        NodeKind.SCHEME: (Permission.SCHEME_READ, schemes_by_id),
        NodeKind.SCHEME_ACTIVITY: (Permission.SCHEME_FOLLOW, activities_by_id),
        NodeKind.TIER: (Permission.CATALOG_READ, tiers_by_id),
        NodeKind.VARIANT: (Permission.CATALOG_READ, variants_by_id),
        NodeKind.VENDOR: (Permission.VENDOR_READ, vendors_by_id),
        NodeKind.WEBHOOK_DELIVERY: (Permission.WEBHOOK_MANAGE, webhook_deliveries_by_id),
        NodeKind.WEBHOOK_ENDPOINT: (Permission.WEBHOOK_MANAGE, webhook_endpoints_by_id),
    }
)


async def find_nodes(operation: Operation, keys: Sequence[tuple[NodeKind, UUID]]) -> list[Any | None]:
    """The objects of the ids, in order, with one statement a kind.

    An object that is absent, one that is not the viewer's, and one of a kind that the viewer's roles do not read are
    all None.
    """
    found: dict[tuple[NodeKind, UUID], Any] = {}
    for kind in dict.fromkeys(kind for kind, _ in keys):
        permission, batch = LOADERS[kind]
        if operation.viewer.may(permission):
            ids = list(dict.fromkeys(key for of, key in keys if of is kind))
            found.update(((kind, key), row) for key, row in zip(ids, await batch(operation, ids), strict=True))
    return [found.get(key) for key in keys]
