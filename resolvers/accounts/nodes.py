"""The node kinds of accounts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.accounts.loaders import accounts_by_id, api_keys_by_id
from resolvers.nodes import NodeLoader

NODES: Final[Mapping[NodeKind, NodeLoader]] = MappingProxyType(
    {
        NodeKind.ACCOUNT: NodeLoader(Permission.ACCOUNT_READ, accounts_by_id),
        NodeKind.API_KEY: NodeLoader(Permission.API_KEY_MANAGE, api_keys_by_id),
    }
)
