"""The node kinds of files."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.files.loaders import uploads_by_id
from resolvers.nodes import NodeLoader

NODES: Final[Mapping[NodeKind, NodeLoader]] = MappingProxyType(
    {NodeKind.UPLOAD: NodeLoader(Permission.FILE_UPLOAD, uploads_by_id)}
)
