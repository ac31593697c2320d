"""The node kinds of schemes, with the bonus rules that they show."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.nodes import NodeLoader
from resolvers.schemes.activity_loaders import activities_by_id
from resolvers.schemes.loaders import rules_by_id, schemes_by_id

NODES: Final[Mapping[NodeKind, NodeLoader]] = MappingProxyType(
    {
        NodeKind.BONUS_RULE: NodeLoader(Permission.SCHEME_READ, rules_by_id),
        NodeKind.SCHEME: NodeLoader(Permission.SCHEME_READ, schemes_by_id),
        NodeKind.SCHEME_ACTIVITY: NodeLoader(Permission.SCHEME_FOLLOW, activities_by_id),
    }
)
