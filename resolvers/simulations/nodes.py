"""The node kind of simulations."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.nodes import NodeLoader
from resolvers.simulations.loaders import simulations_by_id

NODES: Final[Mapping[NodeKind, NodeLoader]] = MappingProxyType(
    {NodeKind.SIMULATION: NodeLoader(Permission.SCHEME_SIMULATE, simulations_by_id)}
)
