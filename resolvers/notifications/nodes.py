"""The node kinds of notifications."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.nodes import NodeLoader
from resolvers.notifications.loaders import notifications_by_id

NODES: Final[Mapping[NodeKind, NodeLoader]] = MappingProxyType(
    {
        NodeKind.NOTIFICATION: NodeLoader(Permission.NOTIFICATION_READ, notifications_by_id),
    }
)
