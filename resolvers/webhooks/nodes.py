"""The node kinds of webhooks."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.nodes import NodeLoader
from resolvers.webhooks.loaders import webhook_deliveries_by_id, webhook_endpoints_by_id

NODES: Final[Mapping[NodeKind, NodeLoader]] = MappingProxyType(
    {
        NodeKind.WEBHOOK_DELIVERY: NodeLoader(Permission.WEBHOOK_MANAGE, webhook_deliveries_by_id),
        NodeKind.WEBHOOK_ENDPOINT: NodeLoader(Permission.WEBHOOK_MANAGE, webhook_endpoints_by_id),
    }
)
