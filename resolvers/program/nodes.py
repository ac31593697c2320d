"""The node kinds of the program."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.nodes import NodeLoader
from resolvers.program.loaders import programs_by_id

NODES: Final[Mapping[NodeKind, NodeLoader]] = MappingProxyType(
    {NodeKind.PROGRAM: NodeLoader(Permission.VIEWER_READ, programs_by_id)}
)
