"""What an area adds to the schema, to the work of the leading process, and to background work."""

from collections.abc import Mapping
from types import MappingProxyType, ModuleType
from typing import Any

from msgspec import Struct

from domain.node_kinds import NodeKind
from resolvers.file_access import FileAccess
from resolvers.jobs.handlers import JobHandler
from resolvers.nodes import NodeLoader
from resolvers.tasks import LeaderTask


class Area(Struct, frozen=True, kw_only=True):
    """One area: classes of root fields, the module of its error types, its kinds of nodes, leader tasks, and jobs.

    `file_access` are the checks of who may download the files of its objects.
    """

    queries: tuple[type, ...] = ()
    mutations: tuple[type, ...] = ()
    subscriptions: tuple[type, ...] = ()
    errors: ModuleType | None = None
    nodes: Mapping[NodeKind, NodeLoader] = MappingProxyType({})
    leader_tasks: tuple[LeaderTask, ...] = ()
    jobs: tuple[JobHandler[Any], ...] = ()
    file_access: tuple[FileAccess, ...] = ()
