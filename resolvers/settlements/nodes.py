"""The node kinds of settlements."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.nodes import NodeLoader
from resolvers.settlements.loaders import lines_by_id, settlements_by_id

NODES: Final[Mapping[NodeKind, NodeLoader]] = MappingProxyType(
    {
        NodeKind.SETTLEMENT: NodeLoader(Permission.SETTLEMENT_READ, settlements_by_id),
        # The scope of the viewer decides: ECPs see their own.
        NodeKind.SETTLEMENT_LINE: NodeLoader(Permission.SCHEME_READ, lines_by_id),
    }
)
