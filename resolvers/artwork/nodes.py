"""The node kinds of artwork."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.artwork.loaders import artworks_by_id
from resolvers.nodes import NodeLoader

NODES: Final[Mapping[NodeKind, NodeLoader]] = MappingProxyType(
    {NodeKind.ARTWORK: NodeLoader(Permission.ARTWORK_READ, artworks_by_id)}
)
