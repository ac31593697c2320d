"""The node kinds of enrollments."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.enrollments.loaders import enrollments_by_id
from resolvers.nodes import NodeLoader

NODES: Final[Mapping[NodeKind, NodeLoader]] = MappingProxyType(
    {
        NodeKind.ENROLLMENT: NodeLoader(Permission.SCHEME_READ, enrollments_by_id),
    }
)
