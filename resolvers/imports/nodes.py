"""The node kind of imports."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.imports.loaders import imports_by_id
from resolvers.nodes import NodeLoader

NODES: Final[Mapping[NodeKind, NodeLoader]] = MappingProxyType(
    {NodeKind.SALES_IMPORT: NodeLoader(Permission.SALE_READ, imports_by_id)}
)
