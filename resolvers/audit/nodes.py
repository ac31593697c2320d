"""The node kind of the audit log."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.audit.loaders import audit_entries_by_id
from resolvers.nodes import NodeLoader

NODES: Final[Mapping[NodeKind, NodeLoader]] = MappingProxyType(
    {NodeKind.AUDIT_ENTRY: NodeLoader(Permission.AUDIT_READ, audit_entries_by_id)}
)
