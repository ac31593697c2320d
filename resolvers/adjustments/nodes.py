"""The node kinds of adjustments."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.adjustments.loaders import adjustments_by_id
from resolvers.nodes import NodeLoader

NODES: Final[Mapping[NodeKind, NodeLoader]] = MappingProxyType(
    {
        # The scope of the viewer decides: ECPs see their own.
        NodeKind.ADJUSTMENT: NodeLoader(Permission.SCHEME_READ, adjustments_by_id),
    }
)
