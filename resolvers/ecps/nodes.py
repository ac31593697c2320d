"""The node kinds of ECPs."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.ecps.loaders import ecps_by_id
from resolvers.nodes import NodeLoader

NODES: Final[Mapping[NodeKind, NodeLoader]] = MappingProxyType(
    {
        NodeKind.ECP: NodeLoader(Permission.VIEWER_READ, ecps_by_id),
    }
)
