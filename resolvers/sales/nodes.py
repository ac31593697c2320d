"""The node kinds of sales."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.nodes import NodeLoader
from resolvers.sales.loaders import aliases_by_id, lines_by_id, parked_by_id, sales_by_id

NODES: Final[Mapping[NodeKind, NodeLoader]] = MappingProxyType(
    {
        NodeKind.ALIAS: NodeLoader(Permission.SALE_REPAIR, aliases_by_id),
        NodeKind.PARKED_SALE: NodeLoader(Permission.SALE_READ, parked_by_id),
        NodeKind.SALE: NodeLoader(Permission.SALE_READ, sales_by_id),
        NodeKind.SALE_LINE: NodeLoader(Permission.SALE_READ, lines_by_id),
    }
)
