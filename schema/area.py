"""What an area adds to the schema and to the work of the leading process."""

from collections.abc import Mapping
from types import MappingProxyType, ModuleType

from msgspec import Struct

from domain.node_kinds import NodeKind
from resolvers.nodes import NodeLoader
from resolvers.tasks import LeaderTask


class Area(Struct, frozen=True, kw_only=True):
    """One area: classes of root fields, the module of its error types, its kinds of nodes, and its leader tasks."""

    queries: tuple[type, ...] = ()
    mutations: tuple[type, ...] = ()
    subscriptions: tuple[type, ...] = ()
    errors: ModuleType | None = None
    nodes: Mapping[NodeKind, NodeLoader] = MappingProxyType({})
    leader_tasks: tuple[LeaderTask, ...] = ()
