"""The node kinds of points."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.nodes import NodeLoader
from resolvers.points.entry_loaders import entries_by_id

NODES: Final[Mapping[NodeKind, NodeLoader]] = MappingProxyType(
    {
        NodeKind.POINTS_ENTRY: NodeLoader(Permission.LEDGER_READ, entries_by_id),
    }
)
